// Handlers that notice whether they get the user of another one.
#pragma once

#include <cbframe/cbframe.h>

#include <atomic>
#include <cstddef>

// A handler and the only user value that it may see.
struct matching_pair {
    cbf_handler handler;
    int user;
};

inline void count_mismatches(const void *user, const matching_pair &expected);

inline matching_pair first_pair{[](cbf_cpu *, void *user) { count_mismatches(user, first_pair); }, 0};
inline matching_pair second_pair{[](cbf_cpu *, void *user) { count_mismatches(user, second_pair); }, 0};
inline std::atomic<std::size_t> mismatches;

inline void count_mismatches(const void *user, const matching_pair &expected) {
    if (user != &expected.user)
        mismatches.fetch_add(1, std::memory_order_relaxed);
}
