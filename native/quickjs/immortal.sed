# What native/quickjs/immortal.h and immortal.c need changed in quickjs.c: every change of a reference count goes through
# the functions of immortal.h.
s/--JS_REF_COUNT(\([^)]*\))/js_ref_dec(\1)/
s/JS_REF_COUNT(\([^)]*\))++/js_ref_inc(\1)/
s/JS_REF_COUNT(\([^)]*\))--/js_ref_dec(\1)/
/^#define JS_GC_MARK(p)/r immortal.h
