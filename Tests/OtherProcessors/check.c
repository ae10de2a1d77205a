// Checks the C rooms without Swift: every kernel that depends on the processor against plain loops, with
// memory of exactly the size that the header asks for, so that a sanitizer sees each step outside.
// Prints a line a check and ends with 1 if one failed. See other_processors.sh.
#include "CCRC32C.h"
#include "CKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void report(const char *what, ck_isa isa, double worst, double allowed) {
  const int failed = !(worst <= allowed);
  failures += failed;
  printf("%-34s %-9s %8.1e %s\n", what, ck_isa_name(isa), worst, failed ? "FAILED" : "ok");
}

static float *floats(ck_int count) {
  float *memory = malloc((size_t)(count > 0 ? count : 1) * sizeof(float));
  if (!memory) abort();
  for (ck_int i = 0; i < count; i++) memory[i] = NAN;
  return memory;
}

static float *random_floats(ck_int count, unsigned seed, float share) {
  float *x = floats(count);
  uint32_t state = seed * 2654435761u + 1;
  for (ck_int i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    const float value = (float)(state >> 8) / 16777216.0f - 0.5f;
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 16777216.0f < share ? value : 0;
  }
  return x;
}

// The largest difference, as a share of the largest scalar.
static double distance(ck_int count, const float *got, const double *want) {
  double worst = 0, largest = 1e-30;
  for (ck_int i = 0; i < count; i++) {
    const double difference = fabs(got[i] - want[i]);
    if (!(difference <= worst)) worst = difference;
    largest = fmax(largest, fabs(want[i]));
  }
  return worst / largest;
}

static void check_checksums(void) {
  const ck_isa none = ck_isa_portable;
  report("checksum of 123456789", none, crc32c_extend(0, "123456789", 9) != 0xE3069283u, 0);
  enum { most = 60000 };
  uint8_t *bytes = malloc(most);
  if (!bytes) abort();
  for (int i = 0; i < most; i++) bytes[i] = (uint8_t)(i * 37 + i / 251);
  int wrong = 0;
  for (int count = 0; count <= most; count += count < 600 ? 1 : 997) {
    wrong += crc32c_extend(7, bytes + most - count, (size_t)count) !=
             crc32c_extend_portable(7, bytes + most - count, (size_t)count);
  }
  printf("checksums by %s\n", crc32c_implementation());
  report("checksums by both ways", none, wrong, 0);
  free(bytes);
}

static void check_product(ck_isa isa, ck_int m, ck_int n, ck_int k, int a_turned, int b_turned) {
  float *a = random_floats(m * k, 1, 0.4f), *b = random_floats(k * n, 2, 1);
  float *bias = random_floats(n, 3, 1), *c = floats(m * n), *sparse = floats(m * n);
  double *want = malloc((size_t)(m * n) * sizeof(double));
  double *magnitude = malloc((size_t)(m * n) * sizeof(double));
  if (!want || !magnitude) abort();
  for (ck_int i = 0; i < m; i++) {
    for (ck_int j = 0; j < n; j++) {
      double sum = bias[j], size = fabs(bias[j]);
      for (ck_int l = 0; l < k; l++) {
        const double product =
            (double)a[a_turned ? l * m + i : i * k + l] * b[b_turned ? j * k + l : l * n + j];
        sum += product, size += fabs(product);
      }
      want[i * n + j] = fmax(0, sum), magnitude[i * n + j] = size;
    }
  }
  ck_gemm_job job = {
      .m = m, .n = n, .k = k, .a = a, .lda = a_turned ? m : k, .a_transposed = a_turned, .b = b,
      .ldb = b_turned ? k : n, .b_transposed = b_turned, .bias = bias, .relu = 1, .c = c, .ldc = n};
  float *scratch = floats(ck_gemm_scratch(isa, m, n, k));
  ck_gemm(isa, &job, scratch);
#ifndef ANY_SHAPE
  report("matrix product", isa, distance(m * n, c, want), 2e-6);
#endif
  // What rounding may come to, sum by sum: also where products cancel, and few sums are all small.
  double worst = 0;
  for (ck_int i = 0; i < m * n; i++) {
    const double share = fabs(c[i] - want[i]) / ((double)(k + 1) * 0x1p-24 * magnitude[i]);
    if (!(share <= worst)) worst = share;
  }
  report("the same, of each sum's rounding", isa, worst, 1);
  free(scratch);
  scratch = floats(ck_gemm_sparse_scratch(isa, &job));
  job.c = sparse;
  ck_gemm_sparse(isa, &job, scratch);
  report("the same, zeros passed over", isa, memcmp(c, sparse, (size_t)(m * n) * sizeof(float)), 0);
  free(a), free(b), free(bias), free(c), free(sparse), free(want), free(magnitude), free(scratch);
}

