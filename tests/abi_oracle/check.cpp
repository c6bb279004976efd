#include "check.hpp"

#include "machine.h"
#include "sample.hpp"
#include "source.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cbframe;

namespace {

using random_bytes = std::mt19937_64;

unsigned char random_byte(random_bytes &random) { return static_cast<unsigned char>(random()); }

// ---------------------------------------------------------------- the machine

unsigned char *bytes_of(machine &state, const abi::machine_register &in) {
    if (in.bank == &abi::x86::general32 || in.bank == &abi::x86::general64 || in.bank == &abi::aarch64::general ||
        in.bank == &abi::riscv::general)
        return reinterpret_cast<unsigned char *>(&state.general[in.number]);
    if (in.bank == &abi::x86::x87)
        return state.x87[in.number];
    if (in.bank == &abi::x86::mmx)
        return state.mmx[in.number];
    if (in.bank == &abi::riscv::floating)
        return state.vector[in.number - 10]; // FA0 … FA7
    return state.vector[in.number];
}

unsigned char *bytes_of(machine &state, unsigned char *stack, const abi::piece &where) {
    return where.in ? bytes_of(state, *where.in) : stack + where.stack;
}

void *pointer_in(machine &state, unsigned char *stack, const abi::piece &where) {
    std::uintptr_t address = 0;
    std::memcpy(&address, bytes_of(state, stack, where), sizeof address);
    return reinterpret_cast<void *>(address); // NOLINT
}

// A float or double in an x87 register has 80 bits there.
template <class Number>
void from_x87(unsigned char *to, const unsigned char *from) {
    long double wide = 0;
    std::memcpy(&wide, from, 10);
    const auto number = static_cast<Number>(wide);
    std::memcpy(to, &number, sizeof number);
}

template <class Number>
void to_x87(unsigned char *to, const unsigned char *from) {
    Number number = 0;
    std::memcpy(&number, from, sizeof number);
    const long double wide = number;
    std::memcpy(to, &wide, 10);
}

bool is_x87(const abi::piece &each) { return each.in && each.in->bank == &abi::x86::x87; }

void load_piece(unsigned char *to, const unsigned char *from, const abi::piece &each) {
    if (is_x87(each) && each.size == 4)
        from_x87<float>(to, from);
    else if (is_x87(each) && each.size == 8)
        from_x87<double>(to, from);
    else
        std::memcpy(to, from, each.size);
}

void store_piece(unsigned char *to, const unsigned char *from, const abi::piece &each) {
    if (is_x87(each) && each.size == 4)
        to_x87<float>(to, from);
    else if (is_x87(each) && each.size == 8)
        to_x87<double>(to, from);
    else
        std::memcpy(to, from, each.size);
}

bytes load(machine &state, unsigned char *stack, const abi::value_layout &value) {
    bytes out(value.size, 0xee);
    if (value.by_pointer) {
        std::memcpy(out.data(), pointer_in(state, stack, value.pieces.front()), value.size);
        return out;
    }
    for (const abi::piece &each : value.pieces)
        load_piece(&out[each.offset], bytes_of(state, stack, each), each);
    return out;
}

bool has_ones_above(const abi::piece &each, const unsigned char *at) {
    const bool is_negative = (at[each.size - 1] & 0x80) != 0;
    return each.extends == abi::extension::ones || (each.extends == abi::extension::sign && is_negative);
}

void store(machine &state, unsigned char *stack, const abi::value_layout &value, bytes &from, random_bytes &random) {
    for (const abi::piece &each : value.pieces) {
        unsigned char *to = bytes_of(state, stack, each);
        if (value.by_pointer) {
            const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(from.data());
            std::memcpy(to, &address, sizeof address);
            continue;
        }
        store_piece(to, &from[each.offset], each);
        for (std::size_t i = each.size; i < each.extended; i++)
            to[i] = has_ones_above(each, &from[each.offset]) ? 0xff : 0;
        if (each.in && (each.in->bank->size == 8 || each.in->bank->size == 4) && each.in->bank != &abi::x86::mmx)
            for (std::size_t i = std::max(each.size, each.extended); i < each.in->bank->size; i++)
                to[i] = random_byte(random);
    }
}

// Whether the pieces carry every bit of the value.
std::string uncovered(const abi::value_layout &value, const sample &of) {
    bytes covered(value.size, 0);
    for (const abi::piece &each : value.pieces)
        std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(each.offset), value.by_pointer ? 0 : each.size, 1);
    for (std::size_t i = 0; i < value.size; i++)
        if (of.mask[i] != 0 && covered[i] == 0 && !value.by_pointer)
            return "byte " + std::to_string(i) + " is in no piece; ";
    return "";
}

