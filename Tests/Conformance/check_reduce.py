"""Holds `tbevents reduce` against NumPy and tensorboard-reducer, on logs that TensorBoard's writer wrote.

usage: python check_reduce.py TBEVENTS

For some numbers of seeds and choices of steps it writes runs, reduces them and compares
- every figure of the CSV with NumPy's, bit for bit (std with ddof=1, quantiles by NumPy's default);
- what EventAccumulator reads of the new runs with the CSV, rounded to 32 bits;
- mean, std, min, max and median with tensorboard-reducer's, to 1e-12 of the greatest value (pandas adds up
  in another order), where it can do it: steps that all runs have, no value that isn't a number.
Exit code: 0 if all is equal, 1 if not, with a sentence a difference.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import tensorboard_reducer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

STATISTICS = ["mean", "std", "min", "max", "median", "q0.25", "q0.9"]
TAGS = ["loss/train", 'odd,"tag"']


def write(directory, points):
    """A run; points: for each tag a dictionary of values by step."""
    writer = EventFileWriter(str(directory))
    for tag, values in points.items():
        for step, value in values.items():
            summary = summary_pb2.Summary(
                value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(event_pb2.Event(wall_time=1.7e9 + step, step=step, summary=summary))
    writer.close()


def numpy_figures(values):
    """NumPy's statistics of one step."""
    # Two columns, as several steps have: NumPy adds up a single one pairwise.
    values = np.repeat(np.array(values, dtype=np.float64)[:, None], 2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return [
            np.mean(values, axis=0)[0], np.std(values, axis=0, ddof=1)[0], np.min(values, axis=0)[0],
            np.max(values, axis=0)[0], np.median(values, axis=0)[0],
            np.quantile(values, 0.25, axis=0)[0], np.quantile(values, 0.9, axis=0)[0]]


def interpolated(runs):
    """Values by step: at each step of any run, those of runs that have it or a step on both sides."""
    steps = sorted(set().union(*runs))
    table = {}
    for step in steps:
        for run in runs:
            known = sorted(run)
            if step in run:
                table.setdefault(step, []).append(run[step])
            elif known[0] < step < known[-1]:
                after = next(i for i, one in enumerate(known) if one > step)
                a, b = known[after - 1], known[after]
                share = (float(step) - a) / (float(b) - a)
                table.setdefault(step, []).append(run[a] + (run[b] - run[a]) * share)
    return table


def check(tool, work, count, drop, flags, least, random, name):
    problems = []
    logdir, output, table = work / "in", work / "out", work / "all.csv"
    runs = []
    for seed in range(count):
        points = {tag: {
            step: float(np.float32(random.normal() * 10.0 ** random.integers(-3, 4)))
            for step in range(40) if step in (0, 39) or random.random() >= drop} for tag in TAGS}
        if name == "nan":
            points[TAGS[0]][0] = float("nan") if seed == 1 else 1.0
            points[TAGS[1]][39] = float("inf") if seed == 0 else 1.0
        runs.append(points)
        write(logdir / f"net-seed{seed:02}", points)
    subprocess.run(
        [tool, "reduce", logdir, "--output", output, "--csv", table, *flags]
        + [f"--statistic={one}" for one in STATISTICS],
        check=True, capture_output=True)
    rows = list(csv.DictReader(table.open(newline="")))
    for tag in TAGS:
        curves = [run[tag] for run in runs]
        values = interpolated(curves) if "--interpolate" in flags else {
            step: [curve[step] for curve in curves if step in curve]
            for step in sorted(set().union(*curves))}
        wanted = {step: numpy_figures(all) for step, all in values.items() if len(all) >= least}
        got = {int(row["step"]): [float(row[one]) for one in STATISTICS]
               for row in rows if row["tag"] == tag}
        if list(got) != list(wanted):
            problems.append(f"{name}: {tag} has the steps {list(got)}, not {list(wanted)}")
            continue
        for step in wanted:
            for statistic, a, b in zip(STATISTICS, got[step], wanted[step]):
                # NumPy's quantile of an infinite neighbour is nan, whatever its weight.
                if a != b and not (np.isnan(a) and np.isnan(b)) \
                        and not (statistic[0] == "q" and np.isinf(values[step]).any()):
                    problems.append(f"{name}: {statistic} of {tag} at {step} is {a!r}, not {b!r}")
        for index, statistic in enumerate(STATISTICS):
            log = EventAccumulator(str(output / "net" / statistic), size_guidance={"scalars": 0})
            log.Reload()
            read = {one.step: one.value for one in log.Scalars(tag)}
            rounded = {step: float(np.float32(figures[index])) for step, figures in got.items()}
            if not all(read[s] == v or np.isnan(v) and np.isnan(read[s]) for s, v in rounded.items()):
                problems.append(f"{name}: the run {statistic} has other values of {tag} than the CSV")
        if name != "nan" and not flags:
            problems += against_reducer(logdir, tag, got, name)
    return problems


def against_reducer(logdir, tag, got, name):
    """Differences from what tensorboard-reducer makes of the same runs."""
    frames = tensorboard_reducer.load_tb_events(
        sorted(map(str, logdir.iterdir())), strict_steps=False, min_runs_per_step=len(
            list(logdir.iterdir())))
    reduced = tensorboard_reducer.reduce_events(frames, STATISTICS[:5])
    for index, statistic in enumerate(STATISTICS[:5]):
        theirs = reduced[statistic][tag]
        if list(theirs.index) != list(got):
            yield f"{name}: tensorboard-reducer has other steps of {tag}"
            return
        ours = np.array([figures[index] for figures in got.values()])
        if not np.allclose(ours, theirs.to_numpy(), rtol=0, atol=1e-12 * np.abs(ours).max()):
            yield f"{name}: {statistic} of {tag} differs from tensorboard-reducer's"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    random = np.random.default_rng(17)
    problems = []
    cases = [("all", 0, [], None), ("some", 0.3, [], None), ("least", 0.3, ["--min-runs=2"], 2),
             ("between", 0.3, ["--interpolate"], None), ("nan", 0, [], None)]
    for count in (2, 3, 5, 12):
        for name, drop, flags, least in cases:
            with tempfile.TemporaryDirectory() as work:
                problems += check(tool, pathlib.Path(work), count, drop, flags, least or count,
                                  random, name)
    for problem in problems[:50]:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} figures differ" if problems
          else "reduce has NumPy's figures bit for bit, and tensorboard-reducer's")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
