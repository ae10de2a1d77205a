#!/usr/bin/env bash
# From nothing to a trained network, its TensorBoard logs and a projected feature, in a few minutes.
#   ./Examples/quickstart.sh [LOGDIR]
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
. Examples/setup.sh
logdir=${1:-$here/logdir}

need_build_tools
say "Building tbtrain and deconv (about a minute)"
swift build -c release --product tbtrain
swift build -c release --product deconv
bin=$(swift build -c release --show-bin-path)

say "tbtrain lenet: LeNet learns ten classes of drawn shapes"
"$bin/tbtrain" lenet --logdir "$logdir" --steps 600

say "deconv project: what excites filter 7 of the second layer?"
"$bin/deconv" project --layer 2 --filter 7 --force --output "$logdir/layer2-filter7.png"

cat <<END

See the run in TensorBoard:
  python3 -m venv .venv && .venv/bin/pip install tensorboard 'setuptools<81'
  .venv/bin/tensorboard --logdir $logdir
  then open http://localhost:6006
See the projection: $logdir/layer2-filter7.png
END
