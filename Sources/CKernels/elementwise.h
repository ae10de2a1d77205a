// The kernels that are one loop over scalars: the compiler makes vectors of them. Included by
// microkernels.h, once for each instruction set.

CK_TARGET static void K(relu)(ck_int n, const float *x, float *y) {
  for (ck_int i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}

CK_TARGET static void K(relu_gradient)(ck_int n, const float *y, const float *dy, float *dx) {
  for (ck_int i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

// exp(x) for |x| <= 88, within 1 unit in the last place or so: 2^n · exp(r), |r| <= ln 2 / 2.
// Source: the polynomial is a minimax fit of (exp(r) - 1 - r) / r² on that interval.
CK_TARGET INLINE float K(exponential)(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // rounds to a whole number
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  union { int32_t bits; float value; } scale = {.bits = ((int32_t)n + 127) << 23};
  return p * scale.value;
}

CK_TARGET INLINE float K(tanh_scalar)(float x) {
  const float magnitude = x < 0 ? -x : x, square = x * x;
  const float far = 1.0f - 2.0f / (K(exponential)(2.0f * magnitude) + 1.0f);
  float near = -5.70498872745e-3f;
  near = near * square + 2.06390887954e-2f;
  near = near * square - 5.37397155531e-2f;
  near = near * square + 1.33314422036e-1f;
  near = near * square - 3.33332819422e-1f;
  near = near * square * x + x;
  return magnitude < 0.625f ? near : (x < 0 ? -far : far);
}

CK_TARGET INLINE float K(sigmoid_scalar)(float x) {
  return 1.0f / (1.0f + K(exponential)(-x));
}

CK_TARGET static void K(tanh)(ck_int n, const float *x, float *y) {
  for (ck_int i = 0; i < n; i++) y[i] = K(tanh_scalar)(x[i]);
}

CK_TARGET static void K(tanh_gradient)(ck_int n, const float *y, const float *dy, float *dx) {
  for (ck_int i = 0; i < n; i++) dx[i] = dy[i] * (1.0f - y[i] * y[i]);
}

CK_TARGET static void K(sigmoid)(ck_int n, const float *x, float *y) {
  for (ck_int i = 0; i < n; i++) y[i] = K(sigmoid_scalar)(x[i]);
}

CK_TARGET static void K(sigmoid_gradient)(ck_int n, const float *y, const float *dy, float *dx) {
  for (ck_int i = 0; i < n; i++) dx[i] = dy[i] * y[i] * (1.0f - y[i]);
}

CK_TARGET static void K(add)(ck_int n, const float *restrict x, float *restrict y) {
  for (ck_int i = 0; i < n; i++) y[i] += x[i];
}

CK_TARGET static void K(affine)(
    ck_int n, float scale, float shift, const float *restrict x, float *restrict y) {
  for (ck_int i = 0; i < n; i++) y[i] = scale * x[i] + shift;
}

CK_TARGET static void K(add_rows)(
    ck_int rows, ck_int n, const float *restrict x, ck_int ldx, float *restrict sum) {
  for (ck_int i = 0; i < rows; i++, x += ldx) {
    for (ck_int j = 0; j < n; j++) sum[j] += x[j];
  }
}

CK_TARGET static ck_int K(count_nonzeros)(ck_int n, const float *x) {
  ck_int count = 0;
  for (ck_int i = 0; i < n; i++) count += x[i] != 0;
  return count;
}

CK_TARGET static double K(sum_of_squares)(ck_int n, const float *x) {
  enum { lanes = 16 };
  double sums[lanes] = {0}, total = 0;
  ck_int i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (int j = 0; j < lanes; j++) sums[j] += (double)x[i + j] * (double)x[i + j];
  }
  for (; i < n; i++) total += (double)x[i] * (double)x[i];
  for (int j = 0; j < lanes; j++) total += sums[j];
  return total;
}

// Bit by bit a hash of (key, index), so that any part can be drawn alone.
// Source of the mixing constants: C. Wellons, "Prospecting for Hash Functions", 2018 (lowbias32).
CK_TARGET static void K(dropout)(
    ck_int n, uint32_t key, uint32_t first, float drop, const float *x, float *y) {
  const float scale = 1.0f / (1.0f - drop);
  const uint32_t threshold = (uint32_t)(drop * 16777216.0f);  // of 24 random bits
  for (ck_int i = 0; i < n; i++) {
    uint32_t h = (first + (uint32_t)i) * 0x9E3779B9u + key;
    h = (h ^ (h >> 16)) * 0x7FEB352Du;
    h = (h ^ (h >> 15)) * 0x846CA68Bu;
    h ^= h >> 16;
    y[i] = (h >> 8) >= threshold ? x[i] * scale : 0;
  }
}

CK_TARGET static void K(sgd)(
    ck_int n, float rate, const float *restrict g, float *restrict w) {
  for (ck_int i = 0; i < n; i++) w[i] -= rate * g[i];
}

CK_TARGET static void K(momentum)(
    ck_int n, float rate, float momentum, int nesterov, const float *restrict g,
    float *restrict v, float *restrict w) {
  if (nesterov) {
    for (ck_int i = 0; i < n; i++) {
      v[i] = momentum * v[i] + g[i];
      w[i] -= rate * (g[i] + momentum * v[i]);
    }
  } else {
    for (ck_int i = 0; i < n; i++) {
      v[i] = momentum * v[i] + g[i];
      w[i] -= rate * v[i];
    }
  }
}

CK_TARGET static void K(adam)(
    ck_int n, float rate, float beta1, float beta2, float epsilon, const float *restrict g,
    float *restrict m, float *restrict v, float *restrict w) {
  const float keep1 = 1.0f - beta1, keep2 = 1.0f - beta2;
  for (ck_int i = 0; i < n; i++) {
    m[i] += keep1 * (g[i] - m[i]);
    v[i] += keep2 * (g[i] * g[i] - v[i]);
    w[i] -= rate * m[i] / (SQUARE_ROOT(v[i]) + epsilon);
  }
}

CK_TARGET static void K(rmsprop)(
    ck_int n, float rate, float decay, float momentum, float epsilon, const float *restrict g,
    float *restrict s, float *restrict u, float *restrict w) {
  for (ck_int i = 0; i < n; i++) {
    s[i] += (1.0f - decay) * (g[i] * g[i] - s[i]);
    u[i] = momentum * u[i] + rate * g[i] / SQUARE_ROOT(s[i] + epsilon);
    w[i] -= u[i];
  }
}

CK_TARGET static void K(adagrad)(
    ck_int n, float rate, const float *restrict g, float *restrict s, float *restrict w) {
  for (ck_int i = 0; i < n; i++) {
    s[i] += g[i] * g[i];
    w[i] -= rate * g[i] / SQUARE_ROOT(s[i]);
  }
}
