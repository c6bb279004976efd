# shellcheck shell=bash
# The Debian packages that anything here needs.

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
    local name missing=()
    for name in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    command -v npm >/dev/null || missing+=(npm) # which Node.js brings, too
    if ((${#missing[@]} == 0)); then
        say "Setup: all Debian packages are installed"
        # What is fetched beside them needs the lists, which many an image lacks.
        [[ -n $(apt-get indextargets 'Created-By: Packages' 'Origin: Debian') ]] || as_root apt-get update -q
        return
    fi
    say "Setup: installing ${missing[*]}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
}
