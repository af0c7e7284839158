#!/usr/bin/env bash
# Prints a folder with what the static binary for aarch64 is linked from: musl, libseccomp and the kernel's headers.
# They are Debian's packages of this machine's own suite, fetched by apt into build/sysroot-aarch64 and verified through
# the archive keyring. The system's own apt is left alone, and no foreign architecture is added to it.
set -euo pipefail
cd "$(dirname "$0")/.."
store=$PWD/build/sysroot-aarch64
packages=(musl-dev libseccomp-dev linux-libc-dev)
# The last file that is put in place: with it the folder is whole.
done=$store/packages

fail() {
  echo "fetch-sysroot: $1" >&2
  exit 1
}

if [ -e "$done" ]; then
  echo "$store"
  exit 0
fi
command -v apt-get >/dev/null || fail "musl and libseccomp for aarch64 come from Debian's packages, and there is no apt-get here"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "the keyring $keyring is missing: apt-get install debian-archive-keyring"

# The mirrors and suites that this machine's apt uses for Debian itself.
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  grep -E '^[^ ]*/debian(-security)?/? [^ ]+ main$' | sort -u) || true
[ -n "$sources" ] || fail "no Debian mirror is configured in apt's sources, from which to fetch ${packages[*]}"

rm -rf "$store"
mkdir -p "$store"/apt/{state/lists/partial,cache/archives/partial}
: >"$store/apt/status"
sed "s|^|deb [arch=arm64 signed-by=$keyring] |" <<<"$sources" >"$store/apt/sources.list"
# A user of its own has no access to private folders, so that apt works as the caller.
private=(-o "Dir::Etc::SourceList=$store/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=
  -o "Dir::State=$store/apt/state" -o "Dir::State::status=$store/apt/status" -o "Dir::Cache=$store/apt/cache"
  -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Dir::Etc::Preferences=/dev/null
  -o Dir::Etc::PreferencesParts=/dev/null -o APT::Architecture=arm64 -o APT::Architectures::=arm64)
echo "fetch-sysroot: apt fetches ${packages[*]} for arm64" >&2
apt-get "${private[@]}" update -qq >&2 || fail "apt could not read the lists of packages for arm64"
(cd "$store/apt" && apt-get "${private[@]}" download -qq "${packages[@]/%/:arm64}" >&2) ||
  fail "apt could not fetch ${packages[*]} for arm64"
for package in "$store"/apt/*.deb; do
  dpkg-deb --extract "$package" "$store"
  basename "$package" .deb >>"$store/apt/packages"
done
# What makes gcc use musl instead of glibc; it names its files where the package would be installed.
sed -i "s|/usr/|$store/usr/|g" "$store/usr/lib/aarch64-linux-musl/musl-gcc.specs"
mv "$store/apt/packages" "$done"
rm -rf "$store/apt"
echo "$store"
