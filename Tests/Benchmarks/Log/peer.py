"""Logs what benchmark-log logs, with torch.utils.tensorboard, and prints what it took as JSON.

usage: peer.py scalars|histograms|images COUNT DIRECTORY
"""

import glob
import json
import os
import sys
import time

import numpy
from torch.utils.tensorboard import SummaryWriter


def image(index):
    y, x = numpy.mgrid[0:256, 0:256]
    planes = [x + index, y + 2 * index, (x + y) // 2 + 3 * index]
    return (numpy.stack(planes, -1) % 256).astype(numpy.uint8)


def main(kind, count, directory):
    generator = numpy.random.default_rng(1)
    if kind == "histograms":
        data = [generator.standard_normal(1_000_000, dtype=numpy.float32) for _ in range(4)]
    elif kind == "images":
        data = [image(index) for index in range(25)]

    wall, cpu = time.perf_counter(), time.process_time()
    writer = SummaryWriter(directory)
    for step in range(count):
        if kind == "scalars":
            writer.add_scalar("loss/train", step * 0.5, step)
        elif kind == "histograms":
            writer.add_histogram("weights/layer", data[step % len(data)], step)
        else:
            writer.add_image("img", data[step % len(data)], step, dataformats="HWC")
    writer.close()
    print(json.dumps({
        "count": count,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "bytes": sum(map(os.path.getsize, glob.glob(directory + "/*tfevents*"))),
    }))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
