#!/usr/bin/env bash
# Prints the path of a qemu that runs aarch64 programs and knows openat2, without which runt opens nothing: the one that
# is installed, when it is of version 10 or newer; else Debian's package qemu-user, fetched by apt into build/qemu.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/private-apt.sh
suites=(trixie forky)
store=$PWD/build/qemu

fail() {
  echo "fetch-qemu: $1; or install a qemu-user of version 10 or newer" >&2
  exit 1
}

# One at a time.
mkdir -p build
exec 9>"$store.lock"
flock 9
for qemu in qemu-aarch64-static qemu-aarch64 "$store/usr/bin/qemu-aarch64"; do
  version=$("$qemu" --version 2>/dev/null | sed -n 's/^qemu-aarch64 version \([0-9]*\)\..*/\1/p') || version=
  [ "${version:-0}" -lt 10 ] || exec which "$qemu"
done
command -v apt-get >/dev/null || fail "qemu-user comes from Debian's package, and there is no apt-get here"
mirror=$(debian_mirror)
[ -n "$mirror" ] || fail "no Debian mirror is configured in apt's sources, from which to fetch qemu-user"
for suite in "${suites[@]}"; do
  echo "fetch-qemu: apt fetches qemu-user of $suite" >&2
  fetch_packages "$store" "$(dpkg --print-architecture)" "$mirror $suite main" qemu-user || continue
  # It is one of the package's forty programs, 17 MB each.
  find "$store/usr" -type f -not -name qemu-aarch64 -delete
  echo "$store/usr/bin/qemu-aarch64"
  exit 0
done
fail "apt could not fetch qemu-user from any of: ${suites[*]}"
