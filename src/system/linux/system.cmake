# Linux: its sources, below src/.
include(${CMAKE_CURRENT_LIST_DIR}/../posix/system.cmake)
list(APPEND cbframe_system_sources
  system/linux/file.cpp
  system/linux/readable.cpp
  system/linux/stay.cpp
  system/linux/symbol.cpp
  system/linux/thread_number.cpp)
