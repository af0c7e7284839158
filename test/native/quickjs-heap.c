/* Drives native/quickjs/heap.c with random sizes: quickjs-heap STEPS SEED. Says what is wrong and ends with 1. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#define BLOCKS 600

struct heap runt_heap;
uint8_t runt_heap_end[1];

/* A block in use: `size` bytes that all have the value `fill`. */
struct held {
  uint8_t *memory;
  size_t size;
  uint8_t fill;
};

static struct held held[BLOCKS];
static uint64_t state;

/* xorshift64 */
static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/* Sizes of every magnitude up to 1 MB, and those around the powers of two, where the classes and the mappings change. */
static size_t random_size(void) {
  /* An image has no room for more. */
  size_t power = (size_t)1 << random_number() % (runt_heap.context == NULL ? 17 : 21);
  if (random_number() % 3 == 0) return power + random_number() % 33 - (power > 16 ? 16 : 0);
  return random_number() % power;
}

static void fail(const char *what, const struct held *block) {
  fprintf(stderr, "%s: block %d of %zu bytes at %p\n", what, (int)(block - held), block->size, (void *)block->memory);
  exit(1);
}

static void check_bytes(const struct held *block, size_t size, uint8_t value) {
  for (size_t i = 0; i < size; i++) {
    if (block->memory[i] != value) fail("the bytes have changed", block);
  }
}

static void check_place(const struct held *block) {
  if (block->memory == NULL) fail("no memory", block);
  if ((uintptr_t)block->memory % 16 != 0) fail("not aligned", block);
  size_t capacity = heap_functions.js_malloc_usable_size(block->memory);
  if (capacity < block->size) fail("too small", block);
  for (const struct held *other = held; other < held + BLOCKS; other++) {
    if (other == block || other->memory == NULL) continue;
    size_t room = heap_functions.js_malloc_usable_size(other->memory);
    if (block->memory < other->memory + room && other->memory < block->memory + capacity) fail("blocks overlap", block);
  }
}

/* Fills the whole room of the block, so that a block that is too near is seen. */
static void fill(struct held *block) {
  block->fill = (uint8_t)random_number();
  memset(block->memory, block->fill, heap_functions.js_malloc_usable_size(block->memory));
}

static void step(struct held *block) {
  if (block->memory == NULL) {
    block->size = random_size();
    bool zeroed = random_number() % 2 == 0;
    block->memory = zeroed ? heap_functions.js_calloc(NULL, 1, block->size) : heap_functions.js_malloc(NULL, block->size);
    check_place(block);
    if (zeroed) check_bytes(block, block->size, 0);
    fill(block);
    return;
  }
  check_bytes(block, heap_functions.js_malloc_usable_size(block->memory), block->fill);
  if (random_number() % 2 == 0) {
    heap_functions.js_free(NULL, block->memory);
    block->memory = NULL;
    return;
  }
  size_t before = block->size;
  block->size = random_size();
  block->memory = heap_functions.js_realloc(NULL, block->memory, block->size);
  check_place(block);
  check_bytes(block, before < block->size ? before : block->size, block->fill);
  fill(block);
}

/* The process's mapped memory in pages. */
static unsigned long mapped_pages(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%lu", &pages) != 1) exit(2);
  fclose(file);
  return pages;
}

/* Blocks from 128 kB on go back to the kernel. */
static void check_big(void) {
  struct held *block = &held[0];
  unsigned long before = mapped_pages();
  for (block->size = 128 << 10; block->size <= 64 << 20; block->size *= 2) {
    block->memory = heap_functions.js_malloc(NULL, block->size);
    check_place(block);
    if (mapped_pages() < before + block->size / 4096) fail("not mapped", block);
    block->memory = heap_functions.js_realloc(NULL, block->memory, 2 * block->size);
    check_place(block);
    heap_functions.js_free(NULL, block->memory);
    block->memory = NULL;
    if (mapped_pages() != before) fail("not given back", block);
  }
}

/* At HEAP_LIMIT one allocation fails; then there is a reserve, and after it nothing more. */
static void check_limit(void) {
  const size_t size = (size_t)1 << 20;
  unsigned count = 0, more = 0;
  while (heap_functions.js_malloc(NULL, size) != NULL) count++;
  while (heap_functions.js_malloc(NULL, size) != NULL) more++;
  if (count == 0 || more == 0 || heap_functions.js_malloc(NULL, size) != NULL) fail("limit", &held[0]);
  if (heap_functions.js_malloc(NULL, SIZE_MAX - 8) != NULL || heap_functions.js_calloc(NULL, SIZE_MAX, 16) != NULL) {
    fail("more than there can be", &held[0]);
  }
  printf("%u + %u\n", count, more);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  static uint8_t room[64 << 20] __attribute__((aligned(16)));
  runt_heap.next = room;
  runt_heap.end = room + sizeof room;
  state = strtoull(argv[2], NULL, 10);
  unsigned long steps = strtoul(argv[1], NULL, 10);
  for (unsigned long i = 0; i < steps / 4; i++) step(&held[random_number() % BLOCKS]);
  /* As if the core had been loaded: from here on there is more memory than the image's, whose blocks live on. */
  runt_heap.end = runt_heap.next;
  runt_heap.context = (JSContext *)(uintptr_t)room;
  for (unsigned long i = 0; i < steps; i++) step(&held[random_number() % BLOCKS]);
  for (struct held *block = held; block < held + BLOCKS; block++) {
    if (block->memory != NULL) check_bytes(block, block->size, block->fill);
    heap_functions.js_free(NULL, block->memory);
    block->memory = NULL;
  }
  check_big();
  check_limit();
  return 0;
}
