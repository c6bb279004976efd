// The C API: what each function answers, and that it changes nothing when it fails.
#include <cbframe/detail/call.h>

#include "aborted.hpp"
#include "guarded_pages.hpp"
#include "native.h"

#include "arch/shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// c_api_c11.c
extern "C" {
const char *c11_first_failure(void);
cbf_frame *c11_main_as_frame(void);
cbf_frame *c11_strerror_as_frame(void);
cbf_status c11_frame_new(cbf_frame **out, cbf_handler handler, void *user, int level);
size_t c11_frame_stack_size(int level);
const char *c11_source_name(int source);
const char *c11_strerror(int status);
}

bool operator==(const cbf_stats &a, const cbf_stats &b) {
    return a.live == b.live && a.quarantined == b.quarantined && a.capacity == b.capacity && a.pages == b.pages &&
           a.bytes == b.bytes && a.source == b.source;
}

std::ostream &operator<<(std::ostream &out, const cbf_stats &stats) {
    return out << "live " << stats.live << ", quarantined " << stats.quarantined << ", capacity " << stats.capacity
               << ", pages " << stats.pages << ", bytes " << stats.bytes << ", source "
               << cbf_source_name(stats.source);
}

namespace {

using add_type = int (*)(int);

// int f(int a): a + *user
void add(cbf_cpu *cpu, void *user) { native_return(cpu, native_argument(cpu, 0) + *static_cast<int *>(user)); }

int hundred = 100;
int thousand = 1000;

cbf_stats stats() {
    cbf_stats out{};
    EXPECT_EQ(cbf_pool_stats(&out), CBF_OK);
    return out;
}

cbf_frame *make(cbf_level level = CBF_LEVEL_LEGACY, int *user = &hundred) {
    cbf_frame *frame = nullptr;
    EXPECT_EQ(cbf_frame_new(&frame, add, user, level), CBF_OK);
    return frame;
}

add_type function(const cbf_frame *frame) { return reinterpret_cast<add_type>(cbf_frame_address(frame)); }

cbf_frame *moved(void *frame, std::ptrdiff_t bytes) {
    return reinterpret_cast<cbf_frame *>(static_cast<char *>(frame) + bytes);
}

constexpr cbf_level levels[] = {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL};

// The way of every frame still works; it leaves one more slot in quarantine.
void expect_pool_works() {
    for (const cbf_level level : levels) {
        const cbf_stats before = stats();
        cbf_frame *const frame = make(level);
        ASSERT_NE(frame, nullptr);
        EXPECT_EQ(stats().live, before.live + 1);
        EXPECT_EQ(function(frame)(1), 101);
        EXPECT_EQ(cbf_frame_set(frame, add, &thousand), CBF_OK);
        EXPECT_EQ(function(frame)(1), 1001);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
        EXPECT_EQ(stats().live, before.live);
    }
}

TEST(CApi, from_c11) { EXPECT_STREQ(c11_first_failure(), nullptr); }

// ---------------------------------------------------------------- cbf_frame_new

TEST(CApiNew, makes_a_frame) {
    for (const cbf_level level : levels) {
        const cbf_stats before = stats();
        cbf_frame *const frame = make(level);
        ASSERT_NE(frame, nullptr);
        EXPECT_EQ(stats().live, before.live + 1);
        EXPECT_EQ(function(frame)(-1), 99);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

TEST(CApiNew, user_may_be_null) {
    cbf_frame *frame = nullptr;
    const cbf_handler handler = [](cbf_cpu *cpu, void *user) { native_return(cpu, user == nullptr); };
    ASSERT_EQ(cbf_frame_new(&frame, handler, nullptr, CBF_LEVEL_LEGACY), CBF_OK);
    EXPECT_EQ(function(frame)(0), 1);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
}

TEST(CApiNew, invalid_arguments_change_nothing) {
    const cbf_stats before = stats();
    cbf_frame *const untouched = reinterpret_cast<cbf_frame *>(&hundred);
    cbf_frame *out = untouched;
    EXPECT_EQ(cbf_frame_new(nullptr, add, &hundred, CBF_LEVEL_LEGACY), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_frame_new(&out, nullptr, &hundred, CBF_LEVEL_LEGACY), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_frame_new(nullptr, nullptr, nullptr, CBF_LEVEL_ALL), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(out, untouched);
    EXPECT_EQ(stats(), before);
    expect_pool_works();
}

// C lets an enum hold any int.
constexpr int extreme[] = {std::numeric_limits<int>::min(), -1, 11, 1000, std::numeric_limits<int>::max()};

TEST(CApiNew, unknown_levels_change_nothing) {
    const cbf_stats before = stats();
    cbf_frame *const untouched = reinterpret_cast<cbf_frame *>(&hundred);
    cbf_frame *out = untouched;
    EXPECT_EQ(c11_frame_new(&out, add, &hundred, 3), CBF_INVALID_ARGUMENT);
    for (const int level : extreme)
        EXPECT_EQ(c11_frame_new(&out, add, &hundred, level), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(c11_frame_new(nullptr, nullptr, nullptr, 3), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(out, untouched);
    EXPECT_EQ(stats(), before);
    expect_pool_works();
}

// ---------------------------------------------------------------- what is no live frame

// A slot of a page in use that was never taken: its page's first slot is the last of those taken.
cbf_frame *never_taken(std::vector<cbf_frame *> &taken) {
    for (int i = 0; i < 10'000; i++) {
        const std::size_t quarantined = stats().quarantined;
        taken.push_back(make());
        const bool reused = stats().quarantined < quarantined;
        if (!reused && reinterpret_cast<std::uintptr_t>(taken.back()) % 4096 == 0)
            return moved(taken.back(), 200 * 16);
    }
    ADD_FAILURE() << "no fresh page in 10,000 frames";
    return nullptr;
}

struct bad_pointer {
    std::string what;
    cbf_frame *frame;
};

class CApiNotASlot : public testing::Test {
  protected:
    void SetUp() override {
        fresh_ = never_taken(taken_);
        const auto page = reinterpret_cast<std::uintptr_t>(fresh_) & ~std::uintptr_t{POOL_PAGE_SIZE - 1};
        cbf_frame *const first = reinterpret_cast<cbf_frame *>(page);
        bad_ = {
            {"a stack address", reinterpret_cast<cbf_frame *>(this)},
            {"a local variable", reinterpret_cast<cbf_frame *>(&local_)},
            {"malloced memory", reinterpret_cast<cbf_frame *>(heap_.get())},
            {"a static variable", reinterpret_cast<cbf_frame *>(&hundred)},
            {"main", c11_main_as_frame()},
            {"a function of the library", c11_strerror_as_frame()},
            {"inside a slot, +1", moved(first, 1)},
            {"inside a slot, +8", moved(first, 8)},
            {"inside a slot, +15", moved(first, 15)},
            {"inside a slot, -1", moved(taken_.front(), -1)},
            {"the page's tail", moved(first, POOL_SLOTS * POOL_SLOT_SIZE)},
            {"inside the page's tail", moved(first, POOL_SLOTS * POOL_SLOT_SIZE + 8)},
            {"a slot never taken", fresh_},
            {"the last slot, never taken", moved(first, (POOL_SLOTS - 1) * POOL_SLOT_SIZE)},
            {"unmapped memory", reinterpret_cast<cbf_frame *>(std::uintptr_t{4096})},
            {"the end of the address space", reinterpret_cast<cbf_frame *>(~std::uintptr_t{0})},
            {"the last slot of the address space", reinterpret_cast<cbf_frame *>(~std::uintptr_t{15})},
            {"no canonical address", reinterpret_cast<cbf_frame *>(~(~std::uintptr_t{0} >> 1))},
        };
        if (POOL_PAGES > 1)
            bad_.push_back({"a page never taken", moved(first, POOL_PAGE_SIZE * (POOL_PAGES - 1))});
    }

    void TearDown() override {
        for (cbf_frame *const frame : taken_)
            EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }

    std::vector<bad_pointer> bad_;

  private:
    std::vector<cbf_frame *> taken_;
    cbf_frame *fresh_ = nullptr;
    int local_ = 0;
    std::unique_ptr<char[]> heap_ = std::make_unique<char[]>(8192);
};

TEST_F(CApiNotASlot, free) {
    for (const auto &[what, frame] : bad_) {
        SCOPED_TRACE(what);
        const cbf_stats before = stats();
        EXPECT_EQ(cbf_frame_free(frame), CBF_NOT_A_SLOT);
        EXPECT_EQ(stats(), before);
        expect_pool_works();
    }
}

TEST_F(CApiNotASlot, null) {
    const cbf_stats before = stats();
    EXPECT_EQ(cbf_frame_free(nullptr), CBF_OK); // as free()
    EXPECT_EQ(cbf_frame_set(nullptr, add, &hundred), CBF_NOT_A_SLOT);
    EXPECT_EQ(stats(), before);
    expect_pool_works();
}

TEST_F(CApiNotASlot, set) {
    for (const auto &[what, frame] : bad_) {
        SCOPED_TRACE(what);
        const cbf_stats before = stats();
        EXPECT_EQ(cbf_frame_set(frame, add, &hundred), CBF_NOT_A_SLOT);
        EXPECT_EQ(cbf_frame_set(frame, nullptr, &hundred), CBF_INVALID_ARGUMENT);
        EXPECT_EQ(stats(), before);
        expect_pool_works();
    }
}

TEST(CApiFree, stack_and_malloc) {
    std::array<char, 64> on_stack{};
    void *const on_heap = std::malloc(64);
    const cbf_stats before = stats();
    EXPECT_EQ(cbf_frame_free(reinterpret_cast<cbf_frame *>(on_stack.data())), CBF_NOT_A_SLOT);
    EXPECT_EQ(cbf_frame_free(static_cast<cbf_frame *>(on_heap)), CBF_NOT_A_SLOT);
    EXPECT_EQ(stats(), before);
    std::free(on_heap);
}

TEST(CApiFree, a_slot_is_known_only_while_it_is_whole) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        for (std::ptrdiff_t bytes = 1; bytes < 16; bytes++) {
            EXPECT_EQ(cbf_frame_free(moved(frame, bytes)), CBF_NOT_A_SLOT);
            EXPECT_EQ(cbf_frame_set(moved(frame, -bytes), add, &thousand), CBF_NOT_A_SLOT);
        }
        EXPECT_EQ(function(frame)(1), 101);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

TEST(CApiFree, twice) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
        const cbf_stats before = stats();
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        EXPECT_EQ(stats(), before);
        expect_pool_works();
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
    }
}

TEST(CApiFree, by_its_own_handler) {
    cbf_frame *frame = nullptr;
    const cbf_handler handler = [](cbf_cpu *cpu, void *user) {
        cbf_frame *const own = *static_cast<cbf_frame **>(user);
        native_return(cpu, cbf_frame_free(own) == CBF_OK && cbf_frame_free(own) == CBF_FREED &&
                               cbf_frame_set(own, add, user) == CBF_FREED);
    };
    const std::size_t live = stats().live;
    ASSERT_EQ(cbf_frame_new(&frame, handler, &frame, CBF_LEVEL_LEGACY), CBF_OK);
    EXPECT_EQ(function(frame)(0), 1);
    EXPECT_EQ(stats().live, live);
}

// ---------------------------------------------------------------- cbf_frame_set

TEST(CApiSet, handler_and_user) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        const cbf_stats before = stats();
        EXPECT_EQ(cbf_frame_set(frame, add, &thousand), CBF_OK);
        EXPECT_EQ(function(frame)(1), 1001);
        EXPECT_EQ(cbf_frame_set(
                      frame, [](cbf_cpu *cpu, void *) { native_return(cpu, -native_argument(cpu, 0)); }, nullptr),
                  CBF_OK);
        EXPECT_EQ(function(frame)(1), -1);
        EXPECT_EQ(stats(), before);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

TEST(CApiSet, by_its_own_handler) {
    cbf_frame *frame = nullptr;
    const cbf_handler handler = [](cbf_cpu *cpu, void *user) {
        native_return(cpu, cbf_frame_set(*static_cast<cbf_frame **>(user), add, &hundred));
    };
    ASSERT_EQ(cbf_frame_new(&frame, handler, &frame, CBF_LEVEL_ALL), CBF_OK);
    EXPECT_EQ(function(frame)(1), CBF_OK);
    EXPECT_EQ(function(frame)(1), 101);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
}

TEST(CApiSet, null_handler_changes_nothing) {
    cbf_frame *const frame = make();
    const cbf_stats before = stats();
    EXPECT_EQ(cbf_frame_set(frame, nullptr, &thousand), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(stats(), before);
    EXPECT_EQ(function(frame)(1), 101);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
}

TEST(CApiSet, freed) {
    cbf_frame *const frame = make();
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    const cbf_stats before = stats();
    EXPECT_EQ(cbf_frame_set(frame, add, &thousand), CBF_FREED);
    EXPECT_EQ(cbf_frame_set(frame, nullptr, &thousand), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(stats(), before);
    EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
    expect_pool_works();
}

// ---------------------------------------------------------------- freed means trapped

// What a call of a freed slot says, for the regular expressions of death tests.
std::string last_words(const cbf_frame *frame) {
    std::ostringstream words;
    words << "freed callback at 0x" << std::hex << reinterpret_cast<std::uintptr_t>(frame) << "\n";
    return words.str();
}

TEST(CApiDeathTest, call_of_a_freed_slot) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
        EXPECT_EXIT(function(frame)(1), aborted, last_words(frame));
    }
}

// The last slots of a page and of an image's last page name themselves, too.
TEST(CApiDeathTest, every_slot_of_a_page_knows_its_address) {
    std::vector<cbf_frame *> frames;
    never_taken(frames);
    const std::size_t first = frames.size() - 1;
    while (frames.size() < first + POOL_SLOTS)
        frames.push_back(make());
    for (const std::size_t index :
         {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{128}, std::size_t{253}, std::size_t{254}}) {
        cbf_frame *const frame = frames[first + index];
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
        EXPECT_EXIT(function(frame)(1), aborted, last_words(frame));
        frames[first + index] = nullptr;
    }
    for (cbf_frame *const frame : frames)
        if (frame != nullptr) {
            EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
        }
}

TEST(CApiDeathTest, call_from_within_the_freed_frame) {
    for (const cbf_level level : levels) {
        cbf_frame *frame = nullptr;
        const cbf_handler handler = [](cbf_cpu *, void *user) {
            cbf_frame *const own = *static_cast<cbf_frame **>(user);
            cbf_frame_free(own);
            function(own)(1);
        };
        ASSERT_EQ(cbf_frame_new(&frame, handler, &frame, level), CBF_OK);
        EXPECT_EXIT(function(frame)(1), aborted, last_words(frame));
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

TEST(CApiDeathTest, trapped_in_the_middle_of_quarantine) {
    for (const cbf_level level : levels) {
        std::vector<cbf_frame *> frames(100);
        for (cbf_frame *&frame : frames)
            frame = make(level);
        for (cbf_frame *const frame : frames)
            ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
        for (const std::size_t index : {0U, 50U, 99U})
            EXPECT_EXIT(function(frames[index])(1), aborted, last_words(frames[index]));
    }
}

TEST(CApiDeathTest, trapped_for_1024_later_frees) {
    for (const cbf_level level : levels) {
        const cbf_level other = level == CBF_LEVEL_ALL ? CBF_LEVEL_LEGACY : CBF_LEVEL_ALL;
        for (int i = 0; i < 1500; i++) // the quarantine is full: slots are reused
            ASSERT_EQ(cbf_frame_free(make(level)), CBF_OK);
        cbf_frame *const frame = make(level);
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
        for (int i = 1; i <= 1023; i++) {
            cbf_frame *const another = make(level);
            ASSERT_NE(another, frame) << "after " << i - 1 << " later frees";
            ASSERT_EQ(cbf_frame_free(another), CBF_OK);
        }
        for (int i = 0; i < 3000; i++) // those of another level do not count
            ASSERT_EQ(cbf_frame_free(make(other)), CBF_OK);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        EXPECT_EXIT(function(frame)(1), aborted, last_words(frame));

        cbf_frame *const last = make(level); // 1,023 have been freed since
        EXPECT_NE(last, frame);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        ASSERT_EQ(cbf_frame_free(last), CBF_OK);
        EXPECT_EXIT(function(frame)(1), aborted, last_words(frame));

        constexpr int enough = 2 * POOL_SLOTS + 1500;
        int later = 0; // and now it may come back, and does
        for (cbf_frame *another = nullptr; another != frame && later < enough; later++) {
            another = make(level);
            if (another == frame) {
                EXPECT_EQ(function(frame)(1), 101);
            }
            ASSERT_EQ(cbf_frame_free(another), CBF_OK);
        }
        EXPECT_LT(later, enough) << "freed memory is not reused";
    }
}

TEST(CApiDeathTest, a_batch_of_creations_does_not_cut_the_quarantine_short) {
    std::vector<cbf_frame *> frames(3000);
    for (cbf_frame *&frame : frames)
        frame = make();
    for (cbf_frame *const frame : frames)
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
    const std::set<cbf_frame *> newest(frames.end() - 1024, frames.end());
    for (cbf_frame *&frame : frames) { // nothing is freed meanwhile
        frame = make();
        EXPECT_FALSE(newest.contains(frame));
    }
    EXPECT_GE(stats().quarantined, 1024U);
    for (cbf_frame *const frame : newest)
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
    for (cbf_frame *const frame : frames)
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
}

// ---------------------------------------------------------------- stats and words

TEST(CApiStats, null) { EXPECT_EQ(cbf_pool_stats(nullptr), CBF_INVALID_ARGUMENT); }

TEST(CApiStats, arithmetic) {
    const cbf_stats before = stats();
    std::vector<cbf_frame *> frames;
    for (std::size_t i = 0; i < 1000; i++) {
        frames.push_back(make(levels[i % 2]));
        const cbf_stats now = stats();
        ASSERT_EQ(now.live, before.live + i + 1);
        ASSERT_LE(now.live + now.quarantined, now.capacity);
        ASSERT_EQ(now.capacity, now.pages * POOL_SLOTS);
        ASSERT_EQ(now.bytes, now.pages * 2 * POOL_PAGE_SIZE);
    }
    const cbf_stats full = stats();
    for (std::size_t i = 0; i < 1000; i++) {
        ASSERT_EQ(cbf_frame_free(frames[i]), CBF_OK);
        const cbf_stats now = stats();
        ASSERT_EQ(now.live, full.live - i - 1);
        ASSERT_EQ(now.quarantined, full.quarantined + i + 1);
        ASSERT_EQ(now.pages, full.pages);
    }
}

TEST(CApiWords, source_name) {
    EXPECT_STREQ(cbf_source_name(CBF_SOURCE_IMAGE), "image");
    EXPECT_STREQ(cbf_source_name(CBF_SOURCE_FILE), "file");
    EXPECT_STREQ(cbf_source_name(CBF_SOURCE_ANONYMOUS), "anonymous");
    EXPECT_STREQ(c11_source_name(3), "unknown");
}

TEST(CApiWords, source_name_of_unknown_values) {
    for (const int source : extreme)
        EXPECT_STREQ(c11_source_name(source), "unknown");
}

TEST(CApiWords, strerror) {
    std::set<std::string> texts;
    for (const cbf_status status :
         {CBF_OK, CBF_INVALID_ARGUMENT, CBF_NO_MEMORY, CBF_NO_EXECUTABLE, CBF_NOT_A_SLOT, CBF_FREED, CBF_BUSY,
          CBF_SYSTEM_ERROR, CBF_BAD_TYPE, CBF_BAD_CONVENTION, CBF_BAD_VARIADIC_TYPE}) {
        const std::string text = cbf_strerror(status);
        EXPECT_FALSE(text.empty());
        EXPECT_NE(text.back(), '.') << text;
        EXPECT_TRUE(texts.insert(text).second) << text;
    }
    const char *const unknown = c11_strerror(11);
    ASSERT_NE(unknown, nullptr);
    EXPECT_FALSE(texts.contains(unknown)) << unknown;
}

TEST(CApiWords, strerror_of_unknown_values) {
    for (const int status : extreme)
        EXPECT_STREQ(c11_strerror(status), c11_strerror(11));
}

TEST(CApiWords, version) {
    EXPECT_STREQ(cbf_version(), CBF_VERSION_STRING);
    std::ostringstream numbers;
    numbers << CBF_VERSION_MAJOR << '.' << CBF_VERSION_MINOR << '.' << CBF_VERSION_PATCH;
    EXPECT_EQ(cbf_version(), numbers.str());
}

TEST(CApiWords, address) {
    EXPECT_EQ(cbf_frame_address(nullptr), nullptr);
    cbf_frame *const frame = make();
    EXPECT_EQ(reinterpret_cast<cbf_frame *>(cbf_frame_address(frame)), frame);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    EXPECT_EQ(reinterpret_cast<cbf_frame *>(cbf_frame_address(frame)), frame) << "never fails";
}

TEST(CApiWords, stack_size) {
    EXPECT_GE(cbf_frame_stack_size(CBF_LEVEL_LEGACY), sizeof(cbf_cpu));
    EXPECT_GE(cbf_frame_stack_size(CBF_LEVEL_ALL), sizeof(cbf_cpu) + sizeof(cbf_wide));
}

TEST(CApiWords, stack_size_of_unknown_levels) {
    EXPECT_EQ(c11_frame_stack_size(3), 0U);
    for (const int level : extreme)
        EXPECT_EQ(c11_frame_stack_size(level), 0U);
}

TEST(CApiWords, stack_pointer_name) { EXPECT_STREQ(cbf_stack_pointer_name(), NATIVE_SP_NAME); }

// ---------------------------------------------------------------- cbf_cpu_format

class CApiFormat : public testing::Test {
  protected:
    CApiFormat() {
        native_set_vector(&cpu_, 0x0123456789abcdef);
        NATIVE_SP(&cpu_).p = stack_.data();
        options_.stack_rows = -1;
        EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, nullptr, 0, &length_), CBF_OK);
        buffer_.assign(length_ + 100, '#');
        EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, buffer_.data(), buffer_.size(), &length_), CBF_OK);
        text_ = buffer_.data();
        buffer_.assign(length_ + 100, '#');
    }

    // Formats into size bytes and answers what is in the buffer up to the zero byte.
    std::string format(std::size_t size) {
        std::size_t length = 0;
        EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, buffer_.data(), size, &length), CBF_OK);
        EXPECT_EQ(length, text_.size());
        EXPECT_TRUE(std::all_of(buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(size, length + 1)),
                                buffer_.end(), [](char c) { return c == '#'; }))
            << "wrote behind the end";
        EXPECT_NE(std::memchr(buffer_.data(), 0, size), nullptr);
        return buffer_.data();
    }

    std::size_t rows_of_stack(int stack_rows) {
        options_.stack_rows = stack_rows;
        std::size_t length = 0;
        std::vector<char> text(1 << 20);
        EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, text.data(), text.size(), &length), CBF_OK);
        std::istringstream lines(text.data());
        std::size_t rows = 0;
        for (std::string line; std::getline(lines, line);)
            rows += line.starts_with(NATIVE_SP_NAME + std::string("+"));
        return rows;
    }

    std::array<std::uint64_t, 64> stack_{};
    cbf_cpu cpu_{};
    cbf_format_options options_{};
    std::size_t length_ = 0;
    std::vector<char> buffer_;
    std::string text_;
};

