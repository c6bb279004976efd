# 64-bit Arm: its sources, below src/, and where they look for what depends on the system.
set(cbframe_arch_sources
  arch/bad_sp.cpp
  arch/aarch64/dump.cpp
  arch/aarch64/frame.cpp
  arch/aarch64/frame.S
  arch/aarch64/plan.cpp
  arch/aarch64/registers.cpp
  arch/aarch64/slots.S
  arch/aarch64/typed.S
  arch/aarch64/${cbframe_system}/convention.cpp
  arch/aarch64/${cbframe_system}/features.cpp)
set(cbframe_arch_includes arch/aarch64/${cbframe_system})
set(cbframe_arch_options)
if(NOT cbframe_system STREQUAL "windows") # which has no such rules for jumps
  set(cbframe_arch_options -mbranch-protection=standard)
endif()
# What C, C++ and LuaJIT read of the state, below include/cbframe/cpu/.
set(cbframe_cpu_headers registers.h aarch64.h)
