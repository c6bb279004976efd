// A program that aborts in the handler of a frame, to be looked at with a debugger. Its argument is the
// frame's level.
#include <cbframe/frame.hpp>

#include <cstdlib>
#include <cstring>

[[gnu::noinline]] int calls_the_frame(int (*function)(int)) {
    return function(1) + 1; // something to do afterwards: no tail call
}

int main(int count, char **arguments) {
    const bool all = count > 1 && std::strcmp(arguments[1], "all") == 0;
    const cbframe::frame frame([](cbframe::cpu &) { std::abort(); },
                               all ? cbframe::level::all : cbframe::level::legacy);
    return calls_the_frame(frame.as<int(int)>());
}
