// Further mappings of the library's own code pages from the file that it was loaded from.
//
// Whoever may write to a file may change what is mapped from it, so it must be the very file that runs already, and
// nobody but the system's administrator and this user may be able to write to it.
#include "system/posix/mapping.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits.h>
#include <string_view>

namespace cbf::system {

namespace {

/// A file descriptor that closes itself. Opening takes neither the place of a terminal nor, at a pipe, forever.
class descriptor {
  public:
    explicit descriptor(const char *path) noexcept
        : number_(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)) {}
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

/// What the kernel says of a mapping of code. Device and inode are those that it knows itself: of overlay file systems
/// and btrfs, stat tells others.
struct place {
    std::uint64_t device_major, device_minor, inode;
    std::uint64_t offset; ///< of the code in the file
};
using path = char[PATH_MAX];

/// Text of /proc/self/maps. No stdio: its locks and its memory are the program's.
class memory_map {
  public:
    memory_map() noexcept : file_("/proc/self/maps") {
        struct statfs system;
        // After a chroot it may be anybody's file.
        is_open_ = file_.number() >= 0 && fstatfs(file_.number(), &system) == 0 &&
                   static_cast<std::uint64_t>(system.f_type) == PROC_SUPER_MAGIC;
    }

    /// Reads the line of the mapping that has size bytes of code from a file; false if there is none. name: of the
    /// file, if that is asked.
    bool find(const std::byte *code, std::size_t size, place &found, path *name = nullptr) noexcept {
        const auto first = reinterpret_cast<std::uintptr_t>(code);
        while (is_open_) {
            const std::uint64_t begin = number<16>(), end = number<16>();
            skip_word(); // permissions
            found.offset = number<16>() + (first - begin);
            found.device_major = number<16>();
            found.device_minor = number<16>();
            found.inode = number<10>();
            if (begin <= first && first + size <= end)
                return found.inode != 0 && (name == nullptr || read_path(*name));
            while (is_open_ && next() != '\n')
                ;
        }
        return false;
    }

  private:
    /// The next byte, a line feed when there is none.
    char next() noexcept {
        if (used_ == filled_) {
            const ssize_t count = read(file_.number(), text_, sizeof(text_));
            is_open_ = count > 0;
            if (!is_open_)
                return '\n';
            filled_ = static_cast<std::size_t>(count);
            used_ = 0;
        }
        return text_[used_++];
    }

    /// A number and the byte behind it.
    template <unsigned base>
    std::uint64_t number() noexcept {
        std::uint64_t value = 0;
        for (;;) {
            const char digit = next();
            if (digit >= '0' && digit <= '9')
                value = value * base + static_cast<unsigned>(digit - '0');
            else if (base == 16 && digit >= 'a' && digit <= 'f')
                value = value * base + static_cast<unsigned>(digit - 'a' + 10);
            else
                return value;
        }
    }

    void skip_word() noexcept {
        while (is_open_ && next() != ' ')
            ;
    }

    bool read_path(path &name) noexcept {
        char letter = ' ';
        while (letter == ' ')
            letter = next();
        std::size_t length = 0;
        for (; letter != '\n' && length < sizeof(name) - 1; letter = next())
            name[length++] = letter;
        name[length] = '\0';
        return is_open_ && letter == '\n' && name[0] == '/';
    }

    descriptor file_;
    bool is_open_;
    std::size_t used_ = 0, filled_ = 0;
    char text_[512]; // callers may have little stack
};

/// What the kernel calls a file that nobody can open any more; by now such a name may be anybody's.
bool is_deleted(const char *name) noexcept { return std::string_view(name).ends_with(" (deleted)"); }

/// Nobody but root and who this process acts for can write to it.
bool is_trusted(const struct stat &file) noexcept {
    return S_ISREG(file.st_mode) && (file.st_uid == 0 || file.st_uid == geteuid()) &&
           (file.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Where the image's code of all kinds lies, once that has been proven.
struct known_file {
    path name;
    std::uint64_t code;
    dev_t device; // as stat tells them; while the image is mapped no other file gets this inode
    ino_t inode;
};

/// Written once: /proc/self/maps is long where there are many callbacks. Whoever cannot have it finds the file anew,
/// unless that has been in vain for good.
constinit known_file known{};
// A word: there are CPUs that exchange no less, where a compiler calls a library of its own for it.
enum class knowledge : unsigned { none, being_written, whole, refused };
constinit std::atomic<knowledge> known_is{knowledge::none};

void remember(const place &image, const path &name, const struct stat &file) noexcept {
    knowledge expected = knowledge::none;
    if (!known_is.compare_exchange_strong(expected, knowledge::being_written, std::memory_order_relaxed))
        return;
    std::memcpy(known.name, name, sizeof(known.name));
    known.code = image.offset;
    known.device = file.st_dev;
    known.inode = file.st_ino;
    known_is.store(knowledge::whole, std::memory_order_release);
}

enum class answer : unsigned char { mapped, not_now, never };

/// Maps the code of a kind from a file, if is_image(what stat says of the file) is answered so once it is mapped.
template <class IsImage>
answer map_from(const char *name, std::uint64_t code, arch::slot_kind kind, std::byte *at, IsImage is_image) noexcept {
    const std::uint64_t offset = code + static_cast<std::uint64_t>(arch::image_code(kind) - cbf_pool_code);
    const descriptor file(name);
    struct stat status;
    if (file.number() < 0 || fstat(file.number(), &status) != 0)
        return answer::not_now;
    if (!is_trusted(status) || static_cast<std::uint64_t>(status.st_size) < offset + arch::run_size)
        return answer::never;
    mapping mapped(at, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.number(), static_cast<off_t>(offset));
    const answer result = mapped ? is_image(status) : answer::not_now;
    if (result == answer::mapped)
        mapped.keep();
    return result;
}

answer map_known(arch::slot_kind kind, std::byte *at) noexcept {
    return map_from(known.name, known.code, kind, at, [](const struct stat &file) {
        return file.st_dev == known.device && file.st_ino == known.inode ? answer::mapped : answer::never;
    });
}

// For the first time, or because the file has been moved since.
answer map_found(arch::slot_kind kind, std::byte *at) noexcept {
    place image;
    path name;
    if (!memory_map().find(cbf_pool_code, sizeof(cbf_pool_code), image, &name))
        return answer::not_now;
    if (is_deleted(name))
        return answer::never;
    return map_from(name, image.offset, kind, at, [&](const struct stat &file) {
        place mapped;
        if (!memory_map().find(at, arch::run_size, mapped))
            return answer::not_now;
        if (mapped.inode != image.inode || mapped.device_major != image.device_major ||
            mapped.device_minor != image.device_minor)
            return answer::never;
        // What will be executed, not what could be read before. A debugger may have written to the image meanwhile.
        if (std::memcmp(at, arch::image_code(kind), arch::run_size) != 0)
            return answer::not_now;
        remember(image, name, file);
        return answer::mapped;
    });
}

} // namespace

bool map_code_from_file(arch::slot_kind kind, std::byte *at) noexcept {
    const knowledge before = known_is.load(std::memory_order_acquire);
    if (before == knowledge::refused)
        return false;
    if (before == knowledge::whole && map_known(kind, at) == answer::mapped)
        return true;
    const answer result = map_found(kind, at);
    if (result == answer::never)
        known_is.store(knowledge::refused, std::memory_order_relaxed);
    return result == answer::mapped;
}

} // namespace cbf::system
