// What is inlined of arch.hpp: x86-64.
#pragma once

#include "arch/record.hpp"
#include "arch/x86/inline.hpp"

#include <cstddef>

namespace cbf::arch {

inline constexpr std::size_t closure_offset = 40; // behind the va_list of cbf_v1_call

// Both halves in one access, as the entry of a frame loads them. That is one for other processors, too, if the
// processor has AVX: Intel SDM vol. 3, 9.1.1; AMD64 vol. 2, 7.3.2. Without AVX another thread may see the new half of
// one and the old of the other, which the headers say; a signal handler of this thread never does.
using both_halves = long long __attribute__((vector_size(16), may_alias));

// Not by way of memory: a load cannot take its 16 bytes from two stores still under way.
inline void store(record &to, target value) noexcept {
    *reinterpret_cast<volatile both_halves *>(&to) =
        both_halves{static_cast<long long>(reinterpret_cast<std::uintptr_t>(value.code)),
                    static_cast<long long>(reinterpret_cast<std::uintptr_t>(value.object))};
}

ARCH_ONE_ACCESS inline target load(const record &from) noexcept {
    const both_halves loaded = *reinterpret_cast<const volatile both_halves *>(&from);
    return {reinterpret_cast<void (*)()>(static_cast<std::uintptr_t>(loaded[0])),
            reinterpret_cast<void *>(static_cast<std::uintptr_t>(loaded[1]))};
}

} // namespace cbf::arch
