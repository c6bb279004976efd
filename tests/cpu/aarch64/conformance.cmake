# Which conventions are tried by which compilers.
conformance(closure aapcs64 gcc clang)
conformance(closure aapcs64_darwin clang_darwin)
conformance(closure aapcs64_windows clang_msvc)
conformance(callback aapcs64 gcc clang)
conformance(tap aapcs64 gcc clang)
conformance(cast aapcs64 gcc clang)
