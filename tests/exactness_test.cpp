// A frame is lossless both ways: its handler sees every register as the caller left it, and what the
// handler leaves in cpu is what the caller finds. The caller is exactness_call, in assembly.
//
// What is promised of the x87: control, status and tag word, and the registers that the tag word calls
// non-empty. Not FOP, FIP and FDP, nor what is in empty registers.
#if defined(__x86_64__)
#include "exactness_x86_64.S"
#else
#include "exactness_i386.S"
#endif
#include "other_cpu.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using cbframe::cpu;
using cbframe::level;
using exactness::fxsave_image;
using exactness::state;
using exactness::vectors;
using exactness::word;
using bits = std::mt19937_64;

constexpr int rounds = 2000;

// ---- The seed -------------------------------------------------------------------------------------

std::uint64_t seed() {
    const char *const given = std::getenv("CBFRAME_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 0) : 20240229;
}

class seed_printer : public testing::Environment {
    void SetUp() override { std::cout << "CBFRAME_SEED=" << seed() << '\n'; }
};

[[maybe_unused]] const testing::Environment *const printer = testing::AddGlobalTestEnvironment(new seed_printer);

// ---- This CPU -------------------------------------------------------------------------------------

constexpr word CF = 1 << 0, PF = 1 << 2, AF = 1 << 4, ZF = 1 << 6, SF = 1 << 7, DF = 1 << 10, OF = 1 << 11,
               NT = 1 << 14, AC = 1 << 18, ID = 1 << 21;
constexpr word usual_flags = CF | PF | AF | ZF | SF | DF | OF;
constexpr word rare_flags = AC | ID | NT;
constexpr word set_flags = 0x202; // bit 1 and IF: set in every program

constexpr std::uint16_t x87_exceptions = 0x3f, x87_error_summary = 0x80, x87_busy = 0x8000, x87_top = 0x3800;
constexpr std::uint32_t sse_exceptions = 0x3f, sse_masks = 0x1f80;

bool find_xsave() {
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & 1u << 27) != 0;
}

// CPUID is slow on virtual machines: it is asked once.
bool cpu_has_xsave() {
    static const bool has_it = find_xsave();
    return has_it;
}

bool find_xgetbv1() {
    unsigned eax, ebx, ecx, edx;
    return cpu_has_xsave() && __get_cpuid_count(13, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1u << 2) != 0;
}

/// Whether XGETBV with ECX=1 says which components are in use.
bool cpu_tells_xinuse() {
    static const bool tells = find_xgetbv1();
    return tells;
}

/// Whether XGETBV ever says that the x87 is in its initial configuration.
bool cpu_tells_initial_x87() {
    if (!cpu_tells_xinuse())
        return false;
    alignas(64) const std::uint8_t initial[576] = {};
    std::uint32_t xinuse, high;
    asm volatile(XRSTOR " %2\n xgetbv" : "=a"(xinuse), "=d"(high) : "m"(initial), "a"(1), "d"(0), "c"(1));
    return (xinuse & 1) == 0;
}

word find_components() {
    if (!cpu_has_xsave())
        return 0;
    std::uint32_t xcr0, high;
    asm volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
    unsigned eax, ebx = 0, ecx, edx;
    const bool has_leaf_7 = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0;
    const bool has_avx512f = has_leaf_7 && (ebx & 1u << 16) != 0, has_avx512bw = has_leaf_7 && (ebx & 1u << 30) != 0;
    const bool has_zmm = (xcr0 & COMPONENTS_ZMM) == COMPONENTS_ZMM && has_avx512f && has_avx512bw;
    return (xcr0 & COMPONENT_YMM) | (has_zmm ? COMPONENTS_ZMM : 0);
}

/// The parts of cbf_wide that this CPU has.
word cpu_components() {
    static const word components = find_components();
    return components;
}

/// The bits of the x87 control word that this CPU stores.
std::uint16_t find_writable_fcw() {
    const std::uint16_t all = 0xffff;
    std::uint16_t stored;
    asm volatile("fldcw %1\n fnstcw %0\n fninit" : "=m"(stored) : "m"(all));
    return stored;
}

std::uint16_t writable_fcw() {
    static const std::uint16_t mask = find_writable_fcw();
    return mask;
}

fxsave_image fxsave() {
    fxsave_image image;
    asm volatile(FXSAVE " %0" : "=m"(image));
    return image;
}

/// The bits of MXCSR that this CPU stores.
std::uint32_t writable_mxcsr() {
    static const std::uint32_t mask = fxsave().mxcsr_mask;
    return mask != 0 ? mask : 0xffbf; // Intel SDM vol. 1, 11.6.6
}

// ---- Making states --------------------------------------------------------------------------------

void fill(bits &random, void *at, std::size_t size) {
    auto *const bytes = static_cast<unsigned char *>(at);
    for (std::size_t done = 0; done < size; done += sizeof(std::uint64_t)) {
        const std::uint64_t eight = random();
        std::memcpy(bytes + done, &eight, std::min(sizeof(eight), size - done));
    }
}

void set_fsw(state &of, std::uint64_t value) {
    auto fsw = static_cast<std::uint16_t>(value & ~std::uint64_t{x87_error_summary | x87_busy});
    if ((fsw & ~of.fx.fcw & x87_exceptions) != 0)
        fsw |= x87_error_summary | x87_busy;
    of.fx.fsw = fsw;
}

void set_top(state &of, unsigned top) {
    of.fx.fsw = static_cast<std::uint16_t>((of.fx.fsw & ~x87_top) | (top & 7) << 11);
}

/// Any 80 bits, often of those that a load and a store as a number would change.
void fill_x87_register(bits &random, std::uint8_t (&of)[16]) {
    std::memset(of, 0, sizeof(of));
    fill(random, of, 10);
    switch (random() % 8) {
    case 0: // infinity, quiet or signaling NaN
        of[8] = 0xff;
        of[9] |= 0x7f;
        break;
    case 1: // the same with an integer bit of 0: no number at all
        of[8] = 0xff;
        of[9] |= 0x7f;
        of[7] &= 0x7f;
        break;
    case 2: // denormal or pseudo-denormal
        of[8] = 0;
        of[9] &= 0x80;
        break;
    case 3: // as an MMX instruction leaves it
        of[8] = of[9] = 0xff;
        break;
    case 4:
        std::memset(of, 0, sizeof(of));
        break;
    default:
        break;
    }
}

/// A state of random bits in which no instruction traps: all exceptions are masked.
state random_state(bits &random) {
    state made{};
    fill(random, made.gpr, sizeof(made.gpr));
    made.rflags = static_cast<word>(random() & usual_flags) | set_flags;
    made.components = cpu_components();
    made.ask_xinuse = cpu_tells_xinuse();
    made.alignment = static_cast<word>(random() % 16);
    made.fx.mxcsr = static_cast<std::uint32_t>(random() & writable_mxcsr()) | sse_masks;
    made.fx.fcw = static_cast<std::uint16_t>(random() & writable_fcw()) | 0x40 | x87_exceptions;
    set_fsw(made, random());
    switch (random() % 4) {
    case 0:
        break;
    case 1:
        made.fx.ftw = 0xff;
        break;
    default:
        made.fx.ftw = static_cast<std::uint8_t>(random());
        break;
    }
    for (auto &value : made.fx.st)
        fill_x87_register(random, value);
    const bool has_zmm = (made.components & COMPONENTS_ZMM) != 0;
    fill(random, made.zmm, has_zmm ? sizeof(made.zmm) : vectors * sizeof(made.zmm[0]));
    fill(random, made.k, has_zmm ? sizeof(made.k) : 0);
    return made;
}

