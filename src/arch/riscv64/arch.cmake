# 64-bit RISC-V: its sources, below src/, and where they look for what depends on the platform.
set(cbframe_arch_sources
  arch/bad_sp.cpp
  arch/riscv64/dump.cpp
  arch/riscv64/frame.cpp
  arch/riscv64/frame.S
  arch/riscv64/plan.cpp
  arch/riscv64/registers.cpp
  arch/riscv64/slots.S
  arch/riscv64/typed.S
  arch/riscv64/${cbframe_system}/convention.cpp)
set(cbframe_arch_includes)
set(cbframe_arch_options)
# What C, C++ and LuaJIT read of the state, below include/cbframe/cpu/.
set(cbframe_cpu_headers registers.h riscv64.h)
