#!/usr/bin/env python3
"""Compares torchvision's and Keras's networks, read by `network-run`, with ONNX Runtime and with PyTorch.

Weights are random, and so are the statistics of batch normalisations; nothing is downloaded. Of each file,
the logits must be ONNX Runtime's. Of torchvision's, the projections of a unit in an early, a middle and a
late convolution, under each rule, must be those of the hooks written down here, in double precision. Both
within 1e-4 of the largest magnitude, but for this: where rounding moves a maximum or turns a rectifier, a
projection changes by far more than that. So a projection that differs by more may differ by twice what
becomes of the reference when each convolution's output is off by a millionth of its largest magnitude, and
the row says how much that is. Layers are asked for by the names that they have in PyTorch.

    pip install torch torchvision onnx onnxruntime onnxscript          # and tensorflow tf2onnx for Keras
    swift build -c release --product network-run
    python Tests/Conformance/networks.py .build/release/network-run                # all: an hour
    python Tests/Conformance/networks.py .build/release/network-run resnet18 densenet121 --exporters dynamo
    python Tests/Conformance/networks.py .build/release/network-run resnet18 --opsets 9 13 --exporters legacy
    python Tests/Conformance/networks.py .build/release/network-run --exporters keras tf2onnx

Prints a row a file: network, exporter, operator set, the logits' difference, the projections'. Ends with 1
if one is too large, or a file isn't read. Not a part of CI.

Ran with torch 2.15.0, torchvision 0.29.2, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0, keras 3.15.1.
"""
import argparse
import contextlib
import io
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np

LOGITS, PROJECTIONS, ROUNDING = 1e-4, 1e-4, 1e-6
WRONG = "differs: "
RULES = ["deconvnet", "guided", "gradient"]
TORCHVISION = [
    "alexnet", "vgg11", "vgg11_bn", "vgg16", "vgg16_bn", "squeezenet1_1", "resnet18", "resnet50", "googlenet",
    "inception_v3", "densenet121", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0",
    "shufflenet_v2_x1_0", "regnet_y_400mf", "mnasnet1_0", "convnext_tiny"]
KERAS = ["MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50", "ResNet50V2",
         "DenseNet121", "VGG16", "InceptionV3", "Xception", "ConvNeXtTiny", "gray"]


def difference(got, expected):
    """The largest difference as a share of the largest magnitude."""
    if got is None or got.size != expected.size:
        return float("inf")
    return float(np.abs(got - expected.ravel()).max() / max(np.abs(expected).max(), 1e-30))


def quiet():
    """Exporters tell their progress at length."""
    stack = contextlib.ExitStack()
    stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
    stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
    return stack


def run(runner, path, x, units, folder):
    """What network-run makes of images [N, C, H, W]: by name, or the error's words."""
    x.astype(np.float32).tofile(folder / "images")
    result = subprocess.run([runner, str(path), str(folder / "images"), str(folder), *units],
                            capture_output=True, text=True, check=False)
    if result.returncode:
        return None, (result.stderr.strip() or f"ended with {result.returncode}").replace(str(path), path.name)
    return {name: np.fromfile(folder / name, np.float32) for name in ["logits", *units]}, None


def runtime_logits(path, x):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


# --- The reference -------------------------------------------------------------------------------------


