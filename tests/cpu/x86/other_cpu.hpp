// Entries that believe the CPU to be another one. The tests contain the library: what it found is hidden, but theirs.
#pragma once

#include <cstdint>
#include <utility>

extern "C" {
#if defined(__x86_64__)
extern std::uint32_t cbf_x86_xinuse;
extern std::uint32_t cbf_x86_emms;
#endif
extern std::uint32_t cbf_x86_components;
}

/// Makes the entries believe that something else was found as long as it lives.
class other_cpu {
  public:
    other_cpu(std::uint32_t &found, std::uint32_t instead) : found_(found), before_(std::exchange(found, instead)) {}
    other_cpu(const other_cpu &) = delete;
    other_cpu &operator=(const other_cpu &) = delete;
    ~other_cpu() { found_ = before_; }

  private:
    std::uint32_t &found_, before_;
};
