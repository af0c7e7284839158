/* The JavaScript engine with the core loaded into it. */
#ifndef RUNT_ENGINE_H
#define RUNT_ENGINE_H

#include <quickjs.h>
#include <stdbool.h>

/*
 * Starts the engine on `memory`, or on the C library's where that is NULL, and loads the core's bytecode: gives a context
 * with the core's exports (src/main-quickjs.ts) in *core, or NULL after saying on stderr what went wrong.
 */
JSContext *engine_load(const JSMallocFunctions *memory, JSValue *core);

/* Calls the core's export `name`, which takes `argument`; gives what it returns, an exception when it throws. */
JSValue engine_call(JSContext *context, JSValue core, const char *name, JSValue argument);

/*
 * To be called first in the process that runs the engine: it may have been loaded in another one, on another stack. False
 * when the stack is too small, after saying so on stderr.
 */
bool engine_adopt(JSContext *context);

/* Says on stderr in one line which exception is pending. */
void engine_report(JSContext *context);

/* Calls the export "start" with the object of native.c; returns only when it throws, after reporting that. */
void engine_run(JSContext *context, JSValue core, int argc, char **argv, char **envp);

#endif
