#include "heap.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGN 16u
/* From here on a block is a mapping of its own, which goes back to the kernel when it is freed. */
#define LARGE (128u << 10)
#define CHUNK (512u << 10)
#define PAGE 4096u
/* Ample for a config of 16 MB, the largest that is read; a runaway loop ends in an error, not in swapping. */
#ifndef HEAP_LIMIT
#define HEAP_LIMIT ((size_t)512 << 20)
#endif
/* What may be used besides once the limit has been hit: for undoing what was begun, and for the report. */
#define HEAP_RESERVE ((size_t)16 << 20)

/* What stands before each block; 16 bytes, so that blocks are aligned. */
struct block {
  size_t capacity;
  size_t mapped; /* bytes of the block's own mapping; 0 for a block of the heap */
};

static struct block *block_of(const void *memory) {
  return (struct block *)(uintptr_t)((const uint8_t *)memory - sizeof(struct block));
}

/* The smallest class whose blocks hold `size` bytes; *capacity becomes the size of its blocks. */
static unsigned class_of(size_t size, size_t *capacity) {
  if (size < 4 * ALIGN) size = 4 * ALIGN;
  unsigned power = 63u - (unsigned)__builtin_clzl(size - 1);
  size_t quarter = (size_t)1 << (power - 2);
  size_t quarters = (size + quarter - 1) / quarter;
  *capacity = quarters * quarter;
  return 4 * power + (unsigned)(quarters - 4);
}

/* Bytes that may still be mapped, before and after the limit was hit. */
static size_t allowed = HEAP_LIMIT;
static size_t reserve = HEAP_RESERVE;

/* Takes `size` bytes from what is allowed. */
static bool take(size_t size) {
  if (size <= allowed) {
    allowed -= size;
    return true;
  }
  allowed += reserve;
  reserve = 0;
  return false;
}

static void *map(size_t size) {
  if (!take(size)) return NULL;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) return memory;
  allowed += size;
  return NULL;
}

/* The size of the mapping for a block of `size` bytes. */
static size_t whole_pages(size_t size) {
  /* No sum may overflow; so much is never allowed. */
  if (size > SIZE_MAX / 2) return SIZE_MAX;
  return (size + sizeof(struct block) + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static void *allocate_large(size_t size) {
  size_t mapped = whole_pages(size);
  struct block *block = map(mapped);
  if (block == NULL) return NULL;
  *block = (struct block){mapped - sizeof *block, mapped};
  return block + 1;
}

/* A block at *place, which moves behind it. */
static void *begin_block(uint8_t **place, size_t capacity) {
  struct block *block = (struct block *)(void *)*place;
  *block = (struct block){capacity, 0};
  *place += sizeof *block + capacity;
  return block + 1;
}

/* An image keeps every byte for ever, so blocks of pages are given to smaller ones; false when it is not worth it. */
static bool make_hole(struct block *block) {
  size_t whole = sizeof *block + block->capacity;
  if (runt_heap.context != NULL || block->capacity < 2 * PAGE) return false;
  if (whole <= (size_t)(runt_heap.hole_end - runt_heap.hole)) return false;
  memset(block, 0, whole);
  runt_heap.hole = (uint8_t *)block;
  runt_heap.hole_end = runt_heap.hole + whole;
  return true;
}

/* A block of `size` bytes; *zero tells that it holds nothing but zeros. */
static void *allocate_block(size_t size, bool *zero) {
  *zero = true;
  /* An image can only hold what lies in the heap. */
  if (size >= LARGE && runt_heap.context != NULL) return allocate_large(size);
  size_t capacity;
  void **list = &runt_heap.free[class_of(size, &capacity)];
  if (*list != NULL) {
    void *memory = *list;
    memcpy(list, memory, sizeof *list);
    *zero = false;
    return memory;
  }
  size_t whole = sizeof(struct block) + capacity;
  if ((size_t)(runt_heap.hole_end - runt_heap.hole) >= whole) return begin_block(&runt_heap.hole, capacity);
  if ((size_t)(runt_heap.end - runt_heap.next) < whole) {
    if (runt_heap.context == NULL) return NULL;
    /* The rest of the old chunk stays unused: it is smaller than this block. */
    uint8_t *chunk = map(CHUNK);
    if (chunk == NULL) return NULL;
    runt_heap.next = chunk;
    runt_heap.end = chunk + CHUNK;
  }
  return begin_block(&runt_heap.next, capacity);
}

static void *allocate(void *unused, size_t size) {
  (void)unused;
  bool zero;
  return allocate_block(size, &zero);
}

/* Memory of the kernel is zero: pages that nobody writes to are never made. */
static void *allocate_zeroed(void *unused, size_t count, size_t size) {
  (void)unused;
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole)) return NULL;
  bool zero;
  void *memory = allocate_block(whole, &zero);
  if (memory != NULL && !zero) memset(memory, 0, whole);
  return memory;
}

static void release(void *unused, void *memory) {
  (void)unused;
  if (memory == NULL) return;
  struct block *block = block_of(memory);
  if (block->mapped != 0) {
    allowed += block->mapped;
    munmap(block, block->mapped);
    return;
  }
  if (make_hole(block)) return;
  size_t capacity;
  void **list = &runt_heap.free[class_of(block->capacity, &capacity)];
  memcpy(memory, list, sizeof *list);
  *list = memory;
}

static void *reallocate_large(struct block *block, size_t size) {
  size_t before = block->mapped;
  size_t mapped = whole_pages(size);
  if (mapped > before && !take(mapped - before)) return NULL;
  struct block *moved = mremap(block, before, mapped, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) {
    if (mapped > before) allowed += mapped - before;
    return NULL;
  }
  if (mapped < before) allowed += before - mapped;
  *moved = (struct block){mapped - sizeof *moved, mapped};
  return moved + 1;
}

static void *reallocate(void *unused, void *memory, size_t size) {
  if (memory == NULL) return allocate(unused, size);
  struct block *block = block_of(memory);
  if (block->mapped != 0 && size >= LARGE) return reallocate_large(block, size);
  if (size <= block->capacity) return memory;
  void *moved = allocate(unused, size);
  if (moved == NULL) return NULL;
  memcpy(moved, memory, block->capacity < size ? block->capacity : size);
  release(unused, memory);
  return moved;
}

static size_t capacity_of(const void *memory) {
  return memory == NULL ? 0 : block_of(memory)->capacity;
}

const JSMallocFunctions heap_functions = {allocate_zeroed, allocate, release, reallocate, capacity_of};

void heap_begin(void) {
  runt_heap.next = (uint8_t *)&runt_heap + ((sizeof runt_heap + ALIGN - 1) & ~(size_t)(ALIGN - 1));
  runt_heap.end = runt_heap_end;
}
