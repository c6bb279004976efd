// libuv: a timer whose callback is a lambda. uv_timer_cb has no user argument.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <uv.h>

int main() {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);

    int left = 3;
    const cbframe::callback tick{[&](uv_timer_t *expired) {
        std::printf("%d\n", left);
        if (--left == 0)
            uv_timer_stop(expired);
    }};
    uv_timer_start(&timer, tick, 1, 1); // after a millisecond, then each millisecond
    uv_run(&loop, UV_RUN_DEFAULT);

    const cbframe::callback closed{[&](uv_handle_t *) { std::printf("closed\n"); }};
    uv_close(reinterpret_cast<uv_handle_t *>(&timer), closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}
