
/*
 * Put into quickjs.c behind JS_REF_COUNT by immortal.sed. What lies in the heap's image is never freed, so its reference
 * counts need no change; and a page of the image that nothing writes to is never copied for the process.
 */
#define JS_IMMORTAL (1 << 30)

static inline int js_ref_inc(const void *p) {
  JSMallocBlockHeader *block = js_rc(p);
  return block->ref_count >= JS_IMMORTAL ? JS_IMMORTAL : ++block->ref_count;
}

static inline int js_ref_dec(const void *p) {
  JSMallocBlockHeader *block = js_rc(p);
  return block->ref_count >= JS_IMMORTAL ? JS_IMMORTAL : --block->ref_count;
}
