# 32-bit x86.
set(instruction_sets none mmx sse2 avx avx512f)
include(${CMAKE_CURRENT_LIST_DIR}/../x86/tests.cmake)
list(APPEND closure_sources ${cpu}/closure.S)
if(cbframe_format STREQUAL "elf")
  set(exactness_link_options -no-pie) # the caller is at a fixed address
endif()
