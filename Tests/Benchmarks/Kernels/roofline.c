// Where each kernel stands between the processor's peak and the memory's: prints, as CSV, what a kernel
// does at LeNet-5's sizes and a batch of 128, on one thread, the best of several turns by processor time.
//
//     clang -O3 -I Sources/CKernels/include Sources/CKernels/*.c \
//         Tests/Benchmarks/Kernels/roofline.c -o roofline -lm && ./roofline > roofline.csv
//     python3 Tests/Benchmarks/Kernels/roofline.py roofline.csv roofline.svg
//
// Operations are those that are carried out: a multiplication and an addition are two, what is passed
// over counts nothing. Bytes are those that must move if everything is read and written once.
#define _GNU_SOURCE
#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { batch = 128, turns = 15 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *floats(ck_int count, double share) {
  float *x = aligned_alloc(64, (size_t)((count * 4 + 127) / 64 * 64));
  if (!x) abort();
  static uint32_t state = 1;
  for (ck_int i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    const float value = (float)(state >> 8) / 16777216.0f;
    state = state * 1664525u + 1013904223u;
    x[i] = (state >> 8) / 16777216.0 < share ? value - 0.4f : 0;
  }
  return x;
}

#define BEST(...)                                              \
  ({                                                           \
    double best = 1e9;                                         \
    for (int turn = 0; turn < turns; turn++) {                 \
      const double start = now();                              \
      __VA_ARGS__;                                             \
      const double taken = now() - start;                      \
      best = taken < best ? taken : best;                      \
    }                                                          \
    best;                                                      \
  })

// A line: operations and bytes of one call.
static void line(const char *name, double operations, double bytes, double seconds) {
  printf(
      "\"%s\",%.3f,%.2f,%.2f\n", name, operations / bytes, operations / seconds / 1e9,
      bytes / seconds / 1e9);
}

#if defined(__x86_64__)
typedef float vec __attribute__((vector_size(64)));
#define WIDE __attribute__((target("avx512f"), noinline))
WIDE static float peak_avx512(ck_int rounds) {
  vec sum[12] = {0}, x = sum[0] + 0.5f, y = sum[0] + 1e-3f;
  for (ck_int i = 0; i < rounds; i++) {
    for (int j = 0; j < 12; j++) sum[j] += x * y;
    __asm__ volatile("" : "+v"(x), "+v"(y));
  }
  vec all = {0};
  for (int j = 0; j < 12; j++) all += sum[j];
  return all[0];
}
#endif

