/*
 * runt as one static binary. It is linked twice: first with the core's bytecode and room for a heap, which makes a
 * program that writes its loaded heap to stdout; then with that heap in place, which makes runt.
 */
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "heap.h"

#define PAGE 4096u
/* More than the arguments and the environment of heap-writer take. */
#define ROUND (64u << 10)

/*
 * The engine's only clock, instead of the C library's. The engine seeds its hashes with the time at which it is loaded:
 * a time that never changes makes the heap the same in every build.
 */
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec time = {1, 0};
  if (runt_heap.context != NULL) clock_gettime(CLOCK_REALTIME, &time);
  *now = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
  return 0;
}

/* immortal.c: from now on the references to what is in the heap are not counted. */
void js_make_immortal(JSRuntime *runtime);

/* What the core precompiles, serialized by an engine of its own: all that this leaves behind stays out of the heap. */
static uint8_t *precompile(size_t *size) {
  JSValue core;
  JSContext *context = engine_load(NULL, &core);
  if (context == NULL) return NULL;
  JSValue steps = engine_call(context, core, "precompile", JS_UNDEFINED);
  uint8_t *serialized = JS_IsException(steps) ? NULL : JS_WriteObject(context, size, steps, JS_WRITE_OBJ_REFERENCE);
  if (serialized == NULL) engine_report(context);
  return serialized;
}

/* Loads the core and what it has precompiled into the heap. */
static bool fill_heap(void) {
  size_t size;
  uint8_t *serialized = precompile(&size);
  if (serialized == NULL) return false;
  heap_begin();
  JSValue core;
  JSContext *context = engine_load(&heap_functions, &core);
  if (context == NULL) return false;
  JSValue steps = JS_ReadObject(context, serialized, size, JS_READ_OBJ_REFERENCE);
  if (JS_IsException(steps) || JS_IsException(engine_call(context, core, "adopt", steps))) {
    engine_report(context);
    return false;
  }
  JS_FreeValue(context, steps);
  js_make_immortal(JS_GetRuntime(context));
  runt_heap.context = context;
  runt_heap.core = core;
  return true;
}

/* Writes the heap, whole pages of it, to stdout. */
static __attribute__((noinline)) int write_heap(void) {
  if (!fill_heap()) return 1;
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

/*
 * The heap keeps addresses of the stack, whose place depends on the length of the arguments: below a round address it
 * is the same in every build.
 */
static __attribute__((noinline)) int write_heap_below_round_address(void) {
  size_t rest = (uintptr_t)__builtin_frame_address(0) & (ROUND - 1);
  volatile uint8_t *room = __builtin_alloca(rest);
  room[0] = 0;
  int status = write_heap();
  /* Not a tail call, which would give the room back before. */
  room[0] = 1;
  return status;
}

int main(int argc, char **argv, char **envp) {
  if (runt_heap.context == NULL) return write_heap_below_round_address();
  if (!engine_adopt(runt_heap.context)) return 1;
  engine_run(runt_heap.context, runt_heap.core, argc, argv, envp);
  return 1;
}
