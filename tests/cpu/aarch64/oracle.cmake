# Whose layouts are held against which compilers.
abi_oracle(aapcs64 gcc clang)
abi_oracle(aapcs64_darwin clang_darwin)
abi_oracle(aapcs64_windows clang_msvc)
