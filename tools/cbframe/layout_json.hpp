// Layouts as JSON.
#pragma once

#include "layout_by.hpp"

#include <span>
#include <string>

std::string json_of(const declaration &subject, std::span<const layout_by> all);
