// Which of gcc's and clang's sanitizers this is compiled with.
#pragma once

#if defined(__has_feature) // clang, gcc since 14
inline constexpr bool thread_sanitizer = __has_feature(thread_sanitizer);
inline constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#elif defined(__SANITIZE_THREAD__) // never both
inline constexpr bool thread_sanitizer = true, address_sanitizer = false;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool thread_sanitizer = false, address_sanitizer = true;
#else
inline constexpr bool thread_sanitizer = false, address_sanitizer = false;
#endif

inline constexpr bool sanitizer = thread_sanitizer || address_sanitizer;
