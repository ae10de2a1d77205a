"""Rewrites logs with tbevents and compares them, by TensorBoard's EventAccumulator, with what should be left.

usage: python check_rewrite.py TBEVENTS LOGDIR [LOGDIR ...]

The logs stay as they are. Prints what differs; exit code 1 where anything does.
"""
import logging
import pathlib
import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

# It tells each restart that it applies.
logging.getLogger("tensorboard").setLevel(logging.ERROR)


def view(directory, purges=False):
    """Each tag's values: step, time, and the content's bytes; what its first value says of it; whether
    there is a graph."""
    if not pathlib.Path(directory).is_dir():
        return {}, {}, False
    run = event_accumulator.EventAccumulator(
        str(directory), size_guidance=event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE,
        purge_orphaned_data=purges)
    run.Reload()
    tags, values = run.Tags(), {}
    readers = [
        ("scalars", run.Scalars, lambda event: repr(event.value)),
        ("tensors", run.Tensors, lambda event: event.tensor_proto.SerializeToString()),
        ("images", run.Images, lambda event: event.encoded_image_string),
        ("audio", run.Audio, lambda event: event.encoded_audio_string),
        ("histograms", run.Histograms, lambda event: repr(event.histogram_value)),
    ]
    for kind, read, content in readers:
        for tag in tags[kind]:
            values[kind, tag] = [(e.step, e.wall_time, content(e)) for e in read(tag)]
    metadata = {
        tag: run.SummaryMetadata(tag).SerializeToString() for tag in run.summary_metadata}
    return values, metadata, bool(tags["graph"])


def runs(logdir):
    return sorted({path.parent for path in pathlib.Path(logdir).rglob("*tfevents*")})


def is_setting(tag):
    return tag.startswith("_hparams_/")


def mapped(values, change):
    """The values of each tag that isn't a setting, after a change of its list."""
    result = {key: rows if is_setting(key[1]) else change(rows) for key, rows in values.items()}
    return {key: rows for key, rows in result.items() if rows}


def evenly(rows, count):
    if len(rows) <= count:
        return rows
    return [rows[i * (len(rows) - 1) // (count - 1)] for i in range(count)]


# The flags, and what they leave of the values of a tag.
CHANGES = [
    ([], lambda rows: rows),
    (["--shift-steps", "7", "--shift-time", "-1.5"],
     lambda rows: [(step + 7, time - 1.5, content) for step, time, content in rows]),
    (["--steps", "2..30"], lambda rows: [row for row in rows if 2 <= row[0] <= 30]),
    (["--every", "3"],
     lambda rows: [row for i, row in enumerate(rows) if i % 3 == 0 or i == len(rows) - 1]),
    (["--at-most", "2"], lambda rows: evenly(rows, 2)),
    (["--last", "1"], lambda rows: rows[-1:]),
    (["--merge", "step"], lambda rows: sorted(rows, key=lambda row: row[0])),
    (["--merge", "time"], lambda rows: sorted(rows, key=lambda row: row[1])),
]


class Check:
    def __init__(self, tool):
        self.tool, self.problems, self.count = tool, [], 0

    def rewrite(self, logdir, output, flags):
        done = subprocess.run(
            [self.tool, "rewrite", str(logdir), "--output", str(output), *flags],
            capture_output=True, text=True)
        if done.returncode:
            self.problems.append(f"{logdir} {flags}: exit code {done.returncode}: {done.stderr}")
        return not done.returncode

    def equal(self, what, got, wanted):
        self.count += 1
        for part, one, other in zip(["values", "metadata", "graph"], got, wanted):
            if one != other:
                self.problems.append(f"{what}: {part}\n  got    {one!r:.400}\n  wanted {other!r:.400}")

    def changes(self, logdir, work):
        for number, (flags, change) in enumerate(CHANGES):
            output = work / f"change{number}"
            if not self.rewrite(logdir, output, flags):
                continue
            for run in runs(logdir):
                values, metadata, graph = view(run)
                if any(flag in ["step", "time"] for flag in flags):
                    values = view(run, purges=True)[0]
                values = mapped(values, change)
                if "--shift-steps" in flags:
                    values = {
                        key: [(s + 7, t - 1.5, c) for s, t, c in rows] if is_setting(key[1]) else rows
                        for key, rows in values.items()}
                kept = {tag for _, tag in values} | {tag for tag in metadata if is_setting(tag)}
                metadata = {tag: told for tag, told in metadata.items() if tag in kept}
                place = output / run.relative_to(logdir)
                self.equal(f"{run} {flags}", view(place), (values, metadata, graph))

    def names(self, logdir, work):
        """All tags renamed, then split off by that name's first part: a run below has them as they were."""
        output = work / "names"
        if self.rewrite(logdir, output, ["--rename-tag", "^(.*)$=all/$1", "--split", "a?l"]):
            for run in runs(logdir):
                values, metadata, _ = view(run)
                values = {key: rows for key, rows in values.items() if not is_setting(key[1])}
                metadata = {tag: told for tag, told in metadata.items() if not is_setting(tag)}
                got = view(output / run.relative_to(logdir) / "all")
                self.equal(f"{run} split", got, (values, metadata, False))

    def restarts(self, work):
        """What EventAccumulator drops at the marks of restarts is what goes."""
        log = work / "restarted"
        for part, start in enumerate([0, 20, 10, 25]):
            writer = EventFileWriter(str(log), filename_suffix=f".{part}")
            if part:
                mark = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
                writer.add_event(event_pb2.Event(wall_time=part, step=start, session_log=mark))
            for step in range(start, start + 20):
                values = [
                    summary_pb2.Summary.Value(tag=tag, simple_value=step + part / 4)
                    for tag in ["loss", "train/loss"] if step % 3 or tag == "loss"]
                writer.add_event(event_pb2.Event(
                    wall_time=100 * part + step, step=step,
                    summary=summary_pb2.Summary(value=values)))
            writer.close()
        # The files were made within a second: their order is that of their suffixes.
        for path in log.iterdir():
            path.rename(log / f"events.out.tfevents.{path.name[-1]}")
        for number, flags in enumerate([[], ["--merge", "files"], ["--merge", "step"]]):
            output = work / f"undone{number}"
            if self.rewrite(log, output, ["--restarts", "marked", *flags]):
                self.equal(f"restarts {flags}", view(output), view(log, purges=True))
        if view(log)[0] == view(log, purges=True)[0]:
            self.problems.append("the log has no restart that drops anything")


def check(tool, logdirs):
    check = Check(tool)
    with tempfile.TemporaryDirectory() as folder:
        for number, logdir in enumerate(logdirs):
            work = pathlib.Path(folder) / str(number)
            work.mkdir()
            check.changes(logdir, work)
            check.names(logdir, work)
        check.restarts(pathlib.Path(folder))
    return check


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    result = check(sys.argv[1], sys.argv[2:])
    for problem in result.problems:
        print(problem)
    if result.problems or not result.count:
        sys.exit(1)
    print(f"{result.count} rewritten runs hold what EventAccumulator should find in them")
