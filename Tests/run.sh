#!/usr/bin/env bash
# Everything that is checked, on a machine that has nothing but Swift.
#   ./Tests/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

need_build_tools
need_python

say "Building"
swift build --build-tests
bin=$(swift build --show-bin-path)

say "Testing"
swift test --skip-build

say "Files that lie, and files that grow"
python3 Tests/Hostile/check.py "$bin"

say "Reading a run of ours with TensorBoard from PyPI"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --requirement Tests/Conformance/requirements.txt
"$bin/tbtrain" lenet --data shapes --train-per-class 30 --test-per-class 10 --steps 40 \
  --logdir "$work" --run conformance --quiet
.venv/bin/python Tests/Conformance/check_run.py "$work"
.venv/bin/python Tests/Conformance/test_check_run.py "$work"

say "Reading a report of it"
report() {
  "$bin/tbevents" report "$1" --output "$2" --quiet
  .venv/bin/python Tests/Conformance/check_report.py "$2" "$1"
  .venv/bin/python Tests/Conformance/test_check_report.py "$2" "$1"
}
report "$work" "$work/report.html"

say "Reading every kind of summary with it"
"$bin/reference-run" "$work/kinds"
.venv/bin/python Tests/Conformance/check_kinds.py "$work/kinds"
.venv/bin/python Tests/Conformance/test_check_kinds.py "$work/kinds"
report "$work/kinds" "$work/kinds.html"

say "Rewriting logs of ours and of others, read by EventAccumulator"
writers=Tests/EventFilesTests/Fixtures/writers
.venv/bin/python Tests/Conformance/check_rewrite.py "$bin/tbevents" "$work" "$writers"
.venv/bin/python Tests/Conformance/test_check_rewrite.py "$bin/tbevents" "$writers"

say "Reducing runs over their seeds, as NumPy does"
.venv/bin/python Tests/Conformance/check_reduce.py "$bin/tbevents"

say "Watching runs in a terminal"
if command -v tmux >/dev/null; then
  .venv/bin/python Tests/Conformance/check_watch.py "$bin/tbevents"
else
  say "Skipped: there is no tmux"
fi

say "All is well"
