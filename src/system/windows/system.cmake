# Windows: its sources, below src/.
set(arithmetic system/windows/arithmetic.cpp) # of x86; elsewhere C knows all of it
if(cbframe_arch STREQUAL "aarch64")
  set(arithmetic system/posix/arithmetic.cpp)
endif()
set(cbframe_system_sources
  ${arithmetic}
  system/windows/anonymous.cpp
  system/windows/fork.cpp
  system/windows/last_words.cpp
  system/windows/memory.cpp
  system/windows/readable.cpp
  system/windows/run.cpp
  system/windows/stay.cpp
  system/windows/symbol.cpp
  system/windows/thread_number.cpp
  system/windows/uncancellable.cpp
  system/windows/${cbframe_arch}/unwinding.cpp)
