// Makes a million callbacks of one kind in a process of their own and prints what report.lua reads:
// nanoseconds to make one, and bytes of resident memory for each.
#include "callbacks.hpp"
#include "peers.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr std::size_t count = 1'000'000;

/// Rss counts a page every time that it is mapped, Pss counts it once.
struct memory {
    double rss = 0, pss = 0;
};

memory resident() {
    std::ifstream file("/proc/self/smaps_rollup");
    memory found;
    for (std::string key; file >> key; file.ignore(256, '\n'))
        if (key == "Rss:")
            file >> found.rss;
        else if (key == "Pss:")
            file >> found.pss;
    if (found.rss == 0)
        throw std::runtime_error("/proc/self/smaps_rollup tells nothing");
    return found;
}

void print(const char *kind, const char *what, double value) {
    std::printf("live %s, %s\t%.3f\n", kind, what, value / static_cast<double>(count));
}

void print_growth(const char *kind, const char *when, const memory &before) {
    const memory now = resident();
    print(kind, (std::string("rss ") + when).c_str(), (now.rss - before.rss) * 1024);
    print(kind, (std::string("pss ") + when).c_str(), (now.pss - before.pss) * 1024);
}

template <class Callback>
void measure(const char *kind) {
    { const Callback first; } // what a library sets up once
    std::vector<std::optional<Callback>> live(count);
    const memory before = resident();

    const std::clock_t start = std::clock(); // processor time, the kernel's share included
    for (auto &callback : live)
        callback.emplace();
    print(kind, "time", static_cast<double>(std::clock() - start) * (1e9 / CLOCKS_PER_SEC));
    print_growth(kind, "made", before);

    for (std::size_t i = 0; i < count; ++i)
        if (const int number = static_cast<int>(i); live[i]->address()(number, 1) != number + 1)
            std::abort();
    print_growth(kind, "called", before);
}

} // namespace

int main(int argc, char **argv) {
    const std::string kind = argc == 2 ? argv[1] : "";
    if (kind == "c frame")
        measure<bench::c_frame<CBF_LEVEL_LEGACY>>("c frame");
    else if (kind == "libffi")
        measure<bench::libffi_closure>("libffi");
    else if (kind == "libffcall")
        measure<bench::libffcall_callback>("libffcall");
    else {
        std::fprintf(stderr, "usage: live 'c frame'|libffi|libffcall\n");
        return 2;
    }
    std::fflush(stdout);
    std::_Exit(0); // freeing them all is not what is measured
}
