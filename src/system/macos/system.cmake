# macOS: its sources, below src/.
include(${CMAKE_CURRENT_LIST_DIR}/../posix/system.cmake)
list(APPEND cbframe_system_sources
  system/macos/readable.cpp
  system/macos/remap.cpp
  system/macos/stay.cpp
  system/macos/symbol.cpp
  system/macos/thread_number.cpp)
