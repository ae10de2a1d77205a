"""Trains tbtrain's recipe cifar10-color in PyTorch: the same network, augmentation, loss and schedule.

    pip install torch numpy Pillow && python vgg_peer.py CIFAR10 [--seed 1] [--epochs 20]

CIFAR10 is a tree Train|Test/<class>/*.png, gray or RGB. Prints the test accuracy after each fifth epoch, and
images a second of processor time. tbtrain's side of the comparison, on one thread:

    tbtrain recipe cifar10-color --data CIFAR10 --seed 1 --threads 1
"""

import argparse
import pathlib
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("data", type=pathlib.Path)
parser.add_argument("--width", type=int, default=32)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--crop", type=int, default=4)
parser.add_argument("--cutout", type=int, default=8)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
choices = torch.Generator().manual_seed(options.seed)


def load(half):
    """Images [N, C, H, W] from -1 to 1, and labels."""
    images, labels = [], []
    for label, folder in enumerate(sorted(path for path in (options.data / half).iterdir())):
        for path in sorted(folder.glob("*.png")):
            images.append(np.atleast_3d(np.asarray(Image.open(path))))
            labels.append(label)
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
    return (2 * pixels.float() - 255) / 255, torch.tensor(labels)


def network(channels, classes):
    layers = []
    for number in range(6):
        filters = options.width << (number // 2)
        layers.append(nn.Conv2d(channels, filters, 3, padding=1, bias=False))
        if number % 2 == 0:
            layers.append(nn.MaxPool2d(2))
        layers += [nn.BatchNorm2d(filters), nn.ReLU()]
        channels = filters
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
    for layer in layers:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def augmented(x):
    count, _, height, width = x.shape

    def draw(bound):
        return torch.randint(0, bound, (count,), generator=choices).tolist()

    padded = F.pad(x, [options.crop] * 4, value=-1.0)
    places = zip(padded, draw(2 * options.crop + 1), draw(2 * options.crop + 1))
    x = torch.stack([image[:, y : y + height, z : z + width] for image, y, z in places])
    flipped = torch.rand(count, generator=choices) < 0.5
    x[flipped] = x[flipped].flip(-1)
    half = options.cutout // 2
    for image, y, z in zip(x, draw(height), draw(width)):
        image[:, max(0, y - half) : y + half, max(0, z - half) : z + half] = 0
    return x.contiguous(memory_format=torch.channels_last)


images, labels = load("Train")
test_images, test_labels = load("Test")
model = network(images.shape[1], int(labels.max()) + 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.05)
total = (len(images) + 127) // 128 * options.epochs
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, 1e-2, total_steps=total, pct_start=0.3, cycle_momentum=False)
start = time.process_time()
for epoch in range(1, options.epochs + 1):
    model.train()
    for batch in torch.randperm(len(images), generator=choices).split(128):
        logits = model(augmented(images[batch]))
        loss = F.cross_entropy(logits, labels[batch], label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    if epoch % 5 == 0 or epoch == options.epochs:
        rate = epoch * len(images) / (time.process_time() - start)
        model.eval()
        with torch.no_grad():
            hits = (model(test_images).argmax(1) == test_labels).float().mean().item()
        print(f"epoch {epoch}: test accuracy {100 * hits:.1f} %, {rate:.0f} img/s", flush=True)
