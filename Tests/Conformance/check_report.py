"""Checks a page of `tbevents report` against the log directory it was made from.

usage: python check_report.py PAGE LOGDIR

- The page is HTML without a single parse error (html5lib, strict), its ids are unique, and what refers to
  an id finds it.
- Nothing in it refers to anything outside: no address but `#id` and `data:`, no script but its own.
- What TensorBoard's EventAccumulator reads of the log directory is in it: the runs, each curve's points
  (all, or some hundreds from the first to the last), the best value of each metric in the table, the latest image of
  each tag byte by byte, and a ridge chart for each histogram.
Exit code: 0 if all is as expected, 1 if not, with a sentence a problem.
"""

import base64
import csv
import functools
import io
import json
import math
import pathlib
import re
import sys

import html5lib
from html5lib.constants import E as PARSE_ERRORS
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

EVERYTHING = {"scalars": 0, "images": 0, "histograms": 0, "compressedHistograms": 1, "tensors": 0}
ADDRESSES = {"href", "src", "action", "data", "poster", "srcset", "formaction", "xlink:href"}


def close(a, b):
    """Whether two numbers are the same to the five digits that the page has."""
    if a is None or not math.isfinite(b):
        return a is None and not math.isfinite(b)
    return abs(a - b) <= 6e-5 * max(abs(a), abs(b), 1e-30)


