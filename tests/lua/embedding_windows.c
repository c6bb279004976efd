#include "embedding.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

enum { ABORTED = 3 }; // what abort() ends a process with

static void read_all(HANDLE from, char *to, size_t size) {
    size_t length = 0;
    for (DWORD n = 1; n > 0 && length < size - 1; length += n)
        if (!ReadFile(from, to + length, (DWORD)(size - 1 - length), &n, NULL))
            n = 0;
    to[length] = '\0';
}

struct ending play_apart(void (*play)(void), const char *name) {
    (void)play;
    struct ending ending = {false, false, 0, ""};
    char line[4000];
    snprintf(line, sizeof(line), "\"%s\" \"%s\" \"%s\" %s here", __argv[0], __argv[1], __argv[2], name);
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE ours, theirs;
    if (!CreatePipe(&ours, &theirs, &inherited, 0) || !SetHandleInformation(ours, HANDLE_FLAG_INHERIT, 0))
        return ending;
    STARTUPINFOA start = {.cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES, .hStdError = theirs};
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    PROCESS_INFORMATION child;
    const bool started = CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child);
    CloseHandle(theirs);
    read_all(ours, ending.words, sizeof(ending.words));
    CloseHandle(ours);
    if (!started)
        return ending;
    DWORD status = 0;
    WaitForSingleObject(child.hProcess, INFINITE);
    if (!GetExitCodeProcess(child.hProcess, &status))
        return ending;
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
    ending.status = status;
    ending.well = status == 0;
    ending.aborted = status == ABORTED;
    return ending;
}

struct call {
    void *(*f)(void *);
    void *argument;
};

static DWORD WINAPI run(void *call) {
    ((struct call *)call)->f(((struct call *)call)->argument);
    return 0;
}

bool on_thread(void *(*f)(void *), void *argument, size_t stack) {
    struct call call = {f, argument};
    const HANDLE thread = CreateThread(NULL, stack, run, &call, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread == NULL)
        return false;
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return true;
}

size_t allocated(void) {
    size_t bytes = 0;
    _HEAPINFO entry = {0};
    while (_heapwalk(&entry) == _HEAPOK)
        if (entry._useflag == _USEDENTRY)
            bytes += entry._size;
    return bytes;
}
