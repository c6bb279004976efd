// Memory in quarantine, as the slots that led to it are.
#include "retired.hpp"

#include "pool/pool.hpp"
#include "signature.hpp"

#include <cbframe/detail/only_thread.hpp>

#include <atomic>
#include <cstdint>
#include <new>

namespace cbf::memory {

namespace {

// Beside an address, in the bits that its alignment leaves.
constexpr std::uintptr_t over_aligned = 1, of_closure = 2;
static_assert(alignof(cbf_v1_closure) > (over_aligned | of_closure));

// A ring: what is put in takes the place of the oldest.
constinit std::atomic<std::uintptr_t> ring[pool::quarantine];
constinit std::atomic<std::size_t> newest;

// In place of the operator that throws nothing, which calls the other one.
void *new_or_null(std::size_t size) noexcept {
    try {
        return ::operator new(size);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

std::uintptr_t alignment_bit(std::size_t alignment) noexcept {
    return alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? over_aligned : 0;
}

void give_back(std::uintptr_t entry) noexcept {
    void *const memory = reinterpret_cast<void *>(entry & ~(over_aligned | of_closure));
    if ((entry & of_closure) != 0)
        plan_owner::drop(static_cast<const cbf_v1_closure *>(memory)->plan);
    ::operator delete((entry & over_aligned) != 0 ? static_cast<void **>(memory)[-1] : memory);
}

// What a signal handler retires in between, where there is one thread, may take the same place: it is given back early.
std::uintptr_t exchange(std::uintptr_t entry) noexcept {
    if (!cbframe::detail::is_only_thread())
        return ring[newest.fetch_add(1, std::memory_order_relaxed) % pool::quarantine].exchange(entry);
    const std::size_t place = newest.load(std::memory_order_relaxed);
    newest.store(place + 1, std::memory_order_relaxed);
    std::atomic<std::uintptr_t> &kept = ring[place % pool::quarantine];
    const std::uintptr_t oldest = kept.load(std::memory_order_relaxed);
    kept.store(entry, std::memory_order_relaxed);
    return oldest;
}

void put(const void *memory, std::uintptr_t bits) noexcept {
    if (const std::uintptr_t oldest = exchange(reinterpret_cast<std::uintptr_t>(memory) | bits); oldest != 0)
        give_back(oldest);
}

} // namespace

void *allocate(std::size_t size, std::size_t alignment) noexcept {
    if (alignment_bit(alignment) == 0)
        return new_or_null(size);
    // Aligned here, because what gives it back knows no more than a bit.
    void *const whole = new_or_null(size + alignment);
    if (whole == nullptr)
        return nullptr;
    const auto aligned = (reinterpret_cast<std::uintptr_t>(whole) / alignment + 1) * alignment;
    reinterpret_cast<void **>(aligned)[-1] = whole;
    return reinterpret_cast<void *>(aligned);
}

void deallocate(void *memory, std::size_t alignment) noexcept {
    give_back(reinterpret_cast<std::uintptr_t>(memory) | alignment_bit(alignment));
}

void retire(void *memory, std::size_t alignment) noexcept { put(memory, alignment_bit(alignment)); }

void retire_closure(cbf_v1_closure *closure, std::size_t alignment) noexcept {
    put(closure, of_closure | alignment_bit(alignment));
}

} // namespace cbf::memory
