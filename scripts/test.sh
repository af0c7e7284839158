#!/usr/bin/env bash
# npm test [-- FILTER...]: checks, then every test; with filters only the tests whose path contains one of them.
# Containers need root; without it the tests that need it are left out and named. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh && bash scripts/build.sh && bash scripts/build-tests.sh || { echo "0 passed, 1 failed"; exit 1; }
failed=0
[ $# -gt 0 ] || bash scripts/check.sh || failed=1
FAILED_BEFORE=$failed node scripts/run-tests.mjs "$@"
