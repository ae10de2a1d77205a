"""Checks that TensorBoard shows every kind of summary of a reference run, with each of its loaders.

usage: python check_kinds.py LOGDIR [--expect reference.json]

LOGDIR is what `reference-run` wrote. It is read by a `tensorboard` server with its data server (the
default loader), by one with the Python loader, both over HTTP on 127.0.0.1, and in this process by
EventAccumulator. Images and sounds are decoded.
Exit code: 0 if all is as expected, 1 if not, with a sentence a problem.
"""

import argparse
import io
import json
import pathlib
import sys

import numpy
from check_run import Server, check_records
from kinds_served import Judge, ServerJudge
from PIL import Image
from reference_values import CURVES, TENSORS, disc, stripes
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import graph_pb2
from tensorboard.util.tensor_util import make_ndarray


class FileJudge(Judge):
    def check(self, logdir):
        self.prefix = "EventAccumulator"
        kinds = ("scalars", "tensors", "images", "histograms", "audio", "graph")
        for run in self.want["runs"]:
            accumulator = EventAccumulator(
                str(pathlib.Path(logdir, run)), size_guidance={kind: 0 for kind in kinds})
            accumulator.Reload()
            tags = accumulator.Tags()
            held = {tag for kind in ("scalars", "tensors", "images") for tag in tags[kind]}
            expected = {entry["tag"] for entry in self.want["tags"] if entry["run"] == run}
            held = {tag for tag in held if not tag.startswith("_hparams_/")}
            self.equal(held, expected - {"__run_graph__"}, f"the set of tags of {run}")
            for entry in self.want["tags"]:
                if entry["run"] == run and entry["tag"] in held:
                    self.tag(accumulator, tags, entry)
            if run in self.want["graphs"]:
                graph = accumulator.Graph()
                self.expect(isinstance(graph, graph_pb2.GraphDef), f"{run} has no graph")
                shape = graph.node[0].attr["_output_shapes"].list.shape[0]
                self.equal([dim.size for dim in shape.dim], [-1, 28, 28, 1], "the shape of the input")

    def tag(self, accumulator, tags, entry):
        tag = entry["tag"]
        # Numbers and images in fields of their own need no metadata.
        if entry.get("kind") != "simple_value" and tag not in tags["images"]:
            plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
            self.equal(plugin, entry["plugin"], f"the plugin of {tag}")
        if tag in tags["scalars"]:
            events = accumulator.Scalars(tag)
            self.near(events[-1].value, entry, "last_value", f"the last {tag}")
            if entry["run"] == "main" and tag in CURVES:
                for event in events:
                    value = {"value": CURVES[tag](event.step / 60)}
                    self.near(event.value, value, "value", f"{tag} at step {event.step}")
        elif tag in tags["images"]:
            events = accumulator.Images(tag)
            sizes = {(event.width, event.height) for event in events}
            self.equal(sizes, {(entry["width"], entry["height"])}, f"the told size of {tag}")
            self.pixels(tag, events)
        else:
            events = accumulator.Tensors(tag)
            array = make_ndarray(events[-1].tensor_proto)
            if "shape" in entry:
                self.equal(list(array.shape), entry["shape"], f"the shape of {tag}")
            if "dtype" in entry:
                self.equal(array.dtype.name, entry["dtype"], f"the type of {tag}")
            if tag in TENSORS:
                self.equal(array.tolist(), TENSORS[tag], f"what {tag} holds")
            if "text_contains" in entry:
                text = array.item().decode()
                self.expect(entry["text_contains"] in text, f"{tag} is {text!r}")
            if entry["plugin"] == "images":
                told = [int(text) for text in array[:2]]
                self.equal(told, [entry["width"], entry["height"]], f"the told size of {tag}")
                self.equal(len(array) - 2, entry["samples"], f"the samples of {tag}")
            if entry["plugin"] == "histograms":
                self.near(float(array[:, 2].sum()), entry, "count", f"the count of {tag}")
                self.near(float(array[0, 0]), entry, "min", f"the least of {tag}")
                self.near(float(array[-1, 1]), entry, "max", f"the greatest of {tag}")
        self.points(entry, [event.step for event in events])

    def pixels(self, tag, events):
        for event in events:
            image = Image.open(io.BytesIO(event.encoded_image_string))
            if tag == "image/one":
                self.expect((numpy.asarray(image) == stripes(64, 48, event.step * 8)).all(),
                            f"{tag} has other pixels at step {event.step}")
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                if tag == "image/gray":
                    got, wanted = image.convert("L"), disc(32, 10 + frame, 16)
                    self.expect((numpy.asarray(got) == wanted).all(),
                                f"frame {frame} of {tag} has other pixels")
                if tag == "image/video":
                    difference = numpy.asarray(image.convert("RGB"), "float") - stripes(60, 40, frame * 5)
                    error = (difference ** 2).mean()
                    self.expect(error < 20, f"frame {frame} of {tag} is {error:.1f} off, squared")


def check(logdir, want, load_fast=("true", "false")):
    """The problems of the runs in a log directory."""
    problems = []
    for each in load_fast:
        with Server(str(logdir), each) as server:
            try:
                ServerJudge(want, problems).check(server)
            except RuntimeError as error:
                problems.append(str(error))
    for run in want["runs"]:
        check_records(logdir, run, problems)
    FileJudge(want, problems).check(logdir)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("logdir")
    parser.add_argument(
        "--expect", default=pathlib.Path(__file__).with_name("reference.json"), type=pathlib.Path)
    arguments = parser.parse_args()
    want = json.loads(arguments.expect.read_text(encoding="utf-8"))
    problems = check(arguments.logdir, want)
    for problem in problems:
        print(problem)
    print(f"TensorBoard shows all {len(want['tags'])} tags in both loaders" if not problems else
          f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