std::string wrong_extension(const target &used, machine &state, unsigned char *stack, const abi::value_layout &value) {
    for (const abi::piece &each : value.pieces) {
        if (!extends(used, each))
            continue;
        const unsigned char *at = bytes_of(state, stack, each);
        for (std::size_t i = each.size; i < each.extended; i++)
            if (at[i] != (has_ones_above(each, at) ? 0xff : 0))
                return "not extended; ";
    }
    return "";
}

// ---------------------------------------------------------------- one call

// What a child process tells its parent, for it may crash.
struct report {
    unsigned at;
    bool is_done;
    char error[4000];
};

report *shared_report = nullptr;

struct running_call {
    const target *used;
    abi::call_layout where;
    std::vector<sample> arguments;
    sample result;
    std::string error;
    bytes result_memory; // where the called function is asked to put its result
};

running_call *running = nullptr;
random_bytes *running_random = nullptr;

unsigned x87_results(const abi::call_layout &where) {
    unsigned count = 0;
    for (const abi::piece &each : where.result.pieces)
        count += each.in && each.in->bank == &abi::x86::x87;
    return count;
}

bool in_mmx(const abi::value_layout &value) {
    return std::ranges::any_of(value.pieces, [](const abi::piece &p) { return p.in && p.in->bank == &abi::x86::mmx; });
}

unsigned mmx_use(const abi::call_layout &where) {
    const bool of_arguments = std::ranges::any_of(where.arguments, in_mmx);
    return (of_arguments ? MACHINE_MMX_ARGUMENTS : 0U) | (in_mmx(where.result) ? MACHINE_MMX_RESULT : 0U);
}

void inspect_arguments(machine &state, unsigned char *stack) {
    running_call &call = *running;
    for (std::size_t i = 0; i < call.arguments.size(); i++) {
        const abi::value_layout &value = call.where.arguments[i];
        const std::string name = "argument " + std::to_string(i + 1) + ": ";
        call.error += uncovered(value, call.arguments[i]);
        const bytes found = load(state, stack, value);
        if (differ(call.arguments[i], found.data()))
            call.error += difference(name, call.arguments[i], found.data()) + "; ";
        else if (const std::string wrong = wrong_extension(*call.used, state, stack, value); !wrong.empty())
            call.error += name + wrong;
        for (const abi::piece &each : value.pieces)
            if (each.duplicate &&
                std::memcmp(bytes_of(state, stack, each), bytes_of(state, stack, value.pieces[0]), each.size) != 0)
                call.error += name + "no second home; ";
    }
    if (call.where.vector_registers && (state.general[0] & 0xff) < *call.where.vector_registers)
        call.error += "AL is " + std::to_string(state.general[0] & 0xff) + "; ";
    if ((reinterpret_cast<std::uintptr_t>(stack) + return_address_size) % call.where.stack_alignment != 0)
        call.error += "the stack is not aligned to " + std::to_string(call.where.stack_alignment) + "; ";
}

