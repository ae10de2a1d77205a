#!/usr/bin/env python3
"""Gives the built tools files that lie, and files that grow, and checks what comes of it.

    Tests/Hostile/check.py .build/debug [--table] [--seconds 5] [--only WORD]

Each hostile file must end in its sentence and exit code, within `--seconds` of processor time (1 for a release build)
and 200 MB. Each command is also run on inputs of n, 2n and 4n: a doubling may take 2.6 times the time and no more.
"""

import argparse
import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from files import (
    changed, chain, event, field, floats, idx, integers, jpeg, log, masked_crc, model, node, one_convolution, perm,
    png, record, safetensors, scalar, tensor, tensors, text, tree, version,
)

MOST = str((1 << 63) - 1)
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("bin", type=Path, help="the directory of the built tools")
parser.add_argument("--seconds", type=float, default=5, help="processor time that a hostile file may take")
parser.add_argument("--megabytes", type=int, default=200, help="memory that it may take")
parser.add_argument("--patience", type=float, default=120, help="seconds after which a run is ended")
parser.add_argument("--table", action="store_true", help="print figures of each run")
parser.add_argument("--only", default="", help="inputs whose name has this in it")
options = parser.parse_args()
options.bin = options.bin.resolve()
failures = []


class Answer:
    """What a run of a tool came to."""

    def __init__(self, arguments, directory, before_start=None):
        output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        tool, *rest = arguments
        child = subprocess.Popen(
            [options.bin / tool, *rest], cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
            preexec_fn=lambda: self.prepare(before_start))
        # Whatever never ends is ended: that is a failure by its time.
        timer = threading.Timer(options.patience, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.seconds = usage.ru_utime + usage.ru_stime
        self.megabytes = usage.ru_maxrss / 1024
        self.output, self.errors = (self.read(file) for file in (output, errors))

    @staticmethod
    def prepare(before_start):
        # What asks for all memory there is gets an error instead.
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        if before_start:
            before_start()

    @staticmethod
    def read(file):
        file.seek(0)
        return file.read().decode(errors="replace")


def fail(name, arguments, what, answer):
    failures.append(name)
    print(f"{name}: {' '.join(map(str, arguments))}: {what}", file=sys.stderr)
    for line in (answer.errors or answer.output).splitlines()[:3]:
        print(f"    {line[:300]}", file=sys.stderr)


def check(name, arguments, code=1, says="", directory=None, before_start=None, also=lambda answer: None):
    """Runs a tool on a hostile input."""
    if options.only not in name:
        return
    answer = Answer(arguments, directory or work, before_start)
    told = answer.errors + answer.output
    if answer.code != code:
        fail(name, arguments, f"ended with {answer.code}, not {code}", answer)
    if says not in told:
        fail(name, arguments, f"doesn't say {says!r}", answer)
    if answer.seconds > options.seconds or answer.megabytes > options.megabytes:
        fail(name, arguments, f"took {answer.seconds:.2f} s and {answer.megabytes:.0f} MB", answer)
    if wrong := also(answer):
        fail(name, arguments, wrong, answer)
    if options.table:
        line = next((line for line in told.splitlines() if line.strip()), "").replace(str(work) + "/", "")
        print(f"| {name} | {arguments[0]} {arguments[1]} | {answer.code} | {line[:170]} "
              f"| {answer.seconds:.2f} | {answer.megabytes:.0f} |", flush=True)


def grow(name, sizes, make, *commands, code=0):
    """Runs commands on inputs that double."""
    if options.only not in name:
        return
    times = {command: [] for command in commands}
    for size in sizes:
        directory = work / "growing"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        make(directory, size)
        for command in commands:
            answers = [Answer([*command.split(), *extra(command)], directory) for _ in range(3)]
            wrong = next((answer for answer in answers if answer.code != code), None)
            if wrong:
                fail(name, [command], f"ended with {wrong.code}, not {code}", wrong)
            times[command].append(min(answer.seconds for answer in answers))
    for command, (once, twice, four) in times.items():
        # What starting the program takes is no growth, and a few hundredths are noise.
        if four > max(2.6 * twice, 2.6 ** 2 * once) + 0.05:
            failures.append(name)
            print(f"{name}: {command}: takes {once:.2f}, {twice:.2f}, {four:.2f} s for {sizes}", file=sys.stderr)
        if options.table:
            print(f"| {name} | {command} | {', '.join(map(str, sizes))} | {once:.2f} | {twice:.2f} | {four:.2f} |",
                  flush=True)


def extra(command):
    """Flags that keep a command from asking or overwriting."""
    if command.startswith("tbevents report"):
        return ["--output", "-"]
    if command.startswith("tbevents repair"):
        return ["--force"] if "--force" in command else []
    return []


def is_visible(answer):
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", answer.output + answer.errors):
        return "lets control characters through"


# ---------------------------------------------------------------- models


def models():
    def layers(name, data, code=1, says="", ending="onnx"):
        (work / f"{name}.{ending}").write_bytes(data)
        check(name, ["deconv", "layers", "--checkpoint", f"{name}.{ending}"], code, says)

    # `float_data` in pieces that hold no whole number each; what lies behind them was overwritten once.
    for kind, width, pieces in ((1, 4, [1] * 8), (11, 8, [4, 12]), (1, 4, [3, 5]), (7, 8, [3, 5])):
        number = {11: 10}.get(kind, 4)
        content = b"".join(field(number, b"\x01" * piece) for piece in pieces)
        weights = tensor("w", [sum(pieces) // width, 1, 1, 1], kind, content)
        layers(f"pieces-{kind}-{pieces[0]}", one_convolution(weights), says="in pieces that don't hold whole numbers")
    turned = node("Transpose", ["m"], "mt", perm(1, 0))
    layers("transposed-bias", model(
        [turned, node("Reshape", ["mt", "s"], "b"), node("Conv", ["x", "w", "b"], "y")],
        [floats("w", [4, 1, 1, 1], [1] * 4), floats("m", [2, 2], [1, 2, 3, 4]), integers("s", [4])], "y"),
        0, "4x4 gray")
    layers("transposed-matrix", model(
        [turned, node("Reshape", ["mt", "s"], "w"), node("Flatten", ["x"], "f"), node("Gemm", ["f", "w"], "y")],
        [floats("m", [2, 32], range(64)), integers("s", [16, 4])], "y"), 0, "4x4 gray")
    shapes = {"zero": [1 << 40, 1 << 40, 0], "long": [0, (1 << 63) - 1, 1 << 31, 8], "negative": [-1, 4]}
    for name, dims in shapes.items():
        layers(f"shape-{name}", one_convolution(tensor("w", dims)), says="impossible shape")
    outside = field(13, field(1, "location") + field(2, "../\u0301secret")) + field(14, 1)
    layers("outside", one_convolution(tensor("w", [1, 1, 1, 1], 1, outside)), says="leads out of the directory")
    layers("deep", chain("Mul", 90_000, "c"), 0, "4x4 gray")
    layers("more-nodes", chain("Mul", 100_001, "c"), says="more nodes than the 100000 that are read")
    shape = {"a.weight": {"dtype": "F32", "shape": [1 << 40, 1 << 40, 0], "data_offsets": [0, 0]}}
    layers("safetensors-shape", safetensors(shape), says="is too large", ending="safetensors")
    layers("safetensors-header", struct.pack("<Q", 1 << 62) + b"{", ending="safetensors")
    grow("layers", (2_500, 5_000, 10_000),
         lambda directory, size: (directory / "m.onnx").write_bytes(chain("Conv", size, "w")),
         "deconv layers --checkpoint m.onnx")

    def checkpoint(directory, size):
        layers = [{"name": f"l{k}", "type": "Conv2d", "in_channels": 1, "out_channels": 1, "kernel_size": 1,
                   "bias": False} for k in range(size)]
        (directory / "m.safetensors").write_bytes(tensors(size))
        (directory / "m.json").write_text(json.dumps({"input": [1, 4, 4], "layers": layers}))

    grow("tensors", (1_000, 2_000, 4_000), checkpoint,
         "deconv layers --checkpoint m.safetensors --architecture m.json")


# ---------------------------------------------------------------- event files


def logs():
    log(work / "text-tab", version() + record(event(1, text("t", "a\n\t> b\n"))))
    check("text-tab", ["tbevents", "report", "text-tab", "--output", "-"], 0, "<blockquote>")
    escapes = "acc\x1b]0;title\x07\x1b[31mred\x1b[2J\x9b2J"
    log(work / "esc" / "r\x1b[2J", version() + record(event(1, scalar(escapes), text(f"t{escapes}", escapes))))
    for command in (["inspect"], ["tail"], ["verify"], ["plot", "--tag", "*"], ["export"], ["export", "--kind", "text"],
                    ["export", "--format", "json"]):
        check("esc", ["tbevents", command[0], "esc", *command[1:]], 0, also=is_visible)
    for name, step in (("links", "one"), ("links", "two")):
        log(work / name / "r", version() + record(event(1, scalar("a"))))
        (work / name / step).symlink_to(".")
    check("links", ["tbevents", "inspect", "links"], 0, "run r: ",
          also=lambda answer: None if answer.output.count("run ") == 1 else "lists a run more than once")
    log(work / "kinds" / "good", version() + record(event(1, scalar("a"))))
    os.mkfifo(work / "kinds" / "good" / "b.tfevents")
    (work / "kinds" / "good" / "c.tfevents").symlink_to("/dev/zero")
    for command in (["inspect"], ["tail"], ["verify"], ["plot", "--tag", "*"], ["export"], ["report", "--output", "-"]):
        check("FIFO", ["tbevents", command[0], "kinds", *command[1:]], 65, "it is a FIFO, not a regular file")
        check("device", ["tbevents", command[0], "kinds", *command[1:]], 65, "it is a device, not a regular file")
    hole = work / "hole"
    log(hole, version())
    os.truncate(hole / "events.out.tfevents.1.h.1.0", 1 << 22)
    check("hole", ["tbevents", "verify", "hole"], 65, "damaged")

    def headers(directory, size):
        head = struct.pack("<Q", size // 2)
        log(directory / "l", bytes(16) + (head + struct.pack("<I", masked_crc(head))) * (size // 12))

    grow("headers", (1 << 20, 2 << 20, 4 << 20), headers, "tbevents inspect l", "tbevents verify l", code=65)

    def restarts(directory, size):
        steps = [*range(size), *(size + 10 - (k & 1) for k in range(size))]
        log(directory / "l", b"".join(record(event(step, scalar("a"))) for step in steps))

    every = ["inspect l", "export l", "export l --format json", "export l --wide", "plot l --tag *", "tail l",
             "verify l", "report l"]
    grow("restarts", (10_000, 20_000, 40_000), restarts, "tbevents inspect l")
    grow("texts", (5_000, 10_000, 20_000),
         lambda directory, size: log(
             directory / "l", version() + record(event(1, *(text("note", f"t{k}") for k in range(size))))),
         "tbevents export l --kind text", "tbevents export l --kind text --format jsonl", "tbevents inspect l",
         "tbevents report l")
    grow("tags", (2_500, 5_000, 10_000),
         lambda directory, size: log(
             directory / "l",
             version() + b"".join(record(event(s, *(scalar(f"t{k}") for k in range(size)))) for s in (1, 2))),
         *(f"tbevents {command}" for command in every))
    grow("points", (10_000, 20_000, 40_000),
         lambda directory, size: log(
             directory / "l", version() + b"".join(record(event(k, scalar("a", float(k % 97)))) for k in range(size))),
         *(f"tbevents {command}" for command in every))
    grow("runs", (100, 200, 400),
         lambda directory, size: [
             log(directory / "l" / f"r{k}", version() + record(event(1, scalar("a"), scalar("loss"))))
             for k in range(size)],
         *(f"tbevents {command}" for command in every))
    grow("letters", (50_000, 100_000, 200_000),
         lambda directory, size: log(
             directory / "l", version() + record(event(1, text("note", "*a `b` [c](d) | > # - " * (size // 22))))),
         "tbevents report l", "tbevents export l --kind text")


# ---------------------------------------------------------------- data sets and training


def data():
    tree(work / "bomb", 4_000, png(16_384), png(8))
    check("PNG bomb", ["tbtrain", "lenet", "--data", "bomb"], 1, "4000 images of this size are too many")
    for side, words in ((65_500, "is too large, at most 1024 MiB"), (16_384, "can't hold 16384x16384 pixels")):
        tree(work / f"jpeg-{side}", 10, jpeg(side), png(8))
        check("JPEG bomb", ["tbtrain", "lenet", "--data", f"jpeg-{side}"], 1, words)
    idx(work / "gzip", {"train": 1 << 24, "t10k": 1}, 1, packs=True)
    check("gzip bomb", ["tbtrain", "rnn", "--data", "gzip"], 1, "promises 16777216x1x1")
    idx(work / "tiny", {"train": 20, "t10k": 20}, 2)
    check("tiny", ["tbtrain", "lenet", "--data", "tiny"], 1, "but LeNet-5 pools twice and takes 4x4 or larger")
    for name, put in (("FIFO", os.mkfifo), ("device", lambda path: path.symlink_to("/dev/zero"))):
        idx(work / f"idx-{name}", {"train": 20, "t10k": 20}, 8)
        path = work / f"idx-{name}" / "train-images-idx3-ubyte"
        path.unlink()
        put(path)
        check(name, ["tbtrain", "rnn", "--data", f"idx-{name}"], 1, f"it is a {name}, not a regular file")
        put(work / f"{name}.onnx")
        check(name, ["deconv", "layers", "--checkpoint", f"{name}.onnx"], 1, f"it is a {name}, not a regular file")
    claim = png(8)[:33] + struct.pack(">I", 0x7F000000) + b"tEXta\0"
    tree(work / "text", 2, claim, png(8))
    check("PNG text", ["tbtrain", "lenet", "--data", "text"], 1, "000000.png: the PNG is cut off")
    (work / "hole.png").write_bytes(png(8))
    os.truncate(work / "hole.png", 1 << 40)
    tree(work / "holes", 2, b"", png(8))
    (work / "holes/Train/a/000000.png").unlink()
    (work / "holes/Train/a/000000.png").symlink_to(work / "hole.png")
    check("hole", ["tbtrain", "lenet", "--data", "holes"], 1, "more than the limit")
    grow("images of IDX", (20_000, 40_000, 80_000),
         lambda directory, size: idx(directory / "d", {"train": size, "t10k": 10}, 8),
         "tbtrain data preview --data d --per-class 1 --force")
    grow("packed images of IDX", (10_000, 20_000, 40_000),
         lambda directory, size: idx(directory / "d", {"train": size, "t10k": 10}, 8, packs=True),
         "tbtrain data preview --data d --per-class 1 --force")
    grow("files of PNG", (1_000, 2_000, 4_000),
         lambda directory, size: tree(directory / "d", size, png(8), png(8)),
         "tbtrain data preview --data d --per-class 1 --force")


def training():
    flags = "--data digits --train-per-class 10 --test-per-class 2 --steps 4 --quiet"
    made = Answer(["tbtrain", "rnn", "--hidden", "4", "--run", "made", *flags.split()], work)
    checkpoint = work / "logdir/made/checkpoint.safetensors"
    if made.code != 0 or not checkpoint.exists():
        return fail("training", ["tbtrain rnn"], f"ended with {made.code}", made)
    for name, key, value, says in (
        ("step-max", "step", MOST, "isn't a number of updates"),
        ("step-negative", "step", "-5", "isn't a number of updates"),
        ("steps-max", "recipe.steps", MOST, "--steps must lie in"),
        ("batch-0", "recipe.batch-size", "0", "--batch-size must lie in"),
        ("batch-max", "recipe.batch-size", MOST, "--batch-size must lie in"),
        ("warm-up", "recipe.warmup-epochs", "1e300", "--warmup-epochs must lie in"),
        ("rate", "recipe.learning-rate", "nan", "--learning-rate must be above 0"),
        ("per-class", "data.train_per_class", -1, "isn't a number of images of a class"),
    ):
        directory = work / "resume" / name
        shutil.copytree(work / "logdir/made", directory / "logdir/r")
        target = directory / "logdir/r/checkpoint.safetensors"
        outer, _, inner = key.partition(".")
        if outer == "recipe":
            # As version 0.1 wrote it: all flags as text.
            changed(checkpoint, target, "recipe", json.dumps({"network": "rnn", inner: value}))
            changed(target, target, "settings", "")
        else:
            changed(checkpoint, target, key, value)
        check(f"resume {name}", ["tbtrain", "rnn", "--resume", "--run", "r"], 1, says, directory)
    for flag in ("--batch-size", "--threads"):
        check(flag, ["tbtrain", "lenet", flag, MOST], 64, "must lie in 1 ... ")
    # A link under the name that a checkpoint once had while it was written.
    victim = work / "victim"
    victim.write_text("mine")
    run = work / "logdir/planted"
    shutil.copytree(work / "logdir/made", run)
    check("planted link", ["tbtrain", "rnn", "--resume", "--run", "planted", "--steps", "8", "--quiet"], 0,
          before_start=lambda: os.symlink(victim, run / f".checkpoint.safetensors.{os.getpid()}.temporary"),
          also=lambda answer: None if victim.read_text() == "mine" else "followed the link")
    check("rate of 1e30", ["tbtrain", "rnn", "--hidden", "4", "--run", "far", "--learning-rate", "1e30",
                           *flags.split()], 1, "diverged")


with tempfile.TemporaryDirectory() as name:
    work = Path(name)
    for part in (models, logs, data, training):
        part()
if failures:
    sys.exit(f"{len(failures)} checks failed")
