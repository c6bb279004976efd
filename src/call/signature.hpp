// Signatures made ready for calls: laid out by a convention once, for any number of closures.
#pragma once

#include "abi/abi.hpp"
#include "arch/plan.hpp"

#include <cbframe/detail/call.h>

#include <utility>

namespace cbf {

/// The convention of the system's own C, whatever that is compiled for: layouts by it throw std::invalid_argument for a
/// vector of which the instruction set decides where it is passed.
const abi::convention &native_convention() noexcept;

/// The same of code that is compiled so. Layouts by it throw std::invalid_argument for what its compiler passes by
/// rules of its own.
const abi::convention &compiled_convention(cbf_v1_vectors vectors) noexcept;

/// The one of these that a handle is of; null if it is of none.
const abi::convention *find_compiled_convention(const cbf_convention *handle) noexcept;

/// An owner of a plan, or of none.
class plan_owner {
  public:
    plan_owner() noexcept = default;
    explicit plan_owner(const cbf_v1_plan *adopted) noexcept : plan_(adopted) {}
    plan_owner(const plan_owner &other) noexcept : plan_(share(other.plan_)) {}
    plan_owner(plan_owner &&other) noexcept : plan_(std::exchange(other.plan_, nullptr)) {}
    plan_owner &operator=(plan_owner other) noexcept {
        std::swap(plan_, other.plan_);
        return *this;
    }
    ~plan_owner() { drop(plan_); }

    const cbf_v1_plan *get() const noexcept { return plan_; }
    const cbf_v1_plan *give() noexcept { return std::exchange(plan_, nullptr); }

    /// One owner more of a plan, and one less. Null is none.
    static const cbf_v1_plan *share(const cbf_v1_plan *plan) noexcept {
        if (plan != nullptr)
            arch::full(*plan).owners.add();
        return plan;
    }
    static void drop(const cbf_v1_plan *plan) noexcept {
        if (plan != nullptr && arch::full(*plan).owners.drop()) [[unlikely]]
            destroy(plan);
    }

  private:
    static void destroy(const cbf_v1_plan *plan) noexcept;

    const cbf_v1_plan *plan_ = nullptr;
};

/// Plans calls. Throws std::invalid_argument as abi::layout() does, and if this CPU cannot be called by the convention.
plan_owner prepare(const signature &signature, const abi::convention &convention, const abi::data_model &sizes);

/// How calls of a callback get to it: straight to code of the compiler's, and no plan, or as those of a closure.
struct route {
    void (*entry)();
    plan_owner plan;
};
route find_route(const signature &signature, const abi::convention &convention, cbf_v1_vectors vectors);

/// See cbf_v1_check_description. Throws std::invalid_argument.
void check_description(const type &described_as, std::size_t size, std::size_t alignment, const char *words);

} // namespace cbf
