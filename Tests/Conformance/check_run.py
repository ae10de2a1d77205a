"""Checks that TensorBoard reads a run of ours, with each of its loaders.

usage: python check_run.py LOGDIR [--expect EXPECTATIONS.json]

The run is read three times: by a `tensorboard` server with its data server (the default loader), by one
with the Python loader, both over HTTP on 127.0.0.1, and in this process by EventAccumulator. Each must
show what the expectations say: scalars (points and steps), histograms, images, texts, hyperparameters,
precision-recall curves, and which dashboards have something to show.
The checksum of each record is checked too.
Exit code: 0 if all is as expected, 1 if not, with a sentence a problem.
"""

import argparse
import json
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New
from tensorboard.util.tensor_util import make_ndarray

START_SECONDS = 90


class Server:
    """A TensorBoard server that is stopped at the end of a `with`."""

    def __init__(self, logdir, load_fast):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.load_fast = load_fast
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", logdir, "--host", "127.0.0.1",
             "--port", str(self.port), f"--load_fast={load_fast}", "--reload_interval", "1"],
            stdout=subprocess.DEVNULL, stderr=self.log, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def get(self, path, body=None, **query):
        url = f"http://127.0.0.1:{self.port}/data/{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read() if path.startswith("plugin/images/individual") else json.load(answer)

    def wait_for(self, run, tag, seconds=START_SECONDS):
        """Waits until a scalar of a run is there: the last thing a reader comes to."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.log.seek(0)
                raise RuntimeError("tensorboard ended: " + self.log.read()[-2000:])
            try:
                if tag in self.get("plugin/scalars/tags").get(run, {}):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"tensorboard --load_fast={self.load_fast} doesn't show {run}: {tag}")


def check_server(server, run, want, problems):
    def expect(is_right, sentence):
        if not is_right:
            problems.append(f"--load_fast={server.load_fast}: {sentence}")

    tags = {
        kind: set(server.get(f"plugin/{kind}/tags").get(run, {}))
        for kind in ("scalars", "histograms", "images", "text")
    }
    for kind in tags:
        missing, extra = set(want[kind]) - tags[kind], tags[kind] - set(want[kind])
        expect(not missing, f"{kind} lack {sorted(missing)}")
        expect(not extra, f"{kind} hold {sorted(extra)}, which nobody expects")
    for tag in sorted(set(want["scalars"]) & tags["scalars"]):
        points = server.get("plugin/scalars/scalars", run=run, tag=tag)
        steps = [point[1] for point in points]
        expect(steps == sorted(set(steps)), f"{tag} has steps out of order: {steps}")
        expect(steps[-1:] == [want["last_step"]], f"{tag} ends at step {steps[-1:]}")
        if "points" in want["scalars"][tag]:
            count = want["scalars"][tag]["points"]
            expect(len(points) == count, f"{tag} has {len(points)} points, not {count}")
        low, high = want["scalars"][tag].get("within", [float("-inf"), float("inf")])
        values = [point[2] for point in points]
        expect(all(low <= value <= high for value in values), f"{tag} leaves {low} to {high}: {values}")
    for tag in sorted(set(want["histograms"]) & tags["histograms"]):
        newest = server.get("plugin/histograms/histograms", run=run, tag=tag)[-1]
        count = sum(bucket[2] for bucket in newest[2])
        expected = want["histograms"][tag].get("count", count)
        expect(abs(count - expected) < 0.5, f"{tag} counts {count}, not {expected}")
        expect(newest[1] == want["last_step"], f"{tag} ends at step {newest[1]}")
    for tag in sorted(set(want["images"]) & tags["images"]):
        newest = server.get("plugin/images/images", run=run, tag=tag, sample=0)[-1]
        image = server.get("plugin/images/individualImage?" + newest["query"])
        expect(image.startswith(b"\x89PNG\r\n\x1a\n"), f"{tag} is no PNG: {image[:8]}")
        size = list(struct.unpack(">II", image[16:24]))
        expected = want["images"][tag].get("size", size)
        expect(size == expected, f"{tag} is {size}, not {expected}")
    for tag in sorted(set(want["text"]) & tags["text"]):
        text = server.get("plugin/text/text", run=run, tag=tag)[-1]["text"]
        for part in want["text"][tag]["contains"]:
            expect(part in text, f"text {tag} lacks {part!r}")
    check_hparams(server, want["hparams"], expect)
    listing = server.get("plugins_listing")
    for plugin in want["dashboards"]:
        expect(listing.get(plugin, {}).get("enabled"), f"the dashboard {plugin} has nothing to show")
    # The projector looks for its files in a thread of its own.
    deadline = time.monotonic() + 30
    while not (projected := server.get("plugin/projector/runs")) and time.monotonic() < deadline:
        time.sleep(0.5)
    expect(projected == [run], f"the projector shows {projected}")
    curves = set(server.get("plugin/pr_curves/tags").get(run, {}))
    expect(curves == set(want["pr_curves"]), f"PR curves are {sorted(curves)}")


def check_hparams(server, want, expect):
    experiment = server.get("plugin/hparams/experiment", body={"experimentName": ""})
    names = [info["name"] for info in experiment.get("hparamInfos", [])]
    expect(names == want["columns"], f"hparams are {names}, not {want['columns']}")
    groups = server.get(
        "plugin/hparams/session_groups",
        body={
            "experimentName": "", "startIndex": 0, "sliceSize": 10,
            "allowedStatuses": [
                "STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
            "aggregationType": "AGGREGATION_AVG",
            "colParams": [{"hparam": name, "includeInResult": True} for name in names],
        })["sessionGroups"]
    expect(len(groups) == 1, f"there are {len(groups)} session groups")
    for group in groups:
        for name, value in want["values"].items():
            got = group["hparams"].get(name)
            expect(got == value, f"hparam {name} is {got}, not {value}")
        metrics = {metric["name"]["tag"] for metric in group.get("metricValues", [])}
        expect(set(want["metrics"]) <= metrics, f"hparams have the metrics {sorted(metrics)}")
        statuses = {session["status"] for session in group["sessions"]}
        expect(statuses == {"STATUS_SUCCESS"}, f"the session's status is {sorted(statuses)}")


def check_records(logdir, run, problems):
    """Reads each record with its checksums. The servers don't tell: the data server looks at no
    checksum of a record's content, and the Python loader ends at the first wrong one in silence."""
    paths = sorted(pathlib.Path(logdir, run).glob("*tfevents*"))
    if not paths:
        problems.append(f"{run} has no event file")
    for path in paths:
        reader, count = PyRecordReader_New(str(path)), 0
        try:
            while True:
                reader.GetNext()
                count += 1
        except errors.OutOfRangeError:
            pass  # the end
        except errors.DataLossError as error:
            problems.append(f"{path.name}: record {count} is damaged: {error}")


