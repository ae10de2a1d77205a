// Winograd's transforms, a vector of channels at a time. Included by microkernels.h, once for each
// instruction set; winograd.c says what they are for.
//
// A tile of `side` = 6 inputs (kernels of 3) gives 4 outputs by the points 0, ±1, ±2, ∞; one of 8
// (kernels of 5) by 0, ±1, ±2, ±½, ∞. Both are applied to the columns of a tile, then to its rows.

enum {
  K(tiles_at_once) = 4,  // whose columns are transformed together, as neighbours share them
  K(columns_at_once) = 4 * (4 - 1) + 8,
};

// y = Bᵀ x, along one direction of a tile.
CK_TARGET INLINE void K(winograd_input)(const int side, const VEC *x, VEC *y) {
  if (side == 6) {
    const VEC far_even = x[4] - 4.0f * x[2], far_odd = x[3] - 4.0f * x[1];
    const VEC near_even = x[4] - x[2], near_odd = 2.0f * (x[3] - x[1]);
    y[0] = 4.0f * x[0] - 5.0f * x[2] + x[4];
    y[1] = far_even + far_odd;
    y[2] = far_even - far_odd;
    y[3] = near_even + near_odd;
    y[4] = near_even - near_odd;
    y[5] = 4.0f * x[1] - 5.0f * x[3] + x[5];
    return;
  }
  const VEC even1 = x[2] + x[6] - 4.25f * x[4], odd1 = x[1] + x[5] - 4.25f * x[3];
  const VEC even2 = 0.25f * x[2] - 1.25f * x[4] + x[6];
  const VEC odd2 = 0.5f * x[1] - 2.5f * x[3] + 2.0f * x[5];
  const VEC even_half = 4.0f * x[2] - 5.0f * x[4] + x[6];
  const VEC odd_half = 2.0f * x[1] - 2.5f * x[3] + 0.5f * x[5];
  y[0] = x[0] - x[6] + 5.25f * (x[4] - x[2]);
  y[1] = even1 + odd1;
  y[2] = even1 - odd1;
  y[3] = even2 + odd2;
  y[4] = even2 - odd2;
  y[5] = even_half + odd_half;
  y[6] = even_half - odd_half;
  y[7] = x[7] - x[1] + 5.25f * (x[3] - x[5]);
}

// y = Aᵀ m, along one direction of a tile: 4 outputs.
CK_TARGET INLINE void K(winograd_output)(const int side, const VEC *m, VEC *y) {
  const VEC sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const VEC sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  y[0] = m[0] + sum1 + sum2;
  y[1] = difference1 + 2.0f * difference2;
  y[2] = sum1 + 4.0f * sum2;
  y[3] = difference1 + 8.0f * difference2 + m[side - 1];
  if (side == 6) return;
  const VEC sum_half = m[5] + m[6], difference_half = m[5] - m[6];
  y[0] += sum_half;
  y[1] += 0.5f * difference_half;
  y[2] += 0.25f * sum_half;
  y[3] += 0.125f * difference_half;
}

