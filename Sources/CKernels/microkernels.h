// The kernels that touch vectors, once for each instruction set. The including file defines
//
//   CK_ISA     suffix of the names, as in tile_avx512
//   CK_TARGET  __attribute__((target("…"))), or nothing
//   CK_LANES   floats in a vector
//   CK_ROWS    rows of the register tile
//   CK_CASES   CASE(1) … CASE(CK_ROWS)
//
// Vector extensions of Clang and GCC only: no intrinsics, so one text serves every processor. a * b + c
// becomes a fused multiply-add where the target has one (-ffp-contract=on, Clang's default).

#include "CKernels.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

#define CK_JOIN_(a, b) a##_##b
#define CK_JOIN(a, b) CK_JOIN_(a, b)
#define K(name) CK_JOIN(name, CK_ISA)
#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#define SQUARE_ROOT(x) __builtin_elementwise_sqrt(x)
#else
#define UNROLL _Pragma("GCC unroll 16")
#define SQUARE_ROOT(x) __builtin_sqrtf(x)
#endif

// A tile is CK_ROWS rows of two vectors: enough independent sums to hide the multiply-add's latency.
enum { K(vectors) = 2, K(panel) = CK_LANES * 2 };

typedef float K(vec) __attribute__((vector_size(CK_LANES * 4)));
typedef float K(unaligned) __attribute__((vector_size(CK_LANES * 4), aligned(4)));
typedef int32_t K(lanes) __attribute__((vector_size(CK_LANES * 4)));
typedef uint8_t K(bytes) __attribute__((vector_size(CK_LANES), aligned(1)));
#if defined(__clang__)
typedef _Bool K(flags) __attribute__((ext_vector_type(CK_LANES)));
#if CK_LANES == 16
typedef uint16_t K(flag_bits);
#else
typedef uint8_t K(flag_bits);
#endif
#endif
#define VEC K(vec)
#define LOAD(p) (*(const K(unaligned) *)(p))
#define STORE(p, x) (*(K(unaligned) *)(p) = (x))
#define SELECT(mask, a, b) \
  ((VEC)(((mask) & (K(lanes))(a)) | (~(mask) & (K(lanes))(b))))

// A vector of which only the first `count` scalars are in memory, if that is less than all.
CK_TARGET INLINE VEC K(load_some)(const float *x, ck_int count) {
  if (count >= CK_LANES) return LOAD(x);
  float all[CK_LANES] = {0};
  for (ck_int i = 0; i < count; i++) all[i] = x[i];
  return LOAD(all);
}

CK_TARGET INLINE void K(store_some)(float *y, VEC x, ck_int count) {
  if (count >= CK_LANES) {
    STORE(y, x);
  } else {
    for (ck_int i = 0; i < count; i++) y[i] = x[i];
  }
}

// What a ReLU with a ceiling doesn't pass, 0 for none.
CK_TARGET INLINE VEC K(ceiling)(float most) { return (most > 0 ? most : INFINITY) - (VEC){0}; }

// min(max(0, x), ceiling); of NaN 0.
CK_TARGET INLINE VEC K(clamp)(VEC x, VEC ceiling) {
  x = SELECT(x > (VEC){0}, x, (VEC){0});
  return SELECT(x < ceiling, x, ceiling);
}

// ---------------------------------------------------------------- the register tile

// c[rows, panel] = start + Σ over segments s and k of A(i, s, k) · b[s·K + k, panel].
// A is read by broadcast: A(i, s, k) = a[i·row + s·segment + k·step].
CK_TARGET INLINE void K(tile_rows)(
    const int rows, const int unit_step, const ck_tile *t, const float *a, const float *b,
    const float *start, float *c) {
  VEC sum[CK_ROWS][2];
  const ck_int row = t->a_row, step = unit_step ? 1 : t->a_step, count = t->k, ldc = t->ldc;
  const ck_int broadcast_row = unit_step ? row : 1;
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < 2; j++) {
      sum[i][j] = start ? LOAD(start + i * t->start_row + j * CK_LANES) : (VEC){0};
    }
  }
  const float *next = t->next ? t->next : b;
  const ck_int next_step = t->next ? t->next_step : 0;
  for (ck_int s = 0; s < t->segments; s++) {
    const float *ap = a + s * t->a_segment;
    for (ck_int k = 0; k < count; k++) {
      __builtin_prefetch(next, 0, 2);
      next += next_step;
      VEC b0 = LOAD(b), b1 = LOAD(b + CK_LANES);
      UNROLL for (int i = 0; i < rows; i++) {
        VEC x = ap[i * broadcast_row] - (VEC){0};
        sum[i][0] += x * b0;
        sum[i][1] += x * b1;
      }
      ap += step;
      b += t->b_row;
    }
    b += t->b_segment;
  }
  if (t->added) {
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int j = 0; j < 2; j++) sum[i][j] += LOAD(t->added + i * ldc + j * CK_LANES);
    }
  }
  if (t->relu) {
    const VEC ceiling = K(ceiling)(t->ceiling);
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int j = 0; j < 2; j++) sum[i][j] = K(clamp)(sum[i][j], ceiling);
    }
  }
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < 2; j++) STORE(c + i * ldc + j * CK_LANES, sum[i][j]);
  }
}

