# Completion of cbframe(1) for bash.

_cbframe() {
    local word=$2 before=$3 words=''
    case $before in
    -c | --convention) words="all $(cbframe conventions --names)" ;;
    --compare) words=$(cbframe conventions --names) ;;
    -i | --header | --svg)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    esac
    if [[ -z $words && ${COMP_WORDS[COMP_CWORD - 2]-} == --compare ]]; then
        words=$(cbframe conventions --names)
    fi
    if [[ -z $words ]]; then
        case ${COMP_WORDS[1]} in
        layout) words='--compare --convention --header --help --json --svg --variadic' ;;
        conventions) words='--help --json --names' ;;
        check) words='--help --json' ;;
        *) words='layout conventions check --help --version' ;;
        esac
        ((COMP_CWORD > 1)) || words='layout conventions check --help --version'
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _cbframe cbframe
