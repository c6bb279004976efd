# Whose layouts are held against which compilers.
target_compile_options(abi_oracle PRIVATE -fno-pie) # the probe is at a fixed address
target_link_options(abi_oracle PRIVATE -no-pie)
abi_oracle(cdecl_x86_sysv gcc clang)
abi_oracle(stdcall_x86_sysv gcc clang)
abi_oracle(fastcall_x86_sysv gcc)
abi_oracle(thiscall_x86_sysv gcc)
foreach(kind IN ITEMS cdecl stdcall fastcall thiscall)
  abi_oracle(${kind}_x86_mingw mingw)
  abi_oracle(${kind}_x86_msvc clang_msvc)
endforeach()
abi_oracle(vectorcall_x86_msvc clang_msvc)
abi_oracle(cdecl_x86_darwin clang_darwin)
abi_oracle(stdcall_x86_darwin clang_darwin)
