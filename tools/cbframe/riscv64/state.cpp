#include "system.hpp"

std::string further_state(const cbframe::cpu &) { return "none: vectors are not captured"; }
