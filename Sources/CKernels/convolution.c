// Convolution as a matrix product that is never written out: for one row of the kernel the
// receptive fields of neighbouring positions are overlapping runs of kernel_width · in_channels
// scalars of the padded image, so a register tile reads them in place.
#include "kernels.h"

#include <string.h>

// Scalars of an image that are taken through all panels at a time: half a megabyte.
enum { block_input = 1 << 17 };

static ck_int padded_row(const ck_conv *c) {
  return (c->left + c->width + c->right) * c->in_channels;
}

ck_int ck_conv_padded_count(const ck_conv *c) {
  return (c->top + c->height + c->bottom) * padded_row(c);
}

void ck_conv_pad(const ck_conv *c, const float *restrict x, float *restrict padded) {
  const ck_int row = padded_row(c), inside = c->width * c->in_channels;
  const size_t left = (size_t)(c->left * c->in_channels) * sizeof(float);
  const size_t right = (size_t)(c->right * c->in_channels) * sizeof(float);
  memset(padded, 0, (size_t)(c->top * row) * sizeof(float));
  float *to = padded + c->top * row;
  for (ck_int y = 0; y < c->height; y++, to += row, x += inside) {
    memset(to, 0, left);
    memcpy(to + c->left * c->in_channels, x, (size_t)inside * sizeof(float));
    memset(to + c->left * c->in_channels + inside, 0, right);
  }
  memset(to, 0, (size_t)(c->bottom * row) * sizeof(float));
}

void ck_conv_pad_channels(
    const ck_conv *c, const float *restrict x, ck_int apart, float *restrict padded) {
  const ck_int row = padded_row(c), n = c->in_channels;
  memset(padded, 0, (size_t)ck_conv_padded_count(c) * sizeof(float));
  float *to = padded + c->top * row + c->left * n;
  for (ck_int y = 0; y < c->height; y++, to += row, x += c->width * apart) {
    for (ck_int i = 0; i < c->width; i++) {
      memcpy(to + i * n, x + i * apart, (size_t)n * sizeof(float));
    }
  }
}

void ck_conv_inside(const ck_conv *c, const float *restrict padded, float *restrict x) {
  const ck_int row = padded_row(c), inside = c->width * c->in_channels;
  const float *from = padded + c->top * row + c->left * c->in_channels;
  for (ck_int y = 0; y < c->height; y++, from += row, x += inside) {
    memcpy(x, from, (size_t)inside * sizeof(float));
  }
}

static ck_int field(const ck_conv *c) {
  return c->kernel_height * c->kernel_width * c->in_channels;
}

ck_int ck_conv_packed_count(ck_isa isa, const ck_conv *c) {
  return ck_pack_count(isa, field(c), c->out_channels);
}

void ck_conv_pack(
    ck_isa isa, const ck_conv *c, const float *restrict weight, float *restrict packed) {
  ck_pack(isa, field(c), c->out_channels, weight, c->out_channels, 0, packed);
}

void ck_conv_forward(ck_isa isa, const ck_conv_job *job) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_conv *c = job->conv;
  const ck_int row = padded_row(c), panel = kernels->panel, n = c->out_channels;
  ck_tile t = {
      .a_row = c->stride_x * c->in_channels,
      .a_segment = row,
      .b_row = panel,
      .segments = c->kernel_height,
      .k = c->kernel_width * c->in_channels,
      .ldc = job->ldy,
      .relu = job->relu,
      .ceiling = job->ceiling,
  };
  // Of a kernel of one pixel, rows follow each other as pixels do.
  const int flat = c->kernel_height == 1 && c->kernel_width == 1 && c->stride_y == 1 &&
                   c->stride_x == 1 && c->left + c->right == 0;
  const ck_int height = flat ? 1 : c->out_height;
  const ck_int width = flat ? c->out_height * c->out_width : c->out_width;
  const ck_int tiles = (width + kernels->rows - 1) / kernels->rows;
  // Tiles in blocks whose part of the image stays in the second-level cache from panel to panel.
  const ck_int tile_input = kernels->rows * t.a_row * ck_smaller(c->kernel_height, c->stride_y);
  const ck_int block = ck_larger(1, block_input / tile_input);
  for (ck_int first = 0; first < height * tiles; first += block) {
    const ck_int end = ck_smaller(first + block, height * tiles);
    for (ck_int j = 0; j < n; j += panel) {
      for (ck_int tile = first; tile < end; tile++) {
        const ck_int oy = tile / tiles, ox = ck_split(width, tiles, tile % tiles);
        const int rows = (int)(ck_split(width, tiles, tile % tiles + 1) - ox);
        const ck_int at = (oy * c->out_width + ox) * job->ldy + j;
        const float *weight = job->weight + j * field(c);
        t.added = job->added ? job->added + at : NULL;
        ck_fetch(
            &t, j + panel < n ? weight + panel * field(c) : NULL, panel, tile - first, end - first);
        ck_run_tile(
            kernels, kernels->tile_strided, rows, n - j, &t,
            job->x + oy * c->stride_y * row + ox * t.a_row, weight,
            job->bias ? job->bias + j : NULL, job->y + at);
      }
    }
  }
}

