// Our kinds of callback. Each is made by its constructor, freed by its destructor and called through address(), an
// int (*)(int, int) that adds.
#pragma once

#include "native.h"
#include "signatures.hpp"

#include <cbframe/frame.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <stdexcept>

namespace bench {

inline int plain_function(int a, int b) { return a + b; }

class plain {
  public:
    function *address() const noexcept { return plain_function; }
};

inline void add(cbf_cpu *cpu, void *) { native_return(cpu, native_argument(cpu, 0) + native_argument(cpu, 1)); }

/// A frame by the C API.
template <cbf_level level>
class c_frame {
  public:
    c_frame() {
        if (cbf_frame_new(&frame_, add, nullptr, level) != CBF_OK)
            throw std::runtime_error("cbf_frame_new failed");
    }
    c_frame(const c_frame &) = delete;
    c_frame &operator=(const c_frame &) = delete;
    ~c_frame() { cbf_frame_free(frame_); }
    function *address() const noexcept { return std::bit_cast<function *>(cbf_frame_address(frame_)); }

  private:
    cbf_frame *frame_ = nullptr;
};

/// A tap of the plain function, by the C API, whose handler counts.
template <cbf_level level>
class c_tap {
  public:
    c_tap() {
        if (cbf_tap_new(&tap_, std::bit_cast<cbf_function>(&plain_function), count, &calls_, level) != CBF_OK)
            throw std::runtime_error("cbf_tap_new failed");
    }
    c_tap(const c_tap &) = delete;
    c_tap &operator=(const c_tap &) = delete;
    ~c_tap() { cbf_tap_free(tap_); }
    function *address() const noexcept { return std::bit_cast<function *>(cbf_tap_address(tap_)); }

  private:
    static void count(cbf_cpu *, void *calls) { ++*static_cast<std::size_t *>(calls); }

    std::size_t calls_ = 0;
    cbf_tap *tap_ = nullptr;
};

/// A closure by the C API.
class c_closure {
  public:
    c_closure() {
        if (cbf_closure_new(&closure_, signature(), call, nullptr) != CBF_OK)
            throw std::runtime_error("cbf_closure_new failed");
    }
    c_closure(const c_closure &) = delete;
    c_closure &operator=(const c_closure &) = delete;
    ~c_closure() { cbf_closure_free(closure_); }
    function *address() const noexcept { return std::bit_cast<function *>(cbf_closure_address(closure_)); }

  private:
    static const cbf_signature *signature() {
        static const cbf_signature *const prepared = [] {
            const cbf_type *const number = cbf_type_basic(CBF_KIND_INT);
            const cbf_type *const parameters[] = {number, number};
            cbf_signature *made = nullptr;
            if (cbf_signature_new(&made, number, parameters, 2, 0, cbf_convention_native()) != CBF_OK)
                throw std::runtime_error("cbf_signature_new failed");
            return made;
        }();
        return prepared;
    }
    static void call(cbf_arguments *args, void *) {
        *static_cast<int *>(cbf_result(args)) =
            *static_cast<int *>(cbf_argument(args, 0)) + *static_cast<int *>(cbf_argument(args, 1));
    }

    cbf_closure *closure_ = nullptr;
};

/// A frame by the C++ API, whose handler fits into the slot's record.
class cpp_frame {
  public:
    function *address() const noexcept { return frame_.as<function>(); }

  private:
    cbframe::frame frame_{[](cbframe::cpu &cpu) { add(&cpu, nullptr); }};
};

/// A frame by the C++ API, whose handler is too large for the record and lives on the heap.
class heap_frame {
  public:
    function *address() const noexcept { return frame_.as<function>(); }

  private:
    cbframe::frame frame_{[zeros = std::array<int, 4>{}](cbframe::cpu &cpu) {
        native_return(&cpu, native_argument(&cpu, 0) + native_argument(&cpu, 1) + zeros[0]);
    }};
};

} // namespace bench