int main(void) {
  const ck_isa isa = ck_isa_best();
  puts("kernel,operations a byte,GFLOP/s,GB/s");
#if defined(__x86_64__)
  if (isa == ck_isa_avx512) {
    volatile float kept = 0;
    const double seconds = BEST(kept = peak_avx512(1 << 20));
    (void)kept;
    printf("peak,,%.1f,\n", 12.0 * 32 * (1 << 20) / seconds / 1e9);
  }
#endif
  const ck_int large = 1 << 25;
  float *from = floats(large, 1), *to = floats(large, 1);
  const double added = BEST(ck_add(isa, large, from, to));
  printf("memory,,,%.1f\n", (double)large * 12 / added / 1e9);
  free(from);
  free(to);

  const ck_conv conv2 = {14, 14, 32, 2, 2, 2, 2, 5, 5, 64, 1, 1, 14, 14};
  const ck_int in = 14 * 14 * 32, out = 14 * 14 * 64, weights = 25 * 32 * 64;
  float *x = floats(batch * in, 0.6), *w = floats(weights, 1), *bias = floats(64, 1);
  float *y = floats(batch * out, 1), *padded = floats(ck_conv_padded_count(&conv2), 1);
  float *packed = floats(ck_conv_packed_count(isa, &conv2), 1);
  const double direct_work = 2.0 * 14 * 14 * weights * batch;
  ck_conv_pack(isa, &conv2, w, packed);
  line("conv2 forward, direct", direct_work, 4.0 * (batch * (in + out) + weights), BEST({
         for (ck_int i = 0; i < batch; i++) {
           ck_conv_pad(&conv2, x + i * in, padded);
           const ck_conv_job job = {
               .conv = &conv2, .x = padded, .weight = packed, .bias = bias, .relu = 1,
               .y = y + i * out, .ldy = 64};
           ck_conv_forward(isa, &job);
         }
       }));
  uint8_t *switches = malloc(batch * out / 4);
  float *tiles = floats(ck_winograd_weight_count(isa, &conv2), 1);
  const ck_int rows = batch * 4, strip = ck_winograd_strip_rows(&conv2);
  float *scratch = floats(ck_winograd_scratch(&conv2, strip, 64), 1);
  const ck_winograd job = {
      .conv = &conv2, .x = x, .weight = tiles, .bias = bias, .relu = 1, .end = 64, .y = y,
      .switches = switches};
  ck_winograd_weights(isa, &conv2, 0, 32, w, tiles);
  line("conv2 forward and pooling, tiles", 2.0 * 16 * 64 * 32 * 64 * batch,
       4.0 * batch * (in + out / 4) + batch * out / 4 + 4.0 * 64 * 32 * 64, BEST({
         for (ck_int r = 0; r < rows; r += strip) {
           ck_winograd_forward(isa, &job, r, r + strip < rows ? r + strip : rows, scratch);
         }
       }));
  float *dw = floats(weights, 1);
  line("conv2 weight gradient, dense", direct_work, 4.0 * (batch * (in + out) + 2 * weights), BEST({
         for (ck_int i = 0; i < batch; i++) {
           ck_conv_weight_gradient(isa, &conv2, padded, y + i * out, dw);
         }
       }));

  const ck_int inputs = 3136, outputs = 1024;
  float *matrix = floats(inputs * outputs, 1), *result = floats(inputs * outputs, 1);
  const double product = 2.0 * batch * inputs * outputs;
  const double moved = 4.0 * (batch * (inputs + outputs) + (double)inputs * outputs);
  for (int sparse = 0; sparse < 2; sparse++) {
    const double share = sparse ? 0.2 : 1;
    float *a = floats(batch * inputs, share), *dy = floats(batch * outputs, share);
    ck_gemm_job jobs[] = {
        {.m = batch, .n = outputs, .k = inputs, .a = a, .lda = inputs, .b = matrix, .ldb = outputs,
         .c = result, .ldc = outputs},
        {.m = batch, .n = inputs, .k = outputs, .a = dy, .lda = outputs, .b = matrix,
         .ldb = outputs, .b_transposed = 1, .c = result, .ldc = inputs},
        {.m = inputs, .n = outputs, .k = batch, .a = a, .lda = inputs, .a_transposed = 1, .b = dy,
         .ldb = outputs, .c = result, .ldc = outputs},
    };
    const char *names[2][3] = {
        {"fc1 forward, dense", "fc1 input gradient, dense", "fc1 weight gradient, dense"},
        {"fc1 forward, a fifth", "fc1 input gradient, a fifth", "fc1 weight gradient, a fifth"}};
    for (int i = 0; i < 3; i++) {
      const ck_gemm_job *j = &jobs[i];
      const ck_int count = sparse ? ck_gemm_sparse_scratch(isa, j)
                                  : ck_gemm_scratch(isa, j->m, j->n, j->k);
      float *space = floats(count, 1);
      const double seconds =
          sparse ? BEST(ck_gemm_sparse(isa, j, space)) : BEST(ck_gemm(isa, j, space));
      line(names[sparse][i], product * share, moved, seconds);
      free(space);
    }
    free(a);
    free(dy);
  }
  const ck_int parameters = inputs * outputs;
  float *m = floats(parameters, 1), *v = floats(parameters, 0);
  line("Adam", 11.0 * parameters, 28.0 * parameters,
       BEST(ck_adam(isa, parameters, 1e-6f, 0.9f, 0.999f, 1e-8f, matrix, m, v, result)));
  return 0;
}
