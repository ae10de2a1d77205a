# Sourced by the other scripts: finds what the build needs and installs what is missing.
# Run any of them as they are on a bare Debian or Ubuntu that has Swift; on a Mac, Homebrew is asked.

say() { printf '\n== %s  %s\n' "$(date +%T)" "$*"; }
stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# install_packages PACKAGE...: installs Debian packages, with sudo where that is needed.
install_packages() {
  command -v apt-get >/dev/null || stop "Please install, with this system's package manager: $*"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "Please run as root: apt-get install $*"
    as_root=(sudo)
  fi
  say "Installing $* with apt-get"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# has_header NAME: whether the C compiler that comes with Swift finds a header.
has_header() {
  printf '#include <stdio.h>\n#include <%s>\n' "$1" | clang -E -x c - >/dev/null 2>&1
}

# need_build_tools: Swift, zlib, libpng and libjpeg-turbo.
need_build_tools() {
  command -v swift >/dev/null \
    || stop "Swift 6.2 or newer is needed: https://www.swift.org/install"
  if [ "$(uname)" = Darwin ]; then
    command -v brew >/dev/null || stop "Homebrew is needed for libpng and jpeg-turbo: https://brew.sh"
    local formula
    for formula in libpng jpeg-turbo; do
      brew list "$formula" >/dev/null 2>&1 || {
        say "Installing $formula with Homebrew"
        brew install "$formula"
      }
    done
    # SwiftPM asks pkg-config where Homebrew keeps it.
    command -v pkg-config >/dev/null || brew install pkgconf
    return
  fi
  local missing=()
  has_header zlib.h || missing+=(zlib1g-dev)
  has_header png.h || missing+=(libpng-dev)
  has_header jpeglib.h || missing+=(libjpeg-dev)
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# need_python: Python 3 that can make virtual environments.
need_python() {
  python3 -c 'import ensurepip, venv' 2>/dev/null && return
  [ "$(uname)" != Darwin ] || stop "Python 3 is needed: xcode-select --install"
  install_packages python3 python3-venv
}
