#pragma once

#include "native.h"

#include <cbframe/frame.hpp>

#include <cstdint>

#include <windows.h>

/// Has a frame handle the exception that each instruction raises.
class interruption {
  public:
    explicit interruption(const cbframe::frame &handler) : handler_(AddVectoredExceptionHandler(1, on_trap)) {
        call_ = handler.as<void(std::uintptr_t)>();
    }
    interruption(const interruption &) = delete;
    interruption &operator=(const interruption &) = delete;
    ~interruption() { RemoveVectoredExceptionHandler(handler_); }

    void end() { call_ = nullptr; }

  private:
    static LONG CALLBACK on_trap(EXCEPTION_POINTERS *raised) {
        constexpr DWORD trap_flag = 0x100;
        if (raised->ExceptionRecord->ExceptionCode != static_cast<DWORD>(EXCEPTION_SINGLE_STEP))
            return EXCEPTION_CONTINUE_SEARCH;
        if (call_ == nullptr)
            return EXCEPTION_CONTINUE_EXECUTION;
        raised->ContextRecord->EFlags |= trap_flag; // which Windows clears
#if defined(_WIN64)
        call_(raised->ContextRecord->Rip);
#else
        call_(raised->ContextRecord->Eip);
#endif
        return EXCEPTION_CONTINUE_EXECUTION;
    }

    static inline void (*volatile call_)(std::uintptr_t) = nullptr;
    void *handler_;
};

/// The instruction before which the handler is called.
inline std::uintptr_t interrupted_at(const cbframe::cpu &handlers) {
    return static_cast<std::uintptr_t>(native_argument(&handlers, 0));
}
