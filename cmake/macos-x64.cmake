# Toolchain file: macOS on x86-64.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(zig_target x86_64-macos)
set(zig_tools AR RANLIB INSTALL_NAME_TOOL)
include(${CMAKE_CURRENT_LIST_DIR}/zig.cmake)
