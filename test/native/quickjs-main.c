/*
 * runt on an allocator that makes mistakes show. RUNT_TEST_COLLECT=1: the collector runs before each new object.
 * RUNT_TEST_FAIL=N: the Nth allocation fails, as native/quickjs/heap.c does it where memory runs out: once. A line on
 * standard output says that it came to that.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine.h"

static JSRuntime *runtime;
static bool collecting;
static unsigned long allocations, failing;

/* Called for every allocation; false when it has to fail. */
static bool begin(void) {
  if (collecting && runtime != NULL) JS_SetGCThreshold(runtime, 0);
  if (++allocations != failing) return true;
  static const char said[] = "an allocation failed\n";
  return write(STDOUT_FILENO, said, sizeof said - 1) < 0;
}

static void *allocate(void *unused, size_t size) {
  (void)unused;
  return begin() ? malloc(size) : NULL;
}

static void *allocate_zeroed(void *unused, size_t count, size_t size) {
  (void)unused;
  return begin() ? calloc(count, size) : NULL;
}

static void *reallocate(void *unused, void *memory, size_t size) {
  (void)unused;
  return begin() ? realloc(memory, size) : NULL;
}

static void release(void *unused, void *memory) {
  (void)unused;
  free(memory);
}

static size_t capacity_of(const void *memory) {
  return malloc_usable_size((void *)(uintptr_t)memory);
}

static unsigned long number_of(const char *name) {
  const char *text = getenv(name);
  return text == NULL ? 0 : strtoul(text, NULL, 10);
}

int main(int argc, char **argv, char **envp) {
  static const JSMallocFunctions memory = {allocate_zeroed, allocate, release, reallocate, capacity_of};
  JSValue core;
  JSContext *context = engine_load(&memory, &core);
  if (context == NULL) return 1;
  runtime = JS_GetRuntime(context);
  collecting = number_of("RUNT_TEST_COLLECT") != 0;
  /* The core is loaded: what counts is what a command does. */
  allocations = 0;
  failing = number_of("RUNT_TEST_FAIL");
  if (!engine_adopt(context)) return 1;
  engine_run(context, core, argc, argv, envp);
  return 1;
}
