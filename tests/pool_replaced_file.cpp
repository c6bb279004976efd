// The pool when the file that slots come from is another one, or none that can be found.
#include "pool_crowd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

std::string contents(const std::filesystem::path &path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void replace(const std::filesystem::path &path, const std::string &text) {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << text;
}

// Where the image's code pages are in the file: at the first slot of a pool that nobody has used.
std::size_t offset_of_code(const crowd &frames, const memory_map &maps) {
    const auto slot = reinterpret_cast<std::uintptr_t>(frames.front());
    EXPECT_EQ(slot % 4096, 0U);
    const mapping code = maps.of(frames.front());
    return static_cast<std::size_t>(slot - code.first + code.offset);
}

enum class knowledge { fresh, has_mapped_the_file };

// Puts what changed() makes of this program's bytes in the place of its file; then expects further
// slots to come from source.
template <class Changed>
void replaced_file(knowledge before, Changed changed, cbf_source source) {
    const memory_map maps;
    crowd frames;
    frames.grow(1);
    const std::size_t code = offset_of_code(frames, maps);
    if (before == knowledge::has_mapped_the_file) {
        frames.grow(5000);
        EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    }
    frames.fill();
    const std::string bytes = changed(contents(own_file()), code);
    const std::string path = own_file();
    replace(path, bytes);
    replace(path + " (deleted)", bytes); // what /proc/self/maps now calls it
    frames.grow(20'000);
    EXPECT_EQ(stats().source, source);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    maps.expect_write_xor_execute();
    expect_consistent();
}

std::string other_bytes(const std::string &bytes, std::size_t) { return std::string(bytes.size(), '\xcc'); }

std::string one_other_bit(std::string bytes, std::size_t code) {
    const std::size_t last =
        code + std::size_t{POOL_PAGES - 1} * POOL_PAGE_SIZE + std::size_t{POOL_SLOTS - 1} * POOL_SLOT_SIZE; // slot
    bytes[last + 12] = static_cast<char>(bytes[last + 12] ^ 1);
    return bytes;
}

std::string cut_short(const std::string &bytes, std::size_t code) {
    return bytes.substr(0, code + std::size_t{POOL_PAGES - 1} * POOL_PAGE_SIZE + 100);
}

void other_file_before_growth() { replaced_file(knowledge::fresh, other_bytes, CBF_SOURCE_ANONYMOUS); }
void other_file_after_growth() { replaced_file(knowledge::has_mapped_the_file, other_bytes, CBF_SOURCE_ANONYMOUS); }
void file_with_one_other_bit() { replaced_file(knowledge::has_mapped_the_file, one_other_bit, CBF_SOURCE_ANONYMOUS); }
void file_cut_short() { replaced_file(knowledge::has_mapped_the_file, cut_short, CBF_SOURCE_ANONYMOUS); }

// As a package manager does that installs the same version again. It is another file: who knows whose?
void same_file_again() {
    replaced_file(
        knowledge::has_mapped_the_file, [](const std::string &bytes, std::size_t) { return bytes; },
        CBF_SOURCE_ANONYMOUS);
}

// As a package manager does that keeps the old version until it has put the new one in place.
void file_renamed() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    frames.fill();
    const std::filesystem::path path = own_file();
    std::filesystem::rename(path, path.string() + ".old");
    replace(path, other_bytes(contents(path.string() + ".old"), 0));
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE) << "/proc/self/maps tells where the file is now";
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void other_file_and_exec_gain_refused() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    frames.fill();
    replace(own_file(), other_bytes(contents(own_file()), 0));
    refuse_exec_gain();
    expect_no_executable(frames);
}

void file_is_mapped() {
    crowd frames;
    frames.grow(20'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void any_source() {
    crowd frames;
    frames.grow(20'000);
    EXPECT_NE(stats().source, CBF_SOURCE_IMAGE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

// Everything that a slot of the image can.
void slots_are_slots() {
    for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL}) {
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(&frame, give_user, number(1), level), CBF_OK);
        EXPECT_EQ(call(frame), number(1));
        EXPECT_EQ(cbf_frame_set(frame, give_user, number(2)), CBF_OK);
        EXPECT_EQ(call(frame), number(2));
        const cbf_handler thrower = [](cbf_cpu *, void *user) { throw user; };
        EXPECT_EQ(cbf_frame_set(frame, thrower, number(3)), CBF_OK);
        EXPECT_THROW(call(frame), void *);
        const auto address = reinterpret_cast<std::uintptr_t>(frame);
        for (const std::uintptr_t no_slot : {address + 8, address | 4080, (address & ~std::uintptr_t{4095}) + 8})
            EXPECT_EQ(cbf_frame_free(reinterpret_cast<cbf_frame *>(no_slot)), CBF_NOT_A_SLOT);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        const pid_t child = fork();
        if (child == 0) {
            call(frame);
            _exit(0);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
    }
}

void file_slots_are_slots() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    slots_are_slots();
}

void anonymous_slots_are_slots() {
    crowd frames;
    frames.fill();
    std::filesystem::remove(own_file());
    frames.grow(1);
    EXPECT_EQ(stats().source, CBF_SOURCE_ANONYMOUS);
    slots_are_slots();
}

// ---------------------------------------------------------------- running scenarios

TEST(PoolFile, another_one_before_growth) { expect_success("other_file_before_growth"); }
TEST(PoolFile, another_one_after_growth) { expect_success("other_file_after_growth"); }
TEST(PoolFile, differs_in_one_bit) { expect_success("file_with_one_other_bit"); }
TEST(PoolFile, cut_short) { expect_success("file_cut_short"); }
TEST(PoolFile, the_same_again) { expect_success("same_file_again"); }
TEST(PoolFile, renamed) { expect_success("file_renamed"); }
TEST(PoolFile, another_one_and_exec_gain_refused) { expect_success("other_file_and_exec_gain_refused"); }
TEST(PoolFile, slots_are_slots) { expect_success("file_slots_are_slots"); }
TEST(PoolFile, anonymous_slots_are_slots) { expect_success("anonymous_slots_are_slots"); }
TEST(PoolFile, blanks_in_its_name) { expect_success("file_is_mapped", " a  program "); }
TEST(PoolFile, called_deleted) { expect_success("any_source", "program (deleted)"); }
TEST(PoolFile, line_feed_in_its_name) { expect_success("any_source", "a\nprogram"); }
TEST(PoolFile, longest_name) { expect_success("any_source", std::string(255, 'x')); }

} // namespace

const scenario_map replaced_file_scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(other_file_before_growth),
    SCENARIO(other_file_after_growth),
    SCENARIO(file_with_one_other_bit),
    SCENARIO(file_cut_short),
    SCENARIO(same_file_again),
    SCENARIO(file_renamed),
    SCENARIO(other_file_and_exec_gain_refused),
    SCENARIO(file_is_mapped),
    SCENARIO(any_source),
    SCENARIO(file_slots_are_slots),
    SCENARIO(anonymous_slots_are_slots),
#undef SCENARIO
};