/// The x87 in its initial configuration: as every C function leaves it, unless something has used it.
void set_initial_x87(state &of) {
    of.fx.fcw = 0x37f;
    of.fx.fsw = 0;
    of.fx.ftw = 0;
    of.x87_by = cpu_has_xsave() ? X87_BY_XRSTOR : X87_BY_FNINIT;
}

/// A random state, often with an x87 as C functions leave it: never used, or used and empty again.
state random_caller(bits &random) {
    state made = random_state(random);
    if (random() % 2 == 0) {
        set_initial_x87(made);
        if (random() % 2 == 0)
            made.x87_by = X87_BY_FLD_FSTP;
    }
    return made;
}

/// Takes on AC, ID and NT as well; AC only with an aligned stack, or the caller's own call would trap.
void add_rare_flags(bits &random, state &to) {
    to.rflags |= static_cast<word>(random() & rare_flags);
    to.alignment = static_cast<word>(random() % 2 * 8);
}

void unmask_sse_exceptions(bits &random, state &of) {
    of.fx.mxcsr &= ~static_cast<std::uint32_t>(random() & sse_masks);
    of.fx.mxcsr &= ~(~of.fx.mxcsr >> 7 & sse_exceptions); // none pending
}

void unmask_x87_exceptions(bits &random, state &of) {
    of.fx.fcw &= static_cast<std::uint16_t>(~(random() & x87_exceptions));
    set_fsw(of, of.fx.fsw & ~(~of.fx.fcw & x87_exceptions)); // none pending
}

void make_x87_exception_pending(bits &random, state &of) {
    const unsigned which = 1u << random() % 6;
    of.fx.fcw &= static_cast<std::uint16_t>(~which);
    set_fsw(of, of.fx.fsw | which);
}

// ---- Comparing states -----------------------------------------------------------------------------

std::string in_hex(const void *at, std::size_t size) {
    const auto *const bytes = static_cast<const unsigned char *>(at);
    std::string text = "0x";
    for (std::size_t i = size; i-- > 0;) {
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 15];
    }
    return text;
}

/// Collects the registers in which two states differ.
class differences {
  public:
    void compare(const char *name, const void *expected, const void *actual, std::size_t size) {
        if (std::memcmp(expected, actual, size) != 0)
            add(name, expected, actual, size);
    }
    void compare(const char *group, std::size_t number, const void *expected, const void *actual, std::size_t size) {
        if (std::memcmp(expected, actual, size) != 0)
            add(std::string(group).append(std::to_string(number)), expected, actual, size);
    }
    template <class Number>
    void compare(const char *name, Number expected, Number actual) {
        compare(name, &expected, &actual, sizeof(expected));
    }
    testing::AssertionResult result() const {
        return text_.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << text_;
    }

  private:
    void add(const std::string &name, const void *expected, const void *actual, std::size_t size) {
        text_.append("\n  ").append(name).append(": expected ").append(in_hex(expected, size));
        text_.append(", got ").append(in_hex(actual, size));
    }

    std::string text_;
};

void compare_x87(const fxsave_image &expected, const fxsave_image &actual, differences &found) {
    found.compare("FCW", expected.fcw, actual.fcw);
    found.compare("FSW", expected.fsw, actual.fsw);
    found.compare("FTWX", expected.ftw, actual.ftw);
    const unsigned top = expected.fsw >> 11 & 7;
    for (unsigned n = 0; n < 8; ++n)
        if ((expected.ftw >> ((top + n) & 7) & 1) != 0)
            found.compare("ST", n, expected.st[n], actual.st[n], 10);
}

void compare_vectors(const state &expected, const state &actual, std::uint64_t components, differences &found) {
    const bool zmm = (components & COMPONENTS_ZMM) != 0, ymm = (components & COMPONENT_YMM) != 0;
    for (unsigned n = 0; n < (zmm ? std::size(expected.zmm) : vectors); ++n)
        if (zmm)
            found.compare("ZMM", n, expected.zmm[n], actual.zmm[n], 64);
        else if (ymm)
            found.compare("YMM", n, expected.zmm[n], actual.zmm[n], 32);
        else
            found.compare("XMM", n, expected.zmm[n], actual.zmm[n], 16);
    for (unsigned n = 0; zmm && n < 8; ++n)
        found.compare("k", n, &expected.k[n], &actual.k[n], sizeof(expected.k[n]));
}

/// Whether all registers are the same bit for bit, those of components included.
testing::AssertionResult same(const state &expected, const state &actual, std::uint64_t components) {
    differences found;
    for (unsigned n = 0; n < exactness::GPRS; ++n)
        found.compare(exactness::gpr_names[n], expected.gpr[n], actual.gpr[n]);
    found.compare("EFLAGS", expected.rflags, actual.rflags);
    found.compare("MXCSR", expected.fx.mxcsr, actual.fx.mxcsr);
    compare_x87(expected.fx, actual.fx, found);
    compare_vectors(expected, actual, components, found);
    return found.result();
}

state with_rsp(state of, word rsp) {
    of.gpr[exactness::SP] = rsp;
    return of;
}

// ---- The handler's side ---------------------------------------------------------------------------

constexpr std::size_t fxsave_offset = offsetof(cbf_cpu, FCW);

/// What the handler sees.
void read(const cbf_cpu &from, state &into) {
    std::memcpy(into.gpr, from.GPR, sizeof(into.gpr));
    into.rflags = from.EFLAGS.val;
    std::memcpy(&into.fx, reinterpret_cast<const char *>(&from) + fxsave_offset, sizeof(into.fx));
    for (unsigned n = 0; n < vectors; ++n)
        std::memcpy(into.zmm[n], &from.XMM[n], 16);
    into.components = from.wide != nullptr ? static_cast<word>(from.wide->components) : 0;
    if ((into.components & COMPONENT_YMM) != 0)
        for (unsigned n = 0; n < vectors; ++n)
            std::memcpy(into.zmm[n] + 16, &from.wide->YMM_Hi128[n], 16);
    if ((into.components & COMPONENTS_ZMM) == 0)
        return;
    for (unsigned n = 0; n < vectors; ++n) {
        std::memcpy(into.zmm[n] + 32, &from.wide->ZMM_Hi256[n], 32);
#if defined(__x86_64__)
        std::memcpy(into.zmm[n + 16], &from.wide->Hi16_ZMM[n], 64);
#endif
    }
    std::memcpy(into.k, from.wide->K, sizeof(into.k));
}

/// Writes everything that there is, RSP apart.
void write(const state &from, cbf_cpu &into) {
    const auto stack_pointer = into.GPR[exactness::SP];
    std::memcpy(into.GPR, from.gpr, sizeof(from.gpr));
    into.GPR[exactness::SP] = stack_pointer;
    into.EFLAGS.val = from.rflags;
    std::memcpy(reinterpret_cast<char *>(&into) + fxsave_offset, &from.fx, sizeof(from.fx));
    for (unsigned n = 0; n < vectors; ++n)
        std::memcpy(&into.XMM[n], from.zmm[n], 16);
    if (into.wide == nullptr)
        return;
    // All of it: the arrays of an absent component may be written, too.
    for (unsigned n = 0; n < vectors; ++n) {
        std::memcpy(&into.wide->YMM_Hi128[n], from.zmm[n] + 16, 16);
        std::memcpy(&into.wide->ZMM_Hi256[n], from.zmm[n] + 32, 32);
#if defined(__x86_64__)
        std::memcpy(&into.wide->Hi16_ZMM[n], from.zmm[n + 16], 64);
#endif
    }
    std::memcpy(into.wide->K, from.k, sizeof(from.k));
}

