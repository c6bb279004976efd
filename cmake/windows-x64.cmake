# Toolchain file: 64-bit Windows.
set(windows_cpu x86_64)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
find_program(CBFRAME_WINE NAMES wine64 PATHS /usr/lib/wine)
include(${CMAKE_CURRENT_LIST_DIR}/windows.cmake)
