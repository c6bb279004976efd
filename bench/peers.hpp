// Those that ours are compared with, in the manner of callbacks.hpp.
#pragma once

#include "signatures.hpp"

#include <callback.h>
#include <ffi.h>

#include <bit>
#include <stdexcept>

namespace bench {

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
