"""Checks `tbevents serve`: the live report over HTTP, and TensorBoard with our data server.

usage: python check_serve.py TBEVENTS

TBEVENTS is built with the trait DataServer, and tensorboard-data-server lies beside it. The report is asked for as
browsers, slow readers and strangers ask: other hosts, other paths, requests that aren't any.
"""

import io
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def log(path, steps, tag="loss"):
    """All at once: who follows sees either nothing of it or all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = io.BytesIO()
    writer = RecordWriter(data)
    for step in steps:
        value = summary_pb2.Summary.Value(tag=tag, simple_value=1 / (step + 1))
        event = event_pb2.Event(wall_time=1e9 + step, step=step, summary=summary_pb2.Summary(value=[value]))
        writer.write(event.SerializeToString())
    if path.exists():
        with open(path, "ab", buffering=0) as file:
            file.write(data.getvalue())
    else:
        new = path.with_name("new")
        new.write_bytes(data.getvalue())
        new.rename(path)


class Serving:
    """`tbevents serve`; `address` is what it printed."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = []
        threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True).start()
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://"), "".join(self.said)
        self.port = int(re.search(r":(\d+)/", self.address)[1])

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        assert code == 130, f"ended with {code}: {self.said}"


def ask(port, text, timeout=10):
    """What comes back for bytes that are sent as they are, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(text.encode())
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
        return answer.decode()


def status(port, path="/", host=None, method="GET", headers=""):
    host = f"Host: {host or f'127.0.0.1:{port}'}\r\n" if host != "" else ""
    answer = ask(port, f"{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n")
    return int(answer.split(" ")[1]), answer


class Events:
    """A reader of server-sent events."""

    def __init__(self, port, since):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.connection.sendall(
            f"GET /events?since={since} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.lines = self.connection.makefile("r", encoding="utf-8", newline="\n")
        while self.lines.readline().strip():
            pass

    def next(self):
        """The next event's version, and the parts in it by their ids."""
        version = None
        while True:
            line = self.lines.readline()
            assert line, "the stream has ended"
            if line.startswith("id: "):
                version = int(line[4:])
            if line.startswith("data: "):
                return version, {part["id"]: part["html"] for part in json.loads(line[6:])["parts"]}


def check_report(program, folder):
    logdir = folder / "logs"
    serving = Serving(program, "serve", "--report", "--port", "0", "--interval", "1", str(logdir), f"more={folder / 'other'}")
    port = serving.port
    code, page = status(port)
    assert code == 200 and "Nothing was logged yet" in page, page[:300]
    for header in ("Content-Security-Policy: default-src 'none'", "Cache-Control: no-store", "X-Frame-Options: DENY"):
        assert header in page, header
    body = page.split("\r\n\r\n", 1)[1]
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:|//)", body) and "http:" not in body, "something from outside"
    version = int(re.search(r"const version = (\d+);", page)[1])

    events = Events(port, version)
    log(logdir / "a/events.out.tfevents.1", range(5))
    first, parts = events.next()
    assert first > version and {"runs", "metrics", "head"} <= set(parts), parts.keys()
    log(logdir / "a/events.out.tfevents.1", range(5, 50))
    second, parts = events.next()
    assert second > first and '"x":[0,1,2' in parts["metrics"] and ",49]" in parts["metrics"], parts["metrics"][:300]
    log(folder / "other/b/events.out.tfevents.1", range(5))
    third, parts = events.next()
    assert "more/b" in parts["runs"], parts["runs"][:300]
    # Who comes later, or was away, gets what it lacks; who comes from another process, all.
    assert Events(port, second).next()[0] == third
    assert "notes" in Events(port, 0).next()[1]
    assert "more/b" in status(port)[1]

    # Only this machine's names, only two paths, only GET.
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", "localhost", f"[::1]:{port}"):
        assert status(port, host=host)[0] == 200, host
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "", "localhost@evil.example", "192.168.1.1"):
        for path in ("/", "/events"):
            code = status(port, path, host=host)[0]
            assert code == 421 or host == "" and code == 400, (host, path, code)
    assert status(port, headers="Host: localhost\r\n")[0] in (400, 421)
    for path in ("/etc/passwd", "/../../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd", "/a/events.out.tfevents.1",
                 "/index.html", "/events/", "/events/../", "http://localhost/etc/passwd", "*", "/%00", "/" + "a" * 8000):
        assert status(port, path)[0] == 404, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert status(port, method=method)[0] == 405, method
    code, answer = status(port, method="HEAD")
    assert code == 200 and answer.endswith("\r\n\r\n"), "HEAD has a body"
    for garbage in ("\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n" + "a" * 200_000,
                    "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "\0" * 1000):
        try:
            assert " 200 " not in ask(port, garbage, timeout=3)[:20], garbage[:40]
        except (TimeoutError, ConnectionError):
            pass

    # Readers that don't read, and such as vanish, hold nobody up.
    silent = [Events(port, 0) for _ in range(20)]
    for one in silent[:10]:
        one.connection.close()
    more = Events(port, third)
    for number in range(3):
        log(logdir / f"run{number}/events.out.tfevents.1", range(200), tag=f"loss/{number}")
        assert f"run{number}" in more.next()[1]["runs"]
    with urllib.request.urlopen(serving.address, timeout=10) as answer:
        assert b"run2" in answer.read()
    serving.end(signal.SIGINT)
    print("the live report: follows, and answers nobody else")


def check_tensorboard(program, folder):
    logdir = folder / "board"
    log(logdir / "a/events.out.tfevents.1", range(5))
    log(folder / "second/b/events.out.tfevents.1", range(7))
    tensorboard = str(pathlib.Path(sys.executable).parent / "tensorboard")
    serving = Serving(program, "serve", "--tensorboard", tensorboard, "--port", "0", "--interval", "1",
                      str(logdir), f"two={folder / 'second'}")

    def get(path):
        with urllib.request.urlopen(serving.address + path, timeout=20) as answer:
            return json.load(answer)

    end = time.monotonic() + 30
    while get("data/runs") != ["board/a", "two/b"]:
        assert time.monotonic() < end, get("data/runs")
        time.sleep(0.2)
    points = get("data/plugin/scalars/scalars?run=two/b&tag=loss")
    assert [point[1] for point in points] == list(range(7)), points
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(serving.process.pid)], capture_output=True, text=True)
    pids = children.stdout.split()
    assert len(pids) == 2, children
    serving.end()
    for pid in pids:
        assert not pathlib.Path("/proc", pid).exists(), pid
    print("TensorBoard: shows both directories through our data server, and both programs end")


def check_failures(program, folder):
    """Each with a sentence that says what to do."""
    def fails(words, *arguments, **options):
        ended = subprocess.run([program, "serve", *arguments], capture_output=True, text=True, timeout=30, **options)
        assert ended.returncode in (1, 64) and words in ended.stderr, (arguments, ended)
    fails("pip install tensorboard", str(folder), env={"PATH": "/nowhere"})
    fails("no program that can be started", str(folder), "--tensorboard", "/no/such")
    fails("two directories are called x", "/a/x", "/b/x", "--report")
    fails("--report needs no TensorBoard", "--report", "--tensorboard", "/x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        fails("--port 0 takes any port", "--report", "--port", str(taken.getsockname()[1]), str(folder))
    print("failures: told with their remedies")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_failures(program, folder)
        check_report(program, folder)
        check_tensorboard(program, folder)


main()
