# To be sourced: fetches Debian packages into a folder without touching the system's own apt, its sources or its list of
# architectures. Packages are verified through the archive keyring.

# Prints "mirror suite main" for each suite of Debian that this machine's apt uses; nothing without any.
debian_suites() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep -E '^[^ ]*/debian(-security)?/? [^ ]+ main$' | sort -u || true
}

# Prints the mirror that this machine's apt uses for Debian itself; nothing without one.
debian_mirror() {
  debian_suites | sed -n 's|\(/debian/\?\) .*|\1|p' | head -n 1
}

# begin_private_apt STORE ARCH SOURCES: empties STORE and readies an apt of its own in STORE/apt for the architecture ARCH
# and SOURCES, lines as debian_suites prints them; its options are left in the array private_apt. On failure false, after
# apt has said why.
begin_private_apt() {
  local store=$1 arch=$2 sources=$3 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e "$keyring" ] || {
    echo "the keyring $keyring is missing: apt-get install debian-archive-keyring" >&2
    return 1
  }
  rm -rf "$store"
  mkdir -p "$store"/apt/{state/lists/partial,cache/archives/partial}
  # No package is installed for this apt.
  : >"$store/apt/status"
  sed "s|^|deb [arch=$arch signed-by=$keyring] |" <<<"$sources" >"$store/apt/sources.list"
  # A user of its own has no access to private folders, so that apt works as the caller.
  private_apt=(-o "Dir::Etc::SourceList=$store/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o APT::Sandbox::User= -o "Dir::State=$store/apt/state" -o "Dir::State::status=$store/apt/status"
    -o "Dir::Cache=$store/apt/cache" -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o "APT::Architecture=$arch"
    -o "APT::Architectures::=$arch")
  apt-get "${private_apt[@]}" update -qq >&2
}

# fetch_packages STORE ARCH SOURCES PACKAGE...: empties STORE and unpacks there the newest of each package that SOURCES have
# for the architecture ARCH; STORE/packages, written last, names their versions. On failure false, after apt has said why.
fetch_packages() {
  local store=$1 arch=$2 package
  begin_private_apt "$1" "$2" "$3" || return 1
  shift 3
  (cd "$store/apt" && apt-get "${private_apt[@]}" download -qq "${@/%/:$arch}" >&2) || return 1
  for package in "$store"/apt/*.deb; do
    dpkg-deb --extract "$package" "$store" || return 1
    basename "$package" .deb >>"$store/apt/packages"
  done
  mv "$store/apt/packages" "$store/packages"
  rm -rf "$store/apt"
}