void ck_conv_depthwise(ck_isa isa, const ck_conv_job *job) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->depthwise(job);
}

void ck_conv_weight_gradient(
    ck_isa isa, const ck_conv *c, const float *restrict padded, const float *restrict dy,
    float *restrict d_weight) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_int row = padded_row(c), n = c->out_channels;
  const ck_int run = c->kernel_width * c->in_channels;
  const ck_tile t = {
      .a_segment = c->stride_y * row,
      .a_step = c->stride_x * c->in_channels,
      .b_row = n,
      .segments = c->out_height,
      .k = c->out_width,
      .start_row = n,
      .ldc = n,
  };
  const ck_int tiles = (run + kernels->rows - 1) / kernels->rows;
  // A panel at the right edge would read past dy's last row: it goes channel by channel.
  const ck_int whole = n / kernels->panel * kernels->panel;
  for (ck_int ky = 0; ky < c->kernel_height; ky++) {
    for (ck_int tile = 0; tile < tiles; tile++) {
      const ck_int i = ck_split(run, tiles, tile);
      const int rows = (int)(ck_split(run, tiles, tile + 1) - i);
      const float *a = padded + ky * row + i;
      float *to = d_weight + (ky * run + i) * n;
      for (ck_int j = 0; j < whole; j += kernels->panel) {
        kernels->tile_contiguous(rows, &t, a, dy + j, to + j, to + j);
      }
      if (whole == n) continue;
      for (ck_int oy = 0; oy < c->out_height; oy++) {
        for (ck_int ox = 0; ox < c->out_width; ox++) {
          const float *x = a + oy * t.a_segment + ox * t.a_step;
          const float *g = dy + (oy * c->out_width + ox) * n;
          for (int r = 0; r < rows; r++) {
            for (ck_int j = whole; j < n; j++) to[r * n + j] += x[r] * g[j];
          }
        }
      }
    }
  }
}

void ck_conv_find_nonzeros(
    const ck_conv *c, const float *restrict dy, const ck_nonzeros *lists) {
  const ck_int n = c->out_channels, positions = c->out_height * c->out_width;
  const ck_int row = padded_row(c);
  const int32_t run = (int32_t)(c->kernel_width * c->in_channels);
  memset(lists->channel_count, 0, (size_t)n * sizeof(int32_t));
  for (ck_int p = 0; p < positions; p++, dy += n) {
    const int32_t corner =
        (int32_t)(p / c->out_width * c->stride_y * row +
                  p % c->out_width * c->stride_x * c->in_channels);
    int32_t *offset = lists->position_offset + p * n, found = 0;
    float *value = lists->position_value + p * n;
    for (ck_int o = 0; o < n;) {
      // Most entries are zero: eight at a time are passed over.
      if (o + 8 <= n) {
        uint64_t bits[4];
        memcpy(bits, dy + o, sizeof bits);
        if ((bits[0] | bits[1] | bits[2] | bits[3]) == 0) {
          o += 8;
          continue;
        }
      }
      for (const ck_int end = o + 8 < n ? o + 8 : n; o < end; o++) {
        const float g = dy[o];
        if (g == 0) continue;
        const ck_int at = o * positions + lists->channel_count[o]++;
        lists->channel_offset[at] = corner;
        lists->channel_value[at] = g;
        offset[found] = (int32_t)o * run;
        value[found++] = g;
      }
    }
    lists->position_count[p] = found;
  }
}

