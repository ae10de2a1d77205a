// The recurrent cells' gates and their derivatives: one pass over a step's rows. Included by
// microkernels.h, once for each instruction set.
//
// A row is a function of its own: only of parameters does the compiler believe `restrict`, and
// without it the vectors' loop is never taken.
#define ROW CK_TARGET static __attribute__((noinline)) void

// A tanh that isn't divided yet.
typedef struct K(ratio) {
  float over, under;  // under: 1 to 420
} K(ratio);

// tanh within 4e-7, for the gates alone: no exponential. Source: x P(x²) / Q(x²), minimax on |x| <= 9
// by reweighted least squares (2e-8 in exact arithmetic); 1 - tanh(9) = 3e-8.
CK_TARGET INLINE K(ratio) K(tanh_ratio)(float x) {
  x = x > 9.0f ? 9.0f : x;
  x = x < -9.0f ? -9.0f : x;
  const float z = x * x;
  float p = 1.3354663e-8f, q = 7.7765594e-7f;
  p = p * z + 2.0609084e-5f, q = q * z + 3.285635e-4f;
  p = p * z + 3.4955882e-3f, q = q * z + 2.5876982e-2f;
  p = p * z + 1.3381025e-1f, q = q * z + 4.6714342e-1f;
  p = p * z + 1.0f, q = q * z + 1.0f;
  return (K(ratio)){x * p, q};
}

CK_TARGET INLINE float K(gate_tanh)(float x) {
  const K(ratio) t = K(tanh_ratio)(x);
  return t.over / t.under;
}

// 1 / (1 + exp(-x)), of tanh(x / 2).
CK_TARGET INLINE float K(sigmoid_of)(float t) { return 0.5f + 0.5f * t; }

CK_TARGET INLINE float K(gate_sigmoid)(float x) { return K(sigmoid_of)(K(gate_tanh)(0.5f * x)); }

// c = f · c_before + i · g; h = o · tanh(c), of the sums behind i, f, g, o.
ROW K(lstm_row)(
    ck_int n, const float *restrict sums, const float *restrict before, float *restrict i,
    float *restrict f, float *restrict g, float *restrict o, float *restrict c, float *restrict h,
    float *restrict copy) {
  for (ck_int j = 0; j < n; j++) {
    // One division for the four: it takes as long as the rest.
    const K(ratio) ti = K(tanh_ratio)(0.5f * sums[j]), tf = K(tanh_ratio)(0.5f * sums[n + j]);
    const K(ratio) tg = K(tanh_ratio)(sums[2 * n + j]), to = K(tanh_ratio)(0.5f * sums[3 * n + j]);
    const float under_if = ti.under * tf.under, under_go = tg.under * to.under;
    const float one = 1.0f / (under_if * under_go);
    const float one_if = one * under_go, one_go = one * under_if;
    const float iv = K(sigmoid_of)(ti.over * (one_if * tf.under));
    const float fv = K(sigmoid_of)(tf.over * (one_if * ti.under));
    const float gv = tg.over * (one_go * to.under);
    const float ov = K(sigmoid_of)(to.over * (one_go * tg.under));
    const float cv = fv * before[j] + iv * gv, hv = ov * K(gate_tanh)(cv);
    i[j] = iv, f[j] = fv, g[j] = gv, o[j] = ov;
    c[j] = cv, h[j] = hv, copy[j] = hv;
  }
}

// Rows of `sums` are sums_row apart, those of `copy` ld.
CK_TARGET static void K(lstm_gates)(
    ck_int rows, ck_int n, const float *sums, ck_int sums_row, const float *before,
    ck_int before_row, float *gates, float *c, float *h, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(lstm_row)(
        n, sums, before, gates, gates + n, gates + 2 * n, gates + 3 * n, c, h, copy);
    sums += sums_row, before += before_row, gates += 4 * n, c += n, h += n, copy += ld;
  }
}

ROW K(lstm_row_gradient)(
    ck_int n, const float *restrict i, const float *restrict f, const float *restrict g,
    const float *restrict o, const float *restrict c, const float *restrict before,
    const float *restrict dh, float *restrict dc, float *restrict d, float *restrict d1,
    float *restrict d2, float *restrict d3) {
  for (ck_int j = 0; j < n; j++) {
    const float iv = i[j], fv = f[j], gv = g[j], ov = o[j], y = dh[j];
    const float t = K(gate_tanh)(c[j]);
    const float dcv = dc[j] + y * ov * (1.0f - t * t);
    dc[j] = dcv * fv;
    d[j] = dcv * gv * iv * (1.0f - iv);
    d1[j] = dcv * before[j] * fv * (1.0f - fv);
    d2[j] = dcv * iv * (1.0f - gv * gv);
    d3[j] = y * t * ov * (1.0f - ov);
  }
}

