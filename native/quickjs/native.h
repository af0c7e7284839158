/* What C offers to the core: src/host-quickjs/native.d.ts is its other side. */
#ifndef RUNT_NATIVE_H
#define RUNT_NATIVE_H

#include <quickjs.h>

/* The object that the core's start function gets; an exception when memory has run out. */
JSValue native_object(JSContext *context, int argc, char **argv, char **envp);

#endif
