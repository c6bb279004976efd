# shellcheck shell=bash
# ./dev demo

demo() {
    setup
    configure release
    build release --target cbframe_lua examples/all
    local cpp_example=build/release/examples/cpp/sort
    local llvm=/usr/lib/llvm-14/include
    export LUA_PATH="$PWD/build/release/lua/?.lua;;"

    say "LuaJIT walks the syntax tree of libclang's own header"
    echo "libclang calls a Lua function with two structs by value, which LuaJIT's own callbacks cannot take."
    luajit examples/lua/clang_ast.lua "$llvm/clang-c/Index.h" -I"$llvm"

    say "LuaJIT collects the error messages of libxml2"
    echo "libxml2 calls a variadic Lua function, as it would printf; its arguments go on to vsnprintf."
    luajit examples/lua/xml_errors.lua

    say "The CPU as a Lua handler sees it"
    echo "A C function pointer is called; its handler prints every register as the caller left it."
    luajit examples/lua/dump.lua

    say "C++: a lambda with captures as a C function pointer"
    echo "The C library's qsort calls a lambda that counts its own calls: no global variable, no void*."
    "$cpp_example"
}
