// Frames made, called, changed and freed.
#pragma once

#include "native.h"

#include <cbframe/cbframe.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

inline void give_user(cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); }
inline void give_negated_user(cbf_cpu *cpu, void *user) { native_return(cpu, -std::bit_cast<std::intptr_t>(user)); }
inline std::intptr_t call(const cbf_frame *frame) {
    return reinterpret_cast<std::intptr_t (*)()>(cbf_frame_address(frame))();
}
inline void *number(std::size_t i) { return std::bit_cast<void *>(i); }

// Makes, calls, changes and frees frames without touching the heap; answers whether all went well. Beside others, a
// thread that sleeps a while finds what it has freed taken again.
enum class threads { one, others };
template <std::size_t count>
bool use_frames(threads of_process = threads::one) {
    std::array<cbf_frame *, count> frames{};
    bool right = true;
    for (std::size_t i = 0; i < count; i++)
        right &= cbf_frame_new(&frames[i], give_user, number(i), static_cast<cbf_level>(i % 2)) == CBF_OK;
    for (std::size_t i = 0; i < count; i++)
        right &= call(frames[i]) == static_cast<std::intptr_t>(i);
    for (std::size_t i = 0; i < count; i += 3)
        right &= cbf_frame_set(frames[i], give_negated_user, number(i)) == CBF_OK &&
                 call(frames[i]) == -static_cast<std::intptr_t>(i);
    for (std::size_t i = 0; i < count; i++)
        right &= cbf_frame_free(frames[i]) == CBF_OK &&
                 (of_process == threads::others || cbf_frame_free(frames[i]) == CBF_FREED);
    return right;
}
