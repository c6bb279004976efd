// What it costs to make a callback and free it again.
#include "callbacks.hpp"
#include "make_repeatedly.hpp"

namespace {

using namespace bench;

[[gnu::constructor]] void register_makes() {
    measure_making("make c frame", make_and_free<c_frame<CBF_LEVEL_LEGACY>>);
    measure_making("make tap", make_and_free<c_tap<CBF_LEVEL_LEGACY>>);
    measure_making("make c closure", make_and_free<c_closure>);
    measure_making("make frame", make_and_free<cpp_frame>);
    measure_making("make frame, heap", make_and_free<heap_frame>);
    measure_making("make c closure, threads", make_and_free_with_threads<c_closure>);
    measure_making("make c frame, threads", make_and_free_with_threads<c_frame<CBF_LEVEL_LEGACY>>);
}

} // namespace
