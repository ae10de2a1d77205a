#!/usr/bin/env python3
"""Makes the JPEG files of this folder, and a PNG beside each: what Pillow reads in it, turned as EXIF says.

Made with Pillow 13.0.0 (libjpeg-turbo 3.2.0), NumPy 2 and the programs of libjpeg-turbo 2.1.5 (jpegtran,
cjpeg), which write what Pillow doesn't: python3 make_fixtures.py
"""

import io
import pathlib
import subprocess

import numpy
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 26, 19


def photograph():
    """Slopes, edges of colour and a little noise."""
    y, x = numpy.mgrid[:HEIGHT, :WIDTH].astype(float)
    image = numpy.stack([9 * x, 12 * y, 128 + 100 * numpy.sin(x / 3) * numpy.cos(y / 4)], axis=2)
    image[4:12, 5:14] = [250, 30, 20]
    image[9:17, 15:24] = [20, 40, 240]
    image += numpy.random.default_rng(1).normal(0, 6, image.shape)
    return Image.fromarray(numpy.clip(image, 0, 255).astype(numpy.uint8))


def saved(image, **settings):
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 85, **settings})
    return file.getvalue()


def exif(orientation, byte_order):
    """The smallest EXIF data that say how the camera was held, between two other tags."""
    entries = [(271, 2, 4, b"us\0\0"), (274, 3, 1, None), (296, 3, 1, None)]
    out = (b"II*\0" if byte_order == "little" else b"MM\0*") + (8).to_bytes(4, byte_order)
    out += len(entries).to_bytes(2, byte_order)
    for tag, kind, count, value in entries:
        value = value or (orientation if tag == 274 else 2).to_bytes(2, byte_order) + b"\0\0"
        out += tag.to_bytes(2, byte_order) + kind.to_bytes(2, byte_order)
        out += count.to_bytes(4, byte_order) + value
    return b"Exif\0\0" + out + b"\0\0\0\0"


def run(program, *arguments, given):
    return subprocess.run([program, *arguments], input=given, capture_output=True, check=True).stdout


def keep(name, data):
    (HERE / f"{name}.jpg").write_bytes(data)
    with Image.open(io.BytesIO(data)) as image:
        image = ImageOps.exif_transpose(image)
        image.convert("L" if image.mode == "L" else "RGB").save(HERE / f"{name}.png")


def main():
    rgb = photograph()
    cmyk = saved(rgb.convert("CMYK"))
    plain = saved(rgb, subsampling="4:2:0")
    keep("gray", saved(rgb.convert("L")))
    keep("gray-progressive", saved(rgb.convert("L"), progressive=True))
    for subsampling in ["4:4:4", "4:2:2", "4:2:0"]:
        keep(f"rgb-{subsampling.replace(':', '')}", saved(rgb, subsampling=subsampling))
    ppm = io.BytesIO()
    rgb.save(ppm, "PPM")
    keep("rgb-440", run("cjpeg", "-sample", "1x2", given=ppm.getvalue()))
    keep("rgb-411", run("cjpeg", "-sample", "4x1", given=ppm.getvalue()))
    keep("rgb-untransformed", run("cjpeg", "-rgb", given=ppm.getvalue()))
    keep("rgb-progressive", saved(rgb, progressive=True, subsampling="4:2:0"))
    keep("rgb-restarts", saved(rgb, subsampling="4:2:0", restart_marker_blocks=1))
    keep("rgb-low-quality", saved(rgb, quality=5))
    keep("rgb-arithmetic", run("jpegtran", "-arithmetic", given=plain))
    keep("rgb-arithmetic-progressive", run("jpegtran", "-arithmetic", "-progressive", given=plain))
    keep("rgb-one-pixel", saved(rgb.crop((5, 5, 6, 6))))
    keep("cmyk", cmyk)
    # Adobe's marker ends with the transform: 0 for CMYK, 2 for YCCK.
    adobe = cmyk.index(b"Adobe")
    keep("ycck", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])
    for orientation in range(1, 9):
        order = "little" if orientation % 2 else "big"
        keep(f"orientation-{orientation}",
             saved(rgb.resize((11, 7)), subsampling="4:4:4", exif=exif(orientation, order)))


if __name__ == "__main__":
    main()
