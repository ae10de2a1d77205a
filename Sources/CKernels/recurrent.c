// Recurrent cells over whole sequences: at each step a product with weights that were packed once,
// then one pass over the gates.
#include "kernels.h"

#include <string.h>

enum { row_gap = 16 };  // between copied rows, so that they don't share cache sets

ck_int ck_pack_count(ck_isa isa, ck_int k, ck_int n) {
  const ck_int panel = ck_table(isa)->panel;
  return k * ((n + panel - 1) / panel * panel);
}

void ck_pack(
    ck_isa isa, ck_int k, ck_int n, const float *restrict b, ck_int ldb, int transposed,
    float *restrict packed) {
  ck_table(isa)->pack(k, n, b, ldb, transposed, packed);
}

// c [rows, n] = start + a · b, b packed; start (rows start_row apart, 0: one for all) may be c, or
// NULL for zeros.
static void product(
    const ck_kernels *kernels, ck_int rows, ck_int n, ck_int k, const float *a, ck_int lda,
    const float *packed, const float *start, ck_int start_row, float *c, ck_int ldc) {
  const ck_int tiles = (rows + kernels->rows - 1) / kernels->rows;
  const ck_tile t = {
      .a_row = lda, .b_row = kernels->panel, .segments = 1, .k = k, .start_row = start_row,
      .ldc = ldc};
  for (ck_int j = 0; j < n; j += kernels->panel) {
    for (ck_int tile = 0; tile < tiles; tile++) {
      const ck_int i = ck_split(rows, tiles, tile);
      ck_run_tile(
          kernels, kernels->tile_strided, (int)(ck_split(rows, tiles, tile + 1) - i), n - j, &t,
          a + i * lda, packed + j * k, start ? start + i * start_row + j : NULL, c + i * ldc + j);
    }
  }
}

ck_int ck_recurrent_scratch(const ck_recurrent *r, ck_int gates) {
  return r->rows * (gates * r->hidden + row_gap + 2 * r->hidden) + r->hidden;
}

// What a part's pass works with.
typedef struct ck_pass {
  const ck_kernels *kernels;
  ck_int rows, hidden, first, step;  // step: scalars of [batch, hidden]
  ck_int ld;
  float *copy, *dh, *dc, *zeros;
} ck_pass;

static ck_pass ck_begin(ck_isa isa, const ck_recurrent *r, ck_int gates, float *scratch) {
  ck_pass p = {
      .kernels = ck_table(isa), .rows = r->rows, .hidden = r->hidden,
      .first = r->first * r->hidden, .step = r->batch * r->hidden,
      .ld = gates * r->hidden + row_gap, .copy = scratch};
  p.dh = scratch + p.rows * p.ld;
  p.dc = p.dh + p.rows * p.hidden;
  p.zeros = p.dc + p.rows * p.hidden;
  memset(p.dc, 0, (size_t)(p.rows * p.hidden + p.hidden) * sizeof(float));
  return p;
}

// The output gradient that joins at step t, or NULL.
static const float *ck_joining(const ck_recurrent *r, const ck_pass *p, const float *dy, ck_int t) {
  if (r->every_step) return dy + t * p->step + p->first;
  return t == r->steps - 1 ? dy + p->first : NULL;
}

void ck_rnn_forward(
    ck_isa isa, const ck_recurrent *r, const float *packed, float *restrict h,
    float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 1, scratch);
  for (ck_int t = 0; t < r->steps; t++) {
    float *now = h + t * p.step + p.first;
    if (t > 0) {
      product(
          p.kernels, p.rows, p.hidden, p.hidden, p.copy, p.ld, packed, now, p.hidden, now,
          p.hidden);
    }
    p.kernels->rnn_gates(p.rows, p.hidden, now, p.copy, p.ld);
  }
}

void ck_rnn_backward(
    ck_isa isa, const ck_recurrent *r, const float *packed, const float *restrict h,
    const float *restrict dy, float *restrict d, float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 1, scratch);
  for (ck_int t = r->steps - 1; t >= 0; t--) {
    const float *dh = ck_joining(r, &p, dy, t);
    if (t < r->steps - 1) {
      product(
          p.kernels, p.rows, p.hidden, p.hidden, p.copy, p.ld, packed, dh, p.hidden, p.dh,
          p.hidden);
      dh = p.dh;
    }
    const ck_int at = t * p.step + p.first;
    p.kernels->rnn_gates_gradient(p.rows, p.hidden, h + at, dh, d + at, p.copy, p.ld);
  }
}

