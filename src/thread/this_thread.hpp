// Which thread this is.
#pragma once

#if defined(_WIN64)
#include "this_thread_windows_x86_64.hpp"
#elif defined(_WIN32)
#include "this_thread_windows_i386.hpp"
#elif defined(__APPLE__)
#include "this_thread_macos.hpp"
#else
#include "this_thread_linux.hpp"
#endif
