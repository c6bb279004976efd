// The word that somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

/// The candidate that takes the fewest characters to add, drop or change, if half of the word stays; else empty.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// How a sentence about a wrong word ends: ": did you mean CANDIDATE?", or ".".
std::string suggestion(std::string_view word, std::span<const std::string> candidates);
