#!/usr/bin/env bash
# Writes every generated file: schemas/, src/spec/generated/, src/cli/generated/, docs/man/. Twice gives the same twice.
set -euo pipefail
cd "$(dirname "$0")/.."
node_modules/.bin/esbuild scripts/gen-schemas.ts scripts/gen-validators.ts scripts/gen-help.ts scripts/gen-man.ts --bundle \
  --platform=node --format=esm --packages=external --log-level=warning --outdir=build/scripts \
  --out-extension:.js=.mjs
node build/scripts/gen-schemas.mjs --write
node build/scripts/gen-validators.mjs
node build/scripts/gen-help.mjs --write
node build/scripts/gen-man.mjs --write
