// What lua_frames.lua calls: C that calls back on another thread, and what two threads have of the system to that end.
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct calling {
    void (*callback)(void *);
    void *pointer;
    int times;
    pthread_t thread;
    _Atomic int running;
} calling;

static void *call(void *argument) {
    calling *const own = argument;
    for (int i = 0; i < own->times; ++i)
        own->callback(own->pointer);
    own->running = 0;
    return NULL;
}

calling *start_calling(void (*callback)(void *), void *pointer, int times) {
    calling *const made = malloc(sizeof(*made));
    *made = (calling){.callback = callback, .pointer = pointer, .times = times, .running = 1};
    pthread_create(&made->thread, NULL, call, made);
    return made;
}

int is_calling(const calling *which) { return which->running; }

void end_calling(calling *which) {
    pthread_join(which->thread, NULL);
    free(which);
}

typedef struct two_ways {
    int there, back, times;
} two_ways;

static void *answer(void *argument) {
    const two_ways *const ways = argument;
    uint64_t count;
    for (int i = 0; i < ways->times; ++i)
        if (read(ways->there, &count, sizeof(count)) < 0 || write(ways->back, &count, sizeof(count)) < 0)
            abort();
    return NULL;
}

// As often a thread wakes another one, which wakes it.
void round_trips(int times) {
    two_ways ways = {eventfd(0, 0), eventfd(0, 0), times};
    pthread_t thread;
    uint64_t count = 1;
    pthread_create(&thread, NULL, answer, &ways);
    for (int i = 0; i < times; ++i)
        if (write(ways.there, &count, sizeof(count)) < 0 || read(ways.back, &count, sizeof(count)) < 0)
            abort();
    pthread_join(thread, NULL);
    close(ways.there);
    close(ways.back);
}
