#!/bin/sh
# same-addresses.sh A B: fails unless all symbols of the programs A and B but the core and the heap have one address.
# NM is the program that lists symbols.
set -eu
list() { "$NM" "$1" | awk '$NF !~ /^(runt_core|runt_core_size|runt_heap_end|_end|end)$/ { print $1, $NF }' | sort; }
list "$1" >"$1.symbols"
list "$2" >"$2.symbols"
cmp -s "$1.symbols" "$2.symbols" && exit 0
echo "same-addresses: $1 and $2 differ:" >&2
diff "$1.symbols" "$2.symbols" | head >&2
exit 1
