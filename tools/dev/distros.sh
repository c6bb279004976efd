# shellcheck shell=bash
# ./dev distros

debians=(bookworm trixie)

distros() {
    local codename codenames=() tests=no
    check_words distros 3 --test "${debians[@]}" "$@"
    for codename; do
        if [[ $codename == --test ]]; then
            tests=yes
        else
            codenames+=("$codename")
        fi
    done
    ((${#codenames[@]} > 0)) || codenames=("${debians[@]}")
    require_lists
    install_packages debootstrap
    for codename in "${codenames[@]}"; do
        setup_distro "$codename"
        try_distro "$codename" "$tests"
    done
}

# setup_distro CODENAME: a Debian in $cache in which nothing is installed.
setup_distro() {
    local root=$cache/debian-$1 mirror
    if [[ -d $root ]]; then
        say "Setup: a bare $1 is in $cache"
        return
    fi
    say "Setup: making a bare $1 in $cache"
    mirror=$(debian_mirror)
    mkdir -p "$cache"
    as_root rm -rf "$root.part"
    quietly distros as_root debootstrap --variant=minbase "$1" "$root.part" "$mirror"
    as_root mv "$root.part" "$root" # last: what is there is whole
}

# try_distro CODENAME TESTS: from this tree to what it shows, in a copy that goes again; and the library alone, without
# warnings. TESTS: yes, to run the tests, too, whose cache stays.
try_distro() {
    local root=$cache/debian-$1.part before after
    say "$1: ./dev demo, then the library alone (some two minutes)"
    copy_distro "$1"
    tar -c --exclude=./build --exclude=./.git . | as_root tar -x -C "$root/cbframe"
    before=$(megabytes "$root") SECONDS=0
    quietly "demo-$1" in_distro "$root" './dev demo'
    after=$(megabytes "$root")
    cat "build/demo-$1.log"
    say "$1: the demonstration took $SECONDS s and $((after - before)) MB"
    quietly "plain-$1" in_distro "$root" "cmake -B build/plain -DCBFRAME_WERROR=ON &&
        cmake --build build/plain -j $(nproc) && cmake --install build/plain"
    if [[ $2 == yes ]]; then
        say "$1: ./dev test (hours the first time)"
        mkdir -p "$cache/debian-$1-cache"
        in_distro "$root" './dev test' "$cache/debian-$1-cache"
    fi
    as_root rm -rf "$root"
}

# copy_distro CODENAME: to the same name with .part, with an empty folder for what is tried.
copy_distro() {
    local root=$cache/debian-$1.part
    as_root rm -rf "$root"
    as_root cp -a "$cache/debian-$1" "$root"
    as_root cp /etc/resolv.conf "$root/etc/resolv.conf"
    as_root mkdir "$root/cbframe"
}

megabytes() { as_root du -sm "$1" | cut -f 1; }

# in_distro ROOT COMMANDS [CACHE]: in the copy of this tree there, with a folder of this system as the cache.
in_distro() {
    # shellcheck disable=SC2016 # the inner shell's
    as_root unshare --mount --pid --fork bash -euc '
        mount --rbind /dev "$1/dev"
        mount --rbind /sys "$1/sys"
        mount -t proc proc "$1/proc"
        if [[ -n $3 ]]; then
            mkdir -p "$1/root/.cache/cbframe"
            mount --bind "$3" "$1/root/.cache/cbframe"
        fi
        exec chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            bash -euc "cd /cbframe && $2"' in_distro "$1" "$2" "${3-}"
}
