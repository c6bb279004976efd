# shellcheck shell=bash
# ./dev test, ./dev platforms

locales=$cache/locales
other_platforms=(linux-x86 linux-x86-clang linux-aarch64 linux-aarch64-clang linux-riscv64 windows-x64 windows-x86 macos-x64 macos-aarch64
    windows-aarch64)

# A fresh system has no locale with a decimal comma, where programs that print numbers go wrong.
setup_locale() {
    [[ -d $locales/de_DE.UTF-8 ]] && return
    say "Setup: making the locale de_DE.UTF-8 in $cache"
    mkdir -p "$locales"
    localedef -i de_DE -f UTF-8 "$locales/de_DE.UTF-8"
}

setup_for_tests() {
    setup
    setup_luajits
    setup_locale
    setup_i386
    setup_wine
    setup_zig
    setup_luajits_macos
}

run_tests() {
    local regex=()
    while (($# > 0)); do
        case $1 in
        -R)
            (($# >= 2)) || misused "-R needs a regular expression"
            regex=(-R "$2")
            shift 2
            ;;
        *) misused "unknown argument '$1'" "$1" -R ;;
        esac
    done

    setup_for_tests
    check
    test_presets release clang asan tsan "${other_platforms[@]}"
}

# Builds and tests each, goes on after failures, and says at the end what failed.
test_presets() {
    local preset failed=()
    for preset; do
        configure "$preset"
    done
    start_wine
    for preset; do
        build "$preset"
    done
    for preset; do
        say "Testing $preset"
        # Tests that call compilers find ccache under their names.
        PATH=/usr/lib/ccache:$PATH LOCPATH=$locales ctest --preset "$preset" -j"$(nproc)" --output-on-failure \
            --output-log "build/$preset/ctest.log" "${regex[@]}" || failed+=("$preset")
    done
    for preset in "${failed[@]}"; do
        say "Failed in $preset"
        failures "build/$preset/ctest.log"
    done
    say "Platforms"
    table
    summary "$@"
    ((${#failed[@]} == 0)) || fail "failed in ${failed[*]}"
}

platforms() {
    local regex=()
    setup_for_tests
    test_presets release "${other_platforms[@]}"
}

# What the failed tests of a ctest log printed, the end of each.
failures() {
    awk '
        function flush_test() {
            if (!failed) return
            print name
            for (i = lines > 30 ? lines - 29 : 1; i <= lines; i++) print "    " line[i]
        }
        / Test +#[0-9]+: / { flush_test(); failed = /\*\*\*(Failed|Exception|Timeout|Not Run)/ && !/Disabled/; name = $0; lines = 0; next }
        / Start +[0-9]+: / || /tests passed, / { flush_test(); failed = 0; next }
        { line[++lines] = $0 }' "$1"
}

# The last line is ctest's closing line, for all runs together.
summary() {
    local preset line failures=0 total=0
    say "Results"
    for preset in "$@"; do
        line=$(grep 'tests passed,' "build/$preset/ctest.log") || line='no test ran'
        [[ $line != 'no test ran' || ${#regex[@]} != 0 ]] || fail "no test ran in $preset, whose tests CBFRAME_TESTS should have"
        printf '%-19s %s\n' "$preset" "$line"
        if [[ $line =~ ([0-9]+)' tests failed out of '([0-9]+) ]]; then
            failures=$((failures + BASH_REMATCH[1]))
            total=$((total + BASH_REMATCH[2]))
        fi
    done
    ((total > 0)) || fail "test: no test has such a name"
    printf '\n%d%% tests passed, %d tests failed out of %d\n' $(((total - failures) * 100 / total)) "$failures" "$total"
}
