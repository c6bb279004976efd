// What the families of x86 conventions share: numbers of registers, and small pieces of a layout.
#pragma once

#include <cbframe/abi.hpp>

#include <cstddef>
#include <optional>

namespace cbframe::abi::x86 {

/// General registers by number.
enum : unsigned char { AX, CX, DX, BX, SP, BP, SI, DI, R8, R9 };

/// The bank of vector registers for so many bytes.
constexpr const register_bank &vector_bank(std::size_t size) {
    constexpr std::size_t of_xmm = 16;
    constexpr std::size_t of_ymm = 32;
    return size <= of_xmm ? xmm : size <= of_ymm ? ymm : zmm;
}

/// Bytes of a register or stack word that compilers fill when they pass a small integer.
inline constexpr std::size_t extended_size = 4;

/// A piece for bytes [offset, offset + size) of a value.
inline piece in_register(std::size_t offset, std::size_t size, const register_bank &bank, unsigned number) {
    return {.offset = offset, .size = size, .in = machine_register{&bank, number}};
}

inline piece on_stack(std::size_t offset, std::size_t size, std::size_t stack) {
    return {.offset = offset, .size = size, .in = std::nullopt, .stack = stack};
}

} // namespace cbframe::abi::x86
