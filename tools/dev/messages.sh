# shellcheck shell=bash
# Words for whoever runs ./dev.

say() { printf '\n==> %s\n' "$*"; }

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

misused() {
    printf 'dev: %s; see ./dev --help\n' "$*" >&2
    exit 2
}

no_arguments() {
    local command=$1
    shift
    (($# == 0)) || misused "$command: unknown argument '$1'"
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
    "$@" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        fail "failed: $*; more is in $log"
    }
}