void ck_lstm_forward(
    ck_isa isa, const ck_recurrent *r, const float *packed, float *restrict gates,
    float *restrict c, float *restrict h, float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 4, scratch);
  for (ck_int t = 0; t < r->steps; t++) {
    const ck_int at = t * p.step + p.first;
    float *now = gates + 4 * at;
    if (t > 0) {
      product(
          p.kernels, p.rows, 4 * p.hidden, p.hidden, p.copy, p.ld, packed, now, 4 * p.hidden, now,
          4 * p.hidden);
    }
    p.kernels->lstm_gates(
        p.rows, p.hidden, now, t > 0 ? c + at - p.step : p.zeros, t > 0 ? p.hidden : 0, c + at,
        h + at, p.copy, p.ld);
  }
}

void ck_lstm_backward(
    ck_isa isa, const ck_recurrent *r, const float *packed, const float *restrict gates,
    const float *restrict c, const float *restrict dy, float *restrict d,
    float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 4, scratch);
  for (ck_int t = r->steps - 1; t >= 0; t--) {
    const ck_int at = t * p.step + p.first;
    const float *dh = ck_joining(r, &p, dy, t);
    if (t < r->steps - 1) {
      product(
          p.kernels, p.rows, p.hidden, 4 * p.hidden, p.copy, p.ld, packed, dh, p.hidden, p.dh,
          p.hidden);
      dh = p.dh;
    }
    p.kernels->lstm_gates_gradient(
        p.rows, p.hidden, gates + 4 * at, c + at, t > 0 ? c + at - p.step : p.zeros,
        t > 0 ? p.hidden : 0, dh, p.dc, d + 4 * at, p.copy, p.ld);
  }
}

void ck_gru_forward(
    ck_isa isa, const ck_recurrent *r, const float *packed, const float *packed_new,
    const float *restrict bias_new, float *restrict gates, float *restrict hn, float *restrict h,
    float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 4, scratch);
  for (ck_int t = 0; t < r->steps; t++) {
    const ck_int at = t * p.step + p.first;
    float *now = gates + 3 * at;
    if (t > 0) {
      product(
          p.kernels, p.rows, 2 * p.hidden, p.hidden, p.copy, p.ld, packed, now, 3 * p.hidden, now,
          3 * p.hidden);
      product(
          p.kernels, p.rows, p.hidden, p.hidden, p.copy, p.ld, packed_new, bias_new, 0, hn + at,
          p.hidden);
    } else {
      for (ck_int i = 0; i < p.rows; i++) {
        memcpy(hn + at + i * p.hidden, bias_new, (size_t)p.hidden * sizeof(float));
      }
    }
    p.kernels->gru_gates(
        p.rows, p.hidden, now, hn + at, t > 0 ? h + at - p.step : p.zeros, t > 0 ? p.hidden : 0,
        h + at, p.copy, p.ld);
  }
}

void ck_gru_backward(
    ck_isa isa, const ck_recurrent *r, const float *packed, const float *restrict gates,
    const float *restrict hn, const float *restrict h, const float *restrict dy,
    float *restrict d, float *restrict scratch) {
  const ck_pass p = ck_begin(isa, r, 4, scratch);
  const ck_int count = p.rows * p.hidden;
  memset(p.dh, 0, (size_t)count * sizeof(float));
  for (ck_int t = r->steps - 1; t >= 0; t--) {
    const ck_int at = t * p.step + p.first;
    if (t < r->steps - 1) {
      product(
          p.kernels, p.rows, p.hidden, 3 * p.hidden, p.copy, p.ld, packed, p.dh, p.hidden, p.dh,
          p.hidden);
    }
    const float *joining = ck_joining(r, &p, dy, t);
    if (joining) p.kernels->add(count, joining, p.dh);
    p.kernels->gru_gates_gradient(
        p.rows, p.hidden, gates + 3 * at, hn + at, t > 0 ? h + at - p.step : p.zeros,
        t > 0 ? p.hidden : 0, p.dh, d + 4 * at, p.copy, p.ld);
  }
}
