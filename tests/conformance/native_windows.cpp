#include "native.hpp"

std::string_view native_attribute(const target &) { return ""; }

bool has_native_lists(const target &) { return true; }

std::string symbol_of(const target &, const std::string &name) { return name; }
