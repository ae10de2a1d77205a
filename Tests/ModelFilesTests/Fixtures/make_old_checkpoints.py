#!/usr/bin/env python3
"""Makes checkpoints as version 0.1 wrote them, and what version 0.1 computed from them.

    python make_old_checkpoints.py BIN   # the folder of version 0.1's tbtrain and deconv (commit 44f079c)

`rnn`, `lstm` and `gru` are trained by `tbtrain rnn` of that version for five updates. `layers` and `means`
have random weights from a fixed seed and one layer of each kind in that version's words. `lenet.json` is
the description that `tbtrain lenet` of that version put into its checkpoints' metadata. `expected.npz`
holds an input `<name>_x` [N, H, W, C] and each projection `<name>_<layer>_<filter>_<rule>` [H, W, C] that
`deconv project --npy` of that version made of it, made with numpy 2.4.6 on x86-64 with AVX-512.
"""
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent / "version-0.1"
BIN = pathlib.Path(sys.argv[1]).resolve()
draw = random.Random(11)
expected = {}


def metadata(path):
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    return json.loads(data[8 : 8 + size])["__metadata__"]


def numbers(shape, low=-0.6, high=0.6):
    return np.array([draw.uniform(low, high) for _ in range(int(np.prod(shape)))], np.float32).reshape(shape)


def write(name, model, tensors):
    header, offset = {"__metadata__": {"format": "pt", "model": json.dumps(model)}}, 0
    for key, value in tensors.items():
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    body = b"".join(value.tobytes() for value in tensors.values())
    (HERE / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)


