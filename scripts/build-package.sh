#!/usr/bin/env bash
# Gathers what the npm package is made of in build/package: launcher, static binaries, Node's bundle, library, types.
# `npm pack` calls it after scripts/build.sh, which has to have run.
# Usage: build-package.sh [BINARY...]: further static binaries besides build/runt, those of other processors. Each gets
# a folder named as `uname -m` names its processor, where the launcher looks for it.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/package
mkdir -p "$out" build/scripts

# The declarations take longest, and are made again only when they are older than their sources.
if [ ! -e "$out/types/index.d.ts" ] ||
  [ -n "$(find src scripts/emit-types.ts tsconfig.json package-lock.json -type f -newer "$out/types/index.d.ts" -print -quit)" ]; then
  node_modules/.bin/esbuild scripts/emit-types.ts --bundle --platform=node --format=esm --packages=external \
    --log-level=warning --outfile=build/scripts/emit-types.mjs
  node build/scripts/emit-types.mjs "$out/types"
fi

rm -rf "$out"/{native,x86_64,aarch64}
install -D -m 755 -t "$out/native" build/native/{runt-init,libruntsys.so,libruntseccomp.so}
install -m 644 build/runt.mjs build/lib/index.js "$out"
install -m 755 scripts/runt-launcher.sh "$out/runt"

# The processor that the ELF file $1 is for.
machine_of() {
  case $(od -An -tu2 -j18 -N2 "$1" | tr -d ' ') in
    62) echo x86_64 ;;
    183) echo aarch64 ;;
    *) echo "build-package: $1 is for a processor that runt does not know" >&2 && exit 1 ;;
  esac
}

found=()
for binary in build/runt "$@"; do
  [ "$binary" != build/runt ] || [ -x "$binary" ] || continue
  machine=$(machine_of "$binary")
  install -D -m 755 "$binary" "$out/$machine/runt"
  found+=("$machine")
done
echo "build-package: static binaries for: ${found[*]:-no processor, so that the package needs Node}" >&2
