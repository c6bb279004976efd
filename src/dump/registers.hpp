// What a dump must know of an architecture; one file each.
#pragma once

#include <cbframe/cpu.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace cbframe::dump {

/// Appends the section of the general registers, those that carry arguments in colour if asked to.
void append_general_registers(std::string &text, const cbf_cpu &cpu, bool color);

/// XMM0 and so many in all carry arguments.
extern const std::size_t xmm_arguments;

std::uintptr_t stack_pointer(const cbf_cpu &cpu) noexcept;

/// What an offset from it is shown as: "rsp+".
extern const char *const stack_pointer_name;

} // namespace cbframe::dump
