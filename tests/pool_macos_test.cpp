// Where slots come from on macOS: the image's own, further mappings of its code, pages that are written once and
// sealed.
#include <cbframe/callback.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "aborted.hpp"
#include "native.h"
#include "numbered_frames.hpp"

#include <gtest/gtest.h>

#include <mach/mach.h>

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using remap = decltype(vm_remap);

bool refuses_to_remap = false;

} // namespace

// In place of the system's, which it calls.
extern "C" kern_return_t vm_remap(vm_map_t to, vm_address_t *at, vm_size_t size, vm_address_t mask, int flags,
                                  vm_map_t from, vm_address_t code, boolean_t copy, vm_prot_t *current,
                                  vm_prot_t *maximum, vm_inherit_t inheritance) {
    static remap *const of_the_system = reinterpret_cast<remap *>(dlsym(RTLD_NEXT, "vm_remap"));
    if (refuses_to_remap)
        return KERN_PROTECTION_FAILURE;
    return of_the_system(to, at, size, mask, flags, from, code, copy, current, maximum, inheritance);
}

namespace {

using cbframe::callback;
using cbframe::frame;

vm_region_basic_info_data_64_t region_of(const void *address) {
    auto at = reinterpret_cast<vm_address_t>(address);
    vm_size_t size = 0;
    vm_region_basic_info_data_64_t known{};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_port_t object = MACH_PORT_NULL;
    EXPECT_EQ(vm_region_64(mach_task_self(), &at, &size, VM_REGION_BASIC_INFO_64,
                           reinterpret_cast<vm_region_info_t>(&known), &count, &object),
              KERN_SUCCESS);
    return known;
}

constexpr std::size_t beyond_the_image = 20000; // several runs of pages
constexpr vm_prot_t sealed = VM_PROT_READ | VM_PROT_EXECUTE;

TEST(Pool, GrowsByMappingTheImageAgain) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(wrong_answers(many), 0U);
}

TEST(Pool, TypedSlotsGrowBeyondTheImage) {
    std::vector<callback<std::size_t(std::size_t)>> many;
    for (std::size_t i = 0; i < beyond_the_image; ++i)
        many.emplace_back([i](std::size_t n) { return n + i; });
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < many.size(); ++i)
        wrong += many[i].get()(7) != 7 + i;
    EXPECT_EQ(wrong, 0U);
}

TEST(Pool, NoCodeCanBeMadeWritable) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    const auto known = region_of(many.back().address());
    EXPECT_EQ(known.protection, sealed);
    EXPECT_EQ(known.max_protection, sealed);
}

TEST(Pool, AForkedProcessHasSlotsOfItsOwn) {
    std::vector<frame> many = make_frames(beyond_the_image);
    const pid_t child = fork();
    if (child == 0) {
        for (frame &each : many)
            each = frame([](cbframe::cpu &cpu) { native_return(&cpu, 1); });
        _exit(many.back().as<int()>()() == 1 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(wrong_answers(many), 0U);
}

TEST(Pool, ExceptionsPassFurtherSlots) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    const frame throwing([](cbframe::cpu &) { throw 42; });
    int caught = 0;
    try {
        throwing.as<void()>()();
    } catch (int thrown) {
        caught = thrown;
    }
    EXPECT_EQ(caught, 42);
}

TEST(PoolDeathTest, AFreedSlotBeyondTheImageTraps) {
    std::vector<frame> many = make_frames(beyond_the_image);
    auto *const function = many.back().as<void()>();
    many.pop_back();
    EXPECT_EXIT(function(), aborted, "cbframe: call of a freed callback at 0x.");
}

[[noreturn]] void grow_without_remapping() {
    refuses_to_remap = true;
    const std::vector<frame> many = make_frames(2 * beyond_the_image); // more than there is when it begins
    const bool as_promised = cbframe::pool_stats().source == CBF_SOURCE_ANONYMOUS && wrong_answers(many) == 0 &&
                             region_of(many.back().address()).protection == sealed;
    std::exit(as_promised ? 0 : 1);
}

TEST(PoolDeathTest, WhatCannotBeMappedAgainIsWrittenOnceAndSealed) {
    EXPECT_EXIT(grow_without_remapping(), testing::ExitedWithCode(0), "");
}

} // namespace
