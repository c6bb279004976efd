// How a layout becomes a plan, as far as it is the same for all architectures.
#pragma once

#include "arch/plan.hpp"

#include <algorithm>

namespace cbf::arch {

/// Bytes that a move copies.
constexpr std::size_t word = 8;

/// Whether one of the pieces of the arguments is what is asked.
template <class Is>
bool any_piece(const abi::call_layout &layout, Is is) {
    return std::ranges::any_of(layout.arguments,
                               [&](const abi::value_layout &value) { return std::ranges::any_of(value.pieces, is); });
}

/// Whether its pieces reach to its end. Who writes to another one where it is, padding and all, writes to what is
/// behind.
bool is_whole(const abi::value_layout &value);

/// Where one more argument would be, a pointer.
abi::value_layout one_more_argument(const signature &signature, const abi::convention &convention);

/// Fills the plan of a layout. What derives from it knows where the entries of an architecture put registers.
class planner {
  public:
    planner(const planner &) = delete;
    planner &operator=(const planner &) = delete;

    /// Makes all of the plan but its entry. Returns the end of what is gathered.
    std::int32_t run();

  protected:
    /// gathered: where gathered values begin.
    planner(full_plan &made, std::int32_t gathered) : made_(made), free_(gathered) {}
    ~planner() = default;

    /// Where a handler finds, and may write, the bytes of an argument that is passed nowhere. Here: none has any.
    virtual cbf_v1_place nowhere(const abi::value_layout &value);

    /// Where the entry puts an argument's piece, or finds it on the stack.
    virtual cbf_v1_place at(const abi::piece &of) const = 0;

    /// Whether a value that is whole at a place may be used there.
    virtual bool is_aligned(const cbf_v1_place &of, const abi::value_layout &value) const = 0;

    /// Takes so many bytes of the call's room; answers where they are, from the first byte of it that is a multiple of
    /// room_alignment.
    std::uint32_t take_room(std::size_t size, std::size_t alignment = room_alignment);

    /// Makes a value whole and aligned elsewhere.
    virtual cbf_v1_place gathered(const abi::value_layout &value) = 0;

    /// Where the entry takes a piece of the result from.
    virtual std::int32_t at_result(const abi::piece &of) const = 0;

    /// Whether a result may be left where its pieces are taken from, as if it were whole there.
    virtual bool is_result_in_place(const abi::value_layout &result) const;

    /// How a small integer that is a result is extended, unless the entry does it.
    virtual finish widening(const abi::piece &of) const;

    /// What the entry has to load.
    virtual std::uint32_t loads(const abi::value_layout &result) const = 0;

    /// Finds a place for a result whose pieces are not side by side.
    virtual void rearrange(const abi::value_layout &result) = 0;

    /// Copies the pieces of an argument to the room. Values follow one another, and are gathered in order: what the
    /// last word of one carries beyond its end is overwritten by the next.
    cbf_v1_place gather_pieces(const abi::value_layout &value);

    /// The same for one that asks for more alignment than the room for those: to the room of the call. state: where the
    /// state begins, from the stack's arguments.
    cbf_v1_place realign_pieces(const abi::value_layout &value, std::int32_t state);

    /// Copies the pieces of a result from where the handler leaves it to where the entry takes them from.
    void scatter(const abi::value_layout &result, std::int32_t from);

    /// The same of one that is in the room of the call, whose address is at another offset.
    void scatter_from_room(const abi::value_layout &result, std::uint32_t room, std::int32_t address);

    /// What is to be done to the result.
    void end_by(finish ending) { made_.finish = static_cast<std::uint8_t>(ending); }

    full_plan &made_;

  private:
    cbf_v1_place argument(const abi::value_layout &value);
    void result();

    std::int32_t free_;
    std::size_t room_ = 0;
};

} // namespace cbf::arch
