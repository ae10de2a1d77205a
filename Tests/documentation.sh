#!/usr/bin/env bash
# The documentation of every module that the package vends, without a warning.
#   ./Tests/documentation.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

say "Documentation"
modules=$(sed -n '/documentation_targets/,$p' .spi.yml | tr -d '[]:,' | sed 's/- documentation_targets//')
targets=()
for module in $modules; do targets+=(--target "$module"); done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
DOCUMENTATION=1 swift package generate-documentation "${targets[@]}" --warnings-as-errors \
  >"$log" 2>&1 || stop "$(grep -A 8 -E '^(error|warning):' "$log" || cat "$log")"
printf '%s modules, no warning\n' "$((${#targets[@]} / 2))"
