#!/usr/bin/env bash
# Prints the folder of quickjs-ng's sources: $RUNT_QUICKJS_SRC; else an installed qjs-src; else Debian's package of that
# name, fetched by apt into build/quickjs and verified through the archive keyring. The system's own apt is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
suites=(forky sid)
store=$PWD/build/quickjs

fail() {
  echo "fetch-quickjs: $1; or set RUNT_QUICKJS_SRC to a folder with quickjs-ng's sources (0.11 or newer)" >&2
  exit 1
}

# Prints the folder and ends, when it holds the sources.
offer() {
  [ -e "$1/quickjs.c" ] && [ -e "$1/qjsc.c" ] || return 0
  echo "$1"
  exit 0
}

if [ -n "${RUNT_QUICKJS_SRC:-}" ]; then
  offer "$(realpath "$RUNT_QUICKJS_SRC")"
  fail "RUNT_QUICKJS_SRC is $RUNT_QUICKJS_SRC, where there is no quickjs.c and qjsc.c"
fi
offer /usr/src/quickjs-ng
offer "$store/usr/src/quickjs-ng"
command -v apt-get >/dev/null || fail "quickjs-ng's sources come from Debian's package qjs-src, and there is no apt-get here"

# The mirror that this machine's apt uses for Debian itself.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1) || true
[ -n "$mirror" ] || fail "no Debian mirror is configured in apt's sources, from which to fetch the package qjs-src"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "the keyring $keyring is missing; apt-get install debian-archive-keyring"

rm -rf "$store"
mkdir -p "$store"/apt/{state/lists/partial,cache/archives/partial}
: >"$store/apt/status"
# A user of its own has no access to private folders, so that apt works as the caller.
private=(-o "Dir::Etc::SourceList=$store/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=
  -o "Dir::State=$store/apt/state" -o "Dir::State::status=$store/apt/status" -o "Dir::Cache=$store/apt/cache"
  -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Dir::Etc::Preferences=/dev/null
  -o Dir::Etc::PreferencesParts=/dev/null)
for suite in "${suites[@]}"; do
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$store/apt/sources.list"
  echo "fetch-quickjs: apt fetches qjs-src of $suite" >&2
  apt-get "${private[@]}" update -qq >&2 || continue
  (cd "$store" && apt-get "${private[@]}" download -qq qjs-src >&2) || continue
  break
done
package=$(find "$store" -maxdepth 1 -name 'qjs-src_*.deb' | head -n 1)
[ -n "$package" ] || fail "apt could not fetch qjs-src from any of: ${suites[*]}"
dpkg-deb --extract "$package" "$store"
rm -rf "$store/apt"
offer "$store/usr/src/quickjs-ng"
fail "the package $(basename "$package") has no usr/src/quickjs-ng/quickjs.c"
