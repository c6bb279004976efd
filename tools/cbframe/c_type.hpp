// Types of libclang as types of cbframe.
#pragma once

#include "clang.hpp"

#include <cbframe/abi.hpp>

#include <map>
#include <string>

/// How a structure is packed by `#pragma pack`, of which libclang does not tell: found by what its layout is. By where
/// the structure is declared.
using packs = std::map<std::string, std::size_t>;

class type_reader {
  public:
    /// Reads types by the sizes of a system.
    type_reader(const cbframe::abi::data_model &model, const packs &known) : model_(model), packs_(known) {}

    /// Throws declaration_error for what cbframe does not know.
    cbframe::type read(CXType type) const;

    /// The same of a parameter: arrays and functions are pointers.
    cbframe::type read_parameter(CXType type) const;

  private:
    cbframe::type read_record(CXType type) const;
    cbframe::field read_field(CXCursor field) const;

    const cbframe::abi::data_model &model_;
    const packs &packs_;
};

/// Holds what structures in the types of a function are for cbframe against what they are for clang, and finds how they
/// are packed. Throws declaration_error where the two differ.
class pack_finder {
  public:
    /// model: that of the target that clang parsed for.
    explicit pack_finder(const cbframe::abi::data_model &model) : model_(model) {}

    void look_at(CXType type);
    const packs &found() const { return found_; }

  private:
    void look_at_record(CXType type);
    bool agrees(CXType type) const;

    const cbframe::abi::data_model &model_;
    packs found_;
};
