#!/usr/bin/env python3
"""Makes the small ONNX models of this folder's `onnx`, and what ONNX Runtime computes from them.

Each model `<name>.onnx` has random weights from a fixed seed; `expected.npz` holds `<name>_x`, an input
[N, C, H, W], and `<name>_y`, the output. Models whose names begin with `wrong_` aren't networks that
can be looked into; they have no output here.

Made with Python 3.11, torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.31.1, numpy 2.4.6:

    pip install torch onnx onnxscript onnxruntime
    python make_onnx.py
"""
import pathlib
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent / "onnx"
random = np.random.default_rng(5)
expected = {}


def weights(*shape):
    return (random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]) or 1)).astype(np.float32)


def whole(*values):
    return np.array(values, dtype=np.int64)


def node(type, inputs, output, **attributes):
    outputs = output.split() if isinstance(output, str) else output
    return helper.make_node(type, inputs.split(), outputs, name=f"{type}_{outputs[0]}", **attributes)


def typed(name, array):
    """An initializer whose numbers are in the field of their type, not in raw_data."""
    return helper.make_tensor(
        name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape, array.flatten().tolist())


def save(name, nodes, initializers, input=(1, 1, 6, 6), output="y", opset=20, inputs=None, outputs=None):
    tensors = [
        value if isinstance(value, TensorProto) else numpy_helper.from_array(value, key)
        for key, value in initializers.items()]
    graph = helper.make_graph(
        nodes, name,
        inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, input)],
        outputs or [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], tensors)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10 if opset > 13 else 7,
        producer_name="make_onnx.py")
    path = HERE / f"{name}.onnx"
    onnx.save(model, path)
    return path


def run(name, shape):
    session = onnxruntime.InferenceSession(HERE / f"{name}.onnx", providers=["CPUExecutionProvider"])
    x = random.standard_normal(shape).astype(np.float32)
    expected[f"{name}_x"] = x
    expected[f"{name}_y"] = session.run(None, {session.get_inputs()[0].name: x})[0]


def good(name, nodes, initializers, input=(1, 1, 6, 6), shape=None, **settings):
    save(name, nodes, initializers, input, **settings)
    run(name, shape or tuple(n if isinstance(n, int) else 2 for n in input))