void ck_conv_find_pooled_nonzeros(
    ck_isa isa, const ck_conv *c, const ck_pool *pool, const float *restrict dy,
    const uint8_t *restrict switches, const float *restrict y, float *restrict map,
    const ck_nonzeros *lists) {
  const ck_kernels *kernels = ck_table(isa);
  if (pool->stride_y < pool->window_height || pool->stride_x < pool->window_width) {
    kernels->max_unpool(pool, dy, switches, y, map);
    ck_conv_find_nonzeros(c, map, lists);
    return;
  }
  const ck_int n = c->out_channels, positions = c->out_height * c->out_width;
  const ck_int row = padded_row(c);
  const int32_t run = (int32_t)(c->kernel_width * c->in_channels);
  memset(lists->channel_count, 0, (size_t)n * sizeof(int32_t));
  memset(lists->position_count, 0, (size_t)positions * sizeof(int32_t));
  for (ck_int window = 0; window < pool->out_height * pool->out_width; window++) {
    const ck_int top = window / pool->out_width * pool->stride_y - pool->top;
    const ck_int left = window % pool->out_width * pool->stride_x - pool->left;
    for (ck_int first = 0; first < n; first += 64) {
      const ck_int count = n - first < 64 ? n - first : 64;
      uint64_t bits = kernels->nonzero_bits(count, (y ? y : dy) + first);
      for (; bits; bits &= bits - 1) {
        const ck_int o = first + __builtin_ctzll(bits);
        const ck_int oy = top + switches[o] / pool->window_width;
        const ck_int ox = left + switches[o] % pool->window_width;
        const ck_int p = oy * c->out_width + ox;
        const ck_int by_channel = o * positions + lists->channel_count[o]++;
        const ck_int by_position = p * n + lists->position_count[p]++;
        lists->channel_offset[by_channel] =
            (int32_t)(oy * c->stride_y * row + ox * c->stride_x * c->in_channels);
        lists->channel_value[by_channel] = dy[o];
        lists->position_offset[by_position] = (int32_t)o * run;
        lists->position_value[by_position] = dy[o];
      }
    }
    dy += n;
    switches += n;
    if (y) y += n;
  }
}

void ck_conv_weight_gradient_sparse(
    ck_isa isa, const ck_conv *c, const float *restrict padded, const ck_nonzeros *lists,
    float *restrict d_weight, float *restrict d_bias) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_int row = padded_row(c), positions = c->out_height * c->out_width;
  const ck_int run = c->kernel_width * c->in_channels;
  for (ck_int o = 0; o < c->out_channels; o++) {
    const ck_int count = lists->channel_count[o];
    const float *values = lists->channel_value + o * positions;
    for (ck_int ky = 0; ky < c->kernel_height; ky++, d_weight += run) {
      kernels->gather(
          run, count, lists->channel_offset + o * positions, values, padded + ky * row, d_weight);
    }
    for (ck_int e = 0; e < count; e++) d_bias[o] += values[e];
  }
}

void ck_conv_input_gradient_sparse(
    ck_isa isa, const ck_conv *c, const ck_nonzeros *lists, const float *restrict rows,
    float *restrict d_padded) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_int row = padded_row(c), n = c->out_channels;
  const ck_int run = c->kernel_width * c->in_channels;
  for (ck_int ky = 0; ky < c->kernel_height; ky++, rows += n * run) {
    for (ck_int oy = 0; oy < c->out_height; oy++) {
      float *to = d_padded + (oy * c->stride_y + ky) * row;
      for (ck_int ox = 0; ox < c->out_width; ox++, to += c->stride_x * c->in_channels) {
        const ck_int p = oy * c->out_width + ox;
        if (lists->position_count[p] == 0) continue;
        kernels->gather(
            run, lists->position_count[p], lists->position_offset + p * n,
            lists->position_value + p * n, rows, to);
      }
    }
  }
}

void ck_conv_rows(const ck_conv *c, const float *restrict weight, float *restrict rows) {
  const ck_int run = c->kernel_width * c->in_channels, n = c->out_channels;
  for (ck_int ky = 0; ky < c->kernel_height; ky++) {
    ck_transpose(run, n, weight + ky * run * n, rows + ky * run * n);
  }
}

void ck_conv_flip(const ck_conv *c, const float *restrict weight, float *restrict flipped) {
  const ck_int places = c->kernel_height * c->kernel_width;
  const ck_int block = c->in_channels * c->out_channels;
  for (ck_int p = 0; p < places; p++) {
    ck_transpose(
        c->in_channels, c->out_channels, weight + p * block, flipped + (places - 1 - p) * block);
  }
}
