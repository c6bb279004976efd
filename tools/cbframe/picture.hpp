// Layouts as a picture.
#pragma once

#include "layout_by.hpp"

#include <span>
#include <string>

/// An SVG: each argument in its colour, registers as cells, the stack as a column, for each convention, two side by
/// side. Light or dark as the reader's system is.
std::string picture_of(const declaration &subject, std::span<const layout_by> all);
