// A lambda with captures as the visitor of nftw, which takes a plain function pointer and no user argument.
// usage: tree [DIRECTORY]
#include <cbframe/cbframe.hpp>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include <ftw.h>
#include <sys/stat.h>

namespace {

struct total {
    int files = 0;
    std::intmax_t bytes = 0;
};

// ".txt" of "notes.txt"; "no suffix" of "Makefile" and ".profile".
std::string suffix_of(std::string_view name) {
    const auto dot = name.rfind('.');
    return std::string(dot == name.npos || dot == 0 ? "no suffix" : name.substr(dot));
}

} // namespace

int main(int count, char **arguments) {
    if (count > 2) {
        std::fprintf(stderr, "usage: %s [DIRECTORY]\n", arguments[0]);
        return 2;
    }
    const char *const root = count == 2 ? arguments[1] : ".";
    std::map<std::string, total> totals;
    int unreadable = 0;

    const cbframe::callback<int(const char *, const struct stat *, int, FTW *)> visit{
        [&](const char *path, const struct stat *status, int kind, FTW *where) {
            if (kind == FTW_F) {
                total &of = totals[suffix_of(path + where->base)];
                of.files++;
                of.bytes += status->st_size;
            }
            unreadable += kind == FTW_DNR || kind == FTW_NS;
            return 0; // go on
        }};

    constexpr int open_directories = 16;
    if (nftw(root, visit, open_directories, FTW_PHYS) != 0) {
        std::perror(root);
        return 1;
    }
    for (const auto &[suffix, of] : totals)
        std::printf("%-12s %6d files %12jd bytes\n", suffix.c_str(), of.files, of.bytes);
    if (unreadable != 0)
        std::printf("%d directories or files could not be read\n", unreadable);
}