def check_in_process(logdir, run, want, problems):
    def expect(is_right, sentence):
        if not is_right:
            problems.append(f"EventAccumulator: {sentence}")

    # 0: keep everything.
    kinds = ("scalars", "tensors", "images")
    accumulator = EventAccumulator(
        str(pathlib.Path(logdir, run)), size_guidance={kind: 0 for kind in kinds})
    accumulator.Reload()
    tags = accumulator.Tags()
    expect(accumulator.file_version == 2.0, f"the file's version is {accumulator.file_version}")
    expected = {
        "scalars": set(want["scalars"]),
        "tensors": set(want["histograms"]) | set(want["text"]),
        "images": set(want["images"]),
    }
    for kind in kinds:
        missing = expected[kind] - set(tags[kind])
        expect(not missing, f"{kind} lack {sorted(missing)}")
    for tag in sorted(expected["scalars"] & set(tags["scalars"])):
        steps = [event.step for event in accumulator.Scalars(tag)]
        expect(steps == sorted(set(steps)), f"{tag} has steps out of order: {steps}")
        expect(steps[-1:] == [want["last_step"]], f"{tag} ends at step {steps[-1:]}")
        count = want["scalars"][tag].get("points", len(steps))
        expect(len(steps) == count, f"{tag} has {len(steps)} points, not {count}")
    for tag in sorted(set(want["histograms"]) & set(tags["tensors"])):
        rows = make_ndarray(accumulator.Tensors(tag)[-1].tensor_proto)
        count = want["histograms"][tag].get("count", rows[:, 2].sum())
        expect(abs(rows[:, 2].sum() - count) < 0.5, f"{tag} counts {rows[:, 2].sum()}, not {count}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("logdir")
    parser.add_argument(
        "--expect", default=pathlib.Path(__file__).with_name("lenet.json"), type=pathlib.Path)
    arguments = parser.parse_args()
    want = json.loads(arguments.expect.read_text())
    run, problems = want["run"], []
    for load_fast in ("true", "false"):
        with Server(arguments.logdir, load_fast) as server:
            try:
                server.wait_for(run, want["last_written"])
                check_server(server, run, want, problems)
            except RuntimeError as error:
                problems.append(str(error))
    check_records(arguments.logdir, run, problems)
    check_in_process(arguments.logdir, run, want, problems)
    for problem in problems:
        print(problem)
    count = sum(len(want[kind]) for kind in ("scalars", "histograms", "images", "text"))
    print(f"TensorBoard shows {count} tags in both loaders" if not problems else
          f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
