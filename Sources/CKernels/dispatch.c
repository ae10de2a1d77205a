// Which instruction set runs, and the functions that only pass a call on to its table.
#include "kernels.h"

int ck_isa_is_supported(ck_isa isa) {
  if (isa == ck_isa_portable) return 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == ck_isa_avx2) return avx2;
  if (isa == ck_isa_avx512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return 0;
}

ck_isa ck_isa_best(void) {
  if (ck_isa_is_supported(ck_isa_avx512)) return ck_isa_avx512;
  if (ck_isa_is_supported(ck_isa_avx2)) return ck_isa_avx2;
  return ck_isa_portable;
}

const char *ck_isa_name(ck_isa isa) {
  return isa == ck_isa_avx512 ? "avx512" : isa == ck_isa_avx2 ? "avx2" : "portable";
}

const ck_kernels *ck_table(ck_isa isa) {
#if defined(__x86_64__)
  if (isa == ck_isa_avx512) return &ck_kernels_avx512;
  if (isa == ck_isa_avx2) return &ck_kernels_avx2;
#endif
  (void)isa;
  return &ck_kernels_portable;
}

void ck_max_pool(
    ck_isa isa, const ck_pool *pool, const float *restrict x, float *restrict y,
    uint8_t *restrict switches) {
  ck_table(isa)->max_pool(pool, x, y, switches);
}
void ck_max_unpool(
    ck_isa isa, const ck_pool *pool, const float *restrict dy, const uint8_t *restrict switches,
    const float *restrict y, float *restrict dx) {
  ck_table(isa)->max_unpool(pool, dy, switches, y, dx);
}
void ck_average_pool(
    ck_isa isa, const ck_pool *pool, const float *restrict x, int count_outside,
    float *restrict y) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->average_pool(pool, x, count_outside, y);
}
void ck_average_unpool(
    ck_isa isa, const ck_pool *pool, const float *restrict dy, int count_outside,
    float *restrict dx) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->average_unpool(pool, dy, count_outside, dx);
}
void ck_relu(ck_isa isa, ck_int n, const float *x, float *y) { ck_table(isa)->relu(n, x, y); }
void ck_relu_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx) {
  ck_table(isa)->relu_gradient(n, y, dy, dx);
}
void ck_tanh(ck_isa isa, ck_int n, const float *x, float *y) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->tanh(n, x, y);
}
void ck_tanh_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->tanh_gradient(n, y, dy, dx);
}
void ck_sigmoid(ck_isa isa, ck_int n, const float *x, float *y) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->sigmoid(n, x, y);
}
void ck_sigmoid_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->sigmoid_gradient(n, y, dy, dx);
}
void ck_add(ck_isa isa, ck_int n, const float *restrict x, float *restrict y) {
  ck_table(isa)->add(n, x, y);
}
void ck_affine(
    ck_isa isa, ck_int n, float scale, float shift, const float *restrict x, float *restrict y) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->affine(n, scale, shift, x, y);
}
void ck_add_rows(
    ck_isa isa, ck_int rows, ck_int n, const float *restrict x, ck_int ldx,
    float *restrict sum) {
  ck_table(isa)->add_rows(rows, n, x, ldx, sum);
}
ck_int ck_count_nonzeros(ck_isa isa, ck_int n, const float *x) {
  return ck_table(isa)->count_nonzeros(n, x);
}
double ck_sum_of_squares(ck_isa isa, ck_int n, const float *x) {
  CK_DENORMALS_ARE_ZEROS;
  return ck_table(isa)->sum_of_squares(n, x);
}
void ck_dropout(
    ck_isa isa, ck_int n, uint32_t key, uint32_t first, float drop, const float *x, float *y) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->dropout(n, key, first, drop, x, y);
}
void ck_sgd(ck_isa isa, ck_int n, float rate, const float *restrict g, float *restrict w) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->sgd(n, rate, g, w);
}
void ck_momentum(
    ck_isa isa, ck_int n, float rate, float momentum, int nesterov, const float *restrict g,
    float *restrict v, float *restrict w) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->momentum(n, rate, momentum, nesterov, g, v, w);
}
void ck_adam(
    ck_isa isa, ck_int n, float rate, float beta1, float beta2, float epsilon,
    const float *restrict g, float *restrict m, float *restrict v, float *restrict w) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->adam(n, rate, beta1, beta2, epsilon, g, m, v, w);
}
void ck_rmsprop(
    ck_isa isa, ck_int n, float rate, float decay, float momentum, float epsilon,
    const float *restrict g, float *restrict s, float *restrict u, float *restrict w) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->rmsprop(n, rate, decay, momentum, epsilon, g, s, u, w);
}
void ck_adagrad(
    ck_isa isa, ck_int n, float rate, const float *restrict g, float *restrict s,
    float *restrict w) {
  CK_DENORMALS_ARE_ZEROS;
  ck_table(isa)->adagrad(n, rate, g, s, w);
}
