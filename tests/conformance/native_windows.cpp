#include "native.hpp"

#include <fstream>

std::string_view native_attribute(const target &) { return ""; }

bool has_native_lists(const target &used) { return used.compiler != "mingw_sysv_abi"; }

// By the compiler of this program: the other one's library of C++ has no threads.
std::string compile_cxx(const target &used, const std::string &source, const std::string &object) {
    const std::string file = object + ".cpp";
    std::ofstream(file) << source;
    const std::string options(used.command.substr(used.command.find(' ')));
    if (const std::string error = run_beside(file, link_headers); !error.empty())
        return error;
    return compile_and_link(CBFRAME_CXX + options +
                                " -x c++ -std=gnu++20 -w -O0 -fno-strict-aliasing -DCBF_STATIC " CBFRAME_FLAGS
                                " -Iinclude",
                            CBFRAME_CXX, "-shared -static " CBFRAME_LIBRARY, file, object);
}

std::string symbol_of(const target &, const std::string &name) { return name; }
