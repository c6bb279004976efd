// Runs random calls that a compiler made against function pointers made by cbframe, and holds each byte of each
// argument and result against what was passed: ./dev conform --help. Exit status 0: all are right; 1: some are not; 77:
// the compiler or the CPU lacks what the calls need. What is not tested is said in lines that begin with "not tested:".
#include "batch.hpp"
#include "callers.hpp"
#include "host.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <span>
#include <utility>

namespace {

constexpr int skipped = 77;
constexpr std::size_t batch_size = 250;
constexpr std::size_t most_shown = 5;

struct counts {
    std::size_t done = 0;
    std::size_t failed = 0;
};

bool is_compiler_error(const std::string &error) { return error.starts_with("error: "); }
bool is_compiler_crash(const std::string &error) {
    for (const char *const sign : {"internal compiler error", "error in backend", "PLEASE submit a bug report"})
        if (error.find(sign) != error.npos)
            return true;
    return false;
}

// Whether a thread's stack holds all values and the copies of them that both sides make. By default it has 2 MiB on
// Windows.
bool fits_stack(const cbframe::abi::call_layout &where) {
    constexpr std::size_t most = 256 * 1024;
    std::size_t size = where.result.size;
    for (const cbframe::abi::value_layout &each : where.arguments)
        size += each.size;
    return size <= most;
}

// Whether it is or holds a vector that the instruction set decides about.
bool has_wide_vector(const cbframe::type &type) {
    constexpr std::size_t of_sse = 16;
    if (type.kind() == cbframe::type_kind::vector)
        return cbframe::abi::size_of(cbframe::native_data_model(), type) > of_sse;
    if (type.kind() == cbframe::type_kind::array)
        return has_wide_vector(type.element());
    return std::ranges::any_of(type.fields(), [](const cbframe::field &each) { return has_wide_vector(each.type); });
}

bool has_wide_vector(const call_case &call) {
    const auto any = [](const auto &types) {
        return std::ranges::any_of(types, [](const cbframe::type &each) { return has_wide_vector(each); });
    };
    return has_wide_vector(call.signature.result) || any(call.signature.parameters) || any(call.variadic);
}

class conformance {
  public:
    conformance(const host &on, const opponent &against, std::uint64_t seed, bool wide_only)
        : used_(on.used), against_(against), seed_(seed), wide_only_(wide_only) {
        if (against.sizes != nullptr)
            used_.model = against.sizes;
    }

    // Runs those that are to be checked, batch by batch.
    void run(std::span<const call_case> calls) {
        for (std::size_t i = 0; i < calls.size(); i += batch_size)
            run_batch(wanted(calls.subspan(i, std::min(batch_size, calls.size() - i))));
    }

    void run_random(std::size_t count) {
        generator source(used_, seed_, {.parameters = 20, .elements = 300});
        const std::size_t end = total_.done + count;
        while (total_.done < end) {
            std::vector<call_case> calls;
            while (calls.size() < std::min(batch_size, end - total_.done))
                if (call_case next = source.next(); is_wanted(next))
                    calls.push_back(std::move(next));
            run_batch(calls);
            if (total_.done % 10000 < batch_size && count > 10000) {
                std::printf("%zu calls, %zu failed\n", total_.done, total_.failed);
                std::fflush(stdout);
            }
        }
    }

    const counts &total() const { return total_; }

  private:
    bool is_wanted(const call_case &call) const {
        if (!against_.can(used_, call) || (wide_only_ && !has_wide_vector(call)))
            return false;
        const auto where = cbframe::abi::layout(*used_.convention, *used_.model, call.signature, call.variadic);
        return !is_disputed(used_, where) && fits_stack(where);
    }

    std::vector<call_case> wanted(std::span<const call_case> calls) const {
        std::vector<call_case> out;
        std::ranges::copy_if(calls, std::back_inserter(out), [&](const call_case &call) { return is_wanted(call); });
        return out;
    }

    void run_batch(const std::vector<call_case> &calls) {
        const std::vector<std::string> errors = check(calls);
        total_.done += calls.size();
        if (!calls.empty() && is_compiler_error(errors[0])) {
            total_.failed += calls.size();
            std::printf("%s\n", errors[0].substr(0, 4000).c_str());
            return;
        }
        for (std::size_t i = 0; i < calls.size(); i++)
            if (!errors[i].empty()) {
                total_.failed++;
                if (shown_++ < most_shown)
                    show(calls[i], errors[i]);
            }
    }

    // A compiler that crashes on one call is none for it; it is for the others of the batch.
    std::vector<std::string> check(const std::vector<call_case> &calls) const {
        std::vector<std::string> errors = against_.run({&used_, calls, seed_});
        if (calls.empty() || !is_compiler_error(errors[0]) || !is_compiler_crash(errors[0]))
            return errors;
        if (calls.size() == 1)
            return {""};
        const auto middle = calls.begin() + static_cast<std::ptrdiff_t>(calls.size() / 2);
        errors = check({calls.begin(), middle});
        std::ranges::copy(check({middle, calls.end()}), std::back_inserter(errors));
        return errors;
    }

    void show(call_case failing, std::string error) const {
        while (!is_compiler_error(error) && shrink(failing, error)) {
        }
        std::printf("%s, %s, %s: %s\n", std::string(against_.name).c_str(), std::string(used_.name).c_str(),
                    std::string(used_.compiler).c_str(), error.substr(0, 8000).c_str());
        std::printf(
            "%s%s\n", describe(used_, failing).c_str(),
            to_string(cbframe::abi::layout(*used_.convention, *used_.model, failing.signature, failing.variadic))
                .c_str());
        std::fflush(stdout);
    }

