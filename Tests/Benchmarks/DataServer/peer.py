"""Our data server beside TensorBoard's own, RustBoard, on the same log directories, in turns.

usage: python peer.py make FOLDER [NAME…]             the log directories: see `CASES`
       python peer.py time SERVER FOLDER [NAME…] [--rounds N]

`time` prints a line a case: medians of ours and of RustBoard, seconds from the start of the process to the end of
the first load, processor seconds, the first curve that is answered, megabytes of memory at most, seconds of a look at a
directory where nothing has changed, and milliseconds of an answer to ReadScalars of 1,000 series.
Needs tensorboard, tensorboard-data-server, google-crc32c.
"""

import argparse
import math
import os
import pathlib
import re
import statistics
import struct
import subprocess
import tempfile
import threading
import time

# Runs, tags, steps, bytes of an image that is logged at every tenth step (0: none).
CASES = {
    "one-file": (1, 10, 100_000, 0),
    "200-runs": (200, 50, 1_000, 0),
    "images": (50, 10, 1_000, 100_000),
    "10000-runs": (10_000, 5, 20, 0),
}


def record(payload):
    import google_crc32c
    def crc(data):
        value = google_crc32c.value(data)
        return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)
    length = struct.pack("<Q", len(payload))
    return length + crc(length) + payload + crc(payload)


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def event(time, step, value):
    head = b"\x09" + struct.pack("<d", time) + (b"\x10" + varint(step) if step else b"")
    return record(head + field(5, field(1, value)))


def make(folder, name):
    runs, tags, steps, image = CASES[name]
    names = [f"layer{i // 10}/metric_{i:02d}".encode() for i in range(tags)]
    pixels = os.urandom(2 * image)
    for run in range(runs):
        path = pathlib.Path(folder, name, f"group{run // 100:03d}", f"run_{run:05d}")
        path.mkdir(parents=True)
        with open(path / "events.out.tfevents.1700000000.host.1.0", "wb", buffering=1 << 20) as file:
            file.write(record(b"\x09" + struct.pack("<d", 1.7e9) + field(3, b"brain.Event:2")))
            for step in range(steps):
                now = 1.7e9 + step * 0.1
                for i, tag in enumerate(names):
                    number = struct.pack("<f", math.sin(step * 0.01 + i))
                    file.write(event(now, step, field(1, tag) + b"\x15" + number))
                if image and step % 10 == 0:
                    for i in range(10):
                        start = (run * 7919 + step * 13 + i * 97) % image
                        encoded = pixels[start:start + image]
                        content = b"\x08\x40\x10\x40\x18\x03" + field(4, encoded)
                        file.write(event(now, step, field(1, b"input/image/%d" % i) + field(4, content)))
    print(name, sum(f.stat().st_size for f in pathlib.Path(folder, name).rglob("*") if f.is_file()) // 1_000_000, "MB")


class Server:
    """A data server; `loads` are the seconds that its looks took, as it says."""

    def __init__(self, binary, logdir, *flags):
        import grpc
        from tensorboard.data.proto import data_provider_pb2_grpc
        self.folder = tempfile.TemporaryDirectory()
        port = pathlib.Path(self.folder.name, "port")
        self.start = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, f"--logdir={logdir}", "--port=0", f"--port-file={port}", "--verbose", "--die-after-stdin", *flags],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.loads, self.changed = [], threading.Condition()
        self.first_load = None
        threading.Thread(target=self.listen, daemon=True).start()
        while not (port.exists() and port.read_text().endswith("\n")):
            time.sleep(0.002)
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{int(port.read_text())}", options=[("grpc.max_receive_message_length", 1 << 28)])
        self.stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(self.channel)

    def listen(self):
        for line in self.process.stderr:
            found = (re.search(r"Finished load cycle \(([\d.]+)(s|ms|µs)\)", line)
                     or re.search(r" runs loaded in ([\d.e-]+) (seconds)", line))
            if found:
                unit = {"ms": 1e-3, "µs": 1e-6}.get(found[2], 1)
                with self.changed:
                    if self.first_load is None:
                        self.first_load = time.perf_counter() - self.start
                    self.loads.append(float(found[1]) * unit)
                    self.changed.notify_all()

    def wait(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.loads) >= count, timeout=600), "doesn't load"

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def processor(self):
        parts = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().split()
        return sum(map(int, parts[13:15])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.channel.close()
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.folder.cleanup()


def scalars(runs=None, points=1_000):
    from tensorboard.data.proto import data_provider_pb2 as pb
    request = pb.ReadScalarsRequest(plugin_filter=pb.PluginFilter(plugin_name="scalars"))
    request.downsample.num_points = points
    if runs is not None:
        request.run_tag_filter.runs.names.extend(runs)
    return request


def measure(binary, logdir, name):
    from tensorboard.data.proto import data_provider_pb2 as pb
    result = {}
    # The load alone: nobody asks meanwhile.
    server = Server(binary, logdir, "--reload=2")
    server.wait(1)
    result["load"], result["cpu"], result["MB"] = server.first_load, server.processor(), server.memory()
    server.wait(3)
    result["idle"] = min(server.loads[1:])
    tags = CASES[name][1]
    runs = sorted(run.name for run in server.stub.ListRuns(pb.ListRunsRequest()).runs)
    chosen = runs[:max(1, 1_000 // tags)]
    times = []
    for _ in range(100 if CASES[name][0] > 1 else 20):
        begin = time.perf_counter()
        answer = server.stub.ReadScalars(scalars(chosen))
        times.append(1e3 * (time.perf_counter() - begin))
    assert sum(len(run.tags) for run in answer.runs) == len(chosen) * tags, name
    times.sort()
    result["p50 ms"], result["p99 ms"] = statistics.median(times), times[int(len(times) * 0.99)]
    server.close()
    # Another one that is asked until it has a curve.
    server = Server(binary, logdir, "--reload=once")
    request = pb.ListScalarsRequest(plugin_filter=pb.PluginFilter(plugin_name="scalars"))
    while not server.stub.ListScalars(request).runs:
        time.sleep(0.005)
    result["first"] = time.perf_counter() - server.start
    server.close()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "time"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.what == "make":
        for name in given.paths[1:] or CASES:
            make(given.paths[0], name)
        return
    import tensorboard_data_server
    binaries = {"ours": given.paths[0], "RustBoard": tensorboard_data_server.server_binary()}
    for name in given.paths[2:] or CASES:
        logdir = os.path.join(given.paths[1], name)
        if not os.path.isdir(logdir):
            parser.error(f"{logdir} isn't there; make it first")
        results = {who: [] for who in binaries}
        for _ in range(given.rounds):
            for who, binary in binaries.items():
                results[who].append(measure(binary, logdir, name))
        for who, rounds in results.items():
            print(f"{name:12} {who:10}", "  ".join(
                f"{key} {statistics.median(one[key] for one in rounds):.3g}" for key in rounds[0]), flush=True)


if __name__ == "__main__":
    main()
