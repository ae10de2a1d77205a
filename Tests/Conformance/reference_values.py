"""Every value of some tags of the reference run, made once more."""

import math

import numpy

# Of scalars by the part of the run that is over, of tensors at the last step.
CURVES = {
    "loss/train": lambda time: 2 * math.exp(-3 * time) + 0.05 * math.sin(40 * time),
    "loss/test": lambda time: 2.1 * math.exp(-2.5 * time) + 0.1,
    "accuracy/low": lambda time: 1 - math.exp(-3 * time) - 0.1 * (1 - time),
    "waves/sin": lambda time: math.sin(9 * time),
    "waves/cos": lambda time: math.cos(9 * time),
}
TENSORS = {
    "tensor/float": [[0.5, 1.5, -2], [3, 4, 5]],
    "tensor/double": 1e-300,
    "tensor/int64": [1, -(1 << 60)],
    "tensor/uint8": [1, 255],
    "tensor/bool": [True, False],
    "tensor/string": [["Grüße".encode(), "世界".encode()]],
    "raw/edges": [[left - 10, left - 9, 10 + (left + 20) % 20] for left in range(20)],
    "raw/limits": [[-0.5, 0, 4], [0, 1, 20], [1, 7, 2]],
    "mesh/tetrahedron_VERTEX": [[[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]]],
    "mesh/tetrahedron_FACE": [[[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]],
    "mesh/tetrahedron_COLOR": [[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]],
    "pr/raw": [
        [75, 64, 21, 5, 0], [150, 105, 18, 0, 0], [0, 45, 132, 150, 150], [0, 11, 54, 70, 75],
        [float(numpy.float32(tp / max(tp + fp, 1e-7)))
         for tp, fp in zip([75, 64, 21, 5, 0], [150, 105, 18, 0, 0])],
        [float(numpy.float32(tp / 75)) for tp in [75, 64, 21, 5, 0]]],
}


def stripes(width, height, shift):
    """The pixels of the reference run's images."""
    y, x = numpy.mgrid[0:height, shift:width + shift]
    return numpy.stack([x * 4 % 256, y * 5 % 256, (x + y) * 3 % 256], axis=-1).astype("uint8")


def disc(size, x, y):
    """The pixels of the reference run's gray frames."""
    rows, columns = numpy.mgrid[0:size, 0:size]
    distance = (columns - x) ** 2 + (rows - y) ** 2
    return numpy.maximum(0, 255 - distance * 255 // 36).astype("uint8")
