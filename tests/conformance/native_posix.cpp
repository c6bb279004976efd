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
    return compile_and_link(std::string(used.command),
                            " -x c++ -std=gnu++20 -w -O0 -fPIC -fno-strict-aliasing " CBFRAME_FLAGS
                            " -I" CBFRAME_INCLUDE,
                            " -shared " CBFRAME_FLAGS, file, object);
}

std::string symbol_of(const target &used, const std::string &name) { return std::string(used.prefix) + name; }