// Rows of A apart by a_row, k contiguous.
CK_TARGET static void K(tile_strided)(
    int rows, const ck_tile *t, const float *a, const float *b, const float *start, float *c) {
#define CASE(n) \
  case n: K(tile_rows)(n, 1, t, a, b, start, c); break;
  switch (rows) { CK_CASES }
#undef CASE
}

// Rows of A contiguous, k apart by a_step.
CK_TARGET static void K(tile_contiguous)(
    int rows, const ck_tile *t, const float *a, const float *b, const float *start, float *c) {
#define CASE(n) \
  case n: K(tile_rows)(n, 0, t, a, b, start, c); break;
  switch (rows) { CK_CASES }
#undef CASE
}

// ---------------------------------------------------------------- products of few rows

// A product whose B is read where it lies, as many rows of it at a time as the processor fetches ahead
// of; C goes through the first-level cache.
CK_TARGET INLINE void K(few_rows_block)(
    const int count, const ck_gemm_job *job, ck_int k, ck_int j, ck_int columns) {
  const int first = k == 0 && !job->accumulate, last = k + count == job->k;
  const float *b = job->b + k * job->ldb + j;
  VEC row[8];
  UNROLL for (int l = 0; l < count; l++) row[l] = K(load_some)(b + l * job->ldb, columns);
  for (ck_int i = 0; i < job->m; i++) {
    const float *a = job->a + i * job->lda + k;
    float *c = job->c + i * job->ldc + j;
    VEC sum = !first      ? K(load_some)(c, columns)
              : job->bias ? K(load_some)(job->bias + j, columns)
                          : (VEC){0};
    UNROLL for (int l = 0; l < count; l++) {
      const VEC x = a[l] - (VEC){0};
      sum += x * row[l];
    }
    if (last && job->relu) sum = SELECT(sum > (VEC){0}, sum, (VEC){0});
    K(store_some)(c, sum, columns);
  }
}

CK_TARGET static void K(few_rows)(const ck_gemm_job *job) {
  ck_int k = 0;
#define ROWS(count)                                                        \
  for (; k + count <= job->k; k += count) {                                \
    ck_int j = 0;                                                          \
    for (; j + CK_LANES <= job->n; j += CK_LANES) {                        \
      K(few_rows_block)(count, job, k, j, CK_LANES);                       \
    }                                                                      \
    if (j < job->n) K(few_rows_block)(count, job, k, j, job->n - j);       \
  }
  ROWS(8)
  ROWS(1)
#undef ROWS
}

// ---------------------------------------------------------------- packing B into panels

