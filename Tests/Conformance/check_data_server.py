"""Asks our data server and TensorBoard's own the same questions, and compares the answers.

usage: python check_data_server.py SERVER [LOGDIR...]

SERVER is our program; the other one, RustBoard, comes with TensorBoard from PyPI. Both serve each LOGDIR, and
directories that are made here: seeded random ones with restarts, several files and nested runs, one of
TensorFlow 1's forms, damaged ones, and one that changes while it is served. Where a series is longer than what is
kept, both keep as many points, the newest among them; everything else is equal, but for what `DIFFERENCES` lists.
"""

import contextlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading

import grpc
import tensorboard_data_server
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.data.proto import data_provider_pb2 as pb
from tensorboard.data.proto import data_provider_pb2_grpc
from tensorboard.summary.writer.record_writer import RecordWriter

# Where ours differs from RustBoard.
DIFFERENCES = """
- A tag of the scalars dashboard whose tensors are doubles, integers, or of shape [1]: a curve. RustBoard lists none
  of it; TensorBoard's own loader shows it.
- What stands behind a damaged record, or behind an event without a time: read on. RustBoard gives the file up.
- A record whose checksum is wrong: left out. RustBoard shows what is in it, as long as it parses.
- A file that was replaced by another or cut: the run is read anew. RustBoard goes on in the middle of it, or waits.
- Tensors and blobs of a file that was removed: left out. RustBoard has them in memory; ours has their places.
- A directory that links lead to under several names: one run. RustBoard shows it under each name.
- The sample itself, and how many of it a restart leaves: each server's own random numbers.
- Blob keys: each server's own.
"""
SAMPLED = {"scalars": 1000, "tensors": 100, "blobs": 10}
MANY = 1 << 40


