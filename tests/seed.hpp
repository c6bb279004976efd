// The seed of a program's random states: the same in every run, unless CBFRAME_SEED says another.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

inline std::uint64_t seed() {
    const char *const text = std::getenv("CBFRAME_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 0) : 20240229;
}

class seed_printer : public testing::Environment {
    void SetUp() override { std::cout << "CBFRAME_SEED=" << seed() << '\n'; }
};

inline const testing::Environment *const printer_of_seed = testing::AddGlobalTestEnvironment(new seed_printer);
