// The arithmetic of the training core, one function a job, on raw memory.
//
// Rules for every function:
//  - single precision, single thread, no allocation, no state; threads are the caller's business;
//  - images are NHWC rows of `channels` scalars, convolution weights HWIO, matrices row-major;
//  - a stride ("ld", leading dimension) is counted in scalars; memory need not be aligned, but
//    64-byte alignment is fastest;
//  - arguments marked `restrict` don't overlap any other;
//  - a sum over a dimension runs in index order whatever the position in the matrix, so equal
//    inputs give equal bits, however the caller divides the work;
//  - where it multiplies, denormal numbers, below 1.2e-38, count as zeros; the thread's own mode is as
//    before afterwards;
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

// A part of C, its rows behind each other. The memory is used again for the next one.
typedef struct ck_strip {
  ck_int row, rows, column, columns;
  const float *scalars;
} ck_strip;

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
  // If set, C goes there a strip at a time, and nowhere else: ck_gemm_sparse alone, and a transposed A.
  void (*take)(void *taker, const ck_strip *strip);
  void *taker;
  ck_int row, column;  // where this C begins in the taker's
} ck_gemm_job;

// Scalars of scratch that `ck_gemm` needs.
ck_int ck_gemm_scratch(ck_isa isa, ck_int m, ck_int n, ck_int k);
// C = bias + op(A) op(B), or C += op(A) op(B). Overwrites scratch.
void ck_gemm(ck_isa isa, const ck_gemm_job *job, float *restrict scratch);
// Scalars of scratch that `ck_gemm_sparse` needs.
ck_int ck_gemm_sparse_scratch(ck_isa isa, const ck_gemm_job *job);
// The same product, passing over the zeros of op(A): faster where more than a third are. The same bits,
// but for an infinity or NaN of B that meets only zeros. Overwrites scratch.
void ck_gemm_sparse(ck_isa isa, const ck_gemm_job *job, float *restrict scratch);
// Scalars of a matrix [k, n] packed.
ck_int ck_pack_count(ck_isa isa, ck_int k, ck_int n);
// Packs op(B) [k, n]. Overwrites all of `packed`. Columns from a multiple of 32 on may be packed alone,
// to k times as many scalars behind the start.
void ck_pack(
    ck_isa isa, ck_int k, ck_int n, const float *restrict b, ck_int ldb, int transposed,
    float *restrict packed);

// ---------------------------------------------------------------- convolution

// One image's convolution (cross-correlation) over a zero-padded input:
// out = (padded - kernel) / stride + 1 in each direction.
typedef struct ck_conv {
  ck_int height, width, in_channels;              // of the image, without its padding
  ck_int top, left, bottom, right;                // padding, zeros
  ck_int kernel_height, kernel_width, out_channels;
  ck_int stride_y, stride_x;
  ck_int out_height, out_width;
} ck_conv;

// Scalars of the padded image.
ck_int ck_conv_padded_count(const ck_conv *conv);
// Copies an image into zero padding. Overwrites all of `padded`.
void ck_conv_pad(const ck_conv *conv, const float *restrict x, float *restrict padded);
// The same from an image of more channels, `apart` scalars from pixel to pixel.
void ck_conv_pad_channels(
    const ck_conv *conv, const float *restrict x, ck_int apart, float *restrict padded);
// Copies the inside of a padded image to x.
void ck_conv_inside(const ck_conv *c, const float *restrict padded, float *restrict x);

// Scalars of weights packed for ck_conv_forward.
ck_int ck_conv_packed_count(ck_isa isa, const ck_conv *conv);
// Packs HWIO weights for ck_conv_forward. Overwrites all of `packed`.
void ck_conv_pack(
    ck_isa isa, const ck_conv *conv, const float *restrict weight, float *restrict packed);

// What one image's convolution reads and writes.
typedef struct ck_conv_job {
  const ck_conv *conv;
  const float *x;       // from ck_conv_pad, or the image itself if there is no padding
  const float *weight;  // from ck_conv_pack
  const float *bias;    // out_channels scalars, or NULL
  const float *added;   // laid out as y, added to the sums, or NULL
  int relu;             // max(0, ·) at the end
  float ceiling;        // with relu: min(·, ceiling) too; 0 for none
  float *y;             // [out_height, out_width, out_channels]
  ck_int ldy;           // scalars from position to position of y and of added
} ck_conv_job;

