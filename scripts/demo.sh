#!/usr/bin/env bash
# npm run demo: builds runt, shows a plan, runs a container, and walks one through its life with times. Leaves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" != 0 ]; then
  echo "demo: containers need root here; run it as root: sudo npm run demo" >&2
  exit 1
fi
bash scripts/setup.sh
bash scripts/build.sh

work=$(mktemp -d)
id=runt-demo-$$
runt() { build/runt --root "$work/state" "$@"; }
clean() {
  runt delete --force "$id" || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

# A heading on a line of its own.
say() { printf '\n== %s\n' "$*"; }

# Prints how long the command took, in milliseconds; its own output comes before.
timed() {
  local began ended
  began=$(date +%s%N)
  "$@"
  ended=$(date +%s%N)
  printf '%8d ms  runt %s\n' $(((ended - began) / 1000000)) "${*:2}"
}

# A bundle: busybox as the root filesystem, runt's own template as config.json with another process.
mkdir -p "$work/rootfs/bin"
cp /bin/busybox "$work/rootfs/bin/busybox"
for applet in cat grep hostname id ls mount sh sleep tail wc; do ln -s busybox "$work/rootfs/bin/$applet"; done
runt spec --bundle "$work"
process() {
  node -e '
    const [file, ...args] = process.argv.slice(1);
    const { readFileSync, writeFileSync } = require("node:fs");
    const config = JSON.parse(readFileSync(file, "utf8"));
    config.process.terminal = false;
    config.process.args = args;
    writeFileSync(file, JSON.stringify(config, null, 2));
  ' "$work/config.json" "$@"
}

say "1. What runt would do with this bundle, before it does anything: runt explain --outline"
process sh -c '
  echo "pid          $$, one of $(ls -d /proc/[0-9]* | wc -l) that it sees"
  echo "hostname     $(hostname)"
  echo "ids          uid $(id -u), gid $(id -g)"
  echo "root         $(mount | grep " on / ")"
  echo "mounts       $(mount | wc -l), read-only of them: $(mount | grep -c "(ro")"
  grep -E "^(CapEff|NoNewPrivs):" /proc/self/status
  echo "cgroups      $(cat /proc/self/cgroup | wc -l), the last: $(tail -n 1 /proc/self/cgroup)"
'
runt explain --outline --bundle "$work" "$id"

say "2. A container tells about itself: runt run"
timed runt run --bundle "$work" "$id"

say "3. The life of a container, with the time of each command"
echo "This is what starting runt alone takes:"
timed runt --version >"$work/version"
tail -n 1 "$work/version"
process sleep 1000
timed runt create --bundle "$work" "$id"
timed runt state "$id" | sed 's/^}/&\n/'
timed runt start "$id"
timed runt state "$id" | grep -E 'status|runt state' | sed 's/^}//'
timed runt kill "$id" KILL
timed runt delete --force "$id"

say "4. An error names the field or the file, the reason and the cure"
printf '#!/bin/sh\r\necho hello\n' >"$work/rootfs/bin/hello"
chmod 755 "$work/rootfs/bin/hello"
process hello
runt run --bundle "$work" "$id" || echo "(exit status $?)"
