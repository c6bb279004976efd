# shellcheck shell=bash
# The sources of Debian's packages.

# setup_source NAME: the sources of that package of Debian's in $cache/NAME-source.
setup_source() {
    local name=$1 work=$cache/$1-source.part
    [[ -d $cache/$name-source ]] && return
    say "Setup: fetching the source of $name into $cache"
    rm -rf "$work"
    mkdir -p "$work/apt/state/lists/partial" "$work/apt/cache/archives/partial" "$work/source"

    # Source packages are rarely enabled: an apt of our own, with the system's mirrors and keys,
    # leaves the system's configuration alone.
    # shellcheck disable=SC2016 # apt fills these in
    apt-get indextargets 'Created-By: Packages' "Origin: $(origin)" \
        --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        sort -u >"$work/apt/sources.list"
    local apt=(
        apt-get -q
        -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=-
        -o "Dir::State=$work/apt/state" -o "Dir::Cache=$work/apt/cache"
        -o "APT::Sandbox::User=$(id -un)" # apt's own user may not enter this folder
    )
    "${apt[@]}" update
    (cd "$work/source" && "${apt[@]}" source "$name")
    mv "$work/source/$name"-*/ "$cache/$name-source" # last: what is there is whole
    rm -rf "$work"
}
