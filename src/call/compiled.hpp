// What a convention does with SIMD vectors depends on the instruction set that code is compiled for, and beyond what
// gcc and the ABI's document agree on, on the compiler.
#pragma once

#include "abi/abi.hpp"

#include <cbframe/detail/call.h>

namespace cbf::closures {

/// A convention as code follows it that is compiled so. Refuses what its compiler passes by rules of its own.
class compiled_convention final : public abi::convention {
  public:
    compiled_convention(const abi::convention &of, cbf_v1_vectors vectors)
        : convention(of.name, *of.model, of.allows_variadic != 0, of.family, of.general_arguments),
          of_(of),
          vectors_(vectors) {}
    abi::call_layout place(const abi::data_model &sizes, const signature &signature,
                           std::span<const type> variadic) const override;

  private:
    const abi::convention &of_;
    cbf_v1_vectors vectors_;
};

/// A convention as code follows it of which nobody knows what it is compiled for. Refuses vectors where that decides.
class uncertain_convention final : public abi::convention {
  public:
    explicit uncertain_convention(const abi::convention &of)
        : convention(of.name, *of.model, of.allows_variadic != 0, of.family, of.general_arguments), of_(of) {}
    abi::call_layout place(const abi::data_model &sizes, const signature &signature,
                           std::span<const type> variadic) const override;

  private:
    const abi::convention &of_;
};

} // namespace cbf::closures
