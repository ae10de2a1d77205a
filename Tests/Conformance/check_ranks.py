#!/usr/bin/env python3
"""Trains with mpirun on this machine, and compares with one program: losses, bits, and what remains of a run
whose programs are killed.

    check_ranks.py TBTRAIN TBEVENTS TBTRAIN_WITHOUT_OPEN_MPI
"""
import array
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TRAIN, EVENTS, ALONE = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:4])
WORK = pathlib.Path(tempfile.mkdtemp(prefix="ranks-"))
# Steps are compared with a rate that doesn't depend on how many follow.
SMALL = ["--train-per-class", "20", "--test-per-class", "5", "--schedule", "constant",
         "--warmup-epochs", "0", "--quiet"]
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1")


def command(ranks, arguments, program=TRAIN):
    mpirun = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    return mpirun + [program] + [str(argument) for argument in arguments]


def run(ranks, *arguments, program=TRAIN, code=0):
    """What a training printed; its exit code must be the one expected."""
    result = subprocess.run(command(ranks, arguments, program), cwd=WORK, env=ENVIRONMENT,
                            capture_output=True, text=True, timeout=300)
    check(result.returncode == code,
          f"{arguments} of {ranks} ended with {result.returncode}:\n{result.stderr}")
    return result


def check(holds, what):
    if not holds:
        sys.exit(f"check_ranks: {what}")


def losses(name):
    """The loss of each step that was logged, by step; none of a run that only begins."""
    text = subprocess.run(
        [EVENTS, "export", f"logdir/{name}", "--tag", "loss/train", "--format", "jsonl"],
        cwd=WORK, capture_output=True, text=True).stdout
    return {point["step"]: point["value"] for point in map(json.loads, text.splitlines())}


def tensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__")
    found = {}
    for name, entry in header.items():
        low, high = (8 + size + offset for offset in entry["data_offsets"])
        found[name] = data[low:high]
    return found, metadata


def parameters(name):
    return tensors(WORK / "logdir" / name / "checkpoint.safetensors")[0]


def step(name):
    return int(tensors(WORK / "logdir" / name / "checkpoint.safetensors")[1]["step"])


def same_bits(one, other):
    check(parameters(one) == parameters(other), f"{one} and {other} differ")
    states = [sorted((WORK / "logdir" / name).glob("optimizer-*.safetensors")) for name in (one, other)]
    check(tensors(states[0][0])[0] == tensors(states[1][0])[0], f"the optimizers of {one}, {other} differ")


def files(name):
    return len(list((WORK / "logdir" / name).glob("*tfevents*")))


def close(one, other, steps):
    """Every loss within 1e-5 of the other's."""
    ours, theirs = losses(one), losses(other)
    check(ours.keys() == theirs.keys() and len(ours) == steps, f"{one} has steps {sorted(ours)}")
    worst = max(abs(ours[at] - theirs[at]) for at in ours)
    check(worst <= 1e-5, f"{one} and {other} differ by {worst} in {ours}, {theirs}")
    return worst


def compare_losses():
    # 200 images in batches of 66: the last one, of 2, leaves nothing for one of three ranks.
    flags = ["rnn", *SMALL, "--batch-size", 66, "--steps", 60]
    run(1, *flags, "--run", "rnn-1")
    for ranks in (2, 3):
        shown = run(ranks, *flags, "--run", f"rnn-{ranks}")
        check(shown.stdout.count("test accuracy") == 1, f"not one table:\n{shown.stdout}")
        check(files(f"rnn-{ranks}") == 1, "not one event file")
        worst = close(f"rnn-{ranks}", "rnn-1", 7)
        print(f"an LSTM on {ranks} ranks: 60 steps, losses within {worst:.1e}")
    # Every single step, with dropout, by runs that go on; behind it rounding may turn a ReLU.
    flags = ["lenet", *SMALL, "--batch-size", 63]
    for ranks in (1, 2):
        run(ranks, *flags, "--run", f"lenet-{ranks}", "--steps", 1)
        for steps in range(2, 7):
            run(ranks, "lenet", "--resume", "--run", f"lenet-{ranks}", "--steps", steps, "--quiet")
    worst = close("lenet-2", "lenet-1", 6)
    print(f"LeNet-5 with dropout on 2 ranks: each of 6 steps, losses within {worst:.1e}")


def compare_updates():
    """From the same parameters, the same gradients: SGD's update is their multiple."""
    flags = ["lenet", *SMALL, "--batch-size", 63, "--optimizer", "sgd", "--learning-rate", "1"]
    run(1, *flags, "--run", "start", "--steps", 3, "--clip-norm", 1)
    worst = 0
    for ranks in (1, 2, 3):
        shutil.copytree(WORK / "logdir/start", WORK / f"logdir/update-{ranks}")
        run(ranks, "lenet", "--resume", "--run", f"update-{ranks}", "--steps", 4, "--quiet")
    before = parameters("start")
    for ranks in (2, 3):
        for name, one in parameters("update-1").items():
            update = [new - old for new, old in zip(array.array("f", one), array.array("f", before[name]))]
            ours = array.array("f", parameters(f"update-{ranks}")[name])
            difference = max(abs(a - b) for a, b in zip(ours, array.array("f", one)))
            worst = max(worst, difference / max(map(abs, update)))
    check(worst < 1e-4, f"gradients differ by {worst}")
    print(f"LeNet-5's gradients on 2 and 3 ranks: within {worst:.1e} of the largest")


