extension Page {
  /// What a static page can't do: sort and filter the tables, show values under the pointer, switch to powers of ten,
  /// hide or show all runs. Text goes in as text only.
  static let script = script(behind: "")

  /// The script, and more behind it that may call its functions.
  static func script(behind more: String) -> String {
    "(() => {\n'use strict';\n\(behaviour)\(more)})();\n"
  }

  private static let behaviour = #"""
    const make = (name, parent, text, className) => {
      const element = parent.appendChild(document.createElement(name));
      if (text !== undefined) element.textContent = text;
      if (className) element.className = className;
      return element;
    };

    // Tables: a click on a column's head sorts by it, another click the other way round; the tables of a
    // section have the same rows.
    const value = (row, column) => {
      const cell = row.cells[column];
      if (cell.dataset.v === undefined) return cell.textContent || null;
      const number = parseFloat(cell.dataset.v);
      return Number.isNaN(number) ? null : number;
    };
    const sortable = section => {
      const own = [...section.querySelectorAll('table.runs')];
      for (const table of own) for (const head of table.querySelectorAll('th[data-column]')) {
        head.classList.add('sorts');
        head.tabIndex = 0;
        head.title = 'sort';
        head.addEventListener('keydown', event => {
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            head.click();
          }
        });
        head.addEventListener('click', () => {
          const rows = [...table.tBodies[0].rows].map((row, index) =>
            ({row: row.dataset.row, index, v: value(row, Number(head.dataset.column))}));
          const isNumber = rows.some(row => typeof row.v === 'number');
          const down = head.getAttribute('aria-sort') === 'descending' ? false
            : head.getAttribute('aria-sort') === 'ascending' ? true : isNumber;
          for (const one of own) {
            for (const other of one.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort');
          }
          head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
          rows.sort((a, b) => {
            if (a.v === null || b.v === null) return (a.v === null) - (b.v === null) || a.index - b.index;
            const order = typeof a.v === 'number' && typeof b.v === 'number' ? a.v - b.v
              : String(a.v).localeCompare(String(b.v), undefined, {numeric: true});
            return (down ? -order : order) || a.index - b.index;
          });
          for (const one of own) {
            const places = new Map([...one.tBodies[0].rows].map(row => [row.dataset.row, row]));
            for (const {row} of rows) one.tBodies[0].appendChild(places.get(row));
          }
        });
      }
    }

