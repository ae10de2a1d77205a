// The recurrent cells' gates and their derivatives: one pass over a step's rows. Included by
// microkernels.h, once for each instruction set.

// c = f · c_before + i · g; h = o · tanh(c). `gates` rows hold i, f, g, o: sums in, activations out.
CK_TARGET static void K(lstm_gates)(
    ck_int rows, ck_int n, float *restrict gates, const float *restrict before,
    ck_int before_row, float *restrict c, float *restrict h, float *restrict copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    float *restrict i = gates, *restrict f = gates + n, *restrict g = f + n, *restrict o = g + n;
    for (ck_int j = 0; j < n; j++) {
      const float iv = K(sigmoid_scalar)(i[j]), fv = K(sigmoid_scalar)(f[j]);
      const float gv = K(tanh_scalar)(g[j]), ov = K(sigmoid_scalar)(o[j]);
      const float cv = fv * before[j] + iv * gv, hv = ov * K(tanh_scalar)(cv);
      i[j] = iv, f[j] = fv, g[j] = gv, o[j] = ov;
      c[j] = cv, h[j] = hv, copy[j] = hv;
    }
    gates += 4 * n, before += before_row, c += n, h += n, copy += ld;
  }
}

// d (i, f, g, o: gradients of the sums) from dh; dc is the gradient that came with the cell, and
// leaves with the one of the step before.
CK_TARGET static void K(lstm_gates_gradient)(
    ck_int rows, ck_int n, const float *restrict gates, const float *restrict c,
    const float *restrict before, ck_int before_row, const float *restrict dh,
    float *restrict dc, float *restrict d, float *restrict copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++) {
    const float *restrict i = gates, *restrict f = gates + n, *restrict g = f + n;
    const float *restrict o = g + n;
    for (ck_int j = 0; j < n; j++) {
      const float iv = i[j], fv = f[j], gv = g[j], ov = o[j], y = dh[j];
      const float t = K(tanh_scalar)(c[j]);
      const float dcv = dc[j] + y * ov * (1.0f - t * t);
      const float di = dcv * gv * iv * (1.0f - iv), df = dcv * before[j] * fv * (1.0f - fv);
      const float dg = dcv * iv * (1.0f - gv * gv), dov = y * t * ov * (1.0f - ov);
      dc[j] = dcv * fv;
      d[j] = di, d[n + j] = df, d[2 * n + j] = dg, d[3 * n + j] = dov;
      copy[j] = di, copy[n + j] = df, copy[2 * n + j] = dg, copy[3 * n + j] = dov;
    }
    gates += 4 * n, c += n, before += before_row, dh += n, dc += n, d += 4 * n, copy += ld;
  }
}

// n = tanh(xn + r · hn); h = (1 - z) n + z · h_before. `gates` rows hold r, z, n.
CK_TARGET static void K(gru_gates)(
    ck_int rows, ck_int n, float *restrict gates, const float *restrict hn,
    const float *restrict before, ck_int before_row, float *restrict h, float *restrict copy,
    ck_int ld) {
  for (ck_int row = 0; row < rows; row++) {
    float *restrict r = gates, *restrict z = gates + n, *restrict g = z + n;
    for (ck_int j = 0; j < n; j++) {
      const float rv = K(sigmoid_scalar)(r[j]), zv = K(sigmoid_scalar)(z[j]);
      const float gv = K(tanh_scalar)(g[j] + rv * hn[j]);
      const float hv = gv + zv * (before[j] - gv);
      r[j] = rv, z[j] = zv, g[j] = gv;
      h[j] = hv, copy[j] = hv;
    }
    gates += 3 * n, hn += n, before += before_row, h += n, copy += ld;
  }
}

// d rows hold the gradients of r, z, hn and xn; dh leaves with the part that goes straight to the
// step before; `copy` gets the first three.
CK_TARGET static void K(gru_gates_gradient)(
    ck_int rows, ck_int n, const float *restrict gates, const float *restrict hn,
    const float *restrict before, ck_int before_row, float *restrict dh, float *restrict d,
    float *restrict copy, ck_int ld) {
  for (ck_int row = 0; row < rows; row++) {
    const float *restrict r = gates, *restrict z = gates + n, *restrict g = z + n;
    for (ck_int j = 0; j < n; j++) {
      const float rv = r[j], zv = z[j], gv = g[j], y = dh[j];
      const float dxn = y * (1.0f - zv) * (1.0f - gv * gv);
      const float dz = y * (before[j] - gv) * zv * (1.0f - zv);
      const float dr = dxn * hn[j] * rv * (1.0f - rv), dhn = dxn * rv;
      dh[j] = y * zv;
      d[j] = dr, d[n + j] = dz, d[2 * n + j] = dhn, d[3 * n + j] = dxn;
      copy[j] = dr, copy[n + j] = dz, copy[2 * n + j] = dhn;
    }
    gates += 3 * n, hn += n, before += before_row, dh += n, d += 4 * n, copy += ld;
  }
}

// h = tanh(h).
CK_TARGET static void K(rnn_gates)(
    ck_int rows, ck_int n, float *restrict h, float *restrict copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, h += n, copy += ld) {
    for (ck_int j = 0; j < n; j++) h[j] = copy[j] = K(tanh_scalar)(h[j]);
  }
}

// d = dh (1 - h²).
CK_TARGET static void K(rnn_gates_gradient)(
    ck_int rows, ck_int n, const float *restrict h, const float *restrict dh, float *restrict d,
    float *restrict copy, ck_int ld) {
  for (ck_int r = 0; r < rows; r++, h += n, dh += n, d += n, copy += ld) {
    for (ck_int j = 0; j < n; j++) d[j] = copy[j] = dh[j] * (1.0f - h[j] * h[j]);
  }
}
