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

#if defined(__x86_64__) && !defined(_WIN64)
    bool right(std::int64_t i) const {
        struct results {
            std::int64_t integer;
            double number;
        };
        using compute_type = results(std::int64_t, std::int64_t, int, int, std::int64_t, double, double, double);
        const auto number = static_cast<double>(i);
        const results found = frame_.as<compute_type>()(i, 3, 0, 0, 5, number, 0, 7);
        return found.integer == i * 3 + 5 && found.number == number * 2 + 7;
    }

  private:
    static void compute(cbframe::cpu &cpu) {
        cpu.RAX.i = cpu.RDI.i * cpu.RSI.i + cpu.R8.i;
        cpu.XMM[0].lo.f = cpu.XMM[0].lo.f * 2 + cpu.XMM[2].lo.f;
    }
#else
    bool right(std::int64_t i) const {
        const auto first = static_cast<int>(i);
        return frame_.as<double(int, int, double)>()(first, 3, 0.25) == first * 3 + 0.25 * 2;
    }

  private:
    static void compute(cbframe::cpu &cpu) {
        const int product = static_cast<int>(native_argument(&cpu, 0)) * static_cast<int>(native_argument(&cpu, 1));
        native_return_double(&cpu, product + third(cpu) * 2);
    }
    static double third(const cbframe::cpu &cpu) {
#if defined(_WIN64)
        return cpu.XMM[2].lo.f;
#else
        double number;
        std::memcpy(&number, static_cast<const int *>(cpu.ESP.p) + 3, sizeof(number));
        return number;
#endif
    }
#endif

    cbframe::frame frame_;
};
