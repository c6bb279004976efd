# shellcheck shell=bash
# The format of C and C++.

sources() {
    local folders=()
    for folder in include src lua ffi tools examples tests bench; do
        [[ -d $folder ]] && folders+=("$folder")
    done
    find "${folders[@]}" -type f \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' \) -print0
}

format() {
    say "Formatting"
    command -v clang-format-14 >/dev/null || fail "format needs clang-format-14: other versions format differently"
    sources | xargs -0 clang-format-14 -i
}

check() {
    say "Checking the format"
    if ! command -v clang-format-14 >/dev/null; then
        echo "not checked: clang-format-14 is not installed, and other versions format differently"
        return
    fi
    sources | xargs -0 clang-format-14 --dry-run --Werror || fail "not formatted: run ./dev format"
}
