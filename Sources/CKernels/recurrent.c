// Recurrent cells over whole sequences, some of a batch at a time, so that a step's numbers are still
// in the cache when the next pass needs them:
//
//   forward   rows [x | h before] · both weights, packed once, then one pass over the gates;
//   backward  one pass over the gates' derivatives, the gradient's product with the recurrent weight,
//             and every few steps the weights' gradients, rows [x | 1 | h before] transposed times the
//             gradients of the sums; the row of ones makes the biases'.
#include "kernels.h"

#include <string.h>

enum {
  row_gap = 16,      // between copied rows, so that they don't share cache sets
  gradient_k = 128,  // rows that the weights' gradients are summed over at a time,
  long_k = 512,      // and where those gradients don't stay in the second-level cache
  cached = 1 << 18,  // scalars that do
  most_groups = 3,
};

static ck_int leading(ck_int columns) { return ck_rounded_up(columns, row_gap) + row_gap; }

static ck_int sums(const ck_recurrent *r) {
  return (r->cell == ck_cell_rnn ? 1 : 4) * r->hidden;
}

// c [rows, n] = start + a · b; b: k rows of panels that are `depth` rows deep; start (rows start_row
// apart, 0: one for all) may be c, or NULL for zeros.
static void product(
    const ck_kernels *kernels, ck_int rows, ck_int n, ck_int k, const float *a, ck_int lda,
    const float *packed, ck_int depth, const float *start, ck_int start_row, float *c,
    ck_int ldc) {
  const ck_int tiles = (rows + kernels->rows - 1) / kernels->rows;
  const ck_tile t = {
      .a_row = lda, .b_row = kernels->panel, .segments = 1, .k = k, .start_row = start_row,
      .ldc = ldc};
  for (ck_int j = 0; j < n; j += kernels->panel) {
    for (ck_int tile = 0; tile < tiles; tile++) {
      const ck_int i = ck_split(rows, tiles, tile);
      ck_run_tile(
          kernels, kernels->tile_strided, (int)(ck_split(rows, tiles, tile + 1) - i), n - j, &t,
          a + i * lda, packed + j * depth, start ? start + i * start_row + j : NULL,
          c + i * ldc + j);
    }
  }
}

static void copy_rows(
    ck_int rows, ck_int n, const float *from, ck_int from_row, float *to, ck_int to_row) {
  for (ck_int i = 0; i < rows; i++) {
    memcpy(to + i * to_row, from + i * from_row, (size_t)n * sizeof *to);
  }
}

// ---------------------------------------------------------------- forward

// Columns of the gates whose sums run over the input and the state together; a GRU's last gate, n, is
// packed on its own behind them.
static ck_int joint_columns(const ck_recurrent *r) {
  return (r->cell == ck_cell_gru ? 2 : (ck_int)r->cell) * r->hidden;
}

ck_int ck_recurrent_packed_count(ck_isa isa, const ck_recurrent *r) {
  const ck_int depth = r->inputs + r->hidden;
  return ck_pack_count(isa, depth, joint_columns(r)) +
         (r->cell == ck_cell_gru ? ck_pack_count(isa, depth, r->hidden) : 0);
}

void ck_recurrent_pack(
    ck_isa isa, const ck_recurrent *r, ck_int first, ck_int end, const float *restrict input,
    const float *restrict recurrent, float *restrict packed) {
  const ck_kernels *kernels = ck_table(isa);
  const ck_int inputs = r->inputs, depth = inputs + r->hidden, ld = r->cell * r->hidden;
  for (ck_int from = 0; from < ld;) {
    const ck_int n = from == 0 ? joint_columns(r) : ld - from;
    for (ck_int row = first; row < end;) {
      const int is_input = row < inputs;
      const ck_int next = is_input && inputs < end ? inputs : end;
      kernels->pack(
          next - row, n, (is_input ? input + row * ld : recurrent + (row - inputs) * ld) + from, ld,
          0, packed + row * kernels->panel, depth);
      row = next;
    }
    packed += ck_pack_count(isa, depth, n);
    from += n;
  }
}

ck_int ck_recurrent_forward_scratch(const ck_recurrent *r, ck_int rows) {
  return rows * (leading(r->inputs + r->hidden) + leading(sums(r))) + r->hidden;
}

