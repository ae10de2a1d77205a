#!/usr/bin/env bash
# From nothing to the assignment's report, in a quarter of an hour; flags are those of tbtrain assignment.
#   ./Examples/assignment.sh [--data DIRECTORY] [--rows-data DIRECTORY] [--size hour] …
set -euo pipefail
. "$(dirname "$0")/setup.sh"

need_build_tools
package=$(cd "$(dirname "$0")/.." && pwd)
say "Building tbtrain, deconv and tbevents (a few minutes)"
for tool in tbtrain deconv tbevents; do
  swift build --package-path "$package" -c release --product $tool
done
bin=$(swift build --package-path "$package" -c release --show-bin-path)

say "tbtrain assignment: every experiment, and its report"
"$bin/tbtrain" assignment "$@"
