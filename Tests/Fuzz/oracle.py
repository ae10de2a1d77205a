#!/usr/bin/env python3
"""Compares what the grammars' targets read with what others read of the same files: equal, or refused.

    oracle.py FOLDER      a folder that targets dumped into: N.onnx with N.input and N.logits, N.png or N.jpg
                          with N.pixels, N.tfevents with N.scalars. What we refused has none of these.

Ends with 1 if something differs; the file's name tells which.
"""
import collections
import io
import logging
import math
import os
import pathlib
import sys
import zlib

import numpy

failures = []
counts = collections.Counter()


def judge(kind, path, problem):
    counts[kind, "different" if problem else "equal"] += 1
    if problem:
        failures.append(path)
        print(f"{path}: {problem}")


def differences(ones, others):
    return numpy.count_nonzero(~(numpy.abs(ones - others) < 1e-4)) if ones.size == others.size else ones.size


def orders(array):
    """Images with the channels last, and first."""
    return [array, numpy.moveaxis(array, 3, 1)] if array.ndim == 4 else [array]


def check_network(path):
    """Logits of ONNX Runtime, without its own rewriting of the graph."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1

    def dumped(name):
        shape = [int(length) for length in path.with_suffix(f".{name}-shape").read_text().split()]
        return numpy.fromfile(path.with_suffix(f".{name}"), numpy.float32).reshape(shape)

    ours, image = dumped("logits"), dumped("input")
    try:
        session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        port = session.get_inputs()[0]
        shape = [length if isinstance(length, int) else 1 for length in port.shape]
        # Ours have the channels last; those of a file may come first, in what it takes and in what it makes.
        images = [one for one in orders(image) if list(one.shape[1:]) == shape[1:]] or [image.reshape(shape)]
        pairs = [(session.run(None, {port.name: one})[0].ravel(), other.ravel())
                 for one in images for other in orders(ours)]
        theirs, ours = min(pairs, key=lambda pair: differences(*pair))
    except Exception:  # pylint: disable=broad-except
        counts["network", "refused by ONNX Runtime"] += 1
        return
    if theirs.size != ours.size:
        return judge("network", path, f"{ours.size} numbers instead of {theirs.size}")
    finite = numpy.isfinite(theirs)
    if not numpy.array_equal(finite, numpy.isfinite(ours)):
        return judge("network", path, "other numbers are finite")
    # As wide as sums of numbers of any size need it.
    largest = float(numpy.abs(theirs[finite]).max(initial=0))
    distance = float(numpy.abs(theirs[finite] - ours[finite]).max(initial=0))
    judge("network", path, distance > 1e-4 + 1e-4 * largest and f"off by {distance} of {largest}")


def with_low_bits(png):
    """The same image, its transparent gray cut to the image's depth.

    The specification (PNG, 11.3.2.1) has the low bits count; Pillow takes all 16.
    """
    at, depth, color = png.find(b"tRNS"), png[24], png[25]
    if color != 0 or at < 0:
        return png
    key = int.from_bytes(png[at + 4:at + 6], "big") & (1 << depth) - 1
    chunk = b"tRNS" + key.to_bytes(2, "big")
    return png[:at] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + png[at + 10:]


def check_image(path):
    from PIL import Image

    ours = path.with_suffix(".pixels").read_bytes()
    channels, pixels = ours[0], ours[1:]
    try:
        with Image.open(io.BytesIO(with_low_bits(path.read_bytes()))) as image:
            mode = image.mode
            theirs = image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]).tobytes()
    except Exception:  # pylint: disable=broad-except
        counts["image", "refused by Pillow"] += 1
        return
    # Of 16 bits Pillow keeps more than the high byte, of gray ones.
    if mode.startswith("I"):
        counts["image", "of 16 bits"] += 1
        return
    judge("image", path, theirs != pixels and f"other pixels, {mode} as {channels} channels")


def check_photograph(path):
    """Within a level: libjpeg-turbo rounds otherwise in other versions."""
    from PIL import Image, ImageOps

    ours = path.with_suffix(".pixels").read_bytes()
    channels, pixels = ours[0], numpy.frombuffer(ours[1:], numpy.uint8)
    try:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            mode = image.mode
            image.load()
            turned = ImageOps.exif_transpose(image).convert({1: "L", 3: "RGB"}[channels])
    except Exception:  # pylint: disable=broad-except
        counts["photograph", "refused by Pillow"] += 1
        return
    theirs = numpy.frombuffer(turned.tobytes(), numpy.uint8)
    if theirs.size != pixels.size:
        return judge("photograph", path, f"{pixels.size} bytes instead of {theirs.size}")
    distance = numpy.abs(theirs.astype(int) - pixels).max(initial=0)
    judge("photograph", path, distance > 1 and f"off by {distance}, {mode} as {channels} channels")


def check_events(path):
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.util import tensor_util

    ours = collections.defaultdict(list)
    for line in path.with_suffix(".scalars").read_text().splitlines():
        tag, step, value = line.split(" ")
        ours[bytes.fromhex(tag).decode("utf-8", "replace")].append((int(step), float(value)))
    theirs = {}
    try:
        accumulator = event_accumulator.EventAccumulator(
            str(path), size_guidance={event_accumulator.TENSORS: 0})
        accumulator.Reload()
        for tag in accumulator.Tags()["tensors"]:
            metadata = accumulator.SummaryMetadata(tag)
            if metadata.plugin_data.plugin_name == "scalars":
                theirs[tag] = [
                    (event.step, float(tensor_util.make_ndarray(event.tensor_proto).item()))
                    for event in accumulator.Tensors(tag)]
    except Exception:  # pylint: disable=broad-except
        counts["events", "refused by TensorBoard"] += 1
        return
    for tag, points in theirs.items():
        got = ours.get(tag, [])
        same = len(got) == len(points) and all(
            a[0] == b[0] and (a[1] == b[1] or math.isnan(a[1]) and math.isnan(b[1]))
            for a, b in zip(got, points))
        if not same:
            return judge("events", path, f"{tag!r}: {got[:4]} instead of {points[:4]}")
    judge("events", path, None)


def main():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.disable(logging.CRITICAL)
    for ending, ours, check in [
            ("onnx", ".logits", check_network), ("png", ".pixels", check_image),
            ("jpg", ".pixels", check_photograph),
            ("tfevents", ".scalars", check_events)]:
        for path in sorted(pathlib.Path(sys.argv[1]).glob(f"*.{ending}")):
            if path.with_suffix(ours).exists():
                check(path)
            else:
                counts[ending, "refused by us"] += 1
    for (kind, what), count in sorted(counts.items()):
        print(f"{kind}: {count} {what}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
