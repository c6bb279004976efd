// Which thread this is.
#pragma once

#if defined(_WIN64) && defined(__aarch64__)
#include "windows/aarch64/this_thread.hpp"
#elif defined(_WIN64)
#include "windows/x86_64/this_thread.hpp"
#elif defined(_WIN32)
#include "windows/i386/this_thread.hpp"
#elif defined(__APPLE__)
#include "macos/this_thread.hpp"
#else
#include "linux/this_thread.hpp"
#endif