def rectifier(function, rule):
    """A rectifier whose way down is a rule's: Zeiler & Fergus, arXiv 1311.2901, §2.1; Springenberg et al.,
    arXiv 1412.6806, §3.4."""
    import torch

    class Rectifier(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return function(x)

        @staticmethod
        def backward(context, signal):
            x, = context.saved_tensors
            if rule == "deconvnet":
                return signal.clamp(min=0)
            if rule == "guided":
                signal = signal.clamp(min=0)
            with torch.enable_grad():
                leaf = x.detach().requires_grad_()
                return torch.autograd.grad(function(leaf), leaf, signal)[0]

    return Rectifier.apply


class Recorder:
    """Runs a network with a rule's rectifiers and gates, and remembers what each module made of what."""

    def __init__(self, model, rule):
        self.model, self.rule = model, rule
        self.steps = []

    def note(self, module, x, y):
        """Keeps what a module made of what. Tensors may be changed in place later: versions tell."""
        self.steps.append((module, (id(x), x._version), (id(y), y._version), y.clone(), x, y))

    def __enter__(self):
        import torch
        import torch.nn.functional as F
        import torchvision
        from torch import nn

        self.saved = []

        def put(owner, name, value):
            self.saved.append((owner, name, getattr(owner, name)))
            setattr(owner, name, value)

        functions = {
            nn.ReLU: F.relu, nn.ReLU6: F.relu6, nn.Hardswish: F.hardswish, nn.SiLU: F.silu, nn.GELU: F.gelu,
            nn.ELU: F.elu, nn.LeakyReLU: F.leaky_relu}
        functions = {kind: rectifier(function, self.rule) for kind, function in functions.items()}

        def patched(kind):
            def forward(module, x):
                y = functions[kind](x)
                self.note(module, x, y)
                return y
            return forward

        for kind in functions:
            put(kind, "forward", patched(kind))

        def relu(x, inplace=False):
            y = functions[nn.ReLU](x)
            self.note(nn.ReLU(), x, y)
            return y

        put(F, "relu", relu)
        gate_is_constant = self.rule != "gradient"

        def excite(module, x):
            scale = module._scale(x)
            return (scale.detach() if gate_is_constant else scale) * x

        put(torchvision.ops.SqueezeExcitation, "forward", excite)
        self.hooks = [
            module.register_forward_hook(lambda module, x, y: self.note(module, x[0], y))
            for module in self.model.modules()
            if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.LayerNorm, nn.Sigmoid, nn.Hardsigmoid,
                                   torchvision.ops.Permute))]
        return self

    def __exit__(self, *_):
        for owner, name, value in reversed(self.saved):
            setattr(owner, name, value)
        for hook in self.hooks:
            hook.remove()

    def activations(self, layer):
        """A layer's output, behind the normalisation and the activation function that follow."""
        import torchvision
        from torch import nn

        at = next(step for step in self.steps if step[0] is layer)

        def only(at, kinds):
            found = [step for step in self.steps if step[1] == at[2]]
            return found[0] if len(found) == 1 and isinstance(found[0][0], kinds) else None

        while (step := only(at, (nn.BatchNorm2d,))) is not None:
            at = step
        # ConvNeXt normalises over the channels, which are last then.
        last = only(at, (torchvision.ops.Permute,))
        norm = last and only(last, (nn.LayerNorm,))
        if norm:
            return norm[3].permute(0, 3, 1, 2)
        functions = (nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU, nn.ELU, nn.LeakyReLU,
                     nn.Sigmoid, nn.Hardsigmoid)
        return (only(at, functions) or at)[3]


def projection(model, x, layer, filter, rule):
    """The strongest activation of a layer's filter, brought down to the pixels; and it itself."""
    import torch

    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    with Recorder(model, rule) as recorder:
        model(x)
        maps = recorder.activations(model.get_submodule(layer))
        signal = torch.zeros_like(maps)
        place = maps[0, filter].argmax()
        value = maps[0, filter].flatten()[place]
        signal[0, filter].view(-1)[place] = value.detach()
        pixels, = torch.autograd.grad(maps, x, signal)
    return pixels.numpy(), float(value)


def rounding(model, x, layer, filter, rule):
    """How far a projection moves, at most of three times, when convolutions round as single precision does."""
    import torch

    exact = projection(model, x, layer, filter, rule)[0]
    worst = 0.0
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)

        def round_off(_, __, y):
            noise = torch.randn(y.shape, generator=generator, dtype=y.dtype)
            return y + ROUNDING * y.detach().abs().max() * noise

        hooks = [module.register_forward_hook(round_off) for module in model.modules()
                 if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear))]
        moved = projection(model, x, layer, filter, rule)[0]
        for hook in hooks:
            hook.remove()
        worst = max(worst, difference(moved.ravel(), exact))
    return worst


# --- torchvision ---------------------------------------------------------------------------------------


def torchvision_network(name):
    import torch
    import torchvision
    from torch import nn

    torch.manual_seed(1)
    more = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(weights=None, **more).eval()
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low in ((module.weight, 0.5), (module.bias, -0.2), (module.running_mean, -0.2),
                                (module.running_var, 0.5)):
                tensor.data.uniform_(low, low + 0.5)
        if hasattr(module, "layer_scale"):
            module.layer_scale.data.uniform_(0.1, 0.5)
    return model, 299 if name == "inception_v3" else 224


