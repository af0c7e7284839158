/*
 * runt as one static binary. It is linked twice: first with the core's bytecode and room for a heap, which makes a
 * program that writes its loaded heap to stdout; then with that heap in place, which makes runt.
 */
#include <stdio.h>
#include <unistd.h>

#include "engine.h"
#include "heap.h"

#define PAGE 4096u

/* Loads the core and writes the heap, whole pages of it, to stdout. */
static int write_heap(void) {
  heap_begin();
  JSValue start;
  JSContext *context = engine_load(&heap_functions, &start);
  if (context == NULL) return 1;
  runt_heap.context = context;
  runt_heap.start = start;
  uint8_t *from = (uint8_t *)&runt_heap;
  size_t size = ((size_t)(runt_heap.next - from) + PAGE - 1) & ~(size_t)(PAGE - 1);
  runt_heap.end = from + size;
  while (size > 0) {
    ssize_t written = write(STDOUT_FILENO, from, size);
    if (written <= 0) return 1;
    from += written;
    size -= (size_t)written;
  }
  return 0;
}

int main(int argc, char **argv, char **envp) {
  if (runt_heap.context == NULL) return write_heap();
  engine_adopt(runt_heap.context);
  engine_run(runt_heap.context, runt_heap.start, argc, argv, envp);
  return 1;
}
