// The arithmetic of the training core, one function a job, on raw memory.
//
// Rules for every function:
//  - single precision, single thread, no allocation, no state; threads are the caller's business;
//  - pictures are NHWC rows of `channels` scalars, convolution weights HWIO, matrices row-major;
//  - a stride ("ld", leading dimension) is counted in scalars; memory need not be aligned, but
//    64-byte alignment is fastest;
//  - arguments marked `restrict` don't overlap any other;
//  - a sum over a dimension runs in index order whatever the position in the matrix, so equal
//    inputs give equal bits, however the caller divides the work;
//  - `isa` names the instruction set; the caller passes one that `ck_isa_is_supported` accepts.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef ptrdiff_t ck_int;

// ---------------------------------------------------------------- instruction sets

typedef enum ck_isa { ck_isa_portable = 0, ck_isa_avx2 = 1, ck_isa_avx512 = 2 } ck_isa;
enum { ck_isa_count = 3 };

// Whether this machine and this build have the instruction set; portable always is.
int ck_isa_is_supported(ck_isa isa);
// The fastest supported one.
ck_isa ck_isa_best(void);
// "portable", "avx2", "avx512".
const char *ck_isa_name(ck_isa isa);

// ---------------------------------------------------------------- matrix product

// op(A) is [m, k], op(B) is [k, n], C is [m, n]; `transposed` says that memory holds the transpose.
typedef struct ck_gemm_job {
  ck_int m, n, k;
  const float *a;
  ck_int lda;
  int a_transposed;
  const float *b;
  ck_int ldb;
  int b_transposed;
  const float *bias;  // n scalars that every row starts from, or NULL
  int accumulate;     // C += instead of C =; then bias is not read
  int relu;           // max(0, ·) at the end
  float *c;
  ck_int ldc;
} ck_gemm_job;

// Scalars of scratch that `ck_gemm` needs.
ck_int ck_gemm_scratch(ck_isa isa, ck_int m, ck_int n, ck_int k);
// C = bias + op(A) op(B), or C += op(A) op(B). Overwrites scratch.
void ck_gemm(ck_isa isa, const ck_gemm_job *job, float *restrict scratch);

// ---------------------------------------------------------------- convolution

// One image's convolution (cross-correlation) over a zero-bordered input:
// out = (bordered - kernel) / stride + 1 in each direction.
typedef struct ck_conv {
  ck_int height, width, in_channels;              // of the picture, without its border
  ck_int top, left, bottom, right;                // border of zeros
  ck_int kernel_height, kernel_width, out_channels;
  ck_int stride_y, stride_x;
  ck_int out_height, out_width;
} ck_conv;

// Scalars of the bordered picture.
ck_int ck_conv_bordered_count(const ck_conv *conv);
// Copies a picture into a border of zeros. Overwrites all of `bordered`.
void ck_conv_border(const ck_conv *conv, const float *restrict x, float *restrict bordered);
// Copies (add: 0) or adds (add: 1) the inside of a bordered picture to x.
void ck_conv_inside(
    const ck_conv *conv, const float *restrict bordered, int add, float *restrict x);

// Scalars of weights packed for ck_conv_forward.
ck_int ck_conv_packed_count(ck_isa isa, const ck_conv *conv);
// Packs HWIO weights for ck_conv_forward. Overwrites all of `packed`.
void ck_conv_pack(
    ck_isa isa, const ck_conv *conv, const float *restrict weight, float *restrict packed);
// y [out_height, out_width, out_channels] = bias + conv(bordered); bias may be NULL.
void ck_conv_forward(
    ck_isa isa, const ck_conv *conv, const float *restrict bordered, const float *restrict packed,
    const float *restrict bias, int relu, float *restrict y);
// d_weight (HWIO) += gradient of the weights, for the output gradient dy. Dense form.
void ck_conv_weight_gradient(
    ck_isa isa, const ck_conv *conv, const float *restrict bordered, const float *restrict dy,
    float *restrict d_weight);

// The non-zero entries of one output gradient [out_height · out_width, out_channels].
// By channel: value and offset of the receptive field in the bordered picture, channel o's at
// o · positions. By position: value and offset of the channel's weights in a kernel row of
// [kernel_height][out_channels][kernel_width · in_channels], position p's at p · out_channels.
typedef struct ck_nonzeros {
  int32_t *channel_count;    // [out_channels]
  int32_t *channel_offset;   // [out_channels · positions]
  float *channel_value;      // [out_channels · positions]
  int32_t *position_count;   // [positions]
  int32_t *position_offset;  // [positions · out_channels]
  float *position_value;     // [positions · out_channels]
} ck_nonzeros;