// d (i, f, g, o: gradients of the sums), rows ld apart, from dh; dc is the gradient that came with
// the cell, and leaves with the one of the step before.
CK_TARGET static void K(lstm_gates_gradient)(
    ck_int rows, ck_int n, const float *gates, const float *c, const float *before,
    ck_int before_row, const float *dh, float *dc, float *d, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(lstm_row_gradient)(
        n, gates, gates + n, gates + 2 * n, gates + 3 * n, c, before, dh, dc, d, d + n, d + 2 * n,
        d + 3 * n);
    gates += 4 * n, c += n, before += before_row, dh += n, dc += n, d += ld;
  }
}

// n = tanh(xn + r · hn); h = (1 - z) n + z · h_before, of the sums behind r, z, hn, xn.
ROW K(gru_row)(
    ck_int n, const float *restrict sums, const float *restrict before, float *restrict r,
    float *restrict z, float *restrict g, float *restrict hn, float *restrict h,
    float *restrict copy) {
  for (ck_int j = 0; j < n; j++) {
    const float rv = K(gate_sigmoid)(sums[j]), zv = K(gate_sigmoid)(sums[n + j]);
    const float hnv = sums[2 * n + j], gv = K(gate_tanh)(sums[3 * n + j] + rv * hnv);
    const float hv = gv + zv * (before[j] - gv);
    r[j] = rv, z[j] = zv, g[j] = gv, hn[j] = hnv;
    h[j] = hv, copy[j] = hv;
  }
}

// `gates` rows hold r, z, n.
CK_TARGET static void K(gru_gates)(
    ck_int rows, ck_int n, const float *sums, ck_int sums_row, const float *before,
    ck_int before_row, float *gates, float *hn, float *h, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(gru_row)(n, sums, before, gates, gates + n, gates + 2 * n, hn, h, copy);
    sums += sums_row, before += before_row, gates += 3 * n, hn += n, h += n, copy += ld;
  }
}

ROW K(gru_row_gradient)(
    ck_int n, const float *restrict r, const float *restrict z, const float *restrict g,
    const float *restrict hn, const float *restrict before, float *restrict dh, float *restrict d,
    float *restrict d1, float *restrict d2, float *restrict d3) {
  for (ck_int j = 0; j < n; j++) {
    const float rv = r[j], zv = z[j], gv = g[j], y = dh[j];
    const float dxn = y * (1.0f - zv) * (1.0f - gv * gv);
    dh[j] = y * zv;
    d[j] = dxn * hn[j] * rv * (1.0f - rv);
    d1[j] = y * (before[j] - gv) * zv * (1.0f - zv);
    d2[j] = dxn * rv;
    d3[j] = dxn;
  }
}

// d rows hold the gradients of r, z, hn and xn; dh leaves with the part that goes straight to the
// step before.
CK_TARGET static void K(gru_gates_gradient)(
    ck_int rows, ck_int n, const float *gates, const float *hn, const float *before,
    ck_int before_row, float *dh, float *d, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(gru_row_gradient)(
        n, gates, gates + n, gates + 2 * n, hn, before, dh, d, d + n, d + 2 * n, d + 3 * n);
    gates += 3 * n, hn += n, before += before_row, dh += n, d += ld;
  }
}

ROW K(rnn_row)(
    ck_int n, const float *restrict sums, float *restrict h, float *restrict copy) {
  for (ck_int j = 0; j < n; j++) h[j] = copy[j] = K(gate_tanh)(sums[j]);
}

// h = tanh(sums).
CK_TARGET static void K(rnn_gates)(
    ck_int rows, ck_int n, const float *sums, ck_int sums_row, float *h, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, sums += sums_row, h += n, copy += ld) {
    K(rnn_row)(n, sums, h, copy);
  }
}

ROW K(rnn_row_gradient)(
    ck_int n, const float *restrict h, const float *restrict dh, float *restrict d) {
  for (ck_int j = 0; j < n; j++) d[j] = dh[j] * (1.0f - h[j] * h[j]);
}

// d = dh (1 - h²).
CK_TARGET static void K(rnn_gates_gradient)(
    ck_int rows, ck_int n, const float *h, const float *dh, float *d, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, h += n, dh += n, d += ld) K(rnn_row_gradient)(n, h, dh, d);
}
#undef ROW
