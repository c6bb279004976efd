# shellcheck shell=bash
# A Debian for 32-bit x86.

i386=$cache/i386

# A foreign architecture of this system would do as well, but apt refuses it whenever the indices of the two differ.
setup_i386() {
    local packages=(luajit libluajit-5.1-dev wine32 libbenchmark-dev libffi-dev libffcall-dev) name complete=yes
    for name in "${packages[@]}"; do
        compgen -G "$i386/var/lib/dpkg/info/$name*.list" >/dev/null || complete=no
    done
    if [[ $complete == yes ]]; then
        say "Setup: a 32-bit Debian is in $cache"
        return
    fi
    say "Setup: making a 32-bit Debian with LuaJIT, Wine and more in $cache (about a minute)"
    local mirror codename
    mirror=$(debian_mirror)
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    as_root rm -rf "$i386.part" "$i386"
    mkdir -p "$cache"
    as_root debootstrap --arch=i386 --variant=minbase "--include=$(IFS=, && echo "${packages[*]}")" "$codename" \
        "$i386.part" "$mirror"
    as_root mv "$i386.part" "$i386" # last: what is there is whole
}
