// Why a call cannot be laid out.
#pragma once

#include <stdexcept>

namespace cbf::abi {

/// The type of the result or of a named argument.
struct bad_type : std::invalid_argument {
    using invalid_argument::invalid_argument;
};

/// The type of an argument in place of `...`.
struct bad_variadic_type : std::invalid_argument {
    using invalid_argument::invalid_argument;
};

/// The convention: no function of this sort is called by it.
struct bad_convention : std::invalid_argument {
    using invalid_argument::invalid_argument;
};

/// Runs a function whose std::invalid_argument is thrown as this one.
template <class Error, class Function>
decltype(auto) blame(Function &&function) {
    try {
        return function();
    } catch (const std::invalid_argument &error) {
        throw Error(error.what());
    }
}

} // namespace cbf::abi
