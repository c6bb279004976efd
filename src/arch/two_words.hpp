// How a record keeps its target where a CPU stores no two words at once: what is inlined of arch.hpp for all such CPUs.
#pragma once

#include "arch/record.hpp"

#include <cstdint>

namespace cbf::arch {

// Not every CPU stores 16 bytes at once, nor do those that do promise a reader as much (LSE2 of 64-bit Arm). A reader
// takes the object first, then the code. So a target is stored as two words where the one of them that changes first is
// read last, and where both change for calls under way, the code becomes the address of a pair that holds both and
// never changes: it is odd, which no address of code is.
inline constexpr bool stores_whole = false;
inline constexpr std::uintptr_t is_pair = 1;

inline std::uintptr_t code_word(const record &of) noexcept {
    return reinterpret_cast<std::uintptr_t>(__atomic_load_n(&of.kept.code, __ATOMIC_RELAXED));
}

// Either may be all that changes for a reader, and what it leads to was written before.
inline void store(record &to, target value) noexcept {
    __atomic_store_n(&to.kept.object, value.object, __ATOMIC_RELEASE);
    __atomic_store_n(&to.kept.code, value.code, __ATOMIC_RELEASE);
}

inline void trap(record &freed, target to) noexcept {
    __atomic_store_n(&freed.kept.code, to.code, __ATOMIC_RELAXED);
    __atomic_store_n(&freed.kept.object, to.object, __ATOMIC_RELEASE);
}

inline void store_pair(record &to, const target *pair) noexcept {
    const std::uintptr_t bits = reinterpret_cast<std::uintptr_t>(pair) | is_pair;
    __atomic_store_n(&to.kept.code, reinterpret_cast<void (*)()>(bits), __ATOMIC_RELEASE);
}

inline target *pair_of(const record &of) noexcept {
    const std::uintptr_t bits = code_word(of);
    return (bits & is_pair) != 0 ? reinterpret_cast<target *>(bits & ~is_pair) : nullptr;
}

inline target load(const record &from) noexcept {
    void *const object = __atomic_load_n(&from.kept.object, __ATOMIC_ACQUIRE);
    const std::uintptr_t bits = code_word(from);
    return (bits & is_pair) != 0 ? *reinterpret_cast<const target *>(bits & ~is_pair)
                                 : target{reinterpret_cast<void (*)()>(bits), object};
}

} // namespace cbf::arch
