// Frames in C, and what all slots have in common.
#include "call/frame.hpp"
#include "arch/arch.hpp"
#include "call/c_closure.hpp"
#include "call/tap.hpp"
#include "call/typed_slots.hpp"
#include "dump/call_line.hpp"
#include "dump/format.hpp"
#include "failure.hpp"

namespace {

using namespace cbf::c_api;

constexpr const char *not_a_frame = "not a frame of this library";

bool is_level(const cbf_level &level) noexcept { return cbf::frames::is_level(number(level)); }

} // namespace

extern "C" {

cbf_status cbf_frame_new(cbf_frame **out, cbf_handler handler, void *user, cbf_level level) noexcept {
    if (out == nullptr || handler == nullptr)
        return refuse(out == nullptr ? "out is NULL" : "handler is NULL");
    if (!is_level(level))
        return refuse(no_such_level);
    return guarded_new(out, [&] { return cbf::frames::take(handler, user, level); });
}

cbf_status cbf_frame_set(cbf_frame *frame, cbf_handler handler, void *user) noexcept {
    if (handler == nullptr)
        return refuse("handler is NULL");
    return guarded_slot(not_a_frame, [&] { return cbf::frames::set(frame, handler, user); });
}

cbf_status cbf_frame_free(cbf_frame *frame) noexcept {
    if (frame == nullptr)
        return CBF_OK;
    return guarded_slot(not_a_frame, [&] { return cbf::frames::give(frame); });
}

cbf_function cbf_frame_address(const cbf_frame *frame) noexcept {
    return reinterpret_cast<cbf_function>(reinterpret_cast<std::uintptr_t>(frame));
}

size_t cbf_frame_stack_size(cbf_level level) noexcept { return is_level(level) ? cbf::arch::stack_size(level) : 0; }

cbf_status cbf_pool_stats(cbf_stats *out) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    cbf_stats stats{};
    const cbf::pool::lock_guard locked;
    if (!locked)
        return failed(CBF_BUSY);
    locked.page_stats(stats);
    cbf::frames::add_stats(locked, stats);
    cbf::typed::add_stats(locked, stats);
    cbf::closures::add_stats(locked, stats);
    cbf::taps::add_stats(locked, stats);
    *out = stats;
    return CBF_OK;
}

const char *cbf_source_name(cbf_source source) noexcept {
    switch (number(source)) {
    case CBF_SOURCE_IMAGE:
        return "image";
    case CBF_SOURCE_FILE:
        return "file";
    case CBF_SOURCE_ANONYMOUS:
        return "anonymous";
    }
    return "unknown";
}

cbf_status cbf_cpu_format(const cbf_cpu *cpu, const cbf_format_options *options, char *buffer, size_t size,
                          size_t *length) noexcept {
    if (cpu == nullptr || length == nullptr || (buffer == nullptr && size > 0))
        return refuse(cpu == nullptr ? "cpu is NULL" : length == nullptr ? "length is NULL" : "buffer is NULL");
    return guarded(
        [&] { write(cbf::format(*cpu, options != nullptr ? *options : cbf_format_options()), buffer, size, length); });
}

cbf_status cbf_cpu_format_call(const cbf_cpu *cpu, const char *name, char *buffer, size_t size,
                               size_t *length) noexcept {
    if (cpu == nullptr || length == nullptr || (buffer == nullptr && size > 0))
        return refuse(cpu == nullptr ? "cpu is NULL" : length == nullptr ? "length is NULL" : "buffer is NULL");
    return guarded([&] { write(cbf::format_call(*cpu, name != nullptr ? name : ""), buffer, size, length); });
}

const char *cbf_version(void) noexcept { return CBF_VERSION_STRING; }

} // extern "C"