static void check_convolution(
    ck_isa isa, ck_int height, ck_int width, ck_int in, ck_int out, ck_int kernel, ck_int stride) {
  const ck_int border = kernel / 2;
  const ck_conv c = {
      height, width, in, border, border, border, border, kernel, kernel, out, stride, stride,
      (height + 2 * border - kernel) / stride + 1, (width + 2 * border - kernel) / stride + 1};
  const ck_int count = c.out_height * c.out_width * out, weights = kernel * kernel * in * out;
  float *x = random_floats(height * width * in, 1, 1), *w = random_floats(weights, 2, 1);
  float *bias = random_floats(out, 3, 1), *dy = random_floats(count, 4, 1), *y = floats(count);
  float *padded = floats(ck_conv_padded_count(&c));
  float *packed = floats(ck_conv_packed_count(isa, &c)), *dw = floats(weights);
  double *want = calloc((size_t)count, sizeof(double)), *want_dw = calloc((size_t)weights, sizeof(double));
  if (!want || !want_dw) abort();
  for (ck_int p = 0; p < count; p++) {
    const ck_int o = p % out, ox = p / out % c.out_width, oy = p / out / c.out_width;
    want[p] = bias[o];
    for (ck_int ky = 0; ky < kernel; ky++) {
      for (ck_int kx = 0; kx < kernel; kx++) {
        const ck_int iy = oy * stride + ky - border, ix = ox * stride + kx - border;
        if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
        for (ck_int i = 0; i < in; i++) {
          const ck_int at = ((ky * kernel + kx) * in + i) * out + o;
          want[p] += (double)x[(iy * width + ix) * in + i] * w[at];
          want_dw[at] += (double)x[(iy * width + ix) * in + i] * dy[p];
        }
      }
    }
  }
  ck_conv_pad(&c, x, padded);
  ck_conv_pack(isa, &c, w, packed);
  ck_conv_job direct = {
      .conv = &c, .x = padded, .weight = packed, .bias = bias, .y = y, .ldy = out};
  ck_conv_forward(isa, &direct);
  report("convolution", isa, distance(count, y, want), 2e-6);
  // What follows it, among other channels: the same bits as one after the other.
  const ck_int wide = out + 3, spread = c.out_height * c.out_width * wide;
  float *added = random_floats(spread, 5, 1), *followed = random_floats(spread, 6, 1);
  direct.added = added, direct.relu = 1, direct.ceiling = 0.25f, direct.y = followed;
  direct.ldy = wide;
  ck_conv_forward(isa, &direct);
  int wrong = 0;
  for (ck_int p = 0; p < count; p++) {
    const ck_int at = p / out * wide + p % out;
    wrong += followed[at] != fminf(fmaxf(y[p] + added[at], 0), 0.25f);
  }
  float *before = random_floats(spread, 6, 1);
  for (ck_int at = 0; at < spread; at++) wrong += at % wide >= out && followed[at] != before[at];
  free(before);
  report("what follows it", isa, wrong, 0);
  memset(dw, 0, (size_t)weights * sizeof(float));
  ck_conv_weight_gradient(isa, &c, padded, dy, dw);
  report("its weights' gradient", isa, distance(weights, dw, want_dw), 2e-6);
  if (ck_winograd_serves(&c)) {
    const ck_int rows = ck_winograd_tile_rows(&c);
    float *transformed = floats(ck_winograd_weight_count(isa, &c));
    float *scratch = floats(ck_winograd_scratch(&c, rows, out));
    const ck_winograd job = {
        .conv = &c, .x = x, .weight = transformed, .bias = bias, .end = out, .y = y};
    ck_winograd_weights(isa, &c, 0, in, w, transformed);
    ck_winograd_forward(isa, &job, 0, rows, scratch);
    report("convolution by tiles", isa, distance(count, y, want), 2e-5);
    free(scratch);
    scratch = floats(ck_winograd_scratch(&c, rows, out > 64 ? out - 32 : 32));
    float *parts = floats(count);
    ck_winograd part = job;
    part.added = added, part.relu = 1, part.ceiling = 0.25f, part.y = parts;
    for (part.first = 0; part.first < out; part.first = part.end) {
      part.end = part.first == 0 && out > 32 ? 32 : out;
      ck_winograd_forward(isa, &part, 0, rows, scratch);
    }
    wrong = 0;
    for (ck_int p = 0; p < count; p++) {
      wrong += parts[p] != fminf(fmaxf(y[p] + added[p], 0), 0.25f);
    }
    report("what follows it, filters in parts", isa, wrong, 0);
    free(transformed), free(scratch), free(parts);
  }
  free(x), free(w), free(bias), free(dy), free(y), free(padded), free(packed), free(dw);
  free(want), free(want_dw), free(added), free(followed);
}

