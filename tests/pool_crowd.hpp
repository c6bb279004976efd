// What the pool's tests do: make many frames, and look at what the system knows of it.
#pragma once

#include <cbframe/pool.hpp>

#include "arch/shape.h"
#include "memory_map.hpp"
#include "native.h"
#include "sanitizers.hpp"
#include "scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <random>
#include <vector>

#include <sys/resource.h>

inline void give_user(cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); }
inline void *number(std::size_t i) { return reinterpret_cast<void *>(i * 2 + 1); }
inline void *call(const cbf_frame *frame) { return reinterpret_cast<void *(*)()>(cbf_frame_address(frame))(); }

// The pool without the pages of other slots in the image, which no frame gets.
inline cbf_stats stats() {
    constexpr std::size_t others = (POOL_KINDS - 1) * POOL_PAGES;
    cbf_stats now = cbframe::pool_stats();
    now.pages -= others;
    now.capacity -= others * POOL_SLOTS;
    now.bytes -= 2 * others * POOL_PAGE_SIZE;
    return now;
}

// Live frames, each with a user value of its own.
class crowd {
  public:
    ~crowd() { shrink(0); }

    cbf_status grow_by_one(cbf_level level = CBF_LEVEL_LEGACY) {
        cbf_frame *frame = untouched();
        const cbf_status status = cbf_frame_new(&frame, give_user, number(next_), level);
        if (status == CBF_OK)
            members_.push_back({frame, number(next_++)});
        else
            EXPECT_EQ(frame, untouched());
        return status;
    }

    void grow(std::size_t count) {
        for (std::size_t i = 0; i < count; i++)
            ASSERT_EQ(grow_by_one(), CBF_OK) << "frame " << members_.size();
    }

    // Takes slots until every page is full: the next frame needs a further run.
    void fill() {
        while (stats().live + stats().quarantined < stats().capacity)
            ASSERT_EQ(grow_by_one(), CBF_OK);
    }

    void shrink(std::size_t count) {
        for (; members_.size() > count; members_.pop_back())
            EXPECT_EQ(cbf_frame_free(members_.back().frame), CBF_OK);
    }

    void shuffle(std::uint64_t seed) { std::ranges::shuffle(members_, std::mt19937_64(seed)); }

    std::size_t wrong_answers() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(members_, [](const member &m) { return call(m.frame) != m.user; }));
    }

    std::size_t size() const { return members_.size(); }
    cbf_frame *front() const { return members_.front().frame; }
    void reserve(std::size_t count) { members_.reserve(count); }

  private:
    struct member {
        cbf_frame *frame;
        void *user;
    };
    static cbf_frame *untouched() { return reinterpret_cast<cbf_frame *>(std::uintptr_t{0xdead}); }

    std::vector<member> members_;
    std::size_t next_ = 0;
};

inline void expect_consistent() {
    const cbf_stats now = stats();
    EXPECT_LE(now.live + now.quarantined, now.capacity);
    EXPECT_EQ(now.capacity, now.pages * POOL_SLOTS);
    EXPECT_EQ(now.bytes, now.pages * 2 * POOL_PAGE_SIZE);
}

// ---------------------------------------------------------------- what the system knows

// In bytes. Sanitizers map what they like: 0 there.
inline std::size_t address_space() {
    std::size_t pages = 0;
    if (!sanitizer)
        std::ifstream("/proc/self/statm") >> pages;
    return pages * 4096;
}

template <class Function>
void with_limit(int resource, rlim_t value, Function function) {
    rlimit before{};
    ASSERT_EQ(getrlimit(static_cast<__rlimit_resource>(resource), &before), 0);
    const rlimit lower{value, before.rlim_max};
    ASSERT_EQ(setrlimit(static_cast<__rlimit_resource>(resource), &lower), 0);
    function();
    ASSERT_EQ(setrlimit(static_cast<__rlimit_resource>(resource), &before), 0);
}

/// Every slot is taken, and there will not be more, for nothing becomes executable: defined in pool_test.cpp.
void expect_no_executable(crowd &frames);

/// Of pool_replaced_file.cpp and pool_memory.cpp.
extern const scenario_map replaced_file_scenarios, memory_scenarios;
