/*
 * The interpreter of programs (src/plan/format.ts). It knows no OCI, no JSON, no strings and no allocation;
 * runt-init and the library are made of it.
 */
#ifndef RUNT_INTERPRETER_H
#define RUNT_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"

/* The program may lie at any address: the structs are packed, so that every access is a legal one. */
#define OVERLAY __attribute__((packed, may_alias))

struct OVERLAY header {
  uint32_t magic;
  uint32_t version;
  uint64_t build_id;
  uint32_t length;
  uint32_t id;
  uint32_t slots;
  uint32_t ops;
  uint32_t rules;
  uint32_t relocs;
  uint32_t data;
  int32_t fail_pc;
  int32_t fail_errno;
  uint32_t report;
  int64_t fail_value;
};

struct OVERLAY op {
  uint8_t code;
  uint8_t nargs;
  uint16_t dst;
  uint32_t nr;
  uint32_t rule;
  uint16_t rules;
  uint16_t flags;
  uint8_t kinds[MAX_ARGS];
  uint8_t unused[2];
  int64_t expect;
  uint64_t args[MAX_ARGS];
};

struct OVERLAY rule {
  uint32_t error;
  uint32_t target;
};

struct OVERLAY reloc {
  uint32_t at;
  uint32_t target;
};

/* One number inside the program. */
struct OVERLAY word16 {
  uint16_t value;
};
struct OVERLAY word32 {
  uint32_t value;
};
struct OVERLAY word64 {
  uint64_t value;
};

/* What is written on the report fd when something fails where no one can look into the header. */
struct record {
  uint32_t magic;
  uint32_t id;
  int32_t pc;
  int32_t error;
  int64_t value;
};

/* Who runs the program; it decides what a failure and an end do. */
enum role {
  ROLE_LIBRARY, /* fills in the header and returns */
  ROLE_CHILD,   /* a child that was spawned and has not called execve: a record, then exit 255 */
  ROLE_INIT,    /* runt-init: the same as a child */
};

/* A program in memory, cut into its parts, and where its execution is. */
struct machine {
  struct header *header;
  struct word64 *slots;
  const struct op *ops;
  const struct rule *rules;
  const struct reloc *relocs;
  uint8_t *data;
  uint32_t pc;
  enum role role;
};

/* Why a program is rejected; tests and error texts use the numbers, so they are never reused. */
enum reject {
  REJECT_NONE = 0,
  REJECT_SHORT = -1,   /* shorter than a header */
  REJECT_LARGE = -2,   /* longer than RUNT_MAX_PROGRAM */
  REJECT_MAGIC = -3,   /* not a program */
  REJECT_VERSION = -4, /* another version of the format */
  REJECT_BUILD = -5,   /* encoder and interpreter are not of one build */
  REJECT_LENGTH = -6,  /* the header's length is not the memory's */
  REJECT_SLOTS = -7,   /* more slots than an op can name */
  REJECT_LAYOUT = -8,  /* the parts do not add up to the length */
  REJECT_REPORT = -9,  /* the report slot does not exist */
  REJECT_RELOC = -10,  /* a relocation outside the data */
  REJECT_ERRNO = -11,  /* an errno that the kernel cannot return */
  REJECT_TARGET = -12, /* a jump to an op that does not exist */
  REJECT_CODE = -13,   /* an unknown op, or one that this role must not run */
  REJECT_NARGS = -14,  /* a wrong number of operands */
  REJECT_DST = -15,    /* the result goes to a slot that does not exist */
  REJECT_KIND = -16,   /* an operand of an unknown or wrong kind */
  REJECT_SLOT = -17,   /* an operand names a slot that does not exist */
  REJECT_DATA = -18,   /* an operand points outside the data */
  REJECT_RULES = -19,  /* an op's rules do not exist */
  REJECT_FLAGS = -20,  /* an unknown flag, or one that has no meaning for the op */
  REJECT_WIDTH = -21,  /* a load or store of a width that does not exist */
  REJECT_RANGE = -22,  /* a load, a store or clone_args outside the data */
  REJECT_END = -23,    /* no ops, or the last one lets execution run past it */
};

/*
 * Checks the header of the `length` bytes at `program` and cuts the program into the parts of `machine`.
 * Afterwards slots and the report slot can be used; nothing else is known to be sound.
 */
enum reject open_program(struct machine *machine, uint8_t *program, uint64_t length, enum role role);

/* Checks everything that open_program did not: afterwards no op can leave the program's memory. */
enum reject check_program(const struct machine *machine);

/* Writes the addresses of the program's place in memory into its data; needs a checked program. */
void relocate_program(const struct machine *machine);

/* Carries out one op; false when the program is over. */
bool step_program(struct machine *machine);

/* Writes one error record to the report fd, if there is one. */
void report_failure(const struct machine *machine, int32_t pc, int32_t error, int64_t value);

/* Ends the process. */
_Noreturn void exit_process(uint64_t status);

/* The library's half of two ops; runt-init has neither a second stack nor signal handlers. */
struct seat *child_seat(void);
int64_t watch_signals(uint64_t fd, uint64_t mask);

/*
 * Where a child that shares its parent's memory lives until execve.
 * 64 KiB are plenty: the interpreter does not recurse and needs a few hundred bytes.
 */
struct seat {
  /* The child's tid; the kernel clears it, and wakes who waits, when the child has left the shared memory. */
  _Atomic int32_t tid;
  struct machine machine;
  _Alignas(16) uint8_t stack[64 * 1024];
};

#endif