void place_result(machine &state, unsigned char *stack) {
    running_call &call = *running;
    abi::value_layout &result = call.where.result;
    if (!result.by_pointer)
        return store(state, stack, result, call.result.value, *running_random);
    void *to = pointer_in(state, stack, *call.where.result_pointer);
    std::memcpy(to, call.result.value.data(), result.size);
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(to);
    for (const abi::piece &each : result.pieces)
        std::memcpy(bytes_of(state, stack, each), &address, sizeof address);
}

} // namespace

extern "C" void probe_inspect() {
    machine &state = probe_state;
    std::uintptr_t address = 0;
    std::memcpy(&address, &state.general[machine_stack_pointer], sizeof address);
    auto *stack = reinterpret_cast<unsigned char *>(address); // NOLINT
    state.popped = running->where.popped;
    state.x87_count = x87_results(running->where);
    state.mmx_use = mmx_use(running->where);
    inspect_arguments(state, stack);
    if (!running->error.empty()) { // the address of the result may be wrong too: there is no way back
        std::snprintf(shared_report->error, sizeof shared_report->error, "%s", running->error.c_str());
        _exit(1);
    }
    place_result(state, stack);
}

namespace {

struct compiled {
    const void *(*lookup)(unsigned);
    unsigned calls;

    template <class T>
    T at(unsigned index) const {
        const void *found = lookup(index);
        T out;
        std::memcpy(&out, &found, sizeof out);
        return out;
    }
};

void check_sizes(const compiled &code, unsigned index, const target &used, const call_case &checked,
                 std::string &error) {
    const unsigned *table = code.at<const unsigned *>(4 * index + 2);
    std::vector<unsigned char> bits(65536 * 4);
    code.at<void (*)(unsigned char *)>(4 * index + 3)(bits.data());
    const unsigned char *at = bits.data();
    const auto expect = [&](std::size_t expected, const std::string &what) {
        if (*table != expected)
            error += what + " is " + std::to_string(*table) + ", not " + std::to_string(expected) + "; ";
        table++;
    };
    for (const type &record : records_of(used, checked)) {
        const abi::record_layout layout = abi::layout_of(*used.model, record);
        expect(layout.size, "size of " + to_string(record));
        expect(layout.alignment, "alignment of " + to_string(record));
        if (!error.empty())
            return;
        for (std::size_t i = 0; i < record.fields().size(); i++) {
            const field member = record.fields()[i];
            if (!member.bits)
                expect(layout.fields[i].offset, "offset of " + std::string(member.name));
            if (!member.bits || member.name.empty())
                continue;
            bytes ones(layout.size);
            for (unsigned bit = 0; bit < layout.fields[i].bits; bit++) {
                const std::size_t where = layout.fields[i].offset * 8 + layout.fields[i].bit + bit;
                ones[where / 8] |= static_cast<unsigned char>(1U << where % 8);
            }
            if (!std::equal(ones.begin(), ones.end(), at))
                error += "bits of " + std::string(member.name) + " are not " + hex(ones) + " but " +
                         hex(bytes(at, at + layout.size)) + "; ";
            at += layout.size;
        }
    }
}

void check_caller(const compiled &code, unsigned index, running_call &call) {
    std::vector<unsigned char *> in;
    for (sample &each : call.arguments)
        in.push_back(each.value.data());
    bytes out(std::max<std::size_t>(call.result.value.size(), 1));
    probe_state.mmx_use = mmx_use(call.where);
    code.at<void (*)(unsigned char **, unsigned char *, void (*)())>(4 * index)(in.data(), out.data(), probe);
    if (mmx_use(call.where) != 0)
        invoke_emms();
    if (call.error.empty() && differ(call.result, out.data()))
        call.error += difference("result at the caller:", call.result, out.data());
}

void check_called(const compiled &code, unsigned index, running_call &call, random_bytes &random) {
    const abi::call_layout &where = call.where;
    std::vector<bytes> got(call.arguments.size());
    auto *slots = code.at<unsigned char **>(4 * code.calls);
    for (std::size_t i = 0; i < got.size(); i++) {
        got[i].assign(call.arguments[i].value.size() + 1, 0);
        slots[i] = got[i].data();
    }
    *code.at<const unsigned char **>(4 * code.calls + 1) = call.result.value.data();
    machine state{};
    for (std::uint64_t &each : state.general)
        each = random();
    bytes stack(return_address_size + where.stack_size + 256);
    std::ranges::generate(stack, [&] { return random_byte(random); });
    // Copies that are passed by pointer must be aligned.
    std::vector<bytes> aligned;
    for (std::size_t i = 0; i < call.arguments.size(); i++) {
        const abi::value_layout &value = where.arguments[i];
        if (!value.by_pointer) {
            store(state, stack.data(), value, call.arguments[i].value, random);
            continue;
        }
        const std::size_t alignment = std::max<std::size_t>(value.alignment, 16);
        aligned.emplace_back(value.size + alignment);
        auto begin = reinterpret_cast<std::uintptr_t>(aligned.back().data());
        begin = (begin + alignment - 1) / alignment * alignment;
        std::memcpy(reinterpret_cast<void *>(begin), call.arguments[i].value.data(), value.size); // NOLINT
        for (const abi::piece &each : value.pieces)
            std::memcpy(bytes_of(state, stack.data(), each), &begin, sizeof begin);
    }
    bytes memory(call.result.value.size() + 256);
    auto result_at = reinterpret_cast<std::uintptr_t>(memory.data());
    result_at = (result_at + 127) / 128 * 128;
    if (where.result_pointer)
        std::memcpy(bytes_of(state, stack.data(), *where.result_pointer), &result_at, sizeof result_at);
    if (where.vector_registers)
        state.general[0] = *where.vector_registers;
    state.x87_count = x87_results(where);
    state.mmx_use = mmx_use(where);
    invoke(&state, code.at<void *>(4 * index + 1), stack.data() + return_address_size, where.stack_size,
           std::max<std::size_t>(where.stack_alignment, 64));
    for (std::size_t i = 0; i < got.size(); i++)
        if (differ(call.arguments[i], got[i].data()))
            call.error += difference("argument " + std::to_string(i + 1) + " in the function:", call.arguments[i],
                                     got[i].data()) +
                          "; ";
    if (state.popped != where.popped)
        call.error += "the function popped " + std::to_string(static_cast<std::int64_t>(state.popped)) + ", not " +
                      std::to_string(where.popped) + "; ";
    if (where.result.by_pointer && !where.result.pieces.empty() &&
        pointer_in(state, stack.data(), where.result.pieces[0]) != reinterpret_cast<void *>(result_at)) // NOLINT
        call.error += "the address of the result was not returned; ";
    if (!call.error.empty())
        return;
    call.error += uncovered(where.result, call.result);
    bytes returned(where.result.size);
    if (where.result.by_pointer)
        std::memcpy(returned.data(), reinterpret_cast<const void *>(result_at), returned.size()); // NOLINT
    else
        returned = load(state, stack.data(), where.result);
    if (differ(call.result, returned.data()))
        call.error += difference("result of the function:", call.result, returned.data());
}

void check_one(const compiled &code, unsigned index, const target &used, const call_case &checked, random_bytes &random,
               std::string &error) {
    check_sizes(code, index, used, checked, error);
    if (!error.empty())
        return;
    for (int round = 0; round < 2 && error.empty(); round++) {
        running_call call{.used = &used,
                          .where = abi::layout(*used.convention, *used.model, checked.signature, checked.variadic),
                          .arguments = {},
                          .result = make_sample(*used.model, checked.signature.result, random),
                          .error = {},
                          .result_memory = {}};
        for (const type &parameter : checked.signature.parameters)
            call.arguments.push_back(make_sample(*used.model, parameter, random));
        for (const type &argument : checked.variadic)
            call.arguments.push_back(make_sample(*used.model, argument, random));
        if (is_disputed(used, call.where))
            return;
        running = &call;
        running_random = &random;
        try {
            check_caller(code, index, call);
            if (call.error.empty())
                check_called(code, index, call, random);
        } catch (const std::exception &thrown) {
            call.error += thrown.what();
        }
        error += call.error;
    }
}

void run_child(const target &used, const std::vector<call_case> &calls, const std::string &object, std::uint64_t seed,
               unsigned first, report &told) {
    void *library = dlopen(object.c_str(), RTLD_NOW);
    if (library == nullptr) {
        std::snprintf(told.error, sizeof told.error, "%s", dlerror());
        _exit(2);
    }
    const std::string name = std::string(used.prefix) + "lookup";
    compiled code{nullptr, static_cast<unsigned>(calls.size())};
    void *lookup = dlsym(library, name.c_str());
    std::memcpy(&code.lookup, &lookup, sizeof lookup);
    random_bytes random(seed + first);
    for (unsigned i = first; i < calls.size(); i++) {
        told.at = i;
        std::string error;
        check_one(code, i, used, calls[i], random, error);
        if (!error.empty()) {
            std::snprintf(told.error, sizeof told.error, "%s", error.c_str());
            _exit(1);
        }
    }
    told.is_done = true;
    _exit(0);
}

} // namespace

