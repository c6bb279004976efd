#include "jump.hpp"

#include <cstdint>
#include <cstring>

namespace cbf_ffi {

namespace {

constexpr std::uint32_t code_words[] = {
    0x58000051, // ldr x17, 8 bytes from here: the address behind this code
    0xd61f0220, // br x17
};
static_assert(sizeof(code_words) + sizeof(cbf_function) + sizeof(void *) <= FFI_TRAMPOLINE_SIZE);

} // namespace

void write_jump(ffi_closure &to, const void *code, cbf_function slot) noexcept {
    std::memcpy(to.tramp, code_words, sizeof(code_words));
    std::memcpy(to.tramp + sizeof(code_words), &slot, sizeof(slot));
    char *const executed = static_cast<char *>(const_cast<void *>(code));
    __builtin___clear_cache(to.tramp, to.tramp + FFI_TRAMPOLINE_SIZE);
    __builtin___clear_cache(executed, executed + FFI_TRAMPOLINE_SIZE);
}

const void *read_jump(const ffi_closure &from, const void *) noexcept {
    const void *slot = nullptr;
    if (std::memcmp(from.tramp, code_words, sizeof(code_words)) == 0)
        std::memcpy(&slot, from.tramp + sizeof(code_words), sizeof(slot));
    return slot;
}

} // namespace cbf_ffi
