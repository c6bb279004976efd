# shellcheck shell=bash
# ./dev bench

# Google Benchmark for windows-x64 and windows-x86: Debian has it for no other compiler than its own.
setup_benchmarks() {
    local platform work
    for platform in windows-x64 windows-x86; do
        if [[ -d $cache/benchmark-$platform ]]; then
            say "Setup: Google Benchmark, $platform, is in $cache"
            continue
        fi
        setup_source benchmark
        say "Setup: building Google Benchmark, $platform, in $cache"
        work=$cache/benchmark-$platform.part
        rm -rf "$work"
        # Its version it would ask of git.
        cmake -S "$cache/benchmark-source" -B "$work" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$PWD/cmake/$platform.cmake" \
            -DCMAKE_BUILD_TYPE=Release "-DCMAKE_INSTALL_PREFIX=$work/installed" -DGIT_VERSION=0.0.0 \
            -DBENCHMARK_ENABLE_TESTING=OFF -DBENCHMARK_ENABLE_WERROR=OFF -DBENCHMARK_INSTALL_DOCS=OFF
        cmake --build "$work" --target install
        mv "$work/installed" "$cache/benchmark-$platform" # last: what is there is whole
        rm -rf "$work"
    done
}

# On a machine that compiles for itself alone.
bench_natively() {
    require_lists
    install_packages cmake ninja-build pkg-config g++ luajit libluajit-5.1-dev libbenchmark-dev libffi-dev libffcall-dev
    configure bench
    build bench
    say "Measuring"
    bench/run build/bench "$@"
}

bench() {
    local preset
    check_words bench 1 --quick "$@"
    if [[ $(uname -m) != x86_64 ]]; then
        bench_natively "$@"
        return
    fi
    setup
    setup_i386
    setup_luajits_windows
    setup_benchmarks
    setup_wine
    for preset in bench bench-x86 bench-windows-x64 bench-windows-x86; do
        configure "$preset"
        build "$preset"
    done
    say "Measuring"
    bench/run build/bench "$@"
    say "Measuring 32 bits"
    bench/run build/bench-x86 "$@"
    start_wine
    say "Measuring Windows x64 under Wine, for information"
    bench/run build/bench-windows-x64 "$@" --wine "$luajit_windows_x64" cmake/run-wine "${wine[@]}"
    say "Measuring Windows x86 under Wine, for information"
    bench/run build/bench-windows-x86 "$@" --wine "$luajit_windows_x86" cmake/run-wine "${wine_x86[@]}"
}