def compare_bits():
    for ranks in (2, 3):
        for again in "ab":
            run(ranks, "lenet", *SMALL, "--batch-size", 66, "--steps", 12, "--clip-norm", 1,
                "--run", f"bits-{ranks}{again}", "--threads", 1 if again == "a" else 2)
        same_bits(f"bits-{ranks}a", f"bits-{ranks}b")
    print("two runs of 2 ranks, and of 3, have the same bits, whatever the threads")


def ranks_of(mpirun):
    """The programs that an mpirun started, by rank."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]) != mpirun.pid:
                continue
            for variable in entry.joinpath("environ").read_bytes().split(b"\0"):
                if variable.startswith(b"OMPI_COMM_WORLD_RANK="):
                    found[int(variable.split(b"=")[1])] = int(entry.name)
        except (OSError, IndexError):
            continue
    return found


def disturb(name, send):
    """Starts a run of two ranks, disturbs it once it has logged something, and lets it go on."""
    flags = ["rnn", *SMALL, "--batch-size", 20, "--steps", 1500, "--checkpoint-every", 100000,
             "--run", name]
    process = subprocess.Popen(command(2, flags), cwd=WORK, env=ENVIRONMENT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 120
    while not (WORK / f"logdir/{name}").is_dir() or not files(name) or len(losses(name)) < 10:
        check(process.poll() is None and time.monotonic() < end, f"{name} didn't begin")
        time.sleep(0.1)
    send(process)
    errors = process.communicate(timeout=60)[1]
    check(process.returncode != 0, f"{name} ended with 0")
    check((WORK / f"logdir/{name}/checkpoint.safetensors").exists(), f"{name} saved nothing:\n{errors}")
    stopped = step(name)
    check(0 < stopped < 1500, f"{name} was saved at step {stopped}")
    run(2, "rnn", "--resume", "--run", name, "--quiet")
    same_bits(name, "undisturbed")
    return process.returncode, stopped, errors


def survive():
    if not pathlib.Path("/proc/self/stat").exists():
        print("skipped: there is no /proc to find a rank in")
        return
    run(2, "rnn", *SMALL, "--batch-size", 20, "--steps", 1500, "--run", "undisturbed")
    signals = {
        "terminated": lambda mpirun: mpirun.send_signal(signal.SIGTERM),
        "interrupted": lambda mpirun: mpirun.send_signal(signal.SIGINT),
        "warned": lambda mpirun: mpirun.send_signal(signal.SIGUSR1),
        "bereft": lambda mpirun: os.kill(ranks_of(mpirun)[1], signal.SIGKILL),
    }
    for name, send in signals.items():
        code, stopped, errors = disturb(name, send)
        check(f"stopped at step {stopped} of 1500, everything saved; go on with mpirun -n 2 tbtrain" in errors, errors)
        check(code == 130 or name != "warned", f"{name} ended with {code}")
        check("signal 9" in errors or name != "bereft", errors)
        print(f"{name} at step {stopped}, exit code {code}; went on to the same bits")
    # Where the first rank dies, the last checkpoint is what there is.
    shutil.copytree(WORK / "logdir/terminated", WORK / "logdir/beheaded")
    process = subprocess.Popen(
        command(2, ["rnn", "--resume", "--run", "beheaded", "--steps", 1000000, "--quiet"]),
        cwd=WORK, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while files("beheaded") < 3:
        check(process.poll() is None, "beheaded didn't begin")
        time.sleep(0.1)
    os.kill(ranks_of(process)[0], signal.SIGKILL)
    errors = process.communicate(timeout=60)[1]
    check(process.returncode != 0 and "signal 9" in errors, errors)
    run(2, "rnn", "--resume", "--run", "beheaded", "--steps", 1510, "--quiet")
    check(step("beheaded") == 1510, "beheaded didn't go on")
    print("beheaded; went on from its last checkpoint")


def refuse():
    # What the first rank says is said once, and ends all with its code.
    shown = run(2, "rnn", *SMALL, "--run", "rnn-2", code=1)
    check(shown.stderr.count("exists already") == 1, shown.stderr)
    shown = run(2, "rnn", "--resume", "--run", "rnn-2", "--quiet", code=1)
    check(shown.stderr.count("is complete at step 60") == 1, shown.stderr)
    early = ["rnn", *SMALL, "--epochs", 100, "--patience", 2, "--learning-rate", "0.5", "--run", "early"]
    check("stopped early" in run(2, *early).stdout, "patience didn't end it")
    shown = run(2, "lenet", *SMALL, "--steps", 50, "--optimizer", "sgd", "--learning-rate", "1000",
                "--run", "diverged", code=1)
    check(shown.stderr.count("has diverged") == 1, shown.stderr)
    # One rank that isn't as the others.
    both = [command(1, ["rnn", *SMALL, "--run", "unlike", "--seed", seed]) for seed in (1, 2)]
    result = subprocess.run(["mpirun", "-n", "1", *both[0], ":", "-n", "1", *both[1]], cwd=WORK,
                            env=ENVIRONMENT, capture_output=True, text=True, timeout=100)
    check(result.returncode == 1, f"unlike ranks ended with {result.returncode}")
    check("everything saved" not in result.stderr, result.stderr)
    check("rank 1 of 2: begins otherwise than rank 0" in result.stderr, result.stderr)
    # A program without Open MPI.
    shown = run(2, "rnn", *SMALL, "--run", "none", program=ALONE, code=1)
    check(shown.stderr.count("--traits OpenMPI") == 1, shown.stderr)
    check(not (WORK / "logdir/none").exists(), "a run was made without Open MPI")
    print("what can't be is refused, once")


def main():
    began = time.monotonic()
    try:
        for part in (compare_losses, compare_updates, compare_bits, survive, refuse):
            part()
    finally:
        shutil.rmtree(WORK)
    print(f"all is well, after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
