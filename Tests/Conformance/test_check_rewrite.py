"""Tests that check_rewrite.py finds a rewriting that is wrong.

usage: python test_check_rewrite.py TBEVENTS LOGDIR

They are those of which check_rewrite.py finds that all is well.
"""
import pathlib
import stat
import sys
import tempfile
import unittest

import check_rewrite

TOOL, LOGDIR = "", ""


class WrongTools(unittest.TestCase):
    """Each tool does something else than the flags say, and must be told."""

    def problems(self, script):
        with tempfile.TemporaryDirectory() as folder:
            tool = pathlib.Path(folder) / "tool"
            tool.write_text(f"#!/bin/sh\n{script}\n")
            tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
            return check_rewrite.check(str(tool), [LOGDIR]).problems

    def test_the_tool_itself(self):
        self.assertEqual(check_rewrite.check(TOOL, [LOGDIR]).problems, [])

    def test_each_wrong_tool_is_told(self):
        for script in [
                "exit 1",
                f'exec {TOOL} rewrite "$2" --output "$4"',
                f'exec {TOOL} "$@" --shift-steps 1',
                f'exec {TOOL} "$@" --drop-kind text',
                f'exec {TOOL} "$@" --restarts steps --every 2',
        ]:
            with self.subTest(script):
                self.assertTrue(self.problems(script))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    TOOL, LOGDIR = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