// y = bias + conv(x) + added; with relu what lies below 0 becomes 0, and above the ceiling the ceiling.
void ck_conv_forward(ck_isa isa, const ck_conv_job *job);
// The convolution of each channel by itself: in_channels = out_channels. x is the image without padding
// whatever the padding, weight [kernel_height, kernel_width, out_channels] as it is, and ldy is
// out_channels. `top` may be negative: the first window begins so many rows inside of the image.
void ck_conv_depthwise(ck_isa isa, const ck_conv_job *job);
// d_weight (HWIO) += gradient of the weights, for the output gradient dy. Dense form.
void ck_conv_weight_gradient(
    ck_isa isa, const ck_conv *conv, const float *restrict padded, const float *restrict dy,
    float *restrict d_weight);

struct ck_pool;

// The non-zero entries of one output gradient [out_height · out_width, out_channels].
// By channel: value and offset of the receptive field in the padded image, channel o's at
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
// Fills the lists from the gradient dy of a max pooling's output, as if ck_max_unpool had made the
// convolution's of it; a zero of dy may be listed too. Overwrites `map`, memory for the convolution's
// output gradient, if windows overlap.
void ck_conv_find_pooled_nonzeros(
    ck_isa isa, const ck_conv *conv, const struct ck_pool *pool, const float *restrict dy,
    const uint8_t *restrict switches, const float *restrict y, float *restrict map,
    const ck_nonzeros *lists);
// d_weight, laid out [out_channels][kernel_height][kernel_width · in_channels], and d_bias
// [out_channels] += gradients.
void ck_conv_weight_gradient_sparse(
    ck_isa isa, const ck_conv *conv, const float *restrict padded, const ck_nonzeros *lists,
    float *restrict d_weight, float *restrict d_bias);
// Padded input gradient += gradient; weights laid out [kernel_height][out_channels][kernel_width ·
// in_channels] (see ck_conv_rows). Serves any stride, and dense gradients too, more slowly.
void ck_conv_input_gradient_sparse(
    ck_isa isa, const ck_conv *conv, const ck_nonzeros *lists, const float *restrict rows,
    float *restrict d_padded);
// HWIO weights to [kernel_height][out_channels][kernel_width · in_channels].
void ck_conv_rows(const ck_conv *conv, const float *restrict weight, float *restrict rows);
// HWIO weights turned by 180° with in and out exchanged: the dense input gradient of a convolution
// of stride 1 is ck_conv_forward with these.
void ck_conv_flip(const ck_conv *conv, const float *restrict weight, float *restrict flipped);

// ---------------------------------------------------------------- convolution by Winograd's tiles

// A batch's convolution from tiles: fewer multiplications, a little more rounding (for sums of 800 some
// 3e-6 of the largest output, instead of 1e-6).
typedef struct ck_winograd {
  const ck_conv *conv;
  const float *x;       // the images, without padding
  const float *weight;  // from ck_winograd_weights
  const float *bias;    // out_channels scalars, or NULL
  const float *added;   // laid out as y, added to the sums, or NULL; not with switches
  int relu;             // max(0, ·) at the end
  float ceiling;        // with relu: min(·, ceiling) too; 0 for none; not with switches
  ck_int first, end;    // the output channels to make, from a multiple of 32 on
  float *y;             // the images' outputs; with switches, what a 2×2 max pooling makes of them
  uint8_t *switches;    // NULL, or the maxima's places as ck_max_pool gives them; then out_height and
                        // out_width are even
} ck_winograd;

// Whether there are tiles for it: kernels of 3×3 or 5×5, stride 1, an output of 4×4 and more, input
// channels in sixteens.
int ck_winograd_serves(const ck_conv *conv);
// Scalars of the transformed weights.
ck_int ck_winograd_weight_count(ck_isa isa, const ck_conv *conv);
// Transforms HWIO weights of input channels first ..< end. All channels overwrite all that is read of
// `transformed`.
void ck_winograd_weights(
    ck_isa isa, const ck_conv *conv, ck_int first, ck_int end, const float *restrict weight,
    float *restrict transformed);
// Rows of tiles of one image.
ck_int ck_winograd_tile_rows(const ck_conv *conv);
// Rows of tiles that are best taken at a time.
ck_int ck_winograd_strip_rows(const ck_conv *conv);
// Scalars of scratch for so many rows of tiles and so many output channels.
ck_int ck_winograd_scratch(const ck_conv *conv, ck_int rows, ck_int outputs);
// The outputs of tile rows first ..< end, counted through the batch. Each output is one row's alone, and
// the bits don't depend on what is taken at a time.
void ck_winograd_forward(
    ck_isa isa, const ck_winograd *job, ck_int first, ck_int end, float *restrict scratch);

// ---------------------------------------------------------------- pooling

