"""Event files read here and by TensorBoard's EventAccumulator, tbparse, RustBoard and tensorboard-reducer.

usage: python readers.py BUILD FOLDER [--rounds N]

BUILD holds a release build's `benchmark-read`, `tbevents` and `reference-run`; the logs are made in FOLDER. Needs those
of the readers that are to be tried: a row says "absent" for the others. Seconds don't count Python's imports, but all of
ours; megabytes are the most that a process had.
"""

import argparse
import csv
import importlib.util
import io
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

READERS = ["ours", "EventAccumulator", "tbparse", "RustBoard"]


def peer():
    """The script that makes the logs, and knows how a data server is asked."""
    path = pathlib.Path(__file__).parent.parent / "DataServer" / "peer.py"
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(reader, logdir):
    """A child's work: prints seconds, points of scalars and tags of all kinds."""
    points, tags = 0, set()
    if reader == "tbparse":
        from tbparse import SummaryReader

        start = time.perf_counter()
        log = SummaryReader(logdir, extra_columns={"dir_name"})
        points = len(log.scalars)
        for frame in [log.scalars, log.tensors, log.histograms, log.images, log.audio, log.text, log.hparams]:
            if "tag" in frame:
                tags.update(frame["tag"])
    elif reader == "EventAccumulator":
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        start = time.perf_counter()
        for directory in sorted({str(file.parent) for file in pathlib.Path(logdir).rglob("*tfevents*")}):
            log = EventAccumulator(directory, size_guidance={kind: 0 for kind in [
                "scalars", "tensors", "histograms", "images", "audio", "compressedHistograms"]})
            log.Reload()
            for kind, names in log.Tags().items():
                if isinstance(names, list):
                    tags.update(names)
                if kind == "scalars":
                    points += sum(len(log.Scalars(name)) for name in names)
                if kind == "tensors":
                    points += sum(
                        len(log.Tensors(name)) for name in names
                        if log.SummaryMetadata(name).plugin_data.plugin_name == "scalars")
    else:
        from tensorboard.data.proto import data_provider_pb2 as pb
        import tensorboard_data_server

        server = peer().Server(
            tensorboard_data_server.server_binary(), logdir, "--reload=once",
            "--samples-per-plugin=scalars=all,tensors=all,images=all,audio=all")
        server.wait(1)
        seconds, megabytes = server.first_load, server.memory()
        tags = [pb.ListScalarsRequest, pb.ListTensorsRequest, pb.ListBlobSequencesRequest]
        calls = [server.stub.ListScalars, server.stub.ListTensors, server.stub.ListBlobSequences]
        found = set()
        for plugin in server.stub.ListPlugins(pb.ListPluginsRequest()).plugins:
            for request, call in zip(tags, calls):
                answer = call(request(plugin_filter=pb.PluginFilter(plugin_name=plugin.name)))
                found.update(tag.tag_name for run in answer.runs for tag in run.tags)
        answer = server.stub.ReadScalars(peer().scalars(points=2_000_000))
        points = sum(len(tag.data.step) for run in answer.runs for tag in run.tags)
        server.close()
        print("result", seconds, points, len(found), megabytes)
        return
    seconds = time.perf_counter() - start
    print("result", seconds, points, len(tags), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def command(words):
    """Seconds, megabytes and output of a program; it may end with the code that says 'damaged'."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(words, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in (0, 65):
            sys.exit(f"{words[0]}: {errors.read()}")
        return seconds, usage.ru_maxrss / 1024, output.read()


def measured(reader, build, logdir):
    """(seconds, points, tags, megabytes), or None where the reader isn't there."""
    if reader == "ours":
        seconds, megabytes, output = command([f"{build}/benchmark-read", logdir, "--rounds", "1"])
        points = int(re.search(r"(\d+) points", output)[1])
        listing = command([f"{build}/tbevents", "inspect", logdir, "--format", "csv"])[2]
        tags = {row["tag"] for row in csv.DictReader(io.StringIO(listing))}
        return seconds, points, len(tags), megabytes
    child = subprocess.run(
        [sys.executable, __file__, "read", reader, logdir], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = re.search(r"result (\S+) (\d+) (\d+) (\S+)", child.stdout)
    if found is None:
        print(f"{reader}: absent ({child.stderr.strip().splitlines()[-1:]})")
        return None
    return float(found[1]), int(found[2]), int(found[3]), float(found[4])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = pathlib.Path(given.folder)
    whole, damaged, kinds = folder / "one-file", folder / "damaged", folder / "kinds"
    if not whole.exists():
        peer().make(given.folder, "one-file")
    if not damaged.exists():
        shutil.copytree(whole, damaged)
        file = next(damaged.rglob("*tfevents*"))
        size = file.stat().st_size
        with open(file, "r+b") as handle:
            handle.seek(size // 2)
            byte = handle.read(1)[0]
            handle.seek(size // 2)
            handle.write(bytes([byte ^ 1]))
    if not kinds.exists():
        command([f"{given.build}/reference-run", str(kinds)])
    for name, logdir, rounds in [("1 M points", whole, given.rounds), ("a byte wrong", damaged, 1), ("kinds", kinds, 1)]:
        results = {reader: [] for reader in READERS}
        for _ in range(rounds):
            for reader in READERS:
                results[reader].append(measured(reader, given.build, str(logdir)))
        for reader, found in results.items():
            found = [one for one in found if one]
            if found:
                seconds, megabytes = (statistics.median(one[part] for one in found) for part in (0, 3))
                print(f"{name:14} {reader:18} {seconds:8.3f} s {megabytes:7.0f} MB  {found[0][1]} points, {found[0][2]} tags",
                      flush=True)
    reduce(given, folder / "seeds")


def reduce(given, seeds):
    """Ten runs of 100 tags and 1,000 steps to their means."""
    if not seeds.exists():
        module = peer()
        module.CASES["seeds"] = (10, 100, 1_000, 0)
        module.make(given.folder, "seeds")
    programs = {
        "ours": lambda out: [f"{given.build}/tbevents", "reduce", str(seeds), "--output", out, "--group-by", "^",
                             "--statistic", "mean"],
        "tensorboard-reducer": lambda out: [
            os.path.join(os.path.dirname(sys.executable), "tb-reducer"),
            *map(str, sorted({file.parent for file in seeds.rglob("*tfevents*")})), "-o", out, "-r", "mean"],
    }
    results = {name: [] for name in programs}
    for _ in range(given.rounds):
        for name, words in programs.items():
            out = str(seeds.parent / "reduced")
            for old in seeds.parent.glob("reduced*"):
                shutil.rmtree(old)
            if not os.path.exists(words(out)[0]):
                continue
            results[name].append(command(words(out)))
    for name, found in results.items():
        if found:
            seconds, megabytes = (statistics.median(one[part] for one in found) for part in (0, 1))
            print(f"{'1 M to means':14} {name:18} {seconds:8.3f} s {megabytes:7.0f} MB")


if sys.argv[1:2] == ["read"]:
    read(sys.argv[2], sys.argv[3])
else:
    main()
