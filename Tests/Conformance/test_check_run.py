"""Tests that check_run.py finds what is wrong: with the expectations, and with the run.

usage: python test_check_run.py LOGDIR

LOGDIR holds the run of which check_run.py finds that all is well. Nothing in it is changed.
"""

import copy
import json
import pathlib
import shutil
import struct
import sys
import tempfile
import unittest

import check_run
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

WANT = json.loads(pathlib.Path(__file__).with_name("lenet.json").read_text())
RUN = WANT["run"]
LOGDIR = ""


def records(path):
    """The records of an event file: where each begins and what it holds."""
    data, position, found = path.read_bytes(), 0, []
    while position < len(data):
        (length,) = struct.unpack_from("<Q", data, position)
        found.append((position, data[position + 12:position + 12 + length]))
        position += length + 16
    return found


def framed(payload):
    length = struct.pack("<Q", len(payload))
    return (length + struct.pack("<I", masked_crc32c(length))
            + payload + struct.pack("<I", masked_crc32c(payload)))


class WrongExpectations(unittest.TestCase):
    """Each change of the expectations must be told."""

    # What is changed, to what (None: taken away), and the sentence that tells it.
    changes = [
        (["scalars", "loss/nowhere"], {}, "scalars lack ['loss/nowhere']"),
        (["scalars", "loss/train"], None, "scalars hold ['loss/train']"),
        (["scalars", "learning_rate", "points"], 6, "learning_rate has 5 points, not 6"),
        (["scalars", "loss/test", "within"], [0, 0.001], "loss/test leaves 0 to 0.001"),
        (["last_step"], 41, "learning_rate ends at step [40]"),
        (["last_step"], 41, "W1_SUMMARY/histogram ends at step 40"),
        (["histograms", "W9/histogram"], {}, "histograms lack ['W9/histogram']"),
        (["histograms", "W1_SUMMARY/histogram", "count"], 801,
         "W1_SUMMARY/histogram counts 800.0, not 801"),
        (["images", "W9/filters"], {}, "images lack ['W9/filters']"),
        (["images", "W1/filters", "size"], [1, 1], "W1/filters is ["),
        (["text", "notes"], {"contains": []}, "text lack ['notes']"),
        (["text", "flags", "contains"], ["--no-such-flag"], "text flags lacks '--no-such-flag'"),
        (["hparams", "columns"], ["optimizer"], "hparams are ["),
        (["hparams", "values", "optimizer"], "sgd", "hparam optimizer is adam, not sgd"),
        (["hparams", "metrics"], ["accuracy/nowhere"], "hparams have the metrics"),
    ]

    def setUp(self):
        self.want = copy.deepcopy(WANT)
        for keys, value, _ in self.changes:
            place = self.want
            for key in keys[:-1]:
                place = place[key]
            if value is None:
                del place[keys[-1]]
            else:
                place[keys[-1]] = value

    def test_each_is_told_by_both_loaders(self):
        for load_fast in ("true", "false"):
            problems = []
            with check_run.Server(LOGDIR, load_fast) as server:
                server.wait_for(RUN, WANT["last_written"])
                check_run.check_server(server, RUN, self.want, problems)
            for keys, _, sentence in self.changes:
                with self.subTest(load_fast=load_fast, keys=keys):
                    self.assertIn(f"--load_fast={load_fast}: {sentence}", "\n".join(problems))

    def test_those_of_the_event_file_are_told_in_process(self):
        problems = []
        check_run.check_in_process(LOGDIR, RUN, self.want, problems)
        for sentence in [
            "scalars lack ['loss/nowhere']", "learning_rate has 5 points, not 6",
            "learning_rate ends at step [40]", "tensors lack ['W9/histogram', 'notes']",
            "W1_SUMMARY/histogram counts 800.0, not 801", "images lack ['W9/filters']",
        ]:
            with self.subTest(sentence=sentence):
                self.assertIn(f"EventAccumulator: {sentence}", "\n".join(problems))


class DamagedRuns(unittest.TestCase):
    def setUp(self):
        self.logdir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.logdir)
        (source,) = pathlib.Path(LOGDIR, RUN).glob("*tfevents*")
        pathlib.Path(self.logdir, RUN).mkdir()
        self.path = pathlib.Path(self.logdir, RUN, source.name)
        shutil.copy(source, self.path)
        self.records = records(self.path)

    def problems(self):
        problems = []
        check_run.check_records(self.logdir, RUN, problems)
        check_run.check_in_process(self.logdir, RUN, WANT, problems)
        return "\n".join(problems)

    def served(self, load_fast):
        """The problems that a server shows; it may lack the tag that tells the end."""
        problems = []
        with check_run.Server(self.logdir, load_fast) as server:
            server.wait_for(RUN, "loss/train")
            check_run.check_server(server, RUN, WANT, problems)
        return "\n".join(problems)

    def test_an_unchanged_copy_is_fine(self):
        self.assertEqual(self.problems(), "")

    def test_a_flipped_bit_in_any_record(self):
        data = self.path.read_bytes()
        for number, (start, payload) in enumerate(self.records):
            # In the length, in the content, in the content's checksum.
            for offset in (0, 12 + len(payload) // 2, 12 + len(payload)):
                with self.subTest(record=number, offset=offset):
                    damaged = bytearray(data)
                    damaged[start + offset] ^= 1
                    self.path.write_bytes(damaged)
                    problems = []
                    check_run.check_records(self.logdir, RUN, problems)
                    self.assertIn(f"record {number} is damaged", "\n".join(problems))

    def test_a_record_that_is_cut_off(self):
        self.path.write_bytes(self.path.read_bytes()[:-1])
        self.assertIn(f"record {len(self.records) - 1} is damaged", self.problems())

    def test_missing_records(self):
        """The last quarter is missing, and what is there is whole."""
        count = len(self.records) * 3 // 4
        self.path.write_bytes(b"".join(framed(payload) for _, payload in self.records[:count]))
        self.assertIn("EventAccumulator: ", self.problems())
        for load_fast in ("true", "false"):
            self.assertIn(" lack [", self.served(load_fast))

    def test_records_in_another_order(self):
        """All records are there and whole; steps go down once."""
        payloads = [payload for _, payload in self.records]
        scalars = [index for index, payload in enumerate(payloads) if b"loss/train" in payload]
        first, last = scalars[0], scalars[-2]
        payloads[first], payloads[last] = payloads[last], payloads[first]
        self.path.write_bytes(b"".join(framed(payload) for payload in payloads))
        self.assertIn("loss/train has steps out of order", self.problems())
        # The data server drops the points that a lower step follows.
        self.assertIn("loss/train has ", self.served("true"))
        self.assertIn("loss/train has steps out of order", self.served("false"))

    def test_a_missing_file(self):
        self.path.unlink()
        problems = []
        check_run.check_records(self.logdir, RUN, problems)
        self.assertEqual(problems, [f"{RUN} has no event file"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    LOGDIR = sys.argv.pop()
    unittest.main()
