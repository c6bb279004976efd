// Layouts as text.
#pragma once

#include "layout_by.hpp"

#include <span>
#include <string>
#include <vector>

/// Cells as columns, two spaces apart; as many characters as are seen, not bytes.
std::string aligned(const std::vector<std::vector<std::string>> &rows);

/// A line for each piece of each value, and what the caller and the function owe each other.
std::string table_of(const declaration &subject, const layout_by &by);

/// Conventions side by side, a line for each value; marked where not all are the same.
std::string comparison_of(const declaration &subject, std::span<const layout_by> all);
