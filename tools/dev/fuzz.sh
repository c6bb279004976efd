# shellcheck shell=bash
# ./dev fuzz

fuzz() {
    local seconds=${1:-60}
    [[ $# -le 1 && $seconds =~ ^[1-9][0-9]*$ ]] || misused "'$*' is no number of seconds"
    setup
    configure clang >/dev/null
    build clang --target fuzz_types
    say "Fuzzing for $seconds seconds"
    mkdir -p build/corpus
    build/clang/tests/fuzz/fuzz_types -max_total_time="$seconds" -max_len=1024 -len_control=20 -timeout=60 \
        -print_final_stats=1 -artifact_prefix=build/ build/corpus
}
