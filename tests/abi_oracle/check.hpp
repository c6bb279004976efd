// Runs calls that a compiler made and holds each byte against the layout.
#pragma once

#include "generator.hpp"

#include <string>
#include <vector>

/// What is wrong with each call: empty if all is well.
std::vector<std::string> check(const target &used, const std::vector<call_case> &calls, std::uint64_t seed);
