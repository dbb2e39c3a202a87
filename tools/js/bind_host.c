/* internal.host: programs, calls of tools, requests, and the one wait for all (lib/process.h,
 * lib/nested.h, lib/jobs.h). Numbers of errors that are thrown are errno's; each has the name of
 * the function as its `syscall`. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "js/js.h"
#include "lib/jobs.h"
#include "lib/nested.h"
#include "lib/process.h"

enum { MAX_READ = 1 << 20 };

static JSValue fail(JSContext *cx, int error, const char *what)
{
    return js_throw_errno(cx, error, what, NULL, NULL);
}

static bool get_uint(JSContext *cx, JSValueConst v, uint32_t *ret)
{
    int32_t i;
    if (JS_ToInt32(cx, &i, v) < 0)
        return false;
    *ret = (uint32_t)i;
    return true;
}

/* Milliseconds as nanoseconds; below 0: for ever. */
static bool get_timeout(JSContext *cx, JSValueConst v, uint64_t *ret)
{
    double ms;
    if (JS_ToFloat64(cx, &ms, v) < 0)
        return false;
    *ret = ms < 0 || !(ms < 9e12) ? UINT64_MAX : (uint64_t)(ms * 1e6);
    return true;
}

static JSValue new_list(JSContext *cx, const int64_t *at, uint32_t n)
{
    JSValue r = JS_NewArray(cx);
    for (uint32_t i = 0; i < n; i++)
        (void)JS_SetPropertyUint32(cx, r, i, JS_NewInt64(cx, at[i]));
    return r;
}

/* ---- calls of tools
 * ---------------------------------------------------------------------------------- */

static JSAtom atoms[6];
enum { IS_ERROR, CONTENT, TYPE, TEXT, STRUCTURED, TO_STRING };
static JSValue to_string; /* of results */

JS_FUNCTION(result_to_string)
{
    (void)argc, (void)argv;
    return JS_GetProperty(cx, self, atoms[TEXT]);
}

