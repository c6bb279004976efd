#include "nanoseconds.hpp"

namespace bench {

// Windows counts processor time in steps of ten milliseconds and more, which are many repetitions. The time of threads
// that run at once it is divided by their number.
double nanoseconds(const benchmark::BenchmarkReporter::Run &run) {
    return run.GetAdjustedRealTime() * static_cast<double>(run.threads);
}

} // namespace bench
