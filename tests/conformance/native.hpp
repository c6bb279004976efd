// What a batch's source and object are like where this program runs; one file a kind of system.
#pragma once

#include "target.hpp"

#include <string>
#include <string_view>

/// What C code for the target says of a function that this program calls.
std::string_view native_attribute(const target &used);

/// Whether its va_list is that of this program's C.
bool has_native_lists(const target &used);

/// In a batch's folder: lets its source find cbframe's headers in "include", a name that is the same in every copy of
/// the project, for caches of what was compiled.
inline constexpr const char *link_headers = "ln -s " CBFRAME_INCLUDE " include";

/// Compiles C++ source that includes cbframe's headers into an object that can be loaded. Returns what went wrong, or
/// nothing.
std::string compile_cxx(const target &used, const std::string &source, const std::string &object);

/// What a function of C is found by in its object.
std::string symbol_of(const target &used, const std::string &name);
