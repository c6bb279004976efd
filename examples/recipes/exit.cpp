// atexit: exit handlers with captures. They are called after main has returned, so the callbacks must live until then:
// they are never destroyed.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

template <class Callable>
void at_exit(Callable callable) {
    std::atexit(*new cbframe::callback<void()>(std::move(callable)));
}

} // namespace

int main() {
    const std::string name = "notes.txt";
    at_exit([name] { std::printf("removing %s\n", name.c_str()); });
    at_exit([count = 3] { std::printf("flushing %d files\n", count); });
    std::printf("leaving main\n");
}
