// Entries that believe the CPU to be another one. The tests contain the library: what it found is hidden, but theirs.
#pragma once

#include <cstdint>
#include <utility>

extern "C" {
extern std::uint32_t cbf_x86_xinuse;
extern std::uint32_t cbf_x86_components;
}

/// Makes the entries believe so as long as it lives.
class other_cpu {
  public:
    other_cpu(std::uint32_t xinuse, std::uint32_t components)
        : xinuse_(std::exchange(cbf_x86_xinuse, xinuse)), components_(std::exchange(cbf_x86_components, components)) {}
    other_cpu(const other_cpu &) = delete;
    other_cpu &operator=(const other_cpu &) = delete;
    ~other_cpu() {
        cbf_x86_xinuse = xinuse_;
        cbf_x86_components = components_;
    }

  private:
    std::uint32_t xinuse_, components_;
};
