// The recurrent cells' gates and their derivatives: one pass over a step's rows. Included by
// microkernels.h, once for each instruction set.
//
// A row is a function of its own: only of parameters does the compiler believe `restrict`, and
// without it the vectors' loop is never taken.
#define ROW CK_TARGET static __attribute__((noinline)) void

// c = f · c_before + i · g; h = o · tanh(c). i, f, g, o: sums in, activations out.
ROW K(lstm_row)(
    ck_int n, float *restrict i, float *restrict f, float *restrict g, float *restrict o,
    const float *restrict before, float *restrict c, float *restrict h, float *restrict copy) {
  for (ck_int j = 0; j < n; j++) {
    const float iv = K(sigmoid_scalar)(i[j]), fv = K(sigmoid_scalar)(f[j]);
    const float gv = K(tanh_scalar)(g[j]), ov = K(sigmoid_scalar)(o[j]);
    const float cv = fv * before[j] + iv * gv, hv = ov * K(tanh_scalar)(cv);
    i[j] = iv, f[j] = fv, g[j] = gv, o[j] = ov;
    c[j] = cv, h[j] = hv, copy[j] = hv;
  }
}

CK_TARGET static void K(lstm_gates)(
    ck_int rows, ck_int n, float *gates, const float *before, ck_int before_row, float *c, float *h,
    float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(lstm_row)(n, gates, gates + n, gates + 2 * n, gates + 3 * n, before, c, h, copy);
    gates += 4 * n, before += before_row, c += n, h += n, copy += ld;
  }
}

ROW K(lstm_row_gradient)(
    ck_int n, const float *restrict i, const float *restrict f, const float *restrict g,
    const float *restrict o, const float *restrict c, const float *restrict before,
    const float *restrict dh, float *restrict dc, float *restrict d, float *restrict d1,
    float *restrict d2, float *restrict d3) {
  for (ck_int j = 0; j < n; j++) {
    const float iv = i[j], fv = f[j], gv = g[j], ov = o[j], y = dh[j];
    const float t = K(tanh_scalar)(c[j]);
    const float dcv = dc[j] + y * ov * (1.0f - t * t);
    dc[j] = dcv * fv;
    d[j] = dcv * gv * iv * (1.0f - iv);
    d1[j] = dcv * before[j] * fv * (1.0f - fv);
    d2[j] = dcv * iv * (1.0f - gv * gv);
    d3[j] = y * t * ov * (1.0f - ov);
  }
}

// d (i, f, g, o: gradients of the sums) from dh; dc is the gradient that came with the cell, and
// leaves with the one of the step before.
CK_TARGET static void K(lstm_gates_gradient)(
    ck_int rows, ck_int n, const float *gates, const float *c, const float *before,
    ck_int before_row, const float *dh, float *dc, float *d, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(lstm_row_gradient)(
        n, gates, gates + n, gates + 2 * n, gates + 3 * n, c, before, dh, dc, d, d + n, d + 2 * n,
        d + 3 * n);
    memcpy(copy, d, (size_t)(4 * n) * sizeof *copy);
    gates += 4 * n, c += n, before += before_row, dh += n, dc += n, d += 4 * n, copy += ld;
  }
}

// n = tanh(xn + r · hn); h = (1 - z) n + z · h_before.
ROW K(gru_row)(
    ck_int n, float *restrict r, float *restrict z, float *restrict g, const float *restrict hn,
    const float *restrict before, float *restrict h, float *restrict copy) {
  for (ck_int j = 0; j < n; j++) {
    const float rv = K(sigmoid_scalar)(r[j]), zv = K(sigmoid_scalar)(z[j]);
    const float gv = K(tanh_scalar)(g[j] + rv * hn[j]);
    const float hv = gv + zv * (before[j] - gv);
    r[j] = rv, z[j] = zv, g[j] = gv;
    h[j] = hv, copy[j] = hv;
  }
}

// `gates` rows hold r, z, n.
CK_TARGET static void K(gru_gates)(
    ck_int rows, ck_int n, float *gates, const float *hn, const float *before, ck_int before_row,
    float *h, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(gru_row)(n, gates, gates + n, gates + 2 * n, hn, before, h, copy);
    gates += 3 * n, hn += n, before += before_row, h += n, copy += ld;
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
// step before; `copy` gets the first three.
CK_TARGET static void K(gru_gates_gradient)(
    ck_int rows, ck_int n, const float *gates, const float *hn, const float *before,
    ck_int before_row, float *dh, float *d, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    K(gru_row_gradient)(
        n, gates, gates + n, gates + 2 * n, hn, before, dh, d, d + n, d + 2 * n, d + 3 * n);
    memcpy(copy, d, (size_t)(3 * n) * sizeof *copy);
    gates += 3 * n, hn += n, before += before_row, dh += n, d += 4 * n, copy += ld;
  }
}

ROW K(rnn_row)(ck_int n, float *restrict h, float *restrict copy) {
  for (ck_int j = 0; j < n; j++) h[j] = copy[j] = K(tanh_scalar)(h[j]);
}

// h = tanh(h).
CK_TARGET static void K(rnn_gates)(ck_int rows, ck_int n, float *h, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, h += n, copy += ld) K(rnn_row)(n, h, copy);
}

ROW K(rnn_row_gradient)(
    ck_int n, const float *restrict h, const float *restrict dh, float *restrict d,
    float *restrict copy) {
  for (ck_int j = 0; j < n; j++) d[j] = copy[j] = dh[j] * (1.0f - h[j] * h[j]);
}

// d = dh (1 - h²).
CK_TARGET static void K(rnn_gates_gradient)(
    ck_int rows, ck_int n, const float *h, const float *dh, float *d, float *copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, h += n, dh += n, d += n, copy += ld) {
    K(rnn_row_gradient)(n, h, dh, d, copy);
  }
}
#undef ROW
