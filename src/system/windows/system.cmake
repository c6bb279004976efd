# Windows: its sources, below src/.
set(cbframe_system_sources
  system/windows/anonymous.cpp
  system/windows/arithmetic.cpp
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