TEST_F(CApiFormat, is_a_text) {
    EXPECT_EQ(text_.size(), length_);
    EXPECT_NE(text_.find("0x0123456789abcdef"), text_.npos);
}

TEST_F(CApiFormat, size_0_writes_nothing) {
    std::size_t length = 0;
    EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, buffer_.data(), 0, &length), CBF_OK);
    EXPECT_EQ(length, text_.size());
    EXPECT_EQ(buffer_[0], '#');
}

TEST_F(CApiFormat, truncates_as_snprintf_does) {
    EXPECT_EQ(format(1), "");
    EXPECT_EQ(format(2), text_.substr(0, 1));
    EXPECT_EQ(format(100), text_.substr(0, 99));
}

TEST_F(CApiFormat, last_byte_is_the_zero_byte) {
    EXPECT_EQ(format(text_.size() - 1), text_.substr(0, text_.size() - 2));
    buffer_.assign(buffer_.size(), '#');
    EXPECT_EQ(format(text_.size()), text_.substr(0, text_.size() - 1));
    buffer_.assign(buffer_.size(), '#');
    EXPECT_EQ(format(text_.size() + 1), text_);
    buffer_.assign(buffer_.size(), '#');
    EXPECT_EQ(format(text_.size() + 2), text_);
    buffer_.assign(buffer_.size(), '#');
    EXPECT_EQ(format(buffer_.size()), text_);
}

