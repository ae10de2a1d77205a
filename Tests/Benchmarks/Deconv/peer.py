"""Projects the strongest unit of a filter of a torchvision network down to the pixels, with PyTorch's hooks.

usage: peer.py NETWORK LAYER FILTER BATCH_SIZE [SECONDS [THREADS]]

LAYER is the number of a convolution, from 1, in the order of the pass. The forward pass ends there. ReLU
lets positive signals pass on the way back, as in a deconvnet; pooling goes by its switches. Prints a line for
each memory format: images a second, and images in two seconds of processor time.
"""

import pathlib
import sys

import torch
import torchvision

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from torch_rate import rates


class Reached(Exception):
    pass


def main():
    name, number, unit, batch = sys.argv[1], *map(int, sys.argv[2:5])
    seconds = float(sys.argv[5]) if len(sys.argv) > 5 else 5
    torch.set_num_threads(int(sys.argv[6]) if len(sys.argv) > 6 else 2)
    model = torchvision.models.get_model(name, weights=None).eval().requires_grad_(False)
    reached = []

    def keep(module, inputs, output):
        reached.append(output)
        if len(reached) == number:
            raise Reached

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(keep)
        elif isinstance(module, torch.nn.ReLU):
            module.inplace = False
            module.register_full_backward_hook(
                lambda module, inputs, outputs: (outputs[0].clamp(min=0),))

    def project(model, images):
        reached.clear()
        images.requires_grad_(True)
        images.grad = None
        try:
            model(images)
        except Reached:
            pass
        maps = reached[-1]
        value, index = maps[:, unit].detach().flatten(1).max(1)
        signal = torch.zeros_like(maps)
        signal[torch.arange(batch), unit, index // maps.shape[3], index % maps.shape[3]] = value
        maps.backward(signal)
        return images.grad

    images = torch.rand(batch, 3, 224, 224)
    for memory_format, rate, cpu, memory in rates(model, images, seconds, project):
        print(
            f"torch projection, {name}, layer {number}, {memory_format}: {rate:.2f} img/s, "
            f"per 2 cpu-s {2 * cpu:.2f}, {memory:.0f} MB")


main()
