# macOS: its sources, below src/.
include(${CMAKE_CURRENT_LIST_DIR}/../posix/system.cmake)
list(APPEND cbframe_system_sources
  system/macos/place.cpp
  system/macos/readable.cpp
  system/macos/remap.cpp
  system/macos/stay.cpp)