def png(path, pixels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def size(height, width):
    return {"height": height, "width": width}


def steps(y, x):
    return {"y": y, "x": x}


def pads(top, left, bottom, right):
    return {"top": top, "left": left, "bottom": bottom, "right": right}


def norm(name):
    return {
        f"{name}.weight": numbers([4], 0.5, 1.5), f"{name}.bias": numbers([4]),
        f"{name}.running_mean": numbers([4]), f"{name}.running_var": numbers([4], 0.5, 1.5)}


HERE.mkdir(exist_ok=True)
write("layers", {"input": [13, 11, 3], "layers": [
    {"name": "block", "type": "sequential", "layers": [
        {"name": "conv", "type": "conv2d", "in": 3, "out": 4, "kernel": size(3, 3), "stride": steps(1, 1),
         "padding": pads(1, 1, 1, 1), "bias": False},
        {"name": "norm", "type": "batchnorm2d", "channels": 4, "eps": 1e-3},
        {"name": "relu", "type": "relu"}]},
    {"name": "pool1", "type": "maxpool2d", "size": size(3, 3), "stride": steps(2, 2),
     "padding": pads(1, 1, 1, 1), "ceil_mode": True},
    {"name": "lrn", "type": "localresponsenorm", "size": 4, "before": 1, "alpha": 0.2, "beta": 0.5, "k": 2},
    {"name": "conv2", "type": "conv2d", "in": 4, "out": 6, "kernel": size(2, 3), "stride": steps(1, 1),
     "padding": pads(1, 2, 0, 2), "bias": True, "dilation": steps(1, 2), "groups": 2},
    {"name": "leaky", "type": "leakyrelu", "slope": 0.2},
    {"name": "pool2", "type": "averagepool2d", "size": size(2, 2), "stride": steps(2, 2),
     "padding": pads(0, 0, 0, 0), "count_include_pad": False, "ceil_mode": True},
    {"name": "conv3", "type": "conv2d", "in": 6, "out": 3, "kernel": size(1, 1), "stride": steps(1, 1),
     "padding": pads(0, 0, 0, 0), "bias": True},
    {"name": "tanh", "type": "tanh"},
    {"name": "dropout", "type": "dropout", "rate": 0.25},
    {"name": "flatten", "type": "flatten"},
    {"name": "fc1", "type": "dense", "in": 36, "out": 7, "bias": False},
    {"name": "sigmoid", "type": "sigmoid"},
    {"name": "fc2", "type": "dense", "in": 7, "out": 5, "bias": True},
    {"name": "softmax", "type": "softmax"}]}, {
        "block.conv.weight": numbers([4, 3, 3, 3]), **norm("block.norm"),
        "conv2.weight": numbers([6, 2, 2, 3]), "conv2.bias": numbers([6]),
        "conv3.weight": numbers([3, 6, 1, 1]), "conv3.bias": numbers([3]),
        "fc1.weight": numbers([7, 36]), "fc2.weight": numbers([5, 7]), "fc2.bias": numbers([5])})
write("means", {"input": [13, 11, 3], "layers": [
    {"name": "conv1", "type": "conv2d", "in": 3, "out": 4, "kernel": size(4, 3), "stride": steps(2, 1),
     "padding": pads(0, 0, 0, 0), "bias": True},
    {"name": "relu1", "type": "relu"},
    {"name": "conv2", "type": "conv2d", "in": 4, "out": 4, "kernel": size(3, 3), "stride": steps(1, 1),
     "padding": pads(1, 1, 1, 1), "bias": True},
    {"name": "norm", "type": "batchnorm2d", "channels": 4, "eps": 1e-5, "batch_statistics": True},
    {"name": "relu2", "type": "relu"},
    {"name": "pool", "type": "globalaveragepool2d"},
    {"name": "flatten", "type": "flatten"},
    {"name": "fc", "type": "dense", "in": 4, "out": 3, "bias": True},
    {"name": "logsoftmax", "type": "logsoftmax"}]}, {
        "conv1.weight": numbers([4, 3, 4, 3]), "conv1.bias": numbers([4]),
        "conv2.weight": numbers([4, 4, 3, 3]), "conv2.bias": numbers([4]), **norm("norm"),
        "fc.weight": numbers([3, 4]), "fc.bias": numbers([3])})

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for cell in ("rnn", "lstm", "gru"):
        subprocess.run(
            [BIN / "tbtrain", "rnn", "--cell", cell, "--hidden", "3", "--steps", "5", "--data", "digits",
             "--batch-size", "20", "--train-per-class", "20", "--test-per-class", "10", "--seed", "7",
             "--logdir", folder, "--run", cell, "--quiet"], check=True, capture_output=True)
        shutil.copy(folder / cell / "checkpoint.safetensors", HERE / f"{cell}.safetensors")
    subprocess.run(
        [BIN / "tbtrain", "lenet", "--steps", "1", "--batch-size", "10", "--train-per-class", "2",
         "--test-per-class", "1", "--logdir", folder, "--run", "lenet", "--quiet"], check=True,
        capture_output=True)
    (HERE / "lenet.json").write_text(metadata(folder / "lenet" / "checkpoint.safetensors")["model"] + "\n")

    pixels = np.array([draw.randrange(256) for _ in range(13 * 11 * 3)], np.uint8).reshape(13, 11, 3)
    png(folder / "x.png", pixels)
    expected["x"] = (pixels.astype(np.float32) / np.float32(255))[None]
    for name, layers in (("layers", 5), ("means", 3)):
        for layer in range(1, layers + 1):
            # The first filter that the picture excites: of a dead one there is nothing to see.
            for filter, rule in ((f, r) for f in range(4) for r in ("deconvnet", "guided", "gradient")):
                shutil.rmtree(folder / "npy", ignore_errors=True)
                run = subprocess.run(
                    [BIN / "deconv", "project", "--checkpoint", HERE / f"{name}.safetensors", "--image",
                     folder / "x.png", "--layer", str(layer), "--filter", str(filter), "--rule", rule, "--npy",
                     folder / "npy", "--output", folder / "out.png", "--force", "--pixels", "0..1", "--quiet"],
                    capture_output=True)
                if run.returncode != 0:
                    assert b"dead" in run.stderr or b"excite" in run.stderr, run.stderr
                    continue
                expected[f"{name}_{layer}_{filter}_{rule}"] = np.load(folder / "npy" / "projection.npy")
                if rule == "gradient":
                    break
np.savez(HERE / "expected.npz", **expected)
