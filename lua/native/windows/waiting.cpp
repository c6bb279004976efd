#include "system.hpp"

#include <windows.h>

#include <cmath>

namespace cbf_lua {
namespace {

DWORD milliseconds(double seconds) noexcept {
    constexpr double longest = 1e6;
    return seconds >= 0 && seconds < longest ? static_cast<DWORD>(std::ceil(seconds * 1000)) : INFINITE;
}

HANDLE event_of(const bell &which) noexcept { return reinterpret_cast<HANDLE>(which.handle); }

} // namespace

bool bell::make() noexcept {
    handle = other = reinterpret_cast<std::intptr_t>(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    return handle != 0;
}

void bell::close() noexcept { CloseHandle(event_of(*this)); }

void bell::ring() const noexcept { SetEvent(event_of(*this)); }

void bell::silence() const noexcept { ResetEvent(event_of(*this)); }

void bell::wait(double seconds) const { WaitForSingleObject(event_of(*this), milliseconds(seconds)); }

void bell::renew() noexcept {}

void wait_while(const std::atomic<std::uint32_t> &word, std::uint32_t value, double seconds) noexcept {
    WaitOnAddress(const_cast<std::atomic<std::uint32_t> *>(&word), &value, sizeof(value), milliseconds(seconds));
}

void wake(const std::atomic<std::uint32_t> &word) noexcept {
    WakeByAddressSingle(const_cast<std::atomic<std::uint32_t> *>(&word));
}

void guard_forks(void (*)(), void (*)(), void (*)()) {}

} // namespace cbf_lua
