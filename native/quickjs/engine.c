#include "engine.h"

#include <stdio.h>
#include <string.h>

#include "native.h"

/* Ample for a config of 16 MB, the largest that is read; a runaway loop ends in an error, not in swapping. */
#define HEAP_LIMIT ((size_t)512 << 20)
/* The main thread has 8 MB unless the caller lowered it. */
#define STACK_LIMIT ((size_t)1 << 20)
/*
 * The engine counts references, so that only cycles wait for the collector. A command that ends in milliseconds needs
 * none: walking the heap would cost more than it frees.
 */
#ifndef GC_THRESHOLD
#define GC_THRESHOLD ((size_t)64 << 20)
#endif

/* Made by qjsc from the bundled core; empty where the heap's image has it all. */
extern const uint8_t runt_core[];
extern const uint32_t runt_core_size;

/* What of ECMAScript the core uses; no eval, no proxies, no promises. */
static JSContext *new_context(JSRuntime *runtime) {
  JSContext *context = JS_NewContextRaw(runtime);
  if (context == NULL) return NULL;
  if (JS_AddIntrinsicBaseObjects(context) || JS_AddIntrinsicDate(context) || JS_AddIntrinsicRegExp(context) ||
      JS_AddIntrinsicJSON(context) || JS_AddIntrinsicMapSet(context) || JS_AddIntrinsicTypedArrays(context) ||
      JS_AddIntrinsicBigInt(context)) {
    return NULL;
  }
  return context;
}

static void set_limits(JSRuntime *runtime) {
  JS_SetMemoryLimit(runtime, HEAP_LIMIT);
  JS_SetGCThreshold(runtime, GC_THRESHOLD);
  JS_SetMaxStackSize(runtime, STACK_LIMIT);
}

/* Runs the bundle, which leaves its exports in the global variable "runt". */
static bool load_core(JSContext *context, JSValue *start) {
  JSValue bundle = JS_ReadObject(context, runt_core, runt_core_size, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(bundle)) return false;
  JSValue done = JS_EvalFunction(context, bundle);
  if (JS_IsException(done)) return false;
  JS_FreeValue(context, done);
  JSValue global = JS_GetGlobalObject(context);
  JSValue exports = JS_GetPropertyStr(context, global, "runt");
  *start = JS_GetPropertyStr(context, exports, "start");
  JS_FreeValue(context, exports);
  JS_FreeValue(context, global);
  return JS_IsFunction(context, *start);
}

JSContext *engine_load(const JSMallocFunctions *memory, JSValue *start) {
  JSRuntime *runtime = memory == NULL ? JS_NewRuntime() : JS_NewRuntime2(memory, NULL);
  if (runtime == NULL) {
    fputs("runt: the JavaScript engine cannot start: there is not enough memory\n", stderr);
    return NULL;
  }
  set_limits(runtime);
  JSContext *context = new_context(runtime);
  if (context == NULL) {
    fputs("runt: the JavaScript engine cannot start: there is not enough memory\n", stderr);
    return NULL;
  }
  if (load_core(context, start)) return context;
  engine_report(context);
  return NULL;
}

void engine_adopt(JSContext *context) {
  JS_UpdateStackTop(JS_GetRuntime(context));
}

void engine_report(JSContext *context) {
  JSValue exception = JS_GetException(context);
  const char *text = JS_ToCString(context, exception);
  /* The core reports its own errors: what comes here is memory that has run out, or a bug. */
  if (text == NULL) {
    fputs("runt: internal error: the memory of the JavaScript engine has run out\n", stderr);
    return;
  }
  size_t length = strcspn(text, "\n");
  fprintf(stderr, "runt: internal error: %.*s\n", (int)(length > 1000 ? 1000 : length), text);
  JS_FreeCString(context, text);
  JS_FreeValue(context, exception);
}

void engine_run(JSContext *context, JSValue start, int argc, char **argv, char **envp) {
  JSValue native = native_object(context, argc, argv, envp);
  if (!JS_IsException(native)) {
    JSValue result = JS_Call(context, start, JS_UNDEFINED, 1, &native);
    JS_FreeValue(context, result);
    JS_FreeValue(context, native);
  }
  engine_report(context);
}
