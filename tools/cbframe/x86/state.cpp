#include "system.hpp"

#include <cstdint>

// Intel SDM vol. 1, 13.1: the bits of XCR0.
std::string further_state(const cbframe::cpu &cpu) {
    constexpr struct {
        std::uint64_t bit;
        const char *name;
    } components[] = {{2, "YMM (AVX)"}, {5, "k0-k7 (opmask)"}, {6, "ZMM (ZMM_Hi256)"}, {7, "ZMM16-31 (Hi16_ZMM)"}};
    std::string text;
    for (const auto &each : components)
        if (cpu.wide != nullptr && (cpu.wide->components >> each.bit & 1) != 0)
            text.append(text.empty() ? "" : ", ").append(each.name);
    return text.empty() ? "none: there is no AVX" : text;
}
