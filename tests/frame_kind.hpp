// Frames and taps of each level, made in each way that there is.
#pragma once

#include "arch/arch.hpp"

#include <cbframe/tap.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

/// Returns to its caller at once, in assembly: what it gets is what the caller finds.
extern "C" void exactness_original();

/// Where a frame's handler is kept, or that of a tap of exactness_original.
enum class handler_place { record, heap, c_api, tap, c_tap };

struct frame_kind {
    cbframe::level level;
    handler_place place;

    std::string name() const {
        const char *const levels[] = {"Legacy", "All", "Sse"};
        const char *const places[] = {"InRecord", "OnHeap", "CApi", "Tap", "CTap"};
        return std::string(levels[static_cast<std::size_t>(level)]).append(places[static_cast<std::size_t>(place)]);
    }
    bool is_tap() const { return place == handler_place::tap || place == handler_place::c_tap; }
    friend std::ostream &operator<<(std::ostream &to, const frame_kind &from) { return to << from.name(); }
};

/// Of all levels that this CPU has, or of those with the x87; in these places.
inline std::vector<frame_kind> kinds_of(std::size_t levels, std::initializer_list<handler_place> places) {
    std::vector<frame_kind> made;
    for (std::size_t level = 0; level < levels; ++level)
        for (const handler_place place : places)
            made.push_back({static_cast<cbframe::level>(level), place});
    return made;
}
inline const std::vector<frame_kind> frame_kinds =
    kinds_of(std::size(cbf::arch::entries), {handler_place::record, handler_place::heap, handler_place::c_api,
                                             handler_place::tap, handler_place::c_tap});
inline const std::vector<frame_kind> frame_kinds_in_record =
    kinds_of(std::size(cbf::arch::entries), {handler_place::record, handler_place::tap});

inline std::string name_of(const testing::TestParamInfo<frame_kind> &test) { return test.param.name(); }

/// A frame of some kind that runs a function.
class callee {
  public:
    callee(frame_kind kind, std::function<void(cbf_cpu &)> act) : act_(std::move(act)) {
        switch (kind.place) {
        case handler_place::record:
            frame_ = cbframe::frame([this](cbf_cpu &cpu) { act_(cpu); }, kind.level);
            break;
        case handler_place::heap:
            frame_ = cbframe::frame([this, ballast = std::string(100, 'x')](cbf_cpu &cpu) { act_(cpu); }, kind.level);
            break;
        case handler_place::c_api:
            EXPECT_EQ(cbf_frame_new(&c_frame_, handle, this, static_cast<cbf_level>(kind.level)), CBF_OK);
            break;
        case handler_place::tap:
            tap_ = cbframe::tap(
                &exactness_original, [this](cbf_cpu &cpu) { act_(cpu); }, kind.level);
            break;
        case handler_place::c_tap:
            EXPECT_EQ(cbf_tap_new(&c_tap_, exactness_original, handle, this, static_cast<unsigned>(kind.level)),
                      CBF_OK);
            break;
        }
    }
    callee(const callee &) = delete;
    callee &operator=(const callee &) = delete;
    ~callee() {
        cbf_frame_free(c_frame_);
        cbf_tap_free(c_tap_);
    }

    cbf_function function() const {
        if (frame_)
            return frame_.as<void()>();
        if (tap_)
            return tap_.as<void()>();
        return c_frame_ != nullptr ? cbf_frame_address(c_frame_) : cbf_tap_address(c_tap_);
    }
    const void *address() const { return reinterpret_cast<const void *>(reinterpret_cast<std::uintptr_t>(function())); }

  private:
    static void handle(cbf_cpu *cpu, void *self) { static_cast<callee *>(self)->act_(*cpu); }

    std::function<void(cbf_cpu &)> act_;
    cbframe::frame frame_;
    cbf_frame *c_frame_ = nullptr;
    cbframe::tap tap_;
    cbf_tap *c_tap_ = nullptr;
};
