// What slots lead to when its owner has let go of it, and calls that found it before are still under way.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/call.h>
#include <cbframe/detail/only_thread.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cbframe::detail {

/// How many use something: its owner, and each call. What else has been interrupted in between sees one value or the
/// other, for each change is one instruction, which a processor without other threads need not lock. Nobody's any more
/// is what a release has found at 0, and said so; a use that begins before that is one.
class use_count {
  public:
    /// False if nobody has used it any more.
    bool retain() noexcept {
        if (!has_one_instruction || !is_only_thread())
            return __atomic_fetch_add(&count_, 1, __ATOMIC_ACQUIRE) >= 0;
        return increment();
    }

    /// True if nobody uses it any more.
    bool release() noexcept {
        const bool is_unused = !has_one_instruction || !is_only_thread()
                                   ? __atomic_sub_fetch(&count_, 1, __ATOMIC_ACQ_REL) == 0
                                   : decrement();
        std::ptrdiff_t unused = 0;
        return is_unused &&
               __atomic_compare_exchange_n(&count_, &unused, nobody, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    }

  private:
// In one instruction, which no signal handler interrupts. Other processors have none but those that lock.
#if defined(__x86_64__) || defined(__i386__)
    static constexpr bool has_one_instruction = true;
    bool increment() noexcept {
        bool is_positive;
        if constexpr (sizeof(count_) == 8)
            asm volatile("incq %1" : "=@ccg"(is_positive), "+m"(count_)::"memory");
        else
            asm volatile("incl %1" : "=@ccg"(is_positive), "+m"(count_)::"memory");
        return is_positive;
    }
    bool decrement() noexcept {
        bool is_zero;
        if constexpr (sizeof(count_) == 8)
            asm volatile("decq %1" : "=@cce"(is_zero), "+m"(count_)::"memory");
        else
            asm volatile("decl %1" : "=@cce"(is_zero), "+m"(count_)::"memory");
        return is_zero;
    }
#else
    static constexpr bool has_one_instruction = false;
    static constexpr bool increment() noexcept { return false; }
    static constexpr bool decrement() noexcept { return false; }
#endif

    static constexpr std::ptrdiff_t nobody = -(PTRDIFF_MAX / 2);

    std::ptrdiff_t count_ = 1;
};

/// The calls of an object whose callable has to be destroyed: not before the last of them has ended.
class counted_calls {
  public:
    bool begin() noexcept { return uses_.retain(); }
    bool end() noexcept { return uses_.release(); }
    bool leave(void *slot) noexcept {
        slot_ = slot;
        return uses_.release();
    }

    /// The slot that led here, once the owner has let go.
    void *slot() const noexcept { return slot_; }

  private:
    use_count uses_;
    void *slot_ = nullptr;
};

/// Those of one that has nothing to destroy: to be in memory that is retired is enough.
class uncounted_calls {
  public:
    static constexpr bool begin() noexcept { return true; }
    static constexpr bool end() noexcept { return false; }
    static constexpr bool leave(void *) noexcept { return true; }
    static constexpr void *slot() noexcept { return nullptr; }
};

template <class Callable>
using calls_of = std::conditional_t<std::is_trivially_destructible_v<Callable>, uncounted_calls, counted_calls>;

/// A call of an Object, which has calls_of its callable and a destroy() for the time when nobody uses it any more.
/// False if that time has come.
template <class Object>
class call_under_way {
  public:
    explicit call_under_way(Object &of) noexcept : of_(of.begin() ? &of : nullptr) {}
    call_under_way(const call_under_way &) = delete;
    call_under_way &operator=(const call_under_way &) = delete;
    ~call_under_way() {
        if (of_ != nullptr && of_->end())
            of_->destroy();
    }
    explicit operator bool() const noexcept { return of_ != nullptr; }

  private:
    Object *of_;
};

/// How a class is aligned that consists of these.
template <class... Parts>
constexpr std::size_t alignment_of() noexcept {
    std::size_t largest = 1;
    ((largest = largest < alignof(Parts) ? alignof(Parts) : largest), ...);
    return largest;
}

/// What has its memory from the library. A class of its own, named after a number alone: where g++ 14 does not
/// optimise, it crashes over operators of a class that is named after a type with SIMD vectors.
template <std::size_t Alignment>
struct allocated {
    static void *operator new(std::size_t size) noexcept { return cbf_v1_allocate(size, Alignment); }
    static void operator delete(void *memory) noexcept { cbf_v1_deallocate(memory, Alignment); }
};

} // namespace cbframe::detail

#endif
