#ifndef CCRC32C_H
#define CCRC32C_H

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli): reflected polynomial 0x82F63B78, initial value and final XOR 0xFFFFFFFF.
// The check value, the sum of the nine bytes "123456789", is 0xE3069283.
//
// Source: RFC 3720 (iSCSI), section 12.1 and appendix B.4.

/// The sum of `count` bytes that follow bytes whose sum is `crc`; 0 is the sum of no bytes.
///
/// `bytes` may have any alignment, and may be null when `count` is 0. Reads exactly `count` bytes and
/// writes nothing. Uses the processor's CRC instruction where there is one, found out at the first
/// call; any number of threads may call it at once.
uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count);

/// The same sum by tables alone, on any processor.
uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t count);

/// What `crc32c_extend` uses here: "sse4.2", "armv8" or "portable".
const char *crc32c_implementation(void);

#endif