// The transformed tiles of tile row `row` of image x: v[side · side][tiles][channels], `apart` scalars
// from point to point.
CK_TARGET INLINE void K(winograd_input_row)(
    const int side, const ck_conv *conv, const float *x, ck_int row, float *v, ck_int apart) {
  const ck_int channels = conv->in_channels, width = conv->width;
  const ck_int tiles = ck_winograd_tiles(conv->out_width);
  const ck_int top = ck_winograd_start(row, conv->out_height) - conv->top;
  const ck_int first_row = top < 0 ? -top : 0;
  const ck_int end_row = conv->height - top < side ? conv->height - top : side;
  for (ck_int tile = 0; tile < tiles; tile += K(tiles_at_once)) {
    const ck_int some = tiles - tile < K(tiles_at_once) ? tiles - tile : K(tiles_at_once);
    const ck_int left = ck_winograd_start(tile, conv->out_width);
    const ck_int columns = ck_winograd_start(tile + some - 1, conv->out_width) + side - left;
    for (ck_int c = 0; c < channels; c += CK_LANES) {
      VEC half_done[K(columns_at_once)][8];
      for (ck_int i = 0; i < columns; i++) {
        const ck_int column = left + i - conv->left;
        const int inside = column >= 0 && column < width;
        VEC field[8];
        UNROLL for (int a = 0; a < side; a++) {
          field[a] = inside && a >= first_row && a < end_row
                         ? LOAD(x + ((top + a) * width + column) * channels + c)
                         : (VEC){0};
        }
        K(winograd_input)(side, field, half_done[i]);
      }
      for (ck_int t = tile; t < tile + some; t++) {
        const ck_int start = ck_winograd_start(t, conv->out_width) - left;
        UNROLL for (int a = 0; a < side; a++) {
          VEC field[8], done[8];
          UNROLL for (int b = 0; b < side; b++) field[b] = half_done[start + b][a];
          K(winograd_input)(side, field, done);
          UNROLL for (int b = 0; b < side; b++) {
            STORE(v + (a * side + b) * apart + t * channels + c, done[b]);
          }
        }
      }
    }
  }
}

CK_TARGET static void K(winograd_read)(
    const ck_conv *conv, const float *x, ck_int row, float *v, ck_int apart) {
  if (conv->kernel_width == 3) {
    K(winograd_input_row)(6, conv, x, row, v, apart);
  } else {
    K(winograd_input_row)(8, conv, x, row, v, apart);
  }
}

// The 4×4 outputs of a tile, ReLU apart.
CK_TARGET INLINE void K(winograd_tile)(
    const int side, const float *m, ck_int apart, VEC bias, VEC out[4][4]) {
  VEC half_done[8][4];
  UNROLL for (int b = 0; b < side; b++) {
    VEC column[8];
    UNROLL for (int a = 0; a < side; a++) column[a] = LOAD(m + (a * side + b) * apart);
    K(winograd_output)(side, column, half_done[b]);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    VEC row[8];
    UNROLL for (int b = 0; b < side; b++) row[b] = half_done[b][i];
    K(winograd_output)(side, row, out[i]);
    UNROLL for (int j = 0; j < 4; j++) out[i][j] += bias;
  }
}

// A 2×2 window's maximum and its place, as pooling behind a ReLU has them.
CK_TARGET INLINE void K(winograd_pool)(
    VEC first, VEC second, VEC third, VEC fourth, int relu, ck_int count, float *y,
    uint8_t *place) {
  const VEC others[] = {second, third, fourth};
  VEC maximum = first;
  K(lanes) at = {0};
  UNROLL for (int k = 0; k < 3; k++) {
    const K(lanes) greater = others[k] > maximum;
    at = (greater & (k + 1)) | (~greater & at);
    maximum = SELECT(greater, others[k], maximum);
  }
  if (relu) {
    const K(lanes) positive = maximum > (VEC){0};
    at &= positive;
    maximum = SELECT(positive, maximum, (VEC){0});
  }
  K(store_some)(y, maximum, count);
  const K(bytes) places = __builtin_convertvector(at, K(bytes));
  memcpy(place, &places, (size_t)(count < CK_LANES ? count : CK_LANES));
}