/// What a handler does in one call, and what it saw.
struct conversation {
    state seen{};
    std::function<void(cbf_cpu &)> act;

    void handle(cbf_cpu &cpu) {
        read(cpu, seen);
        if (act)
            act(cpu);
    }
};

/// The ways to make a frame.
enum class kind { in_record, on_heap, c_api };

/// A way to make a frame of some level.
struct way {
    level captured;
    kind made;

    std::string name() const {
        const char *const kinds[] = {"InRecord", "OnHeap", "CApi"};
        std::string text = captured == level::all ? "All" : "Legacy";
        return text.append(kinds[static_cast<std::size_t>(made)]);
    }
    friend std::ostream &operator<<(std::ostream &to, const way &from) { return to << from.name(); }
};

constexpr way ways[] = {{level::legacy, kind::in_record}, {level::legacy, kind::on_heap}, {level::legacy, kind::c_api},
                        {level::all, kind::in_record},    {level::all, kind::on_heap},    {level::all, kind::c_api}};
constexpr way ways_in_record[] = {{level::legacy, kind::in_record}, {level::all, kind::in_record}};

std::string name_of(const testing::TestParamInfo<way> &test) { return test.param.name(); }

/// A frame of some kind whose handler leads a conversation.
class callee {
  public:
    callee(way how, conversation &with) {
        switch (how.made) {
        case kind::in_record:
            frame_ = cbframe::frame([&with](cpu &cpu) { with.handle(cpu); }, how.captured);
            break;
        case kind::on_heap:
            frame_ =
                cbframe::frame([&with, ballast = std::string(100, 'x')](cpu &cpu) { with.handle(cpu); }, how.captured);
            break;
        case kind::c_api:
            EXPECT_EQ(cbf_frame_new(&c_frame_, handle, &with, static_cast<cbf_level>(how.captured)), CBF_OK);
            break;
        }
    }
    callee(const callee &) = delete;
    callee &operator=(const callee &) = delete;
    ~callee() {
        if (c_frame_ != nullptr)
            cbf_frame_free(c_frame_);
    }

    const void *address() const { return frame_ ? frame_.address() : static_cast<const void *>(c_frame_); }

  private:
    static void handle(cbf_cpu *cpu, void *with) { static_cast<conversation *>(with)->handle(*cpu); }

    cbframe::frame frame_;
    cbf_frame *c_frame_ = nullptr;
};

/// One call after the other, through a frame of one level and kind.
class caller {
  public:
    explicit caller(way how) : captured_(how.captured), target_(how, with_) {}

    /// What is captured at this level.
    word components() const { return captured_ == level::all ? cpu_components() : 0; }
    level captured() const { return captured_; }

    void call(const state &in, std::function<void(cbf_cpu &)> act = {}) {
        in_ = in;
        with_.act = std::move(act);
        std::memset(&out_, 0xcc, sizeof(out_));
        exactness_call(&in_, &out_, target_.address());
        if (in_.x87_by != X87_BY_FXRSTOR) { // made by instructions: what it is, the CPU says
            const std::uint32_t mxcsr = in_.fx.mxcsr;
            in_.fx = out_.loaded;
            in_.fx.mxcsr = mxcsr;
        }
    }

    /// The registers of the call, as exactness_call loaded them.
    const state &in() const { return in_; }
    /// What the handler saw.
    const state &seen() const { return with_.seen; }
    /// What the caller found.
    const state &out() const { return out_; }

    testing::AssertionResult saw_everything() const {
        return same(with_rsp(in_, out_.called_rsp - sizeof(void *)), with_.seen, components());
    }
    testing::AssertionResult got_everything_back() const { return got(in_); }
    testing::AssertionResult got(const state &expected) const {
        return same(with_rsp(expected, out_.called_rsp), out_, components());
    }

  private:
    level captured_;
    conversation with_;
    callee target_;
    state in_{}, out_{};
};

/// A handler that writes everything.
std::function<void(cbf_cpu &)> answer(const state &with) {
    return [&with](cbf_cpu &cpu) { write(with, cpu); };
}

// ---- The tests: every level and every kind of frame -----------------------------------------------

class Exactness : public testing::TestWithParam<way> {
  protected:
    bits random{seed()};
    caller frame{GetParam()};

    /// Calls frame in many random states with a handler that does something else than to write cpu.
    void expect_untouched(const std::function<void(cbf_cpu &)> &act) {
        for (int round = 0; round < rounds / 4; ++round) {
            state in = random_state(random);
            if (round % 4 == 0)
                set_initial_x87(in);
            if (round % 4 == 1)
                in.fx.ftw = 0;
            frame.call(in, act);
            ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        }
    }

    /// Calls frame in states that change makes of random ones; the handler writes others.
    void expect_exact(void (*change)(bits &, state &)) {
        for (int round = 0; round < rounds; ++round) {
            state in = random_state(random), written = random_state(random);
            change(random, in);
            change(random, written);
            if (round % 2 == 0) {
                frame.call(in);
                ASSERT_TRUE(frame.saw_everything()) << "round " << round;
                ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
            } else {
                written.alignment = in.alignment;
                frame.call(in, answer(written));
                ASSERT_TRUE(frame.saw_everything()) << "round " << round;
                ASSERT_TRUE(frame.got(written)) << "round " << round;
            }
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Frames, Exactness, testing::ValuesIn(ways), name_of);

TEST_P(Exactness, TheHandlerSeesEveryRegisterAsTheCallerLeftIt) {
    for (int round = 0; round < rounds; ++round) {
        frame.call(random_caller(random));
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
    }
}

TEST_P(Exactness, TheCallerFindsEveryRegisterAsTheHandlerWroteIt) {
    for (int round = 0; round < rounds; ++round) {
        const state written = random_state(random);
        frame.call(random_caller(random), answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, UntouchedRegistersComeBack) { expect_untouched({}); }

TEST_P(Exactness, OneRegisterWrittenLeavesTheOthersAlone) {
    for (unsigned n = 0; n < exactness::GPRS; ++n) {
        if (n == exactness::SP)
            continue;
        state in = random_caller(random);
        const auto value = static_cast<word>(random());
        frame.call(in, [&](cbf_cpu &cpu) { cpu.GPR[n].u = value; });
        in.gpr[n] = value;
        ASSERT_TRUE(frame.got(in)) << exactness::gpr_names[n];
    }
}

TEST_P(Exactness, AnyAlignmentOfTheStackWillDo) {
    for (unsigned alignment = 0; alignment < 16; ++alignment) {
        state in = random_caller(random);
        const state written = random_state(random);
        in.alignment = alignment;
        frame.call(in, answer(written));
        ASSERT_EQ(frame.out().called_rsp % 16, alignment);
        ASSERT_TRUE(frame.saw_everything()) << "RSP % 16 = " << alignment;
        ASSERT_TRUE(frame.got(written)) << "RSP % 16 = " << alignment;
    }
}

TEST_P(Exactness, EachFlagAloneIsExact) {
    for (const word flag : {CF, PF, AF, ZF, SF, DF, OF, AC, ID, NT})
        for (const word others : {word{0}, usual_flags}) {
            state in = random_caller(random);
            in.alignment = 8;
            in.rflags = set_flags | (others ^ flag);
            frame.call(in);
            ASSERT_TRUE(frame.saw_everything()) << "flag " << in_hex(&flag, 4);
            ASSERT_TRUE(frame.got_everything_back()) << "flag " << in_hex(&flag, 4);
            frame.call(in, [flag](cbf_cpu &cpu) { cpu.EFLAGS.val ^= flag; });
            in.rflags ^= flag;
            ASSERT_TRUE(frame.got(in)) << "flag " << in_hex(&flag, 4) << " changed by the handler";
        }
}

TEST_P(Exactness, EveryCombinationOfStatusFlagsIsExact) {
    for (unsigned number = 0; number < 64; ++number) {
        state in = random_caller(random), written = in;
        unsigned left = number;
        written.rflags = set_flags | (in.rflags & DF);
        for (const word flag : {CF, PF, AF, ZF, SF, OF}) {
            written.rflags |= (left & 1) != 0 ? flag : 0;
            left >>= 1;
        }
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written));
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything());
        ASSERT_TRUE(frame.got_everything_back());
    }
}

TEST_P(Exactness, AlignmentCheckAndOtherRareFlagsAreExact) { expect_exact(add_rare_flags); }

TEST_P(Exactness, FlagsThatUserCodeCannotChangeStayAsTheyAre) {
    constexpr word trap = 1 << 8;
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_caller(random);
        const auto written = static_cast<word>(random() & ~trap);
        in.alignment = round % 2 == 0 ? 0 : 8;
        frame.call(in, [written](cbf_cpu &cpu) { cpu.EFLAGS.val = written; });
        in.rflags = (written & (usual_flags | rare_flags)) | set_flags;
        ASSERT_TRUE(frame.got(in)) << "written: " << in_hex(&written, sizeof(written));
    }
}

