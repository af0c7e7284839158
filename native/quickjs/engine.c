#include "engine.h"

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#include "native.h"

/* The engine's share of the stack, where the caller allows so much; C below it needs less than the other half. */
#define STACK_LIMIT ((size_t)1 << 20)
/* With less than this, C itself might overrun the stack, which ends a process without a word. */
#define LEAST_STACK ((size_t)32 << 10)
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

/* What RLIMIT_STACK leaves of the stack below the arguments and the environment. */
static size_t stack_left(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) < 0) limit.rlim_cur = RLIM_INFINITY;
  /* The program's name is the highest string on the stack. */
  size_t used = getauxval(AT_EXECFN) - (uintptr_t)__builtin_frame_address(0);
  return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}

/* Runs the bundle, which leaves its exports in the global variable "runt". */
static bool load_core(JSContext *context, JSValue *core) {
  JSValue bundle = JS_ReadObject(context, runt_core, runt_core_size, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(bundle)) return false;
  JSValue done = JS_EvalFunction(context, bundle);
  if (JS_IsException(done)) return false;
  JS_FreeValue(context, done);
  JSValue global = JS_GetGlobalObject(context);
  *core = JS_GetPropertyStr(context, global, "runt");
  JS_FreeValue(context, global);
  return JS_IsObject(*core);
}

/* Says on stderr that the engine has too little of something. */
static void report_exhaustion(void) {
  fputs("runt: not enough memory or stack for the JavaScript engine; raise the limits on address space and stack "
        "(ulimit -v, ulimit -s), or give runt a smaller config.json\n",
        stderr);
}

JSContext *engine_load(const JSMallocFunctions *memory, JSValue *core) {
  JSRuntime *runtime = memory == NULL ? JS_NewRuntime() : JS_NewRuntime2(memory, NULL);
  JSContext *context = NULL;
  if (runtime != NULL) {
    JS_SetGCThreshold(runtime, GC_THRESHOLD);
    JS_SetMaxStackSize(runtime, STACK_LIMIT);
    context = new_context(runtime);
  }
  if (context == NULL) {
    report_exhaustion();
    return NULL;
  }
  if (load_core(context, core)) return context;
  engine_report(context);
  return NULL;
}

bool engine_adopt(JSContext *context) {
  size_t left = stack_left();
  if (left < LEAST_STACK) {
    report_exhaustion();
    return false;
  }
  JSRuntime *runtime = JS_GetRuntime(context);
  JS_UpdateStackTop(runtime);
  JS_SetMaxStackSize(runtime, left / 2 < STACK_LIMIT ? left / 2 : STACK_LIMIT);
  return true;
}

/* True for the text of an exception that comes from a limit; no text and "null" mean that memory was too low for more. */
static bool is_exhaustion(const char *text) {
  return text == NULL || strcmp(text, "null") == 0 || strcmp(text, "InternalError: out of memory") == 0 ||
         strcmp(text, "RangeError: Maximum call stack size exceeded") == 0;
}

void engine_report(JSContext *context) {
  /* The core reports its own errors: what comes here is a limit that leaves no room for that, or a bug. */
  JSValue exception = JS_GetException(context);
  const char *text = JS_ToCString(context, exception);
  if (is_exhaustion(text)) {
    report_exhaustion();
  } else {
    size_t length = strcspn(text, "\n");
    fprintf(stderr, "runt: internal error: %.*s\n", (int)(length > 1000 ? 1000 : length), text);
  }
  JS_FreeCString(context, text);
  JS_FreeValue(context, exception);
}

JSValue engine_call(JSContext *context, JSValue core, const char *name, JSValue argument) {
  JSValue function = JS_GetPropertyStr(context, core, name);
  JSValue result = JS_Call(context, function, JS_UNDEFINED, 1, &argument);
  JS_FreeValue(context, function);
  return result;
}

void engine_run(JSContext *context, JSValue core, int argc, char **argv, char **envp) {
  JSValue native = native_object(context, argc, argv, envp);
  if (!JS_IsException(native)) {
    JS_FreeValue(context, engine_call(context, core, "start", native));
    JS_FreeValue(context, native);
  }
  engine_report(context);
}
