// Where slots come from on Windows: the image's own, then pages that are written once and sealed.
#include <cbframe/callback.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "aborted.hpp"
#include "native.h"
#include "numbered_frames.hpp"

#include <gtest/gtest.h>

#include <windows.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using cbframe::callback;
using cbframe::errc;
using cbframe::frame;

DWORD protection_of(const void *address) {
    MEMORY_BASIC_INFORMATION known{};
    EXPECT_NE(VirtualQuery(address, &known, sizeof(known)), 0U);
    return known.Protect;
}

// Regions of this process's memory that can be written and executed.
std::size_t writable_and_executable() {
    constexpr DWORD both = PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    std::size_t found = 0;
    MEMORY_BASIC_INFORMATION known{};
    for (const std::byte *at = nullptr; VirtualQuery(at, &known, sizeof(known)) != 0;
         at = static_cast<const std::byte *>(known.BaseAddress) + known.RegionSize)
        found += known.State == MEM_COMMIT && (known.Protect & both) != 0;
    return found;
}

constexpr std::size_t beyond_the_image = 20000; // several runs of pages

const frame first([](cbframe::cpu &cpu) { native_return(&cpu, 7); });

TEST(Pool, TheImageHasTheFirstSlots) {
    MEMORY_BASIC_INFORMATION known{};
    ASSERT_NE(VirtualQuery(first.address(), &known, sizeof(known)), 0U);
    EXPECT_EQ(known.Type, static_cast<DWORD>(MEM_IMAGE));
    EXPECT_EQ(known.Protect, static_cast<DWORD>(PAGE_EXECUTE_READ));
    EXPECT_EQ(first.as<int()>()(), 7);
}

TEST(Pool, GrowsBeyondTheImage) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    const cbf_stats stats = cbframe::pool_stats();
    EXPECT_EQ(stats.source, CBF_SOURCE_ANONYMOUS);
    EXPECT_EQ(stats.live, beyond_the_image + 1);
    EXPECT_GE(stats.capacity, beyond_the_image);
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
    EXPECT_EQ(protection_of(many.back().address()), static_cast<DWORD>(PAGE_EXECUTE_READ));
}

TEST(Pool, NothingIsWritableAndExecutable) {
    const std::size_t before = writable_and_executable(); // Wine's own
    const std::vector<frame> many = make_frames(beyond_the_image);
    std::size_t not_sealed = 0;
    for (const frame &each : many)
        not_sealed += protection_of(each.address()) != PAGE_EXECUTE_READ;
    EXPECT_EQ(not_sealed, 0U);
    EXPECT_EQ(writable_and_executable(), before);
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
    void (*function)() = nullptr;
    std::vector<frame> many = make_frames(beyond_the_image);
    function = many.back().as<void()>();
    many.pop_back();
    EXPECT_EXIT(function(), aborted, "cbframe: call of a freed callback at 0x.");
}

// As the policy does (Microsoft, "ProcessDynamicCodePolicy"), which Wine takes and ignores: the library's calls of
// VirtualProtect come here.
bool refuses_code = false;

BOOL WINAPI protect(void *address, SIZE_T size, DWORD wanted, DWORD *before) {
    constexpr DWORD executable = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    if (refuses_code && (wanted & executable) != 0) {
        SetLastError(ERROR_ACCESS_DENIED);
        return FALSE;
    }
    return VirtualProtectEx(GetCurrentProcess(), address, size, wanted, before);
}

} // namespace

// In place of the import library's.
#if defined(_WIN64)
#define IMPORTED_PROTECT "__imp_VirtualProtect"
#else
#define IMPORTED_PROTECT "__imp__VirtualProtect@16"
#endif
extern "C" decltype(&protect) imported_protect asm(IMPORTED_PROTECT);
decltype(&protect) imported_protect = protect;

namespace {

[[noreturn]] void grow_without_dynamic_code() {
    refuses_code = true;
    std::vector<frame> made;
    try {
        for (std::size_t i = 0; i < beyond_the_image; ++i)
            made.emplace_back([i](cbframe::cpu &cpu) { native_return(&cpu, static_cast<intptr_t>(i)); });
    } catch (const cbframe::error &refused) {
        const bool as_promised =
            refused.code() == errc::no_executable && made.size() > 4000 && wrong_answers(made) == 0;
        std::exit(as_promised ? 0 : 1);
    }
    std::exit(1);
}

TEST(PoolDeathTest, WithoutDynamicCodeTheImagesSlotsWork) {
    EXPECT_EXIT(grow_without_dynamic_code(), testing::ExitedWithCode(0), "");
}

} // namespace
