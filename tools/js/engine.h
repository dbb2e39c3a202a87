/* js/engine.h - what the engine is told beside its own header (js/engine.c). */
#ifndef BX_JS_ENGINE_H
#define BX_JS_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "quickjs.h"

/* As the number of a source's first line: 0, which JS_Eval2 takes for none given. */
enum { JS_ENGINE_LINE_0 = -1 };
/* What the parser takes of the stack is measured from where it begins. */
void js_engine_measure(JSContext *cx);
/* The process begins: clocks can be read from now on, and Math.random goes on from `seed`.  Before
 * that all times are 0, so that a snapshot holds none. */
void js_engine_wake(JSContext *cx, uint64_t seed);
/* performance.now() begins to count now. */
void js_engine_set_time_origin(JSContext *cx);
/* What travels with all that is put off: a reaction of a promise runs with the frame in which it
 * was made.  JS_UNDEFINED until somebody sets one, which costs nothing.  set_frame returns the one
 * before, which is the caller's then. */
JSValue js_engine_frame(JSContext *cx);
JSValue js_engine_set_frame(JSContext *cx, JSValueConst v);
/* What an iterator of a Map or a Set has still to give, in an array, without moving it; pairs where
 * it gives entries. JS_UNDEFINED: it is no such iterator. */
JSValue js_engine_preview(JSContext *cx, JSValueConst v, bool *ret_is_pairs);
/* How many entries at the beginning of an array are there and plain values, no holes and no
 * getters; 0 where that is not known. */
uint32_t js_engine_dense(JSValueConst v);
/* The own keys of an array or a typed array that are no index, in order; those that are not
 * enumerable too if `all`. JS_UNDEFINED: it is neither. */
JSValue js_engine_extra_keys(JSContext *cx, JSValueConst v, bool all);
/* Is it what `import * as` gives?  Its class has no name of its own. */
bool js_engine_is_namespace(JSValueConst v);

/* Of a compiled function, before it is written: local variables need no names unless somebody
 * debugs it. For compile.c only. */
void js_engine_strip_names(JSContext *cx, JSValueConst code);

#endif
