#!/usr/bin/env python3
"""Makes resized.txt, what torchvision's `Resize(antialias=True)` makes of images in Pillow.

Made with torchvision 0.29.2 and Pillow 13.0.0: python3 make_resized.py
A line: width, height, channels, new width, new height, new bytes in hexadecimal. The bytes of the image
itself are those of `image` here; the test makes them in the same way.
"""

import pathlib

from PIL import Image
from torchvision.transforms import Resize

MODES = {1: "L", 3: "RGB"}
SIZES = [
    (8, 6, 16, 12), (8, 6, 4, 3), (13, 9, 5, 7), (13, 9, 31, 4), (32, 32, 28, 28), (28, 28, 8, 8),
    (40, 3, 7, 11), (5, 1, 3, 1), (1, 1, 4, 3), (64, 48, 9, 6), (9, 6, 20, 6), (200, 2, 3, 2), (7, 90, 7, 4),
]


def image(width, height, channels):
    state, out = 1, []
    for _ in range(width * height * channels):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        out.append(state >> 24)
    return Image.frombytes(MODES[channels], (width, height), bytes(out))


def main():
    with open(pathlib.Path(__file__).parent / "resized.txt", "w", encoding="utf-8") as file:
        for channels in MODES:
            for width, height, new_width, new_height in SIZES:
                resized = Resize((new_height, new_width), antialias=True)(image(width, height, channels))
                file.write(f"{width} {height} {channels} {new_width} {new_height} {resized.tobytes().hex()}\n")


if __name__ == "__main__":
    main()
