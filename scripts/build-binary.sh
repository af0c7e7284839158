#!/usr/bin/env bash
# Builds build/runt, the static binary: the core on quickjs-ng, with libseccomp, the interpreter and runt-init inside.
# CROSS=aarch64-linux-gnu- builds build/runt-aarch64-linux-gnu. For the machine itself scripts/build-native.sh
# must have run before; for another one it is run here.
set -euo pipefail
cd "$(dirname "$0")/.."

cross=${CROSS:-}
suffix=${cross:+-${cross%-}}
out=$PWD/build/binary$suffix
native=$PWD/build/native$suffix

# Says what is missing and how to get it; a binary of an older build must not be taken for the new one.
lacks() {
  rm -f "build/runt$suffix"
  echo "build-binary: $1; build/runt$suffix is not built" >&2
  exit 1
}
needs() {
  local package=$1 tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || lacks "$tool is missing: apt-get install $package"
  done
}

needs build-essential gcc make objcopy nm
needs util-linux setarch
# The Makefile's variables for another machine than the one that builds.
settings=()
if [ -z "$cross" ]; then
  needs musl-tools musl-gcc
  [ -e "$(gcc -print-file-name=libseccomp.a)" ] && [ -e /usr/include/seccomp.h ] ||
    lacks "libseccomp's header or static library is missing: apt-get install libseccomp-dev"
elif [ "$cross" = aarch64-linux-gnu- ]; then
  needs gcc-aarch64-linux-gnu "${cross}gcc" "${cross}objcopy" "${cross}nm"
  needs qemu-user-static qemu-aarch64-static
  sysroot=$(bash scripts/fetch-sysroot.sh) || lacks "musl and libseccomp for aarch64 are missing"
  # qjsc is the same program.
  settings=(CROSS="$cross" SYSROOT="$sysroot" HOST="$PWD/build/binary/host")
  bash scripts/build-native.sh
else
  lacks "CROSS is $cross; only aarch64-linux-gnu- is known"
fi
quickjs=$(bash scripts/fetch-quickjs.sh) || lacks "quickjs-ng's sources are missing"

# The processor that a toolchain builds for.
uname_of() {
  if [ -n "$1" ]; then echo "${1%%-*}"; else uname -m; fi
}

mkdir -p "$out"
node_modules/.bin/esbuild src/main-quickjs.ts --bundle --format=iife --global-name=runt --target=es2023 --minify \
  --define:TARGET_ARCH="\"$(uname_of "$cross")\"" --log-level=warning --outfile="$out/core.new.js"
# Unchanged code keeps its time, so that nothing is built again.
cmp -s "$out/core.new.js" "$out/core.js" || cp "$out/core.new.js" "$out/core.js"
make --no-print-directory -s -j2 -C native/quickjs OUT="$out" NATIVE="$native" QUICKJS="$quickjs" "${settings[@]}" ||
  lacks "the compiler failed, as said above"
# A copy under another name first: the binary may be running.
cp "$out/runt" "build/.runt$suffix"
mv "build/.runt$suffix" "build/runt$suffix"
