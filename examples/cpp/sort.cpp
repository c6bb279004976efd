// A lambda with captures as the comparator of C's qsort, which takes a plain function pointer and no
// user argument: no global variable, no hand-made thunk.
#include <cbframe/cbframe.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

template <std::size_t Size>
void print(const char *title, const std::array<int, Size> &numbers) {
    std::printf("%-8s", title);
    for (const int number : numbers)
        std::printf(" %3d", number);
    std::printf("\n");
}

} // namespace

int main() {
    std::array numbers{42, 7, -5, 100, 61, 13, 49, 91, 3, 66};
    const int centre = 50;
    int comparisons = 0;

    const cbframe::callback<int(const void *, const void *)> compare{[&](const void *left, const void *right) {
        const int a = *static_cast<const int *>(left);
        const int b = *static_cast<const int *>(right);
        comparisons++;
        return std::abs(a - centre) - std::abs(b - centre);
    }};

    std::printf("qsort calls a C++ lambda that sorts by the distance from %d and counts its calls.\n\n", centre);
    print("before:", numbers);
    std::qsort(numbers.data(), numbers.size(), sizeof(numbers[0]), compare);
    print("after:", numbers);
    std::printf("\n%d comparisons\n", comparisons);
}
