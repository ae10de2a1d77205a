"""Checks our data server where things go wrong.

usage: python check_data_server_faults.py SERVER [SECONDS]

20,000 runs with 256 descriptors; clients that are slow, vanish or lie; files that grow, are cut, damaged, replaced and
removed while it is asked, for SECONDS (10, if nothing is said). Then it must show what a server shows that is started
afresh, and its memory mustn't have grown.
"""

import pathlib
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import grpc
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.data.proto import data_provider_pb2 as pb
from tensorboard.data.proto import data_provider_pb2_grpc
from tensorboard.summary.writer.record_writer import RecordWriter


class Server:
    def __init__(self, program, logdir, *flags, descriptors=None):
        self.folder = tempfile.TemporaryDirectory(prefix="data-server-")
        port_file = pathlib.Path(self.folder.name, "port")
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))) if descriptors else None
        self.process = subprocess.Popen(
            [program, f"--logdir={logdir}", "--port=0", f"--port-file={port_file}", "--die-after-stdin", "--verbose", *flags],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit)
        self.loads = 0
        self.changed = threading.Condition()
        self.said = []
        threading.Thread(target=self.listen, daemon=True).start()
        self.wait_until(1)
        self.port = int(port_file.read_text())
        self.stub = self.connect()

    def connect(self):
        self.channel = grpc.insecure_channel(
            f"localhost:{self.port}", options=[("grpc.max_receive_message_length", 1 << 28)])
        return data_provider_pb2_grpc.TensorBoardDataProviderStub(self.channel)

    def listen(self):
        for line in self.process.stderr:
            with self.changed:
                if " runs loaded in " in line:
                    self.loads += 1
                else:
                    self.said.append(line)
                self.changed.notify_all()

    def wait(self, count):
        """Waits until so many more loads have ended."""
        self.wait_until(self.loads + count)

    def wait_until(self, goal):
        with self.changed:
            assert self.changed.wait_for(lambda: self.loads >= goal, timeout=120), "".join(self.said[-5:])

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def close(self):
        self.channel.close()
        assert self.process.poll() is None, "".join(self.said[-5:])
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0
        self.folder.cleanup()


def scalars(points=1000, plugin="scalars"):
    request = pb.ReadScalarsRequest(plugin_filter=pb.PluginFilter(plugin_name=plugin))
    request.downsample.num_points = points
    return request


def events(steps, tag="loss", size=0):
    """Records of scalars, or of images of so many bytes."""
    class Bytes(bytearray):
        write = bytearray.extend
    out = Bytes()
    writer = RecordWriter(out)
    for step in steps:
        value = summary_pb2.Summary.Value(tag=tag, simple_value=step)
        if size:
            value = summary_pb2.Summary.Value(
                tag=tag, image=summary_pb2.Summary.Image(width=1, height=1, encoded_image_string=bytes(size)))
        event = event_pb2.Event(wall_time=1e9 + step, step=step, summary=summary_pb2.Summary(value=[value]))
        writer.write(event.SerializeToString())
    return bytes(out)


def many_runs(program, folder):
    data = events(range(3))
    for run in range(20_000):
        path = folder / f"group{run // 1000}" / f"{run:05d}"
        path.mkdir(parents=True)
        (path / "events.out.tfevents.1").write_bytes(data)
    server = Server(program, folder, "--reload=1", descriptors=256)
    runs = server.stub.ListRuns(pb.ListRunsRequest()).runs
    assert len(runs) == 20_000, len(runs)
    server.wait(2)
    assert server.descriptors() < 64, server.descriptors()
    assert not server.said, server.said[:3]
    answer = server.stub.ReadScalars(scalars())
    assert sum(len(run.tags[0].data.step) for run in answer.runs) == 60_000
    print(f"20,000 runs: {server.descriptors()} descriptors, {server.memory():.0f} MB")
    server.close()


