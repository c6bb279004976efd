# x86-64: its sources, below src/, and where they look for what depends on the convention of the system's own C++.
set(cbframe_arch_sources
  arch/x86/dump.cpp
  arch/x86/flags.cpp
  arch/x86/irregular.cpp
  arch/x86/registers.cpp
  arch/x86/saved.cpp
  arch/x86/state.cpp
  arch/x86_64/dump.cpp
  arch/x86_64/frame.cpp
  arch/x86_64/frame.S
  arch/x86_64/plan.cpp
  arch/x86_64/slots.S
  arch/x86_64/typed.S
  arch/x86_64/${cbframe_convention}/dump.cpp
  arch/x86_64/${cbframe_convention}/variadic.cpp
  arch/x86_64/${cbframe_system}/convention.cpp)
set(cbframe_arch_includes arch/x86_64/${cbframe_convention})
set(cbframe_arch_options -fcf-protection)
# What C, C++ and LuaJIT read of the state, below include/cbframe/cpu/.
set(cbframe_cpu_headers registers.h x86.h x86_64.h)
