#include "object.hpp"

#include <filesystem>

batch_folder::~batch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}
