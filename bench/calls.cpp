// What one call costs, the loop's own overhead included.
#include "call_repeatedly.hpp"
#include "callbacks.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace bench;

[[gnu::constructor]] void register_calls() {
    measure("call plain", call<plain>);
    measure("call frame", call<cpp_frame>);
    measure("call frame, heap", call<heap_frame>);
    measure("call frame, 2 threads", call<cpp_frame>)->Threads(2);
    measure("call c closure", call<c_closure>);
    measure("call c frame", call<c_frame<CBF_LEVEL_LEGACY>>);
    measure("call c frame, all", call<c_frame<CBF_LEVEL_ALL>>);
    measure("call tap", call<c_tap<CBF_LEVEL_LEGACY>>);
}

} // namespace
