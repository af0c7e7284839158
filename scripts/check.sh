#!/usr/bin/env bash
# Everything that is proven without running a container: format, lint, types, import rules, generated files.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
bash scripts/build.sh
echo "check: format and lint"
node_modules/.bin/biome check --error-on-warnings --log-level=warn
echo "check: types"
node_modules/.bin/tsc -p tsconfig.json
node_modules/.bin/tsc -p tsconfig.core.json
echo "check: import rules"
node_modules/.bin/depcruise --config .dependency-cruiser.cjs --output-type err src
echo "check: generated files"
bash scripts/generate.sh
if ! git diff --quiet -- schemas native/program.h src/cli/generated docs/man; then
  git --no-pager diff --stat -- schemas native/program.h src/cli/generated docs/man
  echo "check: generated files differ from their sources; commit what scripts/generate.sh made" >&2
  exit 1
fi
