#include <cbframe/cbframe.hpp>
#include <cstdio>
#include <cstdlib>

int main() {
    int numbers[] = {40, 17, 2};
    int compared = 0;
    cbframe::callback less{[&](const void *a, const void *b) {
        ++compared;
        return *static_cast<const int *>(a) - *static_cast<const int *>(b);
    }};

    std::qsort(numbers, 3, sizeof(int), less);
    std::printf("%d\n", numbers[0] + numbers[2]); // 42
}
