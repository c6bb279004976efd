# Whose layouts are held against which compilers.
abi_oracle(sysv_x64 gcc clang)
abi_oracle(sysv_x64_avx gcc clang)
abi_oracle(sysv_x64_sse gcc clang)
abi_oracle(sysv_x64_darwin clang_darwin)
abi_oracle(ms_x64 clang_ms_abi clang_msvc)
abi_oracle(ms_x64_mingw gcc_ms_abi mingw)
abi_oracle(vectorcall_x64 clang_msvc)