void ck_recurrent_forward(
    ck_isa isa, const ck_recurrent *r, ck_int first, ck_int rows, const float *restrict packed,
    const float *restrict bias, float *restrict scratch) {
  CK_DENORMALS_ARE_ZEROS;
  const ck_kernels *kernels = ck_table(isa);
  const ck_int n = r->hidden, depth = r->inputs + n, width = r->cell * n;
  const ck_int a_row = leading(depth), s_row = leading(sums(r)), joint = joint_columns(r);
  const float *packed_new = packed + ck_pack_count(isa, depth, joint);
  // The sums stay in the cache; memory sees the gates once, when they are done.
  float *a = scratch, *state = a + r->inputs, *s = a + rows * a_row, *zeros = s + rows * s_row;
  memset(zeros, 0, (size_t)n * sizeof *zeros);
  for (ck_int t = 0; t < r->steps; t++) {
    const ck_int row = t * r->batch + first, before = (row - r->batch) * n;
    const ck_int before_row = t > 0 ? n : 0, known = t > 0 ? n : 0;
    float *h = r->h + row * n;
    copy_rows(
        rows, r->inputs, r->x + (first * r->steps + t) * r->inputs, r->steps * r->inputs, a,
        a_row);
    product(
        kernels, rows, joint, r->inputs + known, a, a_row, packed, depth, bias, 0, s, s_row);
    switch (r->cell) {
      case ck_cell_rnn: kernels->rnn_gates(rows, n, s, s_row, h, state, a_row); break;
      case ck_cell_lstm:
        kernels->lstm_gates(
            rows, n, s, s_row, t > 0 ? r->inner + before : zeros, before_row,
            r->gates + row * width, r->inner + row * n, h, state, a_row);
        break;
      case ck_cell_gru:
        product(
            kernels, rows, n, known, state, a_row, packed_new + r->inputs * kernels->panel, depth,
            bias + 2 * n, 0, s + 2 * n, s_row);
        product(
            kernels, rows, n, r->inputs, a, a_row, packed_new, depth, bias + 3 * n, 0, s + 3 * n,
            s_row);
        kernels->gru_gates(
            rows, n, s, s_row, t > 0 ? r->h + before : zeros, before_row, r->gates + row * width,
            r->inner + row * n, h, state, a_row);
        break;
    }
  }
}

// ---------------------------------------------------------------- backward

// Columns of the sums, and which rows of [x | 1 | h before] take part in them.
typedef struct ck_group {
  ck_int from, columns, top, rows;
} ck_group;

static int groups_of(const ck_recurrent *r, ck_group groups[most_groups]) {
  const ck_int n = r->hidden, all = r->inputs + 1 + n;
  groups[0] = (ck_group){0, joint_columns(r), 0, all};
  if (r->cell != ck_cell_gru) return 1;
  groups[1] = (ck_group){2 * n, n, r->inputs, 1 + n};
  groups[2] = (ck_group){3 * n, n, 0, r->inputs + 1};
  return 3;
}

// Columns of all groups' panels.
static ck_int panel_columns(const ck_kernels *kernels, const ck_recurrent *r) {
  ck_group groups[most_groups];
  const int count = groups_of(r, groups);
  ck_int columns = 0;
  for (int g = 0; g < count; g++) columns += ck_rounded_up(groups[g].columns, kernels->panel);
  return columns;
}

ck_int ck_recurrent_partial_count(ck_isa isa, const ck_recurrent *r) {
  ck_group groups[most_groups];
  const int count = groups_of(r, groups);
  ck_int scalars = 0;
  for (int g = 0; g < count; g++) {
    scalars += groups[g].rows * ck_rounded_up(groups[g].columns, ck_table(isa)->panel);
  }
  return scalars;
}

// Some units on their way back through time.
typedef struct ck_way_back {
  const ck_kernels *kernels;
  const ck_recurrent *r;
  ck_int units, first_unit, end_unit, first, rows;
  ck_int all, tiles, tile_row;  // of [x | 1 | h before]: columns, and the tiles they are kept in
  ck_int d_row;                 // leading dimension
  ck_int slots;                 // steps whose rows are kept
  ck_int a_columns, b_columns;  // scalars kept of a row
  ck_group groups[most_groups];
  int group_count;
  float *d, *dh, *dc, *zeros, *line, *a, *b;
} ck_way_back;

static ck_int unit_start(const ck_way_back *w, ck_int unit) {
  return ck_split(w->r->batch, w->units, unit) - w->first;
}

static ck_way_back begin(
    ck_isa isa, const ck_recurrent *r, ck_int units, ck_int first_unit, ck_int end_unit) {
  const ck_int most = (r->batch + units - 1) / units;
  const ck_int k = ck_recurrent_partial_count(isa, r) > cached ? long_k : gradient_k;
  const ck_int wanted = most > 0 && most < k ? k / most : 1;
  ck_way_back w = {
      .kernels = ck_table(isa), .r = r, .units = units, .first_unit = first_unit,
      .end_unit = end_unit, .first = ck_split(r->batch, units, first_unit),
      .all = r->inputs + 1 + r->hidden, .d_row = leading(sums(r)),
      .slots = wanted < r->steps ? wanted : r->steps};
  w.rows = ck_split(r->batch, units, end_unit) - w.first;
  w.tiles = (w.all + w.kernels->rows - 1) / w.kernels->rows;
  w.tile_row = ck_rounded_up(w.kernels->rows, w.kernels->panel / 2);
  w.a_columns = w.tiles * w.tile_row;
  w.b_columns = panel_columns(w.kernels, r);
  w.group_count = groups_of(r, w.groups);
  return w;
}

