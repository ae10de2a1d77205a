#!/usr/bin/env python3
"""Compares ONNX networks as `network-run` reads them with ONNX Runtime and with PyTorch.

Each network has random weights and is written by both of PyTorch's exporters. The logits must be ONNX
Runtime's, and the projections of three units those of the deconvnet written down here, within 1e-4 of
the largest magnitude.

    pip install torch torchvision onnx onnxruntime onnxscript
    swift build -c release --product network-run
    python Tests/Conformance/check_networks.py .build/release/network-run            # small ones: seconds
    python Tests/Conformance/check_networks.py .build/release/network-run --large    # AlexNet, VGG, ZFNet
    python Tests/Conformance/check_networks.py .build/release/network-run --files folder/*.onnx  # logits

Ran with torch 2.15.0, torchvision 0.29.2, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.31.1.
"""
import argparse
import contextlib
import io
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

TOLERANCE = 1e-4


def zfnet():
    """The paper's network (Fig. 3), with PyTorch's local response normalisation."""
    def norm():
        return nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0)
    return nn.Sequential(
        nn.Conv2d(3, 96, 7, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), norm(),
        nn.Conv2d(96, 256, 5, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), norm(),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
        nn.Linear(4096, 1000))


def torchvision_network(name):
    import torchvision

    model = getattr(torchvision.models, name)(weights=None)
    return nn.Sequential(*model.features, model.avgpool, nn.Flatten(), *model.classifier)


SMALL = {
    "lenet": ((1, 28, 28), lambda: nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10),
        nn.LogSoftmax(1)), [(1, 3), (2, 7), (3, 11)]),
    "overlapping": ((3, 33, 30), lambda: nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.MaxPool2d(3, 2, ceil_mode=True), nn.LocalResponseNorm(5, 0.1), nn.Conv2d(8, 12, 3, padding=1),
        nn.LeakyReLU(0.1), nn.BatchNorm2d(12), nn.MaxPool2d(3, 2, padding=1),
        nn.Conv2d(12, 12, 3, padding=2, dilation=2, groups=3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(12, 5, bias=False), nn.Softmax(1)), [(1, 2), (2, 5), (3, 7), (4, 1)]),
}
LARGE = {
    "alexnet": ((3, 224, 224), lambda: torchvision_network("alexnet"), [(1, 5), (3, 100), (5, 17), (7, 3)]),
    "vgg11": ((3, 224, 224), lambda: torchvision_network("vgg11"), [(2, 9), (5, 77), (8, 200)]),
    "vgg16": ((3, 224, 224), lambda: torchvision_network("vgg16"), [(2, 9), (7, 77), (13, 200)]),
    "zfnet": ((3, 224, 224), zfnet, [(1, 5), (2, 100), (5, 17), (8, 3)]),
}


def randomized(model):
    for module in model:
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.uniform_(module.bias, -0.1, 0.1)
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low in ((module.weight, 0.5), (module.bias, -0.2), (module.running_mean, -0.2),
                                (module.running_var, 0.5)):
                tensor.data.uniform_(low, low + 0.5)
    return model.eval()


def inputs_of(model, x):
    """Each module's input, and last the output; indices of max pooling beside them."""
    values, indices = [x], {}
    for at, module in enumerate(model):
        if isinstance(module, nn.MaxPool2d):
            x, indices[at] = F.max_pool2d(
                x, module.kernel_size, module.stride, module.padding, ceil_mode=module.ceil_mode,
                return_indices=True)
        else:
            x = module(x)
        values.append(x)
    return values, indices


def downwards(module, signal, x, indices):
    """One module of a deconvnet (Zeiler & Fergus, arXiv 1311.2901, §2.1): the signal at its input."""
    if isinstance(module, nn.Conv2d):
        def rest(n_in, n_out, axis):
            reach = module.dilation[axis] * (module.kernel_size[axis] - 1) + 1
            return n_in - ((n_out - 1) * module.stride[axis] - 2 * module.padding[axis] + reach)
        output_padding = tuple(rest(x.shape[2 + a], signal.shape[2 + a], a) for a in (0, 1))
        return F.conv_transpose2d(signal, module.weight, None, module.stride, module.padding,
                                  output_padding, module.groups, module.dilation)
    if isinstance(module, (nn.ReLU, nn.LeakyReLU)):
        return F.relu(signal)
    if isinstance(module, nn.MaxPool2d):
        flat = torch.zeros(x.shape[0], x.shape[1], x.shape[2] * x.shape[3], dtype=x.dtype)
        return flat.scatter_add(2, indices.flatten(2), signal.flatten(2)).view(x.shape)
    if isinstance(module, nn.AdaptiveAvgPool2d):
        rows, columns = x.shape[2] // signal.shape[2], x.shape[3] // signal.shape[3]
        return signal.repeat_interleave(rows, 2).repeat_interleave(columns, 3) / (rows * columns)
    if isinstance(module, nn.Linear):
        return signal @ module.weight
    if isinstance(module, nn.BatchNorm2d):
        return signal * (module.weight / (module.running_var + module.eps).sqrt())[:, None, None]
    if isinstance(module, nn.Flatten):
        return signal.view(x.shape)
    if isinstance(module, (nn.Dropout, nn.LocalResponseNorm)):
        return signal
    raise TypeError(module)


