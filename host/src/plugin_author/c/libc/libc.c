// Memory and bytes.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The end of the program's data, from the linker.
extern unsigned char __heap_base;

// A block's size stands in front of it, and keeps the block aligned for every type.
#define ALIGN 16
#define PAGE 65536

static uintptr_t end;    // of the blocks
static void *last_block; // can grow where it is

// Makes sure that the memory reaches to this address.
static int reach(uintptr_t address) {
  uintptr_t size = __builtin_wasm_memory_size(0) * PAGE;
  if (address <= size) return 1;
  return __builtin_wasm_memory_grow(0, (address - size + PAGE - 1) / PAGE) != SIZE_MAX;
}

static size_t *size_of(void *block) { return (size_t *)((unsigned char *)block - ALIGN); }

static int resize_last(void *block, size_t size) {
  uintptr_t start = (uintptr_t)block;
  if (size > INT32_MAX - start || !reach(start + size)) return 0;
  *size_of(block) = size;
  last_block = block;
  end = (start + size + ALIGN - 1) / ALIGN * ALIGN;
  return 1;
}

// Returns NULL at the server's limit for the memory of a render.
void *malloc(size_t size) {
  if (!end) end = ((uintptr_t)&__heap_base + ALIGN - 1) / ALIGN * ALIGN;
  if (!reach(end + ALIGN)) return NULL;
  void *block = (void *)(end + ALIGN);
  return resize_last(block, size) ? block : NULL;
}

void *calloc(size_t count, size_t size) {
  if (size && count > INT32_MAX / size) return NULL;
  void *block = malloc(count * size);
  return block ? memset(block, 0, count * size) : NULL;
}

void *realloc(void *block, size_t size) {
  if (!block) return malloc(size);
  if (block == last_block) return resize_last(block, size) ? block : NULL;
  size_t before = *size_of(block);
  void *moved = malloc(size);
  return moved ? memcpy(moved, block, before < size ? before : size) : NULL;
}

void free(void *block) { (void)block; }

void abort(void) { __builtin_trap(); }

void heap_reserve(size_t size) {
  void *block = malloc(size);
  if (block) end = (uintptr_t)block - ALIGN;
  last_block = NULL;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  unsigned char *out = to;
  const unsigned char *in = from;
  while (size--) *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  unsigned char *out = to;
  const unsigned char *in = from;
  if (out < in) return memcpy(to, from, size);
  while (size--) out[size] = in[size];
  return to;
}

void *memset(void *block, int byte, size_t size) {
  for (unsigned char *out = block; size--; out++) *out = (unsigned char)byte;
  return block;
}

int memcmp(const void *one, const void *other, size_t size) {
  const unsigned char *a = one, *b = other;
  for (size_t at = 0; at < size; at++)
    if (a[at] != b[at]) return a[at] < b[at] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}
