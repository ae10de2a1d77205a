"""Draws what roofline.c measured: GFLOP/s over operations a byte, both axes logarithmic.

usage: roofline.py FIGURES.csv DRAWING.svg
"""

import csv
import html
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 480, 60, 20, 250, 50
X, Y = (0.25, 512), (4, 256)


def place(intensity, rate):
    x = math.log(intensity / X[0]) / math.log(X[1] / X[0])
    y = math.log(rate / Y[0]) / math.log(Y[1] / Y[0])
    return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def main():
    with open(sys.argv[1]) as file:
        rows = list(csv.reader(file))[1:]
    peak = next(float(row[2]) for row in rows if row[0] == "peak")
    memory = next(float(row[3]) for row in rows if row[0] == "memory")
    kernels = [(row[0], float(row[1]), float(row[2])) for row in rows if row[1]]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(-2, 10):
        x, bottom = place(2.0**power, Y[0])
        parts.append(f'<path d="M{x:.1f} {TOP}V{bottom:.1f}" stroke="#ddd"/>')
        parts.append(text(x, bottom + 16, f"{2.0**power:g}", "middle"))
    for power in range(2, 9):
        left, y = place(X[0], 2.0**power)
        parts.append(f'<path d="M{left} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(text(left - 6, y + 4, f"{2**power}", "end"))
    ridge = peak / memory
    corners = [place(X[0], X[0] * memory), place(ridge, peak), place(X[1], peak)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    parts.append(f'<path d="M{path}" fill="none" stroke="black" stroke-width="2"/>')
    parts.append(text(corners[1][0] + 8, corners[1][1] - 6, f"peak {peak:.0f} GFLOP/s"))
    parts.append(text(corners[0][0] + 8, corners[0][1] - 22, f"memory {memory:.0f} GB/s"))
    for index, (name, intensity, rate) in enumerate(kernels, 1):
        x, y = place(intensity, rate)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#1f77b4"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" fill="white" '
                     f'font-size="10">{index}</text>')
        share = rate / min(peak, intensity * memory)
        parts.append(
            text(WIDTH - RIGHT + 10, TOP + 18 * index, f"{index} {name}: {share:.0%} of its roof"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, HEIGHT - 12, "operations a byte", "middle"))
    parts.append(text(8, 14, "GFLOP/s"))
    with open(sys.argv[2], "w") as file:
        file.write("\n".join(parts + ["</svg>", ""]))


main()
