// The door to libjpeg. libjpeg expects its error handler never to return, so that it has to be left with
// longjmp, and a jump must not cross Swift's frames: each call here sets its own landing place and returns
// a code. Nothing is printed, no pointer is kept, and memory for the pixels comes from the caller.

#ifndef CJPEG_SHIM_H
#define CJPEG_SHIM_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum {
  CJPEG_OK = 0,
  CJPEG_NOT_JPEG = 1,
  CJPEG_TRUNCATED = 2,
  CJPEG_DAMAGED = 3,
  CJPEG_UNSUPPORTED = 4,
  CJPEG_NO_ROOM = 5,
};

/// Passes over the coefficients that a file may ask for: cameras and converters take about ten.
enum { CJPEG_SCANS = 100 };

/// What the frame header says; components: 1 gray, 3 colour, 4 CMYK.
typedef struct {
  uint32_t width, height, components, precision;
} cjpeg_header;

/// Bytes read from memory, and what went wrong.
typedef struct {
  const uint8_t *source;
  size_t count;
  int status;
  char message[JMSG_LENGTH_MAX];
} cjpeg_stream;

/// What libjpeg's callbacks find again by the address of its first member.
typedef struct {
  struct jpeg_error_mgr errors;
  cjpeg_stream *stream;
  jmp_buf landing;
} cjpeg_door;

static inline _Noreturn void cjpeg_leave(j_common_ptr info, int status) {
  cjpeg_door *door = (cjpeg_door *)info->err;
  door->stream->status = status;
  longjmp(door->landing, 1);
}

/// An error of libjpeg's own: keeps its words.
static inline _Noreturn void cjpeg_fail(j_common_ptr info) {
  cjpeg_door *door = (cjpeg_door *)info->err;
  info->err->format_message(info, door->stream->message);
  switch (info->err->msg_code) {
  case JERR_NO_SOI: cjpeg_leave(info, CJPEG_NOT_JPEG);
  case JERR_OUT_OF_MEMORY: cjpeg_leave(info, CJPEG_NO_ROOM);
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_NOT_COMPILED:
  case JERR_ARITH_NOTIMPL:
  case JERR_CONVERSION_NOTIMPL: cjpeg_leave(info, CJPEG_UNSUPPORTED);
  default: cjpeg_leave(info, CJPEG_DAMAGED);
  }
}

/// Warnings of libjpeg's, after which pixels may be wrong, are errors here; others, such as bytes that
/// cameras leave between segments, change nothing.
static inline void cjpeg_hear(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_HIT_MARKER:
  case JWRN_JPEG_EOF:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_BOGUS_PROGRESSION: cjpeg_fail(info);
  default: return;
  }
}

static inline void cjpeg_say_nothing(j_common_ptr info) { (void)info; }

static inline void cjpeg_begin(j_decompress_ptr info) { (void)info; }

/// All bytes are there from the start: who asks for more has reached their end too early.
static inline boolean cjpeg_fill(j_decompress_ptr info) {
  cjpeg_leave((j_common_ptr)info, CJPEG_TRUNCATED);
}

static inline void cjpeg_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((unsigned long)count > info->src->bytes_in_buffer)
    cjpeg_leave((j_common_ptr)info, CJPEG_TRUNCATED);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

static inline void cjpeg_end(j_decompress_ptr info) { (void)info; }

/// Scans of few bytes that each go over a large image are work without end.
static inline void cjpeg_progress(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number <= CJPEG_SCANS) return;
  cjpeg_door *door = (cjpeg_door *)info->err;
  snprintf(door->stream->message, sizeof door->stream->message, "more than %d scans", CJPEG_SCANS);
  cjpeg_leave(info, CJPEG_DAMAGED);
}

/// Decodes `stream->source[0..<count]`. Fills in `header`; then, unless `pixels` is NULL, writes
/// height x width x components bytes there, rows from the top: gray, RGB, or CMYK as the file has it,
/// which by Adobe's custom is inverted. The exact integer transform and smooth upsampling, libjpeg's
/// defaults and Pillow's, are used. Colour profiles and the orientation are not applied.
static inline int cjpeg_read(cjpeg_stream *stream, cjpeg_header *header, uint8_t *pixels) {
  struct jpeg_decompress_struct info;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  cjpeg_door door;
  memset(&info, 0, sizeof info);
  memset(&source, 0, sizeof source);
  memset(&progress, 0, sizeof progress);
  info.err = jpeg_std_error(&door.errors);
  door.errors.error_exit = cjpeg_fail;
  door.errors.emit_message = cjpeg_hear;
  door.errors.output_message = cjpeg_say_nothing;
  door.stream = stream;
  stream->status = CJPEG_OK;
  if (setjmp(door.landing) != 0) {
    jpeg_destroy_decompress(&info);
    return stream->status;
  }
  jpeg_create_decompress(&info);
  source.next_input_byte = stream->source;
  source.bytes_in_buffer = stream->count;
  source.init_source = cjpeg_begin;
  source.fill_input_buffer = cjpeg_fill;
  source.skip_input_data = cjpeg_skip;
  source.resync_to_restart = jpeg_resync_to_restart;
  source.term_source = cjpeg_end;
  info.src = &source;
  progress.progress_monitor = cjpeg_progress;
  info.progress = &progress;
  jpeg_read_header(&info, TRUE);
  header->width = info.image_width;
  header->height = info.image_height;
  header->components = (uint32_t)info.num_components;
  header->precision = (uint32_t)info.data_precision;
  if (pixels != NULL) {
    info.out_color_space =
        info.num_components == 1 ? JCS_GRAYSCALE : info.num_components == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&info);
    const size_t stride = (size_t)header->width * header->components;
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + info.output_scanline * stride;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return CJPEG_OK;
}

#endif