// Fills the lists from dy.
void ck_conv_find_nonzeros(
    const ck_conv *conv, const float *restrict dy, const ck_nonzeros *lists);
// d_weight, laid out [out_channels][kernel_height][kernel_width · in_channels], += gradient.
void ck_conv_weight_gradient_sparse(
    ck_isa isa, const ck_conv *conv, const float *restrict bordered, const ck_nonzeros *lists,
    float *restrict d_weight);
// Bordered input gradient += gradient; weights laid out [kernel_height][out_channels][kernel_width ·
// in_channels] (see ck_conv_rows). Serves any stride, and dense gradients too, more slowly.
void ck_conv_input_gradient_sparse(
    ck_isa isa, const ck_conv *conv, const ck_nonzeros *lists, const float *restrict rows,
    float *restrict d_bordered);
// HWIO weights to [kernel_height][out_channels][kernel_width · in_channels].
void ck_conv_rows(const ck_conv *conv, const float *restrict weight, float *restrict rows);
// HWIO weights turned by 180° with in and out exchanged: the dense input gradient of a convolution
// of stride 1 is ck_conv_forward with these.
void ck_conv_flip(const ck_conv *conv, const float *restrict weight, float *restrict flipped);

// ---------------------------------------------------------------- pooling

// Windows over one picture; parts outside of it are ignored. A window holds at most 256 positions.
typedef struct ck_pool {
  ck_int height, width, channels;
  ck_int window_height, window_width;
  ck_int stride_y, stride_x;
  ck_int top, left;      // how far the first window reaches over the picture's edge
  ck_int bottom, right;  // padding at the other edges; only a mean's count_outside looks at it
  ck_int out_height, out_width;
} ck_pool;

// y = maximum of each window; switches = its row-major position in the window, the first on a tie.
void ck_max_pool(
    ck_isa isa, const ck_pool *pool, const float *restrict x, float *restrict y,
    uint8_t *restrict switches);
// dx = each dy at its switch, zero elsewhere; overlapping windows add. With `y` (the pooled output),
// only where y > 0: the ReLU before the pooling is passed in the same sweep. y may be NULL.
void ck_max_unpool(
    ck_isa isa, const ck_pool *pool, const float *restrict dy, const uint8_t *restrict switches,
    const float *restrict y, float *restrict dx);
// y = mean of each window; count_outside: positions outside the picture count as zeros, those
// beyond its padding never do.
void ck_average_pool(
    ck_isa isa, const ck_pool *pool, const float *restrict x, int count_outside, float *restrict y);
// dx = gradient of ck_average_pool.
void ck_average_unpool(
    ck_isa isa, const ck_pool *pool, const float *restrict dy, int count_outside,
    float *restrict dx);

// ---------------------------------------------------------------- recurrent cells

// Scalars of a matrix [k, n] packed for the cells below.
ck_int ck_pack_count(ck_isa isa, ck_int k, ck_int n);
// Packs op(B) [k, n]. Overwrites all of `packed`.
void ck_pack(
    ck_isa isa, ck_int k, ck_int n, const float *restrict b, ck_int ldb, int transposed,
    float *restrict packed);

// A part of a batch of sequences: rows first ..< first + rows of each step. Tensors are time-major,
// [steps, batch, …]; states before the first step are zero. Parts may run at the same time.
typedef struct ck_recurrent {
  ck_int steps, batch, hidden;
  ck_int first, rows;
  int every_step;  // backward: dy is [steps, batch, hidden]; else that of the last step alone
} ck_recurrent;

// Scalars of scratch that a cell needs; `gates` is 1 for rnn, 4 for lstm and gru.
ck_int ck_recurrent_scratch(const ck_recurrent *part, ck_int gates);

// h = tanh(h + h_before · W), h [steps, batch, hidden] holding the inputs' part and the biases.
// Forward weights are W [hidden, gates · hidden] packed, backward weights its transpose packed.
void ck_rnn_forward(
    ck_isa isa, const ck_recurrent *part, const float *packed, float *restrict h,
    float *restrict scratch);
// d = gradient of tanh's arguments. Overwrites d's rows of the part.
void ck_rnn_backward(
    ck_isa isa, const ck_recurrent *part, const float *packed, const float *restrict h,
    const float *restrict dy, float *restrict d, float *restrict scratch);
