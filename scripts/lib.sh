# shellcheck shell=bash
# What the other scripts share: finding Swift, and finding or installing what the build needs from the system.
# Sourced, not run. Asks nothing; says something only where something has to be done.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

swift_minimum=6.2
libraries=("libsodium >= 1.0.18" "sqlite3" "zlib")

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# --- Swift ---

# Prints the version of the compiler as MAJOR.MINOR, or nothing where `swift` does not run or is something else.
swift_version() {
    local text
    text=$(swift --version 2>/dev/null </dev/null) || return 0
    [[ $text =~ Swift\ version\ ([0-9]+\.[0-9]+) ]] || return 0
    echo "${BASH_REMATCH[1]}"
}

# True where the first version is at least the second; both are MAJOR.MINOR.
at_least() {
    [ "${1%%.*}" -gt "${2%%.*}" ] || { [ "${1%%.*}" -eq "${2%%.*}" ] && [ "${1#*.}" -ge "${2#*.}" ]; }
}

# Ends the script unless a Swift that is new enough runs. `swift` need not be on the PATH if swiftly installed it.
need_swift() {
    local how version swiftly=${SWIFTLY_BIN_DIR:-${HOME:-}/.local/share/swiftly/bin}
    how="Get it with swiftly (https://www.swift.org/install/linux/): swiftly install latest && swiftly use latest"
    if ! has swift && [ -x "$swiftly/swift" ]; then export PATH="$swiftly:$PATH"; fi
    has swift || fail "Swift $swift_minimum or newer is needed, and there is no swift on the PATH. $how"
    version=$(swift_version)
    if [ -z "$version" ]; then
        # A toolchain on a bare system starts only once the libraries it is linked with are there.
        need_packages
        version=$(swift_version)
    fi
    [ -n "$version" ] || fail "$(command -v swift) is not a Swift compiler that runs here. $how"
    at_least "$version" "$swift_minimum" || fail "Swift $swift_minimum or newer is needed; this one is $version. $how"
}

# --- Packages of the system ---

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# True where the library (as pkg-config names it) can be built against; without pkg-config the package has to tell.
has_library() {
    if has pkg-config; then pkg-config --exists "$1"; else installed "$2"; fi
}

# Prints the Debian packages that are missing, one a line. What can be tried is tried: a package may have other names.
missing_packages() {
    has pkg-config || echo pkg-config
    has_library "${libraries[0]}" libsodium-dev || echo libsodium-dev
    has_library "${libraries[1]}" libsqlite3-dev || echo libsqlite3-dev
    has_library "${libraries[2]}" zlib1g-dev || echo zlib1g-dev

    # Swift's package manager fetches with git, over TLS.
    has git || echo git
    [ -s /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    [ -e /usr/share/zoneinfo/UTC ] || echo tzdata

    missing_for_linking
    missing_for_toolchain
}

# What a Swift toolchain takes from the system to compile C and to link.
missing_for_linking() {
    local newest version
    has ld || echo binutils
    [ -e /usr/include/stdio.h ] || echo libc6-dev
    # Clang takes the newest GCC directory there is, so that one has to hold the C++ library.
    newest=$(compgen -G "/usr/lib/gcc/$(uname -m)-linux-gnu/*/crtbegin.o" | sort -V | tail -n 1) || true
    version=$(basename "${newest%/crtbegin.o}")
    if [ -z "$newest" ]; then
        echo g++
    elif [ ! -e "${newest%/crtbegin.o}/libstdc++.so" ]; then
        echo "libstdc++-$version-dev"
    fi
}

# What the toolchain's own programs are linked with, where they do not start without it.
missing_for_toolchain() {
    if has swift && ! swift build --version >/dev/null 2>&1 </dev/null; then
        printf '%s\n' libcurl4 libncurses6 libsqlite3-0 libxml2
    fi
    # Some toolchains link with gold, which newer systems keep in a package of its own.
    if has ld.gold || ! has swiftc; then return; fi
    if [[ $(swiftc '-###' "$root/Package.swift" 2>/dev/null </dev/null) == *-fuse-ld=gold* ]]; then
        echo binutils-gold
    fi
}

# Installs packages with apt-get, as root or through sudo; the script ends where that is not possible.
install_packages() {
    local log as_root=()
    local options=(-q -o DPkg::Lock::Timeout=120)
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || fail "Missing, and only root can install it: apt-get install -y --no-install-recommends $*"
        # Only a person at a terminal can type a password.
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
    fi
    log=$(mktemp)
    say "Installing what the build needs, with apt-get: $*"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}")
    # A package list that cannot be refreshed may still be good enough to install from.
    "${as_root[@]}" update >"$log" 2>&1 </dev/null || true
    if ! "${as_root[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install: $*"
    fi
    rm -f "$log"
}

# Ends the script unless everything the build takes from the system is there; installs what is missing where apt-get is.
need_packages() {
    local missing library
    if has apt-get; then
        mapfile -t missing < <(missing_packages)
        if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi
    fi
    for library in "${libraries[@]}"; do
        has pkg-config && pkg-config --exists "$library" && continue
        fail "The build needs the headers of ${libraries[0]}, SQLite and zlib, and git and pkg-config;" \
            "pkg-config does not find: $library"
    done
    has git || fail "The build needs git."
}

# Ends the script unless a command is there; installs the package that holds it where apt-get is.
need_command() {
    has "$1" && return
    has apt-get || fail "$1 is needed."
    install_packages "$2"
    has "$1" || fail "$1 is needed, and installing $2 did not bring it."
}

# Ends the script unless Python 3.10 or newer runs and can make virtual environments.
need_python() {
    local missing=()
    if has apt-get; then
        has python3 || missing+=(python3)
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=(python3-venv)
        if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi
    fi
    python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 ||
        fail "Python 3.10 or newer is needed, with its venv module."
}

# Installs the Python libraries that a requirements file names into a virtual environment, where they are not there.
need_libraries() {
    local requirements=$1 venv=$2
    need_python
    cmp -s "$requirements" "$venv/requirements.txt" && return
    say "Installing what $(dirname "$requirements") needs into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" </dev/null
    cp "$requirements" "$venv/requirements.txt"
}

# Installs the libraries that Examples/verify-python needs, for "$example_venv/bin/python".
need_example_libraries() {
    example_venv="$root/.build-interop"
    need_libraries "$root/Examples/verify-python/requirements.txt" "$example_venv"
}

# --- The command ---

# Builds the executable; "$dump" is where it is.
build_dump() {
    need_swift
    need_packages
    local build=(swift build --package-path "$root" --product dump)
    "${build[@]}" >/dev/null </dev/null || fail "The build failed; see: ${build[*]}"
    dump="$("${build[@]}" --show-bin-path </dev/null)/dump"
}
