// What embedding.c needs of the system; one file a system.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// How a process ended.
struct ending {
    bool well, aborted;
    unsigned status;
    char words[2000]; // written to standard error
};

/// Plays a scenario in a process of its own. play: for a system that copies this one; others begin the program anew,
/// with the scenario's name and "here" as its third and fourth argument.
struct ending play_apart(void (*play)(void), const char *name);

/// Calls f on a thread that has ended on return. stack: how many bytes it has; 0: as many as is usual. False: there is
/// none.
bool on_thread(void *(*f)(void *), void *argument, size_t stack);

/// Bytes that malloc has handed out.
size_t allocated(void);
