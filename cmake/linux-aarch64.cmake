# Toolchain file: programs for 64-bit Arm on Linux, by Debian's cross compiler, run by QEMU.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# All that QEMU has, but return addresses signed by an algorithm of its own: Arm's takes longer than a call.
set(emulated_cpu max,pauth-impdef=on)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -cpu ${emulated_cpu} -L /usr/aarch64-linux-gnu)
