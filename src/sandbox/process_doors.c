/* The import module `boxagnts`: structures of tools/lib/process.h in guest memory, checked and
 * copied before anything is done. */
#include "base/limits.h"
#include "sandbox/job.h"
#include "sandbox/process.h"
#include "sandbox/tree.h"
#include "wasi/guest_mem.h"

enum {
    START_BYTES = 48,
    ENDED_BYTES = 40,
    FLAG_BACKGROUND = 1,
    MAX_FD_PAIRS = 1024,
    PIPE_GROWS = 1,
    SELF_KILLED = BX_WASI_KILLED,
};

/* ---- reading -------------------------------------------------------------------------------- */

static bx_errno get_str(bx_guest_mem m, const uint8_t *at, bx_str *ret)
{
    uint8_t *p;
    uint32_t n = bx_get32(at + 4);
    if (!bx_guest_slice(m, bx_get32(at), n, &p))
        return BX_E_FAULT;
    *ret = (bx_str){(const char *)p, n};
    return BX_E_SUCCESS;
}

/* `n` strings as one block, each ended by NUL.  All may name the same large piece of memory, so
 * none is looked at beyond what the block has room for. */
static bx_errno get_block(bx_guest_mem m, const uint8_t *at, bx_buf *block, size_t *ret_n)
{
    uint8_t *list;
    uint32_t n = bx_get32(at + 4);
    *block = bx_buf_init(BX_MAX_ARG_BYTES);
    if (n > BX_MAX_ARGS)
        return BX_E_2BIG;
    if (!bx_guest_slice(m, bx_get32(at), (uint64_t)n * 8, &list))
        return BX_E_FAULT;
    for (uint32_t i = 0; i < n; i++) {
        bx_str s;
        bx_errno e = get_str(m, list + (size_t)i * 8, &s);
        if (e != BX_E_SUCCESS)
            return e;
        if (bx_buf_add_str(block, s) != BX_OK || bx_buf_add_c(block, '\0') != BX_OK)
            return BX_E_2BIG;
        if (s.n > 0 && memchr(s.p, '\0', s.n))
            return BX_E_INVAL;
    }
    *ret_n = n;
    return BX_E_SUCCESS;
}

static bx_errno get_fds(bx_guest_mem m, const uint8_t *at, bx_fd_pair *ret, size_t *ret_n)
{
    uint8_t *list;
    uint32_t n = bx_get32(at + 4);
    if (n > MAX_FD_PAIRS)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, bx_get32(at), (uint64_t)n * 8, &list))
        return BX_E_FAULT;
    for (uint32_t i = 0; i < n; i++)
        ret[i] = (bx_fd_pair){.child = (int32_t)bx_get32(list + (size_t)i * 8),
                              .own = (int32_t)bx_get32(list + (size_t)i * 8 + 4)};
    *ret_n = n;
    return BX_E_SUCCESS;
}

static bx_errno get_ask(bx_guest_mem m, uint64_t at, bx_start_ask *ask, bx_fd_pair *fds)
{
    uint8_t *p;
    if (!bx_guest_slice(m, (uint32_t)at, START_BYTES, &p))
        return BX_E_FAULT;
    if (bx_get32(p) != START_BYTES || (bx_get32(p + 4) & ~(uint32_t)FLAG_BACKGROUND))
        return BX_E_INVAL;
    ask->background = bx_get32(p + 4) & FLAG_BACKGROUND;
    ask->fds = fds;
    bx_errno e = get_str(m, p + 8, &ask->name);
    if (e == BX_E_SUCCESS && ask->name.n > BX_MAX_PATH)
        e = BX_E_NOENT;
    if (e == BX_E_SUCCESS)
        e = get_block(m, p + 16, &ask->args, &ask->n_args);
    if (e == BX_E_SUCCESS)
        e = get_block(m, p + 24, &ask->env, &ask->n_env);
    if (e == BX_E_SUCCESS)
        e = get_str(m, p + 32, &ask->cwd);
    if (e == BX_E_SUCCESS && ask->cwd.n > BX_MAX_PATH)
        e = BX_E_NAMETOOLONG;
    return e == BX_E_SUCCESS ? get_fds(m, p + 40, fds, &ask->n_fds) : e;
}

/* ---- the functions --------------------------------------------------------------------------- */

