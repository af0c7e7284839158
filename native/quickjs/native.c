#include "native.h"

#include <string.h>
#include <unistd.h>

#include "library.h"

/* init-image.S */
extern const uint8_t runt_init[], runt_init_end[];

/* The bytes of an argument that is a Uint8Array; NULL with an exception when it is not one. */
static uint8_t *bytes_of(JSContext *context, JSValueConst value, size_t *length) {
  return JS_GetUint8Array(context, length, value);
}

/* run(program): 0, or why the program is rejected. */
static JSValue native_run(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self, (void)argc;
  size_t length;
  uint8_t *program = bytes_of(context, argv[0], &length);
  if (program == NULL) return JS_EXCEPTION;
  return JS_NewInt32(context, runt_run(program, length));
}

/* compileSeccomp(profile, filter): the filter's bytes that were written, or a negated errno. */
static JSValue native_seccomp(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self, (void)argc;
  size_t length, room;
  uint8_t *profile = bytes_of(context, argv[0], &length);
  uint8_t *filter = profile == NULL ? NULL : bytes_of(context, argv[1], &room);
  if (filter == NULL) return JS_EXCEPTION;
  return JS_NewInt64(context, runt_seccomp(profile, length, filter, room));
}

/* exit(status): ends the process at once; nothing is buffered. */
static JSValue native_exit(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self, (void)argc;
  int32_t status;
  if (JS_ToInt32(context, &status, argv[0])) return JS_EXCEPTION;
  _exit(status);
}

static JSValue string_array(JSContext *context, char **strings, int count) {
  JSValue array = JS_NewArray(context);
  for (int i = 0; i < count && !JS_IsException(array); i++) {
    JSValue text = JS_NewString(context, strings[i]);
    if (JS_IsException(text) || JS_SetPropertyUint32(context, array, (uint32_t)i, text) < 0) return JS_EXCEPTION;
  }
  return array;
}

static int count_of(char **strings) {
  int count = 0;
  while (strings[count] != NULL) count++;
  return count;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("run", 1, native_run),
    JS_CFUNC_DEF("compileSeccomp", 2, native_seccomp),
    JS_CFUNC_DEF("exit", 1, native_exit),
#if defined(__x86_64__)
    JS_PROP_STRING_DEF("arch", "x86_64", JS_PROP_ENUMERABLE),
#else
    JS_PROP_STRING_DEF("arch", "aarch64", JS_PROP_ENUMERABLE),
#endif
};

JSValue native_object(JSContext *context, int argc, char **argv, char **envp) {
  JSValue object = JS_NewObject(context);
  if (JS_IsException(object)) return object;
  JS_SetPropertyFunctionList(context, object, functions, sizeof functions / sizeof functions[0]);
  JSValue init = JS_NewUint8ArrayCopy(context, runt_init, (size_t)(runt_init_end - runt_init));
  if (JS_SetPropertyStr(context, object, "init", init) < 0 ||
      JS_SetPropertyStr(context, object, "argv", string_array(context, argv, argc)) < 0 ||
      JS_SetPropertyStr(context, object, "env", string_array(context, envp, count_of(envp))) < 0) {
    return JS_EXCEPTION;
  }
  return object;
}
