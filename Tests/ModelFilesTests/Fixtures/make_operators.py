#!/usr/bin/env python3
"""Makes the ONNX models of this folder's `operators`, of what graphs hold besides convolutions and rectifiers,
and what ONNX Runtime computes from them.

Each model `<name>.onnx` has random weights from a fixed seed; `expected.npz` holds `<name>_x`, an input as
the file takes it, and `<name>_y`, the output. Made with onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent / "operators"
HERE.mkdir(exist_ok=True)
random = np.random.default_rng(14)
expected = {}


def conv(x, w, y, pad=1, **settings):
    return helper.make_node("Conv", [x, w], [y], name=f"/{y}/Conv", pads=[pad] * 4, **settings)


def node(type, inputs, output, **settings):
    return helper.make_node(
        type, inputs.split(), output.split(), name=f"{type}_{output.split()[0]}", **settings)


def model(name, nodes, shapes=(), input=(2, 4, 8, 6), constants=(), opset=20):
    tensors = [
        numpy_helper.from_array((random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32), key)
        for key, shape in dict(shapes).items()]
    for key, value in dict(constants).items():
        value = np.array(value)
        tensors.append(numpy_helper.from_array(
            value.astype(np.int64 if value.dtype.kind == "i" else np.float32), key))
    for one in nodes:
        one.input[:] = ["" if input == "-" else input for input in one.input]
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, input)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], tensors)
    path = HERE / f"{name}.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9), path)
    x = 2 * random.standard_normal(input).astype(np.float32)
    expected[f"{name}_x"] = x
    expected[f"{name}_y"] = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]


def stem(y="c"):
    return conv("x", "w", y)


W = {"w": (4, 4, 3, 3)}
# A gate of each channel, squeezed and excited; one of each place; products, differences, sums of three.
model("gates", [
    stem(), node("Relu", "c", "d"), node("GlobalAveragePool", "d", "e"), conv("e", "s", "f", pad=0),
    node("Relu", "f", "g"), conv("g", "t", "h", pad=0), node("Sigmoid", "h", "i"), node("Mul", "i d", "j"),
    conv("j", "p", "k", pad=0), node("HardSigmoid", "k", "l"), node("Mul", "j l", "m"),
    node("Sub", "m d", "n"), node("Mul", "n m", "o"), node("Sum", "o d m", "q"), node("Add", "q e", "y")],
    {**W, "s": (2, 4, 1, 1), "t": (4, 2, 1, 1), "p": (1, 4, 1, 1)})
# Arithmetic with numbers and channels' constants.
model("constants", [
    node("Mul", "a x", "c"), node("Relu", "c", "d"), node("Div", "d two", "e"), node("Sub", "one e", "f"),
    conv("f", "w", "g"), node("Add", "g b", "y")], W,
    constants={"a": random.standard_normal((4, 1, 1)), "two": 2.5, "one": 1.25, "b": random.standard_normal((1, 4, 1, 1))})
# Activation functions, as operators.
model("functions", [
    stem(), node("Clip", "c zero six", "d"), node("HardSwish", "d", "e"), conv("e", "v", "f"),
    node("Elu", "f", "g", alpha=0.7), node("PRelu", "g s", "h"), conv("h", "u", "i"), node("Gelu", "i", "j"),
    node("Clip", "j low -", "k"), node("HardSigmoid", "k", "l", alpha=0.3, beta=0.4), conv("l", "w", "m"),
    node("Gelu", "m", "n", approximate="tanh"), node("Sigmoid", "n", "o"), node("Mul", "o n", "p"),
    node("PRelu", "p one", "y")],
    {**W, "v": (4, 4, 3, 3), "u": (4, 4, 3, 3)},
    constants={"zero": 0.0, "six": 6.0, "low": -0.1, "s": random.standard_normal((4, 1, 1)), "one": [0.2]})
# The same as exporters wrote them before there were operators: opset 11.
model("written", [
    stem(), node("Add", "c three", "d"), node("Clip", "d zero six", "e"), node("Div", "e six", "f"),
    node("Mul", "c f", "g"), conv("g", "v", "h"), node("Div", "h root", "i"), node("Erf", "i", "j"),
    node("Add", "j one", "k"), node("Mul", "h k", "l"), node("Mul", "l half", "m"),
    # A normalisation of the channels.
    node("ReduceMean", "m", "n", axes=[1]), node("Sub", "m n", "o"), node("Pow", "o two", "p"),
    node("ReduceMean", "p", "q", axes=[1]), node("Add", "q eps", "r"), node("Sqrt", "r", "s"),
    node("Div", "o s", "t"), node("Mul", "t g1", "u1"), node("Add", "u1 b1", "z"),
    node("HardSigmoid", "z", "z1", alpha=1 / 6), node("Mul", "z z1", "y")],
    {**W, "v": (4, 4, 3, 3)}, opset=11, constants={
        "three": 3.0, "zero": 0.0, "six": 6.0, "root": np.sqrt(2), "one": 1.0, "half": 0.5, "two": 2.0,
        "eps": 1e-5, "g1": random.standard_normal((4, 1, 1)), "b1": random.standard_normal((4, 1, 1))})
# Zeros around images: before a convolution, a maximum, a mean; none at all, as opset 7 has them.
model("pads", [
    node("Pad", "x p", "c"), node("Conv", "c w", "d", strides=[2, 1]), node("Pad", "d q", "e"),
    node("MaxPool", "e", "f", kernel_shape=[3, 3], strides=[1, 1]), node("Pad", "f r", "g"),
    node("AveragePool", "g", "h", kernel_shape=[2, 2]), node("Pad", "h none", "i"),
    node("Pad", "i s zero axes", "j"), node("Sigmoid", "j", "y")], W, constants={
        "p": [0, 0, 1, 0, 0, 0, 1, 2], "q": [0, 0, 1, 1, 0, 0, 1, 1], "r": [0, 0, 0, 1, 0, 0, 0, 0],
        "none": [0] * 8, "s": [1, 2], "zero": 0.0, "axes": [-1]})
model("pads_7", [
    node("Pad", "x", "c", pads=[0] * 8, value=0.0), node("AveragePool", "c", "d", kernel_shape=[2, 2]),
    node("Pad", "d", "e", pads=[0, 0, 1, 1, 0, 0, 1, 1]), conv("e", "w", "y", pad=0)], W, opset=7)
# Parts: split, sliced and gathered; channels shuffled.
model("parts", [
    stem(), node("Split", "c", "d e", axis=1, num_outputs=2), conv("e", "v", "f"), node("Concat", "d f", "g", axis=1),
    node("Reshape", "g five", "h"), node("Transpose", "h", "i", perm=[0, 2, 1, 3, 4]), node("Reshape", "i four", "j"),
    node("Slice", "j from to axes by", "k"), node("Split", "k sizes", "l m", axis=1), node("Gather", "m zero", "n", axis=1),
    node("Unsqueeze", "n where", "o"), node("Gather", "l two", "p", axis=1), node("Concat", "o p", "y", axis=1)],
    {**W, "v": (2, 2, 3, 3)}, constants={
        "five": [2, 2, 2, 8, 6], "four": [-1, 4, 8, 6], "from": [1, -5], "to": [9, 100], "axes": [2, 3], "by": [2, 1],
        "sizes": [3, 1], "zero": 0, "where": [1], "two": [0, 2]})
# Poolings of any size, and means and maxima of an axis.
model("pools", [
    stem(), node("MaxPool", "c", "d", kernel_shape=[17, 18], strides=[2, 3], pads=[8, 8, 8, 8]),
    node("AveragePool", "c", "e", kernel_shape=[18, 17], strides=[2, 3], pads=[8, 8, 9, 7]),
    node("Add", "d e", "f"), node("MaxPool", "c", "g", kernel_shape=[2, 2], dilations=[3, 2]),
    node("GlobalMaxPool", "g", "h"), node("Add", "f h", "i"), node("ReduceMean", "i a3", "j", keepdims=0),
    node("ReduceMax", "j a2", "y", keepdims=0)], W, input=(2, 4, 24, 20), constants={"a3": [3], "a2": [2]})
# Normalisations of each image, and of channels at each place, which come last.
model("norms", [
    node("Relu", "x", "b"), node("BatchNormalization", "b s t m v", "c"), node("InstanceNormalization", "c s t", "d"),
    node("Transpose", "d", "e", perm=[0, 2, 3, 1]), node("LayerNormalization", "e s t", "f", axis=-1, epsilon=1e-6),
    node("MatMul", "f w1", "g"), node("Add", "g b1", "h"), node("Mul", "h l", "i"),
    node("Transpose", "i", "j", perm=[0, 3, 1, 2]), node("Reshape", "j three", "k"),
    node("InstanceNormalization", "k ones zeros", "l1"), node("Reshape", "l1 four", "m1"), node("Mul", "m1 g1", "n"),
    node("GroupNormalization", "n g2 g3", "y", num_groups=2)], opset=18, constants={
        **{key: random.standard_normal(4) for key in ("s", "t", "m")}, "v": random.uniform(0.5, 1, 4),
        "w1": random.standard_normal((4, 6)), "b1": random.standard_normal(6), "l": random.standard_normal(6),
        "three": [0, 3, -1], "four": [2, 6, 8, 6], "ones": np.ones(3), "zeros": np.zeros(3),
        "g1": random.standard_normal((6, 1, 1)), "g2": random.standard_normal(2), "g3": random.standard_normal(2)})
# Other sizes, and transposed convolutions.
model("sizes", [
    node("ConvTranspose", "x w b", "c", strides=[2, 1], pads=[1, 0, 0, 1], output_padding=[1, 0]),
    node("Resize", "c - s", "d", mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    node("Resize", "d - - n", "e", mode="linear", coordinate_transformation_mode="half_pixel"),
    node("Resize", "e - - m", "f", mode="linear", coordinate_transformation_mode="align_corners"),
    node("Resize", "f - t", "g", mode="nearest"),
    node("ConvTranspose", "g u", "y", group=2, dilations=[1, 2], strides=[2, 2])],
    {"w": (4, 4, 3, 2), "u": (4, 3, 2, 2)}, constants={
        "b": random.standard_normal(4), "s": [1.0, 1, 2, 2], "n": [2, 4, 11, 9], "m": [2, 4, 7, 13],
        "t": [1.0, 1, 1.7, 0.6]})
# TensorFlow's images: channels last, with a Transpose or, of one channel, a Reshape; gates between rows.
model("last", [
    node("Transpose", "x", "a", perm=[0, 3, 1, 2]), conv("a", "w", "b"), node("Transpose", "b", "c", perm=[0, 2, 3, 1]),
    node("Add", "c k", "d"), node("Relu", "d", "e"), node("ReduceMean", "e axes", "f", keepdims=0),
    node("MatMul", "f m", "g"), node("Sigmoid", "g", "h"), node("Reshape", "h gate", "i"), node("Mul", "e i", "j"),
    node("Transpose", "j", "l", perm=[0, 3, 1, 2]), node("Pad", "l p", "n"), node("Conv", "n v", "o"),
    node("Transpose", "o", "y", perm=[0, 2, 3, 1])],
    {"w": (4, 3, 3, 3), "m": (4, 4), "v": (2, 4, 3, 3)}, input=(2, 8, 6, 3), constants={
        "k": random.standard_normal(4), "axes": [1, 2], "gate": [2, 1, 1, 4], "p": [0, 0, 0, 1, 0, 0, 1, 1]})
model("gray", [
    node("Reshape", "x s", "a"), conv("a", "w", "b"), node("Relu", "b", "c"),
    node("Transpose", "c", "d", perm=[0, 2, 3, 1]), node("Reshape", "d r", "e"), node("MatMul", "e m", "y")],
    {"w": (3, 1, 3, 3), "m": (3 * 48, 5)}, input=(2, 8, 6, 1),
    constants={"s": [-1, 1, 8, 6], "r": [-1, 144]})
# Rows that become images, whose dimensions are moved for a convolution.
model("images", [
    node("Flatten", "x", "a"), node("MatMul", "a m", "b"), node("Reshape", "b s", "c"),
    node("Transpose", "c", "d", perm=[0, 3, 1, 2]), conv("d", "w", "y")],
    {"m": (12, 60), "w": (2, 5, 3, 3)}, input=(2, 12, 1, 1), constants={"s": [-1, 4, 3, 5]})

np.savez_compressed(HERE / "expected.npz", **expected)
