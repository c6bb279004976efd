// What is measured of time; one file a system.
#pragma once

#include <benchmark/benchmark.h>

namespace bench {

/// What one iteration took, by the clock that is best here.
double nanoseconds(const benchmark::BenchmarkReporter::Run &run);

} // namespace bench
