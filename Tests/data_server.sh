#!/usr/bin/env bash
# The data server with its network, against TensorBoard's own; run.sh has made what it needs.
#   ./Tests/data_server.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

if [ "$(uname -sm)" != "Linux x86_64" ]; then
  say "The data server: not compared, since TensorBoard's own has no binary for $(uname -sm)"
  exit 0
fi

bin=$(swift build --show-bin-path)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say "Without the trait, nothing of the network is fetched: neither here nor by who depends on us"
git clone --quiet . "$work/swift-tensorboard"
mkdir -p "$work/dependent/Sources/dependent"
echo 'import TensorBoard' >"$work/dependent/Sources/dependent/main.swift"
cat >"$work/dependent/Package.swift" <<'MANIFEST'
// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "dependent", platforms: [.macOS(.v15)],
  dependencies: [.package(path: "../swift-tensorboard")],
  targets: [
    .executableTarget(
      name: "dependent", dependencies: [.product(name: "TensorBoard", package: "swift-tensorboard")])
  ])
MANIFEST
for package in swift-tensorboard dependent; do
  swift package --package-path "$work/$package" resolve >/dev/null 2>&1
  fetched=$(ls "$work/$package/.build/checkouts")
  case $fetched in *grpc* | *nio*) stop "fetched: $fetched" ;; esac
  printf '%s fetches %s\n' "$package" "$(echo $fetched)"
done

say "Building the data server, and tbevents with its own"
for product in tensorboard-data-server tbevents; do
  swift build --scratch-path .build-server --disable-index-store --traits DataServer --product "$product"
done
served=$(swift build --scratch-path .build-server --traits DataServer --show-bin-path)
server=$served/tensorboard-data-server

say "Asking it what TensorBoard's own data server is asked"
"$bin/reference-run" "$work/kinds"
.venv/bin/python Tests/Conformance/check_data_server.py "$server" "$work/kinds" \
  Tests/EventFilesTests/Fixtures/writers

say "Showing every kind of summary with TensorBoard and it"
TENSORBOARD_DATA_SERVER_BINARY=$server .venv/bin/python Tests/Conformance/check_kinds.py "$work/kinds"

say "Going on where things go wrong"
.venv/bin/python Tests/Conformance/check_data_server_faults.py "$server"

say "Serving a live report, and TensorBoard"
.venv/bin/python Tests/Conformance/check_serve.py "$served/tbevents"
