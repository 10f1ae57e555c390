// The part of <stdlib.h> that a plugin needs. There is no operating system, and no other libc.
#pragma once

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);

// Does nothing: all memory of a request is dropped at its end.
void free(void *block);

_Noreturn void abort(void);

// Takes so many bytes of memory from the server, for the allocations that follow.
void heap_reserve(size_t size);
