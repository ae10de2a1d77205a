// The convolution of each channel by itself, a vector of channels at a time. Included by microkernels.h,
// once for each instruction set.
//
// Some neighbouring positions share the loads of the weights; windows that reach over an edge go one by
// one, over what they have inside.

enum { K(neighbours) = 4 };

// Positions ox ..< ox + places of output row oy, whose windows all have rows y0 ..< y1 and columns
// x0 ..< x1 inside of the image, for channels c ..< c + count.
CK_TARGET INLINE void K(depthwise_channels)(
    const int places, const int whole, const ck_conv_job *job, ck_int oy, ck_int ox, ck_int y0,
    ck_int y1, ck_int x0, ck_int x1, ck_int c, ck_int count) {
  const ck_conv *conv = job->conv;
  const ck_int channels = conv->in_channels, step = conv->stride_x * channels;
  const ck_int top = oy * conv->stride_y - conv->top, left = ox * conv->stride_x - conv->left;
  VEC sum[K(neighbours)];
  const VEC bias = !job->bias ? (VEC){0}
                   : whole    ? LOAD(job->bias + c)
                              : K(load_some)(job->bias + c, count);
  UNROLL for (int p = 0; p < places; p++) sum[p] = bias;
  for (ck_int ky = y0; ky < y1; ky++) {
    for (ck_int kx = x0; kx < x1; kx++) {
      const float *x = job->x + ((top + ky) * conv->width + left + kx) * channels + c;
      const float *weight = job->weight + (ky * conv->kernel_width + kx) * channels + c;
      const VEC w = whole ? LOAD(weight) : K(load_some)(weight, count);
      UNROLL for (int p = 0; p < places; p++) {
        sum[p] += w * (whole ? LOAD(x + p * step) : K(load_some)(x + p * step, count));
      }
    }
  }
  const ck_int at = (oy * conv->out_width + ox) * channels + c;
  const VEC ceiling = K(ceiling)(job->ceiling);
  UNROLL for (int p = 0; p < places; p++) {
    VEC y = sum[p];
    const ck_int to = at + p * channels;
    if (job->added) {
      y += whole ? LOAD(job->added + to) : K(load_some)(job->added + to, count);
    }
    if (job->relu) y = K(clamp)(y, ceiling);
    K(store_some)(job->y + to, y, whole ? CK_LANES : count);
  }
}

CK_TARGET INLINE void K(depthwise_places)(
    const int places, const ck_conv_job *job, ck_int oy, ck_int ox, ck_int y0, ck_int y1,
    ck_int x0, ck_int x1) {
  const ck_int channels = job->conv->in_channels;
  const int three = y0 == 0 && x0 == 0 && y1 == 3 && x1 == 3;
  ck_int c = 0;
  if (three) {
    for (; c + CK_LANES <= channels; c += CK_LANES) {
      K(depthwise_channels)(places, 1, job, oy, ox, 0, 3, 0, 3, c, CK_LANES);
    }
  } else {
    for (; c + CK_LANES <= channels; c += CK_LANES) {
      K(depthwise_channels)(places, 1, job, oy, ox, y0, y1, x0, x1, c, CK_LANES);
    }
  }
  if (c < channels) {
    K(depthwise_channels)(places, 0, job, oy, ox, y0, y1, x0, x1, c, channels - c);
  }
}

CK_TARGET static void K(depthwise)(const ck_conv_job *job) {
  const ck_conv *c = job->conv;
  for (ck_int oy = 0; oy < c->out_height; oy++) {
    const ck_int top = oy * c->stride_y - c->top;
    const ck_int y0 = ck_larger(0, -top), y1 = ck_smaller(c->kernel_height, c->height - top);
    for (ck_int ox = 0; ox < c->out_width;) {
      const ck_int left = ox * c->stride_x - c->left;
      const ck_int last = left + (K(neighbours) - 1) * c->stride_x + c->kernel_width;
      if (left >= 0 && last <= c->width && ox + K(neighbours) <= c->out_width) {
        K(depthwise_places)(K(neighbours), job, oy, ox, y0, y1, 0, c->kernel_width);
        ox += K(neighbours);
      } else {
        K(depthwise_places)(
            1, job, oy, ox, y0, y1, ck_larger(0, -left),
            ck_smaller(c->kernel_width, c->width - left));
        ox++;
      }
    }
  }
}
