// The matrix product where many scalars of A are zero. For 64 columns of A and the 64 rows of B that
// they meet, a word a row of A says which of them aren't zero; only those rows of B are read and
// multiplied, from a copy that stays in the first-level cache.
#include "kernels.h"

enum {
  depth = 64,             // columns of A at a time: a word's bits
  narrow = 128,           // columns of B at a time where it is transposed: whole rows of its memory
  most_packed = 1 << 18,  // scalars of B that are packed once for all rows of A: 1 MB
  most_panels = 4,        // that are multiplied at a time
  rows_between = 8,       // of A from one look ahead to the next
  line = 16,              // scalars of a cache line
};

// How the product is divided.
typedef struct plan {
  ck_int columns;   // of B that are taken through all rows of A
  ck_int rows;      // of A at a time
  ck_int blocks;    // of `depth` columns of A
  int packs_once;   // whether all blocks of B are packed at the same time
} plan;

static plan plan_of(ck_isa isa, const ck_gemm_job *job) {
  const ck_int panel = ck_table(isa)->panel, blocks = (job->k + depth - 1) / depth;
  plan p = {.columns = job->n, .rows = job->m, .blocks = blocks};
  if (job->b_transposed) {
    p.columns = ck_smaller(job->n, narrow);
  } else if (job->a_transposed) {
    const ck_int fitting = most_packed / (blocks * depth) / (4 * panel) * (4 * panel);
    p.columns = ck_smaller(job->n, fitting > 4 * panel ? fitting : 4 * panel);
  }
  p.packs_once = blocks * depth * p.columns <= most_packed;
  if (job->a_transposed && p.packs_once) p.rows = ck_smaller(job->m, depth);
  return p;
}

static ck_int packed_count(ck_isa isa, const plan *p) {
  const ck_int block = depth * ck_rounded_up(p->columns, ck_table(isa)->panel);
  return p->packs_once ? p->blocks * block : block;
}

ck_int ck_gemm_sparse_scratch(ck_isa isa, const ck_gemm_job *job) {
  const plan p = plan_of(isa, job);
  const ck_int words = job->a_transposed ? p.rows : job->m * p.blocks;
  return packed_count(isa, &p) + 2 * words + (job->a_transposed ? p.rows * depth : 0) +
         (job->take ? p.rows * p.columns : 0);
}

// Memory of B that is packed next: spread over the work before, its way into the second-level cache
// costs next to nothing.
typedef struct ahead {
  const float *from;
  ck_int rows, columns, apart;  // rows `apart` scalars apart
  ck_int row, column;           // where to go on
} ahead;

static void fetch(ahead *a, ck_int lines) {
  for (; lines > 0 && a->row < a->rows; lines--) {
    __builtin_prefetch(a->from + a->row * a->apart + a->column, 0, 2);
    a->column += line;
    if (a->column >= a->columns) a->row++, a->column = 0;
  }
}

// Rows i ..< i + rows of A's block k ..< k + count, where A is transposed: turned, and their words.
static void turn(
    const ck_kernels *kernels, const ck_gemm_job *job, ck_int i, ck_int rows, ck_int k, ck_int count,
    float *restrict turned, uint64_t *restrict words) {
  kernels->transpose(count, rows, job->a + k * job->lda + i, job->lda, turned, depth);
  for (ck_int r = 0; r < rows; r++) {
    words[r] = kernels->nonzero_bits(count, turned + r * depth);
  }
}

void ck_gemm_sparse(ck_isa isa, const ck_gemm_job *job, float *restrict scratch) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const plan p = plan_of(isa, job);
  const ck_int panel = kernels->panel, k = job->k;
  float *packed = scratch;
  uint64_t *words = (uint64_t *)(void *)(scratch + packed_count(isa, &p));
  float *turned = (float *)(words + p.rows), *strip = turned + p.rows * depth;
  // Lines to fetch in a turn of `rows_between` rows, so that what is next is there in time.
  const ck_int turns = (p.rows + rows_between - 1) / rows_between *
                       ((p.columns + most_panels * panel - 1) / (most_panels * panel));
  const ck_int lines = (p.columns * depth / line + turns - 1) / turns;
  if (!job->a_transposed) {
    for (ck_int block = 0; block < p.blocks; block++) {
      const ck_int k0 = block * depth, count = ck_smaller(depth, k - k0);
      for (ck_int i = 0; i < job->m; i++) {
        words[block * job->m + i] = kernels->nonzero_bits(count, job->a + i * job->lda + k0);
      }
    }
  }
  for (ck_int j0 = 0; j0 < job->n; j0 += p.columns) {
    const ck_int columns = ck_smaller(p.columns, job->n - j0);
    ahead next = {0};
    if (job->b_transposed && j0 + columns < job->n) {
      next = (ahead){
          .from = job->b + (j0 + columns) * job->ldb, .columns = k,
          .rows = ck_smaller(p.columns, job->n - j0 - columns), .apart = job->ldb};
    }
    for (ck_int i0 = 0; i0 < job->m; i0 += p.rows) {
      const ck_int rows = ck_smaller(p.rows, job->m - i0);
      const ck_int ldc = job->take ? columns : job->ldc;
      float *c_rows = job->take ? strip : job->c + i0 * ldc + j0;
      for (ck_int block = 0; block < p.blocks; block++) {
        const ck_int k0 = block * depth, count = ck_smaller(depth, k - k0);
        float *b = p.packs_once ? packed + k0 * ck_rounded_up(columns, panel) : packed;
        if (i0 == 0) {
          kernels->pack(
              count, columns,
              job->b_transposed ? job->b + j0 * job->ldb + k0 : job->b + k0 * job->ldb + j0,
              job->ldb, job->b_transposed, b, depth);
        }
        if (!p.packs_once && block + 1 < p.blocks) {
          next = (ahead){
              .from = job->b + (k0 + depth) * job->ldb + j0, .columns = columns,
              .rows = ck_smaller(depth, k - k0 - depth), .apart = job->ldb};
        }
        const float *a = job->a + i0 * job->lda + k0;
        const uint64_t *bits = words + block * job->m + i0;
        if (job->a_transposed) {
          turn(kernels, job, i0, rows, k0, count, turned, words);
          a = turned;
          bits = words;
        }
        const int first = block == 0 && !job->accumulate, last = block + 1 == p.blocks;
        const ck_int lda = job->a_transposed ? depth : job->lda;
        for (ck_int j = 0; j < columns; j += most_panels * panel) {
          const ck_int width = ck_smaller(columns - j, most_panels * panel);
          const int panels = (int)((width + panel - 1) / panel);
          for (ck_int i = 0; i < rows; i += rows_between) {
            float *c = c_rows + i * ldc + j;
            const float *start = first ? job->bias ? job->bias + j0 + j : NULL : c;
            kernels->skip_zeros(
                panels, ck_smaller(rows - i, rows_between), width, bits + i, a + i * lda, lda,
                b + j * depth, start, first ? 0 : ldc, job->relu && last, c, ldc);
            fetch(&next, lines);
          }
        }
      }
      if (job->take) {
        const ck_strip whole = {job->row + i0, rows, job->column + j0, columns, strip};
        job->take(job->taker, &whole);
      }
    }
  }
}
