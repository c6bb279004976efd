# shellcheck shell=bash
# The Debian packages that anything here needs.

# For the demonstration.
demo_packages=(cmake make g++ luajit libclang1-14 libxml2)

# For all else.
packages=(
    cmake ninja-build pkg-config
    g++ clang-14 libclang-rt-14-dev clang-format-14 gdb
    luajit libluajit-5.1-dev libclang-14-dev
    g++-12-multilib gcc-mingw-w64-i686-win32 gcc-mingw-w64-x86-64-win32 # whose code the layouts must fit
    libc++-14-dev libc++abi-14-dev # another C++ library, that programs may have beside ours
    libxml2 # for an example
    lua5.1 # which the Lua module must refuse
    lua-busted # which loads it again for each file of tests
    libgtest-dev libcli11-dev libbenchmark-dev libffi-dev libffcall-dev
    libboost1.81-dev # Boost.PFR, to test callbacks whose structures nobody describes
    dpkg-dev make # for the LuaJITs built from source
    locales       # for the test under a decimal comma
    debootstrap   # for a 32-bit LuaJIT and Wine
    g++-mingw-w64-x86-64-posix g++-mingw-w64-i686-posix wine64 # for Windows
    llvm-14       # for macOS, beside Zig: archives, and what is in an object
)

setup() {
    command -v npm >/dev/null || packages+=(npm) # which Node.js brings, too
    install_packages "${packages[@]}"
    # What is fetched beside them needs the lists, which many an image lacks.
    [[ -n $(apt-get indextargets 'Created-By: Packages' 'Origin: Debian') ]] || as_root apt-get update -q
}

# install_packages NAME...: those of them that are missing.
install_packages() {
    local name missing=()
    for name; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    if ((${#missing[@]} == 0)); then
        say "Setup: all Debian packages are installed"
        return
    fi
    say "Setup: installing ${missing[*]}"
    quietly packages as_root apt-get update -q
    local install=(install -qy --no-install-recommends "${missing[@]}")
    LC_ALL=C apt-get --print-uris "${install[@]}" | grep -E ' newly installed|^Need to get|^After this operation'
    quietly packages as_root env DEBIAN_FRONTEND=noninteractive apt-get "${install[@]}"
}