// A square block, turned by log2(CK_LANES) rounds of interleaving halves.
CK_TARGET INLINE void K(transpose_block)(const float *x, ck_int ldx, float *y, ck_int ldy) {
  VEC r[CK_LANES], q[CK_LANES];
  UNROLL for (int i = 0; i < CK_LANES; i++) r[i] = LOAD(x + i * ldx);
  UNROLL for (int round = 1; round < CK_LANES; round *= 2) {
    UNROLL for (int i = 0; i < CK_LANES / 2; i++) {
      VEC low = r[i], high = r[i + CK_LANES / 2];
#if CK_LANES == 16
      q[2 * i] = __builtin_shufflevector(
          low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      q[2 * i + 1] = __builtin_shufflevector(
          low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif CK_LANES == 8
      q[2 * i] = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
      q[2 * i + 1] = __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
#else
      q[2 * i] = __builtin_shufflevector(low, high, 0, 4, 1, 5);
      q[2 * i + 1] = __builtin_shufflevector(low, high, 2, 6, 3, 7);
#endif
    }
    UNROLL for (int i = 0; i < CK_LANES; i++) r[i] = q[i];
  }
  UNROLL for (int i = 0; i < CK_LANES; i++) STORE(y + i * ldy, r[i]);
}

// y[j, i] = x[i, j]; x is [rows, columns].
CK_TARGET static void K(transpose)(
    ck_int rows, ck_int columns, const float *x, ck_int ldx, float *y, ck_int ldy) {
  ck_int i = 0;
  for (; i + CK_LANES <= rows; i += CK_LANES) {
    ck_int j = 0;
    for (; j + CK_LANES <= columns; j += CK_LANES) {
      K(transpose_block)(x + i * ldx + j, ldx, y + j * ldy + i, ldy);
    }
    for (; j < columns; j++) {
      for (ck_int l = i; l < i + CK_LANES; l++) y[j * ldy + l] = x[l * ldx + j];
    }
  }
  for (; i < rows; i++) {
    for (ck_int j = 0; j < columns; j++) y[j * ldy + i] = x[i * ldx + j];
  }
}

// B [k, n] into panels [⌈n / panel⌉][depth][panel], the last one filled up with zeros. Of the depth,
// k rows are written.
CK_TARGET static void K(pack)(
    ck_int k, ck_int n, const float *b, ck_int ldb, int transposed, float *packed, ck_int depth) {
  const ck_int panel = K(panel);
  if (!transposed) {
    // Row after row, so that the processor fetches ahead.
    for (ck_int i = 0; i < k; i++) {
      ck_int j = 0;
      for (; j + panel <= n; j += panel) {
        float *to = packed + j * depth + i * panel;
        STORE(to, LOAD(b + i * ldb + j));
        STORE(to + CK_LANES, LOAD(b + i * ldb + j + CK_LANES));
      }
      if (j < n) {
        float *to = packed + j * depth + i * panel;
        for (ck_int l = 0; l < panel; l++) to[l] = j + l < n ? b[i * ldb + j + l] : 0;
      }
    }
    return;
  }
  for (ck_int j = 0; j < n; j += panel, packed += depth * panel) {
    const ck_int width = n - j < panel ? n - j : panel;
    const ck_int whole = width == panel ? k / CK_LANES * CK_LANES : 0;
    for (ck_int l = 0; l < 2; l++) {
      for (ck_int i = 0; i < whole; i += CK_LANES) {
        K(transpose_block)(
            b + (j + l * CK_LANES) * ldb + i, ldb, packed + i * panel + l * CK_LANES, panel);
      }
    }
    for (ck_int i = whole; i < k; i++) {
      for (ck_int l = 0; l < panel; l++) {
        packed[i * panel + l] = l < width ? b[(j + l) * ldb + i] : 0;
      }
    }
  }
}

// A row of n scalars into `tiles` tiles as ck_split divides them, without its division a tile; `apart`
// scalars from one to the next.
// Whole vectors: what a tile doesn't use is what follows in x, which goes on behind the row.
CK_TARGET static void K(pack_row)(
    ck_int n, ck_int tiles, const float *x, float *packed, ck_int apart) {
  const ck_int step = n / tiles, rest = n % tiles;
  for (ck_int tile = 0, left = 0; tile < tiles; tile++) {
    UNROLL for (int i = 0; i < CK_ROWS; i += CK_LANES) STORE(packed + tile * apart + i, LOAD(x + i));
    x += step;
    left += rest;
    if (left >= tiles) x++, left -= tiles;
  }
}

// ---------------------------------------------------------------- zeros

// Bit i says that x[i] isn't zero, for at most 64 scalars.
CK_TARGET static uint64_t K(nonzero_bits)(ck_int count, const float *x) {
  uint64_t bits = 0;
  ck_int i = 0;
#if defined(__clang__)
  for (; i + CK_LANES <= count; i += CK_LANES) {
    const K(flags) some = __builtin_convertvector(LOAD(x + i) != (VEC){0}, K(flags));
    bits |= (uint64_t)(__builtin_bit_cast(K(flag_bits), some) & ((1u << CK_LANES) - 1)) << i;
  }
#endif
  for (; i < count; i++) bits |= (uint64_t)(x[i] != 0) << i;
  return bits;
}

// For each of `rows` rows: c = start + Σ over the set bits k of its word of a[k] · b[k], for columns in
// `panels` panels of B, packed 64 deep. `start` goes on by start_row scalars a row, or is NULL for zeros.
CK_TARGET INLINE void K(skip_zeros_in)(
    const int panels, const int whole, ck_int rows, ck_int columns, const uint64_t *words,
    const float *a, ck_int lda, const float *b, const float *start, ck_int start_row, int relu,
    float *c, ck_int ldc) {
  const int vectors = 2 * panels;
  for (ck_int i = 0; i < rows; i++, a += lda, c += ldc) {
    VEC sum[8];
    UNROLL for (int j = 0; j < vectors; j++) {
      const ck_int count = whole ? CK_LANES : columns - j * CK_LANES;
      sum[j] = start ? K(load_some)(start + i * start_row + j * CK_LANES, count) : (VEC){0};
    }
    for (uint64_t word = words[i]; word; word &= word - 1) {
      const ck_int k = __builtin_ctzll(word);
      const float *row = b + k * K(panel);
      const VEC x = a[k] - (VEC){0};
      UNROLL for (int j = 0; j < vectors; j++) {
        sum[j] += x * LOAD(row + j / 2 * (64 * K(panel)) + j % 2 * CK_LANES);
      }
    }
    UNROLL for (int j = 0; j < vectors; j++) {
      VEC y = sum[j];
      if (relu) y = SELECT(y > (VEC){0}, y, (VEC){0});
      K(store_some)(c + j * CK_LANES, y, whole ? CK_LANES : columns - j * CK_LANES);
    }
  }
}

CK_TARGET static void K(skip_zeros)(
    int panels, ck_int rows, ck_int columns, const uint64_t *words, const float *a, ck_int lda,
    const float *b, const float *start, ck_int start_row, int relu, float *c, ck_int ldc) {
#define CASE(n)                                                                               \
  case n:                                                                                     \
    if (columns == n * K(panel)) {                                                            \
      K(skip_zeros_in)(                                                                       \
          n, 1, rows, columns, words, a, lda, b, start, start_row, relu, c, ldc);             \
    } else {                                                                                  \
      K(skip_zeros_in)(                                                                       \
          n, 0, rows, columns, words, a, lda, b, start, start_row, relu, c, ldc);             \
    }                                                                                         \
    break;
  switch (panels) { CASE(1) CASE(2) CASE(3) CASE(4) }
#undef CASE
}

// ---------------------------------------------------------------- gathered sums (sparse gradients)

// sum[0 ..< vectors] += Σ value[e] · source[offset[e] …], the sums held in registers.
CK_TARGET INLINE void K(gather_vectors)(
    const int vectors, ck_int count, const int32_t *offset, const float *value,
    const float *source, float *sum) {
  VEC s[10];
  UNROLL for (int j = 0; j < vectors; j++) s[j] = LOAD(sum + j * CK_LANES);
  for (ck_int e = 0; e < count; e++) {
    const float *p = source + offset[e];
    VEC x = value[e] - (VEC){0};
    UNROLL for (int j = 0; j < vectors; j++) s[j] += x * LOAD(p + j * CK_LANES);
  }
  UNROLL for (int j = 0; j < vectors; j++) STORE(sum + j * CK_LANES, s[j]);
}

// sum[0 ..< length] += Σ value[e] · source[offset[e] ..< length].
CK_TARGET static void K(gather)(
    ck_int length, ck_int count, const int32_t *offset, const float *value, const float *source,
    float *sum) {
  ck_int i = 0;
  for (; i + 10 * CK_LANES <= length; i += 10 * CK_LANES) {
    K(gather_vectors)(10, count, offset, value, source + i, sum + i);
  }
  for (; i + CK_LANES <= length; i += CK_LANES) {
    K(gather_vectors)(1, count, offset, value, source + i, sum + i);
  }
  for (; i < length; i++) {
    float s = sum[i];
    for (ck_int e = 0; e < count; e++) s += value[e] * source[offset[e] + i];
    sum[i] = s;
  }
}

// ---------------------------------------------------------------- pooling

// The window's maximum for CK_LANES channels, and where it was.
CK_TARGET INLINE void K(max_window)(
    const float *x, ck_int row, ck_int channels, ck_int y0, ck_int y1, ck_int x0, ck_int x1,
    ck_int window_width, VEC *maximum, K(lanes) *position) {
  VEC m = LOAD(x + y0 * row + x0 * channels);
  K(lanes) at = (int32_t)(y0 * window_width + x0) - (K(lanes)){0};
  for (ck_int i = y0; i < y1; i++) {
    for (ck_int j = x0; j < x1; j++) {
      VEC v = LOAD(x + i * row + j * channels);
      K(lanes) greater = v > m;
      K(lanes) here = (int32_t)(i * window_width + j) - (K(lanes)){0};
      at = (greater & here) | (~greater & at);
      m = SELECT(greater, v, m);
    }
  }
  *maximum = m;
  *position = at;
}

CK_TARGET static void K(max_pool)(
    const ck_pool *p, const float *restrict x, float *restrict y, uint8_t *restrict switches) {
  const ck_int c = p->channels, row = p->width * c;
  for (ck_int oy = 0; oy < p->out_height; oy++) {
    const ck_int top = oy * p->stride_y - p->top;
    const ck_int y0 = top < 0 ? -top : 0;
    const ck_int y1 = p->height - top < p->window_height ? p->height - top : p->window_height;
    for (ck_int ox = 0; ox < p->out_width; ox++) {
      const ck_int left = ox * p->stride_x - p->left;
      const ck_int x0 = left < 0 ? -left : 0;
      const ck_int x1 = p->width - left < p->window_width ? p->width - left : p->window_width;
      const float *window = x + top * row + left * c;
      float *to = y + (oy * p->out_width + ox) * c;
      uint8_t *at = switches + (oy * p->out_width + ox) * c;
      const int whole2x2 = p->window_height == 2 && p->window_width == 2 && y0 == 0 && x0 == 0 &&
                           y1 == 2 && x1 == 2;
      ck_int i = 0;
      for (; i + CK_LANES <= c; i += CK_LANES) {
        VEC maximum;
        K(lanes) position;
        if (whole2x2) {
          K(max_window)(window + i, row, c, 0, 2, 0, 2, 2, &maximum, &position);
        } else {
          K(max_window)(
              window + i, row, c, y0, y1, x0, x1, p->window_width, &maximum, &position);
        }
        STORE(to + i, maximum);
        *(K(bytes) *)(at + i) = __builtin_convertvector(position, K(bytes));
      }
      for (; i < c; i++) {
        float m = window[y0 * row + x0 * c + i];
        ck_int best = y0 * p->window_width + x0;
        for (ck_int u = y0; u < y1; u++) {
          for (ck_int v = x0; v < x1; v++) {
            float value = window[u * row + v * c + i];
            if (value > m) m = value, best = u * p->window_width + v;
          }
        }
        to[i] = m;
        at[i] = (uint8_t)best;
      }
    }
  }
}

// Windows of 2×2 that neither overlap nor leave gaps: every dx is written once.
CK_TARGET static void K(max_unpool_2x2)(
    const ck_pool *p, const float *restrict dy, const uint8_t *restrict switches,
    const float *restrict y, float *restrict dx) {
  const ck_int c = p->channels, row = p->width * c;
  const VEC zero = {0};
  for (ck_int oy = 0; oy < p->out_height; oy++) {
    for (ck_int ox = 0; ox < p->out_width; ox++) {
      const ck_int at = (oy * p->out_width + ox) * c;
      float *to = dx + 2 * oy * row + 2 * ox * c;
      ck_int i = 0;
      for (; i + CK_LANES <= c; i += CK_LANES) {
        VEC v = LOAD(dy + at + i);
        if (y) v = SELECT(LOAD(y + at + i) > zero, v, zero);
        K(lanes) k = __builtin_convertvector(*(const K(bytes) *)(switches + at + i), K(lanes));
        STORE(to + i, SELECT(k == 0, v, zero));
        STORE(to + c + i, SELECT(k == 1, v, zero));
        STORE(to + row + i, SELECT(k == 2, v, zero));
        STORE(to + row + c + i, SELECT(k == 3, v, zero));
      }
      for (; i < c; i++) {
        float v = y && !(y[at + i] > 0) ? 0 : dy[at + i];
        for (int k = 0; k < 4; k++) {
          to[(k >> 1) * row + (k & 1) * c + i] = switches[at + i] == k ? v : 0;
        }
      }
    }
  }
}

CK_TARGET static void K(max_unpool)(
    const ck_pool *p, const float *restrict dy, const uint8_t *restrict switches,
    const float *restrict y, float *restrict dx) {
  const ck_int c = p->channels;
  if (p->window_height == 2 && p->window_width == 2 && p->stride_y == 2 && p->stride_x == 2 &&
      p->top == 0 && p->left == 0 && p->height == 2 * p->out_height &&
      p->width == 2 * p->out_width) {
    K(max_unpool_2x2)(p, dy, switches, y, dx);
    return;
  }
  memset(dx, 0, (size_t)(p->height * p->width * c) * sizeof *dx);
  for (ck_int oy = 0; oy < p->out_height; oy++) {
    for (ck_int ox = 0; ox < p->out_width; ox++) {
      const ck_int at = (oy * p->out_width + ox) * c;
      for (ck_int i = 0; i < c; i++) {
        if (y && !(y[at + i] > 0)) continue;
        const ck_int u = oy * p->stride_y - p->top + switches[at + i] / p->window_width;
        const ck_int v = ox * p->stride_x - p->left + switches[at + i] % p->window_width;
        dx[(u * p->width + v) * c + i] += dy[at + i];
      }
    }
  }
}

// Calls for each window position inside the image; `backward` spreads instead of gathering.
CK_TARGET INLINE void K(average)(
    const ck_pool *p, const int backward, int count_outside, const float *in, float *out) {
  const ck_int c = p->channels, row = p->width * c;
  for (ck_int oy = 0; oy < p->out_height; oy++) {
    const ck_int top = oy * p->stride_y - p->top;
    const ck_int y0 = top < 0 ? -top : 0;
    const ck_int y1 = p->height - top < p->window_height ? p->height - top : p->window_height;
    const ck_int below = p->height + p->bottom - top;
    const ck_int counted_rows = below < p->window_height ? below : p->window_height;
    for (ck_int ox = 0; ox < p->out_width; ox++) {
      const ck_int left = ox * p->stride_x - p->left;
      const ck_int x0 = left < 0 ? -left : 0;
      const ck_int x1 = p->width - left < p->window_width ? p->width - left : p->window_width;
      const ck_int beyond = p->width + p->right - left;
      const ck_int counted_columns = beyond < p->window_width ? beyond : p->window_width;
      const ck_int inside = (y1 - y0) * (x1 - x0);
      const float scale = 1.0f / (float)(count_outside ? counted_rows * counted_columns : inside);
      const ck_int pooled = (oy * p->out_width + ox) * c;
      for (ck_int i = y0; i < y1; i++) {
        for (ck_int j = x0; j < x1; j++) {
          const ck_int at = (top + i) * row + (left + j) * c;
          if (backward) {
            for (ck_int k = 0; k < c; k++) out[at + k] += in[pooled + k] * scale;
          } else {
            for (ck_int k = 0; k < c; k++) out[pooled + k] += in[at + k] * scale;
          }
        }
      }
    }
  }
}

CK_TARGET static void K(average_pool)(
    const ck_pool *p, const float *x, int count_outside, float *y) {
  memset(y, 0, (size_t)(p->out_height * p->out_width * p->channels) * sizeof *y);
  K(average)(p, 0, count_outside, x, y);
}

CK_TARGET static void K(average_unpool)(
    const ck_pool *p, const float *dy, int count_outside, float *dx) {
  memset(dx, 0, (size_t)(p->height * p->width * p->channels) * sizeof *dx);
  K(average)(p, 1, count_outside, dy, dx);
}

#include "depthwise.h"
#include "elementwise.h"
#include "recurrent.h"
#include "winograd.h"

const ck_kernels K(ck_kernels) = {
    .panel = K(panel),
    .rows = CK_ROWS,
    .tile_strided = K(tile_strided),
    .tile_contiguous = K(tile_contiguous),
    .pack = K(pack),
    .pack_row = K(pack_row),
    .nonzero_bits = K(nonzero_bits),
    .skip_zeros = K(skip_zeros),
    .transpose = K(transpose),
    .few_rows = K(few_rows),
    .depthwise = K(depthwise),
    .gather = K(gather),
    .winograd_read = K(winograd_read),
    .winograd_weights = K(winograd_weights),
    .winograd_write = K(winograd_write),
    .rnn_gates = K(rnn_gates),
    .rnn_gates_gradient = K(rnn_gates_gradient),
    .lstm_gates = K(lstm_gates),
    .lstm_gates_gradient = K(lstm_gates_gradient),
    .gru_gates = K(gru_gates),
    .gru_gates_gradient = K(gru_gates_gradient),
#define CK_ENTRY(first, result, name, parameters, arguments) .name = K(name),
    CK_PASSED_ON(CK_ENTRY)
#undef CK_ENTRY
};
