// What Linux knows of this process's memory.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

struct mapping {
    std::uintptr_t first, last;
    std::uint64_t offset;
    std::string permissions, path;
};

/// /proc/self/maps, by a descriptor that was opened in time if the file will not be there.
class memory_map {
  public:
    memory_map() : file_(open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}
    memory_map(const memory_map &) = delete;
    memory_map &operator=(const memory_map &) = delete;
    ~memory_map() { close(file_); }

    std::string text() const {
        std::string text;
        std::array<char, 65536> part{};
        lseek(file_, 0, SEEK_SET);
        for (ssize_t count; (count = ::read(file_, part.data(), part.size())) > 0;)
            text.append(part.data(), static_cast<std::size_t>(count));
        return text;
    }

    std::vector<mapping> read() const {
        std::vector<mapping> found;
        std::istringstream lines(text());
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string device, inode;
            char dash = 0;
            mapping m{};
            words >> std::hex >> m.first >> dash >> m.last >> m.permissions >> m.offset >> device >> inode;
            std::getline(words >> std::ws, m.path);
            found.push_back(m);
        }
        return found;
    }

    /// The mapping that an address is in.
    mapping of(const void *address) const {
        const auto wanted = reinterpret_cast<std::uintptr_t>(address);
        for (const mapping &m : read())
            if (m.first <= wanted && wanted < m.last)
                return m;
        ADD_FAILURE() << address << " is nowhere";
        return {};
    }

    void expect_write_xor_execute() const {
        const std::vector<mapping> found = read();
        EXPECT_FALSE(found.empty());
        for (const mapping &m : found)
            EXPECT_FALSE(m.permissions.find('w') != m.permissions.npos && m.permissions.find('x') != m.permissions.npos)
                << m.path << " " << m.permissions;
    }

  private:
    int file_;
};
