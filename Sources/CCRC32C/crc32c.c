#include "CCRC32C.h"

#include <stdatomic.h>
#include <string.h>

// The portable way: eight bytes a step, one table for each.
//
// Source: Kounavis & Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC
// Generation", IEEE Transactions on Computers 57 (2008), DOI 10.1109/TC.2008.85.
//
// A table is linear in the bits of its index, so eight words make 256 entries, at compile time.

#define BIT(i, b, word) (((i) >> (b) & 1) ? word : 0u)
#define ENTRY(i, w0, w1, w2, w3, w4, w5, w6, w7)                                                   \
  (BIT(i, 0, w0) ^ BIT(i, 1, w1) ^ BIT(i, 2, w2) ^ BIT(i, 3, w3) ^ BIT(i, 4, w4) ^                 \
   BIT(i, 5, w5) ^ BIT(i, 6, w6) ^ BIT(i, 7, w7))
#define ENTRIES_4(i, ...)                                                                          \
  ENTRY(i, __VA_ARGS__), ENTRY(i + 1, __VA_ARGS__), ENTRY(i + 2, __VA_ARGS__),                     \
      ENTRY(i + 3, __VA_ARGS__)
#define ENTRIES_16(i, ...)                                                                         \
  ENTRIES_4(i, __VA_ARGS__), ENTRIES_4(i + 4, __VA_ARGS__), ENTRIES_4(i + 8, __VA_ARGS__),         \
      ENTRIES_4(i + 12, __VA_ARGS__)
#define ENTRIES_64(i, ...)                                                                         \
  ENTRIES_16(i, __VA_ARGS__), ENTRIES_16(i + 16, __VA_ARGS__), ENTRIES_16(i + 32, __VA_ARGS__),    \
      ENTRIES_16(i + 48, __VA_ARGS__)
#define TABLE(...)                                                                                 \
  {ENTRIES_64(0, __VA_ARGS__), ENTRIES_64(64, __VA_ARGS__), ENTRIES_64(128, __VA_ARGS__),          \
   ENTRIES_64(192, __VA_ARGS__)}

/// table[k][i]: the sum of byte i followed by k zero bytes, without initial value and final XOR.
static const uint32_t table[8][256] = {
    TABLE(0xF26B8303, 0xE13B70F7, 0xC79A971F, 0x8AD958CF, 0x105EC76F, 0x20BD8EDE, 0x417B1DBC,
          0x82F63B78),
    TABLE(0x13A29877, 0x274530EE, 0x4E8A61DC, 0x9D14C3B8, 0x3FC5F181, 0x7F8BE302, 0xFF17C604,
          0xFBC3FAF9),
    TABLE(0xA541927E, 0x4F6F520D, 0x9EDEA41A, 0x38513EC5, 0x70A27D8A, 0xE144FB14, 0xC76580D9,
          0x8B277743),
    TABLE(0xDD45AAB8, 0xBF672381, 0x7B2231F3, 0xF64463E6, 0xE964B13D, 0xD725148B, 0xABA65FE7,
          0x52A0C93F),
    TABLE(0x38116FAC, 0x7022DF58, 0xE045BEB0, 0xC5670B91, 0x8F2261D3, 0x1BA8B557, 0x37516AAE,
          0x6EA2D55C),
    TABLE(0xEF306B19, 0xDB8CA0C3, 0xB2F53777, 0x6006181F, 0xC00C303E, 0x85F4168D, 0x0E045BEB,
          0x1C08B7D6),
    TABLE(0x68032CC8, 0xD0065990, 0xA5E0C5D1, 0x4E2DFD53, 0x9C5BFAA6, 0x3D5B83BD, 0x7AB7077A,
          0xF56E0EF4),
    TABLE(0x493C7D27, 0x9278FA4E, 0x211D826D, 0x423B04DA, 0x847609B4, 0x0D006599, 0x1A00CB32,
          0x34019664)};

uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, p += 8) {
    crc = table[7][p[0] ^ (crc & 255)] ^ table[6][p[1] ^ (crc >> 8 & 255)] ^
          table[5][p[2] ^ (crc >> 16 & 255)] ^ table[4][p[3] ^ crc >> 24] ^ table[3][p[4]] ^
          table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
  }
  for (; count > 0; count--) crc = crc >> 8 ^ table[0][(crc & 255) ^ *p++];
  return ~crc;
}

// The processor's way. An instruction takes eight bytes and three cycles, but a new one can start
// each cycle: three blocks go side by side. The sum of the first block is then moved over the bytes
// of the two others: a carry-less product with a power of x, reduced by the instruction itself.
//
// Source: Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction", Intel
// white paper 323405, 2011. The instruction on a 64-bit word adds 32 to the power of x and the
// reflected product one more, hence x^(8n - 33) to move over n bytes.

#define LARGE_BLOCK 8192
#define BLOCK 1024
#define SMALL_BLOCK 128
#define OVER_LARGE 0x54A86326u         // x^(8 * 8192 - 33) modulo the polynomial
#define OVER_TWO_LARGE 0x1DC403CCu     // x^(8 * 16384 - 33)
#define OVER_BLOCK 0x170076FAu         // x^(8 * 1024 - 33)
#define OVER_TWO_BLOCKS 0xA51B6135u    // x^(8 * 2048 - 33)
#define OVER_SMALL 0x0D3B6092u         // x^(8 * 128 - 33)
#define OVER_TWO_SMALL 0xB9E02B86u     // x^(8 * 256 - 33)

