#!/usr/bin/env bash
# One training by several programs that mpirun starts, on this machine: it learns what one program learns, to
# the bit every time, and survives what kills its programs.
#   ./Tests/mpi.sh
# Needs Debian or Ubuntu, where Open MPI is installed if it isn't there, or a Mac with Homebrew's.
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

need_build_tools
if ! command -v mpirun >/dev/null || ! pkg-config --exists ompi-c; then
  if [ "$(uname)" = Darwin ]; then brew install open-mpi; else install_packages libopenmpi-dev openmpi-bin; fi
fi

say "Without the trait, nobody needs Open MPI"
swift build --product tbtrain
alone=$(swift build --show-bin-path)/tbtrain
if command -v ldd >/dev/null && ldd "$alone" | grep libmpi; then stop "$alone needs Open MPI"; fi

say "Building tbtrain with it"
build=(--scratch-path .build-mpi --disable-index-store --traits OpenMPI)
for product in tbtrain tbevents; do swift build "${build[@]}" --product "$product"; done
bin=$(swift build "${build[@]}" --show-bin-path)

say "Training together"
python3 Tests/Conformance/check_ranks.py "$bin/tbtrain" "$bin/tbevents" "$alone"
