/* Raw system calls: no libc, no errno; results of -4095..-1 are negated errnos. */
#ifndef RUNT_SYSCALL_H
#define RUNT_SYSCALL_H

#include <stdint.h>

#if defined(__x86_64__)
#define NR_WRITE 1
#define NR_CLOSE 3
#define NR_LSEEK 8
#define NR_MMAP 9
#define NR_RT_SIGACTION 13
#define NR_RT_SIGPROCMASK 14
#define NR_FUTEX 202
#define NR_EXIT_GROUP 231
#elif defined(__aarch64__)
#define NR_WRITE 64
#define NR_CLOSE 57
#define NR_LSEEK 62
#define NR_MMAP 222
#define NR_RT_SIGACTION 134
#define NR_RT_SIGPROCMASK 135
#define NR_FUTEX 98
#define NR_EXIT_GROUP 94
#else
#error "runt knows x86_64 and aarch64"
#endif

#define ERRNO_EINTR 4
#define ERRNO_EIO 5
#define ERRNO_ENOEXEC 8
#define ERRNO_EINVAL 22
#define ERRNO_MAX 4095

/* Signals are 1..64 on both machines. */
#define SIGNALS 64

/* The kernel's struct sigaction; the same on both machines. */
struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

/* The kernel's struct clone_args as of Linux 5.7, 88 bytes. */
struct clone_args {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

#define CLONE_VM_FLAG 0x100ull
#define CLONE_PARENT_SETTID_FLAG 0x00100000ull
#define CLONE_CHILD_CLEARTID_FLAG 0x00200000ull
#define SA_RESTORER_FLAG 0x04000000ul

int64_t sys_call6(uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);

/*
 * clone3: gives the child's pid or -errno in the parent. The child calls entry(argument), which must not
 * return, on the stack that `args` names or on a copy of the parent's.
 */
int64_t sys_clone3(struct clone_args *args, uint64_t size, void (*entry)(void *), void *argument);

/* What a signal handler returns to: rt_sigreturn. Never called. */
void sys_sigreturn(void);

#endif