static bx_errno do_start(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    bx_start_ask ask = {.n_args = 0};
    bx_fd_pair fds[MAX_FD_PAIRS];
    uint8_t *ret;
    int32_t pid = 0;
    if (!bx_guest_slice(m, (uint32_t)a[1], 4, &ret))
        return BX_E_FAULT;
    bx_errno e = get_ask(m, a[0], &ask, fds);
    if (e == BX_E_SUCCESS)
        e = bx_process_start(p, &ask, &pid);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)pid);
    bx_buf_done(&ask.args);
    bx_buf_done(&ask.env);
    return e;
}

static void put_ended(uint8_t *to, int32_t pid, const bx_ended *e)
{
    bx_put32(to, (uint32_t)pid);
    bx_put32(to + 4, (uint32_t)e->kind);
    bx_put32(to + 8, (uint32_t)e->code);
    bx_put32(to + 12, e->signal);
    bx_put64(to + 16, e->wall_us);
    bx_put64(to + 24, e->cpu_us);
    bx_put64(to + 32, e->memory_bytes);
}

static bx_errno do_wait(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *ret;
    bx_ended ended;
    int32_t pid = 0;
    if (!bx_guest_slice(m, (uint32_t)a[2], ENDED_BYTES, &ret))
        return BX_E_FAULT;
    bx_errno e = bx_process_wait(p, (int32_t)(uint32_t)a[0], a[1], &pid, &ended);
    if (e == BX_E_SUCCESS)
        put_ended(ret, pid, &ended);
    return e;
}

static bx_errno do_kill(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bool self = false;
    bx_errno e = bx_process_kill(p, (int32_t)(uint32_t)a[0], (unsigned)(uint32_t)a[1], &self);
    if (self)
        bx_wasi_stop_with(p->wasi, SELF_KILLED);
    return e;
}

static bx_errno do_signals(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *ret;
    uint64_t pending = 0;
    if (!bx_guest_slice(m, (uint32_t)a[1], 8, &ret))
        return BX_E_FAULT;
    if (p->tree)
        bx_tree_lock(p->tree);
    bx_wasi_catch(p->wasi, a[0], &pending);
    if (p->tree)
        bx_tree_unlock(p->tree);
    bx_put64(ret, pending);
    return BX_E_SUCCESS;
}

static bx_errno do_self(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *pid, *parent;
    if (!bx_guest_slice(m, (uint32_t)a[0], 4, &pid) ||
        !bx_guest_slice(m, (uint32_t)a[1], 4, &parent))
        return BX_E_FAULT;
    bx_put32(pid, (uint32_t)p->pid);
    bx_put32(parent, (uint32_t)p->parent_pid);
    return BX_E_SUCCESS;
}

/* Where it begins; a program that is no built-in one reads PWD. */
static bx_errno do_cwd(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *to, *ret;
    uint32_t cap = (uint32_t)a[1];
    bx_str cwd = p->pid == 1 ? BX_LIT("") : bx_buf_str(&p->begin_cwd);
    if (!bx_guest_slice(m, (uint32_t)a[0], cap, &to) || !bx_guest_slice(m, (uint32_t)a[2], 4, &ret))
        return BX_E_FAULT;
    if (cwd.n > cap)
        return BX_E_NAMETOOLONG;
    if (cwd.n > 0)
        memcpy(to, cwd.p, cwd.n);
    bx_put32(ret, (uint32_t)cwd.n);
    return BX_E_SUCCESS;
}

static bx_errno do_pipe(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *ret;
    uint32_t fds[2];
    bx_tree *t;
    if (!bx_guest_slice(m, (uint32_t)a[1], 8, &ret))
        return BX_E_FAULT;
    if ((uint32_t)a[0] & ~(uint32_t)PIPE_GROWS)
        return BX_E_INVAL;
    bx_errno e = bx_tree_of(p, &t);
    if (e == BX_E_SUCCESS)
        e = bx_wasi_pipe(p->wasi, (uint32_t)a[0] & PIPE_GROWS, fds);
    if (e == BX_E_SUCCESS) {
        bx_put32(ret, fds[0]);
        bx_put32(ret + 4, fds[1]);
    }
    return e;
}

/* One bit for each of the first descriptors, the lowest first: one call instead of one for each. */
static bx_errno do_opened(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *to;
    uint32_t n = (uint32_t)a[1];
    if (n > BX_WASI_FDS / 8)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, (uint32_t)a[0], n, &to))
        return BX_E_FAULT;
    memset(to, 0, n);
    for (uint32_t fd = 0; fd < n * 8; fd++) {
        if (bx_wasi_is_open(p->wasi, fd))
            to[fd / 8] |= (uint8_t)(1u << fd % 8);
    }
    return BX_E_SUCCESS;
}

