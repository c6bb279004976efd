// A declaration as a convention lays it out: what the table, the JSON and the picture show.
#pragma once

#include "declaration.hpp"

#include <cbframe/abi.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One convention's layout, or why there is none.
struct layout_by {
    /// By the sizes of the convention's own system.
    layout_by(const declaration &subject, const cbframe::abi::convention &convention);

    const cbframe::abi::convention *convention;
    std::optional<cbframe::abi::call_layout> layout;
    std::string why_not;
};

/// "RSP", "ESP", "SP".
std::string_view stack_pointer_of(const cbframe::abi::convention &convention);

/// Whether the return address is on the stack when a function is entered.
bool pushes_return_address(const cbframe::abi::convention &convention);

/// Where a piece is: "RDI", "RSP+8".
std::string place_of(const cbframe::abi::piece &piece, const cbframe::abi::convention &convention);

/// "8-15", or of one byte its number.
std::string byte_range(std::size_t offset, std::size_t size);

/// Which bytes of a value a piece carries: "0-7"; or "address".
std::string bytes_of(const cbframe::abi::piece &piece, bool by_pointer);

/// ", sign-extended to 4 bytes", or nothing.
std::string extension_of(const cbframe::abi::piece &piece);

/// The registers that carry arguments, in order: those that many arguments of a type are in.
std::vector<cbframe::abi::machine_register> argument_registers(const cbframe::abi::convention &convention,
                                                               const cbframe::type &type);

/// The parameter's name, or its number from 1.
std::string name_of(const declaration &subject, std::size_t index);
