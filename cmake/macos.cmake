# What the toolchain files for macOS share: Zig, which has a clang, Apple's headers, libc++ and a linker for it.
# CBFRAME_ZIG is the folder that setup_zig in `dev` makes of it. Nothing here runs what it compiles. In: macos_cpu, the
# first part of the compilers' names.
set(CMAKE_SYSTEM_NAME Darwin)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CBFRAME_ZIG)

set(CMAKE_C_COMPILER ${CBFRAME_ZIG}/bin/${macos_cpu}-macos-cc)
set(CMAKE_CXX_COMPILER ${CBFRAME_ZIG}/bin/${macos_cpu}-macos-c++)
foreach(tool IN ITEMS AR RANLIB INSTALL_NAME_TOOL)
  string(TOLOWER llvm-${tool} name)
  string(REPLACE "_" "-" name ${name})
  find_program(CMAKE_${tool} NAMES ${name}-14 ${name}-20 ${name}-19 ${name}-18 ${name}-17 ${name}-16 ${name}-15 REQUIRED)
endforeach()

# What else this machine has is for Linux.
set(CMAKE_FIND_ROOT_PATH ${CBFRAME_ZIG}/lib)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${CBFRAME_ZIG}/lib/pkgconfig)
