#!/usr/bin/env bash
# The C rooms on other compilers and processors: GCC and Clang without a warning, the address and the
# undefined-behaviour sanitizer, and arm64 under qemu-user, CRC32C's instructions included.
#   ./Tests/other_processors.sh            what is missing is installed with apt-get
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing=()
command -v gcc > /dev/null || missing+=(gcc libc6-dev)
command -v aarch64-linux-gnu-gcc > /dev/null || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
command -v qemu-aarch64 > /dev/null || missing+=(qemu-user)
if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi

sources=(Sources/CKernels/*.c Sources/CCRC32C/*.c Tests/OtherProcessors/check.c)
flags=(-std=c17 -O2 -Wall -Wextra -Werror -ISources/CKernels/include -ISources/CCRC32C/include)

# check NAME COMPILER [FLAG…]: builds the check, then runs it with what stands in `run`.
check() {
  local name=$1
  shift
  say "$name"
  "$@" "${flags[@]}" "${sources[@]}" -o "$work/check" -lm
  "${run[@]}" "$work/check" > "$work/output" || { cat "$work/output"; exit 1; }
  grep checksums "$work/output" | head -1
  tail -1 "$work/output"
}

run=()
check "GCC" gcc
check "Clang" clang
check "Clang, sanitizers" clang -g -fuse-ld=lld -fsanitize=address,undefined \
  -fno-sanitize-recover=all
run=(qemu-aarch64 -L /usr/aarch64-linux-gnu)
check "arm64, GCC" aarch64-linux-gnu-gcc
grep -q "checksums by armv8" "$work/output" || stop "the checksum's instructions didn't run"
