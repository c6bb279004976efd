#include "batch.hpp"

std::span<const opponent *const> opponents() {
    static constexpr const opponent *all[] = {&closure_opponent};
    return all;
}
