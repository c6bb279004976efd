#include "nanoseconds.hpp"

namespace bench {

// Processor time does not count what other processes do meanwhile.
double nanoseconds(const benchmark::BenchmarkReporter::Run &run) { return run.GetAdjustedCPUTime(); }

} // namespace bench
