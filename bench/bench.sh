#!/usr/bin/env bash
# npm run bench [-- --rounds N] [--only NAME,...] [--write] [--with-youki]
# Times runt beside other runtimes, prints tables with the project's budget; --write writes docs/benchmark.md and its
# chart. Takes part what is there: build/runt, build/runt-node, runc, crun, Debian's newest crun (fetched), the crun
# that CRUN_STATIC names, youki in PATH or named by YOUKI (--with-youki builds it with cargo). Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "bench: containers of this benchmark need root" >&2; exit 1; }
bash scripts/setup.sh
bash scripts/build.sh
built=build/bench
mkdir -p $built

static=(gcc -O2 -static -s -Wall -Wextra -Werror)
"${static[@]}" -o $built/launch bench/launch.c
"${static[@]}" -o $built/bare bench/bare*.c
"${static[@]}" -o $built/empty bench/empty.c
"${static[@]}" -nostdlib -ffreestanding -Wl,--build-id=none -o $built/tiny bench/tiny.c
node_modules/.bin/esbuild bench/main.ts --bundle --platform=node --format=esm --target=node20 --packages=external \
  --log-level=warning --outfile=$built/main.mjs

CRUN_DEBIAN=$(bash bench/fetch-crun.sh) || echo "bench: goes on without Debian's newest crun"
if [[ " $* " = *" --with-youki "* ]] && [ ! -e $built/youki/bin/youki ]; then
  # Its default features know no cgroup v1.
  echo "bench: cargo builds youki; that takes some minutes"
  timeout 900 cargo install --quiet youki --features v1 --root $built/youki || echo "bench: youki could not be built (see above)"
fi
[ ! -e $built/youki/bin/youki ] || YOUKI=${YOUKI:-$built/youki/bin/youki}
export CRUN_DEBIAN YOUKI=${YOUKI:-}
exec node $built/main.mjs "$@"
