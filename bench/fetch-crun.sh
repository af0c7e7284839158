#!/usr/bin/env bash
# Prints the path of the newest crun that Debian has: fetched by apt with all its libraries into build/bench/crun-debian,
# verified through the archive keyring. It starts through the loader and the libraries of its own suite, which are
# written into it, so that nothing runs between. The system's own apt and packages are left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/private-apt.sh
suites=(forky sid)
store=$PWD/build/bench/crun-debian
crun=$store/usr/bin/crun

fail() {
  echo "fetch-crun: $1" >&2
  exit 1
}

# The loader's path is written into crun, so a folder that has moved since is made anew.
if [ -e "$store/done" ] && "$crun" --version >/dev/null 2>&1; then
  echo "$crun"
  exit 0
fi
command -v apt-get >/dev/null || fail "Debian's newest crun comes through apt-get, which is not here"
mirror=$(debian_mirror)
[ -n "$mirror" ] || fail "no Debian mirror is configured in apt's sources"
for suite in "${suites[@]}"; do
  echo "fetch-crun: apt fetches crun of $suite" >&2
  begin_private_apt "$store" "$(dpkg --print-architecture)" "$mirror $suite main" || continue
  # With all that they need: nothing is installed for this apt.
  apt-get "${private_apt[@]}" install -qq -y --no-install-recommends --download-only crun patchelf >&2 && break
done
shopt -s nullglob
packages=("$store"/apt/cache/archives/*.deb)
[ "${#packages[@]}" -gt 0 ] || fail "apt could not fetch crun from any of: ${suites[*]}"
for package in "${packages[@]}"; do dpkg-deb --extract "$package" "$store"; done
rm -rf "$store/apt"

loader=$(find "$store" -name 'ld-linux-*.so.*' -type f -print -quit)
libc=$(find "$store" -name libc.so.6 -print -quit)
[ -n "$loader" ] && [ -n "$libc" ] || fail "the package libc6 has no loader"
libraries=$(dirname "$libc")
# An rpath that also holds for the libraries' own libraries.
"$loader" --library-path "$libraries" "$store/usr/bin/patchelf" \
  --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$crun"
"$crun" --version >&2 || fail "the fetched crun does not start"
touch "$store/done"
echo "$crun"
