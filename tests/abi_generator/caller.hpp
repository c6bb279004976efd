// The calling side of calls as C source.
#pragma once

#include "definitions.hpp"
#include "generator.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The types of a call by their C names.
struct spelled_call {
    std::string result; ///< "void" if there is none
    std::vector<std::string> parameters = {};
    std::vector<std::string> variadic = {};
    bool is_variadic = false;
};

/// Spells a call, adding the definitions it needs.
spelled_call spell(definitions &types, const call_case &spelled);

/// What the callers need at the top of their file.
extern const std::string_view caller_prelude;

/// What compilers call where there is no C library.
extern const std::string_view freestanding_prelude;

/// A C function `NATIVE void caller<index>(unsigned char **in, unsigned char *out, void *called)`, which calls with the
/// arguments whose bytes are in `in` and puts those of the result to `out`.
std::string caller_in_c(const target &used, const spelled_call &call, const std::string &index);
