"""Writes recurrent.npz: RNN, LSTM and GRU layers as PyTorch computes them in float64.

    pip install torch numpy && python make_recurrent_fixtures.py

Inputs and weights follow from a formula (`values`), so that only results are stored; of large gradients
every n-th scalar. Gradients are those of the sum of output · dy, dy by the formula too, once for the
output of every step and once for the last one's alone. Weights are in PyTorch's layout.
"""

import pathlib

import numpy as np
import torch

arrays = {"torch_version": np.array(torch.__version__)}
KEPT = 256


def values(count, salt, scale):
    """Numbers in -scale ..< scale that any language can make: a hash of index and salt."""
    h = (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B1)
    h = (h + np.uint64(salt) * np.uint64(0x85EBCA6B)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(0x2C1B3C6D)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(12)
    unit = (h >> np.uint64(8)).astype(np.float64) / 2**24
    return ((2 * unit - 1) * scale).astype(np.float32).astype(np.float64)


def tensor(shape, salt, scale):
    return torch.from_numpy(values(int(np.prod(shape)), salt, scale).reshape(shape))


def save(name, x):
    flat = x.detach().numpy().reshape(-1)
    arrays[name] = flat[:: max(1, -(-flat.size // KEPT))].astype(np.float32)


# batch, steps, inputs, hidden
SIZES = [(1, 1, 1, 1), (3, 4, 2, 1), (2, 7, 3, 5), (5, 28, 28, 17), (33, 6, 9, 64), (4, 28, 28, 128), (3, 5, 8, 512)]
for cell, kind in (("rnn", torch.nn.RNN), ("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
    for batch, steps, inputs, hidden in SIZES:
        layer = kind(inputs, hidden, batch_first=True).double()
        for salt, (name, parameter) in enumerate(layer.named_parameters()):
            scale = 2 / np.sqrt(hidden) if "weight" in name else 0.5
            parameter.data = tensor(parameter.shape, 10 + salt, scale)
        x = tensor((batch, steps, inputs), 1, 1.0).requires_grad_()
        output = layer(x)[0]
        key = f"{cell}_{batch}_{steps}_{inputs}_{hidden}"
        save(f"{key}_output", output)
        for which, y in (("all", output), ("last", output[:, -1])):
            dy = tensor(y.shape, 2, 1.0)
            names = [name for name, _ in layer.named_parameters()]
            gradients = torch.autograd.grad((y * dy).sum(), [x, *layer.parameters()], retain_graph=True)
            for name, gradient in zip(["input", *names], gradients):
                save(f"{key}_{which}_{name}", gradient)

np.savez_compressed(pathlib.Path(__file__).with_name("recurrent.npz"), **arrays)
