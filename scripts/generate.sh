#!/usr/bin/env bash
# Writes everything that is generated from other sources: schemas, validators, help and completions, native/program.h.
# Running it twice gives the same files.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/scripts
node_modules/.bin/esbuild scripts/generate.ts scripts/gen-help.ts --bundle --platform=node --format=esm \
  --packages=external --log-level=warning --outdir=build/scripts --out-extension:.js=.mjs
node build/scripts/generate.mjs
node build/scripts/gen-help.mjs --write
