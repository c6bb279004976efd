// The arguments of a call, kept beyond it.
#pragma once

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cbf_lua {

/// How the arguments of calls by one signature are copied: as an image of what they are read from by their places.
class arguments_copy {
  public:
    /// Throws std::bad_alloc.
    explicit arguments_copy(const cbf_signature *signature);

    /// Bytes of an image.
    std::size_t size() const noexcept { return size_; }

    /// Async-signal-safe.
    void write(cbf_arguments *from, std::byte *image) const noexcept;

    /// Makes of an image, where it is now, what can be read as the arguments and written the result to by its place.
    /// The functions of the library cannot: nobody has called.
    cbf_arguments *arguments(std::byte *image) const noexcept;

  private:
    /// Bytes that places of one base count from.
    struct region {
        std::ptrdiff_t first = 0, last = 0;
        std::size_t origin = 0; // in the image, what an offset of 0 is

        void add(const cbf_place &place) noexcept;
        std::size_t lay_out(std::size_t at) noexcept; // returns where it ends
    };

    struct value {
        std::ptrdiff_t index; // -1: the result
        cbf_place place;
        std::size_t at; // in the image
    };

    region &region_of(const cbf_place &place) noexcept;

    region state_, stack_;
    std::vector<value> values_;
    std::size_t size_;
};

} // namespace cbf_lua
