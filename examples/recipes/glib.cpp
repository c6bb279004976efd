// GLib: a signal of an object and a source of the main loop, each a lambda with captures.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <gio/gio.h>

int main() {
    GMainLoop *const loop = g_main_loop_new(nullptr, FALSE);
    GCancellable *const cancellable = g_cancellable_new();

    const cbframe::callback cancelled{[&](GCancellable *, gpointer) {
        std::printf("cancelled\n");
        g_main_loop_quit(loop);
    }};
    g_signal_connect_data(cancellable, "cancelled", cancelled.as<void()>(), nullptr, nullptr, G_CONNECT_DEFAULT);

    int ticks = 0;
    const cbframe::callback tick{[&](gpointer) {
        std::printf("tick %d\n", ++ticks);
        if (ticks == 3)
            g_cancellable_cancel(cancellable);
        return ticks < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    }};
    g_timeout_add(1, tick, nullptr);

    g_main_loop_run(loop);
    g_object_unref(cancellable); // before the callbacks go
    g_main_loop_unref(loop);
}
