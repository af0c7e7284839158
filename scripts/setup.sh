#!/usr/bin/env bash
# Installs what the build and the tests need and the machine lacks: npm packages and Debian packages.
# Says what it does, one line each; does nothing (and prints nothing) when all is there.
# "setup.sh aarch64" installs what building and running programs for aarch64 needs besides.
set -euo pipefail
cd "$(dirname "$0")/.."

# A linked folder belongs to another checkout: npm ci would empty it.
if [ -L node_modules ]; then
  echo "setup: node_modules is a link; what it points to is left as it is"
elif [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: npm ci"
  npm ci --no-audit --no-fund --loglevel=error
fi

# command or file that shows the package is there, then the package
needs=(
  "gcc:gcc" "make:make" "/usr/include/stdio.h:libc6-dev" "/usr/include/seccomp.h:libseccomp-dev" "musl-gcc:musl-tools" "/bin/busybox:busybox-static" "strace:strace" "ip:iproute2"
)
if [ "${1:-}" = aarch64 ]; then
  needs+=("aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu" "qemu-aarch64-static:qemu-user-static")
fi
missing=()
for need in "${needs[@]}"; do
  probe=${need%%:*}
  command -v "$probe" >/dev/null 2>&1 || [ -e "$probe" ] || missing+=("${need##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "setup: these Debian packages are missing: ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "setup: apt-get install ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
