#!/bin/sh
# The command runt of the npm package: the static binary of this machine where the package has it, else Node.
self=$0
[ ! -L "$self" ] || self=$(readlink -f -- "$self")
here=${self%/*}
binary=$here/$(uname -m)/runt
[ ! -x "$binary" ] || exec "$binary" "$@"
command -v node >/dev/null && exec node "$here/runt.mjs" "$@"
echo "runt: there is no $binary in the package, and no node in PATH; build the package for this machine or install Node" >&2
exit 1
