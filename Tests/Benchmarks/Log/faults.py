"""What becomes of a run when it is killed, its disk is full for two seconds, or its directory is removed: here and
with other writers. Needs root, for a small disk of its own, and those of torch, tensorboardX and tensorflow that
are to be tried.

usage: faults.py BENCHMARK_LOG
"""

import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

PACE, SECONDS = 0.005, 6


def child(library, directory):
    """Logs scalars at a steady pace, and prints each step."""
    add, close = writer(library, directory)
    step, failures, end = 0, 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            add(step)
        except Exception as error:
            failures += 1
            if failures == 1:
                print("raises", type(error).__name__, flush=True)
        print(step, flush=True)
        step += 1
        time.sleep(PACE)
    try:
        close()
    except Exception as error:
        print("close raises", type(error).__name__, flush=True)


def writer(library, directory):
    if library == "tensorflow":
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import tensorflow

        file = tensorflow.summary.create_file_writer(directory)

        def add(step):
            with file.as_default():
                tensorflow.summary.scalar("step", step, step=step)

        return add, file.close
    if library == "torch":
        from torch.utils.tensorboard import SummaryWriter
    else:
        from tensorboardX import SummaryWriter
    file = SummaryWriter(directory)
    return lambda step: file.add_scalar("step", step, step), file.close


def shown(directory):
    """The steps that TensorBoard finds."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    steps = set()
    for file in sorted(pathlib.Path(directory).glob("*tfevents*")):
        for event in EventFileLoader(str(file)).Load():
            steps.update(event.step for value in event.summary.value if value.tag == "step")
    return steps


def run(command, fault):
    """What a child did: its steps, what TensorBoard shows of them, and what it said."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", root], check=True)
        try:
            directory = root + "/run"
            process = subprocess.Popen(
                command + [directory], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert process.stdout
            steps, words, start, stage = 0, [], None, 0
            watch = threading.Timer(SECONDS + 30, process.kill)
            watch.start()
            for line in process.stdout:
                start = start or time.monotonic()
                passed = time.monotonic() - start
                if line.strip().isdigit():
                    steps = int(line) + 1
                else:
                    words.append(line.strip())
                if stage < len(fault) and passed >= fault[stage][0]:
                    fault[stage][1](root, process)
                    stage += 1
            process.wait()
            hangs = not watch.is_alive()
            watch.cancel()
            return steps, len(shown(directory)), words + (["hangs"] if hangs else [])
        finally:
            subprocess.run(["umount", "-l", root], check=True)


def fill(root, _):
    with open(root + "/ballast", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


FAULTS = {
    "kill -9": [(4, lambda _, process: process.send_signal(signal.SIGKILL))],
    "disk full from 2 to 4 s": [
        (2, fill), (4, lambda root, _: os.remove(root + "/ballast"))],
    "directory removed at 3 s": [(3, lambda root, _: shutil.rmtree(root + "/run"))],
}


def main(ours):
    writers = {"ours": [ours, "--seconds", str(SECONDS), "--write-at-pace"]}
    for library in ["torch", "tensorboardX", "tensorflow"]:
        if importlib.util.find_spec(library):
            writers[library] = [sys.executable, __file__, "child", library]
    print("| | " + " | ".join(writers) + " |\n" + "|---" * (len(writers) + 1) + "|")
    for name, fault in FAULTS.items():
        cells = []
        for command in writers.values():
            steps, found, words = run(command, fault)
            cells.append("; ".join([f"{found} of {steps}", *words]))
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "child":
        child(*sys.argv[2:])
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit(__doc__)
