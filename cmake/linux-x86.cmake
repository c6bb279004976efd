# Toolchain file: 32-bit programs of an x86-64 Linux, by gcc or clang, whichever CMake is told to use.
# Debian keeps the kernel's headers, which are the same for both, where -m32 does not look.
foreach(language IN ITEMS C CXX ASM)
  set(CMAKE_${language}_FLAGS_INIT "-m32 -idirafter /usr/include/x86_64-linux-gnu")
endforeach()
