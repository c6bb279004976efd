// What is wrong with a declaration.
#pragma once

#include <stdexcept>

/// Why there is no such declaration: what clang says, or what cbframe does not take.
class declaration_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
