# What the toolchain files for Windows share: mingw-w64's gcc, and Wine to run what it makes. The variant of gcc with
# POSIX threads, because the other one has no std::thread. In: windows_cpu, the first part of the compilers' names.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_C_COMPILER ${windows_cpu}-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER ${windows_cpu}-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER ${windows_cpu}-w64-mingw32-windres)

set(CMAKE_FIND_ROOT_PATH /usr/${windows_cpu}-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Programs run without gcc's DLLs beside them.
foreach(kind IN ITEMS EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT -static)
endforeach()

if(CBFRAME_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/run-wine ${CBFRAME_WINE})
endif()
