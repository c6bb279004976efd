// Targets that change as one where the CPU stores no two words at once.
#pragma once

#include "pool/pool.hpp"
#include "retired.hpp"

#include <new>

namespace cbf {

/// A pair that a record leads to, or has led to: retired, for a call may be reading it.
class target_pair {
  public:
    target_pair() noexcept = default;
    target_pair(const target_pair &) = delete;
    target_pair &operator=(const target_pair &) = delete;
    ~target_pair() {
        if (pair != nullptr)
            memory::retire(pair, alignof(pool::target));
    }

    /// False if there is no memory.
    [[nodiscard]] bool make(pool::target to) noexcept {
        if (void *const memory = memory::allocate(sizeof(pool::target), alignof(pool::target)))
            pair = new (memory) pool::target(to);
        return pair != nullptr;
    }

    /// What exchange() may need memory for, before the lock. False if there is none.
    [[nodiscard]] bool prepare(pool::target to) noexcept { return arch::stores_whole || make(to); }

    /// Gives a record this target, as one, under the lock.
    void exchange(pool::record &changed, pool::target to) noexcept {
        if constexpr (arch::stores_whole)
            pool::store(changed, to);
        else
            pair = pool::exchange_pair(changed, pair);
    }

    pool::target *pair = nullptr;
};

/// Gives a live slot another target, code and object as one. As pool::assign(), or CBF_NO_MEMORY.
inline cbf_status assign_whole(pool::owner user, void *slot, pool::target to) noexcept {
    if constexpr (arch::stores_whole)
        return pool::assign(user, slot, to);
    target_pair made;
    return made.make(to) ? pool::assign(user, slot, made.pair) : CBF_NO_MEMORY;
}

inline cbf_status give_whole(pool::owner user, void *slot) noexcept {
    if constexpr (arch::stores_whole)
        return pool::give(user, slot);
    target_pair before;
    return pool::give(user, slot, &before.pair);
}

} // namespace cbf
