#!/usr/bin/env bash
# npm test: checks, then every test. Containers need root; without it the tests that need it are left out and named.
# Ends with a line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh && bash scripts/build.sh || { echo "0 passed, 1 failed"; exit 1; }
checked=0
bash scripts/check.sh || checked=1
bash scripts/build-tests.sh || { echo "0 passed, 1 failed"; exit 1; }
node scripts/run-tests.mjs "$@"
tested=$?
exit $((checked != 0 || tested != 0))
