"""Writes the log directory `torch` beside this file, with torch's SummaryWriter: two runs with curves, a
histogram, a picture, a text, and hyperparameters in a folder of their own below each run, as `add_hparams`
does it.

Made with torch 2.15.0 and tensorboard 2.21.0: python make_torch.py
"""
import pathlib
import shutil

import numpy
from torch.utils.tensorboard import SummaryWriter

root = pathlib.Path(__file__).parent / "torch"
shutil.rmtree(root, ignore_errors=True)
for number, (optimizer, rate) in enumerate([("adam", 0.001), ("sgd", 0.1)]):
    writer = SummaryWriter(str(root / optimizer))
    for step in range(4):
        writer.add_scalar("Loss/train", 2.0 / (step + 1) + number, step)
        writer.add_scalar("Accuracy/val", [0.25, 0.75, 0.625, 0.5][step] - number / 8, step)
    for step in range(3):
        writer.add_histogram("fc/weight", numpy.linspace(-1, 1, 65) * (step + 1), step, bins=16)
    pixels = numpy.arange(64, dtype=numpy.uint8).reshape(1, 8, 8) * 4
    writer.add_image("picture", pixels, 3)
    writer.add_text("notes", f"# {optimizer}\n\n<script>alert({number})</script> [page](javascript:alert(1))", 0)
    writer.add_hparams(
        {"optimizer": optimizer, "lr": rate, "batch": 64}, {"hparam/accuracy": 0.75 - number / 8},
        run_name=f"170000000{number}.25")
    writer.close()
for index, path in enumerate(sorted(root.rglob("events.out.tfevents.*"))):
    path.rename(path.with_name(f"events.out.tfevents.1700000000.host.1.{index}"))
