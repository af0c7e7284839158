#ifndef RUNT_FUZZ_STUB_H
#define RUNT_FUZZ_STUB_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "../interpreter.h"

/* Where a process that called exit_group comes back. */
extern jmp_buf process_end;

/* Carries out ops of `machine` until its program is over or the fuel of the whole run is used up. */
void run_with_fuel(struct machine *machine);

/* Checks and, when it is sound, runs one program; gives the verdict of the check. */
int decode_program(const uint8_t *bytes, size_t size, int as_init);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
