# shellcheck shell=bash
# ./dev conform

conform_platforms=(linux-x86 linux-aarch64 linux-riscv64 windows-x64 windows-x86)

conform() {
    local preset=release program
    if one_of "${1:-}" "${conform_platforms[@]}"; then
        preset=$1
        shift
    fi
    check_conform_options "$preset" "$@"
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
    linux-aarch64) qemu-aarch64 -cpu max,pauth-impdef=on -L /usr/aarch64-linux-gnu "$program" "$@" ;;
    linux-riscv64) qemu-riscv64 -L /usr/riscv64-linux-gnu "$program" "$@" ;;
    *) "$program" "$@" ;;
    esac
}

# check_conform_options PRESET OPTION...: as the program does, which takes minutes to build.
check_conform_options() {
    local hosts options=(--convention --compiler --against --count --seed --no-traps --part --wide --cpu) option
    case $1 in
    release) hosts=x86_64/hosts_posix ;;
    linux-x86) hosts=i386/hosts_posix ;;
    linux-aarch64) hosts=aarch64/hosts_posix ;;
    linux-riscv64) hosts=riscv64/hosts_posix ;;
    windows-x64) hosts=x86_64/hosts_windows ;;
    windows-x86) hosts=i386/hosts_windows ;;
    esac
    hosts=tests/cpu/$hosts.cpp
    shift
    while (($# > 0)); do
        option=$1
        shift
        one_of "$option" "${options[@]}" "${conform_platforms[@]}" ||
            misused "unknown argument '$option'" "$option" "${options[@]}" "${conform_platforms[@]}"
        case $option in
        --no-traps | --wide) continue ;;
        --convention) check_value "$option" "${1:-}" "$(sed -n 's/^ *{"\([a-z0-9_]*\)", "[a-z_]*",.*/\1/p' "$hosts")" ;;
        --compiler) check_value "$option" "${1:-}" "$(sed -n 's/^ *{"[a-z0-9_]*", "\([a-z_]*\)",.*/\1/p' "$hosts")" ;;
        --against) check_value "$option" "${1:-}" $'closure\ncallback\ncast\ntap' ;;
        --cpu) check_value "$option" "${1:-}" $'sse\navx2\navx512f' ;;
        --count | --seed) [[ ${1:-} =~ ^[0-9]+$ ]] || misused "$option '${1:-}' is no number" ;;
        --part)
            [[ "${1:-} ${2:-}" =~ ^[1-9][0-9]*' '[1-9][0-9]*$ ]] || misused "$option needs two numbers"
            shift
            ;;
        *) misused "the platform comes first: ./dev conform $option" ;;
        esac
        shift
    done
}

# check_value OPTION VALUE LINES: it is one of these lines.
check_value() {
    local values
    mapfile -t values < <(sort -u <<<"$3")
    one_of "$2" "${values[@]}" || misused "$1 is one of ${values[*]}, not '$2'" "$2" "${values[@]}"
}
