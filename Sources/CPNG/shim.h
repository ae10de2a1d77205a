// The door to libpng. libpng leaves its functions with longjmp when it meets an error, and a jump
// must not cross Swift's frames: so each call here sets its own landing place and returns a code.
// Nothing is printed, no pointer is kept, and memory comes from the caller.

#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

enum {
  CPNG_OK = 0,
  CPNG_NOT_PNG = 1,
  CPNG_TRUNCATED = 2,
  CPNG_DAMAGED = 3,
  CPNG_NO_ROOM = 4,
};

/// What IHDR says, with the channels that the decoded image has: 1 gray, 2 gray and alpha, 3 RGB,
/// 4 RGBA.
typedef struct {
  uint32_t width, height, channels;
} cpng_header;

/// Bytes read from or written to memory, and what went wrong.
typedef struct {
  const uint8_t *source;
  uint8_t *target;
  size_t count, position;
  int status;
  char message[80];
} cpng_stream;

static inline void cpng_fail(png_structp png, png_const_charp message) {
  cpng_stream *stream = (cpng_stream *)png_get_error_ptr(png);
  strncpy(stream->message, message, sizeof stream->message - 1);
  if (stream->status == CPNG_OK) stream->status = CPNG_DAMAGED;
  png_longjmp(png, 1);
}

static inline void cpng_ignore(png_structp png, png_const_charp message) {
  (void)png, (void)message;
}

static inline void cpng_take(png_structp png, png_bytep bytes, size_t count) {
  cpng_stream *stream = (cpng_stream *)png_get_io_ptr(png);
  if (count > stream->count - stream->position) {
    stream->status = CPNG_TRUNCATED;
    png_error(png, "the bytes end too early");
  }
  memcpy(bytes, stream->source + stream->position, count);
  stream->position += count;
}

static inline void cpng_give(png_structp png, png_bytep bytes, size_t count) {
  cpng_stream *stream = (cpng_stream *)png_get_io_ptr(png);
  if (count > stream->count - stream->position) {
    stream->status = CPNG_NO_ROOM;
    png_error(png, "the buffer is too small");
  }
  memcpy(stream->target + stream->position, bytes, count);
  stream->position += count;
}

static inline void cpng_flush(png_structp png) { (void)png; }

/// Decodes `stream->source[0..<count]`. Fills in `header`; then, unless `pixels` is NULL, writes
/// height x width x channels bytes there, rows from the top. Every kind of PNG becomes 8 bits a
/// channel: palettes and 1, 2 and 4 bits are expanded, transparency becomes alpha, and of 16 bits
/// the high byte stays. Gamma and colour profiles are not applied. Any wrong checksum is an error.
static inline int cpng_read(cpng_stream *stream, cpng_header *header, uint8_t *pixels) {
  const size_t signature = stream->count < 8 ? stream->count : 8;
  if (png_sig_cmp(stream->source, 0, signature) != 0) return CPNG_NOT_PNG;
  png_infop info = NULL;
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, stream, cpng_fail, cpng_ignore);
  if (png == NULL || (info = png_create_info_struct(png)) == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    return CPNG_NO_ROOM;
  }
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, NULL);
    return stream->status;
  }
  png_set_read_fn(png, stream, cpng_take);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, 1);
  // Texts, profiles and the like are passed over: libpng takes as much memory as a text's chunk claims.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  // The caller judges the size of the image.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(png, info);

  const png_byte color = png_get_color_type(png, info);
  const int alpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + (alpha ? 1 : 0);
  if (pixels != NULL) {
    png_set_expand(png);
    png_set_strip_16(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t stride = (size_t)header->width * header->channels;
    if (png_get_rowbytes(png, info) != stride) png_error(png, "a row has an unexpected size");
    for (int pass = 0; pass < passes; pass++)
      for (size_t row = 0; row < header->height; row++)
        png_read_row(png, pixels + row * stride, NULL);
    png_read_end(png, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return CPNG_OK;
}

/// Encodes height x width x channels bytes, 8 bits a channel, into `stream->target[0..<count]`;
/// `stream->position` is the number of bytes then. `level`, `strategy` and `filters` are zlib's and
/// libpng's. The same pixels and settings give the same bytes: no time, no text, no colour profile.
static inline int cpng_write(
    cpng_stream *stream, const cpng_header *header, const uint8_t *pixels, int level, int strategy,
    int filters) {
  static const int colors[] = {
      PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_infop info = NULL;
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, stream, cpng_fail, cpng_ignore);
  if (png == NULL || (info = png_create_info_struct(png)) == NULL) {
    png_destroy_write_struct(&png, NULL);
    return CPNG_NO_ROOM;
  }
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return stream->status;
  }
  png_set_write_fn(png, stream, cpng_give, cpng_flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level(png, level);
  png_set_compression_strategy(png, strategy);
  png_set_compression_buffer_size(png, 1 << 16);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, filters);
  png_set_IHDR(
      png, info, header->width, header->height, 8, colors[header->channels - 1],
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const size_t stride = (size_t)header->width * header->channels;
  for (size_t row = 0; row < header->height; row++) png_write_row(png, pixels + row * stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  return CPNG_OK;
}

#endif
