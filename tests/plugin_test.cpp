// A plugin with a static copy of the library, loaded and unloaded again and again: the copy stays, with what it has
// mapped, and serves whoever loads the plugin next.
#include "aborted.hpp"
#include "plugins.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace {

// Makes 10,000 frames in the plugin, calls and frees them; the address of the last.
void *load_and_unload() {
    void *const plugin = plugins::load(PLUGIN);
    EXPECT_NE(plugin, nullptr);
    if (plugin == nullptr)
        return nullptr;
    const auto make_and_free = reinterpret_cast<void *(*)()>(plugins::function(plugin, "make_and_free"));
    void *const freed = make_and_free();
    EXPECT_NE(freed, nullptr);
    plugins::unload(plugin);
    return freed;
}

TEST(Plugin, LeavesNoMappingsBehindEachTime) {
    load_and_unload();
    const std::size_t after_the_first = plugins::mappings();
    constexpr int times = 100;
    for (int i = 0; i < times; ++i)
        load_and_unload();
    EXPECT_LT(plugins::mappings(), after_the_first + times) << "the heap may have grown, but not each time";
}

TEST(PluginDeathTest, AFreedSlotTrapsWhenThePluginHasBeenUnloaded) {
    const auto freed = reinterpret_cast<void (*)()>(load_and_unload());
    EXPECT_EXIT(freed(), aborted, "cbframe: call of a freed callback at 0x.");
}

} // namespace
