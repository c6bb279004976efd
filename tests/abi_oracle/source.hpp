// Calls as C source: for each one that calls, and one that is called.
#pragma once

#include "generator.hpp"

#include <string>
#include <vector>

/// The records of a call that have fields whose place can be asked, in the order of the tables.
std::vector<cbframe::type> records_of(const target &used, const call_case &from);

/// A C file with a function `lookup(index)`: for call i, 4 * i is the caller, 4 * i + 1 the function that is
/// called, 4 * i + 2 a table of sizes and offsets, 4 * i + 3 a function that sets each bit-field to ones. For the
/// number of calls times 4: where the called functions put their arguments; one more: what they return.
std::string source_of(const target &used, const std::vector<call_case> &calls);

/// One call as C declarations, for a message.
std::string describe(const target &used, const call_case &shown);