// Windows over one image; parts outside of it are ignored. A window holds at most 256 positions.
typedef struct ck_pool {
  ck_int height, width, channels;
  ck_int window_height, window_width;
  ck_int stride_y, stride_x;
  ck_int top, left;      // how far the first window reaches over the image's edge
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
// y = mean of each window; count_outside: positions outside the image count as zeros, those
// beyond its padding never do.
void ck_average_pool(
    ck_isa isa, const ck_pool *pool, const float *restrict x, int count_outside, float *restrict y);
// dx = gradient of ck_average_pool.
void ck_average_unpool(
    ck_isa isa, const ck_pool *pool, const float *restrict dy, int count_outside,
    float *restrict dx);

// ---------------------------------------------------------------- recurrent cells

// A cell's value is the number of its gates, matrices side by side in a weight [·, gates · hidden].
// Their order: LSTM i, f, g, o; GRU r, z, n. A GRU's n has two sums, so there are more sums than gates:
// "sums · hidden" below is hidden for rnn, 4 · hidden for lstm and for gru (r, z, n of the state, n of
// the input).
typedef enum ck_cell { ck_cell_rnn = 1, ck_cell_gru = 3, ck_cell_lstm = 4 } ck_cell;

// A batch of sequences and what a cell makes of it. The states before the first step are zero.
typedef struct ck_recurrent {
  ck_cell cell;
  ck_int steps, batch, inputs, hidden;
  const float *x;  // [batch, steps, inputs]
  float *h;        // [steps, batch, hidden], states after each step
  float *gates;    // [steps, batch, gates · hidden], activations; not used by rnn
  float *inner;    // [steps, batch, hidden]: lstm's c, gru's n of the state; not used by rnn
} ck_recurrent;

// Scalars of both weights packed for ck_recurrent_forward.
ck_int ck_recurrent_packed_count(ck_isa isa, const ck_recurrent *r);
// Packs [inputs, gates · hidden] on top of [hidden, gates · hidden]: of both together the rows
// first ..< end. All rows overwrite all of `packed`.
void ck_recurrent_pack(
    ck_isa isa, const ck_recurrent *r, ck_int first, ck_int end, const float *restrict input,
    const float *restrict recurrent, float *restrict packed);
// Scalars of scratch for `rows` sequences.
ck_int ck_recurrent_forward_scratch(const ck_recurrent *r, ck_int rows);
// Takes sequences first ..< first + rows through the cell: fills their h, gates and inner. `bias` is
// [sums · hidden]. Other sequences may be taken at the same time.
void ck_recurrent_forward(
    ck_isa isa, const ck_recurrent *r, ck_int first, ck_int rows, const float *restrict packed,
    const float *restrict bias, float *restrict scratch);

// What goes back through time. The parameters' gradients are summed over each of `units` parts of the
// batch alone, so that a sum's order doesn't depend on who makes it.
typedef struct ck_recurrent_gradient {
  const float *dy;  // [batch, steps, hidden], or of the last step alone [batch, hidden]
  int every_step;   // which of the two
  const float *recurrent;  // the weight's transpose [gates · hidden, hidden], packed by ck_pack
  const float *input;      // likewise [gates · hidden, inputs]; only read for dx
  float *dx;               // [batch, steps, inputs], or NULL
  float *partial;          // [units][ck_recurrent_partial_count], or NULL
  ck_int units;            // unit u: sequences batch · u / units ..< batch · (u + 1) / units
} ck_recurrent_gradient;

// Scalars of one unit's sums.
ck_int ck_recurrent_partial_count(ck_isa isa, const ck_recurrent *r);
// Scalars of scratch for units first ..< end.
ck_int ck_recurrent_backward_scratch(
    ck_isa isa, const ck_recurrent *r, ck_int units, ck_int first, ck_int end);
// Takes the units' gradients back through time: fills their dx and partial sums.
void ck_recurrent_backward(
    ck_isa isa, const ck_recurrent *r, const ck_recurrent_gradient *g, ck_int first, ck_int end,
    float *restrict scratch);
// The units' partial sums, added in order, of rows first ..< end of [inputs + 1 + hidden]: the rows of
// d_input [inputs, gates · hidden], the biases d_input_bias and d_recurrent_bias [gates · hidden], the
// rows of d_recurrent [hidden, gates · hidden].
void ck_recurrent_collect(
    ck_isa isa, const ck_recurrent *r, ck_int units, const float *restrict partial, ck_int first,
    ck_int end, float *restrict d_input, float *restrict d_recurrent,
    float *restrict d_input_bias, float *restrict d_recurrent_bias);

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
