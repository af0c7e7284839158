#include "native.h"

#include <stdbool.h>
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

/* The engine reads and writes a lone surrogate as ED A0..BF 80..BF, which is not UTF-8. Finds the next one. */
static uint8_t *find_surrogate(uint8_t *text, const uint8_t *end) {
  for (uint8_t *at = text; (at = memchr(at, 0xed, (size_t)(end - at))) != NULL; at++) {
    if (end - at >= 3 && (at[1] & 0xe0) == 0xa0 && (at[2] & 0xc0) == 0x80) return at;
  }
  return NULL;
}

/* Puts U+FFFD, which has as many bytes, in the place of each surrogate. */
static void replace_surrogates(uint8_t *text, size_t length) {
  uint8_t *at = text;
  while ((at = find_surrogate(at, text + length)) != NULL) memcpy(at, "\xef\xbf\xbd", 3);
}

/* putText(text, bytes, at): the number of bytes that were written. */
static JSValue native_put_text(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self, (void)argc;
  size_t length, size;
  uint32_t at;
  uint8_t *bytes = bytes_of(context, argv[1], &size);
  if (bytes == NULL || JS_ToUint32(context, &at, argv[2])) return JS_EXCEPTION;
  const char *text = JS_ToCStringLen(context, &length, argv[0]);
  if (text == NULL) return JS_EXCEPTION;
  JSValue result;
  if (at > size || length > size - at) {
    result = JS_ThrowRangeError(context, "a text of %zu bytes does not fit at %u of %zu", length, at, size);
  } else {
    memcpy(bytes + at, text, length);
    replace_surrogates(bytes + at, length);
    result = JS_NewInt64(context, (int64_t)length);
  }
  JS_FreeCString(context, text);
  return result;
}

/* text(bytes): the text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. */
static JSValue native_text(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self, (void)argc;
  size_t length;
  uint8_t *bytes = bytes_of(context, argv[0], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  if (find_surrogate(bytes, bytes + length) == NULL) return JS_NewStringLen(context, (const char *)bytes, length);
  uint8_t *copy = js_malloc(context, length);
  if (copy == NULL) return JS_EXCEPTION;
  memcpy(copy, bytes, length);
  replace_surrogates(copy, length);
  JSValue text = JS_NewStringLen(context, (const char *)copy, length);
  js_free(context, copy);
  return text;
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

#if defined(__x86_64__)
#define ARCH "x86_64"
#else
#define ARCH "aarch64"
#endif

static const struct {
  const char *name;
  JSCFunction *function;
  int parameters;
} functions[] = {
    {"run", native_run, 1},
    {"compileSeccomp", native_seccomp, 2},
    {"putText", native_put_text, 3},
    {"text", native_text, 1},
    {"exit", native_exit, 1},
};

/* Gives the object a property; false with an exception when memory has run out, for `value` or for this. */
static bool set(JSContext *context, JSValue object, const char *name, JSValue value) {
  return !JS_IsException(value) && JS_SetPropertyStr(context, object, name, value) >= 0;
}

JSValue native_object(JSContext *context, int argc, char **argv, char **envp) {
  JSValue object = JS_NewObject(context);
  if (JS_IsException(object)) return object;
  /* The engine's own tables would make functions when they are used first; memory may have run out by then. */
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    JSValue function = JS_NewCFunction(context, functions[i].function, functions[i].name, functions[i].parameters);
    if (!set(context, object, functions[i].name, function)) return JS_EXCEPTION;
  }
  JSValue init = JS_NewUint8ArrayCopy(context, runt_init, (size_t)(runt_init_end - runt_init));
  bool complete = set(context, object, "init", init) && set(context, object, "arch", JS_NewString(context, ARCH)) &&
                  set(context, object, "argv", string_array(context, argv, argc)) &&
                  set(context, object, "env", string_array(context, envp, count_of(envp)));
  return complete ? object : JS_EXCEPTION;
}
