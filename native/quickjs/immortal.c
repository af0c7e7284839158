
/* Appended to quickjs.c by the Makefile: whatever is there now is never freed; see immortal.h. */
void js_make_immortal(JSRuntime *runtime);

/* The block of an arena with the number `index`. */
static JSMallocBlockHeader *arena_block(JSArena *arena, unsigned index) {
  return arena_get_block(arena, index, arena_block_sizes[arena->block_size_idx]);
}

static void make_arena_immortal(JSArena *arena) {
  bool is_free[JS_ARENA_SIZE / JS_ARENA_ALIGN] = {false};
  for (unsigned index = arena->first_free_block; index != JS_ARENA_FREE_NIL;) {
    is_free[index] = true;
    index = arena_block(arena, index)->u.free_next;
  }
  /* Blocks without a reference count have room for one all the same. */
  for (unsigned index = 0; index < arena->n_blocks; index++) {
    if (!is_free[index]) arena_block(arena, index)->ref_count = JS_IMMORTAL;
  }
}

void js_make_immortal(JSRuntime *runtime) {
  struct list_head *link;
  for (int size = 0; size < JS_ARENA_BLOCK_SIZE_COUNT; size++) {
    list_for_each(link, &runtime->arena_state.arena_list[size]) make_arena_immortal(list_entry(link, JSArena, link));
  }
  /* Blocks that are too large for an arena; of these only long strings are left out. */
  list_for_each(link, &runtime->gc_obj_list) JS_REF_COUNT(list_entry(link, JSGCObjectHeader, link)) = JS_IMMORTAL;
}
