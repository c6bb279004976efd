# shellcheck shell=bash
# Wine: what runs programs of Windows.

# For programs of Windows: the Wine of this system, and for those of 32 bits that of the other Debian.
export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' # these ask to be downloaded
export WINEPREFIX=$cache/wine
wine=(/usr/lib/wine/wine64)
wineserver=(/usr/lib/wine/wineserver64)
for_wine_x86=(env "WINEPREFIX=$cache/wine-x86" WINEARCH=win32 "WINESERVER=$i386/usr/lib/wine/wineserver32"
    "LD_LIBRARY_PATH=$i386/lib/i386-linux-gnu:$i386/usr/lib/i386-linux-gnu")
wine_x86=("${for_wine_x86[@]}" "$i386/usr/lib/wine/wine")
wineserver_x86=("${for_wine_x86[@]}" "$i386/usr/lib/wine/wineserver32")

# Two programs that start at once must not both make it.
setup_wine() {
    mkdir -p "$cache"
    if [[ ! -e $WINEPREFIX/complete ]]; then
        say "Setup: making the folder of Wine in $cache"
        "${wine[@]}" wineboot -i
        timeout 60 "${wineserver[@]}" -w || true # until all is there; one that another run keeps running does not end
        touch "$WINEPREFIX/complete"
    fi
    if [[ ! -e $cache/wine-x86/complete ]]; then
        say "Setup: making the folder of the 32-bit Wine in $cache"
        "${wine_x86[@]}" wineboot -i
        timeout 60 "${wineserver_x86[@]}" -w || true
        touch "$cache/wine-x86/complete"
    fi
}

# Kept running, or a program that starts while the server ends may fail. The first program starts services, which keep
# its output open. A server that is there already is that of another run.
start_wine() {
    local is_ours='' is_ours_x86=''
    "${wineserver[@]}" -p >/dev/null 2>&1 && is_ours=yes
    "${wineserver_x86[@]}" -p >/dev/null 2>&1 && is_ours_x86=yes
    # shellcheck disable=SC2064 # as it is now
    trap "stop_wine '$is_ours' '$is_ours_x86'" EXIT
    "${wine[@]}" cmd /c exit >/dev/null 2>&1
    "${wine_x86[@]}" cmd /c exit >/dev/null 2>&1
}

stop_wine() {
    [[ -z $1 ]] || "${wineserver[@]}" -k || true
    [[ -z $2 ]] || "${wineserver_x86[@]}" -k || true
}
