"""Writes layers.npz: layers, losses and optimizers as PyTorch computes them in float64.

    pip install torch numpy && python make_fixtures.py

Inputs are float32; results are computed in float64 from them and stored as float32. Everything is in
this package's layout: images NHWC, convolution weights HWIO, dense weights [in, out].
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from fixture import arrays, images, random, save

# Convolutions: name, batch, height, width, in, out, kernel, stride, padding (top, left, bottom, right).
CONVOLUTIONS = [
    ("same5", 3, 9, 8, 3, 32, (5, 5), (1, 1), (2, 2, 2, 2)),
    ("narrow", 2, 7, 7, 4, 10, (3, 3), (1, 1), (1, 1, 1, 1)),
    ("valid", 2, 6, 9, 5, 40, (2, 3), (1, 1), (0, 0, 0, 0)),
    ("strided", 2, 13, 11, 2, 7, (5, 5), (3, 2), (1, 1, 1, 1)),
    ("lopsided", 1, 6, 6, 3, 5, (4, 4), (1, 1), (1, 1, 2, 2)),
    ("wide", 2, 5, 5, 16, 33, (3, 3), (1, 1), (1, 1, 1, 1)),
    ("pointwise", 2, 4, 4, 6, 8, (1, 1), (1, 1), (0, 0, 0, 0)),
]
for name, n, h, w, ci, co, kernel, stride, (top, left, bottom, right) in CONVOLUTIONS:
    x = random(n, ci, h, w).requires_grad_()
    weight = random(co, ci, *kernel, scale=0.3).requires_grad_()
    bias = random(co).requires_grad_()
    y = F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride)
    dy = random(*y.shape)
    # A gradient that is mostly zero takes the sparse way.
    sparse = dy * (torch.rand(dy.shape) < 0.15)
    images(f"conv_{name}_x", x)
    save(f"conv_{name}_weight", weight.permute(2, 3, 1, 0))
    save(f"conv_{name}_bias", bias)
    images(f"conv_{name}_y", y)
    for kind, g in (("dense", dy), ("sparse", sparse)):
        dx, dw, db = torch.autograd.grad(y, (x, weight, bias), g, retain_graph=True)
        images(f"conv_{name}_{kind}_dy", g)
        images(f"conv_{name}_{kind}_dx", dx)
        save(f"conv_{name}_{kind}_dweight", dw.permute(2, 3, 1, 0))
        save(f"conv_{name}_{kind}_dbias", db)
    save(f"conv_{name}_sizes", np.array([*stride, top, left, bottom, right]))

# Poolings: name, height, width, channels, window, stride, padding, ceil mode.
POOLINGS = [
    ("side", 8, 6, 32, (2, 2), (2, 2), (0, 0), False),
    ("odd", 7, 5, 5, (2, 2), (2, 2), (0, 0), False),
    ("overlap", 9, 9, 17, (3, 3), (2, 2), (0, 0), False),
    ("padded", 8, 8, 16, (3, 3), (2, 2), (1, 1), False),
    ("ceil", 8, 10, 3, (3, 3), (2, 2), (0, 0), True),
    ("flat", 6, 9, 4, (1, 3), (1, 2), (0, 1), False),
]
for name, h, w, c, window, stride, padding, ceil in POOLINGS:
    x = random(2, c, h, w).requires_grad_()
    y, indices = F.max_pool2d(x, window, stride, padding, ceil_mode=ceil, return_indices=True)
    dy = random(*y.shape)
    images(f"pool_{name}_x", x)
    images(f"pool_{name}_y", y)
    images(f"pool_{name}_switches", indices)
    images(f"pool_{name}_dy", dy)
    images(f"pool_{name}_dx", torch.autograd.grad(y, x, dy)[0])
    save(f"pool_{name}_sizes", np.array([*window, *stride, *padding, int(ceil)]))
    if ceil:
        continue
    for kind, counted in (("counted", True), ("inside", False)):
        y = F.avg_pool2d(x, window, stride, padding, count_include_pad=counted)
        dy = random(*y.shape)
        images(f"average_{name}_{kind}_y", y)
        images(f"average_{name}_{kind}_dy", dy)
        images(f"average_{name}_{kind}_dx", torch.autograd.grad(y, x, dy)[0])

# A dense layer, larger than one register tile and one block in each direction.
x = random(17, 300).requires_grad_()
weight = random(45, 300, scale=0.1).requires_grad_()
bias = random(45).requires_grad_()
y = F.linear(x, weight, bias)
dy = random(*y.shape)
dx, dw, db = torch.autograd.grad(y, (x, weight, bias), dy)
for name, tensor in dict(x=x, weight=weight.T, bias=bias, y=y, dy=dy, dx=dx, dweight=dw.T, dbias=db).items():
    save(f"dense_{name}", tensor)

# Activations, far out and near zero.
x = torch.cat([torch.linspace(-100, 100, 81), torch.linspace(-3, 3, 241), torch.logspace(-8, 1, 40)])
x = x.float().double().requires_grad_()
save("activation_x", x)
for name, function in (("relu", F.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)):
    y = function(x)
    save(f"activation_{name}_y", y)
    save(f"activation_{name}_dx", torch.autograd.grad(y.sum(), x)[0])

# Softmax cross entropy.
logits = random(12, 10, scale=4).requires_grad_()
labels = torch.randint(0, 10, (12,))
loss = F.cross_entropy(logits, labels)
save("entropy_logits", logits)
save("entropy_labels", labels)
save("entropy_loss", loss[None])
save("entropy_dlogits", torch.autograd.grad(loss, logits)[0])
save("entropy_probabilities", F.softmax(logits, 1))

# Optimizers: ten updates of a vector, gradient = 2 · w · scale. TensorFlow 1's rules, written out
# from its documentation; PyTorch's own classes where the rules are the same.
start = random(40)
scale = random(40).abs() + 0.1
save("optimizer_start", start)
save("optimizer_scale", scale)


def with_torch(make):
    w = start.clone().requires_grad_()
    optimizer = make([w])
    for _ in range(10):
        optimizer.zero_grad()
        (w * w * scale).sum().backward()
        optimizer.step()
    return w.detach()


def by_rule(rule):
    w, slots = start.clone(), {}
    for t in range(1, 11):
        w = w - rule(2 * w * scale, t, slots)
    return w


def adam(g, t, s):
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g * g
    return 0.01 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * s["m"] / (s["v"].sqrt() + 1e-8)


def rmsprop(g, t, s):
    s["rms"] = 0.9 * s.get("rms", torch.ones_like(g)) + 0.1 * g * g
    s["mom"] = 0.5 * s.get("mom", 0) + 0.01 * g / (s["rms"] + 1e-10).sqrt()
    return s["mom"]


def adagrad(g, t, s):
    s["sum"] = s.get("sum", 0.1) + g * g
    return 0.01 * g / s["sum"].sqrt()


save("optimizer_sgd", with_torch(lambda p: torch.optim.SGD(p, 0.01)))
save("optimizer_momentum", with_torch(lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)))
save("optimizer_nesterov", with_torch(lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True)))
save("optimizer_adam", by_rule(adam))
save("optimizer_rmsprop", by_rule(rmsprop))
save("optimizer_adagrad", by_rule(adagrad))

# A small LeNet, whole: images of 12 × 12, logits and every gradient.
x = torch.rand(5, 2, 12, 12).float().double()
labels = torch.randint(0, 4, (5,))
parameters = dict(
    w1=random(8, 2, 5, 5, scale=0.2), b1=random(8, scale=0.1),
    w2=random(12, 8, 5, 5, scale=0.1), b2=random(12, scale=0.1),
    w3=random(20, 108, scale=0.1), b3=random(20, scale=0.1),
    w4=random(4, 20, scale=0.3), b4=random(4, scale=0.1),
)
for tensor in parameters.values():
    tensor.requires_grad_()
x.requires_grad_()
p = parameters
h = F.max_pool2d(F.relu(F.conv2d(x, p["w1"], p["b1"], padding=2)), 2)
h = F.max_pool2d(F.relu(F.conv2d(h, p["w2"], p["b2"], padding=2)), 2)
h = F.relu(F.linear(h.flatten(1), p["w3"], p["b3"]))
logits = F.linear(h, p["w4"], p["b4"])
loss = F.cross_entropy(logits, labels)
gradients = torch.autograd.grad(loss, [x, *p.values()])


def layout(tensor):
    return {4: lambda t: t.permute(2, 3, 1, 0), 2: lambda t: t.T, 1: lambda t: t}[tensor.dim()](tensor)


images("lenet_x", x)
save("lenet_labels", labels)
save("lenet_logits", logits)
save("lenet_loss", loss[None])
images("lenet_dx", gradients[0])
for (name, tensor), gradient in zip(p.items(), gradients[1:]):
    save(f"lenet_{name}", layout(tensor))
    save(f"lenet_d{name}", layout(gradient))

np.savez_compressed(pathlib.Path(__file__).with_name("layers.npz"), **arrays)
print(len(arrays), "arrays, torch", torch.__version__)
