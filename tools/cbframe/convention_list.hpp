// cbframe conventions: what there are.
#pragma once

#include <string>
#include <vector>

/// Their names.
std::vector<std::string> convention_names();

/// A table: name, sizes, registers of arguments, what this machine can do with them.
std::string convention_table();

std::string convention_json();
