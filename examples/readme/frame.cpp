#include <cbframe/cbframe.hpp>
#include <cstdio>

int main() {
    int factor = 6;
    cbframe::frame frame{[&](cbframe::cpu &cpu) {
        cpu.EAX.i = factor * cpu.EDI.i; // an int argument, an int result
    }};

    int (*multiply)(int) = frame.as<int(int)>();
    std::printf("%d\n", multiply(7)); // 42
}
