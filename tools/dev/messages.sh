# shellcheck shell=bash
# Words for whoever runs ./dev.

say() { printf '\n==> %s\n' "$*"; }

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# misused WHY [WORD CANDIDATE...]: WORD was given; the nearest of what it might have been is named.
misused() {
    local why=$1 hint=''
    shift
    (($# < 2)) || hint=$(nearest "$@")
    hint=${hint:+: did you mean $hint?}
    printf 'dev: %s%s See ./dev %s--help\n' "$why" "${hint:-.}" "${command:+$command }" >&2
    exit 2
}

# nearest WORD CANDIDATE...: that which takes the fewest letters to add, drop or change, if half of the word stays.
nearest() {
    awk -v word="$1" '
        function least(a, b) { return a < b ? a : b }
        function distance(from, to,    i, j, d) {
            for (i = 0; i <= length(from); i++) d[i, 0] = i
            for (j = 0; j <= length(to); j++) d[0, j] = j
            for (i = 1; i <= length(from); i++)
                for (j = 1; j <= length(to); j++)
                    d[i, j] = least(least(d[i - 1, j], d[i, j - 1]) + 1,
                        d[i - 1, j - 1] + (substr(from, i, 1) != substr(to, j, 1)))
            return d[length(from), length(to)]
        }
        BEGIN { best = length(word) / 2 + 0.1 }
        { found = distance(word, $0); if (found < best) { best = found; candidate = $0 } }
        END { print candidate }' < <(printf '%s\n' "${@:2}")
}

# one_of WORD CANDIDATE...
one_of() {
    local candidate
    for candidate in "${@:2}"; do
        [[ $1 != "$candidate" ]] || return 0
    done
    return 1
}

# check_words COMMAND COUNT WORD... ARGUMENT...: the command may be told COUNT words, and no other.
check_words() {
    local command=$1 words=("${@:3:$2}") argument
    for argument in "${@:3+$2}"; do
        one_of "$argument" "${words[@]}" || misused "unknown argument '$argument'" "$argument" "${words[@]}"
    done
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -E "$@" # -E: the proxy settings are in the environment
    else
        fail "needs root and there is no sudo for: $*"
    fi
}

# quietly NAME COMMAND...: what it prints is in build/NAME.log, and of what failed here, too.
quietly() {
    local log=build/$1.log
    shift
    mkdir -p build
    ("$@") >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        fail "failed: $*; more is in $log"
    }
}
