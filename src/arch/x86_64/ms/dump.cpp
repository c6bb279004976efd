// Microsoft, "x64 calling convention".
#include "arch/x86/dump.hpp"
#include "arch/x86_64/dump.hpp"

namespace cbf::arch {

static constexpr cbf_qword cbf_cpu::*const general[] = {&cbf_cpu::RCX, &cbf_cpu::RDX, &cbf_cpu::R8, &cbf_cpu::R9};

constinit const std::span<cbf_qword cbf_cpu::*const> general_arguments = general;

constinit const std::size_t xmm_arguments = 4;

} // namespace cbf::arch