namespace {

bool is_compiler_crash(const std::string &error) {
    constexpr std::string_view crashes[] = {"internal compiler error",                  // gcc
                                            "PLEASE submit a bug report",               // clang, however it ends
                                            "non-trivial scalar-to-vector conversion"}; // its vectorcall on 32-bit x86
    return std::ranges::any_of(crashes, [&](std::string_view told) { return error.find(told) != error.npos; });
}

// A compiler that crashes on one call is no oracle for it; it is for the others of the batch.
std::vector<std::string> check_halves(const target &used, const std::vector<call_case> &calls, std::uint64_t seed) {
    const auto middle = calls.begin() + static_cast<std::ptrdiff_t>(calls.size() / 2);
    std::vector<std::string> errors = check(used, {calls.begin(), middle}, seed);
    const std::vector<std::string> others = check(used, {middle, calls.end()}, seed);
    errors.insert(errors.end(), others.begin(), others.end());
    return errors;
}

// Runs the calls in child processes, a new one after each failure.
void run_all(const target &used, const std::vector<call_case> &calls, const std::string &object, std::uint64_t seed,
             std::vector<std::string> &errors) {
    for (unsigned first = 0; first < calls.size();) {
        *shared_report = {};
        std::fflush(nullptr);
        const pid_t child = fork();
        if (child == 0)
            run_child(used, calls, object, seed, first, *shared_report);
        int status = 0;
        waitpid(child, &status, 0);
        if (shared_report->is_done)
            return;
        std::string &told = errors[shared_report->at];
        told = shared_report->error;
        if (WIFSIGNALED(status))
            told += " killed by signal " + std::to_string(WTERMSIG(status));
        if (told.empty())
            told = "failed";
        first = shared_report->at + 1;
    }
}

} // namespace

std::vector<std::string> check(const target &used, const std::vector<call_case> &calls, std::uint64_t seed) {
    if (shared_report == nullptr)
        shared_report = static_cast<report *>(
            mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    std::vector<std::string> errors(calls.size());
    const std::string folder = std::filesystem::temp_directory_path() / ("abi_oracle." + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const std::string object = folder + "/calls.so";
    const std::string error = compile(used, source_of(used, calls), object);
    if (error.empty())
        run_all(used, calls, object, seed, errors);
    else if (!is_compiler_crash(error))
        std::ranges::fill(errors, error);
    std::filesystem::remove_all(folder);
    return is_compiler_crash(error) && calls.size() > 1 ? check_halves(used, calls, seed) : errors;
}
