// What std::abort() ends a process with, for EXPECT_EXIT.
#pragma once

#include <gtest/gtest.h>

#include <csignal>

#if defined(_WIN32)
inline const testing::ExitedWithCode aborted{3};
#else
inline const testing::KilledBySignal aborted{SIGABRT};
#endif