ck_int ck_recurrent_backward_scratch(
    ck_isa isa, const ck_recurrent *r, ck_int units, ck_int first, ck_int end) {
  const ck_way_back w = begin(isa, r, units, first, end);
  return w.rows * (w.slots * (w.a_columns + w.b_columns) + w.d_row + 2 * r->hidden) + r->hidden +
         leading(w.all + w.tile_row);
}

// Keeps a step's rows, each unit's by themselves: [x | 1 | h before] in tiles of columns, as wide as
// the register tile is high, and the gradients of the sums in panels. Both lie in the order in which
// add_products reads them.
static void keep_rows(const ck_way_back *w, ck_int t, ck_int slot) {
  const ck_recurrent *r = w->r;
  const ck_int n = r->hidden, ones = r->inputs, panel = w->kernels->panel;
  w->line[ones] = 1;
  for (ck_int unit = w->first_unit; unit < w->end_unit; unit++) {
    const ck_int start = unit_start(w, unit), rows = unit_start(w, unit + 1) - start;
    const ck_int depth = w->slots * rows;
    for (ck_int i = 0; i < rows; i++) {
      const ck_int sequence = w->first + start + i;
      memcpy(
          w->line, r->x + (sequence * r->steps + t) * r->inputs,
          (size_t)r->inputs * sizeof *w->line);
      memcpy(
          w->line + ones + 1, t > 0 ? r->h + ((t - 1) * r->batch + sequence) * n : w->zeros,
          (size_t)n * sizeof *w->line);
      w->kernels->pack_row(
          w->all, w->tiles, w->line,
          w->a + w->slots * start * w->a_columns + (slot * rows + i) * w->tile_row,
          depth * w->tile_row);
    }
    float *b = w->b + w->slots * start * w->b_columns;
    for (int g = 0; g < w->group_count; g++) {
      const ck_group *group = &w->groups[g];
      w->kernels->pack(
          rows, group->columns, w->d + start * w->d_row + group->from, w->d_row, 0,
          b + slot * rows * panel, depth);
      b += depth * ck_rounded_up(group->columns, panel);
    }
  }
}

// Adds what the kept rows of so many steps give to the units' sums; `is_first` starts them.
static void add_products(const ck_way_back *w, ck_int steps, int is_first, float *partial) {
  const ck_int panel = w->kernels->panel;
  for (ck_int unit = w->first_unit; unit < w->end_unit; unit++) {
    const ck_int start = unit_start(w, unit), rows = unit_start(w, unit + 1) - start;
    const ck_int depth = w->slots * rows;
    const float *a = w->a + w->slots * start * w->a_columns;
    const float *b = w->b + w->slots * start * w->b_columns;
    const ck_tile t = {
        .a_step = w->tile_row, .b_row = panel, .segments = 1, .k = steps * rows,
        .start_row = panel, .ldc = panel};
    for (int g = 0; g < w->group_count; g++) {
      const ck_group *group = &w->groups[g];
      const ck_int top = group->top, bottom = top + group->rows;
      for (ck_int j = 0; j < group->columns; j += panel) {
        for (ck_int tile = 0; tile < w->tiles; tile++) {
          const ck_int left = ck_split(w->all, w->tiles, tile);
          const ck_int right = ck_split(w->all, w->tiles, tile + 1);
          const ck_int from = left < top ? top : left, to = right < bottom ? right : bottom;
          if (from >= to) continue;
          float *c = partial + (from - top) * panel;
          w->kernels->tile_contiguous(
              (int)(to - from), &t, a + tile * depth * w->tile_row + from - left, b,
              is_first ? NULL : c, c);
        }
        b += depth * panel;
        partial += group->rows * panel;
      }
    }
  }
}

