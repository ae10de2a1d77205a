// The door to zlib: its initializers are macros, which Swift can't see.

#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

/// `inflateInit2`: `window_bits` is 15 + 16 for gzip, -15 for deflate without a wrapper.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
