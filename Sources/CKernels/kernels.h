// What the files of this room share: the treatment of denormals, the register tile's strides and the
// table of an instruction set.
#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include "CKernels.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

// How a thread's processor treats denormal numbers. Gradients that vanish are full of them, and x86
// multiplies them in microcode, at a tenth of the speed and less.
#if defined(__x86_64__)
typedef unsigned ck_mode;
static inline ck_mode ck_flush_denormals(void) {
  const ck_mode before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);  // flush to zero, denormals are zeros: Intel SDM, volume 1, 10.2.3
  return before;
}
static inline void ck_restore(const ck_mode *before) { _mm_setcsr(*before); }
#elif defined(__aarch64__)
typedef uint64_t ck_mode;
static inline ck_mode ck_flush_denormals(void) {
  ck_mode before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | 1 << 24) : "memory");  // FZ
  return before;
}
static inline void ck_restore(const ck_mode *before) {
  __asm__ volatile("msr fpcr, %0" : : "r"(*before) : "memory");
}
#else
typedef int ck_mode;
static inline ck_mode ck_flush_denormals(void) { return 0; }
static inline void ck_restore(const ck_mode *before) { (void)before; }
#endif

// First in a function that multiplies: denormals are zeros until it returns.
#define CK_DENORMALS_ARE_ZEROS \
  __attribute__((cleanup(ck_restore), unused)) const ck_mode ck_before = ck_flush_denormals()

// Strides of one register tile; see tile_rows in microkernels.h.
typedef struct ck_tile {
  ck_int a_row, a_segment, a_step;  // of A, in scalars
  ck_int b_row, b_segment;          // of B: from row to row, and on top of it between segments
  ck_int segments, k;               // the sum runs over segments · k
  ck_int start_row, ldc;            // of the start values (0: one row for all) and of C
  const float *added;               // laid out as C, added to the sums, or NULL
  int relu;
  float ceiling;      // with relu: 0 for none
  const float *next;  // what will be read later is fetched meanwhile, next_step scalars a step of the
  ck_int next_step;   // sum, or NULL
} ck_tile;

typedef void ck_tile_kernel(
    int rows, const ck_tile *t, const float *a, const float *b, const float *start, float *c);

// The kernels that are called as they are, by the functions of CKernels.h: what these do first, result, name,
// parameters and arguments.
#define CK_PASSED_ON(X)                                                                            \
  X(, void, max_pool,                                                                              \
    (const ck_pool *p, const float *restrict x, float *restrict y, uint8_t *restrict at),          \
    (p, x, y, at))                                                                                 \
  X(, void, max_unpool,                                                                            \
    (const ck_pool *p, const float *restrict dy, const uint8_t *restrict at,                       \
     const float *restrict y, float *restrict dx),                                                 \
    (p, dy, at, y, dx))                                                                            \
  X(CK_DENORMALS_ARE_ZEROS, void, average_pool,                                                    \
    (const ck_pool *p, const float *restrict x, int outside, float *restrict y),                   \
    (p, x, outside, y))                                                                            \
  X(CK_DENORMALS_ARE_ZEROS, void, average_unpool,                                                  \
    (const ck_pool *p, const float *restrict dy, int outside, float *restrict dx),                 \
    (p, dy, outside, dx))                                                                          \
  X(, void, relu, (ck_int n, const float *x, float *y), (n, x, y))                                 \
  X(, void, relu_gradient, (ck_int n, const float *y, const float *dy, float *dx), (n, y, dy, dx)) \
  X(CK_DENORMALS_ARE_ZEROS, void, tanh, (ck_int n, const float *x, float *y), (n, x, y))           \
  X(CK_DENORMALS_ARE_ZEROS, void, tanh_gradient,                                                   \
    (ck_int n, const float *y, const float *dy, float *dx), (n, y, dy, dx))                        \
  X(CK_DENORMALS_ARE_ZEROS, void, sigmoid, (ck_int n, const float *x, float *y), (n, x, y))        \
  X(CK_DENORMALS_ARE_ZEROS, void, sigmoid_gradient,                                                \
    (ck_int n, const float *y, const float *dy, float *dx), (n, y, dy, dx))                        \
  X(, void, add, (ck_int n, const float *restrict x, float *restrict y), (n, x, y))                \
  X(CK_DENORMALS_ARE_ZEROS, void, affine,                                                          \
    (ck_int n, float scale, float shift, const float *restrict x, float *restrict y),              \
    (n, scale, shift, x, y))                                                                       \
  X(, void, add_rows,                                                                              \
    (ck_int rows, ck_int n, const float *restrict x, ck_int ldx, float *restrict sum),             \
    (rows, n, x, ldx, sum))                                                                        \
  X(, ck_int, count_nonzeros, (ck_int n, const float *x), (n, x))                                  \
  X(CK_DENORMALS_ARE_ZEROS, double, sum_of_squares, (ck_int n, const float *x), (n, x))            \
  X(CK_DENORMALS_ARE_ZEROS, void, dropout,                                                         \
    (ck_int n, uint32_t key, uint32_t first, float drop, const float *x, float *y),                \
    (n, key, first, drop, x, y))                                                                   \
  X(CK_DENORMALS_ARE_ZEROS, void, sgd,                                                             \
    (ck_int n, float rate, const float *restrict g, float *restrict w), (n, rate, g, w))           \
  X(CK_DENORMALS_ARE_ZEROS, void, momentum,                                                        \
    (ck_int n, float rate, float momentum, int nesterov, const float *restrict g,                  \
     float *restrict v, float *restrict w),                                                        \
    (n, rate, momentum, nesterov, g, v, w))                                                        \
  X(CK_DENORMALS_ARE_ZEROS, void, adam,                                                            \
    (ck_int n, float rate, float beta1, float beta2, float epsilon, const float *restrict g,       \
     float *restrict m, float *restrict v, float *restrict w),                                     \
    (n, rate, beta1, beta2, epsilon, g, m, v, w))                                                  \
  X(CK_DENORMALS_ARE_ZEROS, void, rmsprop,                                                         \
    (ck_int n, float rate, float decay, float momentum, float epsilon, const float *restrict g,    \
     float *restrict s, float *restrict u, float *restrict w),                                     \
    (n, rate, decay, momentum, epsilon, g, s, u, w))                                               \
  X(CK_DENORMALS_ARE_ZEROS, void, adagrad,                                                         \
    (ck_int n, float rate, const float *restrict g, float *restrict s, float *restrict w),         \
    (n, rate, g, s, w))

