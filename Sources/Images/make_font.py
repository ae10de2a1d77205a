#!/usr/bin/env python3
"""Makes FontAtlas.swift: the letters of DejaVu Sans, without jags, at the sizes that images use.

python3 Sources/Images/make_font.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf > Sources/Images/FontAtlas.swift

Needs Pillow; the font is Debian's package fonts-dejavu-core (2.37). One gray PNG of 16 levels holds all
letters, a strip a size, side by side; three bytes a letter say where it lies (Font.swift reads them).
"""
import base64
import io
import struct
import sys
import zlib

from PIL import Image, ImageDraw, ImageFont

SIZES = [11, 16, 22]
LETTERS = (
    "".join(chr(code) for code in list(range(32, 127)) + list(range(160, 256)))
    + "Δ\u0391\u0392ΓΘΛΣΦΩαβγδεθλμπρσφω–—‘’“”•…←↑→↓−∂√∞≈≠≤≥□"
)


def png(image):
    """A PNG of 4 bits a pixel; Pillow writes 8."""
    width, height = image.size
    rows = bytearray()
    for y in range(height):
        levels = [(image.getpixel((x, y)) + 8) // 17 for x in range(width)] + [0]
        rows.append(0)
        rows += bytes(levels[x] << 4 | levels[x + 1] for x in range(0, width, 2))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    data = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def text(data):
    digits = base64.b64encode(data).decode()
    lines = [digits[at : at + 94] for at in range(0, len(digits), 94)]
    return "\\\n".join("    " + line for line in lines)


def main():
    strips, places, lines = [], bytearray(), []
    for size in SIZES:
        font = ImageFont.truetype(sys.argv[1], size, layout_engine=ImageFont.Layout.BASIC)
        whole = ImageFont.truetype(sys.argv[1], 2048, layout_engine=ImageFont.Layout.BASIC)
        boxes = [font.getbbox(letter, anchor="ls") for letter in LETTERS]
        above = -min(box[1] for box in boxes)
        below = max(box[3] for box in boxes)
        strip = Image.new("L", (sum(box[2] - box[0] for box in boxes), above + below))
        x = 0
        for letter, (left, _, right, _) in zip(LETTERS, boxes):
            ImageDraw.Draw(strip).text((x - left, above), letter, 255, font, anchor="ls")
            advance = round(whole.getlength(letter) * size / 2048)
            places += bytes([left + 64, right - left, advance])
            x += right - left
        strips.append(strip)
        lines.append(f"Strip(size: {size}, height: {above + below}, baseline: {above})")
    sheet = Image.new("L", (max(s.width for s in strips), sum(s.height for s in strips)))
    y = 0
    for strip in strips:
        sheet.paste(strip, (0, y))
        y += strip.height
    escaped = LETTERS.replace("\\", "\\\\").replace('"', '\\"').replace("\xa0", "\\u{A0}").replace("\xad", "\\u{AD}")
    parts = [escaped[at : at + 48] for at in range(0, len(escaped), 48)]
    while any(part.endswith("\\") or "\\u" in part[-6:] for part in parts[:-1]):
        parts = [escaped]
        break
    print(
        f'''// Made by make_font.py of DejaVu Sans 2.37; its licence is DejaVuSans-LICENSE.txt.

/// The letters of a font as pixels.
enum FontAtlas {{
  /// The letters of one size in the image.
  struct Strip {{
    /// Pixels an em.
    let size: Int
    /// Pixels of its rows.
    let height: Int
    /// Rows above the line that letters stand on.
    let baseline: Int
  }}

  /// From the top of the image.
  static let strips = [
    {(","+chr(10)+"    ").join(lines)},
  ]

  /// The letters, from left to right in each strip.
  static let letters = """
    {(chr(92)+chr(10)+"    ").join(parts)}
    """

  /// Of each letter of each strip, a byte each: its first column from where it is written, plus 64; its
  /// columns; the pixels to the next letter. Base64.
  static let places = """
{text(bytes(places))}
    """

  /// The image, gray: how much of each pixel a letter covers; PNG, base64.
  static let image = """
{text(png(sheet))}
    """
}}'''
    )


main()
