#!/usr/bin/env bash
# Prints a folder with what the static binary for aarch64 is linked from: musl, libseccomp and the kernel's headers.
# They are Debian's packages of this machine's own suite, fetched by apt into build/sysroot-aarch64.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/private-apt.sh
store=$PWD/build/sysroot-aarch64
packages=(musl-dev libseccomp-dev linux-libc-dev)
# What makes gcc use musl instead of glibc.
specs=$store/musl-gcc.specs

fail() {
  echo "fetch-sysroot: $1" >&2
  exit 1
}

# One at a time.
mkdir -p build
exec 9>"$store.lock"
flock 9
if [ ! -e "$store/packages" ]; then
  command -v apt-get >/dev/null || fail "${packages[*]} for aarch64 are Debian's packages, and there is no apt-get here"
  suites=$(debian_suites)
  [ -n "$suites" ] || fail "no Debian mirror is configured in apt's sources, from which to fetch ${packages[*]}"
  echo "fetch-sysroot: apt fetches ${packages[*]} for arm64" >&2
  fetch_packages "$store" arm64 "$suites" "${packages[@]}" || fail "apt could not fetch ${packages[*]} for arm64"
fi
# The package's own names its files where they would be installed; the folder may have been moved since the last time.
sed "s|/usr/|$store/usr/|g" "$store/usr/lib/aarch64-linux-musl/musl-gcc.specs" >"$specs.new"
mv "$specs.new" "$specs"
echo "$store"
