# shellcheck shell=bash
# ./dev demo

# demo [--full]
# shellcheck disable=SC2016 # what looks like variables is sed's last line
demo() {
    check_words demo 1 --full "$@"
    local everything=${1:-} build=build/demo
    setup_demo
    say "Building (half a minute)"
    quietly demo cmake -S . -B "$build" -DCBFRAME_EXAMPLES=ON
    quietly demo cmake --build "$build" -j "$(nproc)" --target cbframe_lua example_sort example_hello_c
    export LUA_PATH="$PWD/$build/lua/?.lua;;"

    say "LuaJIT walks the syntax tree of stdlib.h: libclang calls a Lua function with two structs by value"
    luajit examples/lua/clang_ast.lua /usr/include/stdlib.h "-I$(c++ -print-file-name=include)" | excerpt '3,6p;7s/.*/   …/p;$p'

    say "LuaJIT collects error messages: libxml2 calls a variadic Lua function, as it would printf"
    luajit examples/lua/xml_errors.lua | excerpt '1p;3,5p;6s/^$/…/p'

    say "The CPU as a Lua handler sees it: a C function pointer whose handler knows no signature"
    luajit examples/lua/dump.lua | excerpt '3p;8,14p;15s/^$/  …/p;/^r[ds][ix] /p;$p'

    say "C++: qsort calls a lambda with captures, no global variable, no void *"
    "$build/examples/cpp/sort" | excerpt '3,4p;6p'

    say "C: one handler gets every register of every call"
    "$build/examples/c/hello" | excerpt '1,3p'

    say "What to read next"
    cat <<'END'
./dev demo --full              all that these programs print
README.md                      a first callback in your language; how to install
docs/which.md                  callback, closure or frame?
docs/lua.md                    the Lua module
docs/c-and-cpp.md              C and C++; these programs and more are in examples/
END
}

# excerpt LINES: of what a program prints, as sed chooses them.
excerpt() {
    if [[ $everything == --full ]]; then
        cat
    else
        sed -n "$1"
    fi
}
