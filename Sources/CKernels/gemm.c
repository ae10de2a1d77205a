// The matrix product: B packed into panels that stay in the second-level cache, rows of A copied
// next to each other into the first-level one, C visited a register tile at a time.
// Source: Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
// ACM TOMS 34(3), 2008, DOI 10.1145/1356052.1356053.
#include "kernels.h"

#include <string.h>

enum {
  block_k = 256,    // rows of B packed at a time
  block_n = 512,    // columns of B packed at a time: 512 KB with block_k
  few_rows = 16,    // of C, for which B isn't packed
  in_place_k = 64,  // rows of B that are read in place at a time: as many pages
  most_rows = 14,   // of any instruction set's tile
  most_panel = 32,  // of any instruction set's tile
  row_gap = 16,     // between copied rows of A, so that they don't share cache sets
  column_step = 16, // between copied columns of A, rows and a little more at a time
};

void ck_run_tile(
    const ck_kernels *kernels, ck_tile_kernel *kernel, int rows, ck_int columns, const ck_tile *t,
    const float *a, const float *b, const float *start, float *c) {
  const ck_int panel = kernels->panel;
  if (columns >= panel) {
    kernel(rows, t, a, b, start, c);
    return;
  }
  float narrow_start[most_rows * most_panel] = {0}, narrow_added[most_rows * most_panel] = {0};
  float narrow[most_rows * most_panel];
  ck_tile narrowed = *t;
  narrowed.ldc = panel;
  if (start) {
    for (ck_int i = 0; i < rows; i++) {
      memcpy(
          narrow_start + i * panel, start + i * t->start_row, (size_t)columns * sizeof(float));
    }
    narrowed.start_row = panel;
  }
  if (t->added) {
    for (ck_int i = 0; i < rows; i++) {
      memcpy(narrow_added + i * panel, t->added + i * t->ldc, (size_t)columns * sizeof(float));
    }
    narrowed.added = narrow_added;
  }
  kernel(rows, &narrowed, a, b, start ? narrow_start : NULL, narrow);
  for (ck_int i = 0; i < rows; i++) {
    memcpy(c + i * t->ldc, narrow + i * panel, (size_t)columns * sizeof(float));
  }
}

ck_int ck_pack_count(ck_isa isa, ck_int k, ck_int n) {
  return k * ck_rounded_up(n, ck_table(isa)->panel);
}

void ck_pack(
    ck_isa isa, ck_int k, ck_int n, const float *restrict b, ck_int ldb, int transposed,
    float *restrict packed) {
  ck_table(isa)->pack(k, n, b, ldb, transposed, packed, k);
}

ck_int ck_gemm_scratch(ck_isa isa, ck_int m, ck_int n, ck_int k) {
  (void)m;
  const ck_int panel = ck_table(isa)->panel;
  return ck_smaller(k, block_k) * ck_rounded_up(ck_smaller(n, block_n), panel) +
         column_step * (block_k + row_gap);
}

// C's first `columns`, whole panels, += A's columns k0 ..< k0 + kb times B's rows, which are read where
// they lie; k0 = 0 starts from the bias, the last k ends with the ReLU.
static void few_rows_in_place(
    const ck_kernels *kernels, const ck_gemm_job *job, ck_int k0, ck_int kb, ck_int columns) {
  const ck_int panel = kernels->panel, tiles = (job->m + kernels->rows - 1) / kernels->rows;
  const int first = k0 == 0 && !job->accumulate;
  ck_tile t = {
      .a_row = job->lda,
      .b_row = job->ldb,
      .segments = 1,
      .k = kb,
      .start_row = first ? 0 : job->ldc,
      .ldc = job->ldc,
      .relu = job->relu && k0 + kb == job->k,
      .next_step = job->ldb,
  };
  for (ck_int j = 0; j < columns; j += panel) {
    const float *b = job->b + k0 * job->ldb + j;
    for (ck_int tile = 0; tile < tiles; tile++) {
      const ck_int i = ck_split(job->m, tiles, tile);
      float *c = job->c + i * job->ldc + j;
      const float *start = !first ? c : job->bias ? job->bias + j : NULL;
      // The next panel's rows are two lines wide: each tile fetches one of them.
      t.next = b + panel + tile % 2 * (panel / 2);
      kernels->tile_strided(
          (int)(ck_split(job->m, tiles, tile + 1) - i), &t, job->a + i * job->lda + k0, b, start, c);
    }
  }
}

