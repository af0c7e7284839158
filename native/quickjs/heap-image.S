/* The engine's heap at a fixed address: the image HEAP_IMAGE, or room of HEAP_ROOM bytes for making one. */
#ifdef HEAP_IMAGE
  .section .runt_heap, "aw", %progbits
#else
  .section .runt_heap, "aw", %nobits
#endif
  .balign 4096
  .global runt_heap, runt_heap_end
  .type runt_heap, %object
runt_heap:
#ifdef HEAP_IMAGE
  .incbin HEAP_IMAGE
  .balign 4096
#else
  .space HEAP_ROOM
#endif
runt_heap_end:
  .section .note.GNU-stack, "", %progbits
