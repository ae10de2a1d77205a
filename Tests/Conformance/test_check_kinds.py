"""Tests that check_kinds.py finds what is wrong with the expectations and with the runs.

usage: python test_check_kinds.py LOGDIR

LOGDIR holds the reference run of which check_kinds.py finds that all is well. Nothing in it is changed.
"""

import copy
import json
import math
import pathlib
import shutil
import sys
import tempfile
import unittest
import unittest.mock

import check_kinds
import check_run

WANT = json.loads(pathlib.Path(__file__).with_name("reference.json").read_text(encoding="utf-8"))
LOGDIR = ""


def changed_expectations():
    """Wrong expectations, at least one a kind, and the sentences that tell them, by who tells them."""
    want = copy.deepcopy(WANT)
    tags = {(entry["run"], entry["tag"]): entry for entry in want["tags"]}
    both, server, file = [], [], []

    def change(tag, key, value, sentence, to, run="main"):
        tags[run, tag][key] = value
        to.append(sentence)

    change("loss/train", "points", 61, "the number of points of main: loss/train is 60, not 61", both)
    change("waves/sin", "last_value", 0.5, "the last waves/sin is 0.41", both)
    change("loss/test", "last_step", 9, "the last_step of trial-2: loss/test is 10, not 9", both, "trial-2")
    change("weights/all", "count", 999, "the count of weights/all is ", both)
    change("raw/limits", "max", 8, "the greatest of raw/limits is 7.0, not 8", both)
    change("image/video", "frames", 9, "the frames of the image image/video is 8, not 9", server)
    change("image/one", "width", 65, "the told size of image/one is {(64, 48)}", file)
    change("image/batch", "samples", 2, "the samples of image/batch is 3, not 2", both)
    change("sound/stereo", "channels", 1, "the form of sound/stereo is (2, 16000, 2)", server)
    change("sound/tone", "seconds", 2, "the length of sound/tone is 1.0, not 2", server)
    change("notes/table", "text_contains", "| nothing |", "notes/table is '| name", file)
    change("pr/weighted", "thresholds", 3, "pr/weighted has ", server)
    change("mesh/cloud_VERTEX", "shape", [1, 601, 3], "the shape of mesh/cloud_VERTEX is [1, 600, 3]", both)
    change("tensor/float", "shape", [3, 2], "the shape of tensor/float is [2, 3], not [3, 2]", file)
    change("tensor/int64", "dtype", "int32", "the type of tensor/int64 is int64, not int32", file)
    # Last, since each ends the part that looks for it.
    for plugin in ("scalars", "histograms", "images", "audio", "text", "pr_curves"):
        want["tags"].append({"run": "main", "tag": f"no/{plugin}", "plugin": plugin})
        server.append(f"the set of {plugin} of main is ")
    file.append("the set of tags of main is ")
    want["graphs"]["main"]["node_names"].append("conv9")
    server.append("the graph of main lacks conv9")
    want["custom_scalars"]["Training"].append("third")
    server.append("the layout is ")
    want["hparams"]["sessions"]["trial-1"]["hparams"]["augment"] = True
    server.append("what trial-1 is set to is ")
    want["hparams"]["sessions"]["trial-3"]["status"] = "STATUS_SUCCESS"
    server.append("the status of trial-3 is STATUS_FAILURE")
    want["hparams"]["sessions"]["main"]["metrics"]["loss/test"] = 3
    server.append("loss/test of main is 0.27")
    want["projector"]["main"]["discs:00060"]["shape"] = [100, 13]
    server.append("the shape of discs:00060 is [100, 12], not [100, 13]")
    want["dashboards"]["active"].append("debugger-v2")
    server.append("the dashboards ['debugger-v2'] have nothing to show")
    return want, both + server, both + file


class WrongExpectations(unittest.TestCase):
    def test_each_is_told_by_who_can_know(self):
        want, by_servers, in_process = changed_expectations()
        problems = []
        for load_fast in ("true", "false"):
            with check_run.Server(LOGDIR, load_fast) as server:
                check_kinds.ServerJudge(want, problems).check(server)
            told = "\n".join(problems)
            for sentence in by_servers:
                with self.subTest(load_fast=load_fast, sentence=sentence):
                    self.assertIn(f"--load_fast={load_fast}: {sentence}", told)
        problems = []
        check_kinds.FileJudge(want, problems).check(LOGDIR)
        told = "\n".join(problems)
        for sentence in in_process:
            with self.subTest(sentence=sentence):
                self.assertIn(f"EventAccumulator: {sentence}", told)


    def test_each_value_is_looked_at(self):
        stripes, disc = check_kinds.stripes, check_kinds.disc
        problems = []
        with unittest.mock.patch.multiple(
                check_kinds, CURVES={"waves/sin": math.cos}, TENSORS={"tensor/bool": [True, True]},
                stripes=lambda width, height, shift: stripes(width, height, shift + 2),
                disc=lambda size, x, y: disc(size, x, y - 1)):
            check_kinds.FileJudge(WANT, problems).check(LOGDIR)
        told = "\n".join(problems)
        for sentence in [
                "waves/sin at step 60 is 0.41", "what tensor/bool holds is [True, False]",
                "image/one has other pixels at step 5", "frame 11 of image/gray has other pixels",
                "frame 7 of image/video is "]:
            with self.subTest(sentence=sentence):
                self.assertIn(sentence, told)


class DamagedRuns(unittest.TestCase):
    def setUp(self):
        self.logdir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.logdir)
        shutil.copytree(LOGDIR, self.logdir, dirs_exist_ok=True)
        self.main = pathlib.Path(self.logdir, "main")

    def problems(self):
        return "\n".join(check_kinds.check(self.logdir, WANT, load_fast=("true",)))

    def test_missing_embeddings(self):
        (self.main / "projector_config.pbtxt").unlink()
        self.assertIn("projector can't be read", self.problems())

    def test_a_image_that_ends_too_early(self):
        """The sprite is no image, and the metadata lacks a row."""
        (folder,) = (self.main / "projector").glob("discs*")
        (folder / "sprite.png").write_bytes((folder / "sprite.png").read_bytes()[:20])
        metadata = (folder / "metadata.tsv").read_text().splitlines(keepends=True)
        (folder / "metadata.tsv").write_text("".join(metadata[:-1]))
        problems = self.problems()
        self.assertIn("the number of rows of discs:00060 is 99, not 100", problems)
        self.assertIn("projector can't be read", problems)

    def test_a_flipped_bit(self):
        (path,) = self.main.glob("*tfevents*")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        problems = []
        check_run.check_records(self.logdir, "main", problems)
        self.assertIn("is damaged", "\n".join(problems))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    LOGDIR = sys.argv.pop()
    unittest.main()
