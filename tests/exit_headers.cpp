// What the headers make of these must not be destroyed at exit; see exit.nothing_is_destroyed.
#include <cbframe/cbframe.hpp>

int main() {
    const cbframe::callback<int(int)> direct{[](int n) { return n; }};
    const cbframe::callback<long double(int, int, int, int, int, int, long double)> planned{
        [](int, int, int, int, int, int, long double n) { return n; }};
    const cbframe::closure closed{cbframe::signature::of<int(int, ...)>(),
                                  [](cbframe::arguments &args) { args.result(args.next<int>()); }};
    const cbframe::frame framed{[](cbframe::cpu &) {}};
    return direct.address() != nullptr && planned.address() != nullptr && closed.address() != nullptr &&
                   framed.address() != nullptr
               ? 0
               : 1;
}
