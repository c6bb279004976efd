# i386: its sources, below src/, and where they look for what depends on the object format.
set(cbframe_arch_sources
  arch/x86/dump.cpp
  arch/x86/flags.cpp
  arch/x86/irregular.cpp
  arch/x86/registers.cpp
  arch/x86/saved.cpp
  arch/x86/state.cpp
  arch/i386/dump.cpp
  arch/i386/frame.cpp
  arch/i386/frame.S
  arch/i386/plan.cpp
  arch/i386/slots.S
  arch/i386/typed.S
  arch/i386/${cbframe_convention}/convention.cpp)
set(cbframe_arch_includes arch/i386/direct)
if(cbframe_format STREQUAL "macho")
  set(cbframe_arch_includes arch/i386/macho)
endif()
# Frames keep XMM registers, so there is a CPU with SSE2. Old code calls with a stack aligned to 4 only.
set(cbframe_arch_options -fcf-protection -msse2 -mstackrealign)
# What C, C++ and LuaJIT read of the state, below include/cbframe/cpu/.
set(cbframe_cpu_headers registers.h x86.h i386.h)
