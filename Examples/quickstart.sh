#!/usr/bin/env bash
# From nothing to a trained network, its TensorBoard logs and a projected feature, in a few minutes.
#   ./Examples/quickstart.sh [LOGDIR]
set -euo pipefail
logdir=${1:-logdir}
case $logdir in
  /*) ;;
  *) [ $# -eq 0 ] || logdir=$PWD/$logdir ;;
esac
cd "$(dirname "$0")/.."
. Examples/setup.sh

need_build_tools
say "Building tbtrain and deconv (a minute or two)"
swift build -c release --product tbtrain
swift build -c release --product deconv
bin=$(swift build -c release --show-bin-path)

say "tbtrain lenet: LeNet learns ten classes of drawn shapes"
"$bin/tbtrain" lenet --logdir "$logdir" --steps 400

say "deconv project: what excites filter 7 of the second layer?"
"$bin/deconv" project --layer 2 --filter 7 --logdir "$logdir" --force \
  --output "$logdir/layer2-filter7.png"

cat <<END

Look at the projection: $logdir/layer2-filter7.png
Look at the run in TensorBoard:
  python3 -m venv .venv && .venv/bin/pip install tensorboard 'setuptools<81'
  .venv/bin/tensorboard --logdir $logdir
  and open http://localhost:6006
END
