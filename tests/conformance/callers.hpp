// The calling side of a batch as C source.
#pragma once

#include "caller.hpp"

#include <string>
#include <vector>

/// A C file with a function `lookup(index)`: for call i, 2 * i is its caller, see caller_in_c(). 2 * i + 1 reads
/// variadic arguments from a va_list, `void (void *list, unsigned first, unsigned end, unsigned char **out)`; null
/// where the call has none or the target's lists are not those of this machine's C.
std::string callers_of(const target &used, const std::vector<call_case> &calls);

/// The same, but that 2 * i + 1 is a function of call i's type: it copies its arguments to where the object tells, and
/// returns what that tells. Behind the last call comes the object, `struct { unsigned char **got; const unsigned char
/// *give; unsigned calls; }`.
std::string callers_and_callees_of(const target &used, const std::vector<call_case> &calls);

/// Spells a call with a typedef for each of its types, for where types with attributes are taken only by name.
spelled_call spell_by_name(definitions &types, const call_case &call, const std::string &prefix);

/// One call as C, for a message.
std::string describe(const target &used, const call_case &shown);