TEST_P(Exactness, UnmaskedSseExceptionsAreExact) { expect_exact(unmask_sse_exceptions); }

TEST_P(Exactness, ReservedBitsOfMxcsrAreDropped) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        if ((writable_mxcsr() >> bit & 1) != 0)
            continue;
        state in = random_caller(random);
        in.fx.mxcsr &= 0xffff; // no other high bit
        frame.call(in, [bit](cbf_cpu &cpu) { cpu.MXCSR.val |= 1u << bit; });
        ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit;
    }
}

TEST_P(Exactness, TheMaskOfMxcsrIsThatOfTheCpu) {
    for (const word by : {word{X87_BY_FXRSTOR}, word{X87_BY_XRSTOR}}) {
        state in = random_state(random);
        in.x87_by = cpu_has_xsave() ? by : X87_BY_FXRSTOR;
        frame.call(in);
        ASSERT_EQ(frame.seen().fx.mxcsr_mask, writable_mxcsr());
    }
}

TEST_P(Exactness, UnmaskedX87ExceptionsAreExact) { expect_exact(unmask_x87_exceptions); }

TEST_P(Exactness, APendingX87ExceptionIsExact) { expect_exact(make_x87_exception_pending); }

TEST_P(Exactness, APendingX87ExceptionOfAnEmptyStackIsExact) {
    expect_exact([](bits &from, state &of) {
        of.fx.ftw = 0;
        make_x87_exception_pending(from, of);
    });
}

TEST_P(Exactness, EachX87ControlAndStatusBitAloneIsExact) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        state in = random_state(random), written = random_state(random);
        for (state *const each : {&in, &written}) {
            set_initial_x87(*each);
            each->x87_by = X87_BY_FXRSTOR;
        }
        if (bit < 16)
            written.fx.fcw = static_cast<std::uint16_t>(((written.fx.fcw ^ 1u << bit) & writable_fcw()) | 0x40);
        else
            set_fsw(written, 1u << (bit - 16));
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything()) << "bit " << bit;
        ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "bit " << bit << " changed by the handler";
    }
}

// Whole stacks, and every pattern with holes.
TEST_P(Exactness, EveryTagWordAtEveryTopIsSeenAndComesBack) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned tags = 0; tags < 256; ++tags) {
            state in = random_state(random);
            set_top(in, top);
            in.fx.ftw = static_cast<std::uint8_t>(tags);
            frame.call(in);
            ASSERT_EQ(frame.out().loaded.ftw, in.fx.ftw) << "exactness_call erred";
            ASSERT_TRUE(frame.saw_everything()) << "TOP " << top << ", FTWX " << tags;
            ASSERT_TRUE(frame.got_everything_back()) << "TOP " << top << ", FTWX " << tags;
        }
}

TEST_P(Exactness, EveryTagWordAtEveryTopCanBeWritten) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned tags = 0; tags < 256; ++tags) {
            state in = random_state(random), written = random_state(random);
            if (tags % 2 == 0)
                set_initial_x87(in);
            set_top(written, top);
            written.fx.ftw = static_cast<std::uint8_t>(tags);
            frame.call(in, answer(written));
            ASSERT_TRUE(frame.got(written)) << "TOP " << top << ", FTWX " << tags;
        }
}

TEST_P(Exactness, StacksOfNoughtToEightValuesAtEveryTopAreExact) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned depth = 0; depth <= 8; ++depth) {
            state in = random_state(random);
            in.fx.fcw = 0x37f;
            in.fx.fsw = 0;
            set_top(in, top);
            in.fx.ftw = 0;
            for (unsigned n = 0; n < depth; ++n)
                in.fx.ftw |= static_cast<std::uint8_t>(1u << ((top + n) & 7));
            frame.call(in);
            ASSERT_TRUE(frame.saw_everything()) << "TOP " << top << ", depth " << depth;
            ASSERT_TRUE(frame.got_everything_back()) << "TOP " << top << ", depth " << depth;
        }
}

TEST_P(Exactness, AHoleThatFfreeMadeIsExact) {
    for (int round = 0; round < 20; ++round) {
        state in = random_state(random);
        in.x87_by = X87_BY_FFREE;
        frame.call(in);
        ASSERT_EQ(frame.in().fx.ftw, 0xd8) << "exactness_call erred";
        ASSERT_TRUE(frame.saw_everything());
        ASSERT_TRUE(frame.got_everything_back());
    }
}

TEST_P(Exactness, MmxRegistersAreExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random), written = random_state(random);
        in.x87_by = X87_BY_MMX;
        set_top(written, 0);
        written.fx.ftw = 0xff;
        for (auto &value : written.fx.st)
            value[8] = value[9] = 0xff;
        frame.call(in);
        for (unsigned n = 0; n < 8; ++n)
            ASSERT_EQ(std::memcmp(frame.seen().fx.st[n], in.fx.st[n], 8), 0) << "MM" << n;
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, ValuesPushedByTheHandlerAreOnTheStack) {
    for (unsigned depth = 1; depth <= 8; ++depth) {
        state in = random_state(random);
        set_initial_x87(in);
        frame.call(in, [&](cbf_cpu &cpu) {
            for (unsigned n = 0; n < depth; ++n) {
                cpu.FSW.TOP = static_cast<std::uint16_t>((cpu.FSW.TOP - 1u) & 7);
                cpu.FTWX.val |= static_cast<std::uint8_t>(1u << cpu.FSW.TOP);
            }
            std::memcpy(cpu.FPR, in.fx.st, sizeof(in.fx.st));
        });
        in.fx.fsw = 0;
        set_top(in, 8 - depth);
        in.fx.ftw = static_cast<std::uint8_t>(0xff << (8 - depth));
        ASSERT_TRUE(frame.got(in)) << "depth " << depth;
    }
}

TEST_P(Exactness, ValuesPoppedByTheHandlerAreGone) {
    for (unsigned depth = 1; depth <= 8; ++depth) {
        state in = random_state(random);
        set_top(in, 8 - depth);
        in.fx.ftw = static_cast<std::uint8_t>(0xff << (8 - depth));
        frame.call(in, [](cbf_cpu &cpu) {
            cpu.FTWX.val = 0;
            cpu.FSW.TOP = 0;
        });
        in.fx.ftw = 0;
        set_top(in, 0);
        ASSERT_TRUE(frame.got(in)) << "depth " << depth;
    }
}