static void check_depthwise(
    ck_isa isa, ck_int height, ck_int width, ck_int channels, ck_int kernel, ck_int stride) {
  const ck_int border = kernel / 2;
  ck_conv c = {
      height, width, channels, border, border, border, border, kernel, kernel, channels, stride, stride,
      (height + 2 * border - kernel) / stride + 1, (width + 2 * border - kernel) / stride + 1};
  const ck_int rows = c.out_height, row = c.out_width * channels, count = rows * row;
  float *x = random_floats(height * width * channels, 1, 1), *y = floats(count);
  float *w = random_floats(kernel * kernel * channels, 2, 1), *bias = random_floats(channels, 3, 1);
  float *added = random_floats(count, 4, 1), *parts = floats(count);
  double *want = calloc((size_t)count, sizeof(double));
  if (!want) abort();
  for (ck_int p = 0; p < count; p++) {
    const ck_int o = p % channels, ox = p / channels % c.out_width, oy = p / row;
    want[p] = (double)bias[o] + (double)added[p];
    for (ck_int k = 0; k < kernel * kernel; k++) {
      const ck_int iy = oy * stride + k / kernel - border, ix = ox * stride + k % kernel - border;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      want[p] += (double)x[(iy * width + ix) * channels + o] * (double)w[k * channels + o];
    }
    want[p] = fmin(fmax(want[p], 0), 0.5);
  }
  ck_conv_job job = {
      .conv = &c, .x = x, .weight = w, .bias = bias, .added = added, .relu = 1, .ceiling = 0.5f,
      .y = y, .ldy = channels};
  ck_conv_depthwise(isa, &job);
  report("channels by themselves", isa, distance(count, y, want), 2e-6);
  for (ck_int first = 0; first < rows; first += c.out_height) {
    c.top = border - first * stride;
    c.out_height = first + 2 < rows ? 2 : rows - first;
    job.y = parts + first * row, job.added = added + first * row;
    ck_conv_depthwise(isa, &job);
  }
  report("the same in parts", isa, memcmp(y, parts, (size_t)count * sizeof(float)), 0);
  free(x), free(y), free(w), free(bias), free(added), free(parts), free(want);
}

