// Errors.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/call.h>

#include <cstddef>
#include <exception>

// A class that is thrown in one shared library and caught in another is one class.
#if defined(_WIN32)
#define CBF_ONE_CLASS
#else
#define CBF_ONE_CLASS __attribute__((visibility("default")))
#endif

namespace cbframe {

/// The errors of this library: the values of cbf_status, which say what they mean. For std::error_code, include
/// <cbframe/error_code.hpp>.
enum class errc {
    invalid_argument = CBF_INVALID_ARGUMENT,
    no_memory = CBF_NO_MEMORY,
    no_executable = CBF_NO_EXECUTABLE,
    not_a_slot = CBF_NOT_A_SLOT,
    freed = CBF_FREED,
    busy = CBF_BUSY,
    system_error = CBF_SYSTEM_ERROR,
    bad_type = CBF_BAD_TYPE,
    bad_convention = CBF_BAD_CONVENTION,
    bad_variadic_type = CBF_BAD_VARIADIC_TYPE,
};

/// What cbframe throws, besides std::bad_alloc of the standard's own vectors and strings. A class of its own, because
/// the standard's take 30,000 lines to include. Headers throw it, never the library; compiled without exceptions they
/// print the reason and abort. Copying one throws nothing.
class CBF_ONE_CLASS error : public std::exception {
  public:
    /// Keeps what fits into 511 bytes of "cbframe: " and the words.
    error(errc code, const char *words) noexcept : code_(code) {
        append("cbframe: ");
        append(words);
        what_[length_] = '\0';
    }

    errc code() const noexcept { return code_; }

    /// "cbframe: " and the reason.
    const char *what() const noexcept override { return what_; }

  private:
    void append(const char *text) noexcept {
        for (; *text != '\0' && length_ < sizeof(what_) - 1; ++text)
            what_[length_++] = *text;
    }

    errc code_;
    std::size_t length_ = 0;
    char what_[512];
};

namespace detail {

// Hidden, and with all calls of the library's behind it: a call of those would have every function that may make one
// find the global offset table first, which in 32-bit code is a call in itself.
#define CBF_FAR [[noreturn, gnu::noinline, gnu::cold, gnu::visibility("hidden")]] inline void
// One program, one way: of files that are compiled with and without exceptions the linker keeps one of the two.
#if defined(__cpp_exceptions)
CBF_FAR raise(cbf_status why) { throw error(static_cast<errc>(why), cbf_error_detail()); }
#else
CBF_FAR raise(cbf_status) {
    cbf_v1_die(cbf_error_detail());
    __builtin_unreachable();
}
#endif

/// Throws what a status says, unless that is CBF_OK.
inline void check(cbf_status status) {
    if (status != CBF_OK) [[unlikely]]
        raise(status);
}

/// Where nothing can be thrown: ends the process.
inline void must(cbf_status status) noexcept {
    if (status != CBF_OK) [[unlikely]]
        cbf_v1_die(cbf_error_detail());
}

inline cbf_status no_memory() noexcept { return cbf_v1_fail(CBF_NO_MEMORY, "out of memory"); }

} // namespace detail

} // namespace cbframe

#undef CBF_ONE_CLASS

#endif
