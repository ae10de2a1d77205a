internal import Synchronization
import TextOutput

/// A part of a page that can be replaced alone: an element, and its id.
package struct ReportPart: Sendable, Equatable {
  package let id: String
  package let html: String
}

/// A page that follows a log directory: whoever has it open is told which of its parts are others now.
///
/// Each part has the number of the version that last changed it. So what a reader has to get depends on
/// nothing but the version it has, however long it was away or slow.
package final class LivePage: Sendable {
  private struct State: Sendable {
    var page: Page?
    var version: Int
    var parts: [Versioned] = []
  }

  private struct Versioned: Sendable {
    var part: ReportPart
    var version: Int
  }

  private let state: Mutex<State>

  /// A page without a report yet.
  ///
  /// - Parameter version: Its first number, above all that another process may have given: the time, in
  ///   milliseconds since 1970.
  package init(version: Int) { state = Mutex(State(version: version)) }

  /// The number of what is shown now.
  package var version: Int { state.withLock { $0.version } }

  /// Shows another report; returns whether it differs from the one before.
  ///
  /// - Throws: `EventFileError` when a file that was read can't be read again.
  package func show(_ report: Report) throws -> Bool {
    let page = try report.page()
    let parts = page.parts
    return state.withLock { state in
      let known = Dictionary(
        state.parts.map { ($0.part.id, $0) }, uniquingKeysWith: { first, _ in first })
      let isSame =
        state.parts.count == parts.count && zip(state.parts, parts).allSatisfy { $0.part == $1 }
      guard !isSame else { return false }
      state.version += 1
      let version = state.version
      state.parts = parts.map { part in
        if let old = known[part.id], old.part == part { return old }
        return Versioned(part: part, version: version)
      }
      state.page = page
      return true
    }
  }

  /// The whole page as it is now; empty before the first report.
  package var html: String {
    let (page, version) = state.withLock { ($0.page, $0.version) }
    let start = "const version = \(version);\n"
    return page?.html(script: Page.script(behind: start + Page.liveScript)) ?? ""
  }

  /// What who has a version needs for the one that is shown now, as JSON on one line; nil where that is it.
  package func news(since version: Int) -> (version: Int, json: String)? {
    state.withLock { state in
      guard state.version != version, !state.parts.isEmpty else { return nil }
      // A version that isn't ours yet: all of it.
      let since = version < state.version ? version : 0
      let changed = state.parts.filter { $0.version > since }
      let json = JSON([
        "parts": changed.map { JSON(["id": $0.part.id, "html": $0.part.html]) },
        "order": state.parts.map(\.part.id),
      ])
      return (state.version, json.text)
    }
  }
}

extension Page {
  /// What a page does that is followed: puts parts in the place of others, and keeps what its reader chose.
  static let liveScript = #"""
    const note = make('p', document.body, undefined, 'live');
    note.setAttribute('role', 'status');
    const tell = text => { note.textContent = text; };
    const title = figure => {
      const caption = figure.querySelector('figcaption');
      return caption && caption.firstChild ? caption.firstChild.textContent : '';
    };
    const numbers = figure => {
      const source = figure.querySelector('script');
      return source ? source.textContent : null;
    };
    // Figures by title; of one title, by their order.
    const figures = section => {
      const all = new Map();
      for (const figure of section.querySelectorAll('figure.chart')) {
        const name = title(figure);
        for (let count = 0; ; count++) {
          const key = count + ' ' + name;
          if (!all.has(key)) { all.set(key, figure); break; }
        }
      }
      return all;
    };
    const replace = (old, section) => {
      const before = figures(old);
      const kept = new Map();
      for (const [key, figure] of figures(section)) {
        const other = before.get(key);
        if (!other) continue;
        // What hasn't changed stays, with the pointer in it.
        if (numbers(figure) !== null && numbers(figure) === numbers(other)) kept.set(figure, other);
        else {
          const [from, to] = [other, figure].map(one => [...one.querySelectorAll('.plot')]);
          const shown = from.findIndex(plot => !plot.hidden);
          if (from.length === to.length && shown >= 0) to.forEach((plot, at) => { plot.hidden = at !== shown; });
        }
      }
      const filter = old.querySelector('#filter'), words = filter ? filter.value : '';
      const hasFocus = filter && filter === document.activeElement;
      const sorted = [...old.querySelectorAll('table.runs')].map(table =>
        table.querySelector('[aria-sort]')).find(head => head);
      const scrolled = [...old.querySelectorAll('.scroll')].map(one => one.scrollLeft);
      const opened = [...old.querySelectorAll('details')].map(one => one.open);
      begin(section);
      for (const [figure, other] of kept) figure.replaceWith(other);
      old.replaceWith(section);
      if (sorted) {
        const head = [...section.querySelectorAll('th[data-column]')].find(one =>
          one.textContent === sorted.textContent && one.dataset.column === sorted.dataset.column);
        if (head) {
          head.click();
          if (head.getAttribute('aria-sort') !== sorted.getAttribute('aria-sort')) head.click();
        }
      }
      const input = section.querySelector('#filter');
      if (input && words) {
        input.value = words;
        input.dispatchEvent(new Event('input'));
      }
      if (input && hasFocus) input.focus();
      section.querySelectorAll('.scroll').forEach((one, at) => { one.scrollLeft = scrolled[at] || 0; });
      section.querySelectorAll('details').forEach((one, at) => { if (opened[at]) one.open = true; });
    };
    const main = document.querySelector('main');
    const own = new Set(['toggles', 'head', 'contents', 'legend']);
    const apply = ({parts, order}) => {
      const hidden = new Set([...document.querySelectorAll('.toggle')].filter(box => box.checked)
        .map(box => box.getAttribute('aria-label')));
      const ids = order.filter(id => !own.has(id));
      for (const section of document.querySelectorAll('main > section')) {
        if (!ids.includes(section.id)) section.remove();
      }
      let legend = null;
      for (const {id, html} of parts) {
        const template = document.createElement('template');
        template.innerHTML = html;
        if (id === 'legend') { legend = template.content; continue; }
        const element = template.content.firstElementChild;
        const old = document.getElementById(id);
        if (own.has(id)) old.replaceWith(element);
        else if (old) replace(old, element);
        else {
          begin(element);
          const behind = ids.slice(ids.indexOf(id) + 1).map(one => document.getElementById(one)).find(one => one);
          main.insertBefore(element, behind || null);
        }
      }
      if (legend) {
        for (const one of document.querySelectorAll('main > .toggle, #legend')) one.remove();
        const next = order[order.indexOf('legend') + 1];
        main.insertBefore(legend, document.getElementById(next));
        for (const one of document.querySelectorAll('#legend')) switchable(one);
        for (const box of document.querySelectorAll('.toggle')) {
          box.checked = hidden.has(box.getAttribute('aria-label'));
        }
      }
    };
    const events = new EventSource('/events?since=' + version);
    events.addEventListener('open', () => tell('live'));
    events.addEventListener('report', event => {
      apply(JSON.parse(event.data));
      tell('live, changed at ' + new Date().toLocaleTimeString());
    });
    events.addEventListener('error', () => tell('not connected: what is shown is as it was'));

    """#
}
