/* Stands for the core's bytecode where the heap's image holds the loaded core. */
#include <stdint.h>

extern const uint8_t runt_core[];
extern const uint32_t runt_core_size;

#define APART __attribute__((section(".runt_core")))

APART const uint8_t runt_core[] = {0};
APART const uint32_t runt_core_size = 0;
