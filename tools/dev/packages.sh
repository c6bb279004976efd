# shellcheck shell=bash
# The packages of Debian and Ubuntu that anything here needs, in the versions that the system has: gcc 12 to 15, clang 14
# to 20. Where it is there, clang 14, whose messages and formats are known best.

clangs=(14 20 19 18 17 16 15)

setup_demo() {
    local name
    if command -v apt-get >/dev/null; then
        require_lists
        install_packages cmake make g++ luajit "$(first_of "${clangs[@]/#/libclang1-}")" "$(first_of libxml2 libxml2-16)"
        return
    fi
    for name in cmake make c++ luajit; do
        command -v "$name" >/dev/null || fail "$name was not found: $(other_systems)"
    done
}

# For all else.
packages() {
    local clang gcc
    clang=$(clang_version) gcc=$(gcc_version)
    echo cmake ninja-build pkg-config ccache
    echo g++ "clang-$clang" "libclang-rt-$clang-dev" gdb
    echo luajit libluajit-5.1-dev "libclang-$clang-dev"
    echo "g++-$gcc-multilib" gcc-mingw-w64-i686-win32 gcc-mingw-w64-x86-64-win32 # whose code the layouts must fit
    echo "libc++-$clang-dev" "libc++abi-$clang-dev" # another C++ library, that programs may have beside ours
    first_of libxml2 libxml2-16                     # for an example
    echo libsqlite3-dev libglib2.0-dev libuv1-dev libxml2-dev libgsl-dev liblmdb-dev libpng-dev libchipmunk-dev # for examples
    first_of libcurl4-{openssl,gnutls}-dev # likewise; only one of them can be installed
    echo libportaudio2                     # for an example whose thread calls Lua
    echo lua5.1                                     # which the Lua module must refuse
    echo lua-busted                                 # which loads it again for each file of tests
    echo libgtest-dev libcli11-dev libbenchmark-dev libffi-dev libffcall-dev
    first_of libpython3.{11,13,12,14}-testsuite # whose ctypes has our closures, too
    first_of libboost1.{81,83,88,90}-dev # Boost.PFR, to test callbacks whose structures nobody describes
    echo dpkg-dev make                   # for the LuaJITs built from source
    echo locales                         # for the test under a decimal comma
    echo debootstrap                     # for a 32-bit LuaJIT and Wine
    echo g++-mingw-w64-x86-64-posix g++-mingw-w64-i686-posix wine64 # for Windows
    echo g++-aarch64-linux-gnu g++-riscv64-linux-gnu qemu-user gdb-multiarch # for Linux on 64-bit Arm and RISC-V
    echo "llvm-$clang"                                              # for macOS, beside Zig: archives, and what is in an object
    [[ $clang != 14 ]] || echo clang-format-14
    command -v npm >/dev/null || echo npm # which Node.js brings, too
}

setup() {
    local needed
    require_lists
    read -ra needed -d '' < <(packages) || true
    install_packages "${needed[@]}"
}

# clang_version: of its packages.
clang_version() {
    local name
    name=$(first_of "${clangs[@]/#/clang-}")
    echo "${name#clang-}"
}

# gcc_version: of the system's own, installed or not.
gcc_version() {
    LC_ALL=C apt-cache depends g++ | sed -n 's/^ *Depends: g++-\([0-9]*\)$/\1/p'
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# first_of NAME...: of these packages one that is installed, or else one that the system has, or else the first.
first_of() {
    local name
    for name; do
        if is_installed "$name"; then
            echo "$name"
            return
        fi
    done
    name=$(apt-cache show --no-all-versions "$@" 2>/dev/null | awk '/^Package:/ && !found { print $2; found = 1 }')
    echo "${name:-$1}"
}

# What packages there are, many an image does not know.
require_lists() {
    command -v apt-get >/dev/null || fail "$(other_systems)"
    [[ -n $(apt-get indextargets 'Created-By: Packages' "Origin: $(origin)") ]] || quietly packages as_root apt-get update -q
}

# As package lists say it.
origin() {
    # shellcheck disable=SC1091
    (. /etc/os-release && [[ $ID == ubuntu ]] && echo Ubuntu || echo Debian)
}

# Where apt has Debian from.
debian_mirror() {
    local mirror codename
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # apt fills these in
    mirror=$(apt-get indextargets 'Created-By: Packages' 'Origin: Debian' "Codename: $codename" --format '$(REPO_URI)' |
        head -n 1)
    [[ -n $mirror ]] || fail "apt knows no mirror of $codename"
    echo "$mirror"
}

other_systems() {
    cat <<'END'
needs Debian or Ubuntu. On others install a C++ compiler, CMake, make, LuaJIT, libclang and libxml2:
  Fedora  dnf install gcc-c++ cmake make luajit clang-libs libxml2
  Arch    pacman -S gcc cmake make luajit clang libxml2
Then ./dev demo works, and so does cmake -B build && cmake --build build && cmake --install build
END
}

# install_packages NAME...: those of them that are missing.
install_packages() {
    local name missing=()
    for name; do
        is_installed "$name" || missing+=("$name")
    done
    if ((${#missing[@]} == 0)); then
        say "Setup: all packages are installed"
        return
    fi
    say "Setup: installing ${missing[*]}"
    quietly packages as_root apt-get update -q
    local install=(install -qy --no-install-recommends "${missing[@]}")
    LC_ALL=C apt-get --print-uris "${install[@]}" | grep -E ' newly installed|^Need to get|^After this operation'
    quietly packages as_root env DEBIAN_FRONTEND=noninteractive apt-get "${install[@]}"
}
