#include <cbframe/callable.hpp>

#include <stdexcept>

void cbframe::detail::refuse_null() {
    throw std::invalid_argument("cbframe: a null pointer or an empty std::function is no callable");
}
