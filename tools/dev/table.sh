# shellcheck shell=bash
# What ctest said of each platform, as a table.

# What the last run of each platform's tests says.
table() {
    local format='%-13s %-8s %-10s %-9s %-14s %-8s %-11s %s\n'
    # shellcheck disable=SC2059
    printf "$format" platform frames exactness closures conformance Lua exceptions threads
    table_row "$format" 'Linux x86-64' release
    table_row "$format" 'Linux x86' linux-x86 linux-x86-clang
    table_row "$format" 'Windows x64' windows-x64
    table_row "$format" 'Windows x86' windows-x86
    local log=build/macos-x64/ctest.log
    printf '%-13s cannot run here; linked, and its machine code is that of Linux x86-64: %s; Lua finds its library: %s\n' \
        'macOS x86-64' "$(outcome machine_code "$log")" "$(outcome lua "$log")"
}

# table_row FORMAT NAME PRESET...: of a platform that is built by these.
table_row() {
    local format=$1 name=$2 preset logs=() outputs=()
    shift 2
    for preset; do
        logs+=("build/$preset/ctest.log")
        outputs+=("build/$preset/Testing/Temporary/LastTest.log")
    done
    # shellcheck disable=SC2059
    printf "$format" "$name" \
        "$(outcome '(frame|early|c_api|c_api_memory|pool|pool_windows)_test' "${logs[@]}")" "$(outcome exactness_test "${logs[@]}")" \
        "$(outcome '(closure|callback|c_api_typed)[a-z0-9_]*_test' "${logs[@]}")" \
        "$(outcome conformance "${logs[@]}") $(conforming "${outputs[@]}")" \
        "$(outcome lua "${logs[@]}")" "$(outcome 'unwind(_windows(_steps|_x86_64)?)?_test' "${logs[@]}")" \
        "$(outcome '(threads|interruption|signals|fork)_test' "${logs[@]}")"
}

# outcome BEGINS LOG...: one word for the tests in logs of ctest whose names begin so.
outcome() {
    local begins=$1
    shift
    awk -v begins="^($begins)[.]" '
        match($0, /#[0-9]+: [^ ]+/) {
            name = substr($0, RSTART, RLENGTH)
            sub(/^#[0-9]+: /, "", name)
            if (name !~ begins) next
            if (/ Passed /) passed++
            else if (!/Skipped|Disabled/) failed++
        }
        END { print failed ? "FAILED" : passed ? "passed" : "not run" }' "$@"
}

# How many calls of random and other signatures conformed.
conforming() {
    awk '/ known traps and [0-9]+ random calls, 0 failed/ {
            for (i = 1; i < NF; i++) if ($(i + 1) == "known" || $(i + 1) == "random") count += $i
        }
        END { if (count) print count }' "$@"
}
