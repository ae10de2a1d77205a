#!/usr/bin/env python3
"""Makes imported_layers.npz: the layers that come with networks of other tools, as PyTorch computes them.

Images are [N, H, W, C] and convolution weights [height, width, in / groups, out], as the package
holds them. For each case: `<case>_x`, `<case>_y`, a gradient `<case>_dy` of the output and the
gradients it leads to, `<case>_dx` and, of parameters, `<case>_d<parameter>`.

Made with Python 3.11, torch 2.15.0, numpy 2.4.6.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(11)
arrays = {}


def last(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


def case(name, x, function, **parameters):
    """Runs `function(x, **parameters)` there and back in double precision."""
    x = x.double().requires_grad_()
    parameters = {key: value.double().requires_grad_() for key, value in parameters.items()}
    y = function(x, **parameters)
    dy = torch.randn(y.shape, dtype=torch.double)
    y.backward(dy)
    for key, value in {"x": x, "y": y, "dy": dy, "dx": x.grad}.items():
        arrays[f"{name}_{key}"] = last(value).detach().float().numpy()
    for key, value in parameters.items():
        layout = (2, 3, 1, 0) if value.dim() == 4 else (0,)
        arrays[f"{name}_{key}"] = value.permute(layout).detach().float().numpy()
        arrays[f"{name}_d{key}"] = value.grad.permute(layout).float().numpy()


def convolution(name, x, weight, bias, stride, pads, dilation, groups):
    def run(x, weight, bias):
        top, left, bottom, right = pads
        return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride, 0, dilation, groups)
    case(name, x, run, weight=weight, bias=bias)
    arrays[f"{name}_sizes"] = np.array([*stride, *pads, *dilation, groups])


convolution("groups", torch.randn(3, 6, 7, 8), torch.randn(4, 3, 3, 2), torch.randn(4), (1, 2),
            (1, 0, 2, 1), (1, 1), 2)
convolution("depthwise", torch.randn(2, 5, 6, 6), torch.randn(10, 1, 3, 3), torch.randn(10), (1, 1),
            (1, 1, 1, 1), (1, 1), 5)
convolution("dilated", torch.randn(2, 3, 9, 11), torch.randn(4, 3, 3, 3), torch.randn(4), (2, 1),
            (2, 3, 2, 3), (2, 3), 1)
convolution("both", torch.randn(2, 4, 9, 9), torch.randn(6, 2, 2, 3), torch.randn(6), (1, 1),
            (0, 2, 1, 2), (3, 2), 2)
for name, training in (("norm", False), ("norm_batch", True)):
    mean, variance = torch.randn(4).double(), torch.rand(4).double() + 0.5
    arrays[f"{name}_mean"], arrays[f"{name}_variance"] = mean.float().numpy(), variance.float().numpy()
    mean, variance = torch.tensor(arrays[f"{name}_mean"]).double(), torch.tensor(arrays[f"{name}_variance"]).double()
    case(name, torch.randn(3, 4, 5, 6), lambda x, weight, bias: F.batch_norm(
        x, mean.clone(), variance.clone(), weight, bias, training, eps=1e-3),
        weight=torch.randn(4), bias=torch.randn(4))
for size in (1, 4, 5):
    case(f"lrn_{size}", 2 * torch.randn(2, 7, 3, 4),
         lambda x: F.local_response_norm(x, size, 0.4, 0.75 if size == 5 else 0.6, 1.5))
case("leaky", torch.randn(2, 3, 4, 5), lambda x: F.leaky_relu(x, 0.2))
case("softmax", 3 * torch.randn(4, 7), lambda x: F.softmax(x, 1))
case("softmax_maps", 3 * torch.randn(2, 5, 3, 2), lambda x: F.softmax(x, 1))
case("logsoftmax", 3 * torch.randn(4, 7), lambda x: F.log_softmax(x, 1))
case("global", torch.randn(3, 5, 4, 6), lambda x: F.adaptive_avg_pool2d(x, 1))
for counted in (True, False):
    case(f"ceil_{'counted' if counted else 'inside'}", torch.randn(2, 3, 8, 7),
         lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=counted))
np.savez_compressed(pathlib.Path(__file__).with_name("imported_layers.npz"), **arrays)
