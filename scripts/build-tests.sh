#!/usr/bin/env bash
# Compiles the tests into build/test, one self-contained module each.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf build/test
mapfile -t files < <(find test conformance -name '*.test.ts' | sort)
node_modules/.bin/esbuild "${files[@]}" --bundle --platform=node --format=esm --target=node20 --packages=external \
  --sourcemap=inline --log-level=warning --outdir=build/test --outbase=. --out-extension:.js=.mjs
# Programs that tests start.
node_modules/.bin/esbuild test/integration/faults/worker.ts --bundle --platform=node --format=esm --target=node20 \
  --packages=external --log-level=warning --outfile=build/workers/worker.mjs