#define DEFINE_WITH_INSTRUCTION(name, attribute)                                                   \
  attribute static uint32_t name##_blocks(uint32_t crc, const uint8_t **bytes, size_t *count,      \
                                          size_t block, uint32_t over, uint32_t over_two) {        \
    const uint8_t *p = *bytes;                                                                     \
    uint64_t a = crc;                                                                              \
    for (; *count >= 3 * block; *count -= 3 * block, p += 3 * block) {                             \
      uint64_t b = 0, c = 0, moved;                                                                \
      for (size_t i = 0; i < block; i += 8) {                                                      \
        a = CRC_WORD(a, word(p + i));                                                              \
        b = CRC_WORD(b, word(p + block + i));                                                      \
        c = CRC_WORD(c, word(p + 2 * block + i));                                                  \
      }                                                                                            \
      moved = PRODUCT(a, over_two) ^ PRODUCT(b, over);                                             \
      a = CRC_WORD(0, moved) ^ c;                                                                  \
    }                                                                                              \
    *bytes = p;                                                                                    \
    return (uint32_t)a;                                                                            \
  }                                                                                                \
  attribute static uint32_t name(uint32_t crc, const void *bytes, size_t count) {                  \
    const uint8_t *p = bytes;                                                                      \
    crc = ~crc;                                                                                    \
    if (count >= 3 * LARGE_BLOCK)                                                                  \
      crc = name##_blocks(crc, &p, &count, LARGE_BLOCK, OVER_LARGE, OVER_TWO_LARGE);               \
    if (count >= 3 * BLOCK)                                                                        \
      crc = name##_blocks(crc, &p, &count, BLOCK, OVER_BLOCK, OVER_TWO_BLOCKS);                    \
    if (count >= 3 * SMALL_BLOCK)                                                                  \
      crc = name##_blocks(crc, &p, &count, SMALL_BLOCK, OVER_SMALL, OVER_TWO_SMALL);               \
    for (; count >= 8; count -= 8, p += 8) crc = (uint32_t)CRC_WORD(crc, word(p));                 \
    for (; count > 0; count--) crc = CRC_BYTE(crc, *p++);                                          \
    return ~crc;                                                                                   \
  }

typedef uint32_t (*extend_function)(uint32_t, const void *, size_t);

#if defined(__x86_64__) || defined(__aarch64__)
static inline uint64_t word(const uint8_t *p) {
  uint64_t value;
  memcpy(&value, p, sizeof value);
  return value;
}
#endif

#if defined(__x86_64__)

#include <immintrin.h>

#define X86 __attribute__((target("sse4.2,pclmul")))
#define CRC_WORD(crc, value) _mm_crc32_u64(crc, value)
#define CRC_BYTE(crc, value) _mm_crc32_u8(crc, value)
#define PRODUCT(a, b)                                                                              \
  (uint64_t) _mm_cvtsi128_si64(                                                                    \
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)(a)), _mm_cvtsi64_si128(b), 0))
DEFINE_WITH_INSTRUCTION(extend_sse42, X86)

static extend_function fastest(const char **name) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) {
    *name = "sse4.2";
    return extend_sse42;
  }
  *name = "portable";
  return crc32c_extend_portable;
}

#elif defined(__aarch64__) && !defined(__AARCH64EB__)

#include <arm_acle.h>
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#if defined(__clang__)
#define ARM __attribute__((target("crc,aes")))
#else
#define ARM __attribute__((target("+crc+crypto")))
#endif
#define CRC_WORD(crc, value) __crc32cd((uint32_t)(crc), value)
#define CRC_BYTE(crc, value) __crc32cb(crc, value)
#define PRODUCT(a, b) vgetq_lane_u64(vreinterpretq_u64_p128(vmull_p64(a, b)), 0)
DEFINE_WITH_INSTRUCTION(extend_armv8, ARM)

static extend_function fastest(const char **name) {
#if defined(__APPLE__)
  int supported = 1;  // every Apple processor of this architecture has both
#elif defined(__linux__)
  unsigned long wanted = 1ul << 7 | 1ul << 4;  // HWCAP_CRC32 and HWCAP_PMULL
  int supported = (getauxval(AT_HWCAP) & wanted) == wanted;
#else
  int supported = 0;
#endif
  *name = supported ? "armv8" : "portable";
  return supported ? extend_armv8 : crc32c_extend_portable;
}

#else

static extend_function fastest(const char **name) {
  *name = "portable";
  return crc32c_extend_portable;
}

#endif

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count) {
  // Threads that come here at once all find the same, so the order of their stores is no matter.
  static _Atomic(extend_function) chosen;
  extend_function extend = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (extend == NULL) {
    const char *name;
    extend = fastest(&name);
    atomic_store_explicit(&chosen, extend, memory_order_relaxed);
  }
  return extend(crc, bytes, count);
}

const char *crc32c_implementation(void) {
  const char *name;
  fastest(&name);
  return name;
}