def export(model, x, path, exporter, opset, dynamic):
    import torch

    names = {"input_names": ["input"], "output_names": ["output"], "opset_version": opset}
    with quiet():
        if exporter == "legacy":
            axes = {"input": {0: "n", 2: "h", 3: "w"}, "output": {0: "n"}} if dynamic else None
            torch.onnx.export(model, (x,), path, dynamo=False, dynamic_axes=axes, **names)
        else:
            sizes = torch.export.Dim.DYNAMIC
            shapes = ({0: sizes, 2: sizes, 3: sizes},) if dynamic else None
            torch.onnx.export(model, (x,), path, dynamo=True, external_data=True, dynamic_shapes=shapes,
                              verbose=False, **names)


def check_torchvision(runner, name, exporters, opsets, dynamic):
    import torch

    model, size = torchvision_network(name)
    rng = np.random.default_rng(1)
    x = rng.random((1, 3, size, size), np.float32)
    double = None
    references = {}
    for exporter in exporters:
        for opset in opsets:
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary)
                path = folder / f"{name}.onnx"
                try:
                    export(model, torch.tensor(x), path, exporter, opset, dynamic)
                    told = written_opset(path)
                except Exception as error:  # Exporters' errors have no common type.
                    yield name, exporter, opset, None, None, f"not exported: {str(error).splitlines()[0][:90]}"
                    continue
                if dynamic:
                    yield name, exporter, f"{told}, dynamic", *check_dynamic(runner, path, x, folder)
                    continue
                layers = subprocess.run([runner, str(path), "-", str(folder)], capture_output=True, text=True,
                                        check=False)
                if layers.returncode:
                    yield name, exporter, told, None, None, layers.stderr.strip().replace(str(path), path.name)
                    continue
                convolutions = [
                    layer for layer in layers.stdout.split()
                    if isinstance(submodule(model, layer), torch.nn.Conv2d)]
                picked = [convolutions[index] for index in
                          (1, len(convolutions) // 2, len(convolutions) - 1)] if convolutions else []
                if double is None:
                    double = torchvision_network(name)[0].double()
                for layer in picked:
                    if layer in references:
                        continue
                    # A unit that lives.
                    filter = next(f for f in range(3, 99) if abs(projection(double, x, layer, f, "gradient")[1]) > 0)
                    references[layer] = {
                        f"{layer},{filter},{rule}": projection(double, x, layer, filter, rule)[0]
                        for rule in RULES}
                units = {unit: value for layer in picked for unit, value in references[layer].items()}
                outputs, problem = run(runner, path, x, list(units), folder)
                if outputs is None:
                    yield name, exporter, told, None, None, problem
                    continue
                found = {unit: difference(outputs[unit], value) for unit, value in units.items()}
                worst = max(found, key=found.get) if found else None
                note = "" if len(picked) == 3 else f"layers without PyTorch's names: {layers.stdout.split()[:3]} "
                note += str(worst)
                wrong = []
                for unit, value in found.items():
                    if not value <= PROJECTIONS:
                        layer, filter, rule = unit.split(",")
                        moved = rounding(double, x, layer, int(filter), rule)
                        if unit == worst:
                            note += f", rounding alone {moved:.1e}"
                        if not value <= 2 * moved:
                            wrong.append(f"{unit} {value:.1e} beyond twice {moved:.1e}")
                yield (name, exporter, told, difference(outputs["logits"], runtime_logits(path, x)),
                       found.get(worst), f"{WRONG}{'; '.join(wrong)}" if wrong else note)


def submodule(model, name):
    try:
        return model.get_submodule(name)
    except AttributeError:
        return None


def check_dynamic(runner, path, x, folder):
    """A file that leaves the images' size open is read at the size that is asked for: only deconv does."""
    deconv = pathlib.Path(runner).with_name("deconv")
    if not deconv.exists():
        return None, None, f"needs {deconv}"
    result = subprocess.run(
        [deconv, "layers", str(path), "--resize", f"{x.shape[2]}x{x.shape[3]}", "--format", "json"],
        capture_output=True, text=True, check=False)
    return None, None, result.stderr.strip() or "read"


def written_opset(path):
    import onnx

    return next(one.version for one in onnx.load(str(path), load_external_data=False).opset_import
                if one.domain in ("", "ai.onnx"))


# --- Keras ---------------------------------------------------------------------------------------------


def keras_network(name):
    import keras

    keras.utils.set_random_seed(1)
    if name == "gray":
        model = keras.Sequential([
            keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 5, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(), keras.layers.ZeroPadding2D(1),
            keras.layers.Conv2D(12, 3, strides=2, activation="elu"), keras.layers.BatchNormalization(),
            keras.layers.UpSampling2D(2), keras.layers.Conv2DTranspose(6, 3, strides=2, activation="relu"),
            keras.layers.PReLU(shared_axes=[1, 2]), keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(5)])
    else:
        model = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    random = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([
                random.uniform(0.5, 1, w.shape) if w.name in ("gamma", "moving_variance")
                else random.uniform(-0.2, 0.3, w.shape) for w in layer.weights])
    return model


def check_keras(runner, name, exporter, opset):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        path = folder / f"{name}.onnx"
        try:
            with quiet():
                model = keras_network(name)
                shape = (1, *(side or 224 for side in model.input_shape[1:]))
                if exporter == "keras":
                    model(np.zeros(shape, np.float32))
                    model.export(str(path), format="onnx", verbose=False)
                else:
                    import tensorflow as tf
                    import tf2onnx

                    signature = [tf.TensorSpec(shape, tf.float32, name="input")]
                    function = tf.function(lambda x: model(x, training=False), input_signature=signature)
                    first = exporter.endswith("nchw")
                    tf2onnx.convert.from_function(
                        function, input_signature=signature, opset=opset, output_path=str(path),
                        inputs_as_nchw=["input"] if first else None)
            told = written_opset(path)
        except Exception as error:  # Exporters' errors have no common type.
            return name, exporter, opset, None, None, f"not exported: {str(error).splitlines()[0][:90]}"
        x = np.random.default_rng(1).random(shape, np.float32)
        first = np.moveaxis(x, 3, 1)
        try:
            expected = runtime_logits(path, np.ascontiguousarray(first) if exporter.endswith("nchw") else x)
        except Exception as error:  # ONNX Runtime's have no common type.
            return name, exporter, told, None, None, f"not exported: ONNX Runtime says {str(error).splitlines()[0][:90]}"
        outputs, problem = run(runner, path, first, [], folder)
        if outputs is None:
            return name, exporter, told, None, None, problem
        return name, exporter, told, difference(outputs["logits"], expected), None, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runner", help="network-run")
    parser.add_argument("networks", nargs="*", help="names, of torchvision or Keras; by default all")
    parser.add_argument("--exporters", nargs="+", default=["legacy", "dynamo"],
                        choices=["legacy", "dynamo", "keras", "tf2onnx", "tf2onnx-nchw"])
    parser.add_argument("--opsets", nargs="+", type=int, default=[None], help="by default the exporter's own")
    parser.add_argument("--dynamic", action="store_true", help="leave the batch and the images' size open")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    torch_exporters = [name for name in arguments.exporters if name in ("legacy", "dynamo")]
    failures = 0

    def tell(row):
        nonlocal failures
        name, exporter, opset, logits, projections, note = row
        # What an exporter can't do isn't ours; what is left out wasn't asked for.
        bad = (logits is not None and not logits <= LOGITS or note.startswith(WRONG)
               or logits is None and note != "read" and not note.startswith("not exported"))
        failures += bad
        figures = ["-" if figure is None else f"{figure:.1e}" for figure in (logits, projections)]
        print(f"{name:<20} {exporter:<12} {str(opset or 'own'):<12} {figures[0]:<8} {figures[1]:<8} "
              f"{'FAILS ' if bad else ''}{note}", flush=True)

    print(f"{'network':<20} {'exporter':<12} {'opset':<12} {'logits':<8} {'project':<8} worst unit")
    if torch_exporters:
        for name in arguments.networks or TORCHVISION:
            for row in check_torchvision(arguments.runner, name, torch_exporters, arguments.opsets,
                                         arguments.dynamic):
                tell(row)
    for exporter in arguments.exporters:
        if exporter in torch_exporters:
            continue
        for name in arguments.networks or KERAS:
            for opset in arguments.opsets:
                tell(check_keras(arguments.runner, name, exporter, opset))
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
