# Toolchain file: macOS on 64-bit Arm.
set(macos_cpu aarch64)
set(CMAKE_SYSTEM_PROCESSOR arm64)
include(${CMAKE_CURRENT_LIST_DIR}/macos.cmake)
