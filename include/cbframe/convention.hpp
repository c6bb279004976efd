// Calling conventions and sizes, by which signatures are laid out; abi.hpp has the layouts.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/call.h>

#include <cstddef>
#include <cstdint>

// What decides how this file passes vectors. Always an argument, never in a function: files of one program may be
// compiled for different instruction sets, and the linker keeps one copy of an inline function.
#if defined(__AVX512F__)
#define CBF_WIDEST_VECTOR 64
#elif defined(__AVX__)
#define CBF_WIDEST_VECTOR 32
#elif defined(__SSE__)
#define CBF_WIDEST_VECTOR 16
#elif defined(__MMX__)
#define CBF_WIDEST_VECTOR 8
#else
#define CBF_WIDEST_VECTOR 0
#endif
#if defined(__clang__) || (defined(__SSE__) && !defined(__MMX__))
#define CBF_VECTOR_RULES (::cbframe::detail::vector_rules{CBF_WIDEST_VECTOR, true})
#else
#define CBF_VECTOR_RULES (::cbframe::detail::vector_rules{CBF_WIDEST_VECTOR, false})
#endif

namespace cbframe {

namespace abi {

/// A calling convention: see cbf_convention. abi.hpp has them by name.
using convention = cbf_convention;

/// Sizes and alignments of C's types on a target: see cbf_data_model.
using data_model = cbf_data_model;

} // namespace abi

namespace detail {

/// What decides how code passes SIMD vectors.
struct vector_rules {
    std::size_t widest_vector; ///< see abi::data_model
    bool is_irregular;         ///< passes what is wider, and more on i386, by rules of the compiler's own

    constexpr cbf_v1_vectors c() const noexcept {
        return {static_cast<std::uint32_t>(widest_vector), is_irregular ? 1u : 0u};
    }
};

} // namespace detail

/// The convention of the system's own C, for code that is compiled for an unknown instruction set: layouts by it throw
/// error for vectors whose place depends on that. On System V x86-64 those are vectors of 32 and 64 bytes, on 32-bit
/// x86 all. For them name a convention, such as abi::sysv_x64_avx.
inline const abi::convention &native_convention() noexcept { return *cbf_convention_native(); }

/// The same for the instruction set of the file that calls this. Layouts by it throw error for vectors that its
/// compiler passes by rules of its own (docs/abi-disputes.md).
inline const abi::convention &compiled_convention(detail::vector_rules rules = CBF_VECTOR_RULES) noexcept {
    return *cbf_v1_compiled_convention(rules.c());
}

/// Whether this CPU's functions can be called by a convention: what prepared_signature asks.
inline bool is_callable(const abi::convention &convention) noexcept {
    return cbf_convention_is_callable(&convention) != 0;
}

/// The sizes and alignments of C++ on this system, in which a class without members has one byte.
inline const abi::data_model &native_data_model() noexcept { return *cbf_data_model_native_cxx(); }

} // namespace cbframe

#endif