// gates [steps, batch, 4 · hidden] (i, f, g, o) hold the inputs' part and the biases, and leave as
// activations; c and h [steps, batch, hidden] are overwritten.
void ck_lstm_forward(
    ck_isa isa, const ck_recurrent *part, const float *packed, float *restrict gates,
    float *restrict c, float *restrict h, float *restrict scratch);
// d [steps, batch, 4 · hidden] = gradients of the gates' arguments.
void ck_lstm_backward(
    ck_isa isa, const ck_recurrent *part, const float *packed, const float *restrict gates,
    const float *restrict c, const float *restrict dy, float *restrict d,
    float *restrict scratch);
// gates [steps, batch, 3 · hidden] (r, z, n) as above, but n without its recurrent part, which goes to
// hn [steps, batch, hidden] = h_before · Wn + bias_new. `packed` holds W's columns of r and z,
// `packed_new` those of n.
void ck_gru_forward(
    ck_isa isa, const ck_recurrent *part, const float *packed, const float *packed_new,
    const float *restrict bias_new, float *restrict gates, float *restrict hn, float *restrict h,
    float *restrict scratch);
// d [steps, batch, 4 · hidden] = gradients of r's and z's arguments, of hn, and of n's argument.
void ck_gru_backward(
    ck_isa isa, const ck_recurrent *part, const float *packed, const float *restrict gates,
    const float *restrict hn, const float *restrict h, const float *restrict dy,
    float *restrict d, float *restrict scratch);

// ---------------------------------------------------------------- elementwise

// y = max(0, x). x and y may be the same.
void ck_relu(ck_isa isa, ck_int n, const float *x, float *y);
// dx = y > 0 ? dy : 0. dx and dy may be the same.
void ck_relu_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx);
// y = tanh(x), within 2 units in the last place or 2e-7. x and y may be the same.
void ck_tanh(ck_isa isa, ck_int n, const float *x, float *y);
// dx = dy (1 - y²).
void ck_tanh_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx);
// y = 1 / (1 + exp(-x)). x and y may be the same.
void ck_sigmoid(ck_isa isa, ck_int n, const float *x, float *y);
// dx = dy y (1 - y).
void ck_sigmoid_gradient(ck_isa isa, ck_int n, const float *y, const float *dy, float *dx);
// y += x.
void ck_add(ck_isa isa, ck_int n, const float *restrict x, float *restrict y);
// y = scale · x + shift.
void ck_affine(
    ck_isa isa, ck_int n, float scale, float shift, const float *restrict x, float *restrict y);
// sum[j] += Σ x[i, j] over rows i in order, rows ldx apart.
void ck_add_rows(
    ck_isa isa, ck_int rows, ck_int n, const float *restrict x, ck_int ldx,
    float *restrict sum);
// y[j, i] = x[i, j]; x is [rows, columns].
void ck_transpose(
    ck_int rows, ck_int columns, const float *restrict x, float *restrict y);
// The number of scalars that are not zero.
ck_int ck_count_nonzeros(ck_isa isa, ck_int n, const float *x);
// Σ x², in double precision.
double ck_sum_of_squares(ck_isa isa, ck_int n, const float *x);
// y[i] = x[i] · scale where bit i of the stream of `key` is kept, else 0; kept with probability
// 1 - drop. `first` is the index of x[0] in the stream. x and y may be the same.
void ck_dropout(
    ck_isa isa, ck_int n, uint32_t key, uint32_t first, float drop, const float *x, float *y);

// ---------------------------------------------------------------- optimizers (one update each)

// w -= rate · g
void ck_sgd(ck_isa isa, ck_int n, float rate, const float *restrict g, float *restrict w);
// v = momentum · v + g; w -= rate · v, or with nesterov w -= rate · (g + momentum · v)
void ck_momentum(
    ck_isa isa, ck_int n, float rate, float momentum, int nesterov, const float *restrict g,
    float *restrict v, float *restrict w);
// m += (1 - beta1)(g - m); v += (1 - beta2)(g² - v); w -= rate · m / (√v + epsilon)
void ck_adam(
    ck_isa isa, ck_int n, float rate, float beta1, float beta2, float epsilon,
    const float *restrict g, float *restrict m, float *restrict v, float *restrict w);
// s += (1 - decay)(g² - s); u = momentum · u + rate · g / √(s + epsilon); w -= u
void ck_rmsprop(
    ck_isa isa, ck_int n, float rate, float decay, float momentum, float epsilon,
    const float *restrict g, float *restrict s, float *restrict u, float *restrict w);
// s += g²; w -= rate · g / √s
void ck_adagrad(
    ck_isa isa, ck_int n, float rate, const float *restrict g, float *restrict s,
    float *restrict w);

#endif
