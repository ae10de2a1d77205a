"""What the scripts of this folder make fixtures with: random inputs, and results by name."""

import numpy as np
import torch

torch.manual_seed(0)
arrays = {"torch_version": np.array(torch.__version__)}


def random(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float().double()


def save(name, tensor):
    array = np.ascontiguousarray(tensor.detach().numpy() if torch.is_tensor(tensor) else tensor)
    arrays[name] = array.astype(np.int32 if array.dtype.kind == "i" else np.float32)


def images(name, tensor):
    save(name, tensor.permute(0, 2, 3, 1))
