#!/usr/bin/env bash
# Prints the path of the newest crun that Debian has: fetched by apt with all its libraries into build/bench/crun-debian,
# verified through the archive keyring. It starts through the loader and the libraries of its own suite, which are
# written into it, so that nothing runs between. The system's own apt and packages are left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
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
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1) || true
[ -n "$mirror" ] || fail "no Debian mirror is configured in apt's sources"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "the keyring $keyring is missing; apt-get install debian-archive-keyring"

rm -rf "$store"
apt=$store/apt
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
# No package is installed for this apt, so it fetches each one that crun and patchelf need.
: >"$apt/status"
private=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=
  -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
  -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Dir::Etc::Preferences=/dev/null
  -o Dir::Etc::PreferencesParts=/dev/null)
for suite in "${suites[@]}"; do
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
  echo "fetch-crun: apt fetches crun of $suite" >&2
  apt-get "${private[@]}" update -qq >&2 || continue
  apt-get "${private[@]}" install -qq -y --no-install-recommends --download-only crun patchelf >&2 || continue
  break
done
shopt -s nullglob
packages=("$apt"/cache/archives/*.deb)
[ "${#packages[@]}" -gt 0 ] || fail "apt could not fetch crun from any of: ${suites[*]}"
for package in "${packages[@]}"; do dpkg-deb --extract "$package" "$store"; done
rm -rf "$apt"

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
