#include "jump.hpp"

#include <cstdint>
#include <cstring>

namespace cbf_ffi {

namespace {

constexpr unsigned char code_bytes[] = {
    0xf3, 0x0f, 0x1e, 0xfa,             // endbr64
    0xff, 0x25, 0x06, 0x00, 0x00, 0x00, // jmp *6(%rip): to what the address behind this code says
    0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00, // nopw 0(%rax,%rax)
};
static_assert(sizeof(code_bytes) + sizeof(cbf_function) + sizeof(void *) <= FFI_TRAMPOLINE_SIZE);

} // namespace

void write_jump(ffi_closure &to, const void *, cbf_function slot) noexcept {
    std::memcpy(to.tramp, code_bytes, sizeof(code_bytes));
    std::memcpy(to.tramp + sizeof(code_bytes), &slot, sizeof(slot));
}

const void *read_jump(const ffi_closure &from, const void *) noexcept {
    const void *slot = nullptr;
    if (std::memcmp(from.tramp, code_bytes, sizeof(code_bytes)) == 0)
        std::memcpy(&slot, from.tramp + sizeof(code_bytes), sizeof(slot));
    return slot;
}

} // namespace cbf_ffi
