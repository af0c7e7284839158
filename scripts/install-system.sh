#!/usr/bin/env bash
# Installs the static binary, the manual pages and the completions below $DESTDIR$PREFIX (PREFIX: /usr/local).
# With --uninstall removes what it has installed there: the list is in $PREFIX/share/runt/installed.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=build/runt
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
list=$prefix/share/runt/installed
umask 022

fail() {
  echo "install-system: $1" >&2
  exit 1
}

# The list is sorted, so that directories, which end with a slash in it, stand before what is in them.
declare -a before=() now=()
declare -A wanted=()

remember() {
  [ -z "${wanted[$1]:-}" ] || return 0
  wanted[$1]=1
  now+=("$1")
}

# Makes the directory $1 with those above it, and remembers which of them were not there.
make_directory() {
  [ ! -d "$root$1" ] || return 0
  case ${1%/*} in "") ;; *) make_directory "${1%/*}" ;; esac
  mkdir -m 755 "$root$1"
  remember "$1/"
}

# Puts the file $1 to $2 with the mode $3, whole at every moment: managers may start it meanwhile.
put() {
  make_directory "${2%/*}"
  install -m "$3" "$1" "$root$2.new"
  mv -f "$root$2.new" "$root$2"
  remember "$2"
}

# Removes the listed $@, the last one first; a directory only when nothing else is in it.
remove() {
  local i path
  for ((i = $#; i > 0; i--)); do
    path=$root${!i}
    case $path in
      */) [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty "$path" ;;
      *) rm -f "$path" ;;
    esac
  done
}

install_all() {
  [ -x "$binary" ] || fail "the static binary $binary is missing; make it with: npm run build"
  local shell path
  # Nothing is touched when the binary does not run here.
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  for shell in bash zsh fish; do
    "$binary" completion "$shell" >"$scratch/$shell" || fail "$binary completion $shell fails; build it again with: npm run build"
  done
  # Directories that an earlier installation made are still its own.
  for path in "${before[@]}"; do
    [[ $path != */ || ! -d $root$path ]] || remember "$path"
  done
  mkdir -p "$root"/
  make_directory "$prefix/share/runt"
  put "$binary" "$prefix/bin/runt" 755
  for path in docs/man/*.8; do put "$path" "$prefix/share/man/man8/${path##*/}" 644; done
  put "$scratch/bash" "$prefix/share/bash-completion/completions/runt" 644
  put "$scratch/zsh" "$prefix/share/zsh/site-functions/_runt" 644
  put "$scratch/fish" "$prefix/share/fish/vendor_completions.d/runt.fish" 644
  remember "$list"
  printf '%s\n' "${now[@]}" | LC_ALL=C sort >"$scratch/list"
  put "$scratch/list" "$list" 644
  # What an earlier version installed and this one has not.
  for path in "${before[@]}"; do [ -n "${wanted[$path]:-}" ] || remove "$path"; done
  echo "install-system: runt is in $root$prefix/bin, its manual pages and completions in $root$prefix/share"
}

[[ $prefix == /* ]] || fail "PREFIX is $prefix, which is no absolute path"
[[ -z $root || $root == /* ]] || fail "DESTDIR is $root, which is no absolute path"
[ ! -e "$root$list" ] || mapfile -t before <"$root$list"
case $#:${1:-} in
  0:) install_all ;;
  1:--uninstall)
    [ ${#before[@]} -gt 0 ] || fail "nothing to remove: there is no $root$list"
    remove "${before[@]}"
    echo "install-system: runt is removed from $root$prefix"
    ;;
  *) fail "usage: install-system.sh [--uninstall]" ;;
esac
