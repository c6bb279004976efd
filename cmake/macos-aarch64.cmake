# Toolchain file: macOS on 64-bit Arm.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)
set(zig_target aarch64-macos)
set(zig_tools AR RANLIB INSTALL_NAME_TOOL)
include(${CMAKE_CURRENT_LIST_DIR}/zig.cmake)
