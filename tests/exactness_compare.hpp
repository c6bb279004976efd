// In what two states of a CPU differ, and random ones.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

namespace exactness {

inline void fill(std::mt19937_64 &random, void *at, std::size_t size) {
    auto *const bytes = static_cast<unsigned char *>(at);
    for (std::size_t done = 0; done < size; done += sizeof(std::uint64_t)) {
        const std::uint64_t eight = random();
        std::memcpy(bytes + done, &eight, std::min(sizeof(eight), size - done));
    }
}

inline std::string in_hex(const void *at, std::size_t size) {
    const auto *const bytes = static_cast<const unsigned char *>(at);
    std::string text = "0x";
    for (std::size_t i = size; i-- > 0;) {
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 15];
    }
    return text;
}

/// Collects the registers in which two states differ.
class differences {
  public:
    void compare(const char *name, const void *expected, const void *actual, std::size_t size) {
        if (std::memcmp(expected, actual, size) != 0)
            add(name, expected, actual, size);
    }
    void compare(const char *group, std::size_t number, const void *expected, const void *actual, std::size_t size) {
        if (std::memcmp(expected, actual, size) != 0)
            add(std::string(group).append(std::to_string(number)), expected, actual, size);
    }
    template <class Number>
    void compare(const char *name, Number expected, Number actual) {
        compare(name, &expected, &actual, sizeof(expected));
    }
    testing::AssertionResult result() const {
        return text_.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << text_;
    }

  private:
    void add(const std::string &name, const void *expected, const void *actual, std::size_t size) {
        text_.append("\n  ").append(name).append(": expected ").append(in_hex(expected, size));
        text_.append(", got ").append(in_hex(actual, size));
    }

    std::string text_;
};

} // namespace exactness
