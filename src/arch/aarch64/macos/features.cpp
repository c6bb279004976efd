// What the entries need to know of this CPU.
#include <cstdint>

extern "C" {
// No CPU of Apple's has SVE, but in the streaming mode of SME, which a call does not begin in.
[[gnu::visibility("hidden")]] extern const std::uint32_t cbf_aarch64_has_sve = 0;
}
