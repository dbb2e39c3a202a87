/* js/engine.c - QuickJS-ng as this guest needs it, without a change to its source:
 *
 * Under __wasi__ it switches its stack check off, so that deep recursion would be a trap; its
 * headers are read as they are, then it is compiled as for any other system, and a recursion too
 * deep is a RangeError.
 *
 * What it asks the clock for when a context is made would be the same in every copy of a snapshot,
 * and nothing may be asked of the host while one is made: the clock it sees is js_engine_clock's.
 *
 * Its loops are interpreted by a function of ours.
 *
 * Atomics are left out where there are no threads, though programs use them: what they need of
 * threads is here. Who waits is woken by nobody but the time.
 */
#include <assert.h>
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "cutils.h"
#include "js/engine.h"
#include "list.h"

#undef __wasi__
#define js__gettimeofday_us js_engine_now_us
#define js__hrtime_ns       js_engine_now_ns

static bool has_clock;

static int64_t js_engine_now_us(void)
{
    struct timeval tv = {0};
    if (has_clock)
        (void)gettimeofday(&tv, NULL);
    return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

static uint64_t js_engine_now_ns(void)
{
    struct timespec ts = {0};
    if (has_clock)
        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* How deep it may go is measured on the stack in linear memory, but what overflows is the host's,
 * on which a function that keeps all it has in registers takes as much as others: JSON.parse, the
 * parser and proxies would get to a trap before they are told to stop.  A look whether there is
 * stack left tells by its size who looks:
 *
 * 0: something that recurses in C.  It takes some of the stack here, as much as what it calls until
 * the next look takes of the host's.
 *
 * 1000: the reader of tokens, at the end of a dozen calls of the parser: what the parser has taken
 * since it began counts so many times.
 *
 * A number known only when it runs: a call, whose frame is large anyway.  The parser is done then.
 */
enum { LOOK_FRAME = 192, TOKEN_LOOK = 1000, PARSER_TIMES = 6, PARSER_LEAST = 64 << 10 };

static uintptr_t parser_base; /* where the stack was when the parser began; 0: it does not run */

struct JSProxyData;
static inline __attribute__((always_inline)) bool js_check_stack_overflow(JSRuntime *rt,
                                                                          size_t alloca_size);
static inline __attribute__((always_inline)) struct JSProxyData *get_proxy_method(JSContext *ctx,
                                                                                  JSValue *pmethod,
                                                                                  JSValueConst obj,
                                                                                  JSAtom name);

static inline __attribute__((always_inline)) uintptr_t js_engine_sp(size_t n)
{
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    if (!__builtin_constant_p(n)) {
        parser_base = 0;
        return sp;
    }
    if (n == TOKEN_LOOK)
        return parser_base ? sp - (PARSER_TIMES - 1) * (parser_base - sp) : sp;
    if (n == 0) {
        char frame[LOOK_FRAME];
        __asm__ volatile("" : "=r"(sp) : "0"(frame) : "memory");
    }
    return sp;
}

/* The definition there becomes that of a function nobody calls; its calls ask the one above, with
 * the argument of js_check_stack_overflow where they stand in that. */
enum { alloca_size = 1 };
#define js_get_stack_pointer(...) JS_ENGINE_SP_##__VA_ARGS__
#define JS_ENGINE_SP_void         js_engine_unused_sp(void)
#define JS_ENGINE_SP_             js_engine_sp(alloca_size)

#if !JS_HAVE_THREADS
#define JS_ONCE_INIT 0
typedef int js_once_t, js_mutex_t, js_cond_t;

static void js_once(js_once_t *once, void (*run)(void))
{
    if (!*once)
        run();
    *once = 1;
}

static void js_mutex_init(js_mutex_t *m) { *m = 0; }
static void js_mutex_lock(js_mutex_t *m) { (void)m; }
static void js_mutex_unlock(js_mutex_t *m) { (void)m; }
static void js_cond_init(js_cond_t *c) { *c = 0; }
static void js_cond_destroy(js_cond_t *c) { (void)c; }
static void js_cond_signal(js_cond_t *c) { (void)c; }

static int js_cond_timedwait(js_cond_t *c, js_mutex_t *m, uint64_t ns)
{
    (void)c, (void)m;
    const struct timespec t = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    (void)nanosleep(&t, NULL);
    return -1;
}

static void js_cond_wait(js_cond_t *c, js_mutex_t *m)
{
    for (;;) /* to the deadline of the call */
        (void)js_cond_timedwait(c, m, UINT64_C(3600000000000));
}
#endif

/* Reactions of promises, those of `await` among them, go by way of js_engine_then: the calls, not
 * the definition there. */
static int js_engine_then(JSContext *cx, JSValueConst promise, JSValueConst *handlers,
                          JSValueConst *capability);
#define perform_promise_then(cx, ...) JS_ENGINE_THEN_##cx, __VA_ARGS__)
#define JS_ENGINE_THEN_JSContext perform_promise_then(JSContext
#define JS_ENGINE_THEN_ctx       js_engine_then(ctx

/* Where a key of Map or Set lies is told by the last bits of its hash. */
static inline uint32_t js_engine_hash(JSContext *cx, JSValueConst key);
#define map_hash_key(cx, ...)    JS_ENGINE_HASH_##cx, __VA_ARGS__)
#define JS_ENGINE_HASH_JSContext map_hash_key(JSContext
#define JS_ENGINE_HASH_ctx       js_engine_hash(ctx

/* Functions that the engine itself calls, of sort, map and the like, go by way of js_engine_call.
 */
static JSValue js_engine_call(JSContext *cx, JSValueConst fn, JSValueConst self, int argc,
                              JSValueConst *argv);
#define JS_Call(cx, ...)         JS_ENGINE_CALL_##cx, __VA_ARGS__)
#define JS_ENGINE_CALL_JSContext JS_Call(JSContext
#define JS_ENGINE_CALL_ctx       js_engine_call(ctx

/* Where a program jumps back, js_engine_loop is asked to go on (below): the places that look for
 * interrupts after a `goto`, which are those with a `pc` and no `res` of their own. */
struct JSStackFrame;
__attribute__((unused)) static const char pc, res, sp, sf;
static inline int js_engine_poll(JSContext *cx, const void *, const void *, const void *);
static inline int js_engine_go(JSContext *cx, uint8_t **ret_pc, JSValue **ret_sp,
                               struct JSStackFrame *frame);
#define js_poll_interrupts(cx)        JS_ENGINE_POLL_##cx)
#define JS_ENGINE_POLL_JSContext      js_poll_interrupts(JSContext
#define JS_ENGINE_POLL_caller_ctx     js_poll_interrupts(caller_ctx
#define JS_ENGINE_POLL_ctx \
    _Generic(&pc, uint8_t **: _Generic(&res, int *: js_engine_poll, default: js_engine_go), \
             default: js_engine_poll)(ctx, &pc, &sp, sf

/* A `continue` leaves the scope of `for (let ...)`, so that the next iteration has variables of its
 * own: the engine's parser says so for the other loops, which is where it has the scope's level in
 * a variable of this name, too, and calls by `s`. */
struct JSFunctionDef;
struct BlockEnv;
__attribute__((unused)) static const int block_scope_level = -1;
static inline void js_engine_enter(int level, struct JSFunctionDef *fd, struct BlockEnv *be,
                                   JSAtom label, int label_break, int label_cont, int drops);
#define push_break_entry(fd, ...)     JS_ENGINE_ENTER_##fd, __VA_ARGS__)
#define JS_ENGINE_ENTER_JSFunctionDef push_break_entry(JSFunctionDef
#define JS_ENGINE_ENTER_fd            push_break_entry(fd
#define JS_ENGINE_ENTER_s             js_engine_enter(block_scope_level, s

/* One `switch` with one place that chooses the opcode: WebAssembly has nothing else to make of a
 * label's address, and would only look it up in two tables. */
#ifdef __wasm__
#include "quickjs-c-atomics.h"
#define CONFIG_ATOMICS
#define EMSCRIPTEN
#endif

/* For size, unless the build says otherwise of a function (hot.txt). */
#ifdef __wasm__
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif
#include "quickjs.c"
#ifdef __wasm__
#pragma clang attribute pop
#endif

#undef perform_promise_then
#undef map_hash_key
#undef js_poll_interrupts
#undef JS_Call
#undef push_break_entry

static inline void js_engine_enter(int level, JSFunctionDef *fd, BlockEnv *be, JSAtom label,
                                   int label_break, int label_cont, int drops)
{
    push_break_entry(fd, be, label, label_break, label_cont, drops);
    if (level >= 0)
        be->scope_level = level;
}

/* ---- loops ---------------------------------------------------------------------------------
 *
 * The engine's interpreter is one function with so much in it that its position and its stack lie
 * in memory, whatever compiles it.  js_engine_loop is another for the opcodes that loops consist
 * of, small enough to keep both in registers.  That asks of it to call nothing, anywhere, to hold
 * few values across its own loop (so the frame's parts are read when they are used) and few within
 * an opcode.  Nothing is done by halves: what is not its own, or not in the form that it can do
 * (the last reference to something, a sum that is no integer any more), is where it stops, and the
 * interpreter goes on there.  No interrupts are looked for: there is no handler; the host's
 * deadline ends it as all else. */
#ifdef __wasm__
static struct {
    JSValue *var_buf, *arg_buf, *cpool;
    JSVarRef **var_refs;
} loop_frame;

static inline bool mul_overflow(int32_t a, int32_t b, int32_t *ret)
{
    const int64_t r = (int64_t)a * b;
    *ret = (int32_t)r;
    return *ret != r || (r == 0 && (a | b) < 0); /* -0 */
}

#define VAR(i)      (*(JSValue *volatile *)&loop_frame.var_buf)[i]
#define ARG(i)      (*(JSValue *volatile *)&loop_frame.arg_buf)[i]
#define REF(i)      *(*(JSVarRef * *volatile *)&loop_frame.var_refs)[i]->pvalue
#define CONSTANT(i) (*(JSValue *volatile *)&loop_frame.cpool)[i]
#define U8          code[1]
#define U16         get_u16(code + 1)
#define U32         get_u32(code + 1)
#define TAG(v)      JS_VALUE_GET_TAG(v)
#define INT(v)      JS_VALUE_GET_INT(v)
#define FLOAT(v)    JS_VALUE_GET_FLOAT64(v)
#define TOP(n)      top[-(n)]
#define IS_KEY(v)   (TAG(v) == JS_TAG_INT || TAG(v) == JS_TAG_STRING || TAG(v) == JS_TAG_SYMBOL)
#define ONLY(x) \
    if (unlikely(!(x))) \
    goto rest
#define LET_GO(v) \
    do { \
        const JSValue old_ = (v); \
        if (JS_VALUE_HAS_REF_COUNT(old_)) { \
            int *const n_ = &JS_REF_COUNT(JS_VALUE_GET_PTR(old_)); \
            ONLY(*n_ > 1); \
            --*n_; \
        } \
    } while (0)

/* The opcodes around v in a[i] = v: bytes of the code, which may be read a little beyond its end.
 */
static const uint64_t BEFORE_VALUE =
    (uint64_t)OP_swap | (uint64_t)OP_dup << 8 | (uint64_t)OP_is_undefined_or_null << 16 |
    (uint64_t)OP_if_true8 << 24 | UINT64_C(4) << 32 | (uint64_t)OP_swap << 40 |
    (uint64_t)OP_to_propkey << 48 | (uint64_t)OP_swap << 56;
static const uint64_t AFTER_VALUE = OP_swap | OP_to_propkey << 8 | OP_swap << 16;

/* Goes on at `code`; returns where it stopped, position and stack. */
static no_inline uint64_t js_engine_loop(uint8_t *code, JSValue *top, const JSStackFrame *frame)
{
    const JSObject *fn = JS_VALUE_GET_OBJ(frame->cur_func);
    loop_frame.var_buf = frame->var_buf;
    loop_frame.arg_buf = frame->arg_buf;
    loop_frame.cpool = fn->u.func.function_bytecode->cpool;
    loop_frame.var_refs = fn->u.func.var_refs;
    for (;;) {
        switch (*code) {
#include "js/loops.def"
        default:
            goto rest;
        }
    }
rest:
    return (uint64_t)(uintptr_t)code << 32 | (uintptr_t)top;
}
#endif

/* ---- leaves --------------------------------------------------------------------------------
 *
 * A function that only computes a value from its arguments, as (a, b) => a.v - b.v does, needs no
 * frame: nothing happens on the way, so that all it holds is borrowed, and where it turns out to be
 * something else it is simply called. */
enum { LEAF_STACK = 6, LEAF_BYTES = 48, LEAF_SKIPS = 64 };
static const JSFunctionBytecode *not_leaves[LEAF_SKIPS]; /* some that are known to be none */

/* JS_UNINITIALIZED: not so simple. */
static inline JSValue leaf_field(JSValue o, JSAtom name)
{
    if (JS_VALUE_GET_TAG(o) != JS_TAG_OBJECT)
        return JS_UNINITIALIZED;
    for (JSObject *p = JS_VALUE_GET_OBJ(o); p; p = p->shape->proto) {
        JSProperty *pr;
        const JSShapeProperty *prs = find_own_property(&pr, p, name);
        if (prs)
            return prs->flags & JS_PROP_TMASK ? JS_UNINITIALIZED : pr->u.value;
        if (p->is_exotic)
            return JS_UNINITIALIZED;
    }
    return JS_UNDEFINED;
}

static inline JSValue leaf_element(JSValue o, JSValue i)
{
    if (JS_VALUE_GET_TAG(o) != JS_TAG_OBJECT || JS_VALUE_GET_TAG(i) != JS_TAG_INT)
        return JS_UNINITIALIZED;
    const JSObject *p = JS_VALUE_GET_OBJ(o);
    const uint32_t at = (uint32_t)JS_VALUE_GET_INT(i);
    return p->class_id == JS_CLASS_ARRAY && at < p->u.array.count ? p->u.array.u.values[at]
                                                                  : JS_UNINITIALIZED;
}

static inline JSValue leaf_calculate(uint8_t op, JSValue a, JSValue b)
{
    const bool are_int = JS_VALUE_IS_BOTH_INT(a, b);
    double x, y;
    if (are_int && op == OP_sub)
        return js_int64((int64_t)JS_VALUE_GET_INT(a) - JS_VALUE_GET_INT(b));
    if (!js_arith_to_float64(a, &x) || !js_arith_to_float64(b, &y))
        return JS_UNINITIALIZED;
    switch (op) {
    case OP_add:
        return are_int ? js_int64((int64_t)JS_VALUE_GET_INT(a) + JS_VALUE_GET_INT(b))
                       : js_float64(x + y);
    case OP_sub:
        return js_float64(x - y);
    case OP_mul:
        return are_int && x * y != 0 ? js_int64((int64_t)JS_VALUE_GET_INT(a) * JS_VALUE_GET_INT(b))
                                     : js_float64(x * y);
    case OP_lt:
        return js_bool(x < y);
    case OP_lte:
        return js_bool(x <= y);
    case OP_gt:
        return js_bool(x > y);
    case OP_gte:
        return js_bool(x >= y);
    case OP_strict_eq:
        return js_bool(x == y);
    default:
        return js_bool(x != y);
    }
}

/* The value, with a reference of its own; JS_UNINITIALIZED: it is none. */
static JSValue leaf_value(const JSObject *fn, const JSFunctionBytecode *b, JSValueConst *argv)
{
    JSValue stack[LEAF_STACK], *top = stack, v;
    const uint8_t *code = b->byte_code_buf;
    for (;;) {
        const uint8_t op = *code++;
        switch (op) {
        case OP_get_arg0:
        case OP_get_arg1:
        case OP_get_arg2:
        case OP_get_arg3:
            v = argv[op - OP_get_arg0];
            break;
        case OP_get_var_ref0:
        case OP_get_var_ref1:
        case OP_get_var_ref2:
        case OP_get_var_ref3:
            v = *fn->u.func.var_refs[op - OP_get_var_ref0]->pvalue;
            break;
        case OP_get_var_ref_check:
            v = *fn->u.func.var_refs[get_u16(code)]->pvalue;
            code += 2;
            break;
        case OP_push_minus1 ... OP_push_7:
            v = js_int32(op - OP_push_0);
            break;
        case OP_push_i8:
            v = js_int32((int8_t)*code++);
            break;
        case OP_get_field:
            v = leaf_field(*--top, get_u32(code));
            code += 4;
            break;
        case OP_get_array_el:
            top -= 2;
            v = leaf_element(top[0], top[1]);
            break;
        case OP_add:
        case OP_sub:
        case OP_mul:
        case OP_lt:
        case OP_lte:
        case OP_gt:
        case OP_gte:
        case OP_strict_eq:
        case OP_strict_neq:
            top -= 2;
            v = leaf_calculate(op, top[0], top[1]);
            break;
        case OP_if_false8: /* forwards only: it ends */
            v = *--top;
            if (JS_VALUE_GET_TAG(v) != JS_TAG_BOOL || (int8_t)*code <= 0)
                return JS_UNINITIALIZED;
            code += JS_VALUE_GET_INT(v) ? 1 : (int8_t)*code;
            continue;
        case OP_return:
            return js_dup(*--top);
        default:
            return JS_UNINITIALIZED;
        }
        if (JS_IsUninitialized(v))
            return v;
        *top++ = v;
    }
}

static JSValue js_engine_call(JSContext *cx, JSValueConst fn, JSValueConst self, int argc,
                              JSValueConst *argv)
{
    if (JS_VALUE_GET_TAG(fn) == JS_TAG_OBJECT) {
        const JSObject *p = JS_VALUE_GET_OBJ(fn);
        const JSFunctionBytecode *b = p->u.func.function_bytecode;
        const JSFunctionBytecode **skip = &not_leaves[((uintptr_t)b >> 4) % LEAF_SKIPS];
        if (p->class_id == JS_CLASS_BYTECODE_FUNCTION && *skip != b) {
            if (argc >= b->arg_count && b->arg_count <= 4 && b->var_count == 0 &&
                b->var_ref_count == 0 && b->stack_size <= LEAF_STACK &&
                b->byte_code_len <= LEAF_BYTES) {
                JSValue v = leaf_value(p, b, argv);
                if (!JS_IsUninitialized(v))
                    return v;
            }
            *skip = b;
        }
    }
    return JS_Call(cx, fn, self, argc, argv);
}

static inline int js_engine_poll(JSContext *cx, const void *a, const void *b, const void *c)
{
    (void)a, (void)b, (void)c;
    return js_poll_interrupts(cx);
}

static inline __attribute__((always_inline)) int js_engine_go(JSContext *cx, uint8_t **ret_pc,
                                                              JSValue **ret_sp, JSStackFrame *frame)
{
#ifdef __wasm__
    const uint64_t at = js_engine_loop(*ret_pc, *ret_sp, frame);
    *ret_pc = (uint8_t *)(uintptr_t)(at >> 32);
    *ret_sp = (JSValue *)(uintptr_t)(uint32_t)at;
#else
    (void)ret_pc, (void)ret_sp, (void)frame;
#endif
    return js_poll_interrupts(cx);
}

/* Whole numbers as doubles differ in their first bits, addresses in those amid: mixed, in the last
 * as well. */
static inline uint32_t js_engine_hash(JSContext *cx, JSValueConst key)
{
    uint32_t h = map_hash_key(cx, key);
    h = (h ^ h >> 16) * 0x7feb352d;
    h = (h ^ h >> 15) * 0x846ca68b;
    return h ^ h >> 16;
}

static bool is_framed; /* somebody asked for frames */
static JSValue frame;  /* then */

JSValue js_engine_frame(JSContext *cx) { return is_framed ? JS_DupValue(cx, frame) : JS_UNDEFINED; }

JSValue js_engine_set_frame(JSContext *cx, JSValueConst v)
{
    JSValue before = is_framed ? frame : JS_UNDEFINED;
    is_framed = true;
    frame = JS_DupValue(cx, v);
    return before;
}

/* data: handler, frame of its making */
static JSValue call_in_frame(JSContext *cx, JSValueConst self, int argc, JSValueConst *argv,
                             int magic, JSValueConst *data)
{
    (void)magic;
    JSValue before = js_engine_set_frame(cx, data[1]);
    JSValue r = JS_Call(cx, data[0], self, argc, argv);
    JS_FreeValue(cx, frame);
    frame = before;
    return r;
}

static int js_engine_then(JSContext *cx, JSValueConst promise, JSValueConst *handlers,
                          JSValueConst *capability)
{
    if (!is_framed || JS_IsUndefined(frame))
        return perform_promise_then(cx, promise, handlers, capability);
    JSValue in_frame[] = {JS_UNDEFINED, JS_UNDEFINED};
    int rc = 0;
    for (int i = 0; i < 2; i++) {
        JSValueConst data[] = {handlers[i], frame};
        if (JS_IsFunction(cx, handlers[i]))
            in_frame[i] = JS_NewCFunctionData(cx, call_in_frame, 1, 0, 2, data);
        if (JS_IsException(in_frame[i]))
            rc = -1;
    }
    if (rc == 0)
        rc = perform_promise_then(cx, promise, vc(in_frame), capability);
    JS_FreeValue(cx, in_frame[0]);
    JS_FreeValue(cx, in_frame[1]);
    return rc;
}

static JSValue eval_measured(JSContext *cx, JSValueConst self, const char *input, size_t n,
                             const char *filename, int line, int flags, int scope)
{
    /* What the parser says where the stack ends amid a word is not always that. */
    if (js_check_stack_overflow(cx->rt, PARSER_LEAST))
        return JS_ThrowStackOverflow(cx);
    const uintptr_t before = parser_base;
    parser_base = (uintptr_t)__builtin_frame_address(0);
    if (line == JS_ENGINE_LINE_0)
        line = 0;
    JSValue r = __JS_EvalInternal(cx, self, input, n, filename, line, flags, scope);
    parser_base = before;
    return r;
}

void js_engine_measure(JSContext *cx) { cx->eval_internal = eval_measured; }

void js_engine_wake(JSContext *cx, uint64_t seed)
{
    has_clock = true;
    cx->random_state = seed ? seed : 1; /* of xorshift64*, which stays at 0 */
}

void js_engine_set_time_origin(JSContext *cx) { cx->time_origin = js__now_ms(); }

/* One entry of a map, or a value of a set, as its iterator would give it. */
static JSValue js_entry_of(JSContext *cx, const JSMapIteratorData *it, const JSMapRecord *mr,
                           bool is_set)
{
    JSValueConst args[] = {mr->key, is_set ? mr->key : mr->value};
    if (it->kind == JS_ITERATOR_KIND_KEY_AND_VALUE)
        return js_create_array(cx, 2, args);
    return js_dup(args[it->kind == JS_ITERATOR_KIND_KEY ? 0 : 1]);
}

JSValue js_engine_preview(JSContext *cx, JSValueConst v, bool *ret_is_pairs)
{
    const bool is_set = JS_GetClassID(v) == JS_CLASS_SET_ITERATOR;
    if (!is_set && JS_GetClassID(v) != JS_CLASS_MAP_ITERATOR)
        return JS_UNDEFINED;
    const JSMapIteratorData *it = JS_GetOpaque(v, JS_CLASS_MAP_ITERATOR + (is_set ? 1 : 0));
    *ret_is_pairs = it->kind == JS_ITERATOR_KIND_KEY_AND_VALUE;
    JSValue r = JS_NewArray(cx);
    if (JS_IsException(r) || JS_IsUndefined(it->obj)) /* it has been through */
        return r;
    /* Nothing here runs JavaScript: the list stays as it is. */
    JSMapState *s = JS_GetOpaque(it->obj, is_set ? JS_CLASS_SET : JS_CLASS_MAP);
    struct list_head *el = it->cur_record ? it->cur_record->link.next : s->records.next;
    for (uint32_t n = 0; el != &s->records; el = el->next) {
        const JSMapRecord *mr = list_entry(el, JSMapRecord, link);
        if (mr->empty)
            continue;
        JSValue entry = js_entry_of(cx, it, mr, is_set);
        if (JS_IsException(entry) ||
            JS_DefinePropertyValueUint32(cx, r, n++, entry, JS_PROP_C_W_E) < 0) {
            JS_FreeValue(cx, r);
            return JS_EXCEPTION;
        }
    }
    return r;
}

#ifndef __wasm__
static void strip_names(JSContext *cx, JSFunctionBytecode *b)
{
    for (int i = 0; i < b->arg_count + b->var_count; i++) {
        JS_FreeAtom(cx, b->vardefs[i].var_name);
        b->vardefs[i].var_name = JS_ATOM_empty_string;
    }
    for (int i = 0; i < b->closure_var_count; i++) {
        JSClosureVar *v = &b->closure_var[i];
        if (v->closure_type != JS_CLOSURE_LOCAL && v->closure_type != JS_CLOSURE_ARG &&
            v->closure_type != JS_CLOSURE_REF)
            continue; /* looked up by its name */
        JS_FreeAtom(cx, v->var_name);
        v->var_name = JS_ATOM_empty_string;
    }
    for (int i = 0; i < b->cpool_count; i++) {
        if (JS_VALUE_GET_TAG(b->cpool[i]) == JS_TAG_FUNCTION_BYTECODE)
            strip_names(cx, JS_VALUE_GET_PTR(b->cpool[i]));
    }
}

void js_engine_strip_names(JSContext *cx, JSValueConst code)
{
    strip_names(cx, JS_VALUE_GET_PTR(code));
}
#endif

uint32_t js_engine_dense(JSValueConst v)
{
    if (JS_GetClassID(v) != JS_CLASS_ARRAY)
        return 0;
    const JSObject *p = JS_VALUE_GET_OBJ(v);
    return p->fast_array ? p->u.array.count : 0;
}

bool js_engine_is_namespace(JSValueConst v) { return JS_GetClassID(v) == JS_CLASS_MODULE_NS; }

/* The keys of one kind that are no index, after those in `r`: 0, or -1 with a pending exception. */
static int js_add_extra_keys(JSContext *cx, JSValueConst r, const JSObject *p, bool all,
                             JSAtomKindEnum kind, uint32_t *n)
{
    const JSShapeProperty *prs = get_shape_prop(p->shape);
    for (int i = 0; i < p->shape->prop_count; i++, prs++) {
        uint32_t index;
        if (prs->atom == JS_ATOM_NULL || JS_AtomGetKind(cx, prs->atom) != kind ||
            (!all && !(prs->flags & JS_PROP_ENUMERABLE)) ||
            JS_AtomIsArrayIndex(cx, &index, prs->atom))
            continue;
        JSValue key = JS_AtomToValue(cx, prs->atom);
        if (JS_IsException(key) ||
            JS_DefinePropertyValueUint32(cx, r, (*n)++, key, JS_PROP_C_W_E) < 0)
            return -1;
    }
    return 0;
}

JSValue js_engine_extra_keys(JSContext *cx, JSValueConst v, bool all)
{
    const JSClassID id = JS_GetClassID(v);
    if (id != JS_CLASS_ARRAY && !is_typed_array(id))
        return JS_UNDEFINED;
    const JSObject *p = JS_VALUE_GET_OBJ(v);
    JSValue r = JS_NewArray(cx);
    uint32_t n = 0;
    if (!JS_IsException(r) && (js_add_extra_keys(cx, r, p, all, JS_ATOM_KIND_STRING, &n) < 0 ||
                               js_add_extra_keys(cx, r, p, all, JS_ATOM_KIND_SYMBOL, &n) < 0)) {
        JS_FreeValue(cx, r);
        return JS_EXCEPTION;
    }
    return r;
}
