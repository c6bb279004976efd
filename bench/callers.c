// What lua_frames.lua calls: C that calls back, and C of the same signatures that does not.

typedef struct size {
    double width, height;
} size;

void call_with_pointer(void (*callback)(void *), void *pointer, int times) {
    while (times-- > 0)
        callback(pointer);
}

size call_with_size(size (*callback)(void *, void *, void *, size), void *pointer, size value, int times) {
    while (times-- > 0)
        value = callback(pointer, pointer, pointer, value);
    return value;
}

void plain_with_pointer(void *pointer) { (void)pointer; }

size plain_with_size(void *a, void *b, void *c, size value) {
    (void)a, (void)b, (void)c;
    const size swapped = {value.height, value.width};
    return swapped;
}
