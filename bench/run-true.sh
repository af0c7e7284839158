#!/usr/bin/env bash
# Times "run" of true, runc's default config, on each runtime that is there: runt on Node, runt's binary, runc, crun.
# Usage: bench/run-true.sh [ROUNDS]. One run of each in turn, ROUNDS times (default 20); prints medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20}
[ "$(id -u)" = 0 ] || { echo "bench: needs root" >&2; exit 1; }
command -v runc >/dev/null || { echo "bench: needs runc, whose default config is the one that is run" >&2; exit 1; }

work=$(mktemp -d)
pids=()
clean() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT
mkdir -p "$work/rootfs/bin"
cp /bin/busybox "$work/rootfs/bin/true"
runc spec --bundle "$work"
sed -i -e 's/"terminal": true/"terminal": false/' -e 's/"sh"$/"true"/' "$work/config.json"

# Reads container ids; answers each with the microseconds that the run took. In a mount namespace of its own, because
# crun refuses hybrid hosts: it must not see the cgroup2 mount that stands beside those of v1.
# shellcheck disable=SC2016
worker='
  runtime=$1 root=$2 bundle=$3
  [ "${runtime##*/}" != crun ] || ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
  while read -r id; do
    began=${EPOCHREALTIME/[.,]/}
    "$runtime" --root "$root" run --bundle "$bundle" "$id" </dev/null >"$root.log" 2>&1 || { cat "$root.log" >&2; echo failed; exit 1; }
    echo $((${EPOCHREALTIME/[.,]/} - began))
  done
'

names=()
declare -A to from
for runtime in "$PWD/build/runt-node" "$PWD/build/runt" runc crun; do
  command -v "$runtime" >/dev/null || continue
  name=${runtime##*/}
  names+=("$name")
  mkfifo "$work/$name.in" "$work/$name.out"
  unshare --mount bash -c "$worker" bench "$runtime" "$work/$name" "$work" <"$work/$name.in" >"$work/$name.out" &
  pids+=($!)
  exec {to[$name]}>"$work/$name.in" {from[$name]}<"$work/$name.out"
done

for ((i = 0; i <= rounds; i++)); do
  for name in "${names[@]}"; do
    echo "bench-$$-$i" >&"${to[$name]}"
    read -r took <&"${from[$name]}"
    [ "$took" != failed ] || { echo "bench: $name failed" >&2; exit 1; }
    # The first round fills caches.
    [ "$i" = 0 ] || echo "$took" >>"$work/$name.times"
  done
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); print (v[m] + v[NR + 1 - m]) / 2 }'; }
base=$(median "$work/${names[0]}.times")
printf '%-12s %10s %14s\n' runtime "median ms" "of ${names[0]}"
for name in "${names[@]}"; do
  awk -v name="$name" -v time="$(median "$work/$name.times")" -v base="$base" \
    'BEGIN { printf "%-12s %10.1f %14.2f\n", name, time / 1000, time / base }'
done