void ck_gemm(ck_isa isa, const ck_gemm_job *job, float *restrict scratch) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_int panel = kernels->panel, m = job->m, n = job->n, k = job->k;
  const ck_int tiles = (m + kernels->rows - 1) / kernels->rows;
  if (k == 0) {
    for (ck_int i = 0; i < m; i++) {
      for (ck_int j = 0; j < n; j++) {
        float *c = job->c + i * job->ldc + j;
        const float x = job->accumulate ? *c : job->bias ? job->bias[j] : 0;
        *c = job->relu && !(x > 0) ? 0 : x;
      }
    }
    return;
  }
  // Of few rows, packing B would cost more than multiplying.
  if (m <= few_rows && !job->a_transposed && !job->b_transposed) {
    const ck_int whole = m < 4 ? 0 : n / panel * panel;
    for (ck_int k0 = 0; k0 < k; k0 += in_place_k) {
      few_rows_in_place(kernels, job, k0, ck_smaller(in_place_k, k - k0), whole);
    }
    if (whole == n) return;
    ck_gemm_job rest = *job;
    rest.n = n - whole, rest.b += whole, rest.c += whole;
    if (rest.bias) rest.bias += whole;
    kernels->few_rows(&rest);
    return;
  }
  for (ck_int n0 = 0; n0 < n; n0 += block_n) {
    const ck_int nb = ck_smaller(block_n, n - n0);
    for (ck_int k0 = 0; k0 < k; k0 += block_k) {
      const ck_int kb = ck_smaller(block_k, k - k0);
      const int first = k0 == 0, last = k0 + kb == k;
      float *packed = scratch, *rows_of_a = scratch + kb * ck_rounded_up(nb, panel);
      kernels->pack(
          kb, nb, job->b_transposed ? job->b + n0 * job->ldb + k0 : job->b + k0 * job->ldb + n0,
          job->ldb, job->b_transposed, packed, kb);
      for (ck_int tile = 0; tile < tiles; tile++) {
        const ck_int i = ck_split(m, tiles, tile);
        const int rows = (int)(ck_split(m, tiles, tile + 1) - i);
        ck_tile t = {
            .b_row = panel, .segments = 1, .k = kb, .ldc = job->ldc, .relu = job->relu && last};
        if (job->a_transposed) {
          t.a_step = column_step;
          const float *from = job->a + k0 * job->lda + i;
          // Whole vectors where the matrix goes on behind the tile: what is copied too much isn't read.
          const size_t size = (size_t)(i + column_step <= m ? column_step : rows) * sizeof(float);
          for (ck_int q = 0; q < kb; q++) {
            float *to = rows_of_a + q * column_step;
            if (size == column_step * sizeof(float)) {
              memcpy(to, from + q * job->lda, column_step * sizeof(float));
            } else {
              memcpy(to, from + q * job->lda, size);
            }
          }
        } else {
          t.a_row = kb + row_gap;
          for (int r = 0; r < rows; r++) {
            memcpy(
                rows_of_a + r * t.a_row, job->a + (i + r) * job->lda + k0,
                (size_t)kb * sizeof(float));
          }
        }
        ck_tile_kernel *kernel =
            job->a_transposed ? kernels->tile_contiguous : kernels->tile_strided;
        for (ck_int j = 0; j < nb; j += panel) {
          float *c = job->c + i * job->ldc + n0 + j;
          const float *start = c;
          t.start_row = job->ldc;
          if (first && !job->accumulate) {
            start = job->bias ? job->bias + n0 + j : NULL;
            t.start_row = 0;
          }
          ck_run_tile(kernels, kernel, rows, nb - j, &t, rows_of_a, packed + j * kb, start, c);
        }
      }
    }
  }
}

void ck_transpose(ck_int rows, ck_int columns, const float *restrict x, float *restrict y) {
  enum { side = 16 };
  for (ck_int i0 = 0; i0 < rows; i0 += side) {
    for (ck_int j0 = 0; j0 < columns; j0 += side) {
      for (ck_int j = j0; j < ck_smaller(j0 + side, columns); j++) {
        for (ck_int i = i0; i < ck_smaller(i0 + side, rows); i++) {
          y[j * rows + i] = x[i * columns + j];
        }
      }
    }
  }
}
