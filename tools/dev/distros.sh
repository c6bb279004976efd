# shellcheck shell=bash
# ./dev distros

distros() {
    local codename
    require_lists
    install_packages debootstrap
    for codename in bookworm trixie; do
        setup_distro "$codename"
        try_distro "$codename"
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

# try_distro CODENAME: from this tree to what it shows, in a copy that goes again; and the library alone, without warnings.
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

# in_distro ROOT COMMANDS: in the copy of this tree there.
in_distro() {
    as_root unshare --mount --pid --fork --root="$1" --mount-proc env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        LC_ALL=C.UTF-8 bash -euc "cd /cbframe && $2"
}