    // The filter: words that a run's row has, and comparisons with a column, "lr<0.1". Runs that don't match
    // leave the charts, too.
    const filterable = section => {
      const filter = section.querySelector('#filter');
      if (!filter) return;
      const own = [...section.querySelectorAll('table.runs')];
      const runs = new Map();
      for (const table of own) {
        const names = [...table.querySelectorAll('th[data-column]')].map((head, column) => {
          let place = 0;
          const groups = table.tHead.rows.length > 1 ? [...table.tHead.rows[0].cells] : [];
          const group = groups.find(cell => (place += cell.colSpan) > column);
          return (group && group.textContent ? group.textContent + ' ' : '') + head.textContent;
        });
        for (const row of table.tBodies[0].rows) {
          const run = runs.get(row.dataset.row) || {rows: [], text: '', values: [], number: row.dataset.run};
          run.rows.push(row);
          run.text += ' ' + (row.cells[0].title + ' ' + row.textContent).toLowerCase();
          names.forEach((name, column) => run.values.push([name.toLowerCase(), value(row, column)]));
          runs.set(row.dataset.row, run);
        }
      }
      const matches = (run, word) => {
        const parts = /^(.+?)(<=|>=|=|<|>)(.+)$/.exec(word);
        const found = parts && run.values.find(([name]) => name === parts[1] || name.startsWith(parts[1] + ' '));
        if (!found) return run.text.includes(word);
        const [a, b] = typeof found[1] === 'number' ? [found[1], parseFloat(parts[3])]
          : [String(found[1] ?? '').toLowerCase(), parts[3]];
        return found[1] !== null && {'<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b, '=': a === b}[parts[2]];
      };
      filter.hidden = false;
      filter.addEventListener('input', () => {
        const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
        for (const run of runs.values()) {
          const isShown = words.every(word => matches(run, word));
          for (const row of run.rows) row.hidden = !isShown;
          const box = run.number !== undefined && document.getElementById('run' + run.number);
          if (box) box.checked = !isShown;
        }
      });
    };

    // The legend: all or none at once.
    const switchable = legend => {
      for (const [text, state] of [['all', false], ['none', true]]) {
        const button = make('button', legend, text);
        button.type = 'button';
        button.addEventListener('click', () => {
          for (const box of document.querySelectorAll('.toggle')) box.checked = state;
        });
      }
      for (const label of legend.querySelectorAll('label')) pointable(label);
    };
    // Pointing at a run in the legend, or the keyboard's focus on its box, makes the others faint.
    const light = (number, isOn) => {
      document.body.classList.toggle('faded', isOn);
      for (const path of document.querySelectorAll('.chart .r' + number + ':not(figure)')) {
        path.classList.toggle('lit', isOn);
      }
    };
    const pointable = label => {
      const number = label.htmlFor.slice(3);
      const box = document.getElementById(label.htmlFor);
      label.addEventListener('pointerenter', event => {
        if (event.pointerType === 'mouse' && !box.checked) light(number, true);
      });
      label.addEventListener('pointerleave', () => light(number, false));
      box.addEventListener('change', () => light(number, false));
    };

    const isVisible = one => {
      const run = /\br(\d+)\b/.exec(one.c);
      const box = run && document.getElementById('run' + run[1]);
      return !box || !box.checked;
    };

    const format = value => {
      if (value === null) return 'not finite';
      const size = Math.abs(value);
      if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
      if (Number.isInteger(value)) return value.toLocaleString('en-US');
      return size >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(4);
    };
    // The position of the number nearest to x among ascending ones.
    const nearest = (xs, x) => {
      let low = 0, high = xs.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (xs[middle] < x) low = middle + 1; else high = middle;
      }
      return low > 0 && x - xs[low - 1] <= xs[low] - x ? low - 1 : low;
    };

    const draw = (parent, name, attributes) => {
      const element = parent.appendChild(document.createElementNS(parent.namespaceURI, name));
      for (const key in attributes) element.setAttribute(key, attributes[key]);
      return element;
    };

    const legible = figure => {
      const source = figure.querySelector('script');
      if (!source) return;
      const data = JSON.parse(source.textContent);
      const plots = [...figure.querySelectorAll('.plot')];
      if (plots.length > 1) {
        const name = () => data.g[plots.findIndex(plot => !plot.hidden)][8] ? 'linear' : 'log';
        const button = make('button', figure.querySelector('figcaption'), name(), 'switch');
        button.type = 'button';
        button.addEventListener('click', () => {
          for (const plot of plots) plot.hidden = !plot.hidden;
          button.textContent = name();
        });
      }
      plots.forEach((plot, number) => follow(figure, plot, data.s, data.g[number]));
    };

