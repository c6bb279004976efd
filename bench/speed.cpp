// Runs the benchmarks and prints what report.lua reads: a line for each benchmark, its name and then
// the nanoseconds of every repetition, all separated by tabs. Names end in SUFFIX.
#include "nanoseconds.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>

namespace {

class samples : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context &) override {
        return std::printf("# compiler\t%s\n# bits\t%zu\n", COMPILER, 8 * sizeof(void *)) > 0;
    }

    void ReportRuns(const std::vector<Run> &repetitions) override {
        bool named = false;
        for (const Run &run : repetitions) {
            if (run.run_type != Run::RT_Iteration)
                continue; // the mean, the median and so on
            if (!named)
                std::printf("%s" SUFFIX, run.run_name.function_name.c_str());
            named = true;
            std::printf("\t%.4f", bench::nanoseconds(run));
        }
        if (named)
            std::printf("\n");
    }
};

} // namespace

int main(int argc, char **argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    samples reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
}