static bool make_names(JSContext *cx)
{
    static const char *const names[] = {"isError", "content",           "type",
                                        "text",    "structuredContent", "toString"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        atoms[i] = JS_NewAtom(cx, names[i]);
    to_string = JS_NewCFunction(cx, result_to_string, "toString", 0);
    return !JS_IsException(to_string);
}

/* The text of the one block that there is; JS_UNDEFINED: there are others. */
static JSValue only_text(JSContext *cx, JSValueConst content)
{
    int64_t n;
    if (!JS_IsArray(content) || JS_GetLength(cx, content, &n) < 0 || n != 1)
        return JS_UNDEFINED;
    JSValue block = JS_GetPropertyUint32(cx, content, 0), text = JS_UNDEFINED;
    JSValue type = JS_IsObject(block) ? JS_GetProperty(cx, block, atoms[TYPE]) : JS_UNDEFINED;
    JSAtom name = JS_ValueToAtom(cx, type);
    if (name == atoms[TEXT])
        text = JS_GetProperty(cx, block, atoms[TEXT]);
    JS_FreeAtom(cx, name);
    JS_FreeValue(cx, type);
    JS_FreeValue(cx, block);
    return text;
}

static bool add_fields(JSContext *cx, JSValueConst to, JSValueConst from)
{
    JSPropertyEnum *all;
    uint32_t n;
    if (JS_IsUndefined(from))
        return true;
    if (!JS_IsObject(from) ||
        JS_GetOwnPropertyNames(cx, &all, &n, from, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return false;
    bool ok = true;
    for (uint32_t i = 0; i < n && ok; i++) {
        JSValue v = JS_GetProperty(cx, from, all[i].atom);
        ok = JS_DefinePropertyValue(cx, to, all[i].atom, v, JS_PROP_C_W_E) >= 0;
    }
    JS_FreePropertyEnum(cx, all, n);
    return ok;
}

/* A result as valueOf of lib/internal/tools.js makes one, for the most of them: JS_UNDEFINED where
 * it is for that to say what it is, or what is wrong with it. */
static JSValue value_of(JSContext *cx, const char *json, size_t n)
{
    JSValue result = JS_ParseJSON(cx, json, n, "<result>"), v = JS_UNDEFINED;
    if (JS_IsObject(result)) {
        JSValue is_error = JS_GetProperty(cx, result, atoms[IS_ERROR]);
        JSValue content = JS_GetProperty(cx, result, atoms[CONTENT]);
        JSValue fields = JS_GetProperty(cx, result, atoms[STRUCTURED]);
        JSValue text = JS_ToBool(cx, is_error) ? JS_UNDEFINED : only_text(cx, content);
        if (JS_IsString(text)) {
            v = JS_NewObject(cx);
            const int hidden = JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE;
            if (JS_DefinePropertyValue(cx, v, atoms[TEXT], JS_DupValue(cx, text), JS_PROP_C_W_E) <
                    0 ||
                !add_fields(cx, v, fields) ||
                JS_DefinePropertyValue(cx, v, atoms[CONTENT], JS_DupValue(cx, content), hidden) <
                    0 ||
                JS_DefinePropertyValue(cx, v, atoms[TO_STRING], JS_DupValue(cx, to_string),
                                       hidden) < 0) {
                JS_FreeValue(cx, v);
                v = JS_UNDEFINED;
            }
        }
        JS_FreeValue(cx, text);
        JS_FreeValue(cx, fields);
        JS_FreeValue(cx, content);
        JS_FreeValue(cx, is_error);
    }
    JS_FreeValue(cx, result);
    if (JS_IsUndefined(v) && JS_HasException(cx))
        JS_FreeValue(cx, JS_GetException(cx));
    return v;
}

/* call(name, json): the value of the result, or [status, text]; runs on this thread. */
JS_FUNCTION(host_call)
{
    (void)self, (void)argc;
    size_t name_n, input_n, size = 0;
    const char *name = JS_ToCStringLen(cx, &name_n, argv[0]);
    const char *input = name ? JS_ToCStringLen(cx, &input_n, argv[1]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (input) {
        bx_call_status s = bx_call(name, name_n, input, input_n, &size);
        char *text = malloc(size + 1);
        if (text) {
            size_t got = bx_call_read(0, text, size);
            text[got] = '\0';
            r = s == BX_CALL_OK ? value_of(cx, text, got) : JS_UNDEFINED;
            if (JS_IsUndefined(r)) {
                r = JS_NewArray(cx);
                (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt32(cx, (int32_t)s));
                (void)JS_SetPropertyUint32(cx, r, 1, JS_NewStringLen(cx, text, got));
            }
            free(text);
        } else {
            r = JS_ThrowOutOfMemory(cx);
        }
    }
    JS_FreeCString(cx, input);
    JS_FreeCString(cx, name);
    return r;
}

/* tools(): those that can be called, as JSON */
JS_FUNCTION(host_tools)
{
    (void)self, (void)argc, (void)argv;
    size_t size = 0;
    int e = bx_tools(&size);
    if (e)
        return fail(cx, e, "tools");
    char *text = malloc(size + 1);
    if (!text)
        return JS_ThrowOutOfMemory(cx);
    JSValue r = JS_NewStringLen(cx, text, bx_call_read(0, text, size));
    free(text);
    return r;
}

/* callStart(name, json): a job */
JS_FUNCTION(host_call_start)
{
    (void)self, (void)argc;
    size_t name_n, input_n;
    uint32_t job = 0;
    const char *name = JS_ToCStringLen(cx, &name_n, argv[0]);
    const char *input = name ? JS_ToCStringLen(cx, &input_n, argv[1]) : NULL;
    int e = input ? bx_call_start(name, name_n, input, input_n, &job) : 0;
    bool ok = input != NULL;
    JS_FreeCString(cx, input);
    JS_FreeCString(cx, name);
    if (!ok)
        return JS_EXCEPTION;
    return e ? fail(cx, e, "call") : JS_NewUint32(cx, job);
}

/* ---- requests
 * ------------------------------------------------------------------------------------------ */

/* httpStart(method, url, "name: value\n"..., body or undefined, timeout in ms or -1): a job */
JS_FUNCTION(host_http_start)
{
    (void)self, (void)argc;
    const char *text[3] = {NULL, NULL, NULL}, *body_text = NULL;
    const uint8_t *body = NULL;
    size_t n[3], body_n = 0;
    bool ok = true, has_body = !JS_IsUndefined(argv[3]);
    uint64_t timeout;
    uint32_t job = 0;
    int e = 0;
    for (int i = 0; i < 3 && ok; i++) {
        text[i] = JS_ToCStringLen(cx, &n[i], argv[i]);
        ok = text[i] != NULL;
    }
    ok = ok && get_timeout(cx, argv[4], &timeout) &&
         (!has_body || js_text_or_bytes(cx, argv[3], &body_text, &body, &body_n));
    if (ok) {
        const bx_http_spec spec = {.size = sizeof spec,
                                   .method = {text[0], n[0]},
                                   .url = {text[1], n[1]},
                                   .headers = {text[2], n[2]},
                                   .body = {(const char *)body, body_n},
                                   .timeout_ns = timeout == UINT64_MAX ? 0 : timeout,
                                   .has_body = has_body};
        e = bx_http_start(&spec, &job);
    }
    JS_FreeCString(cx, body_text);
    for (int i = 0; i < 3; i++)
        JS_FreeCString(cx, text[i]);
    if (!ok)
        return JS_EXCEPTION;
    return e ? fail(cx, e, "fetch") : JS_NewUint32(cx, job);
}

/* ---- jobs
 * ------------------------------------------------------------------------------------------------
 */

/* jobState(job): [kind, progress, status, why, bytes of the head, bytes that can be read] */
JS_FUNCTION(host_job_state)
{
    (void)self, (void)argc;
    uint32_t job;
    bx_job_info i;
    if (!get_uint(cx, argv[0], &job))
        return JS_EXCEPTION;
    int e = bx_job_state(job, &i);
    if (e)
        return fail(cx, e, "job");
    const int64_t all[] = {i.kind, i.progress, i.status, i.why, i.head_bytes, i.body_bytes};
    return new_list(cx, all, 6);
}

/* jobHead(job): text */
JS_FUNCTION(host_job_head)
{
    (void)self, (void)argc;
    uint32_t job;
    size_t n = 0;
    bx_job_info i;
    if (!get_uint(cx, argv[0], &job))
        return JS_EXCEPTION;
    int e = bx_job_state(job, &i);
    if (e)
        return fail(cx, e, "job");
    char *p = malloc((size_t)i.head_bytes + 1);
    if (!p)
        return JS_ThrowOutOfMemory(cx);
    e = bx_job_head(job, p, i.head_bytes, &n);
    JSValue r =
        e ? fail(cx, e, "job") : JS_NewStringLen(cx, p, n < i.head_bytes ? n : i.head_bytes);
    free(p);
    return r;
}

/* jobRead(job, most): bytes, none at the end; null: nothing yet.  EIO: it broke off. */
JS_FUNCTION(host_job_read)
{
    (void)self, (void)argc;
    uint32_t job, most;
    size_t n = 0;
    if (!get_uint(cx, argv[0], &job) || !get_uint(cx, argv[1], &most))
        return JS_EXCEPTION;
    if (most == 0 || most > MAX_READ)
        most = MAX_READ;
    uint8_t *p = malloc(most);
    if (!p)
        return JS_ThrowOutOfMemory(cx);
    int e = bx_job_read(job, p, most, &n);
    JSValue r = e == EAGAIN ? JS_NULL : e ? fail(cx, e, "read") : js_new_bytes(cx, p, n);
    free(p);
    return r;
}

/* jobText(job): the whole answer of a call that has ended */
JS_FUNCTION(host_job_text)
{
    (void)self, (void)argc;
    uint32_t job;
    bx_job_info i;
    if (!get_uint(cx, argv[0], &job))
        return JS_EXCEPTION;
    int e = bx_job_state(job, &i);
    if (e)
        return fail(cx, e, "job");
    char *p = malloc((size_t)i.body_bytes + 1);
    if (!p)
        return JS_ThrowOutOfMemory(cx);
    size_t got = 0, n = 0;
    while (e == 0 && got < i.body_bytes) {
        e = bx_job_read(job, p + got, i.body_bytes - got, &n);
        got += n;
        if (n == 0)
            break;
    }
    JSValue r = e ? fail(cx, e, "job") : JS_NewStringLen(cx, p, got);
    free(p);
    return r;
}

/* jobDrop(job): cancels what is under way */
JS_FUNCTION(host_job_drop)
{
    (void)self, (void)argc;
    uint32_t job;
    if (!get_uint(cx, argv[0], &job))
        return JS_EXCEPTION;
    int e = bx_job_drop(job);
    return e ? fail(cx, e, "job") : JS_UNDEFINED;
}

/* Where the host has no such wait: descriptors only. */
static int poll_descriptors(bx_ready_sub *subs, size_t n, uint64_t timeout_ns, size_t *ret_n)
{
    struct pollfd fds[BX_READY_MAX];
    uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 > 0);
    for (size_t i = 0; i < n; i++) {
        if (subs[i].kind < BX_READY_READ)
            return ENOSYS;
        fds[i] = (struct pollfd){.fd = (int)subs[i].id,
                                 .events = subs[i].kind == BX_READY_READ ? POLLIN : POLLOUT};
    }
    if (n == 0) {
        const struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000 * 1000000)};
        return nanosleep(&t, NULL) < 0 ? errno : 0;
    }
    int k = poll(fds, (nfds_t)n, timeout_ns == UINT64_MAX ? -1 : ms > INT_MAX ? INT_MAX : (int)ms);
    for (size_t i = 0; i < n && k > 0; i++)
        subs[i].ready = fds[i].revents != 0;
    *ret_n = k > 0 ? (size_t)k : 0;
    return k < 0 ? errno : 0;
}

/* ready(Int32Array of (kind, id), timeout in ms or -1): the indexes of what is ready */
JS_FUNCTION(host_ready)
{
    (void)self, (void)argc;
    uint8_t *list;
    size_t bytes, n_ready = 0;
    uint64_t timeout;
    if (!get_timeout(cx, argv[1], &timeout) || !js_bytes(cx, argv[0], &list, &bytes))
        return JS_EXCEPTION;
    size_t n = bytes / 8;
    if (n > BX_READY_MAX)
        n = BX_READY_MAX;
    bx_ready_sub *subs = calloc(n ? n : 1, sizeof *subs);
    if (!subs)
        return JS_ThrowOutOfMemory(cx);
    for (size_t i = 0; i < n; i++) {
        memcpy(&subs[i].kind, list + i * 8, 4);
        memcpy(&subs[i].id, list + i * 8 + 4, 4);
    }
    int e = bx_ready(subs, n, timeout, &n_ready);
    if (e == ENOSYS)
        e = poll_descriptors(subs, n, timeout, &n_ready);
    JSValue r = e && e != EINTR ? fail(cx, e, "poll") : JS_NewArray(cx);
    uint32_t to = 0;
    for (uint32_t i = 0; i < n && e == 0; i++) {
        if (subs[i].ready)
            (void)JS_SetPropertyUint32(cx, r, to++, JS_NewUint32(cx, i));
    }
    free(subs);
    return r;
}

/* ---- programs
 * ---------------------------------------------------------------------------------------------- */

typedef struct strings {
    bx_str *at;
    size_t n;
} strings;

static void free_strings(JSContext *cx, strings *s)
{
    for (size_t i = 0; i < s->n; i++)
        JS_FreeCString(cx, s->at[i].p);
    free(s->at);
}

static bool get_strings(JSContext *cx, JSValueConst list, strings *ret)
{
    int64_t n;
    if (JS_GetLength(cx, list, &n) < 0)
        return false;
    if (n > 1 << 20)
        return JS_ThrowRangeError(cx, "too many strings"), false;
    ret->at = calloc((size_t)n + 1, sizeof *ret->at);
    if (!ret->at)
        return JS_ThrowOutOfMemory(cx), false;
    for (int64_t i = 0; i < n; i++) {
        JSValue v = JS_GetPropertyInt64(cx, list, i);
        size_t size;
        const char *p = JS_ToCStringLen(cx, &size, v);
        JS_FreeValue(cx, v);
        if (!p)
            return false;
        ret->at[ret->n++] = (bx_str){p, size};
    }
    return true;
}

static bool get_fds(JSContext *cx, JSValueConst list, bx_fd_map *to, size_t most, size_t *ret_n)
{
    int64_t n;
    if (JS_GetLength(cx, list, &n) < 0)
        return false;
    for (size_t i = 0; i < (size_t)n / 2 && i < most; i++) {
        uint32_t child = 0, own = 0;
        JSValue a = JS_GetPropertyInt64(cx, list, (int64_t)i * 2),
                b = JS_GetPropertyInt64(cx, list, (int64_t)i * 2 + 1);
        bool ok = get_uint(cx, a, &child) && get_uint(cx, b, &own);
        JS_FreeValue(cx, a);
        JS_FreeValue(cx, b);
        if (!ok)
            return false;
        to[i] = (bx_fd_map){(int32_t)child, (int32_t)own};
        *ret_n = i + 1;
    }
    return true;
}

/* start(name, args, ["NAME=value"...], cwd, [child's fd, own fd...], beside): pid */
JS_FUNCTION(host_start)
{
    (void)self, (void)argc;
    enum { MAX_FDS = 64 };
    strings args = {NULL, 0}, env = {NULL, 0};
    bx_fd_map fds[MAX_FDS];
    size_t n_fds = 0, name_n, cwd_n;
    int32_t pid = 0;
    int e = 0;
    const char *name = JS_ToCStringLen(cx, &name_n, argv[0]);
    const char *cwd = name ? JS_ToCStringLen(cx, &cwd_n, argv[3]) : NULL;
    bool ok = cwd && get_strings(cx, argv[1], &args) && get_strings(cx, argv[2], &env) &&
              get_fds(cx, argv[4], fds, MAX_FDS, &n_fds);
    if (ok) {
        const bx_start s = {.size = sizeof s,
                            .flags = JS_ToBool(cx, argv[5]) ? BX_START_BACKGROUND : 0,
                            .name = {name, name_n},
                            .args = args.at,
                            .n_args = args.n,
                            .env = env.at,
                            .n_env = env.n,
                            .cwd = {cwd, cwd_n},
                            .fds = fds,
                            .n_fds = n_fds};
        e = bx_process_start(&s, &pid);
    }
    JSValue r = !ok ? JS_EXCEPTION : JS_NewInt32(cx, pid);
    if (ok && e) {
        char words[300];
        (void)snprintf(words, sizeof words, "spawn %.*s", (int)(name_n < 200 ? name_n : 200), name);
        r = js_throw_errno(cx, e, words, NULL, NULL);
    }
    free_strings(cx, &env);
    free_strings(cx, &args);
    JS_FreeCString(cx, cwd);
    JS_FreeCString(cx, name);
    return r;
}

/* wait(pid, timeout in ms or -1): [pid, kind, code, signal], or null: not yet */
JS_FUNCTION(host_wait)
{
    (void)self, (void)argc;
    int32_t pid;
    uint64_t timeout;
    bx_ended end;
    if (JS_ToInt32(cx, &pid, argv[0]) < 0 || !get_timeout(cx, argv[1], &timeout))
        return JS_EXCEPTION;
    int e = bx_process_wait(pid, timeout, &end);
    if (e == ETIMEDOUT || e == EINTR)
        return JS_NULL;
    if (e)
        return fail(cx, e, "wait");
    const int64_t all[] = {end.pid, end.kind, end.code, end.signal};
    return new_list(cx, all, 4);
}

JS_FUNCTION(host_kill)
{
    (void)self, (void)argc;
    int32_t pid, sig;
    if (JS_ToInt32(cx, &pid, argv[0]) < 0 || JS_ToInt32(cx, &sig, argv[1]) < 0)
        return JS_EXCEPTION;
    int e = bx_process_kill(pid, sig);
    return e ? fail(cx, e, "kill") : JS_UNDEFINED;
}

/* catchPipe(): from now on writing where nobody reads is EPIPE instead of the end. */
JS_FUNCTION(host_catch_pipe)
{
    (void)self, (void)argc, (void)argv;
    enum { SIGNAL_PIPE = 13 };
    int e = bx_process_signals(UINT64_C(1) << SIGNAL_PIPE, NULL);
    return e && e != ENOSYS ? fail(cx, e, "signals") : JS_UNDEFINED;
}

/* self(): [pid, parent's] */
JS_FUNCTION(host_self)
{
    (void)self, (void)argc, (void)argv;
    int32_t pid = 1, parent = 0;
    bx_process_self(&pid, &parent);
    const int64_t all[] = {pid, parent};
    return new_list(cx, all, 2);
}

/* pipe(grows): [reads, writes] */
JS_FUNCTION(host_pipe)
{
    (void)self, (void)argc;
    int ends[2];
    int e = bx_process_pipe(JS_ToBool(cx, argv[0]) ? BX_PIPE_GROWS : 0, ends);
    if (e)
        return fail(cx, e, "pipe");
    const int64_t all[] = {ends[0], ends[1]};
    return new_list(cx, all, 2);
}

/* dup(fd, lowest): another number for the same open file */
JS_FUNCTION(host_dup)
{
    (void)self, (void)argc;
    int32_t fd, lowest;
    int to = 0;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0 || JS_ToInt32(cx, &lowest, argv[1]) < 0)
        return JS_EXCEPTION;
    int e = bx_process_dup(fd, lowest, &to);
    return e ? fail(cx, e, "dup") : JS_NewInt32(cx, to);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("call", 2, host_call),
    JS_CFUNC_DEF("tools", 0, host_tools),
    JS_CFUNC_DEF("callStart", 2, host_call_start),
    JS_CFUNC_DEF("httpStart", 5, host_http_start),
    JS_CFUNC_DEF("jobState", 1, host_job_state),
    JS_CFUNC_DEF("jobHead", 1, host_job_head),
    JS_CFUNC_DEF("jobRead", 2, host_job_read),
    JS_CFUNC_DEF("jobText", 1, host_job_text),
    JS_CFUNC_DEF("jobDrop", 1, host_job_drop),
    JS_CFUNC_DEF("ready", 2, host_ready),
    JS_CFUNC_DEF("start", 6, host_start),
    JS_CFUNC_DEF("wait", 2, host_wait),
    JS_CFUNC_DEF("kill", 2, host_kill),
    JS_CFUNC_DEF("catchPipe", 0, host_catch_pipe),
    JS_CFUNC_DEF("self", 0, host_self),
    JS_CFUNC_DEF("pipe", 1, host_pipe),
    JS_CFUNC_DEF("dup", 2, host_dup),
};

int js_bind_host(JSContext *cx, JSValueConst to)
{
    if (!make_names(cx))
        return -1;
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
