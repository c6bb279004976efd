# Which conventions are tried by which compilers.
conformance(closure lp64d gcc clang)
conformance(closure lp64f gcc clang)
conformance(closure lp64 gcc clang)
conformance(callback lp64d gcc clang)
conformance(tap lp64d gcc clang)
