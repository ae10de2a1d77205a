#!/usr/bin/env python3
"""Makes the branching ONNX models of this folder's `branches`, and what ONNX Runtime computes from them.

Each model `<name>.onnx` has random weights from a fixed seed; `expected.npz` holds `<name>_x`, an input
[N, C, H, W], and `<name>_y`, the output. Made with onnx 1.23.2, onnxruntime 1.31.1, numpy 2.4.6.
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent / "branches"
HERE.mkdir(exist_ok=True)
random = np.random.default_rng(9)
expected = {}


def conv(x, w, y, pad=1, **settings):
    return helper.make_node("Conv", [x, w], [y], name=f"/{y}/Conv", pads=[pad] * 4, **settings)


def node(type, inputs, output, **settings):
    return helper.make_node(type, inputs.split(), [output], name=f"{type}_{output}", **settings)


def model(name, nodes, shapes, input=(2, 3, 8, 6)):
    tensors = [
        numpy_helper.from_array((random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32), key)
        for key, shape in shapes.items()]
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, input)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], tensors)
    path = HERE / f"{name}.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    x = random.standard_normal(input).astype(np.float32)
    expected[f"{name}_x"] = x
    expected[f"{name}_y"] = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]


# A residual block with a projection in its shortcut, one without, and rows behind them.
model("residual", [
    conv("x", "w0", "a"), node("Relu", "a", "b"),
    conv("b", "w1", "c"), node("Relu", "c", "d"), conv("d", "w2", "e"), conv("b", "s", "f", pad=0),
    node("Add", "e f", "g"), node("Relu", "g", "h"),
    conv("h", "w3", "i"), node("Relu", "i", "j"), conv("j", "w4", "k"), node("Add", "h k", "l"),
    node("Relu", "l", "m"), node("GlobalAveragePool", "m", "n"), node("Flatten", "n", "o"),
    helper.make_node("Gemm", ["o", "fc"], ["y"], transB=1)],
    {"w0": (4, 3, 3, 3), "w1": (4, 4, 3, 3), "w2": (6, 4, 3, 3), "s": (6, 4, 1, 1), "w3": (6, 6, 3, 3),
     "w4": (6, 6, 3, 3), "fc": (5, 6)})
# Branches of different depths side by side, one of them the input itself.
model("inception", [
    conv("x", "w0", "a", pad=0), node("Relu", "a", "b"),
    conv("x", "w1", "c"), node("Relu", "c", "d"), conv("d", "w2", "e"), node("Relu", "e", "f"),
    node("MaxPool", "x", "g", kernel_shape=[3, 3], pads=[1] * 4),
    node("Concat", "b f g x", "h", axis=1), conv("h", "w3", "i", strides=[2, 1]), node("Relu", "i", "y")],
    {"w0": (2, 3, 1, 1), "w1": (3, 3, 3, 3), "w2": (4, 3, 3, 3), "w3": (5, 12, 3, 3)})
# Each layer takes all before it, as in a DenseNet; the last one is concatenated.
model("dense", [
    conv("x", "w0", "a"), node("Concat", "x a", "b", axis=1), node("Relu", "b", "c"), conv("c", "w1", "d"),
    node("Concat", "x a d", "y", axis=1)],
    {"w0": (2, 3, 3, 3), "w1": (4, 5, 3, 3)})
# A sum of one thing twice, and rows that branch.
model("rows", [
    node("Flatten", "x", "a"), helper.make_node("Gemm", ["a", "w0"], ["b"], transB=1), node("Tanh", "b", "c"),
    node("Add", "c c", "d"), node("Add", "d b", "e"), node("Concat", "e a", "f", axis=1),
    helper.make_node("Gemm", ["f", "w1"], ["y"], transB=1)],
    {"w0": (7, 18), "w1": (4, 25)}, (2, 3, 3, 2))
np.savez(HERE / "expected.npz", **expected)