class Page:
    def __init__(self, text):
        self.text = text
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        self.tree = parser.parse(text)
        self.errors = [
            f"line {line}, column {column}: {PARSE_ERRORS[code] % data}"
            for (line, column), code, data in parser.errors]

    def all(self, name):
        return [e for e in self.tree.iter() if isinstance(e.tag, str) and local(e) == name]

    def named_rows(self):
        """For each table, its rows by their names."""
        return [{head.get("title"): row for row in table.iter("tr") for head in row.iter("th")
                 if head.get("scope") == "row" and head.get("title")} for table in self.all("table")]

    def text_of(self, element):
        return "".join(element.itertext())

    def charts(self):
        """For each chart with numbers: its title and its series by name."""
        found = []
        for figure in self.all("figure"):
            for script in figure.iter("script"):
                caption = next(figure.iter("figcaption"))
                series = json.loads(script.text)["s"]
                found.append((caption.text or "", {one["n"]: one for one in series}))
        return found


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def check_markup(page, problems):
    problems += [f"no HTML: {error}" for error in page.errors[:10]]
    ids = [e.get("id") for e in page.tree.iter() if e.get("id")]
    problems += [f"id {name} is there twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            name = name if isinstance(name, str) else name[-1]
            if name.startswith("on") or name == "style":
                problems.append(f"{local(element)} has {name}={value[:60]!r}")
            if name in ADDRESSES and not value.startswith(("#", "data:image/", "data:text/")):
                problems.append(f"{local(element)} refers to {value[:60]!r}")
            if name == "href" and value.startswith("data:"):
                check_file(element, value, problems)
            elif name == "href" and value[1:] not in ids or name == "for" and value not in ids:
                problems.append(f"{local(element)} refers to {value!r}, which isn't there")
    for name in ("link", "iframe", "object", "embed", "base", "form", "foreignObject", "image"):
        if page.all(name):
            problems.append(f"there is a {name}")
    scripts = [s for s in page.all("script") if s.get("type") != "application/json"]
    if len(scripts) != 1 or "'use strict'" not in (scripts[0].text or ""):
        problems.append(f"there are {len(scripts)} scripts, not the page's own alone")
    for style in page.all("style"):
        if re.search(r"url\(|@import|expression", style.text or ""):
            problems.append("the style sheet refers to something outside")
    if re.search(r"https?:", "".join(e.text or "" for e in page.all("script") + page.all("style"))):
        problems.append("a script or style sheet names an address")


def check_file(link, value, problems):
    """What a link saves is a table of as many columns in each row, or a tabular of LaTeX."""
    text = base64.b64decode(value.partition(",")[2]).decode("utf-8")
    if value.startswith("data:text/csv"):
        widths = {len(row) for row in csv.reader(io.StringIO(text))}
        if len(widths) != 1:
            problems.append(f"{link.get('download')} has rows of {sorted(widths)} columns")
    elif not re.fullmatch(r"(?s)\\begin\{tabular\}.*\\end\{tabular\}\n", text):
        problems.append(f"{link.get('download')} is no tabular")


def check_run(page, tables, name, log, only_run, problems):
    rows = [table[name] for table in tables if name in table]
    if not rows or len(rows) < len(tables):
        problems.append(f"run {name} isn't in the table")
        return
    charts = page.charts()
    # Charts have short names of runs; the legend has them with the whole ones.
    labels = {label.get("title"): page.text_of(label) for label in page.all("label")}
    cells = [cell.get("data-v") for row in rows for cell in row if cell.get("data-v")]
    for tag in log.Tags()["scalars"]:
        events = log.Scalars(tag)
        values = [event.value for event in events]
        finite = [value for value in values if math.isfinite(value)]
        words = re.split(r"[^a-z]+", tag.lower())
        if "accuracy" in words or "loss" in words:
            best = (max if "accuracy" in words else min)(finite, default=None)
            if best is not None and not any(close(float(cell), best) for cell in cells):
                problems.append(f"{name}: the table lacks {best}, the best {tag}")
        if len(events) > 1:
            check_curve(charts, name, labels.get(name, name), tag, events, only_run, problems)


def check_curve(charts, name, label, tag, events, only_run, problems):
    # Of a single run, curves share charts and are named by their tags or statistics.
    if only_run:
        wanted = [(series.get(tag) or series.get(tag.rsplit("/", 1)[-1]) or series.get(label))
                  for title, series in charts
                  if title == tag or tag in series
                  or title == tag.replace("_SUMMARY/variance", " variance")
                  or title == re.sub("_SUMMARY/.*", "", tag)]
    else:
        group = re.sub("_SUMMARY/.*", "", tag)
        wanted = [series.get(label) for title, series in charts
                  if title == tag or group != tag and title == tag.rsplit("/", 1)[-1]]
    wanted = [series for series in wanted if series]
    if not wanted:
        problems.append(f"{name}: no chart has {tag}")
        return
    logged = {}
    for event in events:
        logged.setdefault(event.step, []).append(event.value)
    for series in wanted:
        points = list(zip(series["x"], series["y"]))
        if all(step in logged and any(close(value, one) for one in logged[step])
               for step, value in points) \
                and (points[0][0], points[-1][0]) == (events[0].step, events[-1].step) \
                and (len(points) == len(events) or len(points) >= 20):
            return
    problems.append(f"{name}: the chart of {tag} has other points than were logged")


def latest_images(log):
    """The latest image of each tag."""
    for tag in log.Tags()["images"]:
        yield tag, log.Images(tag)[-1].encoded_image_string
    for tag in log.Tags()["tensors"]:
        if log.SummaryMetadata(tag).plugin_data.plugin_name == "images":
            for image in log.Tensors(tag)[-1].tensor_proto.string_val[2:]:
                yield tag, image


@functools.cache
def read(logdir):
    """What EventAccumulator reads of each run."""
    logs = {}
    for folder in sorted({path.parent for path in pathlib.Path(logdir).rglob("*tfevents*")}):
        # What torch's add_hparams writes becomes a part of the run above.
        if not re.fullmatch(r"\d{10}\.\d+", folder.name):
            name = str(folder.relative_to(logdir))
            logs[name] = EventAccumulator(str(folder), size_guidance=EVERYTHING)
            logs[name].Reload()
    return logs


def check(text, logdir):
    """The problems of a page, in sentences."""
    problems = []
    page = Page(text)
    check_markup(page, problems)
    logs = read(logdir)
    ridges = sum(len(set(log.Tags()["histograms"]) | {
        tag for tag in log.Tags()["tensors"]
        if log.SummaryMetadata(tag).plugin_data.plugin_name == "histograms"})
        for log in logs.values())
    shown = sum(1 for figure in page.all("figure") if any(
        "ridge" in (path.get("class") or "").split() for path in figure.iter()))
    if shown != ridges:
        problems.append(f"{shown} histogram charts are shown, not {ridges}")
    images = {base64.b64decode(image.get("src").partition(",")[2]) for image in page.all("img")}
    # A wide table is split: each part has a row for every run.
    tables = [table for table in page.named_rows() if not logs.keys().isdisjoint(table)]
    for name, log in logs.items():
        check_run(page, tables, name, log, len(logs) == 1, problems)
        for tag, image in latest_images(log):
            if image not in images:
                problems.append(f"{name}: the latest {tag} isn't in the page")
    return problems


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    problems = check(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2])
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} things are wrong with {sys.argv[1]}" if problems
          else f"{sys.argv[1]} is valid, refers to nothing outside and shows what was logged")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
