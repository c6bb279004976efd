// What the entries need to know of this CPU.
#include <sys/auxv.h>

#include <cstdint>

extern "C" {
// Safe until detect() has run: ask for nothing of SVE.
[[gnu::visibility("hidden")]] std::uint32_t cbf_aarch64_has_sve = 0;
}

namespace {

[[gnu::constructor(101)]] void detect() {
    constexpr unsigned long hwcap_sve = 1UL << 22; // Linux, Documentation/arch/arm64/elf_hwcaps.rst
    cbf_aarch64_has_sve = (getauxval(AT_HWCAP) & hwcap_sve) != 0;
}

} // namespace
