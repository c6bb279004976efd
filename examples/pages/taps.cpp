// The snippets of docs/taps.md.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

int compare(const void *a, const void *b) { return *static_cast<const int *>(a) - *static_cast<const int *>(b); }

int open_file(const char *name) { return name[0] == '/' ? 3 : -1; }

int read_file(int number, char *to, int size) {
    *to = 'a';
    return number == 3 ? size : -1;
}

struct operations {
    int (*open)(const char *name);
    int (*read)(int number, char *to, int size);
};

} // namespace

int main() {
    int numbers[] = {40, 17, 2};
    const std::size_t count = 3;
    int calls = 0;
    cbframe::tap counted{compare, [&](cbframe::cpu &) { ++calls; }};
    std::qsort(numbers, count, sizeof(int), counted.as<decltype(compare)>());
    std::printf("%d %d\n", numbers[0] + numbers[2], calls > 0);

    operations methods = {open_file, read_file};
    {
        cbframe::tap traced{open_file, cbframe::tracer{"open_file", stdout}};
        cbframe::traces log{stdout};
        log.add_members(methods, &operations::open, "open", &operations::read, "read");

        char text[1];
        std::printf("%d\n", traced.as<int(const char *)>()("/tmp") + methods.read(methods.open("/etc"), text, 1));
    }
    std::printf("%d\n", methods.open == open_file);
}
