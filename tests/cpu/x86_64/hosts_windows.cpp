#include "host.hpp"

const std::vector<host> &hosts() {
    static const std::vector<host> all = {
        {"ms_x64", "mingw", host_target("ms_x64_mingw", "mingw"), true, "avx2"},
        {"ms_x64", "mingw", host_target("ms_x64_mingw", "mingw", "x86_64-w64-mingw32-gcc -mno-avx"), true, "",
         "code compiled for AVX"},
        {"ms_x64", "clang_msvc", host_target("ms_x64", "clang_msvc"), false, "avx2"},
        {"sysv_x64_avx", "mingw", host_target("sysv_x64_avx", "mingw_sysv_abi"), false, "avx2"},
        {"vectorcall_x64", "clang_msvc", host_target("vectorcall_x64", "clang_msvc"), false, "avx2"},
    };
    return all;
}

void clean_up_after_call() {}
