// What is found out of types on the way, so that it is found out once.
#pragma once

#include "abi/abi.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace cbf::abi {

/// The answers to one question about structures and unions, asked once of each however many types share it: of types
/// whose parts are shared, a question that goes to all fields would else be asked as often as there are ways to them.
/// The types must live as long.
template <class Answer>
class answers {
  public:
    /// Returns what `ask` answers, or has answered. The reference stays valid.
    template <class Ask>
    const Answer &operator()(const type &record, Ask ask) {
        if (const auto known = known_.find(record.identity()); known != known_.end())
            return known->second;
        return known_.emplace(record.identity(), ask()).first->second;
    }

  private:
    std::map<const void *, Answer> known_;
};

/// A data model, and the records that were laid out by it.
struct known_model {
    explicit known_model(const data_model &its_sizes) : sizes(its_sizes) {}

    const data_model &sizes;
    answers<record_layout> layouts;
    answers<std::uint64_t> required_alignments; ///< see data_model.cpp
};

/// As the functions of a data_model, in time that is linear in the number of distinct types.
std::size_t size_of(known_model &model, const type &type);
std::size_t alignment_of(known_model &model, const type &type);
const record_layout &layout_of(known_model &model, const type &record);

} // namespace cbf::abi
