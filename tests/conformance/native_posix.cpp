#include "native.hpp"

#include <fstream>

std::string_view native_attribute(const target &used) {
    const bool is_x86 = used.convention->family != CBF_FAMILY_AAPCS64; // has other conventions to tell it from
    return is_x86 && used.bits == 64 ? "__attribute__((sysv_abi))" : "";
}

bool has_native_lists(const target &used) { return used.assembly == dialect::elf; }

std::string compile_cxx(const target &used, const std::string &source, const std::string &object) {
    const std::string file = object + ".cpp";
    std::ofstream(file) << source;
    const std::string compiler(used.command);
    if (const std::string error = run_beside(file, link_headers); !error.empty())
        return error;
    return compile_and_link(compiler + " -x c++ -std=gnu++20 -w -O0 -fPIC -fno-strict-aliasing " CBFRAME_FLAGS
                                       " -Iinclude",
                            compiler, "-shared " CBFRAME_FLAGS, file, object);
}

std::string symbol_of(const target &used, const std::string &name) { return std::string(used.prefix) + name; }
