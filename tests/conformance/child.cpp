#include "child.hpp"

#include <exception>

std::string run_one(const std::function<std::string(std::size_t)> &run, std::size_t index) {
    try {
        return run(index);
    } catch (const std::exception &thrown) {
        return std::string("exception: ") + thrown.what();
    }
}