TEST_F(CApiFormat, invalid_arguments_change_nothing) {
    std::size_t length = 12345;
    char byte = '#';
    EXPECT_EQ(cbf_cpu_format(nullptr, &options_, &byte, 1, &length), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, &byte, 1, nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, nullptr, 1, &length), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_cpu_format(nullptr, nullptr, nullptr, 0, nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(length, 12345U);
    EXPECT_EQ(byte, '#');
}

TEST_F(CApiFormat, no_options_are_zero_options) {
    NATIVE_SP(&cpu_).u = 0; // no stack: rows of a live one would differ
    const cbf_format_options zero{};
    std::vector<char> with_null(1 << 16), with_zero(1 << 16);
    std::size_t length = 0;
    EXPECT_EQ(cbf_cpu_format(&cpu_, nullptr, with_null.data(), with_null.size(), &length), CBF_OK);
    EXPECT_EQ(cbf_cpu_format(&cpu_, &zero, with_zero.data(), with_zero.size(), &length), CBF_OK);
    EXPECT_EQ(with_null, with_zero);
}

TEST_F(CApiFormat, stack_rows) {
    EXPECT_EQ(rows_of_stack(-1), 0U);
    EXPECT_EQ(rows_of_stack(0), 32U);
    EXPECT_EQ(rows_of_stack(1), 1U);
    EXPECT_EQ(rows_of_stack(48), 48U);
}

TEST_F(CApiFormat, options_say_what_is_shown) {
    const auto has = [&](const char *words) {
        std::size_t length = 0;
        std::vector<char> text(1 << 16);
        EXPECT_EQ(cbf_cpu_format(&cpu_, &options_, text.data(), text.size(), &length), CBF_OK);
        return std::string(text.data()).find(words) != std::string::npos;
    };
    EXPECT_FALSE(has(NATIVE_FLAGS));
    options_.flags = 1;
    EXPECT_TRUE(has(NATIVE_FLAGS));
    options_.flags = 2;
    EXPECT_TRUE(has(NATIVE_FLAGS));
    EXPECT_FALSE(has(NATIVE_VECTOR_IN_DWORDS));
    options_.dword_xmm = 1;
    EXPECT_TRUE(has(NATIVE_VECTOR_IN_DWORDS));
    EXPECT_FALSE(has("\x1b["));
    options_.color = 1;
    EXPECT_EQ(has("\x1b["), NATIVE_REGISTER_ARGUMENTS != 0);
}

// ---------------------------------------------------------------- 80-bit numbers

using bytes80 = std::array<unsigned char, 10>;

bytes80 to80(double value) {
    std::array<unsigned char, 16> bytes{};
    bytes.fill(0xaa);
    cbf_float64to80(value, bytes.data());
    EXPECT_TRUE(std::all_of(bytes.begin() + 10, bytes.end(), [](unsigned char b) { return b == 0xaa; }))
        << "wrote more than 10 bytes";
    bytes80 first{};
    std::copy_n(bytes.begin(), first.size(), first.begin());
    return first;
}

double to64(const bytes80 &bytes) { return cbf_float80to64(bytes.data()); }

// Sign and exponent, integer bit and fraction: Intel SDM vol. 1, 4.2.2.
bytes80 number(unsigned sign_and_exponent, std::uint64_t mantissa) {
    bytes80 bytes{};
    std::memcpy(bytes.data(), &mantissa, sizeof mantissa);
    bytes[8] = static_cast<unsigned char>(sign_and_exponent & 0xff);
    bytes[9] = static_cast<unsigned char>(sign_and_exponent >> 8);
    return bytes;
}

constexpr std::uint64_t one = std::uint64_t{1} << 63;

TEST(CApiNumber, known_encodings) {
    EXPECT_EQ(to80(0.0), number(0, 0));
    EXPECT_EQ(to80(-0.0), number(0x8000, 0));
    EXPECT_EQ(to80(1.0), number(0x3fff, one));
    EXPECT_EQ(to80(0.125), number(0x3ffc, one));
    EXPECT_EQ(to80(-1.5), number(0xbfff, one | one >> 1));
    EXPECT_EQ(to80(std::numeric_limits<double>::infinity()), number(0x7fff, one));
    EXPECT_EQ(to80(-std::numeric_limits<double>::infinity()), number(0xffff, one));
    EXPECT_EQ(to80(std::numeric_limits<double>::denorm_min()), number(0x3fff - 1074, one));
    EXPECT_EQ(to80(0x1.fffffffffffffp1023), number(0x3fff + 1023, ~std::uint64_t{0x7ff}));
    EXPECT_EQ(to80(std::numeric_limits<double>::quiet_NaN()), number(0x7fff, one | one >> 1));
}

TEST(CApiNumber, every_double_survives) {
    const double values[] = {0.0,
                             1.0,
                             0.125,
                             0.1,
                             3.141592653589793,
                             1e300,
                             1e-300,
                             std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::min(),
                             std::numeric_limits<double>::denorm_min(),
                             std::numeric_limits<double>::min() / 3,
                             std::numeric_limits<double>::epsilon(),
                             std::numeric_limits<double>::quiet_NaN(),
                             std::bit_cast<double>(0x7ff8000000001234)};
    for (const double magnitude : values)
        for (const double value : {magnitude, std::copysign(magnitude, -1.0)})
            EXPECT_EQ(std::bit_cast<std::uint64_t>(to64(to80(value))), std::bit_cast<std::uint64_t>(value)) << value;
    for (int exponent = 0; exponent < 0x7ff; exponent++) {
        const auto bits = static_cast<std::uint64_t>(exponent) << 52 | 0xabcdef0123457;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(to64(to80(std::bit_cast<double>(bits)))), bits);
    }
}

