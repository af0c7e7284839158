/*
 * The memory of the JavaScript engine. At build time the engine is started once and its whole heap is written out as
 * an image, which the linker puts back at the same address: runt starts with its code already loaded.
 */
#ifndef RUNT_HEAP_H
#define RUNT_HEAP_H

#include <quickjs.h>
#include <stdint.h>

/* Free blocks are kept by size: four sizes for each power of two. */
#define HEAP_CLASSES 128

/* What is at the start of the heap. Everything that the engine points to lies behind it, in code or in constants. */
struct heap {
  uint8_t *next; /* where the free memory begins */
  uint8_t *end;  /* and ends */
  uint8_t *hole; /* a freed part of an image in the making, which is filled first */
  uint8_t *hole_end;
  void *free[HEAP_CLASSES];
  JSContext *context; /* NULL until the core is loaded */
  JSValue core;       /* the core's exports */
};

/* heap-image.S: the image, or room for one where it is being made. */
extern struct heap runt_heap;
extern uint8_t runt_heap_end[];

/* The functions that give the engine its memory. */
extern const JSMallocFunctions heap_functions;

/* Makes the whole room of runt_heap free memory. */
void heap_begin(void);

#endif
