/* runt without an image: loads the core at every start, into the C library's memory. For sanitizers. */
#include "engine.h"

int main(int argc, char **argv, char **envp) {
  JSValue core;
  JSContext *context = engine_load(NULL, &core);
  if (context == NULL) return 1;
  if (!engine_adopt(context)) return 1;
  engine_run(context, core, argc, argv, envp);
  return 1;
}