def clients(program, folder):
    """Clients that a server should outlive."""
    path = folder / "a" / "events.out.tfevents.1"
    path.parent.mkdir()
    path.write_bytes(events(range(1000)) + events(range(2), tag="image", size=1 << 20))
    server = Server(program, folder, "--reload=1")
    before = server.descriptors()
    held = []
    for garbage in (b"", b"GET / HTTP/1.1\r\n\r\n", bytes(100_000), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(50),
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x04\0\0\0\0\0", random.Random(1).randbytes(5000)):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(garbage)
        held.append(connection)
    request = pb.ReadBlobSequencesRequest(plugin_filter=pb.PluginFilter(plugin_name="images"))
    request.downsample.num_points = 10
    sequences = server.stub.ReadBlobSequences(request).runs[0].tags[0].data.values
    key = sequences[0].blob_refs[2].blob_key
    # Some read a blob's first piece and go, some never read on.
    slow = []
    for number in range(20):
        stub = server.connect()
        stream = stub.ReadBlob(pb.ReadBlobRequest(blob_key=key))
        next(stream)
        if number % 2:
            stream.cancel()
        else:
            slow.append((server.channel, stream))
    server.stub = server.connect()
    assert len(b"".join(piece.data for piece in server.stub.ReadBlob(pb.ReadBlobRequest(blob_key=key)))) == 1 << 20
    lies = [("ReadScalars", scalars(points)) for points in (-1, -(1 << 63))]
    lies += [("ReadBlob", pb.ReadBlobRequest(blob_key=text)) for text in ("", "00", "0", "zz", "f" * 1_000_000)]
    lies += [("ListScalars", pb.ListScalarsRequest())]
    for method, asked in lies:
        try:
            list(getattr(server.stub, method)(asked))
            raise AssertionError((method, asked))
        except grpc.RpcError as error:
            assert error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND), error
    assert len(server.stub.ReadScalars(scalars((1 << 63) - 1)).runs[0].tags[0].data.step) == 1000
    assert not server.stub.ReadScalars(scalars(plugin="\N{SNOWMAN}" * 100_000)).runs
    for method, code in ((f"/{'tensorboard.data.TensorBoardDataProvider'}/NoSuch", grpc.StatusCode.UNIMPLEMENTED),
                         ("/no.Service/GetExperiment", grpc.StatusCode.UNIMPLEMENTED)):
        try:
            server.channel.unary_unary(method)(b"")
            raise AssertionError(method)
        except grpc.RpcError as error:
            assert error.code() == code, error
    for connection in held:
        connection.close()
    for channel, _ in slow:
        channel.close()
    end = time.monotonic() + 10
    while server.descriptors() > before + 3:
        assert time.monotonic() < end, f"{server.descriptors()} descriptors, {before} before"
        time.sleep(0.1)
    print("clients that are slow, vanish or lie: outlived")
    server.close()


def unrest(program, folder, seconds):
    """Files change in every way while several ask; then nothing differs from a fresh start."""
    rng = random.Random(7)
    paths = [folder / f"run{number}" / f"events.out.tfevents.{file}" for number in range(100) for file in (1, 2)]
    steps = {path: 0 for path in paths}

    def grow(path, count):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab") as file:
            file.write(events(range(steps[path], steps[path] + count)))
            file.write(events([steps[path]], tag="image", size=5000))
        steps[path] += count

    for path in paths:
        grow(path, 500)
    # No pause to speak of between two looks.
    server = Server(program, folder, "--reload=0")
    stop = threading.Event()
    failures, answers = [], [0]

    def keep_asking():
        channel = grpc.insecure_channel(
            f"localhost:{server.port}", options=[("grpc.max_receive_message_length", 1 << 28)])
        stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(channel)
        blobs = pb.ReadBlobSequencesRequest(plugin_filter=pb.PluginFilter(plugin_name="images"))
        blobs.downsample.num_points = 3
        try:
            while not stop.is_set():
                stub.ListRuns(pb.ListRunsRequest())
                stub.ReadScalars(scalars(100))
                for run in stub.ReadBlobSequences(blobs).runs[:3]:
                    for reference in run.tags[0].data.values[-1].blob_refs:
                        try:
                            list(stub.ReadBlob(pb.ReadBlobRequest(blob_key=reference.blob_key)))
                        except grpc.RpcError as error:
                            if error.code() != grpc.StatusCode.NOT_FOUND:
                                raise
                answers[0] += 1
        except Exception as error:
            failures.append(error)
        channel.close()

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    memory = []
    begin = time.monotonic()
    while time.monotonic() - begin < seconds and not failures:
        path = rng.choice(paths)
        kind = rng.randrange(8)
        if kind < 3 or not path.exists():
            # What grows is kept small, so that the memory that it takes is.
            if path.exists() and path.stat().st_size > 200_000:
                path.unlink()
                steps[path] = 0
            grow(path, rng.randrange(1, 50))
        elif kind == 3:
            with open(path, "r+b") as file:
                file.truncate(rng.randrange(path.stat().st_size + 1))
        elif kind == 4:
            with open(path, "r+b") as file:
                file.seek(rng.randrange(path.stat().st_size + 1))
                file.write(rng.randbytes(rng.randrange(1, 100)))
        elif kind == 5:
            other = path.with_suffix(".new")
            other.write_bytes(events(range(rng.randrange(300))))
            other.rename(path)
        elif kind == 6:
            path.unlink()
        else:
            shutil.rmtree(path.parent)
        time.sleep(0.002)
        if len(memory) < 20 * (time.monotonic() - begin) / seconds:
            memory.append(server.memory())
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures
    # What is there in the end, written anew so that both see the same.
    for path in paths:
        path.unlink(missing_ok=True)
        steps[path] = 0
    server.wait(2)
    for path in paths:
        grow(path, 300)
    server.wait(2)
    fresh = Server(program, folder, "--reload=once")
    mine, other = (one.stub.ReadScalars(scalars()) for one in (server, fresh))
    assert mine == other and len(mine.runs) == 100, "differs from a fresh start"
    settled = memory[len(memory) // 4:]
    print(f"{answers[0]} rounds of answers and {server.loads} loads while files changed; "
          f"MB of memory {' '.join(f'{one:.0f}' for one in memory)}")
    assert max(settled) < 1.25 * min(settled) + 20, memory
    assert server.descriptors() < 64
    server.close()
    fresh.close()


def main():
    program = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    for check in (clients, many_runs, lambda program, folder: unrest(program, folder, seconds)):
        with tempfile.TemporaryDirectory() as name:
            check(program, pathlib.Path(name))


main()
