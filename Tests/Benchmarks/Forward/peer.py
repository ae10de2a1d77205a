"""Runs what benchmark-forward runs, with PyTorch.

usage: peer.py vgg16|resnet18 BATCH_SIZE [channels_last] [SECONDS]
"""

import statistics
import sys
import time

import torch
from torch import nn

VGG16 = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]
RESNET18 = [64, 64, 64, 64, -128, 128, 128, 128, -256, 256, 256, 256, -512, 512, 512, 512]


def stack(plan, channels):
    layers = []
    for filters in plan:
        if filters == 0:
            layers.append(nn.MaxPool2d(2))
            continue
        stride = 2 if filters < 0 else 1
        layers += [nn.Conv2d(channels, abs(filters), 3, stride, 1), nn.ReLU()]
        channels = abs(filters)
    return nn.Sequential(*layers)


def main():
    name, batch = sys.argv[1], int(sys.argv[2])
    channels_last = "channels_last" in sys.argv
    seconds = float(sys.argv[-1]) if sys.argv[-1][0].isdigit() and len(sys.argv) > 3 else 5
    torch.set_num_threads(2)
    is_vgg = name == "vgg16"
    network = stack(VGG16, 3) if is_vgg else stack(RESNET18, 64)
    images = torch.rand(batch, 3, 224, 224) if is_vgg else torch.rand(batch, 64, 56, 56)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    times = []
    with torch.inference_mode():
        network(images)
        cpu, end = time.process_time(), time.time() + seconds
        while time.time() < end or len(times) < 3:
            start = time.time()
            network(images)
            times.append(time.time() - start)
    cpu = (time.process_time() - cpu) / len(times) / batch
    layout = "channels_last" if channels_last else "channels first"
    print(
        f"torch {torch.__version__}, {layout}: {batch / statistics.median(times):.2f} img/s of "
        f"{name} at batch {batch}, {1 / cpu:.2f} a second of processor time"
    )


main()
