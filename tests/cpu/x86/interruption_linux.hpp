#pragma once

#include "native.h"
#include "signal_handler_posix.hpp"

#include <cbframe/frame.hpp>

#include <cstdint>

#include <ucontext.h>

/// Has a frame handle the signal that each instruction raises: it is the signal handler itself.
class interruption {
  public:
    explicit interruption(const cbframe::frame &handler)
        : handler_(SIGTRAP, handler.as<void(int, siginfo_t *, void *)>(), SA_SIGINFO) {}

    void end() {} // with the trap flag

  private:
    signal_handler handler_;
};

/// The instruction before which the handler is called.
inline std::uintptr_t interrupted_at(const cbframe::cpu &handlers) {
#if defined(__x86_64__)
    constexpr int instruction_register = REG_RIP;
#else
    constexpr int instruction_register = REG_EIP;
#endif
    const auto *const context = static_cast<const ucontext_t *>(native_pointer(&handlers, 2));
    return static_cast<std::uintptr_t>(context->uc_mcontext.gregs[instruction_register]);
}
