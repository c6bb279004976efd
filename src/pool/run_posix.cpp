#include "source.hpp"

#include <cbframe/error.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace cbframe::pool {

namespace {

[[noreturn]] void fail(errc code) { throw std::system_error(make_error_code(code)); }

/// Addresses for code and records at their distance, with nothing mapped between them.
class reservation {
  public:
    reservation() {
        void *const mapped =
            mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED)
            fail(errc::no_memory);
        first_ = static_cast<std::byte *>(mapped);
        if (munmap(first_ + run_size, gap()) != 0) { // it takes one more mapping than before
            munmap(first_, size());
            fail(errc::no_memory);
        }
    }
    reservation(const reservation &) = delete;
    reservation &operator=(const reservation &) = delete;
    ~reservation() {
        if (first_ != nullptr) {
            munmap(first_, run_size);
            munmap(last(), run_size);
        }
    }

    std::byte *code() const noexcept { return distance() > 0 ? first_ : last(); }
    page *release() noexcept {
        std::byte *const data = code() + distance();
        first_ = nullptr;
        return reinterpret_cast<page *>(data);
    }

  private:
    static std::size_t size() noexcept { return run_size + static_cast<std::size_t>(std::abs(distance())); }
    static std::size_t gap() noexcept { return size() - 2 * run_size; }
    std::byte *last() const noexcept { return first_ + size() - run_size; }

    std::byte *first_;
};

} // namespace

run map_run(slot_kind kind) {
    reservation reserved;
    if (map_code_from_file(kind, reserved.code()))
        return {reserved.release(), CBF_SOURCE_FILE};
    if (seal_anonymous_code(kind, reserved.code()))
        return {reserved.release(), CBF_SOURCE_ANONYMOUS};
    fail(errc::no_executable);
}

} // namespace cbframe::pool