// The entry asks XGETBV whether the x87 is in its initial configuration, and reads it only if not.
TEST_P(Exactness, AnX87ThatWasNeverUsedIsExact) {
    if (!cpu_tells_xinuse())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU";
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.x87_by = round % 2 == 0 ? X87_BY_XRSTOR : X87_BY_FNINIT;
        frame.call(in);
        if (in.x87_by == X87_BY_XRSTOR && cpu_tells_initial_x87()) {
            ASSERT_EQ(frame.out().xinuse & 1, 0u) << "exactness_call erred";
        }
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

TEST_P(Exactness, AnX87ThatWasNeverUsedIsAllZeros) {
    if (!cpu_has_xsave())
        GTEST_SKIP() << "no XRSTOR on this CPU";
    state in = random_state(random);
    in.x87_by = X87_BY_XRSTOR;
    frame.call(in);
    const std::uint8_t zeros[sizeof(in.fx.st)] = {};
    EXPECT_EQ(std::memcmp(frame.seen().fx.st, zeros, sizeof(zeros)), 0);
    EXPECT_EQ(frame.seen().fx.fop, 0u);
    EXPECT_EQ(frame.seen().fx.fip, 0u);
    EXPECT_EQ(frame.seen().fx.fdp, 0u);
}

TEST_P(Exactness, AnX87ThatWasUsedAndLeftEmptyIsExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.x87_by = X87_BY_FLD_FSTP;
        frame.call(in);
        if (cpu_tells_xinuse()) {
            ASSERT_EQ(frame.out().xinuse & 1, 1u);
        }
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

#if defined(__x86_64__) // where it makes the next call faster

TEST_P(Exactness, AnEmptyX87IsInItsInitialConfigurationAfterACall) {
    if (!cpu_tells_initial_x87())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that the x87 is in use";
    state in = random_state(random);
    in.x87_by = X87_BY_FLD_FSTP;
    frame.call(in);
    EXPECT_EQ(frame.out().xinuse & 1, 1u);
    EXPECT_EQ(frame.out().returned_xinuse & 1, 0u);
}

#endif

TEST_P(Exactness, AnInitialX87CanBeWritten) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        const state written = random_state(random);
        const unsigned empty_by[] = {X87_BY_FNINIT, X87_BY_FLD_FSTP, X87_BY_XRSTOR};
        in.x87_by = empty_by[random() % (cpu_has_xsave() ? 3 : 2)];
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

// ---- Handlers that use the registers --------------------------------------------------------------

#if defined(__x86_64__)

#define VECTOR_REGISTERS                                                                                               \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",         \
        "xmm13", "xmm14", "xmm15"
#define VECTOR_NUMBERS "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"
#define ZMM_NUMBERS    VECTOR_NUMBERS ", 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31"

void use_high_vectors() { asm volatile("pcmpeqd %%xmm8, %%xmm8\n pcmpeqd %%xmm15, %%xmm15" ::: "xmm8", "xmm15"); }

void use_general_registers() {
    asm volatile(".irp r, rax, rcx, rdx, rbx, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15\n"
                 "mov $0x77777777, %%\\r\n .endr" ::
                     : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "cc");
}

#else

#define VECTOR_REGISTERS "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"
#define VECTOR_NUMBERS   "0, 1, 2, 3, 4, 5, 6, 7"
#define ZMM_NUMBERS      VECTOR_NUMBERS

void use_high_vectors() {}

void use_general_registers() {
    asm volatile("push %%ebx\n .irp r, eax, ecx, edx, ebx, esi, edi\n mov $0x77777777, %%\\r\n .endr\n pop %%ebx" ::
                     : "eax", "ecx", "edx", "esi", "edi", "cc");
}

#endif

/// Long double arithmetic that is inexact and needs the whole stack.
long double sum_of_thirds() {
    volatile long double one = 1, three = 3;
    const long double third = one / three;
    return (third + one) * (third + three) - ((third - one) * (third - three) / (one + third)) * (three - third);
}

/// 1 + 2 + ... + 8, all on the x87 stack at once.
double sum_of_eight() {
    double sum;
    asm volatile("fld1\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n"
                 "fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n"
                 "fld1\n fadd %%st(1), %%st\n"
                 "faddp\n faddp\n faddp\n faddp\n faddp\n faddp\n faddp\n fstpl %0"
                 : "=m"(sum)
                 :
                 : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
    return sum;
}

void use_sse() {
    static const double one = 1, three = 3;
    asm volatile("movsd %0, %%xmm4\n movsd %1, %%xmm5\n divsd %%xmm5, %%xmm4\n" // inexact
                 "xorpd %%xmm6, %%xmm6\n divsd %%xmm6, %%xmm5\n"                // by zero
                 "sqrtps %%xmm4, %%xmm0\n"
                 "pcmpeqd %%xmm1, %%xmm1\n pcmpeqd %%xmm7, %%xmm7\n"
                 :
                 : "m"(one), "m"(three)
                 : "xmm0", "xmm1", "xmm4", "xmm5", "xmm6", "xmm7");
    use_high_vectors();
}

/// Changes all 256 bits of YMM0-15, or 512 of ZMM0-31 and k0-k7.
void use_wide_vectors() {
    if ((cpu_components() & COMPONENTS_ZMM) != 0)
        asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n kxnorq %%k\\n, %%k\\n, %%k\\n\n .endr\n"
                     ".irp n, " ZMM_NUMBERS "\n vpternlogd $255, %%zmm\\n, %%zmm\\n, %%zmm\\n\n .endr\n" ::
                         : VECTOR_REGISTERS);
    else if ((cpu_components() & COMPONENT_YMM) != 0)
        asm volatile(".irp n, " VECTOR_NUMBERS "\n"
                     "vcmptrueps %%ymm\\n, %%ymm\\n, %%ymm\\n\n .endr\n" ::
                         : VECTOR_REGISTERS);
}

void leave_wide_vectors() {
    if (cpu_components() != 0)
        asm volatile("vzeroall" ::: VECTOR_REGISTERS);
}

void use_mmx() {
    asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n pcmpeqd %%mm\\n, %%mm\\n\n .endr\n emms" ::
                     : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
}

#define X87_REGISTERS "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"

// Code that leaves x87 registers in use, all but the first with FCW and FSW as they were.
constexpr void (*x87_leavers[])() = {
    [] {
        asm volatile("fld1" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fld1\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fld1\n fld1\n fincstp\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fldz\n ffree %%st(0)\n fldpi\n fincstp\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile(".rept 8\n fld1\n .endr" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("pcmpeqd %%mm3, %%mm3" ::: X87_REGISTERS);
    }};

void use_string_instructions_backwards() {
    char from[16] = "fedcba987654321", to[16] = {};
    const char *source = from + 15;
    char *target = to + 15;
    std::size_t count = 16;
    asm volatile("std\n rep movsb\n cld" : "+S"(source), "+D"(target), "+c"(count)::"memory", "cc");
    if (std::memcmp(from, to, sizeof(to)) != 0)
        std::abort();
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesX87) {
    expect_untouched([](cbf_cpu &) {
        sum_of_thirds();
        sum_of_eight();
    });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesSse) {
    expect_untouched([](cbf_cpu &) { use_sse(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesAvx) {
    expect_untouched([](cbf_cpu &) { use_wide_vectors(); });
    expect_untouched([](cbf_cpu &) { leave_wide_vectors(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesMmx) {
    expect_untouched([](cbf_cpu &) { use_mmx(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatLeavesX87RegistersInUse) {
    for (const auto leave : x87_leavers)
        expect_untouched([leave](cbf_cpu &) { leave(); });
}

TEST_P(Exactness, AnEmptyX87ComesBackFromAHandlerThatLeavesX87RegistersInUse) {
    const std::size_t callers = cpu_has_xsave() ? 5 : 4;
    for (std::size_t n = 0; n < std::size(x87_leavers) * callers; ++n) {
        state in = random_state(random);
        in.fx.fcw = n % callers == 1 ? 0x27f : 0x37f;
        in.fx.fsw = 0;
        in.fx.ftw = 0;
        in.x87_by = std::array<word, 5>{X87_BY_FXRSTOR, X87_BY_FXRSTOR, X87_BY_FNINIT, X87_BY_FLD_FSTP,
                                        X87_BY_XRSTOR}[n % callers];
        frame.call(in, [leave = x87_leavers[n / callers]](cbf_cpu &) { leave(); });
        ASSERT_EQ(frame.out().loaded.ftw, 0) << "exactness_call erred";
        ASSERT_TRUE(frame.got_everything_back()) << "handler " << n / callers << ", caller " << n % callers;
    }
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatRoundsUpwards) {
    expect_untouched([](cbf_cpu &) { std::fesetround(FE_UPWARD); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatResetsTheFloatingPointEnvironment) {
    expect_untouched([](cbf_cpu &) { std::fesetenv(FE_DFL_ENV); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatRaisesExceptionFlags) {
    expect_untouched([](cbf_cpu &) { std::feraiseexcept(FE_ALL_EXCEPT); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatSetsTheDirectionFlag) {
    expect_untouched([](cbf_cpu &) { use_string_instructions_backwards(); });
}

#if defined(__i386__) // where programs ask so whether there is a CPUID, and leave the flag as it is then

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatChangesTheIdFlag) {
    expect_untouched([](cbf_cpu &) { asm volatile("pushf\n xorl $0x200000, (%%esp)\n popf" ::: "cc", "memory"); });
}

#endif

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesGeneralRegisters) {
    expect_untouched([](cbf_cpu &) { use_general_registers(); });
}

TEST_P(Exactness, WhatTheHandlerWritesComesBackWhateverItUsesAfterwards) {
    for (int round = 0; round < rounds / 2; ++round) {
        const state written = random_state(random);
        frame.call(random_caller(random), [&](cbf_cpu &cpu) {
            write(written, cpu);
            sum_of_eight();
            use_sse();
            use_mmx();
            use_wide_vectors();
            std::fesetround(FE_DOWNWARD);
            sum_of_thirds();
        });
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

// ---- What a handler runs with ---------------------------------------------------------------------

TEST_P(Exactness, TheHandlerRunsWithDirectionAndAlignmentCheckOff) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.alignment = 8;
        in.rflags = set_flags | static_cast<word>(random() & (usual_flags | rare_flags));
        word inside = 0;
        frame.call(in, [&](cbf_cpu &) { asm volatile("pushf\n pop %0" : "=r"(inside)); });
        ASSERT_EQ(inside & (DF | AC), 0u) << "caller's flags " << in_hex(&in.rflags, 4);
    }
}

TEST_P(Exactness, TheHandlerRunsWithAnEmptyX87StackAndNoPendingException) {
    for (int round = 0; round < rounds; ++round) {
        state in = random_state(random);
        if (round % 2 == 0)
            make_x87_exception_pending(random, in);
        fxsave_image inside{};
        frame.call(in, [&](cbf_cpu &) { inside = fxsave(); });
        ASSERT_EQ(inside.ftw, 0) << "round " << round;
        ASSERT_EQ(inside.fsw & x87_error_summary, 0) << "round " << round;
    }
}

TEST_P(Exactness, TheHandlerRunsWithTheControlWordsOfTheCaller) {
    for (int round = 0; round < rounds; ++round) {
        state in = random_caller(random);
        if (in.x87_by == X87_BY_FXRSTOR && round % 2 == 0)
            make_x87_exception_pending(random, in);
        else if (round % 4 == 1)
            in.fx.ftw = 0;
        fxsave_image inside{};
        frame.call(in, [&](cbf_cpu &) { inside = fxsave(); });
        ASSERT_EQ(inside.fcw, in.fx.fcw) << "round " << round;
        ASSERT_EQ(inside.mxcsr & ~sse_exceptions, in.fx.mxcsr & ~sse_exceptions) << "round " << round;
    }
}

TEST_P(Exactness, LongDoubleArithmeticOfTheHandlerIsRight) {
    const long double expected = sum_of_thirds();
    for (int round = 0; round < rounds; ++round) {
        state in = random_state(random);
        in.fx.fcw = 0x37f;
        if (round % 4 == 0)
            set_initial_x87(in);
        long double thirds = 0;
        double eight = 0;
        frame.call(in, [&](cbf_cpu &) {
            thirds = sum_of_thirds();
            eight = sum_of_eight();
        });
        ASSERT_EQ(thirds, expected) << "round " << round;
        ASSERT_EQ(eight, 36) << "round " << round;
    }
}

TEST_P(Exactness, TheHandlerRunsWithAnAlignedStack) {
    for (unsigned alignment = 0; alignment < 16; ++alignment) {
        state in = random_state(random);
        in.alignment = alignment;
        std::uintptr_t at = 1;
        frame.call(in, [&](cbf_cpu &cpu) { at = reinterpret_cast<std::uintptr_t>(&cpu); });
        ASSERT_EQ(at % 64, 0u) << "RSP % 16 = " << alignment;
    }
}

TEST_P(Exactness, ACallTakesNoMoreStackThanTheFrameSays) {
    std::size_t most = 0;
    for (unsigned round = 0; round < 64; ++round) {
        *static_cast<volatile char *>(__builtin_alloca(16)) = 0; // so that RSP takes every value modulo 64
        state in = random_state(random);
        in.alignment = round % 16;
        frame.call(in, [&](cbf_cpu &cpu) {
            const std::uintptr_t handler_return_address =
                reinterpret_cast<std::uintptr_t>(&cpu) - exactness::handler_stack - sizeof(void *);
            most = std::max<std::size_t>(most, cpu.GPR[exactness::SP].u + sizeof(void *) - handler_return_address);
        });
    }
    EXPECT_LE(most, cbframe::frame_stack_size(frame.captured()));
}

TEST_P(Exactness, WideIsThereAtLevelAllOnly) {
    bool is_there = false;
    frame.call(random_caller(random), [&](cbf_cpu &cpu) { is_there = cpu.wide != nullptr; });
    EXPECT_EQ(is_there, frame.captured() == level::all);
}

TEST_P(Exactness, WideHasTheComponentsOfThisCpu) {
    frame.call(random_caller(random));
    EXPECT_EQ(frame.seen().components, frame.components() & exactness::mode_components);
}

TEST_P(Exactness, APointerToWideThatTheHandlerOverwritesDoesNoHarm) {
    frame.call(random_caller(random), [](cbf_cpu &cpu) {
        if (cpu.wide != nullptr)
            cpu.wide->components = 0;
        cpu.wide = nullptr;
    });
    EXPECT_TRUE(frame.got_everything_back());
}

// ---- Nested ---------------------------------------------------------------------------------------

constexpr int nested_depth = 8;

/// A call from a handler, in another state, of another frame, whose handler does the same.
class nest {
  public:
    nest(bits &random, way outermost) : random_(random) {
        way how = outermost;
        for (int depth = 0; depth < nested_depth; ++depth) {
            frames_.push_back(std::make_unique<caller>(how));
            how.captured = how.captured == level::all ? level::legacy : level::all;
        }
    }

    void call(std::size_t depth = 0) {
        const state in = random_caller(random_), written = random_state(random_);
        const bool writes = random_() % 2 == 0;
        caller &frame = *frames_[depth];
        frame.call(in, [&](cbf_cpu &cpu) {
            if (depth + 1 < frames_.size())
                call(depth + 1);
            if (writes)
                write(written, cpu);
        });
        saw = saw ? frame.saw_everything() << " at depth " << depth : saw;
        got = got ? frame.got(writes ? written : in) << " at depth " << depth : got;
    }

    testing::AssertionResult saw = testing::AssertionSuccess();
    testing::AssertionResult got = testing::AssertionSuccess();

  private:
    bits &random_;
    std::vector<std::unique_ptr<caller>> frames_;
};

TEST_P(Exactness, NestedFramesKeepEachTheirOwnState) {
    nest calls(random, GetParam());
    for (int round = 0; round < rounds / 10; ++round) {
        calls.call();
        ASSERT_TRUE(calls.saw) << "round " << round;
        ASSERT_TRUE(calls.got) << "round " << round;
    }
}

TEST_P(Exactness, AFrameThatItsOwnHandlerCallsKeepsEachCallsState) {
    conversation with;
    const callee target(GetParam(), with);
    for (int round = 0; round < rounds / 10; ++round) {
        std::array<state, nested_depth> in, seen, out;
        for (state &each : in)
            each = random_caller(random);
        std::size_t depth = 0;
        with.act = [&](cbf_cpu &) {
            const std::size_t mine = depth;
            seen[mine] = with.seen;
            if (++depth < in.size())
                exactness_call(&in[mine + 1], &out[mine + 1], target.address());
        };
        exactness_call(&in[0], &out[0], target.address());
        for (std::size_t n = 0; n < in.size(); ++n) {
            ASSERT_TRUE(same(with_rsp(in[n], out[n].called_rsp - sizeof(void *)), seen[n], frame.components()))
                << "depth " << n;
            ASSERT_TRUE(same(with_rsp(in[n], out[n].called_rsp), out[n], frame.components())) << "depth " << n;
        }
    }
}

// ---- RSP ------------------------------------------------------------------------------------------

/// Whether the call returned with RSP moved by popped, and all else as expected.
testing::AssertionResult popped(const caller &frame, const state &expected, word bytes) {
    return same(with_rsp(expected, frame.out().called_rsp + bytes), frame.out(), frame.components());
}

TEST_P(Exactness, PopActsAsRetWithThatNumber) {
    for (const unsigned bytes : {0u, 2u, 4u, 8u, 12u, 16u, 24u, 32u, 40u, 64u, 1000u, 4096u})
        for (int round = 0; round < 20; ++round) {
            const state in = random_caller(random), written = random_state(random);
            frame.call(in, [bytes](cbf_cpu &cpu) { cbf_cpu_pop(&cpu, bytes); });
            ASSERT_TRUE(popped(frame, in, bytes)) << "pop(" << bytes << ")";
            frame.call(in, [&](cbf_cpu &cpu) {
                cbf_cpu_pop(&cpu, bytes);
                write(written, cpu);
            });
            ASSERT_TRUE(popped(frame, written, bytes)) << "pop(" << bytes << ")";
        }
}

TEST_P(Exactness, PopLeavesRareFlagsExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_caller(random), written = random_state(random);
        add_rare_flags(random, in);
        add_rare_flags(random, written);
        frame.call(in, [&](cbf_cpu &cpu) {
            cbf_cpu_pop(&cpu, 16);
            write(written, cpu);
        });
        ASSERT_TRUE(popped(frame, written, 16)) << "round " << round;
    }
}

/// Moves the return address to the top of another stack and RSP with it.
void move_to(cbf_cpu &cpu, unsigned char *top) {
    auto &stack_pointer = cpu.GPR[exactness::SP];
    std::memcpy(top, stack_pointer.p, sizeof(void *));
    stack_pointer.p = top;
}

void expect_exact_on_another_stack(bits &random, caller &frame, unsigned char *bottom, std::size_t size) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        unsigned char *const top = bottom + size - 64 + random() % 16;
        frame.call(in, [&](cbf_cpu &cpu) {
            write(written, cpu);
            move_to(cpu, top);
        });
        const auto returned = reinterpret_cast<std::uintptr_t>(top) + sizeof(void *);
        ASSERT_TRUE(same(with_rsp(written, returned), frame.out(), frame.components())) << "round " << round;
    }
}

TEST_P(Exactness, RspCanPointToAStackOnTheHeap) {
    std::vector<unsigned char> stack(4096);
    expect_exact_on_another_stack(random, frame, stack.data(), stack.size());
}

TEST_P(Exactness, RspCanPointToAStackAboveTheCallers) {
    alignas(16) unsigned char stack[4096];
    expect_exact_on_another_stack(random, frame, stack, sizeof(stack));
}

TEST_P(Exactness, RspCanPointBelowTheState) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        std::uintptr_t top = 0;
        frame.call(in, [&](cbf_cpu &cpu) {
            // Memory of calls that have returned by then: nobody else's.
            top = reinterpret_cast<std::uintptr_t>(&cpu) - 65536 - random() % 16;
            write(written, cpu);
            std::memset(reinterpret_cast<void *>(top - 64), 0, 128);
            move_to(cpu, reinterpret_cast<unsigned char *>(top));
        });
        ASSERT_TRUE(same(with_rsp(written, top + sizeof(void *)), frame.out(), frame.components()))
            << "round " << round;
    }
}

class ExactnessDeathTest : public Exactness {};

INSTANTIATE_TEST_SUITE_P(Frames, ExactnessDeathTest, testing::ValuesIn(ways_in_record), name_of);

TEST_P(ExactnessDeathTest, RspLoweredIntoTheStateAborts) {
    const state in = random_state(random);
    const std::size_t size = cbframe::frame_stack_size(frame.captured()) - exactness::handler_stack - 64 - 16;
    for (const std::size_t lowered : {std::size_t{1}, std::size_t{8}, std::size_t{16}, std::size_t{64}, size / 2, size})
        EXPECT_DEATH(
            frame.call(in, [lowered](cbf_cpu &cpu) { cpu.GPR[exactness::SP].u -= static_cast<word>(lowered); }),
            "cbframe: .*the stack pointer to 0x.*\n")
            << "lowered by " << lowered;
}

TEST_P(ExactnessDeathTest, RspPointedAtTheStateAborts) {
    const state in = random_state(random);
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { cpu.GPR[exactness::SP].p = &cpu; }), "the stack pointer");
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { cpu.GPR[exactness::SP].p = &cpu + 1; }), "the stack pointer");
}

// ---- Level all ------------------------------------------------------------------------------------

/// Whether XGETBV says that AVX is in its initial configuration after VZEROUPPER and SSE code: in 32-bit mode AMD's
/// Zen 4 does not.
bool cpu_tells_initial_avx() {
    if (!cpu_tells_xinuse())
        return false;
    use_wide_vectors();
    std::uint32_t xinuse, high;
    asm volatile("vzeroupper\n pxor %%xmm0, %%xmm0\n xgetbv" : "=a"(xinuse), "=d"(high) : "c"(1) : "xmm0");
    return (xinuse & COMPONENT_YMM) == 0;
}

class ExactnessOfAll : public testing::Test {
  protected:
    bits random{seed()};
    caller frame{way{level::all, kind::in_record}};

    state state_with_zero_upper_halves() {
        state made = random_caller(random);
        for (unsigned n = 0; n < vectors; ++n)
            std::memset(made.zmm[n] + 16, 0, 48);
        return made;
    }
    void SetUp() override {
        if ((cpu_components() & COMPONENT_YMM) == 0)
            GTEST_SKIP() << "this CPU has no AVX";
    }
};

// Zero upper halves come back by VZEROUPPER.
TEST_F(ExactnessOfAll, UpperHalvesOfZeroComeBack) {
    for (int round = 0; round < rounds / 4; ++round) {
        frame.call(state_with_zero_upper_halves(), [](cbf_cpu &) { use_wide_vectors(); });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

TEST_F(ExactnessOfAll, UpperHalvesOfZeroLeaveAvxInItsInitialConfiguration) {
    if (!cpu_tells_initial_avx())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that AVX is in use";
    for (int round = 0; round < 100; ++round) {
        frame.call(state_with_zero_upper_halves(), [](cbf_cpu &) { use_wide_vectors(); });
        ASSERT_EQ(frame.out().returned_xinuse & COMPONENT_YMM, 0u);
    }
}

// Or its SSE code would be slow.
TEST_F(ExactnessOfAll, TheHandlerRunsWithAvxInItsInitialConfiguration) {
    if (!cpu_tells_initial_avx())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that AVX is in use";
    for (int round = 0; round < 100; ++round) {
        std::uint32_t xinuse = 0, high = 0;
        frame.call(random_state(random), [&](cbf_cpu &) {
            asm volatile("xgetbv" : "=a"(xinuse), "=d"(high) : "c"(1));
        });
        ASSERT_EQ(xinuse & COMPONENT_YMM, 0u);
    }
}

TEST_F(ExactnessOfAll, UpperHalvesCanBecomeZero) {
    for (int round = 0; round < rounds / 4; ++round) {
        const state written = state_with_zero_upper_halves();
        frame.call(random_caller(random), answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_F(ExactnessOfAll, OneBitInAnUpperHalfComesBack) {
    for (unsigned n = 0; n < vectors; ++n)
        for (unsigned bit = 128; bit < ((cpu_components() & COMPONENTS_ZMM) != 0 ? 512u : 256u); ++bit) {
            state in = state_with_zero_upper_halves();
            in.zmm[n][bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
            frame.call(in, [](cbf_cpu &) { leave_wide_vectors(); });
            ASSERT_TRUE(frame.saw_everything()) << "bit " << bit << " of register " << n;
            ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit << " of register " << n;
        }
}

TEST_F(ExactnessOfAll, OneBitInAnUpperHalfCanBeWritten) {
    for (unsigned n = 0; n < vectors; ++n)
        for (unsigned bit = 128; bit < ((cpu_components() & COMPONENTS_ZMM) != 0 ? 512u : 256u); ++bit) {
            const state in = state_with_zero_upper_halves();
            state written = state_with_zero_upper_halves();
            written.zmm[n][bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
            frame.call(in, answer(written));
            ASSERT_TRUE(frame.got(written)) << "bit " << bit << " of register " << n;
        }
}

// The other tests include ZMM0-31 and k0-k7 where there are any; this one says when there are none.
TEST_F(ExactnessOfAll, Zmm16To31AndOpmasksAreExact) {
    if ((cpu_components() & COMPONENTS_ZMM) == 0)
        GTEST_SKIP() << "this CPU has no AVX-512 (F and BW): ZMM0-31 and k0-k7 are not tested";
    for (int round = 0; round < rounds; ++round) {
        const state in = round % 2 == 0 ? random_caller(random) : state_with_zero_upper_halves();
        const state written = round % 3 == 0 ? random_state(random) : state_with_zero_upper_halves();
        frame.call(in, [&](cbf_cpu &cpu) {
            use_wide_vectors();
            write(written, cpu);
        });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

// ---- CPUs that lack something ---------------------------------------------------------------------

#if defined(__x86_64__) // which asks

TEST_P(Exactness, HoldsOnACpuWhoseEmmsPutsTheX87ToUse) {
    if (!cpu_tells_xinuse())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU";
    const other_cpu with_such(cbf_x86_emms, 0);
    for (std::size_t round = 0; round < rounds / 2; ++round) {
        const state in = random_caller(random), written = random_state(random);
        frame.call(in, [leave = x87_leavers[round % std::size(x87_leavers)]](cbf_cpu &) { leave(); });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, HoldsOnACpuThatDoesNotTellWhetherTheX87IsInUse) {
    const other_cpu without_xgetbv1(cbf_x86_xinuse, 1);
    for (int round = 0; round < rounds / 2; ++round) {
        state in = random_state(random);
        const state written = random_state(random);
        if (round % 2 == 0)
            in.x87_by = round % 4 == 0 ? X87_BY_FNINIT : X87_BY_FLD_FSTP;
        frame.call(in);
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

#endif

TEST_P(Exactness, HoldsOnACpuWithoutAvx) {
    const other_cpu without_avx(cbf_x86_components, 0);
    for (int round = 0; round < rounds / 2; ++round) {
        const state in = random_caller(random), written = random_state(random);
        frame.call(in, answer(written));
        ASSERT_EQ(frame.seen().components, 0u);
        ASSERT_TRUE(same(with_rsp(in, frame.out().called_rsp - sizeof(void *)), frame.seen(), 0)) << "round " << round;
        ASSERT_TRUE(same(with_rsp(written, frame.out().called_rsp), frame.out(), 0)) << "round " << round;
    }
}

// ---- Callers that a compiler made -----------------------------------------------------------------

long first_argument(const cpu &called) {
    if constexpr (exactness::passes_in_registers)
        return static_cast<long>(called.GPR[exactness::first_register].i);
    else
        return static_cast<const long *>(called.GPR[exactness::SP].p)[1];
}

TEST(Compiled, AFrameReturnsALongDouble) {
    if (cbframe::prepared_signature(cbframe::signature::of<long double()>()).layout().result.by_pointer)
        GTEST_SKIP() << "this system's C returns it in memory";
    const cbframe::frame half([](cpu &cpu) {
        const long double result = static_cast<long double>(first_argument(cpu)) / 2 + 0x1p-60L;
        cpu.FSW.TOP = 7;
        cpu.FTWX.FP0 = 1;
        std::memcpy(&cpu.FPR[0], &result, 10);
    });
    auto *const function = half.as<long double(long)>();
    for (long n = 0; n < 100; ++n)
        ASSERT_EQ(function(n), static_cast<long double>(n) / 2 + 0x1p-60L);
}

TEST(Compiled, ReservedBitsOfMxcsrAreDroppedWhateverFlagsTheHandlerLeaves) {
    const cbframe::frame frames[] = {cbframe::frame([](cpu &cpu) {
                                         cpu.MXCSR.val |= 0x80000000;
                                         asm volatile("cmp %%eax, %%eax" ::: "cc");
                                     }),
                                     cbframe::frame([](cpu &cpu) {
                                         cpu.MXCSR.val |= 0x80000000;
                                         asm volatile("or $1, %%eax" ::: "cc", "eax");
                                     })};
    for (const cbframe::frame &each : frames)
        each.as<void()>()();
}

TEST(Compiled, AFrameKeepsTheRoundingModesOfItsCaller) {
    const cbframe::frame nothing([](cpu &) { std::fesetround(FE_TONEAREST); });
    auto *const function = nothing.as<void()>();
    for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        std::fesetround(mode);
        function();
        const int kept = std::fegetround();
        std::fesetround(FE_TONEAREST);
        EXPECT_EQ(kept, mode);
    }
}

TEST(Compiled, AHandlerSetsExceptionFlagsOfItsCaller) {
    const cbframe::frame divide([](cpu &cpu) { cpu.MXCSR.ZE = 1; });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, FE_DIVBYZERO);
}

TEST(Compiled, FlagsOfAHandlerDoNotReachItsCaller) {
    const cbframe::frame divide([](cpu &) { std::feraiseexcept(FE_ALL_EXCEPT); });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, 0);
}

} // namespace
