# What all systems of POSIX share, below src/.
set(cbframe_system_sources
  system/posix/anonymous.cpp
  system/posix/arithmetic.cpp
  system/posix/fork.cpp
  system/posix/last_words.cpp
  system/posix/memory.cpp
  system/posix/run.cpp
  system/posix/uncancellable.cpp)
