// Random values of types.
#pragma once

#include <cbframe/abi.hpp>

#include <random>
#include <span>
#include <string>
#include <vector>

using bytes = std::vector<unsigned char>;

/// A value of a type, and which of its bits are value: the others are padding, which may change on the way.
struct sample {
    bytes value;
    bytes mask;
};

/// A random value whose floating parts no load, store or conversion to a wider type changes. Its padding is random too.
sample make_sample(const cbframe::abi::data_model &model, const cbframe::type &of, std::mt19937_64 &random);

/// "01 02 ".
std::string hex(std::span<const unsigned char> shown);

/// Whether the bytes found are another value.
bool differ(const sample &expected, const unsigned char *found);

/// "WHAT expected 01 02 found 01 03 of them count ff ff".
std::string difference(const std::string &what, const sample &expected, const unsigned char *found);