TEST(CApiNumber, rounds_to_nearest_even) {
    const std::uint64_t ulp = std::uint64_t{1} << 11; // of a double, in a mantissa of 64 bits
    EXPECT_EQ(to64(number(0x3fff, one + ulp / 2 - 1)), 1.0);
    EXPECT_EQ(to64(number(0x3fff, one + ulp / 2)), 1.0);
    EXPECT_EQ(to64(number(0x3fff, one + ulp / 2 + 1)), 0x1.0000000000001p0);
    EXPECT_EQ(to64(number(0x3fff, one + ulp + ulp / 2)), 0x1.0000000000002p0);
    EXPECT_EQ(to64(number(0x3fff, ~std::uint64_t{0})), 2.0);
}

TEST(CApiNumber, out_of_range) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(to64(number(0x7ffe, ~std::uint64_t{0})), infinity);
    EXPECT_EQ(to64(number(0xfffe, one)), -infinity);
    EXPECT_EQ(to64(number(0x3fff + 1023, ~std::uint64_t{0})), infinity);
    EXPECT_EQ(to64(number(1, one)), 0.0);
    EXPECT_TRUE(std::signbit(to64(number(0x8001, one))));
    EXPECT_EQ(to64(number(0, 1)), 0.0) << "an 80-bit denormal";
    EXPECT_TRUE(std::isnan(to64(number(0x7fff, one | 1))));
}

