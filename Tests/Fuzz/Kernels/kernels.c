// Takes the kernels of every instruction set through shapes that the fuzzer chooses, in memory of exactly the
// size that the header asks for, and compares them with plain loops.
#include <stdio.h>
#define printf(...) ((void)0)
#define puts(sentence) ((void)0)
#define main check_all
// Bounds that hold for the shapes of check.c alone don't count.
#define ANY_SHAPE
#include "../../OtherProcessors/check.c"
#undef main
#undef puts
#undef printf

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *bytes, *bytes_end;

// One of the numbers from `least` to `most`.
static ck_int choose(ck_int least, ck_int most) {
  return least + (bytes < bytes_end ? *bytes++ : 0) % (most - least + 1);
}

static void expect(const char *what, ck_isa isa, double worst, double allowed) {
  if (worst <= allowed) return;
  fprintf(stderr, "%s, %s: off by %g\n", what, ck_isa_name(isa), worst);
  abort();
}

static void pooling(ck_isa isa) {
  ck_pool p = {
      .height = choose(1, 9), .width = choose(1, 9), .channels = choose(1, 40),
      .window_height = choose(1, 4), .window_width = choose(1, 4), .stride_y = choose(1, 4),
      .stride_x = choose(1, 4)};
  p.top = choose(0, p.window_height - 1), p.left = choose(0, p.window_width - 1);
  p.bottom = choose(0, p.window_height - 1), p.right = choose(0, p.window_width - 1);
  p.out_height = (p.height + p.top + p.bottom - p.window_height) / p.stride_y + 1;
  p.out_width = (p.width + p.left + p.right - p.window_width) / p.stride_x + 1;
  if (p.height + p.top + p.bottom < p.window_height || p.width + p.left + p.right < p.window_width)
    return;
  const ck_int in = p.height * p.width * p.channels;
  const ck_int out = p.out_height * p.out_width * p.channels;
  const int outside = (int)choose(0, 1);
  float *x = random_floats(in, (unsigned)choose(0, 9), 0.7f), *dy = random_floats(out, 2, 1);
  float *largest = floats(out), *mean = floats(out), *dx = floats(in), *d_mean = floats(in);
  uint8_t *switches = malloc((size_t)out);
  double *want = calloc((size_t)out, sizeof(double)), *want_dx = calloc((size_t)in, sizeof(double));
  double *want_mean = calloc((size_t)out, sizeof(double));
  double *want_d_mean = calloc((size_t)in, sizeof(double));
  if (!switches || !want || !want_dx || !want_mean || !want_d_mean) abort();
  ck_max_pool(isa, &p, x, largest, switches);
  ck_max_unpool(isa, &p, dy, switches, NULL, dx);
  ck_average_pool(isa, &p, x, outside, mean);
  ck_average_unpool(isa, &p, dy, outside, d_mean);
  for (ck_int at = 0; at < out; at++) {
    const ck_int c = at % p.channels, ox = at / p.channels % p.out_width;
    const ck_int oy = at / p.channels / p.out_width;
    ck_int best = -1, place = 0, count = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (ck_int k = 0; k < p.window_height * p.window_width; k++) {
        const ck_int y = oy * p.stride_y - p.top + k / p.window_width;
        const ck_int left = ox * p.stride_x - p.left + k % p.window_width;
        const int inside = y >= 0 && y < p.height && left >= 0 && left < p.width;
        const ck_int from = (y * p.width + left) * p.channels + c;
        if (pass == 0) {
          count += inside || (outside && y < p.height + p.bottom && left < p.width + p.right);
          if (!inside) continue;
          want_mean[at] += x[from];
          if (best < 0 || x[from] > x[best]) best = from, place = k;
        } else if (inside) {
          want_d_mean[from] += (double)dy[at] / (double)count;
        }
      }
    }
    // A window that lies outside of the image altogether has no maximum.
    if (best < 0) goto done;
    want_mean[at] /= (double)count;
    want[at] = x[best], want_dx[best] += dy[at];
    expect("a switch", isa, switches[at] != place, 0);
  }
  expect("max pooling", isa, distance(out, largest, want), 0);
  expect("its way back", isa, distance(in, dx, want_dx), 1e-5);
  expect("average pooling", isa, distance(out, mean, want_mean), 1e-5);
  expect("its way back", isa, distance(in, d_mean, want_d_mean), 1e-5);
done:
  free(x), free(dy), free(largest), free(mean), free(dx), free(d_mean), free(switches);
  free(want), free(want_dx), free(want_mean), free(want_d_mean);
}

static double logistic(double x) { return 1 / (1 + exp(-x)); }

