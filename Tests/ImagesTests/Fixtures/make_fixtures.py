#!/usr/bin/env python3
"""Makes the PNG files of this folder and expected.txt, what Pillow reads in them.

Made with Pillow 13.0.0 and Python 3.11: python3 make_fixtures.py
Pillow writes few of PNG's kinds, so the chunks are put together here; Pillow reads every file back,
which checks them and gives the expected bytes. A line of expected.txt: name, width, height,
channels, bytes in hexadecimal.
"""

import pathlib
import struct
import zlib

from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 9, 7
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
PALETTE = bytes((37 * i + 11 * c) % 256 for i in range(256) for c in range(3))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def samples(color, depth):
    """An image with every channel and row different, as rows of pixels of samples."""
    top = 2**depth - 1
    step = top // (WIDTH * HEIGHT) or 1
    rows = []
    for y in range(HEIGHT):
        rows.append([[((y * WIDTH + x) * step + 17 * c * step) % (top + 1)
                      for c in range(CHANNELS[color])] for x in range(WIDTH)])
    return rows


def packed(pixels, depth):
    bits = "".join(format(s, f"0{depth}b") for pixel in pixels for s in pixel)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def scanlines(rows, depth, interlaced):
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    out = b""
    for x0, y0, dx, dy in passes:
        for row in rows[y0::dy]:
            if row[x0::dx]:
                out += b"\0" + packed(row[x0::dx], depth)
    return out


def png(color, depth, interlaced=False, transparency=b"", extra=b"", colors=256):
    data = scanlines(samples(color, depth), depth, interlaced)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color, 0, 0, interlaced)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
    if color == 3:
        out += chunk(b"PLTE", PALETTE[: 3 * min(2**depth, colors)])
    if transparency:
        out += chunk(b"tRNS", transparency)
    return out + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def expected(path, color, depth, transparent):
    image = Image.open(path)
    if color == 0 and depth == 16:
        key = image.info.get("transparency")
        values = [int(v) for v in image.get_flattened_data()]
        gray = bytes(v >> 8 for v in values)
        if not transparent:
            return 1, gray
        return 2, bytes(b for v, g in zip(values, gray) for b in (g, 0 if v == key else 255))
    if color == 0 and depth < 8 and transparent:
        # Pillow compares the key with spread samples; the PNG specification (11.3.2.1) with those of the file.
        key = image.info["transparency"] * 255 // (2**depth - 1)
        return 2, bytes(b for g in image.convert("L").tobytes() for b in (g, 0 if g == key else 255))
    if transparent:
        mode = {0: "LA", 2: "RGBA", 3: "RGBA"}[color]
        return len(mode), image.convert("RGBA").convert(mode).tobytes()
    mode = {0: "L", 2: "RGB", 3: "RGB", 4: "LA", 6: "RGBA"}[color]
    return len(mode), image.convert(mode).tobytes()


def main():
    kinds = []
    for color, name, depths in [(0, "gray", (1, 2, 4, 8, 16)), (2, "rgb", (8, 16)), (3, "palette", (1, 2, 4, 8)),
                                (4, "gray-alpha", (8, 16)), (6, "rgba", (8, 16))]:
        for depth in depths:
            kinds.append((f"{name}-{depth}", color, depth, {}))
    for color, depth in [(0, 1), (0, 4), (3, 4), (2, 8), (6, 16)]:
        name = {0: "gray", 2: "rgb", 3: "palette", 6: "rgba"}[color]
        kinds.append((f"{name}-{depth}-interlaced", color, depth, {"interlaced": True}))
    kinds.append(("gray-2-transparent", 0, 2, {"transparency": struct.pack(">H", 2)}))
    kinds.append(("gray-8-transparent", 0, 8, {"transparency": struct.pack(">H", 40)}))
    key16 = samples(0, 16)[2][3][0]
    kinds.append(("gray-16-transparent", 0, 16, {"transparency": struct.pack(">H", key16)}))
    kinds.append(("rgb-8-transparent", 2, 8, {"transparency": struct.pack(">3H", *samples(2, 8)[1][4])}))
    kinds.append(("palette-2-transparent", 3, 2, {"transparency": bytes([0, 100, 200])}))
    kinds.append(("palette-8-transparent", 3, 8, {"transparency": bytes([0, 100, 200, 255, 30])}))
    kinds.append(("palette-8-short", 3, 8, {"colors": 16}))
    # Chunks that a decoder with colour management would act on, and text.
    gamma = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"tEXt", b"Title\0nine by seven")
    kinds.append(("rgb-16-gamma", 2, 16, {"extra": gamma}))
    kinds.append(("gray-16-gamma", 0, 16, {"extra": gamma}))

    lines = []
    for name, color, depth, options in kinds:
        path = HERE / f"{name}.png"
        path.write_bytes(png(color, depth, **options))
        channels, pixels = expected(path, color, depth, "transparency" in options)
        assert len(pixels) == WIDTH * HEIGHT * channels, name
        lines.append(f"{name} {WIDTH} {HEIGHT} {channels} {pixels.hex()}\n")
    (HERE / "expected.txt").write_text("".join(lines))


main()