    // Values under the pointer: of each run at the step that is nearest, the highest first.
    function follow(figure, plot, all, [left, right, top, bottom, x0, x1, y0, y1, isLog]) {
      const svg = plot.querySelector('svg');
      const marks = draw(svg, 'g', {class: 'cross'});
      let tip = null;
      const clear = () => {
        marks.replaceChildren();
        for (const path of svg.querySelectorAll('.near')) path.classList.remove('near');
        if (tip) tip.remove();
        tip = null;
      };
      const place = (x, y) => [
        left + (x - x0) / (x1 - x0) * (right - left),
        bottom - ((isLog ? Math.log10(y) : y) - y0) / (y1 - y0) * (bottom - top)];
      const show = event => {
        clear();
        const box = svg.getBoundingClientRect();
        const scale = svg.viewBox.baseVal.width / box.width;
        const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
        if (px < left - 12 || px > right + 12) return;
        const series = all.filter(one => one.x.length && isVisible(one));
        if (!series.length) return;
        const wanted = x0 + (px - left) / (right - left) * (x1 - x0);
        let step = null;
        for (const one of series) {
          const x = one.x[nearest(one.x, wanted)];
          if (step === null || Math.abs(x - wanted) < Math.abs(step - wanted)) step = x;
        }
        const rows = series.map(one => {
          const at = nearest(one.x, step);
          const value = one.z ? one.z[at] : one.y[at];
          return {one, x: one.x[at], value, raw: one.y[at], point: place(one.x[at], value)};
        });
        const close = rows.filter(row => row.value !== null && Number.isFinite(row.point[1]));
        const near = close.reduce((best, row) => best &&
          Math.abs(best.point[1] - py) <= Math.abs(row.point[1] - py) ? best : row, null);
        const run = near && rows.length > 1 && /\br\d+\b/.exec(near.one.c);
        if (run) {
          for (const path of svg.querySelectorAll('.curve.' + run[0])) path.classList.add('near');
        }
        rows.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
        const lineX = place(step, 1)[0];
        draw(marks, 'path', {d: `M${lineX} ${top}V${bottom}`});
        for (const {one, point} of close) {
          const y = Math.min(Math.max(point[1], top), bottom);
          draw(marks, 'path', {class: 'dot ' + one.c, d: `M${point[0]} ${y}h0`});
        }
        tip = make('div', figure, undefined, 'tip');
        const body = make('table', tip);
        const smoothed = series.some(one => one.z);
        const head = make('tr', body);
        make('td', head);
        make('td', head, 'step ' + step.toLocaleString('en-US'));
        make('td', head, smoothed ? 'smoothed' : '');
        if (smoothed) make('td', head, 'logged');
        const limit = 15;
        let listed = rows;
        if (rows.length > limit) {
          const at = Math.max(0, Math.min(rows.indexOf(near) - limit / 2, rows.length - limit));
          listed = rows.slice(at, at + limit);
        }
        for (const row of listed) {
          const line = make('tr', body, undefined, row === near ? 'near' : '');
          const sample = make('td', line).appendChild(
            document.createElementNS(svg.namespaceURI, 'svg'));
          sample.setAttribute('viewBox', '0 0 24 8');
          sample.setAttribute('class', 'sample');
          draw(sample, 'path', {class: 'curve ' + row.one.c, d: 'M1 4H23'});
          make('td', line, row.one.n + (row.x === step ? '' :
            ' (step ' + row.x.toLocaleString('en-US') + ')'));
          make('td', line, format(row.value), 'n');
          if (smoothed) make('td', line, format(row.raw), 'n');
        }
        if (listed.length < rows.length) {
          const line = make('tr', body);
          make('td', line);
          make('td', line, rows.length - listed.length + ' more');
        }
        // Beside the pointer, within the page.
        const outer = figure.getBoundingClientRect();
        const width = tip.offsetWidth, edge = document.documentElement.clientWidth - 8;
        let x = event.clientX + 16;
        if (x + width > edge) x = event.clientX - 16 - width;
        x = Math.max(8, Math.min(x, edge - width));
        tip.style.left = x - outer.left + 'px';
        tip.style.top = box.top - outer.top + 8 + 'px';
      };
      svg.addEventListener('pointermove', show);
      svg.addEventListener('pointerdown', show);
      svg.addEventListener('pointerleave', clear);
    }

    const begin = section => {
      sortable(section);
      filterable(section);
      for (const figure of section.querySelectorAll('figure.chart')) legible(figure);
    };
    for (const section of document.querySelectorAll('section')) begin(section);
    for (const legend of document.querySelectorAll('#legend')) switchable(legend);

    """#
}
