/* The machine's side of syscall.h. Assembly, because a child that shares memory comes back on another stack. */

.macro function name
  .text
  .globl \name
  .hidden \name
  .type \name, %function
  .balign 16
\name:
.endm

#if defined(__x86_64__)

/* C passes rdi rsi rdx rcx r8 r9 and the stack; the kernel wants rax, rdi rsi rdx r10 r8 r9. */
function sys_call6
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  mov 8(%rsp), %r9
  syscall
  ret

/* The kernel spoils rcx and r11 only, so entry (rdx) and argument (r8) reach the child in registers. */
function sys_clone3
  mov %rcx, %r8
  mov $435, %eax
  syscall
  test %rax, %rax
  jz 1f
  ret
1:
  xor %ebp, %ebp
  and $-16, %rsp
  mov %r8, %rdi
  call *%rdx
  ud2

function sys_sigreturn
  mov $15, %eax
  syscall

#elif defined(__aarch64__)

function sys_call6
  mov x8, x0
  mov x0, x1
  mov x1, x2
  mov x2, x3
  mov x3, x4
  mov x4, x5
  mov x5, x6
  svc #0
  ret

function sys_clone3
  mov x8, #435
  svc #0
  cbz x0, 1f
  ret
1:
  mov x29, xzr
  mov x30, xzr
  mov x0, x3
  blr x2
  brk #1

function sys_sigreturn
  mov x8, #139
  svc #0

#endif

.section .note.GNU-stack, "", %progbits
