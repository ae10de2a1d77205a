// Convolution with fewer multiplications: 4×4 outputs of a 3×3 kernel are made from a tile of 6×6
// inputs with 36 products a pair of channels instead of 144, of a 5×5 kernel from 8×8 with 64 instead
// of 400. Tiles and weights are transformed, multiplied point by point (each point a matrix product of
// tiles × inputs and inputs × outputs) and transformed back.
//
// Tiles begin at 0, 4, 8, …; the last one ends at the edge and overlaps the one before it. They go
// through in strips of some tile rows, which stay in the second-level cache from transform to transform.
// Source: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, arXiv 1509.09308.
#include "kernels.h"

enum {
  lanes = 16,                // of any instruction set's vectors, in which channels come
  strip_tiles = 28,          // two register tiles of 14
  many_weights = 128 * 128,  // pairs of channels whose transformed weights leave the second-level cache
};

// Rows: the points 0, 1, -1, 2, -2, ∞.
static const float points_of_3[6 * 3] = {
    1.0f / 4,  0,          0,         -1.0f / 6, -1.0f / 6,  -1.0f / 6, -1.0f / 6, 1.0f / 6, -1.0f / 6,
    1.0f / 24, 1.0f / 12,  1.0f / 6,  1.0f / 24, -1.0f / 12, 1.0f / 6,  0,         0,        1,
};
// Rows: the points 0, 1, -1, 2, -2, ½, -½, ∞.
static const float points_of_5[8 * 5] = {
    1,          0,           0,          0,           0,           //
    -2.0f / 9,  -2.0f / 9,   -2.0f / 9,  -2.0f / 9,   -2.0f / 9,   //
    -2.0f / 9,  2.0f / 9,    -2.0f / 9,  2.0f / 9,    -2.0f / 9,   //
    1.0f / 90,  2.0f / 90,   4.0f / 90,  8.0f / 90,   16.0f / 90,  //
    1.0f / 90,  -2.0f / 90,  4.0f / 90,  -8.0f / 90,  16.0f / 90,  //
    32.0f / 45, 16.0f / 45,  8.0f / 45,  4.0f / 45,   2.0f / 45,   //
    32.0f / 45, -16.0f / 45, 8.0f / 45,  -4.0f / 45,  2.0f / 45,   //
    0,          0,           0,          0,           1,           //
};

static ck_int side(const ck_conv *c) { return c->kernel_width + 3; }

int ck_winograd_serves(const ck_conv *c) {
  return c->kernel_height == c->kernel_width && (c->kernel_width == 3 || c->kernel_width == 5) &&
         c->stride_y == 1 && c->stride_x == 1 && c->out_height >= 4 && c->out_width >= 4 &&
         c->in_channels % lanes == 0;
}

ck_int ck_winograd_tile_rows(const ck_conv *c) { return ck_winograd_tiles(c->out_height); }

ck_int ck_winograd_strip_rows(const ck_conv *c) {
  const ck_int across = ck_winograd_tiles(c->out_width);
  const ck_int most = c->in_channels * c->out_channels < many_weights ? strip_tiles : 2 * strip_tiles;
  return across < most ? most / across : 1;
}

// From one point's weights to the next's.
static ck_int weights_apart(ck_isa isa, const ck_conv *c) {
  return ck_pack_count(isa, c->in_channels, ck_rounded_up(c->out_channels, lanes));
}

ck_int ck_winograd_weight_count(ck_isa isa, const ck_conv *c) {
  return side(c) * side(c) * weights_apart(isa, c);
}

void ck_winograd_weights(
    ck_isa isa, const ck_conv *c, ck_int first, ck_int end, const float *restrict weight,
    float *restrict transformed) {
  CK_DENORMALS_ARE_ZEROS;
  const float *points = c->kernel_width == 3 ? points_of_3 : points_of_5;
  for (ck_int in = first; in < end; in++) {
    ck_table(isa)->winograd_weights(c, points, in, weight, transformed, weights_apart(isa, c));
  }
}

// From one point's tiles to the next's: a line more than they need, so that the points' tiles don't
// share cache sets.
static ck_int apart(ck_int tiles, ck_int channels) { return tiles * channels + lanes; }

ck_int ck_winograd_scratch(const ck_conv *c, ck_int rows, ck_int outputs) {
  const ck_int tiles = rows * ck_winograd_tiles(c->out_width);
  outputs = ck_rounded_up(outputs, lanes);
  return side(c) * side(c) * (apart(tiles, c->in_channels) + apart(tiles, outputs));
}

void ck_winograd_forward(
    ck_isa isa, const ck_winograd *w, ck_int first, ck_int end, float *restrict scratch) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_conv *c = w->conv;
  const ck_int inputs = c->in_channels, panel = kernels->panel;
  const ck_int outputs = ck_rounded_up(w->end - w->first, lanes);
  const ck_int across = ck_winograd_tiles(c->out_width), rows = ck_winograd_tile_rows(c);
  const ck_int tiles = (end - first) * across, points = side(c) * side(c);
  const ck_int read_apart = apart(tiles, inputs), written_apart = apart(tiles, outputs);
  float *read = scratch, *written = scratch + points * read_apart;
  for (ck_int r = first; r < end; r++) {
    const float *x = w->x + r / rows * c->height * c->width * inputs;
    kernels->winograd_read(c, x, r % rows, read + (r - first) * across * inputs, read_apart);
  }
  ck_tile t = {
      .a_row = inputs, .b_row = panel, .segments = 1, .k = inputs, .ldc = outputs};
  const ck_int blocks = (tiles + kernels->rows - 1) / kernels->rows;
  for (ck_int point = 0; point < points; point++) {
    const float *weights = w->weight + point * weights_apart(isa, c) + w->first * inputs;
    for (ck_int j = 0; j < outputs; j += panel) {
      const float *next = j + panel < outputs   ? weights + (j + panel) * inputs
                          : point + 1 < points ? weights + weights_apart(isa, c)
                                               : NULL;
      for (ck_int block = 0; block < blocks; block++) {
        const ck_int i = ck_split(tiles, blocks, block);
        ck_fetch(&t, next, panel, block, blocks);
        ck_run_tile(
            kernels, kernels->tile_strided, (int)(ck_split(tiles, blocks, block + 1) - i),
            outputs - j, &t, read + point * read_apart + i * inputs, weights + j * inputs, NULL,
            written + point * written_apart + i * outputs + j);
      }
    }
  }
  const ck_int area = c->out_height * c->out_width * c->out_channels / (w->switches ? 4 : 1);
  for (ck_int r = first; r < end; r++) {
    kernels->winograd_write(
        w, written + (r - first) * across * outputs, r % rows,
        w->added ? w->added + r / rows * area : NULL, w->y + r / rows * area,
        w->switches ? w->switches + r / rows * area : NULL, written_apart);
  }
}
