# shellcheck shell=bash
# The LuaJITs of the tests that Debian has no package of, built from its source.

luajit_nogc64=$cache/luajit-nogc64/src/luajit
luajit_aarch64=$cache/luajit-aarch64/src/luajit
luajit_current=$cache/luajit-current/src/luajit
luajit_windows_x64=$cache/luajit-windows-x64/src/luajit.exe
luajit_windows_x86=$cache/luajit-windows-x86/src/luajit.exe
luajit_macos_x64=$cache/luajit-macos-x64/src/luajit
luajit_macos_aarch64=$cache/luajit-macos-aarch64/src/luajit

# setup_luajit PROGRAM RELEASE WORD...: PROGRAM is $cache/luajit-KIND/src/..., RELEASE the Debian whose source it is,
# empty: this one; WORD... what make is told.
setup_luajit() {
    local program=$1 release=$2 kind work
    shift 2
    kind=${program#"$cache/luajit-"}
    kind=${kind%%/*}
    work=$cache/luajit-$kind.part
    if [[ -x $program ]]; then
        say "Setup: LuaJIT, $kind, is in $cache"
        return
    fi
    setup_source luajit ${release:+"$release"}
    say "Setup: building LuaJIT, $kind, in $cache"
    rm -rf "$work" "$cache/luajit-$kind"
    cp -a "$cache/luajit${release:+-$release}-source" "$work"
    make -C "$work" -j"$(nproc)" "$@"
    mv "$work" "$cache/luajit-$kind" # last: what is there is whole
}

# Debian's LuaJIT has 64-bit object references (GC64). Many programs embed one that has not, and callbacks differ there,
# so the tests run on both, and on that of the next Debian, which is years younger. And it has
# none for other systems and CPUs.
setup_luajits() {
    setup_luajit "$luajit_nogc64" '' XCFLAGS=-DLUAJIT_DISABLE_GC64
    setup_luajit "$luajit_current" trixie
    setup_luajit "$luajit_aarch64" '' HOST_CC=gcc CROSS=aarch64-linux-gnu- TARGET_SYS=Linux
    setup_luajits_windows
}

setup_luajits_windows() {
    local windows=(TARGET_SYS=Windows TARGET_SHLDFLAGS=-static-libgcc) # needs none of gcc's DLLs
    setup_luajit "$luajit_windows_x64" '' HOST_CC=gcc CROSS=x86_64-w64-mingw32- "${windows[@]}"
    setup_luajit "$luajit_windows_x86" '' HOST_CC='gcc -m32 -I/usr/include/x86_64-linux-gnu' CROSS=i686-w64-mingw32- \
        "${windows[@]}"
}

# Debian 12's: Zig's linker crashes at the unwind tables of younger ones for 64-bit Arm.
setup_luajits_macos() {
    local macos=(HOST_CC=gcc CROSS= "TARGET_AR=llvm-ar-$(clang_version) rcus" TARGET_STRIP=true TARGET_SYS=Darwin
        MACOSX_DEPLOYMENT_TARGET=11.0)
    setup_luajit "$luajit_macos_x64" bookworm "${macos[@]}" "CC=$zig/bin/x86_64-macos-cc"
    setup_luajit "$luajit_macos_aarch64" bookworm "${macos[@]}" "CC=$zig/bin/aarch64-macos-cc"
}