static bx_errno do_dup(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *ret;
    uint32_t fd = 0;
    if (!bx_guest_slice(m, (uint32_t)a[2], 4, &ret))
        return BX_E_FAULT;
    bx_errno e = bx_wasi_dup(p->wasi, (uint32_t)a[0], (uint32_t)a[1], &fd);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, fd);
    return e;
}

static bx_errno do_dup_to(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    return bx_wasi_dup_to(p->wasi, (uint32_t)a[0], (uint32_t)a[1]);
}

/* ---- tool calls ------------------------------------------------------------------------------ */

/* Not of errno, but of tools/lib/nested.h. */
static bx_errno do_call(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *name, *input, *ret;
    if (!bx_guest_slice(m, (uint32_t)a[0], (uint32_t)a[1], &name) ||
        !bx_guest_slice(m, (uint32_t)a[2], (uint32_t)a[3], &input) ||
        !bx_guest_slice(m, (uint32_t)a[4], 4, &ret))
        return (bx_errno)BX_NESTED_INVALID;
    bx_nested_status s = bx_process_call(p, (bx_str){(const char *)name, (uint32_t)a[1]},
                                         (bx_str){(const char *)input, (uint32_t)a[3]});
    bx_put32(ret, (uint32_t)p->answer.n);
    return (bx_errno)s;
}

static bx_errno do_tools(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *ret;
    if (!bx_guest_slice(m, (uint32_t)a[0], 4, &ret))
        return BX_E_FAULT;
    bx_errno e = bx_process_tools(p);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)p->answer.n);
    return e;
}

static bx_errno do_call_read(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *to;
    uint32_t offset = (uint32_t)a[0], n = (uint32_t)a[2];
    if (offset >= p->answer.n || !bx_guest_slice(m, (uint32_t)a[1], n, &to))
        return 0;
    if (n > p->answer.n - offset)
        n = (uint32_t)(p->answer.n - offset);
    memcpy(to, p->answer.p + offset, n);
    return (bx_errno)n;
}

/* What a module made for another host is given in the place of a door that is none here; -1 is how
 * it is told that nobody is behind it (codec/wasm_command.h). */
static bx_errno do_absent(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    (void)p, (void)m, (void)a;
    return (bx_errno)-1;
}

/* ---- the table --------------------------------------------------------------------------------
 */

#define FUNCTIONS(X) \
    X(start, "ii:i") \
    X(wait, "iIi:i") \
    X(kill, "ii:i") \
    X(signals, "Ii:i") \
    X(self, "ii:i") \
    X(cwd, "iii:i") \
    X(pipe, "ii:i") \
    X(opened, "ii:i") \
    X(dup, "iii:i") \
    X(dup_to, "ii:i") \
    X(call, "iiiii:i") \
    X(tools, "i:i") \
    X(call_read, "iii:i") \
    X(absent, "iiii:i")

#define JOB_FUNCTIONS(X) \
    X(call_start, "iiiii:i") \
    X(http_start, "ii:i") \
    X(job_state, "ii:i") \
    X(job_head, "iiii:i") \
    X(job_read, "iiii:i") \
    X(job_drop, "i:i") \
    X(ready, "iiIi:i")

#define ENTER_AT(name, door) \
    static int32_t enter_##name(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args) \
    { \
        bx_process *p = ctx; \
        bx_wasi_stop_with(p->wasi, BX_WASI_GO_ON); \
        args[0] = (uint64_t)door(p, bx_guest_mem_of(mem, mem_len), args); \
        return bx_wasi_stopped_with(p->wasi); \
    }
#define ENTER(name, sig)     ENTER_AT(name, do_##name)
#define ENTER_JOB(name, sig) ENTER_AT(name, bx_door_##name)
FUNCTIONS(ENTER)
JOB_FUNCTIONS(ENTER_JOB)

#define ROW(name, sig) {#name, sig, enter_##name},
static const bx_host_def functions[] = {FUNCTIONS(ROW) JOB_FUNCTIONS(ROW)};
const bx_host_table bx_process_table = {"boxagnts", functions, BX_COUNT(functions)};
