// A frame whose call has something in registers of every kind.
#pragma once

#include "native.h"

#include <cbframe/frame.hpp>

#include <cstdint>
#include <cstring>

class arithmetic_frame {
  public:
    explicit arithmetic_frame(cbframe::level level) : frame_(compute, level) {}

    std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(frame_.address()); }

    bool right(std::int64_t i) const {
        const auto first = static_cast<int>(i);
        return frame_.as<double(int, int, double)>()(first, 3, 0.25) == first * 3 + 0.25 * 2;
    }

  private:
    static void compute(cbframe::cpu &cpu) {
        const int product = static_cast<int>(native_argument(&cpu, 0)) * static_cast<int>(native_argument(&cpu, 1));
        native_return_double(&cpu, product + native_double_after_two_integers(&cpu) * 2);
    }

    cbframe::frame frame_;
};
