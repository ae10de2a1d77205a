#!/usr/bin/env bash
# Fuzzes every reader: builds the targets with libFuzzer and the address and undefined-behaviour sanitizers,
# lets each run, and prints what came of it. Ends with 1 if something was found.
#   ./Tests/Fuzz/run.sh [seconds a target] [target…]    60 seconds and all targets, if nothing is said
#   ./Tests/Fuzz/run.sh replay TARGET FILE              runs one kept input
#   ./Tests/Fuzz/run.sh oracle [files a grammar]        what others read of the same files: see oracle.py
#   FUZZ_PLAIN=1 ./Tests/Fuzz/run.sh …                  without sanitizers: three times as fast
set -euo pipefail
cd "$(dirname "$0")/../.."
. Examples/setup.sh

# A program, and the targets it is called by. "-grammar": inputs choose among what a grammar makes.
programs="
logs: wire wire-grammar records runs-grammar requests requests-grammar served-grammar
pages: markdown markdown-grammar
models: safetensors safetensors-grammar checkpoint-grammar architecture architecture-grammar onnx onnx-grammar
recipes: recipe recipe-grammar
kernels: kernels
data: png png-grammar jpeg jpeg-grammar idx gzip cifar tar tar-grammar
"

build() {
  local scratch=$1 flags
  shift
  if [ -n "${FUZZ_PLAIN:-}" ]; then
    flags=(-Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link)
  else
    flags=(-Xswiftc -sanitize=address,fuzzer
      -Xcc -fsanitize=fuzzer-no-link,address,undefined -Xcc -fno-sanitize-recover=undefined)
  fi
  for program in "$@"; do
    FUZZ=1 swift build --quiet -c release --scratch-path "$scratch" --product "fuzz-$program" \
      -Xswiftc -use-ld=lld -Xswiftc -enable-testing "${flags[@]}"
  done
}

# run NAME [libFuzzer's arguments…]
run() {
  local name=$1
  shift
  "$work/$name" -timeout=10 -rss_limit_mb=2000 -malloc_limit_mb=300 -detect_leaks=0 \
    -artifact_prefix="$found/$name-" "$@"
}

need_build_tools
out=.build/fuzz
[ -z "${FUZZ_PLAIN:-}" ] || out=.build/fuzz-plain
found=$out/found
memory=/dev/shm
[ -d "$memory" ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d -p "$memory")
trap 'rm -rf "$work"' EXIT
mkdir -p "$found" "$out/corpus"
# Swift's own report of a crash would take libFuzzer's place. Its enums keep bits in pointers, which the
# leak detector doesn't follow.
export FUZZ_FOLDER=$work/files SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16

seconds=60
wanted=()
replay=
oracle=
if [ "${1:-}" = oracle ]; then
  oracle=${2:-3000}
  wanted=(onnx-grammar png-grammar jpeg-grammar runs-grammar)
elif [ "${1:-}" = replay ]; then
  [ $# -eq 3 ] || stop "usage: $0 replay TARGET FILE"
  wanted=("$2")
  replay=$3
else
  if [ $# -gt 0 ]; then
    seconds=$1
    shift
  fi
  wanted=("$@")
fi

targets=()
while IFS=: read -r program names; do
  [ -n "$program" ] || continue
  chosen=()
  for name in $names; do
    [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " = *" $name "* ]] || continue
    chosen+=("$name")
  done
  [ ${#chosen[@]} -gt 0 ] || continue
  build "$out" "$program"
  for name in "${chosen[@]}"; do
    ln -s "$PWD/$out/release/fuzz-$program" "$work/$name"
    targets+=("$name")
  done
done <<< "$programs"
[ ${#targets[@]} -gt 0 ] || stop "no such target: ${wanted[*]}"

if [ -n "$replay" ]; then
  run "${wanted[0]}" "$replay"
  exit
fi

if [ -n "$oracle" ]; then
  need_python
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --requirement Tests/Fuzz/requirements.txt
  status=0
  for name in "${targets[@]}"; do
    say "$name"
    mkdir -p "$work/dump-$name" "$out/corpus/$name"
    # Inputs of any length from the start, so that files hold much.
    FUZZ_DUMP=$work/dump-$name run "$name" "$out/corpus/$name" -runs="$oracle" -max_len=200 \
      -len_control=0 -reload=0 > "$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
    .venv/bin/python Tests/Fuzz/oracle.py "$work/dump-$name" || status=1
    [ "$status" -eq 0 ] || { mkdir -p "$found" && cp -r "$work/dump-$name" "$found"; }
  done
  exit "$status"
fi

findings=0
printf '%-22s %12s %9s %9s %9s\n' target executions exec/s coverage findings
for name in "${targets[@]}"; do
  mkdir -p "$out/corpus/$name"
  log=$work/log
  status=0
  run "$name" "$out/corpus/$name" -max_total_time="$seconds" -max_len=512 -print_final_stats=1 -reload=0 \
    > "$log" 2>&1 || status=$?
  statistic() { sed -n "s/stat::$1: *//p" "$log" | tail -1; }
  coverage=$(grep -ao 'cov: [0-9]*' "$log" | tail -1 | cut -c6-)
  kept=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
  count=0
  [ "$status" -eq 0 ] || count=1
  findings=$((findings + count))
  line=$(printf '%-22s %12s %9s %9s %9s' "$name" "$(statistic number_of_executed_units)" \
    "$(statistic average_exec_per_sec)" "${coverage:-?}" "$count")
  printf '%s\n' "$line"
  printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$line" >> "$out/log"
  if [ "$count" -gt 0 ]; then
    grep -a -m 3 'Fatal error\|ERROR\|SUMMARY\|runtime error' "$log" || tail -5 "$log"
    printf 'again: ./Tests/Fuzz/run.sh replay %s %s\n' "$name" "${kept:-?}"
  fi
done
awk '{ sum += $3; if ($2 ~ /-grammar$/) grammars += $3 }
  END { printf "%d executions so far, %d of them from grammars\n", sum, grammars }' "$out/log"
[ "$findings" -eq 0 ] || exit 1
