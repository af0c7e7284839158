/* The JavaScript engine with the core loaded into it. */
#ifndef RUNT_ENGINE_H
#define RUNT_ENGINE_H

#include <quickjs.h>

/*
 * Starts the engine on `memory` and loads the core's bytecode: gives a context with the core's start function in
 * *start, or NULL after saying on stderr what went wrong.
 */
JSContext *engine_load(const JSMallocFunctions *memory, JSValue *start);

/* To be called first in the process that runs the engine: it may have been loaded in another one, on another stack. */
void engine_adopt(JSContext *context);

/* Says on stderr in one line which exception is pending. */
void engine_report(JSContext *context);

/* Calls `start` with the object of native.c; returns only when it throws, after reporting that. */
void engine_run(JSContext *context, JSValue start, int argc, char **argv, char **envp);

#endif