def project(model, x, layer, filter):
    """The strongest activation of a layer's filter, brought down to the pixels."""
    values, indices = inputs_of(model, x)
    start = [at for at, module in enumerate(model) if isinstance(module, (nn.Conv2d, nn.Linear))][layer - 1]
    if start + 1 < len(model) and isinstance(model[start + 1], nn.BatchNorm2d):
        start += 1
    if start + 1 < len(model) and isinstance(model[start + 1], (nn.ReLU, nn.LeakyReLU)):
        start += 1
    maps = values[start + 1]
    signal = torch.zeros_like(maps)
    place = maps[0, filter].argmax()
    signal[0, filter].view(-1)[place] = maps[0, filter].reshape(-1)[place]
    for at in range(start, -1, -1):
        signal = downwards(model[at], signal, values[at], indices.get(at))
    return signal


def living(model, x, layer, filter):
    """The filter, or the next one that isn't dead on this image."""
    while not project(model, x, layer, filter).any():
        filter += 1
    return filter


def export(model, x, folder, name):
    """Both exporters' files."""
    names = {"input_names": ["input"], "output_names": ["output"]}
    paths = [folder / f"{name}.onnx", folder / f"{name}_dynamo.onnx"]
    # They tell their progress at length.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        torch.onnx.export(model, (x,), paths[0], dynamo=False, **names)
        torch.onnx.export(model, (x,), paths[1], dynamo=True, external_data=True, **names)
    return paths


def difference(got, expected):
    if got.size != expected.size:
        return float("inf")
    return float(np.abs(got - expected.ravel()).max() / max(np.abs(expected).max(), 1e-30))


def run(runner, path, x, units, folder):
    x.tofile(folder / "input")
    command = [runner, str(path), str(folder / "input"), str(folder), *(f"{l},{f}" for l, f in units)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return None, result.stderr.strip()
    return {name: np.fromfile(folder / name, np.float32)
            for name in ["logits", *(f"{l},{f}" for l, f in units)]}, json.loads(result.stdout)


def runtime_logits(path, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def check(runner, cases):
    worst = 0.0
    for name, (shape, make, units) in cases.items():
        with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
            folder = pathlib.Path(temporary)
            torch.manual_seed(1)
            model = randomized(make())
            x = torch.randn(1, *shape)
            paths = export(model, x, folder, name)
            units = [(layer, living(model, x, layer, filter)) for layer, filter in units]
            reference = {f"{l},{f}": project(model, x, l, f).numpy() for l, f in units}
            for path in paths:
                outputs, told = run(runner, path, x.numpy(), units, folder)
                if outputs is None:
                    print(f"{path.name}: {told}")
                    worst = float("inf")
                    continue
                expected = {"logits": runtime_logits(path, x.numpy()), **reference}
                found = {key: difference(outputs[key], value) for key, value in expected.items()}
                worst = max(worst, *found.values())
                words = ", ".join(f"{key} {value:.1e}" for key, value in found.items())
                print(f"{path.name}: {words}", flush=True)
    return worst


def check_files(runner, paths):
    worst = 0.0
    random = np.random.default_rng(1)
    for path in paths:
        try:
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            port = session.get_inputs()[0]
            x = random.random([n if isinstance(n, int) else 2 for n in port.shape], dtype=np.float32)
            expected = runtime_logits(path, x)
        except Exception:  # ONNX Runtime's errors have no common type.
            x, expected = np.zeros((1, 1), np.float32), None
        with tempfile.TemporaryDirectory() as temporary:
            outputs, told = run(runner, path, x, [], pathlib.Path(temporary))
        if outputs is None:
            print(told)
            worst = worst if expected is None else float("inf")
        else:
            found = float("inf") if expected is None else difference(outputs["logits"], expected)
            print(f"{path}: logits {found:.1e}")
            worst = max(worst, found)
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runner", help="network-run")
    parser.add_argument("--large", action="store_true", help="AlexNet, VGG11, VGG16 and a ZFNet")
    parser.add_argument("--files", nargs="+", help="models; where ONNX Runtime fails, the error is shown")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    if arguments.files:
        worst = check_files(arguments.runner, arguments.files)
    else:
        worst = check(arguments.runner, LARGE if arguments.large else SMALL)
    print(f"largest difference: {worst:.1e} of the maximum, {TOLERANCE:.0e} allowed")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
