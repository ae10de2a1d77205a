"""Tests that check_report.py finds what is wrong with a page.

usage: python test_check_report.py PAGE LOGDIR

PAGE and LOGDIR are those of which check_report.py finds that all is well. Nothing in them is changed.
"""

import pathlib
import re
import sys
import unittest

import check_report

PAGE, LOGDIR = "", ""


def first(pattern, replacement, text):
    changed, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1, pattern
    return changed


class WrongPages(unittest.TestCase):
    """Each change of the page must be told."""

    # What is looked for, what stands there then, and the sentence that tells it.
    changes = [
        ("</h1>", "</h2>", "no HTML"),
        ("</table>", "", "no HTML"),
        ('<section id="notes">', '<section id="runs">', "id runs is there twice"),
        ('href="#images"', 'href="#nowhere"', "'#nowhere', which isn't there"),
        ('href="#images"', 'href="https://example.org/"', "refers to 'https://example.org/'"),
        ("</header>", '<img src="a.png" alt=""></header>', "refers to 'a.png'"),
        ("<main>", '<main onclick="x()">', "main has onclick"),
        ("<main>", "<main><script>alert(1)</script>", "there are 2 scripts"),
        ("</style>", "p{background:url(x.png)}</style>", "style sheet refers"),
        ("</title>", '</title><link rel="stylesheet" href="#runs">', "there is a link"),
        ("'use strict';", "'use strict';fetch('http://e.org');", "names an address"),
        ('<th scope="row" title="', '<th scope="row" title="other ', "isn't in the table"),
        (r'"y":\[([^,\]]*),', r'"y":[99,', "has other points than were logged"),
        (r'"x":\[[0-9]+,', r'"x":[77777,', "has other points than were logged"),
        (r'base64,iVBORw0KGgo(.{40}).', r'base64,iVBORw0KGgo\1=', "isn't in the page"),
    ]

    def test_the_page_itself(self):
        self.assertEqual(check_report.check(PAGE, LOGDIR), [])

    def test_each_change_is_told(self):
        for pattern, replacement, sentence in self.changes:
            with self.subTest(pattern):
                problems = check_report.check(first(pattern, replacement, PAGE), LOGDIR)
                self.assertTrue(any(sentence in p for p in problems), (sentence, problems[:5]))

    def test_a_missing_histogram_is_told(self):
        page = PAGE.replace('class="ridge ', 'class="rdge ')
        problems = check_report.check(page, LOGDIR)
        self.assertTrue(any("histogram charts are shown" in p for p in problems), problems[:5])

    def test_a_wrong_best_value_is_told(self):
        page = re.sub(r' data-v="[^"]*"', ' data-v="77777"', PAGE)
        problems = check_report.check(page, LOGDIR)
        self.assertTrue(any("the table lacks" in p for p in problems), problems[:5])

    def test_a_missing_chart_is_told(self):
        page = PAGE.replace('<script type="application/json">', "<template>").replace(
            "</script>\n</figure>", "</template>\n</figure>")
        problems = check_report.check(page, LOGDIR)
        self.assertTrue(any("no chart has" in p for p in problems), problems[:5])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    PAGE = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    LOGDIR = sys.argv[2]
    unittest.main(argv=sys.argv[:1])
