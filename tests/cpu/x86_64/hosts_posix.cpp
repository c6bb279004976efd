#include "host.hpp"

const std::vector<host> &hosts() {
    static const std::vector<host> all = {
        {"sysv_x64", "gcc", host_target("sysv_x64", "gcc", "gcc -m64 -mavx512f", 64), true, "avx512f"},
        {"sysv_x64", "gcc", host_target("sysv_x64", "gcc"), true, "avx2", "vectors of 64 bytes"},
        {"sysv_x64", "gcc", host_target("sysv_x64", "gcc", "gcc -m64 -mno-avx", 16), true, "",
         "vectors of 32 and 64 bytes"},
        {"sysv_x64", "clang", host_target("sysv_x64", "clang", "clang-14 -m64 -mavx512f", 64), true, "avx512f"},
        {"sysv_x64", "clang", host_target("sysv_x64", "clang"), true, "avx2", "vectors of 64 bytes"},
        {"sysv_x64", "clang", host_target("sysv_x64", "clang", "clang-14 -m64 -mno-avx", 16), true, "",
         "vectors of 32 and 64 bytes"},
        {"sysv_x64_avx", "gcc", host_target("sysv_x64_avx", "gcc"), true, "avx2"},
        {"sysv_x64_avx", "clang", host_target("sysv_x64_avx", "clang"), true, "avx2"},
        {"sysv_x64_sse", "gcc", host_target("sysv_x64_sse", "gcc"), true, ""},
        {"sysv_x64_sse", "clang", host_target("sysv_x64_sse", "clang"), true, ""},
        {"sysv_x64_darwin", "clang_darwin", host_target("sysv_x64_darwin", "clang_darwin"), false, "avx2"},
        {"ms_x64", "gcc", host_target("ms_x64_mingw", "gcc_ms_abi"), true, "avx2"},
        {"ms_x64", "clang", host_target("ms_x64", "clang_ms_abi"), true, "avx2"},
        {"ms_x64", "mingw", host_target("ms_x64_mingw", "mingw"), false, "avx2"},
        {"ms_x64", "clang_msvc", host_target("ms_x64", "clang_msvc"), false, "avx2"},
        {"vectorcall_x64", "clang_msvc", host_target("vectorcall_x64", "clang_msvc"), false, "avx2"},
    };
    return all;
}

void clean_up_after_call() {}
