// What keeps a thread from being cancelled half-way.
#pragma once

namespace cbframe {

/// While one lives, its thread is not cancelled: pthread_cancel() waits. For all that asks the system for something,
/// or waits: there a cancelled thread unwinds its stack, which would end the process where functions are noexcept, and
/// leave a lock taken. One file a system. Async-signal-safe.
class [[nodiscard]] uncancellable {
  public:
    uncancellable() noexcept;
    ~uncancellable();
    uncancellable(const uncancellable &) = delete;
    uncancellable &operator=(const uncancellable &) = delete;

  private:
    int before_ = 0;
};

} // namespace cbframe
