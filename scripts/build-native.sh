#!/usr/bin/env bash
# Prints native/program.h and builds build/native/{libruntsys.so,libruntseccomp.so,runt-init}; only what changed is compiled.
# CROSS=aarch64-linux-gnu- builds for that machine into build/native-aarch64-linux-gnu; CC picks the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

generator=build/scripts/gen-native-header.mjs
header=native/program.h
if [[ ! -e $generator || src/plan/format.ts -nt $generator || scripts/gen-native-header.ts -nt $generator ||
  ! -e $header || $header -nt $generator ]]; then
  mkdir -p build/scripts
  node_modules/.bin/esbuild scripts/gen-native-header.ts --bundle --platform=node --format=esm \
    --log-level=warning --outfile="$generator"
  node "$generator" > build/scripts/program.h
  # An unchanged header keeps its time, so that nothing is compiled again.
  cmp -s build/scripts/program.h "$header" || cp build/scripts/program.h "$header"
  touch "$generator"
fi

cross=${CROSS:-}
out=build/native
[[ -z $cross ]] || out=build/native-${cross%-}
targets=(all)
# libseccomp is there for the machine's own architecture only.
[[ -n $cross ]] || targets+=(seccomp)
make --no-print-directory -s -C native OUT="../$out" CC="${CC:-${cross}gcc}" OBJCOPY="${cross}objcopy" "${targets[@]}"
