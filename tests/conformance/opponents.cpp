#include "batch.hpp"

std::span<const opponent *const> opponents() {
    static constexpr const opponent *all[] = {&closure_opponent, &callback_opponent, &tap_opponent};
    return all;
}
