/* Where the kernel enters runt-init: the stack holds argc, argv, envp. */

  .text
  .globl _start
  .type _start, %function
_start:
#if defined(__x86_64__)
  xor %ebp, %ebp
  mov %rsp, %rdi
  and $-16, %rsp
  call init_main
  ud2
#elif defined(__aarch64__)
  mov x29, xzr
  mov x30, xzr
  mov x0, sp
  bl init_main
  brk #1
#endif

.section .note.GNU-stack, "", %progbits
