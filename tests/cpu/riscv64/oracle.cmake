# Whose layouts are held against which compilers.
abi_oracle(lp64d gcc clang)
abi_oracle(lp64f gcc clang)
abi_oracle(lp64 gcc clang)
