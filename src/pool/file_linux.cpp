// Further mappings of the library's own code pages from the file that it was loaded from.
#include "mapping_posix.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits.h>

namespace cbframe::pool {

namespace {

/// Where the image's code pages of all kinds lie in a file.
struct place {
    char path[PATH_MAX];
    off_t offset;
};

/// A file descriptor that closes itself.
class descriptor {
  public:
    explicit descriptor(const char *path) noexcept : number_(open(path, O_RDONLY | O_CLOEXEC)) {}
    descriptor(const descriptor &) = delete;
    descriptor &operator=(const descriptor &) = delete;
    ~descriptor() {
        if (number_ >= 0)
            close(number_);
    }
    int number() const noexcept { return number_; }

  private:
    int number_;
};

/// Reads one line of /proc/self/maps: true if the code pages are mapped there from a file.
bool parse(const char *line, place &found) noexcept {
    std::uint64_t first = 0, last = 0, offset = 0;
    int path = 0;
    if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &first, &last, &offset, &path) < 3)
        return false;
    const auto code = reinterpret_cast<std::uintptr_t>(cbf_pool_code);
    if (code < first || code + sizeof(cbf_pool_code) > last)
        return false;
    const std::size_t length = std::strcspn(line + path, "\n");
    if (length == 0 || length >= sizeof(found.path))
        return false;
    std::memcpy(found.path, line + path, length);
    found.path[length] = '\0';
    found.offset = static_cast<off_t>(code - first + offset);
    return true;
}

bool find(place &found) noexcept {
    std::FILE *const maps = std::fopen("/proc/self/maps", "re");
    if (maps == nullptr)
        return false;
    char line[PATH_MAX + 128];
    bool done = false;
    while (!done && std::fgets(line, sizeof(line), maps) != nullptr)
        done = parse(line, found);
    std::fclose(maps);
    return done;
}

/// The file may have been replaced since it was loaded: its bytes decide. (Device and inode do not:
/// overlay file systems tell different ones to stat and to /proc.)
bool holds(int file, off_t offset, const std::byte *code) noexcept {
    std::byte bytes[POOL_PAGE_SIZE];
    for (std::size_t done = 0; done < run_size; done += sizeof(bytes))
        if (pread(file, bytes, sizeof(bytes), offset + static_cast<off_t>(done)) != sizeof(bytes) ||
            std::memcmp(bytes, code + done, sizeof(bytes)) != 0)
            return false;
    return true;
}

bool map_from(const place &where, slot_kind kind, std::byte *at) noexcept {
    const std::byte *const code = image_code(kind);
    const off_t offset = where.offset + (code - cbf_pool_code);
    const descriptor file(where.path);
    if (file.number() < 0 || !holds(file.number(), offset, code))
        return false;
    mapping mapped(at, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.number(), offset);
    const bool is_there{mapped};
    mapped.keep();
    return is_there;
}

} // namespace

bool map_code_from_file(slot_kind kind, std::byte *at) noexcept {
    // Remembered, because /proc/self/maps is long where there are many callbacks; under the pool's lock.
    static place where;
    if (map_from(where, kind, at))
        return true;
    // Asked for the first time, or the file has been moved since.
    return find(where) && map_from(where, kind, at);
}

} // namespace cbframe::pool
