#!/usr/bin/env bash
# Builds everything into build/: generated sources, native parts, the static binary, and for Node the bundled runtime,
# the launcher and the library.
# Rebuilds only what is older than its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build

# True when the file $1 is missing or older than any file below the other arguments.
stale() {
  local target=$1
  shift
  [ ! -e "$target" ] || [ -n "$(find "$@" -type f -newer "$target" -print -quit)" ]
}

if stale build/.generated src/spec/definitions src/cli/commands.ts scripts package-lock.json; then
  bash scripts/generate.sh
  touch build/.generated
fi
bash scripts/build-native.sh
if stale build/runt src native scripts package-lock.json; then
  bash scripts/build-binary.sh
fi
if stale build/runt.mjs src package-lock.json; then
  node_modules/.bin/esbuild src/main-node.ts --bundle --platform=node --format=esm --target=node20 --packages=external \
    --minify-syntax --log-level=warning --outfile=build/runt.mjs
fi
if stale build/lib/index.js src; then
  node_modules/.bin/esbuild src/index.ts --bundle --platform=node --format=esm --target=node20 --packages=external \
    --log-level=warning --outfile=build/lib/index.js
fi
# Managers start a runtime without PATH, so the launcher names its interpreter by an absolute path.
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$(command -v node)" "$PWD/build/runt.mjs" >build/.runt-node
chmod 755 build/.runt-node
cmp -s build/.runt-node build/runt-node || mv build/.runt-node build/runt-node
