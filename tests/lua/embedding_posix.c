#define _DEFAULT_SOURCE
#include "embedding.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_all(int from, char *to, size_t size) {
    size_t length = 0;
    for (ssize_t n = 1; n > 0 && length < size - 1; length += (size_t)n)
        if ((n = read(from, to + length, size - 1 - length)) < 0)
            n = 0;
    to[length] = '\0';
}

struct ending play_apart(void (*play)(void), const char *name) {
    struct ending ending = {false, false, 0, ""};
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0)
        return ending;
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        play();
        exit(0);
    }
    close(ends[1]);
    read_all(ends[0], ending.words, sizeof(ending.words));
    close(ends[0]);
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child)
        fprintf(stderr, "%s could not be played\n", name);
    ending.status = (unsigned)status;
    ending.well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    ending.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    return ending;
}

bool on_thread(void *(*f)(void *), void *argument, size_t stack) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    const bool made = (stack == 0 || pthread_attr_setstacksize(&attributes, stack) == 0) &&
                      pthread_create(&thread, &attributes, f, argument) == 0;
    if (made)
        pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return made;
}
