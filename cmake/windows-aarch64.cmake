# Toolchain file: Windows on 64-bit Arm by Zig, which has a clang, mingw-w64's headers, libc++ and a linker for it.
# CBFRAME_ZIG is the folder that setup_zig in `dev` makes of it. Nothing here runs what it compiles.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ARM64)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CBFRAME_ZIG)

set(CMAKE_C_COMPILER ${CBFRAME_ZIG}/bin/aarch64-windows-gnu-cc)
set(CMAKE_CXX_COMPILER ${CBFRAME_ZIG}/bin/aarch64-windows-gnu-c++)
set(CMAKE_ASM_COMPILER ${CMAKE_C_COMPILER})
foreach(tool IN ITEMS AR RANLIB RC_COMPILER)
  set(name_AR llvm-ar)
  set(name_RANLIB llvm-ranlib)
  set(name_RC_COMPILER llvm-windres)
  find_program(CMAKE_${tool} NAMES ${name_${tool}}-14 ${name_${tool}}-20 ${name_${tool}}-19 ${name_${tool}}-18
                                   ${name_${tool}}-17 ${name_${tool}}-16 ${name_${tool}}-15 REQUIRED)
endforeach()

# What else this machine has is for Linux.
set(CMAKE_FIND_ROOT_PATH ${CBFRAME_ZIG}/lib)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
