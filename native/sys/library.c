/*
 * The interpreter as a library: one exported function. It links no libc and touches no thread-local state, so
 * that a child which shares the caller's memory can run it. Called from one thread only.
 */
#include "interpreter.h"
#include "syscall.h"

/*
 * Carries out the program in place and returns 0; the header says whether an op failed. A program that breaks
 * the format is not started: the result is one of enum reject.
 */
__attribute__((visibility("default"))) int32_t runt_run(uint8_t *program, uint64_t length);

/*
 * SAFETY: a spawn takes a seat that is empty, or waits until the child before it has left it. Two, so that init can be
 * made while a child of the runtime's own still works beside it.
 */
static struct seat seats[2];

/* By signal: the fd that hears of it. */
static int32_t watchers[SIGNALS + 1];

struct seat *child_seat(void) {
  return seats[0].tid == 0 ? &seats[0] : &seats[1];
}

/* SAFETY: may interrupt any thread anywhere; a raw write leaves errno and everything else as it was. */
static void on_signal(int signal) {
  uint8_t number = (uint8_t)signal;
  sys_call6(NR_WRITE, (uint64_t)watchers[signal], (uint64_t)(uintptr_t)&number, 1, 0, 0, 0);
}

/* Without SA_RESTART: a waiting call must come back, so that its rules can look at the signal. */
int64_t watch_signals(uint64_t fd, uint64_t mask) {
  struct kernel_sigaction action = {on_signal, SA_RESTORER_FLAG, sys_sigreturn, ~0ull};
  for (uint64_t signal = 1; signal <= SIGNALS; signal++) {
    if (!(mask >> (signal - 1) & 1)) continue;
    watchers[signal] = (int32_t)fd;
    int64_t result =
        sys_call6(NR_RT_SIGACTION, signal, (uint64_t)(uintptr_t)&action, 0, sizeof action.mask, 0, 0);
    if (result < 0) return result;
  }
  return 0;
}

int32_t runt_run(uint8_t *program, uint64_t length) {
  struct machine machine;
  enum reject reject = open_program(&machine, program, length, ROLE_LIBRARY);
  if (!reject) reject = check_program(&machine);
  if (reject) return reject;
  machine.header->fail_pc = -1;
  machine.header->fail_errno = 0;
  machine.header->fail_value = 0;
  relocate_program(&machine);
  while (step_program(&machine)) continue;
  return 0;
}
