# shellcheck shell=bash
# A preset of CMake, with what the cache has for it.

# As CMake writes a list.
list() {
    local IFS=';'
    echo "$*"
}

# What was compiled once, here or in another clone, is not compiled again.
export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros

# With what of this cache the preset can use.
configure() {
    local preset=$1 options=() clang
    ! command -v ccache >/dev/null || options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    # A sanitizer's runtime cannot be loaded into luajit: asan and tsan run the C++ tests only.
    case $preset in
    release)
        [[ ! -x $luajit_nogc64 ]] || options+=("-DCBFRAME_LUAJIT_NOGC64=$luajit_nogc64")
        [[ ! -x $luajit_current ]] || options+=("-DCBFRAME_LUAJIT_CURRENT=$luajit_current")
        ;;
    linux-x86 | linux-x86-clang | bench-x86) options+=("-DCBFRAME_I386_ROOT=$i386") ;;
    linux-aarch64*) options+=("-DCBFRAME_LUAJIT_AARCH64=$luajit_aarch64") ;;
    bench-windows-*) options+=("-Dbenchmark_DIR=$cache/benchmark-${preset#bench-}/lib/cmake/benchmark") ;;
    windows-x64) options+=("-DCBFRAME_LUAJIT_WINDOWS=$luajit_windows_x64") ;;
    windows-x86) options+=("-DCBFRAME_LUAJIT_WINDOWS=$luajit_windows_x86" "-DCBFRAME_WINE=$(list "${wine_x86[@]}")") ;;
    windows-aarch64) options+=("-DCBFRAME_ZIG=$zig") ;;
    macos-x64) options+=("-DCBFRAME_ZIG=$zig" "-DCBFRAME_LUAJIT_MACOS=$luajit_macos_x64") ;;
    macos-aarch64) options+=("-DCBFRAME_ZIG=$zig" "-DCBFRAME_LUAJIT_MACOS=$luajit_macos_aarch64") ;;
    esac
    case $preset in
    clang | linux-x86-clang | linux-aarch64-clang)
        clang=$(clang_version)
        options+=("-DCMAKE_C_COMPILER=clang-$clang" "-DCMAKE_CXX_COMPILER=clang++-$clang")
        ;;
    esac
    say "Configuring $preset"
    cmake --preset "$preset" "${options[@]}"
}

build() {
    local preset=$1
    shift
    say "Building $preset"
    cmake --build --preset "$preset" "$@"
}
