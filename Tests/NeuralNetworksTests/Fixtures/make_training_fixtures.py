"""Writes training.npz: what trainings of today are made of, as PyTorch computes it in float64.

    pip install torch numpy && python make_training_fixtures.py

Inputs are float32; results are computed in float64 from them and stored as float32. Everything is in
this package's layout: images NHWC, convolution weights HWIO, dense weights [in, out].
"""

import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from fixture import arrays, images, random, save

# Cross entropy against smoothed targets.
logits = random(7, 5, scale=2).requires_grad_()
labels = torch.tensor([0, 4, 2, 2, 1, 3, 0])
save("smoothing_logits", logits)
save("smoothing_labels", labels)
for smoothing in (0.0, 0.1, 0.4, 1.0):
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)(logits, labels)
    name = f"smoothing_{round(10 * smoothing)}"
    save(f"{name}_loss", loss)
    save(f"{name}_gradient", torch.autograd.grad(loss, logits)[0])

# One cycle of the learning rate: total steps, steps of the rise, all rates.
for name, total, rise in (("long", 100, 30), ("short", 10, 5), ("none", 8, 0)):
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=total, pct_start=rise / total, cycle_momentum=False)
    rates = []
    for step in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < total - 1:
            schedule.step()
    save(f"one_cycle_{name}", np.array(rates))

# AdamW with an epsilon too small to matter: it stands elsewhere in TensorFlow's form.
start = random(6)
parameter = nn.Parameter(start.clone())
optimizer = torch.optim.AdamW([parameter], lr=0.05, weight_decay=0.3, eps=1e-12)
gradients = random(4, 6)
for gradient in gradients:
    parameter.grad = gradient.clone()
    optimizer.step()
save("adamw_start", start)
save("adamw_gradients", gradients)
save("adamw_end", parameter)

# Batch normalisation in training: three batches, then inference.
norm = nn.BatchNorm2d(3, eps=1e-3, momentum=0.2).double()
with torch.no_grad():
    norm.weight.copy_(random(3))
    norm.bias.copy_(random(3))
save("norm_weight", norm.weight)
save("norm_bias", norm.bias)
for step in range(3):
    x = (random(4, 3, 3, 2, scale=2) + torch.tensor([3.0, 0, -40])[:, None, None]).requires_grad_()
    x = x.detach().float().double().requires_grad_()
    y = norm(x)
    dy = random(*y.shape)
    dx, dweight, dbias = torch.autograd.grad(y, (x, norm.weight, norm.bias), dy)
    images(f"norm_{step}_x", x)
    images(f"norm_{step}_y", y)
    images(f"norm_{step}_dy", dy)
    images(f"norm_{step}_dx", dx)
    save(f"norm_{step}_dweight", dweight)
    save(f"norm_{step}_dbias", dbias)
    save(f"norm_{step}_mean", norm.running_mean)
    save(f"norm_{step}_variance", norm.running_var)
norm.eval()
images("norm_inference", norm(x))

# The package's VGG: four updates with Nesterov's momentum and smoothed labels.
width, classes = 3, 4
layers = []
channels = 3
for number in range(1, 7):
    filters = width << ((number - 1) // 2)
    layers.append((f"conv{number}", nn.Conv2d(channels, filters, 3, padding=1, bias=False)))
    if number % 2 == 1:
        layers.append((f"pool{(number + 1) // 2}", nn.MaxPool2d(2)))
    layers.append((f"norm{number}", nn.BatchNorm2d(filters)))
    layers.append((f"relu{number}", nn.ReLU()))
    channels = filters
model = nn.Sequential()
for name, layer in layers + [
    ("mean", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten()),
    ("fc", nn.Linear(channels, classes)),
]:
    model.add_module(name, layer)
model = model.double()


def state(prefix):
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        order = {4: (2, 3, 1, 0), 2: (1, 0)}.get(tensor.dim())
        save(f"{prefix}_{name}", tensor.permute(*order) if order else tensor)


with torch.no_grad():
    for name, parameter in model.named_parameters():
        scale = 1 if "norm" in name else (2 / parameter[0].numel()) ** 0.5
        parameter.copy_(random(*parameter.shape, scale=scale))
        if name.startswith("norm") and name.endswith("weight"):
            parameter.abs_().add_(0.5)
state("vgg_start")
x = random(6, 3, 16, 16)
labels = torch.tensor([0, 1, 2, 3, 1, 2])
images("vgg_x", x)
save("vgg_labels", labels)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
losses = []
for step in range(4):
    loss = F.cross_entropy(model(x), labels, label_smoothing=0.1)
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        save("vgg_first_gradient", model.conv1.weight.grad.permute(2, 3, 1, 0))
    optimizer.step()
    losses.append(loss.item())
save("vgg_losses", np.array(losses))
state("vgg_end")
model.eval()
save("vgg_inference", model(x))

np.savez_compressed(pathlib.Path(__file__).with_name("training.npz"), **arrays)
