"""Writes what `deconv evaluate` is to find of the small LeNet beside, into `lenet/evaluation.npz`.

    pip install torch numpy scipy safetensors && python make_evaluation.py

Saliency, curves and correlations are made anew here, in float64, by hooks on PyTorch's modules: gradient,
deconvnet, guided backpropagation and Grad-CAM of the most probable class. Networks that forgot are the
trained one with the weights of its upper layers in reverse order, flat, one layer more at a time, so that
nothing hangs on random numbers. An argument names another folder with the same files.
"""

import pathlib
import sys

import numpy as np
import torch
from safetensors.numpy import load_file
from scipy.stats import spearmanr

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "lenet"
METHODS, COUNT, STEP, FILL, BLUR = ("gradient", "deconvnet", "guided", "gradcam"), 3, 56, 0.5, 2.0
LAYERS = ("fc2", "fc1", "conv2", "conv1")
torch.set_default_dtype(torch.float64)


def network(weights):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, weights["conv1.weight"].shape[0], 5, padding=2), torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(*weights["conv2.weight"].shape[1::-1], 5, padding=2), torch.nn.ReLU(),
        torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(*weights["fc1.weight"].shape[::-1]), torch.nn.ReLU(),
        torch.nn.Linear(*weights["fc2.weight"].shape[::-1]),
    )
    for place, name in ((0, "conv1"), (3, "conv2"), (7, "fc1"), (9, "fc2")):
        for part in ("weight", "bias"):
            getattr(model[place], part).data = torch.tensor(weights[f"{name}.{part}"]).double()
    return model


def scores(model, method, x, label):
    """The map `[28, 28]` of one image."""
    handles = []

    def rectified(module, below, above):
        signal = above[0].clamp(min=0)
        # The gradient arriving at the module's input has the forward mask already.
        return (below[0].clamp(min=0) if method == "guided" else signal,)

    if method in ("deconvnet", "guided"):
        for module in model:
            if isinstance(module, torch.nn.ReLU):
                handles.append(module.register_full_backward_hook(rectified))
    x = x.clone().requires_grad_()
    if method == "gradcam":
        maps = model[:5](x)
        logits = model[5:](maps)
        slopes = torch.autograd.grad(logits[0, label], maps)[0]
        cam = (slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).clamp(min=0)
        found = torch.nn.functional.interpolate(cam, (28, 28), mode="bilinear", align_corners=False)
    else:
        found = torch.autograd.grad(model(x)[0, label], x)[0]
    for handle in handles:
        handle.remove()
    return found.detach().numpy()[0, 0]


def curve(model, label, start, end, order):
    current, probabilities = start.ravel().copy(), []
    for done in list(range(0, current.size, STEP)) + [current.size]:
        current[order[:done]] = end.ravel()[order[:done]]
        with torch.no_grad():
            probabilities.append(model(torch.tensor(current.reshape(1, 1, 28, 28))).softmax(1)[0, label].item())
    return probabilities


def blurred(image):
    radius = int(np.ceil(2 * BLUR))
    taps = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * BLUR**2))
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(image, [(radius, radius) if axis == other else (0, 0) for other in (0, 1)], mode="edge")
        image = np.apply_along_axis(lambda line: np.convolve(line, taps, "valid"), axis, padded)
    return image


name = "weights" if (FOLDER / "weights.safetensors").exists() else "lenet_cifar10"
weights = load_file(FOLDER / f"{name}.safetensors")
trained = network(weights)
forgetting, forgotten = [], dict(weights)
for layer in LAYERS:
    for part in ("weight", "bias"):
        name = f"{layer}.{part}"
        forgotten[name] = np.ascontiguousarray(weights[name].ravel()[::-1].reshape(weights[name].shape))
    forgetting.append(network(forgotten))

images = np.load(FOLDER / "images.npz")["u8"][:COUNT].astype(np.float32) / np.float32(255)
labels, curves, areas, magnitudes, signed = [], [], [], [], []
for pixels in images.astype(np.float64):
    x = torch.tensor(pixels)[None, None]
    label = int(trained(x).argmax())
    labels.append(label)
    for method in METHODS:
        found = scores(trained, method, x, label)
        order = np.argsort(-np.abs(found).ravel(), kind="stable")
        both = [
            curve(trained, label, pixels, np.full((28, 28), FILL), order),
            curve(trained, label, blurred(pixels), pixels, order),
        ]
        curves.append(both)
        shares = np.append(np.arange(0, 784, STEP), 784) / 784
        areas.append([np.trapezoid(line, shares) for line in both])
        others = [scores(model, method, x, label) for model in forgetting]
        magnitudes.append([spearmanr(np.abs(found).ravel(), np.abs(o).ravel())[0] for o in others])
        signed.append([spearmanr(found.ravel(), o.ravel())[0] for o in others])

shape = (COUNT, len(METHODS))
np.savez_compressed(
    FOLDER / "evaluation.npz" if len(sys.argv) < 3 else sys.argv[2],
    label=np.array(labels, np.int32),
    curves=np.array(curves, np.float32).reshape(*shape, 2, -1),
    areas=np.array(areas, np.float32).reshape(*shape, 2),
    magnitudes=np.array(magnitudes, np.float32).reshape(*shape, len(LAYERS)),
    signed=np.array(signed, np.float32).reshape(*shape, len(LAYERS)),
)
print(np.array(areas).reshape(*shape, 2).mean(0), np.array(magnitudes).reshape(*shape, 4).mean(0), sep="\n")
