# shellcheck shell=bash
# ./dev packages

debs=build/packages/packages # the folder of what is made

make_packages() {
    local codename libclangs=("${clangs[@]/#/libclang-}")
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    require_lists
    install_packages cmake make g++ dpkg-dev file libcli11-dev libffi-dev "$(first_of "${libclangs[@]/%/-dev}")" \
        debootstrap meson
    build_packages
    setup_distro "$codename"
    try_packages "$codename"
    say "Trying packaging/: Meson builds two programs with the library"
    quietly package-meson tests/packaging/meson_test . "$PWD/build/package-meson"
}

build_packages() {
    say "Building the packages (a minute)"
    quietly package-build cmake -S . -B build/packages -DCMAKE_INSTALL_PREFIX=/usr -DCBFRAME_DEBS=ON -DCBFRAME_TOOLS=ON \
        -DCBFRAME_FFI=ON -DCBFRAME_WERROR=ON ${CBFRAME_MAINTAINER:+"-DCBFRAME_MAINTAINER=$CBFRAME_MAINTAINER"}
    quietly package-build cmake --build build/packages -j "$(nproc)"
    rm -rf "$debs"
    quietly package-build cpack --config build/packages/CPackConfig.cmake
    (cd "$debs" && ls -s --block-size=1 -- *.deb)
}

# try_packages CODENAME: in a bare system, which has no compiler; then with one; then without them again.
try_packages() {
    local root=$cache/debian-$1.part size
    say "Trying them in a bare $1"
    copy_distro "$1"
    as_root cp "$debs"/*.deb "$root/cbframe"
    as_root cp examples/readme/first.* examples/lua/dump.lua tests/packaging/ctypes_sort.py "$root/cbframe"
    as_root cp -r tests/install/consumer "$root/cbframe"
    size=$(megabytes "$root")
    quietly package-try in_distro "$root" "$(apt_in_distro) ./libcbframe0*.deb ./lua-cbframe*.deb ./cbframe-tools*.deb \
            ./libcbframe-ffi*.deb luajit python3
        for compiler in cc gcc clang; do ! command -v \$compiler || exit 1; done
        [[ \$(luajit first.lua) == 42 ]]
        cbframe check
        cbframe layout 'int (*)(void *, double)' --compare sysv_x64 ms_x64 --svg picture.svg
        cbframe conventions
        [[ \$(LD_PRELOAD=libcbframe_ffi.so python3 ctypes_sort.py) == '[2, 17, 40] cbframe' ]]"
    say "Without a compiler: the Lua module, the command and Python's closures work; $(($(megabytes "$root") - size)) MB with \
LuaJIT, libclang and Python"
    quietly package-try in_distro "$root" "$(apt_in_distro) ./libcbframe-dev*.deb g++ pkg-config cmake make
        g++ -std=c++20 first.cpp \$(pkg-config --cflags --libs cbframe) -o first_cpp
        [[ \$(./first_cpp) == 42 ]]
        gcc -std=c11 first.c \$(pkg-config --cflags --libs cbframe) -o first_c
        [[ \$(./first_c) == 42 ]]
        cmake -S consumer -B consumer/build
        cmake --build consumer/build
        dpkg -L libcbframe-dev libcbframe0.1 lua-cbframe cbframe-tools libcbframe-ffi | grep cbframe | sort >files
        apt-get purge -qy libcbframe0.1 libcbframe-dev
        while read -r file; do [[ ! -e \$file ]] || { echo \"\$file is left\"; exit 1; }; done <files"
    say "With a compiler: C and C++ by pkg-config and by CMake; purged, nothing is left"
    as_root rm -rf "$root"
}

apt_in_distro() {
    echo "export DEBIAN_FRONTEND=noninteractive; apt-get update -q; apt-get install -qy --no-install-recommends"
}
