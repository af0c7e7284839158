/*
 * runt-init: the container's first process until the user's command replaces it. argv[1] is the decimal number
 * of the fd that holds its program; argv[2], the container's id, is for people who look at ps. Exit status: 0 the
 * program ended, 255 an op failed, 254 there is no sound program.
 */
#include "interpreter.h"
#include "syscall.h"

#define EXIT_MALFORMED 254
#define SEEK_TO_END 2
#define PROT_READ_WRITE 3
#define MAP_PRIVATE_FLAG 2
#define SIG_SET 2

void init_main(uint64_t *stack);

/* The decimal number `text`; -1 when it is none or does not fit an fd. */
static int64_t decimal(const char *text) {
  int64_t number = 0;
  if (*text == 0) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return -1;
    number = number * 10 + (*text - '0');
    if (number > INT32_MAX) return -1;
  }
  return number;
}

/*
 * SAFETY: ignored signals and the signal mask survive execve. Node ignores SIGPIPE and callers may ignore or
 * block more, so the container's process would start with signals that it cannot receive.
 */
static void reset_signals(void) {
  struct kernel_sigaction none = {0};
  for (uint64_t signal = 1; signal <= SIGNALS; signal++) {
    /* SIGKILL and SIGSTOP refuse, and are at their default anyway. */
    sys_call6(NR_RT_SIGACTION, signal, (uint64_t)(uintptr_t)&none, 0, sizeof none.mask, 0, 0);
  }
  sys_call6(NR_RT_SIGPROCMASK, SIG_SET, (uint64_t)(uintptr_t)&none.mask, 0, sizeof none.mask, 0, 0);
}

/* Maps the program of `fd` and closes the fd; the length is left in `length`. Exits when that is impossible. */
static uint8_t *map_program(int64_t fd, uint64_t *length) {
  int64_t size = sys_call6(NR_LSEEK, (uint64_t)fd, 0, SEEK_TO_END, 0, 0, 0);
  if (size < HEADER_SIZE || size > RUNT_MAX_PROGRAM) exit_process(EXIT_MALFORMED);
  int64_t at = sys_call6(NR_MMAP, 0, (uint64_t)size, PROT_READ_WRITE, MAP_PRIVATE_FLAG, (uint64_t)fd, 0);
  if (at < 0 && at >= -ERRNO_MAX) exit_process(EXIT_MALFORMED);
  sys_call6(NR_CLOSE, (uint64_t)fd, 0, 0, 0, 0, 0);
  *length = (uint64_t)size;
  return (uint8_t *)(uintptr_t)at;
}

/* runt-init has one stack: its children copy memory. */
struct seat *child_seat(void) {
  return NULL;
}

/* check_program rejects the op for runt-init. */
int64_t watch_signals(uint64_t fd, uint64_t mask) {
  (void)fd;
  (void)mask;
  return -ERRNO_EINVAL;
}

void init_main(uint64_t *stack) {
  struct machine machine;
  uint64_t length;
  int64_t fd = stack[0] >= 2 ? decimal((const char *)(uintptr_t)stack[2]) : -1;
  if (fd < 0) exit_process(EXIT_MALFORMED);
  uint8_t *program = map_program(fd, &length);
  reset_signals();
  if (open_program(&machine, program, length, ROLE_INIT)) exit_process(EXIT_MALFORMED);
  enum reject reject = check_program(&machine);
  if (reject) {
    report_failure(&machine, -1, ERRNO_ENOEXEC, reject);
    exit_process(EXIT_MALFORMED);
  }
  relocate_program(&machine);
  while (step_program(&machine)) continue;
  exit_process(EXIT_MALFORMED);
}