class Server:
    """A data server on a log directory."""

    def __init__(self, program, logdir, *flags):
        self.folder = tempfile.TemporaryDirectory(prefix="data-server-")
        port_file = pathlib.Path(self.folder.name, "port")
        self.process = subprocess.Popen(
            [program, f"--logdir={logdir}", "--port=0", f"--port-file={port_file}", "--die-after-stdin",
             f"--error-file={self.folder.name}/error", "--verbose", *flags],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.cycles = 0
        self.changed = threading.Condition()
        self.errors = []
        threading.Thread(target=self.listen, daemon=True).start()
        self.wait_until(1)
        text = port_file.read_text()
        assert text.endswith("\n"), text
        self.channel = grpc.insecure_channel(
            f"localhost:{int(text)}", options=[("grpc.max_receive_message_length", 1 << 28)])
        self.stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(self.channel)

    def listen(self):
        for line in self.process.stderr:
            with self.changed:
                self.errors.append(line.rstrip())
                if "Finished load cycle" in line or " runs loaded in " in line:
                    self.cycles += 1
                self.changed.notify_all()

    def wait(self, count):
        """Waits until so many more loads have ended."""
        self.wait_until(self.cycles + count)

    def wait_until(self, goal):
        """Waits until so many loads have ended."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.cycles >= goal, timeout=60):
                raise RuntimeError("the server doesn't load: " + "\n".join(self.errors))

    def close(self):
        self.channel.close()
        self.process.stdin.close()
        code = self.process.wait(timeout=20)
        self.folder.cleanup()
        assert code == 0, f"the server ended with {code}: {self.errors}"


@contextlib.contextmanager
def both(program, logdir, *flags):
    servers = []
    try:
        for binary in (program, tensorboard_data_server.server_binary()):
            servers.append(Server(binary, logdir, *flags))
        yield servers
    finally:
        for server in servers:
            server.close()


def request(kind, plugin, runs=None, tags=None, points=None):
    asked = kind(plugin_filter=pb.PluginFilter(plugin_name=plugin))
    if runs is not None:
        asked.run_tag_filter.runs.names.extend(runs)
        asked.run_tag_filter.runs.SetInParent()
    if tags is not None:
        asked.run_tag_filter.tags.names.extend(tags)
        asked.run_tag_filter.tags.SetInParent()
    if points is not None:
        asked.downsample.num_points = points
        asked.downsample.SetInParent()
    return asked


def entries(answer, field):
    """An answer's data by run and tag."""
    return {(run.run_name, tag.tag_name): getattr(tag, field) for run in answer.runs for tag in run.tags}


def plain(number):
    """A number that equals itself, whatever it is."""
    return struct.pack("<d", number) if number == number else b"not a number"


class Shown:
    """What a server shows of a log directory."""

    def __init__(self, server, points=MANY):
        stub = server.stub
        self.location = stub.GetExperiment(pb.GetExperimentRequest()).data_location
        self.plugins = sorted(p.name for p in stub.ListPlugins(pb.ListPluginsRequest()).plugins)
        runs = stub.ListRuns(pb.ListRunsRequest()).runs
        self.starts = [run.start_time for run in runs]
        self.runs = sorted((run.name, run.start_time) for run in runs)
        self.listed, self.read = {}, {}
        for plugin in filter(None, self.plugins):
            for kind, ask, read in (
                    ("scalars", (stub.ListScalars, pb.ListScalarsRequest),
                     (stub.ReadScalars, pb.ReadScalarsRequest)),
                    ("tensors", (stub.ListTensors, pb.ListTensorsRequest),
                     (stub.ReadTensors, pb.ReadTensorsRequest)),
                    ("blobs", (stub.ListBlobSequences, pb.ListBlobSequencesRequest),
                     (stub.ReadBlobSequences, pb.ReadBlobSequencesRequest))):
                for where, data in entries(ask[0](request(ask[1], plugin)), "metadata").items():
                    self.listed[kind, plugin, *where] = data
                answer = read[0](request(read[1], plugin, points=points))
                for where, data in entries(answer, "data").items():
                    self.read[kind, plugin, *where] = self.points(stub, kind, data)

    @staticmethod
    def points(stub, kind, data):
        if kind == "scalars":
            values = [plain(value) for value in data.value]
        elif kind == "tensors":
            values = [tensor.SerializeToString(deterministic=True) for tensor in data.value]
        else:
            values = [
                tuple(b"".join(piece.data for piece in stub.ReadBlob(pb.ReadBlobRequest(blob_key=blob.blob_key)))
                      for blob in sequence.blob_refs)
                for sequence in data.values]
        return list(zip(data.step, map(plain, data.wall_time), values, strict=True))


def compare(ours, theirs, what, is_sampled=False, also=(), has_restarts=False):
    """Raises where two servers don't show the same; `also` are tags that only ours shows.

    How many points of a sample are left once a restart has dropped some is left to chance.
    """
    def equal(mine, other, part):
        if mine != other:
            raise AssertionError(f"{what}: {part}: ours\n{str(mine)[:2000]}\nRustBoard\n{str(other)[:2000]}")

    for name in ("location", "plugins", "runs"):
        equal(getattr(ours, name), getattr(theirs, name), name)
    equal(ours.starts, sorted(ours.starts), "order of runs")
    def rest(shown):
        return {key: data for key, data in shown.items() if key[3] not in also}
    mine, other = rest(ours.listed), rest(theirs.listed)
    equal(sorted(mine), sorted(other), "tags")
    for key, data in mine.items():
        if not is_sampled:
            equal(data, other[key], key)
        else:
            equal((data.max_step, data.summary_metadata), (other[key].max_step, other[key].summary_metadata), key)
    mine, other = rest(ours.read), rest(theirs.read)
    equal(sorted(mine), sorted(other), "tags that were read")
    for key, points in mine.items():
        if not is_sampled:
            equal(points, other[key], key)
            continue
        if not has_restarts:
            equal(len(points), len(other[key]), ("count", *key))
        equal(points[-1:], other[key][-1:], ("newest", *key))
        steps = [point[0] for point in points]
        equal(steps, sorted(set(steps)), ("steps", *key))


def check(program, logdir, what, also=(), has_restarts=False):
    """Compares both servers on a log directory: all points, and samples of them."""
    everything = ",".join(f"{plugin}=all" for plugin in (
        "scalars", "histograms", "images", "audio", "text", "hparams", "pr_curves", "mesh", "custom_scalars",
        "graphs", "graph_tagged_run_metadata", "graph_run_metadata", "graph_run_metadata_graph",
        "graph_keras_model", "tensors", "own_plugin"))
    with both(program, logdir, "--reload=once", f"--samples-per-plugin={everything}") as (mine, other):
        ours, theirs = Shown(mine), Shown(other)
        compare(ours, theirs, f"{what}, all points", also=also)
        for points in (0, 1, 7):
            sampled = Shown(mine, points)
            compare(sampled, Shown(other, points), f"{what}, {points} points", is_sampled=True, also=also)
            for key, some in sampled.read.items():
                assert set(some) <= set(ours.read[key]), f"{what}: {key}: points that aren't there"
        check_filters(mine, other, ours)
    with both(program, logdir, "--reload=once", "--samples-per-plugin=images=3,scalars=20") as (mine, other):
        kept = Shown(mine)
        compare(kept, Shown(other), f"{what}, 20 scalars kept", is_sampled=True, also=also,
                has_restarts=has_restarts)
        for key, some in kept.read.items():
            assert set(some) <= set(ours.read[key]), f"{what}: {key}: points that aren't there"
            limit = {"scalars": 20, "images": 3}.get(key[1], SAMPLED[key[0]])
            count = min(limit, len(ours.read[key]))
            assert len(some) == count or has_restarts and len(some) < count, f"{what}: {key}: {len(some)}"
    print(f"{what}: {len(ours.runs)} runs, {len(ours.listed)} series, "
          f"{sum(map(len, ours.read.values()))} points: equal")
    return ours


def check_filters(mine, other, shown):
    """The same questions about a few runs and tags, about none, and such as have no answer."""
    keys = sorted(key for key in shown.listed if key[0] == "scalars")[:3]
    runs, tags = [key[2] for key in keys] + ["absent"], [key[3] for key in keys] + ["absent"]
    for some_runs, some_tags in ((runs[:1], None), (None, tags[:1]), (runs, tags), ([], None), (None, []), (["x"], ["y"])):
        asked = request(pb.ReadScalarsRequest, "scalars", some_runs, some_tags, 5)
        answers = [sorted(entries(server.stub.ReadScalars(asked), "data")) for server in (mine, other)]
        assert answers[0] == answers[1], f"{asked}: {answers}"
    wrong = [
        ("ReadScalars", pb.ReadScalarsRequest()),
        ("ListTensors", pb.ListTensorsRequest()),
        ("ReadScalars", request(pb.ReadScalarsRequest, "scalars")),
        ("ReadTensors", request(pb.ReadTensorsRequest, "text", points=-1)),
        ("ReadBlobSequences", request(pb.ReadBlobSequencesRequest, "images", points=-(1 << 63))),
        ("ReadBlob", pb.ReadBlobRequest(blob_key="nonsense")),
        ("ReadBlob", pb.ReadBlobRequest()),
    ]
    for method, asked in wrong:
        codes = []
        for server in (mine, other):
            try:
                list(getattr(server.stub, method)(asked))
                codes.append("none")
            except grpc.RpcError as error:
                codes.append(error.code())
            except TypeError:
                codes.append("an answer")
        assert codes[0] == codes[1], f"{method}({asked}): {codes}"
    for server in (mine, other):
        call = server.channel.unary_unary("/tensorboard.data.TensorBoardDataProvider/Nothing")
        try:
            call(b"")
            raise AssertionError("a method that isn't there answers")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error


# Directories to look at.


def event(step, *values, wall_time=None, **content):
    made = event_pb2.Event(wall_time=1e9 + step / 7 if wall_time is None else wall_time, step=step, **content)
    if values:
        made.summary.value.extend(values)
    return made


def value(tag, plugin=None, content=b"", data_class=0, **kind):
    made = summary_pb2.Summary.Value(tag=tag, **kind)
    if plugin is not None:
        made.metadata.plugin_data.plugin_name = plugin
        made.metadata.plugin_data.content = content
        made.metadata.data_class = data_class
    return made


def tensor(dtype, shape, **content):
    made = tensor_pb2.TensorProto(dtype=dtype, **content)
    made.tensor_shape.SetInParent()
    for size in shape:
        made.tensor_shape.dim.add(size=size)
    return made


def write(path, events, mode="ab"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        writer = RecordWriter(file)
        for made in events:
            writer.write(made.SerializeToString())


def version(wall_time=1e9):
    return event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2")


def some_value(chance, index):
    """A value of any kind; a tag keeps its kind."""
    texts = [bytes(chance.randrange(256) for _ in range(chance.randrange(40))) for _ in range(4)]
    kinds = [
        lambda: value("a/loss", simple_value=chance.choice([chance.random(), float("nan"), float("inf")])),
        lambda: value("named", "scalars", b"", 1, tensor=tensor(types_pb2.DT_FLOAT, [], float_val=[chance.random()])),
        lambda: value("packed", "scalars", b"x", 1, tensor=tensor(
            types_pb2.DT_FLOAT, [], tensor_content=struct.pack("<f", chance.random()))),
        lambda: value("without class", "scalars", tensor=tensor(types_pb2.DT_FLOAT, [], float_val=[1])),
        lambda: value("no scalar", "scalars", tensor=tensor(types_pb2.DT_STRING, [], string_val=[b"?"])),
        lambda: value("ignored plugin", "mine", simple_value=1),
        lambda: value("text", "text", tensor=tensor(types_pb2.DT_STRING, [], string_val=texts[:1])),
        lambda: value("table", "text", b"", 2, tensor=tensor(types_pb2.DT_STRING, [2, 2], string_val=texts)),
        lambda: value("_hparams_/session_start_info", "hparams", b"\x12\x00"),
        lambda: value("histogram", "histograms", tensor=tensor(
            types_pb2.DT_DOUBLE, [2, 3], double_val=[chance.random() for _ in range(6)])),
        lambda: value("histogram of TensorFlow 1", histo=summary_pb2.HistogramProto(
            min=-1, max=2, num=3, sum=1, sum_squares=5, bucket_limit=[0, 1, 2], bucket=[1, 1, 1])),
        lambda: value("bad histogram", histo=summary_pb2.HistogramProto(min=-1, max=2, bucket_limit=[0, 1], bucket=[1])),
        lambda: value("empty histogram", histo=summary_pb2.HistogramProto()),
        lambda: value("image of TensorFlow 1", image=summary_pb2.Summary.Image(
            height=chance.randrange(9), width=3, colorspace=3, encoded_image_string=texts[0])),
        lambda: value("images", "images", tensor=tensor(
            types_pb2.DT_STRING, [4], string_val=[b"1", b"2"] + texts[:2])),
        lambda: value("images without shape", "images", tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING, string_val=texts)),
        lambda: value("sound of TensorFlow 1", audio=summary_pb2.Summary.Audio(
            sample_rate=8000, num_channels=1, length_frames=3, encoded_audio_string=texts[0], content_type="audio/wav")),
        lambda: value("sounds", "audio", tensor=tensor(types_pb2.DT_STRING, [2, 2], string_val=texts)),
        lambda: value("sounds without labels", "audio", tensor=tensor(types_pb2.DT_STRING, [4], string_val=texts)),
        lambda: value("pr", "pr_curves", tensor=tensor(types_pb2.DT_FLOAT, [6, 1], float_val=[1, 2, 3, 4, 5, 6])),
        lambda: value("mesh_VERTEX", "mesh", b"\x12\x04mesh", tensor=tensor(
            types_pb2.DT_FLOAT, [1, 1, 3], tensor_content=bytes(12))),
        lambda: value("mesh_COLOR", "mesh", b"\x12\x04mesh", tensor=tensor(types_pb2.DT_UINT8, [1, 1, 3], int_val=[1, 2, 3])),
        lambda: value("own tensor", "own_plugin", b"c", 2, tensor=tensor(types_pb2.DT_INT64, [2], int64_val=[1, -1])),
        lambda: value("own blobs", "own_plugin", b"c", 3, tensor=tensor(types_pb2.DT_STRING, [1], string_val=texts[:1])),
        lambda: value("halves", "own_plugin", b"c", 2, tensor=tensor(types_pb2.DT_HALF, [2], half_val=[1, 2])),
        lambda: value("complex", "own_plugin", b"c", 2, tensor=tensor(types_pb2.DT_COMPLEX64, [1], scomplex_val=[1, 2])),
        lambda: value("keras", "graph_keras_model", tensor=tensor(types_pb2.DT_STRING, [], string_val=texts[:1])),
        lambda: value("unknown", "nobody's", tensor=tensor(types_pb2.DT_FLOAT, [], float_val=[1])),
        lambda: value("nothing is known", tensor=tensor(types_pb2.DT_FLOAT, [], float_val=[1])),
        lambda: value("class of a blob, value of a number", "images", b"", 3, simple_value=2),
        lambda: value("é", simple_value=1), lambda: value("e\u0301", simple_value=2),
        lambda: value("", simple_value=3), lambda: value("empty metadata", "", simple_value=3),
    ]
    return kinds[index % len(kinds)]()


def random_logdir(root, seed):
    """Runs of every kind of value, with restarts, in several files."""
    chance = random.Random(seed)
    for run in ("", "train", "train/deep/er", "eval é", "x" * 60):
        step, wall_time = 0, 1e9 + chance.random() * 100
        for number in range(chance.randrange(1, 4)):
            events = [version(wall_time)]
            for _ in range(chance.randrange(1, 250)):
                step += chance.choice([1, 1, 1, 2, 5, 0])
                if chance.random() < 0.01:
                    step -= chance.randrange(60)
                wall_time += chance.random() - 0.1
                values = [some_value(chance, chance.randrange(1000)) for _ in range(chance.randrange(4))]
                events.append(event(step, *values, wall_time=wall_time))
                if chance.random() < 0.02:
                    events.append(event(step, wall_time=wall_time, graph_def=bytes(chance.randrange(99))))
                if chance.random() < 0.02:
                    trace = event_pb2.TaggedRunMetadata(tag=f"step{step % 3}", run_metadata=b"trace")
                    events.append(event(step, wall_time=wall_time, tagged_run_metadata=trace))
                if chance.random() < 0.02:
                    events.append(event(step, wall_time=wall_time, session_log=event_pb2.SessionLog(status=1)))
            write(root / run / f"events.out.tfevents.{number}.host", events)
    (root / "no run").mkdir()
    (root / "no run" / "notes.txt").write_text("nothing")
    (root / "empty").mkdir()
    (root / "empty" / "tfevents").touch()


def check_differences(program, root):
    """What ours shows and RustBoard doesn't."""
    events = [event(step, value("double", "scalars", b"", 1, tensor=tensor(types_pb2.DT_DOUBLE, [], double_val=[step])),
                    value("long", "scalars", b"", 1, tensor=tensor(types_pb2.DT_INT64, [], int64_val=[step])),
                    value("one", "scalars", b"", 1, tensor=tensor(types_pb2.DT_FLOAT, [1], float_val=[step])),
                    value("float", simple_value=step)) for step in range(5)]
    write(root / "doubles" / "tfevents", [version()] + events)
    also = ("double", "long", "one")
    shown = check(program, root / "doubles", "scalars of other types", also=also)
    for tag in also:
        points = shown.read["scalars", "scalars", ".", tag]
        assert [point[2] for point in points] == [plain(step) for step in range(5)], points

    damaged = root / "damaged" / "tfevents"
    write(damaged, [version()] + [event(step, value("loss", simple_value=step)) for step in range(1, 101)])
    data = bytearray(damaged.read_bytes())
    size = (len(data) - 40) // 100
    for step, place in ((20, 0), (50, 14), (80, 8)):
        data[40 + (step - 1) * size + place] ^= 0x55
    damaged.write_bytes(data)
    server = Server(program, root / "damaged", "--reload=once")
    points = Shown(server).read["scalars", "scalars", ".", "loss"]
    steps = [point[0] for point in points]
    assert steps == [step for step in range(1, 101) if step not in (20, 50, 80)], steps
    assert any("damaged" in line for line in server.errors), server.errors
    server.close()

    write(root / "time" / "tfevents", [version()] + [
        event(step, value("loss", simple_value=step), wall_time=float("nan") if step == 3 else None)
        for step in range(9)])
    server = Server(program, root / "time", "--reload=once")
    steps = [point[0] for point in Shown(server).read["scalars", "scalars", ".", "loss"]]
    assert steps == [0, 1, 2, 4, 5, 6, 7, 8], steps
    server.close()
    print("what RustBoard gives up: shown")


def check_changes(program, root):
    """A directory that comes, grows and goes while it is served."""
    first, second = root / "a" / "tfevents.1", root / "b" / "tfevents.1"

    def compared(what):
        for server in (mine, other):
            server.wait(2)
        shown = Shown(mine)
        compare(shown, Shown(other), what)
        return shown

    with both(program, root, "--reload=1") as (mine, other):
        compared("a directory that isn't there")
        write(first, [version()] + [event(step, value("loss", simple_value=step)) for step in range(9)])
        compared("a first run")
        record = first.read_bytes()
        write(second, [version(5), event(7, value("loss", simple_value=7))])
        with first.open("ab") as file:
            file.write(record[40:70])
        compared("half a record")
        with first.open("ab") as file:
            file.write(record[70:])
        compared("the other half: a restart")
        write(root / "a" / "tfevents.2", [version(), event(4, value("loss", simple_value=44)), event(
            5, value("image", image=summary_pb2.Summary.Image(encoded_image_string=b"png")))])
        compared("a second file")
        second.unlink()
        compared("a run is gone")
        write(second, [version(6), event(1, value("loss", simple_value=1))])
        compared("a run is there again")
        (root / "a" / "tfevents.1").unlink()
        shown = compared("a file is gone, its points stay")
        assert len(shown.read["scalars", "scalars", "a", "loss"]) > 1
        write(second, [version(6)] + [event(step, value("other", simple_value=1)) for step in range(3)], mode="wb")
        mine.wait(2)
        shown = Shown(mine)
        assert ("scalars", "scalars", "b", "loss") not in shown.read, "a file that was replaced"
        assert len(shown.read["scalars", "scalars", "b", "other"]) == 3
        shutil.rmtree(root)
        compared("the directory is gone")
    print("what comes, grows and goes: equal")


def check_process(program, root):
    """Flags, files and exit codes."""
    def ended(*flags):
        error = root / "error"
        error.unlink(missing_ok=True)
        done = subprocess.run([program, *flags, f"--error-file={error}"], capture_output=True, text=True, timeout=30,
                              stdin=subprocess.DEVNULL)
        return done.returncode, error.read_text() if error.exists() else ""

    code, text = ended("--logdir=gs://bucket/logs", "--port=0")
    assert code == 8 and text.endswith("\n") and "gs://bucket/logs" in text, (code, text)
    server = Server(program, root, "--reload=once", "--samples-per-plugin=")
    port = pathlib.Path(server.folder.name, "port").read_text().strip()
    code, text = ended(f"--logdir={root}", f"--port={port}")
    assert code == 9 and port in text, (code, text)
    server.close()
    assert ended("--logdir=x", "--reload=5s")[0] == 64
    assert ended("--logdir=x", "--samples-per-plugin=scalars")[0] == 64
    print("flags, files and exit codes: as TensorBoard expects")


def main(program, *logdirs):
    program = os.path.abspath(program)
    for logdir in logdirs:
        check(program, os.path.abspath(logdir), os.path.basename(logdir))
    with tempfile.TemporaryDirectory(prefix="data-server-") as folder:
        root = pathlib.Path(folder)
        for seed in range(6):
            random_logdir(root / f"{seed}", seed)
            check(program, root / f"{seed}", f"seed {seed}, with restarts", has_restarts=True)
        long = [event(step, value("loss", simple_value=step), value("text", "text", tensor=tensor(
            types_pb2.DT_STRING, [], string_val=[str(step).encode()]))) for step in range(3000)]
        write(root / "long" / "run" / "tfevents", [version()] + long)
        check(program, root / "long", "a long run")
        check_differences(program, root)
        check_changes(program, root / "changes")
        check_process(program, root)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
