#include "native.hpp"

std::string_view native_attribute(const target &used) { return used.bits == 64 ? "__attribute__((sysv_abi))" : ""; }

bool has_native_lists(const target &used) { return used.assembly == dialect::elf; }

std::string symbol_of(const target &used, const std::string &name) { return std::string(used.prefix) + name; }