typedef struct ck_kernels {
  int panel, rows;
  ck_tile_kernel *tile_strided, *tile_contiguous;
  void (*pack)(ck_int, ck_int, const float *, ck_int, int, float *, ck_int);
  void (*pack_row)(ck_int, ck_int, const float *, float *, ck_int);
  uint64_t (*nonzero_bits)(ck_int, const float *);
  void (*skip_zeros)(
      int, ck_int, ck_int, const uint64_t *, const float *, ck_int, const float *, const float *,
      ck_int, int, float *, ck_int);
  void (*transpose)(ck_int, ck_int, const float *, ck_int, float *, ck_int);
  void (*few_rows)(const ck_gemm_job *);
  void (*depthwise)(const ck_conv_job *);
  void (*gather)(ck_int, ck_int, const int32_t *, const float *, const float *, float *);
  void (*winograd_read)(const ck_conv *, const float *, ck_int, float *, ck_int);
  void (*winograd_weights)(
      const ck_conv *, const float *, ck_int, const float *, float *, ck_int);
  void (*winograd_write)(
      const ck_winograd *, const float *, ck_int, const float *, float *, uint8_t *, ck_int);
  void (*rnn_gates)(ck_int, ck_int, const float *, ck_int, float *, float *, ck_int);
  void (*rnn_gates_gradient)(ck_int, ck_int, const float *, const float *, float *, ck_int);
  void (*lstm_gates)(
      ck_int, ck_int, const float *, ck_int, const float *, ck_int, float *, float *, float *,
      float *, ck_int);
  void (*lstm_gates_gradient)(
      ck_int, ck_int, const float *, const float *, const float *, ck_int, const float *, float *,
      float *, ck_int);
  void (*gru_gates)(
      ck_int, ck_int, const float *, ck_int, const float *, ck_int, float *, float *, float *,
      float *, ck_int);
  void (*gru_gates_gradient)(
      ck_int, ck_int, const float *, const float *, const float *, ck_int, float *, float *,
      ck_int);
#define CK_MEMBER(first, result, name, parameters, arguments) result(*name) parameters;
  CK_PASSED_ON(CK_MEMBER)
#undef CK_MEMBER
} ck_kernels;

extern const ck_kernels ck_kernels_portable;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2, ck_kernels_avx512;
#endif

// The table of an instruction set.
const ck_kernels *ck_table(ck_isa isa);
// Runs one tile, `columns` of the panel wide, through a buffer if that is less than the panel.
void ck_run_tile(
    const ck_kernels *kernels, ck_tile_kernel *kernel, int rows, ck_int columns, const ck_tile *t,
    const float *a, const float *b, const float *start, float *c);

static inline ck_int ck_smaller(ck_int a, ck_int b) { return a < b ? a : b; }
static inline ck_int ck_larger(ck_int a, ck_int b) { return a > b ? a : b; }
// The first multiple of `to` that isn't below n.
static inline ck_int ck_rounded_up(ck_int n, ck_int to) { return (n + to - 1) / to * to; }

// Lets tile `index` of `tiles`, which go over one panel, fetch its share of the next one.
static inline void ck_fetch(
    ck_tile *t, const float *next_panel, ck_int panel, ck_int index, ck_int tiles) {
  t->next_step = (panel + tiles - 1) / tiles;
  t->next = next_panel ? next_panel + index * t->segments * t->k * t->next_step : NULL;
}

// `count` rows divided into tiles of at most `most` rows, sizes as equal as can be: the first row of
// tile `index` out of `tiles`.
static inline ck_int ck_split(ck_int count, ck_int tiles, ck_int index) {
  return count * index / tiles;
}

// Tiles of 4 outputs that cover `length`, and where tile `index` begins: the last one ends at the edge.
static inline ck_int ck_winograd_tiles(ck_int length) { return (length + 3) / 4; }
static inline ck_int ck_winograd_start(ck_int index, ck_int length) {
  return 4 * index + 4 <= length ? 4 * index : length - 4;
}

#endif