static void recurrent(ck_isa isa) {
  static const ck_cell cells[] = {ck_cell_rnn, ck_cell_gru, ck_cell_lstm};
  ck_recurrent r = {
      .cell = cells[choose(0, 2)], .steps = choose(1, 4), .batch = choose(1, 5),
      .inputs = choose(1, 40), .hidden = choose(1, 40)};
  const ck_int hidden = r.hidden, gates = (ck_int)r.cell * hidden;
  const ck_int sums = r.cell == ck_cell_gru ? 4 * hidden : gates;
  const ck_int states = r.steps * r.batch * hidden;
  float *x = random_floats(r.batch * r.steps * r.inputs, 1, 1);
  float *input = random_floats(r.inputs * gates, 2, 1), *bias = random_floats(sums, 4, 1);
  float *own = random_floats(hidden * gates, 3, 1);
  float *packed = floats(ck_recurrent_packed_count(isa, &r));
  r.x = x, r.h = floats(states), r.gates = floats(states * (ck_int)r.cell), r.inner = floats(states);
  ck_recurrent_pack(isa, &r, 0, r.inputs + hidden, input, own, packed);
  const ck_int cut = choose(0, r.batch);
  for (int part = 0; part < 2; part++) {
    const ck_int first = part ? cut : 0, rows = part ? r.batch - cut : cut;
    if (rows == 0) continue;
    float *scratch = floats(ck_recurrent_forward_scratch(&r, rows));
    ck_recurrent_forward(isa, &r, first, rows, packed, bias, scratch);
    free(scratch);
  }
  double *want = calloc((size_t)states, sizeof(double)), *cell = calloc((size_t)hidden, sizeof(double));
  double *sum = malloc((size_t)sums * sizeof(double));
  if (!want || !cell || !sum) abort();
  for (ck_int b = 0; b < r.batch; b++) {
    memset(cell, 0, (size_t)hidden * sizeof(double));
    for (ck_int t = 0; t < r.steps; t++) {
      const double *before = t ? want + ((t - 1) * r.batch + b) * hidden : NULL;
      double *after = want + (t * r.batch + b) * hidden;
      for (ck_int j = 0; j < sums; j++) {
        // The fourth part of a GRU's sums is the input's share of the third gate.
        const int is_state = r.cell == ck_cell_gru && j / hidden == 2;
        const int is_input = r.cell == ck_cell_gru && j / hidden == 3;
        const ck_int column = is_input ? j - hidden : j;
        sum[j] = bias[j];
        for (ck_int i = 0; !is_state && i < r.inputs; i++)
          sum[j] += (double)x[(b * r.steps + t) * r.inputs + i] * input[i * gates + column];
        for (ck_int i = 0; before && !is_input && i < hidden; i++)
          sum[j] += before[i] * own[i * gates + column];
      }
      for (ck_int j = 0; j < hidden; j++) {
        const double *s = sum + j;
        if (r.cell == ck_cell_rnn) {
          after[j] = tanh(s[0]);
        } else if (r.cell == ck_cell_lstm) {
          cell[j] = logistic(s[hidden]) * cell[j] + logistic(s[0]) * tanh(s[2 * hidden]);
          after[j] = logistic(s[3 * hidden]) * tanh(cell[j]);
        } else {
          const double z = logistic(s[hidden]), reset = logistic(s[0]);
          const double n = tanh(s[3 * hidden] + reset * s[2 * hidden]);
          after[j] = (1 - z) * n + z * (before ? before[j] : 0);
        }
      }
    }
  }
  expect("a recurrent cell", isa, distance(states, r.h, want), 1e-4);
  free(x), free(input), free(bias), free(own), free(packed), free(r.h), free(r.gates), free(r.inner);
  free(want), free(cell), free(sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bytes = data, bytes_end = data + size;
  const ck_int kind = choose(0, 6);
  const uint8_t *start = bytes;
  for (int i = 0; i < ck_isa_count; i++) {
    const ck_isa isa = (ck_isa)i;
    if (!ck_isa_is_supported(isa)) continue;
    bytes = start;
    const ck_int a = choose(1, 40), b = choose(1, 40), c = choose(1, 70), d = choose(0, 3);
    const ck_int kernel = choose(0, 2) * 2 + 1, stride = choose(1, 3);
    switch (kind) {
      case 0: check_product(isa, a, b, c, d & 1, d & 2); break;
      case 1:
        check_convolution(
            isa, kernel + a % 12, kernel + b % 12, 1 + c % 20, 1 + a % 40, kernel, stride);
        break;
      case 2: check_convolution(isa, 4 + a % 11, 4 + b % 11, 16, 1 + c % 40, kernel, 1); break;
      case 5: check_depthwise(isa, kernel + a % 12, kernel + b % 12, c, kernel, stride); break;
      case 3: bytes = start, pooling(isa); break;
      case 4: bytes = start, recurrent(isa); break;
      default: {
        const size_t rest = (size_t)(bytes_end - bytes);
        if (crc32c_extend((uint32_t)a, bytes, rest) !=
            crc32c_extend_portable((uint32_t)a, bytes, rest))
          abort();
      }
    }
  }
  // The shared checks count what is wrong by narrow bounds, which small shapes may pass by.
  if (failures > 0) abort();
  return 0;
}