TEST(CApiNumber, misaligned) {
    std::array<unsigned char, 32> bytes{};
    for (std::size_t at = 0; at < 16; at++) {
        cbf_float64to80(-0.1, &bytes[at]);
        EXPECT_EQ(cbf_float80to64(&bytes[at]), -0.1);
    }
}

// ---------------------------------------------------------------- cbf_cpu_return_address

[[gnu::noinline]] std::uintptr_t call_it(cbf_frame *frame) {
    std::uintptr_t to = 0;
    EXPECT_EQ(cbf_frame_set(
                  frame,
                  [](cbf_cpu *cpu, void *user) { *static_cast<std::uintptr_t *>(user) = cbf_cpu_return_address(cpu); },
                  &to),
              CBF_OK);
    function(frame)(1);
    return to;
}

TEST(CApiReturnAddress, is_in_the_caller) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        const auto start = reinterpret_cast<std::uintptr_t>(call_it);
        const std::uintptr_t to = call_it(frame);
        EXPECT_GT(to, start);
        EXPECT_LT(to, start + 1000);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

// ---------------------------------------------------------------- cbf_cpu_save, cbf_cpu_restore

TEST(CApiSave, of_a_call) {
    for (const cbf_level level : levels) {
        cbf_frame *const frame = make(level);
        ASSERT_EQ(cbf_frame_set(
                      frame,
                      [](cbf_cpu *cpu, void *user) {
                          add(cpu, user);
                          cbf_saved_cpu saved;
                          cbf_cpu_save(cpu, &saved);
                          native_return(cpu, -1);
                          cbf_cpu_restore(cpu, &saved);
                      },
                      &hundred),
                  CBF_OK);
        EXPECT_EQ(function(frame)(1), 101);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

// ---------------------------------------------------------------- cbf_copy_readable

TEST(CApiCopyReadable, up_to_the_first_byte_that_cannot_be_read) {
    const guarded_pages memory{2};
    std::array<std::uint64_t, 4> words{9, 9, 9, 9};
    EXPECT_EQ(cbf_copy_readable(memory.end() - 16, words.data(), 16), 16U);
    EXPECT_EQ(words[1], 2 * guarded_pages::page / 8 - 1);
    EXPECT_EQ(cbf_copy_readable(memory.end() - 8, words.data(), 32), 8U);
    EXPECT_EQ(words, (std::array<std::uint64_t, 4>{2 * guarded_pages::page / 8 - 1, words[1], 9, 9}));
    EXPECT_EQ(cbf_copy_readable(memory.end(), words.data(), 8), 0U);
    EXPECT_EQ(cbf_copy_readable(0, words.data(), 8), 0U);
    EXPECT_EQ(cbf_copy_readable(UINTPTR_MAX, words.data(), 8), 0U);
    EXPECT_EQ(cbf_copy_readable(memory.start(), nullptr, 0), 0U);
}

// ---------------------------------------------------------------- cbf_v1_die_at

TEST(CApiDeathTest, words_with_a_slot_between) {
    EXPECT_EXIT(cbf_v1_die_at("slot ", reinterpret_cast<void *>(std::uintptr_t{0x1234}), " is none"), aborted,
                "slot 0x1234 is none\n");
}

} // namespace
