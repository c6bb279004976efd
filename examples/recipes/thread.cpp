// pthread_create: the start routine is a lambda with captures.
#include <cbframe/cbframe.hpp>

#include <atomic>
#include <cstdio>
#include <pthread.h>

int main() {
    std::atomic<int> sum = 0;
    const cbframe::callback<void *(void *)> add{[&](void *) -> void * {
        sum += 10;
        return nullptr;
    }};
    pthread_t threads[4];
    for (pthread_t &thread : threads)
        pthread_create(&thread, nullptr, add, nullptr);
    for (const pthread_t thread : threads)
        pthread_join(thread, nullptr); // before the callback goes
    std::printf("%d\n", sum.load());
}
