// A C declaration of a function, read by libclang.
#pragma once

#include "declaration_error.hpp"

#include <cbframe/abi.hpp>

#include <memory>
#include <string>
#include <vector>

/// What is read.
struct declaration_source {
    std::string text;                       ///< a function, or a pointer to one, or a name of the headers
    std::string variadic;                   ///< types in place of its `...`, as parameters are written; may be empty
    std::vector<std::string> headers;       ///< what it needs, as after #include
    std::vector<std::string> clang_options; ///< where they are, for which target
};

class declaration {
  public:
    /// Throws declaration_error.
    explicit declaration(const declaration_source &source);
    ~declaration();
    declaration(declaration &&) noexcept;
    declaration &operator=(declaration &&) noexcept;

    /// As C spells a type or a parameter with the names of typedefs.
    struct parameter {
        std::string name; ///< may be empty
        std::string type;
    };

    std::string spelling;              ///< of the function
    std::string result_type;           ///< likewise
    std::vector<parameter> parameters; ///< the named ones, then those in place of `...`

    /// The convention that it names itself by an attribute, or else that of the target's C.
    const cbframe::abi::convention *convention;

    /// Its types by the sizes of a system: size_t, int64_t and their like are what that calls so. Throws
    /// declaration_error.
    cbframe::signature signature(const cbframe::abi::data_model &model) const;

    /// Likewise the types in place of its `...`.
    std::vector<cbframe::type> variadic(const cbframe::abi::data_model &model) const;

  private:
    struct parsed;
    std::unique_ptr<parsed> parsed_;
};
