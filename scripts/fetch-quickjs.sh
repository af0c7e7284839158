#!/usr/bin/env bash
# Prints the folder of quickjs-ng's sources: $RUNT_QUICKJS_SRC; else an installed qjs-src; else Debian's package of that
# name, fetched by apt into build/quickjs and verified through the archive keyring. The system's own apt is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/private-apt.sh
suites=(forky sid)
store=$PWD/build/quickjs

fail() {
  echo "fetch-quickjs: $1; or set RUNT_QUICKJS_SRC to a folder with quickjs-ng's sources (0.17)" >&2
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

mirror=$(debian_mirror)
[ -n "$mirror" ] || fail "no Debian mirror is configured in apt's sources, from which to fetch the package qjs-src"
for suite in "${suites[@]}"; do
  echo "fetch-quickjs: apt fetches qjs-src of $suite" >&2
  fetch_packages "$store" "$(dpkg --print-architecture)" "$mirror $suite main" qjs-src && break
done
[ -e "$store/packages" ] || fail "apt could not fetch qjs-src from any of: ${suites[*]}"
offer "$store/usr/src/quickjs-ng"
fail "the package $(cat "$store/packages") has no usr/src/quickjs-ng/quickjs.c"
