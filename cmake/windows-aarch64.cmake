# Toolchain file: Windows on 64-bit Arm.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ARM64)
set(zig_target aarch64-windows-gnu)
set(zig_tools AR RANLIB RC_COMPILER)
include(${CMAKE_CURRENT_LIST_DIR}/zig.cmake)
set(CMAKE_ASM_COMPILER ${CMAKE_C_COMPILER})
