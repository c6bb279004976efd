// The kinds of callback that are compared. Each is made by its constructor, freed by its destructor
// and called through address(), an int (*)(int, int) that adds.
#pragma once

#include "native.h"

#include <cbframe/frame.hpp>

#include <callback.h>
#include <ffi.h>

#include <array>
#include <bit>
#include <stdexcept>

namespace bench {

using function = int(int, int);

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
            if (cbf_signature_new(&made, number, parameters, 2, 0, nullptr) != CBF_OK)
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

/// A libffi closure of a prepared signature.
class ffi_closure_of {
  public:
    ffi_closure_of(ffi_cif *prepared, void (*handler)(ffi_cif *, void *, void **, void *))
        : closure_(static_cast<ffi_closure *>(ffi_closure_alloc(sizeof(ffi_closure), &code_))) {
        if (closure_ == nullptr || ffi_prep_closure_loc(closure_, prepared, handler, nullptr, code_) != FFI_OK)
            throw std::runtime_error("libffi makes no closure");
    }
    ffi_closure_of(const ffi_closure_of &) = delete;
    ffi_closure_of &operator=(const ffi_closure_of &) = delete;
    ~ffi_closure_of() { ffi_closure_free(closure_); }

    template <class Signature>
    Signature *as() const noexcept {
        return std::bit_cast<Signature *>(code_);
    }

  private:
    void *code_ = nullptr;
    ffi_closure *closure_;
};

class libffi_closure {
  public:
    function *address() const noexcept { return closure_.as<function>(); }

  private:
    static ffi_cif *signature() {
        struct int_int_int {
            ffi_type *parameters[2] = {&ffi_type_sint, &ffi_type_sint};
            ffi_cif cif{};
            int_int_int() { ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_sint, parameters); }
        };
        static int_int_int prepared;
        return &prepared.cif;
    }
    static void call(ffi_cif *, void *result, void **arguments, void *) {
        *static_cast<ffi_arg *>(result) =
            static_cast<ffi_arg>(*static_cast<int *>(arguments[0]) + *static_cast<int *>(arguments[1]));
    }

    ffi_closure_of closure_{signature(), call};
};

class libffcall_callback {
  public:
    libffcall_callback() : callback_(alloc_callback(call, nullptr)) {
        if (callback_ == nullptr)
            throw std::runtime_error("libffcall makes no callback");
    }
    libffcall_callback(const libffcall_callback &) = delete;
    libffcall_callback &operator=(const libffcall_callback &) = delete;
    ~libffcall_callback() { free_callback(callback_); }
    function *address() const noexcept { return std::bit_cast<function *>(callback_); }

  private:
    static void call(void *, va_alist arguments) {
        va_start_int(arguments);
        const int a = va_arg_int(arguments);
        const int b = va_arg_int(arguments);
        va_return_int(arguments, a + b);
    }

    callback_t callback_;
};

} // namespace bench
