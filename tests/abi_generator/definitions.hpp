// Types as C source.
#pragma once

#include "target.hpp"

#include <string>
#include <utility>
#include <vector>

/// Collects the definitions that declarations need. Every record, enum and aligned vector gets a name of its own.
class definitions {
  public:
    /// prefix: what all names begin with.
    definitions(const target &used, std::string prefix) : target_(used), prefix_(std::move(prefix)) {}

    std::string text = {};                                           ///< C, to be put before the declarations
    std::vector<std::pair<std::string, cbframe::type>> records = {}; ///< by C name, in order of definition

    /// A declaration of name as a value of the type; the type alone, with a space behind, if name is empty.
    std::string declare(const cbframe::type &of, const std::string &name);

  private:
    std::string define_enumeration(const cbframe::type &of);
    std::string define_vector(const cbframe::type &of);
    std::string define_record(const cbframe::type &of);
    std::string next_name(char kind);

    const target &target_;
    std::string prefix_;
    unsigned count_ = 0;
};