// The outputs of a tile row from m[side · side][tiles][channels in sixteens], into image y. Where the last tile or
// row overlaps the one before it, it writes what is new.
CK_TARGET INLINE void K(winograd_output_row)(
    const int side, const ck_winograd *w, const float *m, ck_int row, const float *added, float *y,
    uint8_t *switches, ck_int apart) {
  const ck_int channels = w->conv->out_channels, width = w->conv->out_width;
  const ck_int tiles = ck_winograd_tiles(width);
  const ck_int tile_apart = ck_rounded_up(w->end - w->first, 16);
  const VEC ceiling = K(ceiling)(w->ceiling);
  const ck_int top = ck_winograd_start(row, w->conv->out_height);
  for (ck_int tile = 0; tile < tiles; tile++) {
    const ck_int left = ck_winograd_start(tile, width);
    for (ck_int c = w->first; c < w->end; c += CK_LANES) {
      const ck_int count = w->end - c;
      VEC out[4][4];
      K(winograd_tile)(
          side, m + tile * tile_apart + c - w->first, apart,
          w->bias ? K(load_some)(w->bias + c, count) : (VEC){0}, out);
      if (switches) {
        UNROLL for (int i = 0; i < 4; i += 2) {
          UNROLL for (int j = 0; j < 4; j += 2) {
            if (top + i < 4 * row || left + j < 4 * tile) continue;
            const ck_int to = ((top + i) / 2 * (width / 2) + (left + j) / 2) * channels + c;
            K(winograd_pool)(
                out[i][j], out[i][j + 1], out[i + 1][j], out[i + 1][j + 1], w->relu, count,
                y + to, switches + to);
          }
        }
        continue;
      }
      UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int j = 0; j < 4; j++) {
          if (top + i < 4 * row || left + j < 4 * tile) continue;
          const ck_int to = ((top + i) * width + left + j) * channels + c;
          VEC v = out[i][j];
          if (added) v += K(load_some)(added + to, count);
          if (w->relu) v = K(clamp)(v, ceiling);
          K(store_some)(y + to, v, count);
        }
      }
    }
  }
}

CK_TARGET static void K(winograd_write)(
    const ck_winograd *w, const float *m, ck_int row, const float *added, float *y,
    uint8_t *switches, ck_int apart) {
  if (w->conv->kernel_width == 3) {
    K(winograd_output_row)(6, w, m, row, added, y, switches, apart);
  } else {
    K(winograd_output_row)(8, w, m, row, added, y, switches, apart);
  }
}

// G w Gᵀ of input channel `in`'s weights, for every output channel, into panels; `apart` scalars from
// point to point. G is [side, kernel].
CK_TARGET INLINE void K(winograd_weights_of)(
    const int kernel, const ck_conv *conv, const float *g, ck_int in, const float *weight,
    float *packed, ck_int apart) {
  const int side = kernel + 3;
  const ck_int inputs = conv->in_channels, outputs = conv->out_channels;
  for (ck_int o = 0; o < outputs; o += CK_LANES) {
    float *to = packed + o / K(panel) * inputs * K(panel) + in * K(panel) + o % K(panel);
    VEC half_done[8][5];
    UNROLL for (int x = 0; x < kernel; x++) {
      VEC column[5];
      UNROLL for (int y = 0; y < kernel; y++) {
        column[y] = K(load_some)(
            weight + ((y * kernel + x) * inputs + in) * outputs + o, outputs - o);
      }
      UNROLL for (int a = 0; a < side; a++) {
        VEC sum = {0};
        UNROLL for (int y = 0; y < kernel; y++) sum += g[a * kernel + y] * column[y];
        half_done[a][x] = sum;
      }
    }
    for (int a = 0; a < side; a++) {
      UNROLL for (int b = 0; b < side; b++) {
        VEC sum = {0};
        UNROLL for (int x = 0; x < kernel; x++) sum += g[b * kernel + x] * half_done[a][x];
        STORE(to + (a * side + b) * apart, sum);
      }
    }
  }
}

CK_TARGET static void K(winograd_weights)(
    const ck_conv *conv, const float *g, ck_int in, const float *weight, float *packed,
    ck_int apart) {
  if (conv->kernel_width == 3) {
    K(winograd_weights_of)(3, conv, g, in, weight, packed, apart);
  } else {
    K(winograd_weights_of)(5, conv, g, in, weight, packed, apart);
  }
}
