# What the toolchain files share whose compilers are Zig's: it has a clang, headers of other systems, libc++ and a linker.
# CBFRAME_ZIG is the folder that setup_zig in `dev` makes of it. Nothing here runs what it compiles. In: zig_target, the first
# part of the compilers' names; zig_tools, what CMake calls the tools of LLVM that are to be found.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CBFRAME_ZIG)

set(CMAKE_C_COMPILER ${CBFRAME_ZIG}/bin/${zig_target}-cc)
set(CMAKE_CXX_COMPILER ${CBFRAME_ZIG}/bin/${zig_target}-c++)
foreach(tool IN LISTS zig_tools)
  string(TOLOWER llvm-${tool} name)
  string(REPLACE "_" "-" name ${name})
  string(REPLACE "rc-compiler" "windres" name ${name})
  find_program(CMAKE_${tool} NAMES ${name}-14 ${name}-20 ${name}-19 ${name}-18 ${name}-17 ${name}-16 ${name}-15 REQUIRED)
endforeach()

# What else this machine has is for Linux.
set(CMAKE_FIND_ROOT_PATH ${CBFRAME_ZIG}/lib)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${CBFRAME_ZIG}/lib/pkgconfig)
