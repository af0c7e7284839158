/* The two C libraries that every host binds: native/sys and native/seccomp. */
#ifndef RUNT_LIBRARY_H
#define RUNT_LIBRARY_H

#include <stdint.h>

int32_t runt_run(uint8_t *program, uint64_t length);
int64_t runt_seccomp(const uint8_t *profile, uint64_t length, uint8_t *filter, uint64_t room);

#endif