void ck_recurrent_backward(
    ck_isa isa, const ck_recurrent *r, const ck_recurrent_gradient *g, ck_int first, ck_int end,
    float *restrict scratch) {
  CK_DENORMALS_ARE_ZEROS;
  ck_way_back w = begin(isa, r, g->units, first, end);
  const ck_kernels *kernels = w.kernels;
  const ck_int n = r->hidden, rows = w.rows, width = r->cell * n;
  const ck_int dy_row = g->every_step ? r->steps * n : n, dx_row = r->steps * r->inputs;
  w.a = scratch;
  w.b = w.a + w.slots * rows * w.a_columns;
  w.d = w.b + w.slots * rows * w.b_columns;
  w.dh = w.d + rows * w.d_row;
  w.dc = w.dh + rows * n;
  w.zeros = w.dc + rows * n;
  w.line = w.zeros + n;
  memset(w.dc, 0, (size_t)(rows * n + n) * sizeof *w.dc);
  float *partial =
      g->partial ? g->partial + first * ck_recurrent_partial_count(isa, r) : NULL;
  ck_int kept = 0;
  int is_first = 1;
  for (ck_int t = r->steps - 1; t >= 0; t--) {
    const ck_int row = t * r->batch + w.first, before_row = t > 0 ? n : 0;
    const ck_int before = (row - r->batch) * n;
    const float *dy = g->dy + w.first * dy_row + (g->every_step ? t * n : 0);
    if (t == r->steps - 1) {
      copy_rows(rows, n, dy, dy_row, w.dh, n);
    } else if (r->cell == ck_cell_gru) {
      product(kernels, rows, n, width, w.d, w.d_row, g->recurrent, width, w.dh, n, w.dh, n);
      for (ck_int i = 0; g->every_step && i < rows; i++) {
        kernels->add(n, dy + i * dy_row, w.dh + i * n);
      }
    } else {
      product(
          kernels, rows, n, width, w.d, w.d_row, g->recurrent, width, g->every_step ? dy : NULL,
          dy_row, w.dh, n);
    }
    switch (r->cell) {
      case ck_cell_rnn:
        kernels->rnn_gates_gradient(rows, n, r->h + row * n, w.dh, w.d, w.d_row);
        break;
      case ck_cell_lstm:
        kernels->lstm_gates_gradient(
            rows, n, r->gates + row * width, r->inner + row * n,
            t > 0 ? r->inner + before : w.zeros, before_row, w.dh, w.dc, w.d, w.d_row);
        break;
      case ck_cell_gru:
        kernels->gru_gates_gradient(
            rows, n, r->gates + row * width, r->inner + row * n, t > 0 ? r->h + before : w.zeros,
            before_row, w.dh, w.d, w.d_row);
        break;
    }
    if (g->dx) {
      float *dx = g->dx + w.first * dx_row + t * r->inputs;
      const ck_int joint = joint_columns(r);
      product(
          kernels, rows, r->inputs, joint, w.d, w.d_row, g->input, width, NULL, 0, dx, dx_row);
      if (r->cell == ck_cell_gru) {
        product(
            kernels, rows, r->inputs, n, w.d + 3 * n, w.d_row, g->input + joint * kernels->panel,
            width, dx, dx_row, dx, dx_row);
      }
    }
    if (!partial) continue;
    keep_rows(&w, t, kept++);
    if (kept == w.slots || t == 0) {
      add_products(&w, kept, is_first, partial);
      kept = is_first = 0;
    }
  }
}

void ck_recurrent_collect(
    ck_isa isa, const ck_recurrent *r, ck_int units, const float *restrict partial, ck_int first,
    ck_int end, float *restrict d_input, float *restrict d_recurrent,
    float *restrict d_input_bias, float *restrict d_recurrent_bias) {
  const ck_int panel = ck_table(isa)->panel, ld = r->cell * r->hidden;
  const ck_int count = ck_recurrent_partial_count(isa, r);
  ck_group groups[most_groups];
  const int group_count = groups_of(r, groups);
  for (int g = 0; g < group_count; g++) {
    const ck_group *group = &groups[g];
    // A GRU's two sums of n belong to one gate.
    const ck_int column = g == 2 ? group->from - group->columns : group->from;
    for (ck_int row = first; row < end; row++) {
      const ck_int inside = row - group->top;
      if (inside < 0 || inside >= group->rows) continue;
      float *to = row < r->inputs    ? d_input + row * ld
                  : row > r->inputs  ? d_recurrent + (row - r->inputs - 1) * ld
                  : g == 1           ? d_recurrent_bias
                                     : d_input_bias;
      for (ck_int j = 0; j < group->columns; j += panel) {
        const float *from = partial + (j * group->rows + inside * panel);
        const ck_int width = group->columns - j < panel ? group->columns - j : panel;
        float *sum = to + column + j;
        memcpy(sum, from, (size_t)width * sizeof *sum);
        for (ck_int unit = 1; unit < units; unit++) {
          for (ck_int l = 0; l < width; l++) sum[l] += from[unit * count + l];
        }
      }
      if (row == r->inputs && g == 0) {
        memcpy(
            d_recurrent_bias + column, to + column, (size_t)group->columns * sizeof *to);
      }
    }
    partial += group->rows * ck_rounded_up(group->columns, panel);
  }
}
