/* js/engine.h - what the engine is told beside its own header (js/engine.c). */
#ifndef BX_JS_ENGINE_H
#define BX_JS_ENGINE_H

#include <stdint.h>

#include "quickjs.h"

/* The process begins: clocks can be read from now on, and Math.random goes on from `seed`.  Before
 * that all times are 0, so that a snapshot holds none. */
void js_engine_wake(JSContext *cx, uint64_t seed);
/* performance.now() begins to count now. */
void js_engine_set_time_origin(JSContext *cx);

#endif
