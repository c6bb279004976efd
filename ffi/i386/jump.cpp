#include "jump.hpp"

#include <cstdint>
#include <cstring>

namespace cbf_ffi {

namespace {

constexpr unsigned char code_bytes[] = {
    0xf3, 0x0f, 0x1e, 0xfb, // endbr32
    0xe9,                   // jmp, by so many bytes from the next instruction
};
static_assert(sizeof(code_bytes) + sizeof(std::uintptr_t) + sizeof(void *) <= FFI_TRAMPOLINE_SIZE);

std::uintptr_t next_instruction(const void *code) noexcept {
    return reinterpret_cast<std::uintptr_t>(code) + sizeof(code_bytes) + sizeof(std::uintptr_t);
}

} // namespace

void write_jump(ffi_closure &to, const void *code, cbf_function slot) noexcept {
    const std::uintptr_t distance = reinterpret_cast<std::uintptr_t>(slot) - next_instruction(code);
    std::memcpy(to.tramp, code_bytes, sizeof(code_bytes));
    std::memcpy(to.tramp + sizeof(code_bytes), &distance, sizeof(distance));
}

const void *read_jump(const ffi_closure &from, const void *code) noexcept {
    std::uintptr_t distance = 0;
    if (std::memcmp(from.tramp, code_bytes, sizeof(code_bytes)) != 0)
        return nullptr;
    std::memcpy(&distance, from.tramp + sizeof(code_bytes), sizeof(distance));
    return reinterpret_cast<const void *>(next_instruction(code) + distance);
}

} // namespace cbf_ffi
