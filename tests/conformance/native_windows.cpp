#include "native.hpp"

std::string_view native_attribute(const target &) { return ""; }

bool has_native_lists(const target &used) { return used.compiler != "mingw_sysv_abi"; }

std::string symbol_of(const target &, const std::string &name) { return name; }
