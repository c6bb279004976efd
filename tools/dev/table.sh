# shellcheck shell=bash
# What ctest said of each platform, as a table.

# What the last run of each platform's tests says: a column of this table each, and how the names of its tests begin.
columns=(frames exactness closures conformance Lua exceptions threads)
tests_of_columns=('(frame|early|c_api|c_api_(memory|failure)|pool|pool_(windows|file|mappings)|page_size|pages_of_[0-9]+k|interposed|plugin)_test' exactness_test
    '(closure|callback|vectors|classes|pfr|c_api_typed)[a-z0-9_]*_test' conformance lua 'unwind(_windows(_steps|_x86_64)?)?_test'
    '(threads|interruption|signals|fork|busy|cancellation|exit|freed_in_call)_test')
table_format='%-15s %-8s %-10s %-9s %-14s %-8s %-11s %s\n'

table() {
    # shellcheck disable=SC2059
    printf "$table_format" platform "${columns[@]}"
    of_each_tested table_row
    table_linked 'macOS x86-64' macos-x64 'Linux x86-64'
    table_linked 'macOS aarch64' macos-aarch64 'Linux aarch64'
    table_linked 'Windows aarch64' windows-aarch64 'Linux aarch64'
    of_each_tested table_rest
}

# of_each_tested FUNCTION: calls it with the name and the presets of each platform that runs here.
of_each_tested() {
    "$1" 'Linux x86-64' release
    "$1" 'Linux x86' linux-x86 linux-x86-clang
    "$1" 'Linux aarch64' linux-aarch64 linux-aarch64-clang
    "$1" 'Linux riscv64' linux-riscv64
    "$1" 'Windows x64' windows-x64
    "$1" 'Windows x86' windows-x86
}

# table_row NAME PRESET...: of a platform that is built by these.
table_row() {
    local name=$1 column count words=()
    shift
    for column in "${!columns[@]}"; do
        count=''
        [[ ${columns[column]} != conformance ]] || count=" $(conforming "$@")"
        words+=("$(outcome "${tests_of_columns[column]}" "$@")$count")
    done
    # shellcheck disable=SC2059
    printf "$table_format" "$name" "${words[@]}"
}

# table_linked NAME PRESET TWIN: of a platform that is only linked, whose assembly another one runs.
table_linked() {
    printf '%-15s cannot run here; linked, and its machine code is that of %s: %s; Lua finds its library: %s\n' \
        "$1" "$3" "$(outcome machine_code "$2")" "$(outcome lua "$2")"
}

# table_rest NAME PRESET...: what "partly" in a row leaves open.
table_rest() {
    local name=$1 column line
    shift
    for column in "${!columns[@]}"; do
        untested "${tests_of_columns[column]}" "$@" | while IFS= read -r line; do
            printf '%s, %s: %s\n' "$name" "${columns[column]}" "$line"
        done
    done
}

# outcome BEGINS PRESET...: one word for the tests whose names begin so. "passed": all of them, and nothing was skipped.
outcome() {
    local begins=$1 word folders
    shift
    folders=("${@/#/build/}")
    word=$(awk -v begins="^($begins)[.]" '
        match($0, /#[0-9]+: [^ ]+/) {
            name = substr($0, RSTART, RLENGTH)
            sub(/^#[0-9]+: /, "", name)
            if (name !~ begins) next
            if (/ Passed /) passed++
            else if (!/Skipped|Disabled/) failed++
        }
        END { print failed ? "FAILED" : passed ? "passed" : "not run" }' "${folders[@]/%//ctest.log}")
    [[ $word != passed || -z $(untested "$begins" "$@") ]] || word=partly
    echo "$word"
}

# untested BEGINS PRESET...: what these tests skipped, and why, a line each: "not tested: …".
untested() {
    local begins=$1 folders
    shift
    folders=("${@/#/build/}")
    awk -v begins="^($begins)[.]" '
        { sub(/\r$/, "") }
        / Testing: / { name = $3; wanted = name ~ begins; told = 0; next }
        !wanted { next }
        /^not tested: / { print; told = 1 }
        /^skipped[: ]/ { sub(/^skipped:? */, ""); print "not tested: " $0; told = 1 }
        /: Skipped$/ { getline; sub(/\r$/, ""); print "not tested: " $0; told = 1 }
        /^Test Skipped/ && !told { print "not tested: " name }' "${folders[@]/%//Testing/Temporary/LastTest.log}" | sort -u
}

# conforming PRESET...: how many calls of random and other signatures conformed.
conforming() {
    local folders=("${@/#/build/}")
    awk '/ known traps and [0-9]+ random calls, 0 failed/ {
            for (i = 1; i < NF; i++) if ($(i + 1) == "known" || $(i + 1) == "random") count += $i
        }
        END { if (count) print count }' "${folders[@]/%//Testing/Temporary/LastTest.log}"
}
