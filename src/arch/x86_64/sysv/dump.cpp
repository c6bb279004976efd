// System V x86-64 psABI, 3.2.3.
#include "arch/x86/dump.hpp"
#include "arch/x86_64/dump.hpp"

namespace cbf::arch {

static constexpr cbf_qword cbf_cpu::*const general[] = {&cbf_cpu::RDI, &cbf_cpu::RSI, &cbf_cpu::RDX,
                                                        &cbf_cpu::RCX, &cbf_cpu::R8,  &cbf_cpu::R9};

constinit const std::span<cbf_qword cbf_cpu::*const> general_arguments = general;

constinit const std::size_t xmm_arguments = 8;

} // namespace cbf::arch