def convolutions():
    good("conv_groups", [node("Conv", "x w b", "y", group=2, pads=[0, 1, 2, 0], strides=[2, 1])],
         {"w": weights(6, 2, 3, 2), "b": weights(6)}, (2, 4, 7, 6))
    good("conv_depthwise", [
        node("Conv", "x w b", "a", group=5, pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        node("Relu", "a", "c"), node("Conv", "c v", "y")],
        {"w": weights(5, 1, 3, 3), "b": weights(5), "v": weights(3, 5, 1, 1)}, (2, 5, 6, 5))
    good("conv_dilated", [
        node("Conv", "x w", "a", dilations=[2, 3], pads=[2, 3, 2, 3], group=2),
        node("Relu", "a", "c"), node("Conv", "c v", "y", dilations=[2, 1], strides=[1, 2])],
        {"w": weights(4, 1, 3, 3), "v": weights(3, 4, 2, 2)}, (1, 2, 9, 10))
    for kind in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        good(f"conv_{kind.lower()}", [
            node("Conv", "x w", "a", auto_pad=kind, strides=[2, 1], kernel_shape=[4, 3]),
            node("MaxPool", "a", "y", auto_pad=kind, kernel_shape=[2, 3], strides=[1, 2])],
            {"w": weights(3, 2, 4, 3)}, (1, 2, 9, 8))


def poolings():
    good("pool_max", [
        node("Relu", "x", "a"),
        node("MaxPool", "a", "b", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        node("MaxPool", "b", "y", kernel_shape=[2, 3], strides=[1, 1], pads=[0, 1, 1, 2])],
        {}, (2, 3, 8, 10))
    for counted in (0, 1):
        good(f"pool_average_{counted}", [
            node("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1,
                 pads=[1, 1, 0, 1], count_include_pad=counted)], {}, (1, 2, 8, 7))
    good("pool_global", [
        node("Conv", "x w", "a"), node("GlobalAveragePool", "a", "b"), node("Flatten", "b", "c"),
        node("Gemm", "c v b1", "y", alpha=0.5, beta=2.0)],
        {"w": weights(4, 1, 3, 3), "v": weights(4, 3), "b1": weights(3)}, (2, 1, 6, 5))
    good("pool_whole", [
        node("Conv", "x w", "a"), node("AveragePool", "a", "b", kernel_shape=[18, 17]),
        node("AveragePool", "b", "c", kernel_shape=[1, 1]), node("Flatten", "c", "y", axis=-3)],
        {"w": weights(4, 1, 3, 3)}, (1, 1, 20, 19))
    good("mean_attribute", [
        node("Conv", "x w", "a"), node("ReduceMean", "a", "b", axes=[2, 3], keepdims=0),
        node("Gemm", "b v", "y", transB=1)],
        {"w": weights(4, 1, 3, 3), "v": weights(3, 4)}, opset=13)
    good("mean_input", [
        node("Conv", "x w", "a"), node("ReduceMean", "a axes", "b"), node("Relu", "b", "c"),
        node("Reshape", "c shape", "y")],
        {"w": weights(4, 1, 3, 3), "axes": whole(-1, -2), "shape": whole(0, -1)})


def normalizations():
    def batch(prefix, channels):
        return {f"{prefix}s": 1 + weights(channels), f"{prefix}b": weights(channels),
                f"{prefix}m": weights(channels), f"{prefix}v": 1 + weights(channels) ** 2}
    good("norm_folded", [
        node("Conv", "x w b", "a"), node("BatchNormalization", "a ns nb nm nv", "c", epsilon=1e-3),
        node("Relu", "c", "d"), node("Flatten", "d", "e"), node("MatMul", "e f", "g"),
        node("BatchNormalization", "g ms mb mm mv", "y")],
        {"w": weights(4, 2, 3, 3), "b": weights(4), "f": weights(32, 3)} | batch("n", 4)
        | batch("m", 3), (2, 2, 6, 4))
    good("norm_layer", [
        node("BatchNormalization", "x is ib im iv", "a"), node("Conv", "a w", "b"),
        node("Relu", "b", "c"), node("BatchNormalization", "c ns nb nm nv", "y")],
        {"w": weights(3, 2, 3, 3)} | batch("i", 2) | batch("n", 3), (1, 2, 5, 6))
    good("norm_training", [
        node("Conv", "x w", "a"),
        node("BatchNormalization", "a ns nb nm nv", "y m v", training_mode=1)],
        {"w": weights(3, 2, 3, 3)} | batch("n", 3), (3, 2, 5, 6))
    for size in (3, 5):
        good(f"lrn_{size}", [
            node("Conv", "x w", "a"),
            node("LRN", "a", "y", size=size, alpha=0.3, beta=0.6 if size == 3 else 0.75, bias=1.5)],
            {"w": 3 * weights(7, 1, 3, 3)}, (2, 1, 5, 5))
    good("affine", [
        node("Sub", "x mean", "a"), node("Div", "a std", "b"), node("Conv", "b w", "c"),
        node("Mul", "c scale", "d"), node("Add", "shift d", "e"), node("Relu", "e", "f"),
        node("Mul", "f two", "g"), node("Sub", "one g", "y")],
        {"mean": weights(1, 2, 1, 1), "std": 1 + weights(2, 1, 1) ** 2, "w": weights(3, 2, 3, 3),
         "scale": weights(3, 1, 1), "shift": weights(1, 3, 1, 1),
         "two": np.array(2, np.float32), "one": np.array([1], np.float32)}, (1, 2, 5, 5))


def functions():
    good("activations", [
        node("Conv", "x w", "a"), node("LeakyRelu", "a", "b", alpha=0.2), node("Sigmoid", "b", "c"),
        node("Tanh", "c", "d"), node("LeakyRelu", "d", "e"), node("Softmax", "e", "y", axis=1)],
        {"w": weights(4, 1, 3, 3)}, (2, 1, 5, 6))
    good("softmax_11", [
        node("Flatten", "x", "a"), node("Gemm", "a w b", "c", transB=1), node("LogSoftmax", "c", "y")],
        {"w": weights(4, 36), "b": np.array([0.25], np.float32)}, opset=11)
    good("products", [
        node("Identity", "w0", "w"), node("Identity", "x", "x1"), node("Flatten", "x1", "a"),
        node("Transpose", "w", "wt", perm=[1, 0]), node("MatMul", "a wt", "b"),
        node("Add", "b c", "d"), node("Dropout", "d ratio training", "e mask"),
        helper.make_node("Constant", [], ["v"], value=numpy_helper.from_array(weights(5, 3))),
        node("MatMul", "e v", "f"), node("Add", "bias f", "y")],
        {"w0": weights(5, 36), "c": weights(5), "bias": weights(1, 3),
         "ratio": np.array(0.5, np.float32), "training": np.array(False)}, ("N", 1, 6, 6))
    good("shapes", [
        node("Conv", "x w", "a"), node("Shape", "a", "s"), node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n axis", "n1"), node("Slice", "s one end", "rest"),
        node("Gather", "rest zero", "c"), node("Gather", "rest one0", "h"),
        node("Gather", "rest last", "w1"), node("Mul", "c h", "ch"), node("Mul", "ch w1", "chw"),
        node("Unsqueeze", "chw axis", "chw1"), node("Cast", "chw1", "chw2", to=TensorProto.INT64),
        node("Concat", "n1 chw2", "target", axis=0), node("Reshape", "a target", "b"),
        node("MatMul", "b v", "y")],
        {"w": weights(4, 1, 3, 3), "v": weights(64, 3), "zero": np.array(0, np.int64),
         "one0": np.array(1, np.int64), "last": np.array(-1, np.int64), "axis": whole(0),
         "one": whole(1), "end": whole(2**62)}, ("N", 1, 6, 6))
    good("channels_last", [
        node("Transpose", "x", "a", perm=[0, 3, 1, 2]), node("Conv", "a w", "b"),
        node("Relu", "b", "c"), node("Transpose", "c", "d", perm=[0, 2, 3, 1]),
        node("Reshape", "d shape", "e"), node("MatMul", "e v", "f"), node("Softmax", "f", "y")],
        {"w": weights(4, 3, 3, 3), "v": weights(48, 5), "shape": whole(-1, 48)}, ("N", 5, 6, 3))
    good("numbers", [
        node("Cast", "half", "w", to=TensorProto.FLOAT), node("Cast", "double", "v", to=TensorProto.FLOAT),
        node("Conv", "x w b", "a"), node("Conv", "a v", "c"), node("Cast", "brain", "u", to=TensorProto.FLOAT),
        node("Conv", "c u", "y")],
        {"half": weights(3, 1, 2, 2).astype(np.float16), "b": typed("b", weights(3)),
         "double": typed("double", weights(2, 3, 1, 1).astype(np.float64)),
         "brain": helper.make_tensor("brain", TensorProto.BFLOAT16, (2, 2, 1, 1), [0.5, -1.25, 2, 0.75])})
    path = save("external", [node("Conv", "x w b", "a"), node("Relu", "a", "y")],
                {"w": weights(4, 1, 3, 3), "b": weights(4)})
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="external.weights",
              size_threshold=0)
    run("external", (1, 1, 6, 6))


class Small(nn.Module):
    """A LeNet with everything that PyTorch's exporters write at length."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True), nn.LocalResponseNorm(5, 0.2, 0.75, 2.0),
            nn.Conv2d(6, 8, 3), nn.ReLU(), nn.LocalResponseNorm(4, 0.5), nn.AvgPool2d(2))
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(32, 5, bias=False))

    def forward(self, x):
        x = self.features(x)
        return torch.log_softmax(self.classifier(x.view(x.size(0), -1)), 1)


def strip(path):
    """Removes notes of where in which file an operator was called."""
    model = onnx.load(path)
    graph = model.graph
    for each in [*graph.node, *graph.input, *graph.output, *graph.initializer, graph, model]:
        del each.metadata_props[:]
        each.doc_string = ""
    del graph.value_info[:]
    onnx.save(model, path)


def exports():
    torch.manual_seed(3)
    model = Small().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.4 + (parameter.dim() == 1))
        model.features[1].running_mean.copy_(torch.randn(6) * 0.2)
        model.features[1].running_var.copy_(torch.rand(6) + 0.5)
    x = torch.randn(1, 1, 12, 12)
    names = {"input_names": ["input"], "output_names": ["output"]}
    for kind, dynamo in (("traced", False), ("dynamo", True)):
        path = HERE / f"torch_{kind}.onnx"
        settings = {"external_data": False} if dynamo else {}
        torch.onnx.export(model, (x,), path, dynamo=dynamo, **names, **settings)
        strip(path)
        run(f"torch_{kind}", (1, 1, 12, 12))
    settings = {"dynamo": True, "external_data": False} | names
    torch.onnx.export(nn.Sequential(nn.Conv2d(1, 2, 2), nn.AdaptiveAvgPool2d(2)),
                      (torch.randn(1, 1, 6, 6),), HERE / "wrong_adaptive.onnx", **settings)
    strip(HERE / "wrong_adaptive.onnx")


def wrong():
    w = {"w": weights(2, 2, 3, 3)}
    def conv(x, y):
        return node("Conv", f"{x} w", y, pads=[1, 1, 1, 1])
    save("wrong_fork", [conv("x", "a"), conv("x", "b"), node("Div", "a b", "y")], w, (1, 2, 6, 6))
    save("wrong_operator", [conv("x", "a"), node("Selu", "a", "y")], w, (1, 2, 6, 6))
    save("wrong_domain", [helper.make_node("Conv", ["x", "w"], ["y"], name="c", domain="my.own")], w,
         (1, 2, 6, 6))
    save("wrong_two_inputs", [node("Add", "x z", "y")], {}, inputs=[
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 2, 6, 6)) for name in "xz"])
    save("wrong_two_outputs", [conv("x", "y"), node("Relu", "y", "z")], w, (1, 2, 6, 6), outputs=[
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "yz"])
    save("wrong_input", [node("Relu", "x", "y")], {}, (1, 2, 6))
    save("wrong_dilated_pool", [
        node("AveragePool", "x", "y", kernel_shape=[2, 2], dilations=[2, 2])], {})
    save("wrong_weights", [node("Conv", "x w", "y")], w, (1, 3, 6, 6))
    save("wrong_small", [node("Conv", "x w", "y")], w, (1, 2, 2, 2))
    save("wrong_axis", [conv("x", "a"), node("Softmax", "a", "y", axis=3)], w, (1, 2, 6, 6))
    save("wrong_rows", [node("Flatten", "x", "a"), node("MatMul", "a v", "y")],
         {"v": weights(35, 2)})
    save("wrong_pad", [node("Pad", "x p", "a", mode="reflect"), node("Relu", "a", "y")],
         {"p": whole(0, 0, 1, 1, 0, 0, 1, 1)})
    save("open", [node("Conv", "x w", "a"), node("GlobalAveragePool", "a", "b"),
                  node("Flatten", "b", "y")], {"w": weights(2, 1, 3, 3)}, ("N", 1, "H", "W"))
    run("open", (2, 1, 7, 5))


def main():
    warnings.filterwarnings("ignore")
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*"):
        old.unlink()
    for make in (convolutions, poolings, normalizations, functions, exports, wrong):
        make()
    np.savez_compressed(HERE / "expected.npz", **expected)


if __name__ == "__main__":
    main()
