/* The ELF file of runt-init. */
  .section .rodata
  .balign 16
  .global runt_init, runt_init_end
  .type runt_init, %object
runt_init:
  .incbin RUNT_INIT
runt_init_end:
  .section .note.GNU-stack, "", %progbits