// A group's channels out of an image's, and its convolution among others.
static void check_padding(ck_int height, ck_int width, ck_int channels, ck_int apart) {
  const ck_conv c = {.height = height, .width = width, .in_channels = channels, .top = 1, .left = 2,
                     .right = 1};
  const ck_int pixels = height * width;
  float *image = random_floats((pixels - 1) * apart + channels, 1, 1);
  float *alone = floats(pixels * channels);
  for (ck_int i = 0; i < pixels * channels; i++) {
    alone[i] = image[i / channels * apart + i % channels];
  }
  const ck_int count = ck_conv_padded_count(&c);
  float *padded = floats(count), *want = floats(count);
  ck_conv_pad(&c, alone, want);
  ck_conv_pad_channels(&c, image, apart, padded);
  report("some channels padded", ck_isa_portable, memcmp(padded, want, (size_t)count * 4), 0);
  free(image), free(alone), free(padded), free(want);
}

static void check_functions(ck_isa isa) {
  enum { count = 1003 };
  float *x = random_floats(count, 5, 1), *y = floats(count);
  double want[count];
  for (int i = 0; i < count; i++) x[i] *= 20, want[i] = tanh(x[i]);
  ck_tanh(isa, count, x, y);
  report("tanh", isa, distance(count, y, want), 3e-7);
  for (int i = 0; i < count; i++) want[i] = 1 / (1 + exp(-x[i]));
  ck_sigmoid(isa, count, x, y);
  report("sigmoid", isa, distance(count, y, want), 3e-7);
  float *g = random_floats(count, 6, 1), *m = random_floats(count, 7, 1);
  float *v = random_floats(count, 8, 1), *w = random_floats(count, 9, 1);
  for (int i = 0; i < count; i++) {
    v[i] = fabsf(v[i]);
    const double first = m[i] + 0.1 * (g[i] - m[i]);
    const double second = v[i] + 0.001 * ((double)g[i] * g[i] - v[i]);
    want[i] = w[i] - 0.01 * first / (sqrt(second) + 1e-3);
  }
  ck_adam(isa, count, 0.01f, 0.9f, 0.999f, 1e-3f, g, m, v, w);
  report("Adam", isa, distance(count, w, want), 1e-6);
  free(x), free(y), free(g), free(m), free(v), free(w);
}

int main(void) {
  check_checksums();
  check_padding(4, 3, 5, 11);
  for (int i = 0; i < ck_isa_count; i++) {
    const ck_isa isa = (ck_isa)i;
    if (!ck_isa_is_supported(isa)) continue;
    for (int variant = 0; variant < 4; variant++) {
      check_product(isa, 29, 71, 130, variant & 1, variant & 2);
      check_product(isa, 67, 37, 200, variant & 1, variant & 2);
    }
    check_product(isa, 1, 1, 1, 0, 0);
    check_convolution(isa, 9, 8, 3, 33, 5, 1);
    check_convolution(isa, 11, 9, 2, 32, 5, 2);
    check_convolution(isa, 14, 14, 32, 64, 5, 1);
    check_convolution(isa, 6, 13, 16, 5, 3, 1);
    check_convolution(isa, 9, 7, 32, 100, 3, 1);
    check_convolution(isa, 9, 7, 20, 37, 1, 1);
    check_convolution(isa, 9, 7, 20, 37, 1, 2);
    check_product(isa, 16, 45, 70, 0, 0);
    check_product(isa, 3, 45, 70, 0, 0);
    check_depthwise(isa, 9, 13, 37, 3, 1);
    check_depthwise(isa, 12, 11, 32, 3, 2);
    check_depthwise(isa, 5, 3, 5, 5, 1);
    check_functions(isa);
  }
  puts(failures ? "some checks failed" : "all checks passed");
  return failures != 0;
}
