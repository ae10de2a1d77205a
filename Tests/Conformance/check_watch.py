"""Drives `tbevents watch` in a real terminal: tmux, with keys sent and screens looked at.

usage: python check_watch.py TBEVENTS [SCREENS]

The log is written by TensorBoard's writer while the screen is watched. SCREENS: a directory that gets what was
on the screen as text files. Exit code: 0 if all is as expected, 1 if not, with a sentence a difference.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

TAGS = ["loss/train", "loss/test", "accuracy/train", "accuracy/test", "rate"]
BRAILLE = {chr(code) for code in range(0x2801, 0x2900)}


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, work, columns=80, rows=24):
        self.socket = str(pathlib.Path(work) / "tmux")
        self.screens = 0
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        environment.pop("TMUX", None)
        environment.pop("NO_COLOR", None)
        self.run_environment = environment
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "env PS1='$ ' PROMPT_COMMAND= bash --norc --noprofile")
        self.wait(lambda text: "$" in text, "a prompt")

    def tmux(self, *arguments):
        return subprocess.run(
            ["tmux", "-S", self.socket, *arguments], env=self.run_environment, check=True,
            capture_output=True, text=True).stdout

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def wait(self, condition, what, seconds=20):
        """The screen once it fulfils a condition."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.text()
            if condition(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{what} didn't come; the screen is\n{self.text()}")

    def pid(self):
        shell = self.tmux("display", "-p", "#{pane_pid}").strip()
        children = pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        return int(children[0])

    def is_alternate(self):
        return self.tmux("display", "-p", "#{alternate_on} #{cursor_flag}").strip() == "1 0"

    def has_left(self):
        return self.tmux("display", "-p", "#{alternate_on} #{cursor_flag}").strip() == "0 1"

    def end(self):
        self.tmux("kill-server")


class Log:
    """Runs that grow."""

    def __init__(self, directory):
        self.writers = {}
        self.directory = pathlib.Path(directory)
        self.step = 0

    def write(self, run, steps):
        writer = self.writers.get(run) or EventFileWriter(str(self.directory / run))
        self.writers[run] = writer
        for step in range(self.step, self.step + steps):
            values = [summary_pb2.Summary.Value(tag=tag, simple_value=(step + 1) * (number + 1) / 100)
                      for number, tag in enumerate(TAGS)]
            writer.add_event(event_pb2.Event(
                wall_time=1.7e9 + step, step=step, summary=summary_pb2.Summary(value=values)))
        writer.flush()

    def close(self):
        for writer in self.writers.values():
            writer.close()


def expect(condition, sentence, text=""):
    if not condition:
        raise AssertionError(f"{sentence}\n{text}")


def drive(tool, work, screens):
    log = Log(work / "logdir")
    for run in ("adam", "sgd"):
        log.write(run, 50)
    terminal = Terminal(work)

    def keep(name, text):
        if screens:
            (screens / f"{name}.txt").write_text(text)

    def start(*flags, environment=""):
        terminal.keys(f"clear; {environment} {tool} watch {work}/logdir --interval 0.2 "
                      + " ".join(flags), "Enter")

    try:
        terminal.keys("echo before", "Enter")
        start()
        text = terminal.wait(lambda text: "5 charts" in text and "q quit" in text, "the charts")
        keep("grid", text)
        lines = text.rstrip("\n").split("\n")
        expect(terminal.is_alternate(), "the screen isn't the alternate one, or has a cursor")
        expect(len(lines) == 24 and all(len(line) <= 80 for line in lines), "not 80x24", text)
        expect("2 runs" in lines[0] and "page 1 of 2" in lines[0], "no head", text)
        expect("▸ loss/train" in text and "  accuracy/test" in text, "four charts", text)
        expect("rate" not in "".join(lines[1:-1]), "a fifth chart on a page of four", text)
        expect("adam" in lines[-2] and "sgd" in lines[-2], "no legend", text)
        expect(sum(letter in BRAILLE for letter in text) > 60, "no curves", text)
        # It follows.
        log.step = 50
        log.write("adam", 100)
        log.write("third", 150)
        text = terminal.wait(lambda text: "3 runs" in text and "150" in text, "new values")
        # Pages.
        terminal.keys("n")
        text = terminal.wait(lambda text: "page 2 of 2" in text and "rate" in text, "page 2")
        terminal.keys("p")
        terminal.wait(lambda text: "page 1 of 2" in text, "page 1")
        # Zoom, smoothing, scale.
        terminal.keys("Right", "Enter")
        text = terminal.wait(lambda text: "loss/test" in text and "accuracy" not in text, "one chart")
        expect("adam  3.000  step 149" in text, "no last value", text)
        keep("zoom", text)
        terminal.keys("s", "s", "l")
        terminal.wait(lambda text: "smoothed 0.20" in text and "logarithmic" in text, "smoothing")
        terminal.keys("S", "S", "l", "Escape")
        terminal.wait(lambda text: "smoothed" not in text and "accuracy/test" in text, "all charts")
        # Filters.
        terminal.keys("/")
        terminal.keys("-l", "^acc.*(train|t")
        text = terminal.wait(lambda text: "isn't a regular expression yet" in text, "a half filter")
        terminal.keys("-l", "est)$")
        terminal.keys("Enter")
        text = terminal.wait(
            lambda text: "2 charts" in text and "tags /^acc.*(train|test)$/" in text, "a filter")
        expect("loss" not in text, "a chart that doesn't match", text)
        terminal.keys("r")
        terminal.keys("-l", "third")
        terminal.keys("Enter")
        text = terminal.wait(lambda text: "runs /third" in text and "adam" not in text, "a filter of runs")
        keep("filter", text)
        # The table.
        terminal.keys("r", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "Enter", "h")
        text = terminal.wait(lambda text: "run" in text.split("\n")[1], "the table")
        expect(all(run in text for run in ("adam", "sgd", "third")), "no runs", text)
        keep("table", text)
        terminal.keys("h")
        # Another size.
        terminal.tmux("resize-window", "-x", "120", "-y", "40")
        text = terminal.wait(
            lambda text: len(text.rstrip("\n").split("\n")) == 40 and "q quit" in text, "40 lines")
        expect(max(map(len, text.split("\n"))) > 90, "the width isn't used", text)
        terminal.tmux("resize-window", "-x", "20", "-y", "5")
        terminal.wait(lambda text: "Too small" in text, "a word on the size")
        terminal.tmux("resize-window", "-x", "80", "-y", "24")
        terminal.wait(lambda text: "2 charts" in text and "Too small" not in text, "the charts")
        # Nothing is drawn where nothing changed: the screen's bytes stay as they are.
        pid = terminal.pid()
        written = lambda: int(dict(line.split(": ") for line in pathlib.Path(
            f"/proc/{pid}/io").read_text().splitlines())["wchar"])
        time.sleep(0.5)
        before = written()
        time.sleep(1.2)
        expect(written() == before, f"{written() - before} bytes were written for nothing")
        # Each way out.
        terminal.keys("q")
        terminal.wait(lambda text: "before" not in text and text.rstrip().endswith("$"), "a prompt")
        expect(terminal.has_left(), "q doesn't restore the screen")
        for name, leave, code in [
                ("Ctrl-C", lambda: terminal.keys("C-c"), 130),
                ("SIGTERM", lambda: os.kill(terminal.pid(), signal.SIGTERM), 130),
                ("SIGHUP", lambda: os.kill(terminal.pid(), signal.SIGHUP), 130),
                ("a crash", lambda: os.kill(terminal.pid(), signal.SIGSEGV), 139)]:
            start()
            terminal.wait(lambda text: "5 charts" in text and "q quit" in text, "the charts")
            terminal.keys("C-z")
            leave()
            terminal.wait(lambda text: "charts" not in text.split("\n")[0], f"the end by {name}")
            terminal.keys("echo code $?", "Enter")
            terminal.wait(lambda text: f"code {code}" in text, f"code {code} of {name}")
            expect(terminal.has_left(), f"{name} doesn't restore the screen")
            # Keys are seen again.
            terminal.keys("echo see''n", "Enter")
            terminal.wait(lambda text: "echo see''n" in text and "\nseen" in text, "an echo")
        # Without colours marks tell the runs apart.
        start(environment="NO_COLOR=1")
        text = terminal.wait(lambda text: "5 charts" in text and "q quit" in text, "the charts")
        expect("─●─ adam" in text and "\x1b[3" not in terminal.text("-e"), "colours", text)
        keep("no-color", text)
        terminal.keys("q")
        start(environment="LC_ALL=C")
        text = terminal.wait(lambda text: "5 charts" in text and "q quit" in text, "the charts")
        expect(text.isascii() and "** adam" in text, "more than ASCII", text)
        terminal.keys("q")
        # What can't be watched.
        for words, sentence in [
                (f"echo | {tool} watch {work}/logdir", "standard input isn't a terminal"),
                (f"{tool} watch {work}/logdir | cat", "standard output isn't a terminal"),
                (f"TERM=dumb {tool} watch {work}/logdir", "TERM=dumb")]:
            terminal.keys(f"clear; {words}; echo e''nd", "Enter")
            text = terminal.wait(lambda text: "\nend" in text, "the end")
            flat = text.replace("\n", "")
            expect(sentence in flat and "tail -f" in flat, sentence, text)
            expect(terminal.has_left(), "the screen was taken")
        # A log directory that comes later.
        terminal.keys(f"clear; {tool} watch {work}/later --interval 0.2", "Enter")
        terminal.wait(lambda text: "can't list the directory" in text, "a word on the directory")
        later = Log(work / "later")
        later.write("one", 9)
        terminal.wait(lambda text: "1 run" in text and "loss/train" in text, "the later log")
        later.close()
        terminal.keys("l")
        terminal.wait(lambda text: "q quit" in text, "the keys instead of the word")
        terminal.keys("q")
    finally:
        log.close()
        terminal.end()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if not shutil.which("tmux"):
        sys.exit("check_watch.py needs tmux")
    screens = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else None
    if screens:
        screens.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        try:
            drive(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(work), screens)
        except AssertionError as error:
            sys.exit(f"watch: {error}")
    print("watch draws, follows, obeys its keys and gives the terminal back")


if __name__ == "__main__":
    main()
