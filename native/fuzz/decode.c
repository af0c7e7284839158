/*
 * Fuzz target of the decoder: whatever the bytes are, checking them and running what the check lets through
 * must stay inside their memory. Needs an address sanitizer to notice.
 */
#include <stdlib.h>
#include <string.h>

#include "stub.h"

/* Loops are legal in a program; a run is cut off after so many ops. */
#define FUEL 500

static int fuel;

void run_with_fuel(struct machine *machine) {
  while (fuel-- > 0 && step_program(machine)) continue;
}

int decode_program(const uint8_t *bytes, size_t size, int as_init) {
  /* Exactly as large as the program, so that one byte too far is noticed. */
  uint8_t *volatile copy = malloc(size ? size : 1);
  if (!copy) abort();
  if (size) memcpy(copy, bytes, size);
  static struct machine machine;
  enum reject reject = open_program(&machine, copy, size, as_init ? ROLE_INIT : ROLE_LIBRARY);
  if (!reject) reject = check_program(&machine);
  if (!reject && setjmp(process_end) == 0) {
    relocate_program(&machine);
    fuel = FUEL;
    run_with_fuel(&machine);
  }
  free(copy);
  return reject;
}

/* Makes the four numbers right that no fuzzer guesses. */
static void mend_header(uint8_t *bytes, size_t size) {
  uint32_t magic = RUNT_MAGIC, version = RUNT_FORMAT_VERSION, length = (uint32_t)size;
  uint64_t build = RUNT_BUILD_ID;
  memcpy(bytes + HEADER_MAGIC, &magic, sizeof magic);
  memcpy(bytes + HEADER_VERSION, &version, sizeof version);
  memcpy(bytes + HEADER_BUILD_ID, &build, sizeof build);
  memcpy(bytes + HEADER_LENGTH, &length, sizeof length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  decode_program(bytes, size, 0);
  if (size < HEADER_SIZE) return 0;
  uint8_t *mended = malloc(size);
  if (!mended) abort();
  memcpy(mended, bytes, size);
  mend_header(mended, size);
  decode_program(mended, size, 0);
  decode_program(mended, size, 1);
  free(mended);
  return 0;
}
