# Toolchain file: 32-bit Windows.
set(windows_cpu i686)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CBFRAME_WINE "" CACHE STRING "A 32-bit Wine: the command that runs a program, with arguments")
include(${CMAKE_CURRENT_LIST_DIR}/windows.cmake)
