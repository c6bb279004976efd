# shellcheck shell=bash
# ./dev conform

conform() {
    local preset=release program
    case ${1:-} in
    linux-x86 | windows-x64 | windows-x86)
        preset=$1
        shift
        ;;
    esac
    if [[ $preset == release ]]; then
        setup
    else
        setup_for_tests
    fi
    configure "$preset" >/dev/null
    build "$preset" --target conformance
    say "Calling"
    program=build/$preset/tests/conformance/conformance
    case $preset in
    windows-x64)
        start_wine
        tests/conformance/run-windows cmake/run-wine "${wine[@]}" "$program.exe" "$@"
        ;;
    windows-x86)
        start_wine
        tests/conformance/run-windows cmake/run-wine "${wine_x86[@]}" "$program.exe" "$@"
        ;;
    *) "$program" "$@" ;;
    esac
}
