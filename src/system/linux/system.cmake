# Linux: its sources, below src/.
include(${CMAKE_CURRENT_LIST_DIR}/../posix/system.cmake)
list(APPEND cbframe_system_sources
  system/linux/file.cpp
  system/linux/place.cpp
  system/linux/readable.cpp
  system/linux/stay.cpp)
