// Holds cbframe's layouts against code that a compiler made for both sides of random calls.
//   abi_oracle CONVENTION COMPILER [CALLS [SEED [EVERY]]]    EVERY: only every so manieth known trap; 0: none
// Exit status 0: they agree; 1: they do not; 77: the compiler is missing.
#include "check.hpp"
#include "source.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t batch_size = 200;
constexpr std::size_t most_shown = 5;

call_case shrink(const target &used, call_case failing, std::uint64_t seed, std::string &error) {
    for (bool again = true; again;) {
        again = false;
        const std::vector<call_case> candidates = smaller(failing);
        if (candidates.empty())
            break;
        const std::vector<std::string> errors = check(used, candidates, seed);
        for (std::size_t i = 0; i < candidates.size() && !again; i++)
            if (!errors[i].empty() && errors[i].find("error:") == errors[i].npos) {
                failing = candidates[i];
                error = errors[i];
                again = true;
            }
    }
    return failing;
}

void show(const target &used, const call_case &failing, const std::string &error) {
    std::printf("%s, %s: %s\n%s", std::string(used.name).c_str(), std::string(used.compiler).c_str(), error.c_str(),
                describe(used, failing).c_str());
    std::printf(
        "%s\n",
        to_string(cbframe::abi::layout(*used.convention, *used.model, failing.signature, failing.variadic)).c_str());
}

std::size_t run_batch(const target &used, const std::vector<call_case> &calls, std::uint64_t seed, std::size_t &shown) {
    const std::vector<std::string> errors = check(used, calls, seed);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < calls.size(); i++) {
        if (errors[i].empty())
            continue;
        failed++;
        if (errors[i].find("error:") != errors[i].npos) {
            std::printf("%s\n", errors[i].substr(0, 3000).c_str());
            return calls.size();
        }
        if (shown++ < most_shown) {
            std::string error = errors[i];
            const call_case smallest = shrink(used, calls[i], seed, error);
            show(used, smallest, error);
        }
    }
    return failed;
}

// Every nth of the calls, from the first; of 0 none.
std::vector<call_case> every(std::size_t nth, const std::vector<call_case> &calls) {
    std::vector<call_case> out;
    for (std::size_t i = 0; nth != 0 && i < calls.size(); i += nth)
        out.push_back(calls[i]);
    return out;
}

// How many calls this compiler is no oracle for.
std::size_t count_disputed(const target &used, const std::vector<call_case> &calls) {
    return static_cast<std::size_t>(std::ranges::count_if(calls, [&](const call_case &each) {
        return is_disputed(used, cbframe::abi::layout(*used.convention, *used.model, each.signature, each.variadic));
    }));
}

// The conventions of x86 are of several families, those of other CPUs are of one.
bool runs_here(const target &used) {
    const auto cpu_of = [](cbf_family family) { return std::max(family, CBF_FAMILY_X86); };
    return used.bits == sizeof(void *) * 8 &&
           cpu_of(used.convention->family) == cpu_of(cbf_convention_native()->family);
}

bool is_installed(const target &used) {
    const std::string command(used.command.substr(0, used.command.find(' ')));
    return std::system(("command -v " + command + " > /dev/null 2>&1").c_str()) == 0;
}

} // namespace

int main(int count, char **words) {
    if (count < 3) {
        for (const target &each : targets())
            std::printf("%u %s %s\n", each.bits, std::string(each.name).c_str(), std::string(each.compiler).c_str());
        return 0;
    }
    const target *used = find_target(words[1], words[2]);
    if (used == nullptr || !runs_here(*used)) {
        std::printf("no such target for this program\n");
        return 2;
    }
    if (!is_installed(*used)) {
        std::printf("skipped: %s is not installed\n", std::string(used->command).c_str());
        return 77;
    }
    const std::size_t wanted = count > 3 ? std::strtoul(words[3], nullptr, 10) : 2000;
    const std::uint64_t seed = count > 4 ? std::strtoull(words[4], nullptr, 10) : 1;
    std::size_t done = 0;
    std::size_t failed = 0;
    std::size_t shown = 0;
    std::size_t disputed = 0;
    const std::vector<call_case> traps = every(count > 5 ? std::strtoul(words[5], nullptr, 10) : 1, known_traps(*used));
    for (std::size_t i = 0; i < traps.size(); i += batch_size) {
        const std::vector<call_case> batch(traps.begin() + static_cast<std::ptrdiff_t>(i),
                                           traps.begin() +
                                               static_cast<std::ptrdiff_t>(std::min(i + batch_size, traps.size())));
        failed += run_batch(*used, batch, seed, shown);
        disputed += count_disputed(*used, batch);
    }
    generator source(*used, seed);
    while (done < wanted) {
        std::vector<call_case> batch;
        while (batch.size() < std::min(batch_size, wanted - done))
            batch.push_back(source.next());
        failed += run_batch(*used, batch, seed, shown);
        disputed += count_disputed(*used, batch);
        done += batch.size();
    }
    std::printf("%s, %s, seed %llu: %zu known traps and %zu random calls, %zu failed, %zu left out\n", words[1],
                words[2], static_cast<unsigned long long>(seed), traps.size(), done, failed, disputed);
    return failed == 0 ? 0 : 1;
}
