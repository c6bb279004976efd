// Frames of each level, made in each way that there is.
#pragma once

#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

/// Where a frame's handler is kept.
enum class handler_place { record, heap, c_api };

struct frame_kind {
    cbframe::level level;
    handler_place place;

    std::string name() const {
        const char *const places[] = {"InRecord", "OnHeap", "CApi"};
        std::string text = level == cbframe::level::all ? "All" : "Legacy";
        return text.append(places[static_cast<std::size_t>(place)]);
    }
    friend std::ostream &operator<<(std::ostream &to, const frame_kind &from) { return to << from.name(); }
};

inline constexpr frame_kind frame_kinds[] = {
    {cbframe::level::legacy, handler_place::record}, {cbframe::level::legacy, handler_place::heap},
    {cbframe::level::legacy, handler_place::c_api},  {cbframe::level::all, handler_place::record},
    {cbframe::level::all, handler_place::heap},      {cbframe::level::all, handler_place::c_api}};
inline constexpr frame_kind frame_kinds_in_record[] = {{cbframe::level::legacy, handler_place::record},
                                                       {cbframe::level::all, handler_place::record}};

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
        }
    }
    callee(const callee &) = delete;
    callee &operator=(const callee &) = delete;
    ~callee() {
        if (c_frame_ != nullptr)
            cbf_frame_free(c_frame_);
    }

    const void *address() const { return frame_ ? frame_.address() : static_cast<const void *>(c_frame_); }
    auto function() const {
        return frame_ ? frame_.as<void()>() : reinterpret_cast<void (*)()>(cbf_frame_address(c_frame_));
    }

  private:
    static void handle(cbf_cpu *cpu, void *self) { static_cast<callee *>(self)->act_(*cpu); }

    std::function<void(cbf_cpu &)> act_;
    cbframe::frame frame_;
    cbf_frame *c_frame_ = nullptr;
};
