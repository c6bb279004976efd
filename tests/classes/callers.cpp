// The other side: compiled by each compiler, as TABLE, for functions of ATTRIBUTE.
#include "classes.hpp"

namespace {

template <class C>
int pass(void *function, int number) {
    return reinterpret_cast<int(ATTRIBUTE *)(int, C, int)>(function)(1, C(number), 2);
}

template <class C>
int pass_last(void *function, int number) {
    using called = int(ATTRIBUTE *)(int, int, int, int, int, int, C, int);
    return reinterpret_cast<called>(function)(1, 2, 3, 4, 5, 6, C(number), 7);
}

template <class C>
int receive(void *function, int number) {
    return reinterpret_cast<C(ATTRIBUTE *)(int)>(function)(number).id;
}

template <class C>
int receive_last(void *function, int number) {
    using called = C(ATTRIBUTE *)(int, int, int, int, int, int, int);
    return reinterpret_cast<called>(function)(1, 2, 3, 4, 5, 6, number).id;
}

} // namespace

#define CALLS(NAME)                                                                                                    \
    {#NAME, pass<classes::NAME>, pass_last<classes::NAME>, receive<classes::NAME>, receive_last<classes::NAME>},
#define CALLS_OF(...)       CALLS_OF_NAME(CLASS_NAME(__VA_ARGS__))
#define CALLS_OF_NAME(NAME) CALLS(NAME)

extern "C" {
extern const classes::calls TABLE[];
const classes::calls TABLE[] = {FOR_EACH_TESTED(CALLS)};
}
