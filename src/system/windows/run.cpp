#include "system/system.hpp"
#include "system/windows/unwinding.hpp"

#include "error/error.hpp"

#include <windows.h>

#include <algorithm>
#include <cstdlib>

namespace cbf::system {

namespace {

// Here, because a linker takes nothing from a static library that nobody calls.
[[gnu::constructor]] void when_loaded() { stay_loaded(); }

[[noreturn]] void fail(cbf_status why) { throw error::status_error(why); }

/// Addresses for code and records at their distance. What lies between them is reserved with them, for no part of a
/// reservation can be given back; it takes addresses, but no memory but what unwinders are told.
class reservation {
  public:
    reservation() : first_(static_cast<std::byte *>(VirtualAlloc(nullptr, size(), MEM_RESERVE, PAGE_NOACCESS))) {
        if (first_ == nullptr || !commit(code()) || !commit(data())) {
            give_back();
            fail(CBF_NO_MEMORY);
        }
    }
    reservation(const reservation &) = delete;
    reservation &operator=(const reservation &) = delete;
    ~reservation() { give_back(); }

    std::byte *first() const noexcept { return first_; }
    std::byte *code() const noexcept { return first_ + std::max<std::ptrdiff_t>(0, -arch::distance()); }
    arch::page *release() noexcept {
        arch::page *const pages = reinterpret_cast<arch::page *>(data());
        first_ = nullptr;
        return pages;
    }

  private:
    static std::size_t size() noexcept { return arch::run_size + static_cast<std::size_t>(std::abs(arch::distance())); }
    static bool commit(std::byte *at) noexcept {
        return VirtualAlloc(at, arch::run_size, MEM_COMMIT, PAGE_READWRITE) != nullptr;
    }
    std::byte *data() const noexcept { return code() + arch::distance(); }
    void give_back() noexcept {
        if (first_ != nullptr)
            VirtualFree(first_, 0, MEM_RELEASE);
    }

    std::byte *first_;
};

} // namespace

run map_run(arch::slot_kind kind) {
    reservation reserved;
    if (!seal_anonymous_code(kind, reserved.code()))
        fail(CBF_NO_EXECUTABLE);
    tell_unwinders(kind, reserved.first(), reserved.code());
    return {reserved.release(), CBF_SOURCE_ANONYMOUS};
}

} // namespace cbf::system
