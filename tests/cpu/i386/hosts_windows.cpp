#include "host.hpp"

const std::vector<host> &hosts() {
    static const std::vector<host> all = {
        {"cdecl_x86_mingw", "mingw", host_target("cdecl_x86_mingw", "mingw"), true, "avx2"},
        {"cdecl_x86_mingw", "mingw", host_target("cdecl_x86_mingw", "mingw", "i686-w64-mingw32-gcc -msse2", 16), true,
         "", "vectors of 32 bytes"},
        {"stdcall_x86_mingw", "mingw", host_target("stdcall_x86_mingw", "mingw"), true, "avx2"},
        {"fastcall_x86_mingw", "mingw", host_target("fastcall_x86_mingw", "mingw"), true, "avx2"},
        {"thiscall_x86_mingw", "mingw", host_target("thiscall_x86_mingw", "mingw"), true, "avx2"},
        {"cdecl_x86_msvc", "clang_msvc", host_target("cdecl_x86_msvc", "clang_msvc"), false, "avx2"},
        {"stdcall_x86_msvc", "clang_msvc", host_target("stdcall_x86_msvc", "clang_msvc"), false, "avx2"},
        {"fastcall_x86_msvc", "clang_msvc", host_target("fastcall_x86_msvc", "clang_msvc"), false, "avx2"},
        {"thiscall_x86_msvc", "clang_msvc", host_target("thiscall_x86_msvc", "clang_msvc"), false, "avx2"},
        {"vectorcall_x86_msvc", "clang_msvc", host_target("vectorcall_x86_msvc", "clang_msvc"), false, "avx2"},
    };
    return all;
}

// A vector in an MMX register leaves no room on the x87 stack, which is the same.
void clean_up_after_call() { __builtin_ia32_emms(); }