    // Whether a smaller call fails, too: then it takes the place of the failing one.
    bool shrink(call_case &failing, std::string &error) const {
        const std::vector<call_case> candidates = wanted(smaller(failing));
        if (candidates.empty())
            return false;
        const std::vector<std::string> errors = check(candidates);
        for (std::size_t i = 0; i < candidates.size(); i++)
            if (!errors[i].empty() && !is_compiler_error(errors[i])) {
                failing = candidates[i];
                error = errors[i];
                return true;
            }
        return false;
    }

    target used_;
    const opponent &against_;
    std::uint64_t seed_;
    bool wide_only_;
    counts total_;
    std::size_t shown_ = 0;
};

bool is_installed(const target &used) {
    const std::string command(used.command.substr(0, used.command.find(' ')));
    return run_command("command -v " + command).empty();
}

struct choice {
    std::string convention{hosts().front().convention};
    std::string compiler{hosts().front().compiler};
    std::string against = "closure";
    std::size_t count = 2000;
    std::uint64_t seed = 1;
    bool no_traps = false;
    std::pair<std::size_t, std::size_t> part{1, 1};
    bool wide_only = false;
    std::string best{instruction_sets[std::size(instruction_sets) - 1]};
};

// Every of.second-th call, from the of.first-th.
std::vector<call_case> part_of(const std::vector<call_case> &calls, std::pair<std::size_t, std::size_t> of) {
    std::vector<call_case> part;
    for (std::size_t i = of.first - 1; i < calls.size(); i += of.second)
        part.push_back(calls[i]);
    return part;
}

std::string listing() {
    std::string text = "Conventions and compilers:\n";
    for (const host &each : hosts())
        if (each.leaves.empty())
            text += "  " + std::string(each.convention) + ' ' + std::string(each.compiler) + '\n';
    return text;
}

int run(const choice &chosen) {
    const host *on = find_host(chosen.convention, chosen.compiler, chosen.best);
    if (on == nullptr) {
        std::fprintf(stderr, "conform: no such convention and compiler. %s", listing().c_str());
        return 2;
    }
    const auto against = std::ranges::find(opponents(), chosen.against, [](const opponent *o) { return o->name; });
    if ((*against)->sizes != nullptr && !on->is_native) {
        std::fprintf(stderr, "conform: %s makes calls of another system\n", chosen.compiler.c_str());
        return 2;
    }
    const std::string whole = chosen.convention + " by " + chosen.compiler;
    if (!is_installed(on->used)) {
        std::printf("not tested: %s, which is not installed\n", whole.c_str());
        return skipped;
    }
    if (!can_run(*on, chosen.best)) {
        std::printf("not tested: %s: this CPU has no %s\n", whole.c_str(), std::string(on->needs).c_str());
        return skipped;
    }
    if (!on->leaves.empty())
        std::printf("not tested: %s, %s: this CPU has no %s\n", whole.c_str(), std::string(on->leaves).c_str(),
                    std::string(std::prev(on)->needs).c_str());
    conformance work(*on, **against, chosen.seed, chosen.wide_only);
    if (!chosen.no_traps)
        work.run(part_of(known_traps(on->used), chosen.part));
    const std::size_t traps = work.total().done;
    if (!chosen.no_traps && traps == 0) {
        std::fprintf(stderr, "conform: no known trap can be tried\n");
        return 1;
    }
    work.run_random(chosen.count);
    std::printf("%s, %s, %s, seed %llu: %zu known traps and %zu random calls, %zu failed\n", chosen.against.c_str(),
                chosen.convention.c_str(), chosen.compiler.c_str(), static_cast<unsigned long long>(chosen.seed), traps,
                work.total().done - traps, work.total().failed);
    return work.total().failed == 0 ? 0 : 1;
}

} // namespace

int main(int count, char **words) {
    choice chosen;
    std::vector<std::string> names;
    std::ranges::transform(opponents(), std::back_inserter(names),
                           [](const opponent *o) { return std::string(o->name); });
    CLI::App app("Calls function pointers that cbframe made from code that compilers made, and compares every byte.",
                 "conform");
    app.add_option("--convention", chosen.convention, "which convention")->capture_default_str();
    app.add_option("--compiler", chosen.compiler, "who makes the calls")->capture_default_str();
    app.add_option("--against", chosen.against, "what makes the function pointers")
        ->capture_default_str()
        ->check(CLI::IsMember(names));
    app.add_option("--count", chosen.count, "how many random calls")->capture_default_str();
    app.add_option("--seed", chosen.seed, "which random calls")->capture_default_str();
    app.add_flag("--no-traps", chosen.no_traps, "without the calls that libraries are known to get wrong");
    app.add_option("--part", chosen.part, "of these calls only every second, from the first: 1 2, and so on")
        ->check(CLI::PositiveNumber);
    app.add_flag("--wide", chosen.wide_only, "only calls with vectors of more than 16 bytes");
    app.add_option("--cpu", chosen.best, "take the CPU for one that has no more than this: sse, avx2, avx512f")
        ->envname("CBFRAME_CONFORMANCE_CPU")
        ->transform(CLI::Transformer({{"sse", ""}}))
        ->check(CLI::IsMember({"", "avx2", "avx512f"}));
    app.footer(listing());
    CLI11_PARSE(app, count, words);
    return run(chosen);
}
