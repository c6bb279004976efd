// What the entries need to know of this CPU.
#include <windows.h>

#include <cstdint>

extern "C" {
// Safe until detect() has run: ask for nothing of SVE.
[[gnu::visibility("hidden")]] std::uint32_t cbf_aarch64_has_sve = 0;
}

namespace {

[[gnu::constructor(101)]] void detect() {
    constexpr DWORD sve = 46; // PF_ARM_SVE_INSTRUCTIONS_AVAILABLE: older headers do not name it
    cbf_aarch64_has_sve = IsProcessorFeaturePresent(sve) != 0;
}

} // namespace
