# shellcheck shell=bash
# The sources of Debian's packages.

# setup_source NAME [RELEASE]: the sources of that package of Debian's in $cache/NAME-source, with Debian's own changes if
# the mirror has them; or those of another release, as Debian got them, in $cache/NAME-RELEASE-source.
setup_source() {
    local name=$1 release=${2-} kept=$cache/$1${2+-$2}-source work
    [[ -d $kept ]] && return
    say "Setup: fetching the source of $name${release:+ of $release} into $cache"
    work=$kept.part
    rm -rf "$work"
    mkdir -p "$work/apt/state/lists/partial" "$work/apt/cache/archives/partial" "$work/source"

    # Source packages are rarely enabled: an apt of our own, with the system's mirrors and keys,
    # leaves the system's configuration alone.
    # shellcheck disable=SC2016 # apt fills these in
    apt-get indextargets 'Created-By: Packages' "Origin: $(origin)" \
        --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        sort -u >"$work/apt/sources.list"
    if [[ -n $release ]]; then
        sed -i -n "s|\(/debian/ \)[^ /-]* main$|\1$release main|p" "$work/apt/sources.list"
    fi
    local apt=(
        apt-get -q
        -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=-
        -o "Dir::State=$work/apt/state" -o "Dir::Cache=$work/apt/cache"
        -o "APT::Sandbox::User=$(id -un)" # apt's own user may not enter this folder
    )
    "${apt[@]}" update
    (
        cd "$work/source"
        if [[ -z $release ]]; then
            if "${apt[@]}" source "$name"; then exit; fi
            say "Setup: the mirror lacks a part of it: without Debian's own changes"
        fi
        "${apt[@]}" source --tar-only "$name"
        mkdir tree
        tar -xf ./*.orig.tar.* -C tree
        local entries=(tree/*)
        if ((${#entries[@]} == 1)); then # a folder that all is in
            mv "${entries[0]}" . && rmdir tree
        fi
    )
    mv "$work/source"/*/ "$kept" # last: what is there is whole
    rm -rf "$work"
}
