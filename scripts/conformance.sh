#!/usr/bin/env bash
# npm run conformance [-- --runtime PATH] [--only NAME,NAME] [--reference]
# Builds the OCI runtime-tools suite at the pinned version into build/conformance, and runs it on a runtime: on
# --runtime, else $RUNT, else build/runt. With --reference nothing is expected of it. Needs root, and cgroup v1
# or hybrid. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
module=github.com/opencontainers/runtime-tools
version=v0.9.1-0.20251205004911-5e639034dcdc
sum=h1:82NlZLiQEB6Wp+nmASMlkHsEXz3Q0pXJbK7QO6ck5lo=
suite=build/conformance

fail() {
  echo "conformance: $1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# True when there is a Go that can build the suite (1.21 or newer).
have_go() {
  command -v go >/dev/null && [ "$(printf '%s\n' 1.21 "$(go env GOVERSION | sed 's/^go//')" | sort -V | head -n 1)" = 1.21 ]
}

# Installs Debian's Go: the suite's own, or the one of its backports where that is configured.
need_go() {
  have_go && return
  [ "$(id -u)" = 0 ] || fail "Go 1.21 or newer is missing; install it, or run this as root to install Debian's"
  apt-get update -qq
  local newest
  newest=$(apt-cache pkgnames golang-1. | sed -nE 's/^(golang-1\.([0-9]+)-go)$/\2 \1/p' | sort -n | tail -n 1)
  newest=${newest:-0 none}
  [ "${newest%% *}" -ge 21 ] || fail "the suite needs Go 1.21, and the newest that apt has here is ${newest##* }; add \
the backports of this Debian to apt's sources, or put a newer go into PATH"
  echo "conformance: apt-get install ${newest##* }"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${newest##* }" >/dev/null
  PATH=/usr/lib/go-1.${newest%% *}/bin:$PATH
  have_go || fail "Go 1.21 or newer is missing, and installing ${newest##* } did not bring it"
}

build_suite() {
  [ "$(cat $suite/.version 2>/dev/null)" = "$version" ] && return
  need_go
  echo "conformance: building $module $version"
  local facts dir found
  facts=$(cd / && go mod download -json "$module@$version") || fail "go cannot download $module: $facts"
  dir=$(sed -nE 's/^\t"Dir": "(.*)",?$/\1/p' <<<"$facts")
  found=$(sed -nE 's/^\t"Sum": "(.*)",?$/\1/p' <<<"$facts")
  [ "$found" = "$sum" ] || fail "$module $version has the checksum $found, not $sum"
  rm -rf $suite/src $suite/bin
  mkdir -p $suite/bin
  cp -R "$dir" $suite/src
  chmod -R u+w $suite/src
  [ -e "$suite/src/rootfs-$(go env GOARCH).tar.gz" ] || fail "the suite has no root file system for $(go env GOARCH)"
  (cd $suite/src && CGO_ENABLED=0 go build -mod=mod -buildvcs=false -o ../bin ./cmd/runtimetest ./validation/...) ||
    fail "the suite does not build"
  echo "$version" >$suite/.version
}

[ "$(id -u)" = 0 ] || fail "containers of this suite need root"
bash scripts/setup.sh
case " ${RUNT:+x} $* " in
  *" x "* | *" --runtime"*) ;;
  *) bash scripts/build.sh ;;
esac
build_suite
node_modules/.bin/esbuild conformance/run.ts --bundle --platform=node --format=esm --target=node20 \
  --packages=external --log-level=warning --outfile=$suite/run.mjs
# The suite's cgroups have fixed names, so that two runs on one machine would disturb each other.
lock=${TMPDIR:-/tmp}/runt-conformance.lock
flock --nonblock "$lock" true || echo "conformance: waiting for another run to end ($lock)"
exec flock "$lock" node $suite/run.mjs "$@"
