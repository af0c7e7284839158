/*
 * Feeds programs to the fuzz target without a fuzzer: first every file as it is (its verdict is printed), then
 * mutations of them with a fixed seed. Usage: main ROUNDS FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub.h"

#define MAX_FILES 512
#define MAX_SIZE (1 << 17)

struct seed {
  uint8_t *bytes;
  size_t size;
};

static struct seed seeds[MAX_FILES];
static uint64_t state = 0x2545f4914f6cdd1dull;

static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static struct seed read_seed(const char *path) {
  struct seed seed = {malloc(MAX_SIZE), 0};
  FILE *file = fopen(path, "rb");
  if (!file || !seed.bytes) {
    perror(path);
    exit(2);
  }
  seed.size = fread(seed.bytes, 1, MAX_SIZE, file);
  fclose(file);
  return seed;
}

/* Replaces one to four numbers of 1 to 8 bytes by ones that are likely to break something. */
static void mutate(uint8_t *bytes, size_t size) {
  static const uint64_t nasty[] = {0, 1, 2, 3, 8, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, ~0ull, ~7ull, 1ull << 63};
  for (uint64_t i = next_random() % 4 + 1; i; i--) {
    size_t width = (size_t)1 << next_random() % 4;
    if (size < width) continue;
    uint64_t at = next_random() % (size - width + 1);
    uint64_t value = next_random() % 2 ? nasty[next_random() % (sizeof nasty / sizeof *nasty)] : next_random() % 16;
    memcpy(bytes + at, &value, width);
  }
}

int main(int argc, char **argv) {
  int count = argc - 2;
  if (count < 1 || count > MAX_FILES) return 2;
  for (int i = 0; i < count; i++) {
    seeds[i] = read_seed(argv[i + 2]);
    printf("%d %d %s\n", decode_program(seeds[i].bytes, seeds[i].size, 0),
           decode_program(seeds[i].bytes, seeds[i].size, 1), argv[i + 2]);
  }
  static uint8_t scratch[MAX_SIZE];
  for (long rounds = atol(argv[1]); rounds > 0; rounds--) {
    const struct seed *seed = &seeds[next_random() % (uint64_t)count];
    memcpy(scratch, seed->bytes, seed->size);
    mutate(scratch, seed->size);
    LLVMFuzzerTestOneInput(scratch, seed->size);
  }
  for (int i = 0; i < count; i++) free(seeds[i].bytes);
  return 0;
}
