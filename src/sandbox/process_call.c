/* Tool calls of a guest: who may, what is left for them, and what they used. */
#include "sandbox/process.h"
#include "sandbox/tree.h"

enum { MAX_ANSWER = 64 << 20 };

static uint64_t left(uint64_t limit, uint64_t used) { return used < limit ? limit - used : 0; }

/* Of everything that is counted, what the call has not used up. */
static bx_limits what_is_left(const bx_process *p, const bx_shared *used)
{
    const bx_live *l = p->live;
    const bx_fs_counters *n = bx_vfs_counters(l->files);
    const bx_egress_budget *b = &p->tree->budget;
    bx_limits r = *l->limits;
    r.memory = left(r.memory, used->memory);
    r.processes = left(r.processes, used->processes);
    r.starts = left(r.starts, used->starts);
    r.calls = left(r.calls, used->calls);
    r.fs_write = left(r.fs_write, n->bytes_written);
    r.files_created = left(r.files_created, n->files_created);
    r.dir_entries = left(r.dir_entries, n->dir_entries);
    r.http_requests = left(r.http_requests, b->requests);
    r.http_in = left(r.http_in, b->bytes_in);
    r.http_out = left(r.http_out, b->bytes_out);
    r.depth = left(r.depth, p->depth);
    return r;
}

static void charge(bx_process *p, const bx_nested *n)
{
    bx_egress_budget *b = &p->tree->budget;
    bx_vfs_session_charge(p->live->files, n->fs_write, n->files_created, n->dir_entries);
    atomic_fetch_add(&b->requests, n->http_requests);
    atomic_fetch_add(&b->bytes_in, n->http_in);
    atomic_fetch_add(&b->bytes_out, n->http_out);
}

static bx_nested_status say(bx_process *p, bx_nested_status s, const char *words)
{
    bx_buf_clear(&p->answer);
    (void)bx_buf_add_z(&p->answer, words);
    return s;
}

/* Of all limits a tool call looks at one that is used up here, before there is one. */
static bool is_over(const bx_limits *l) { return l->memory == 0 || l->depth == 0; }

bx_nested_status bx_process_call(bx_process *p, bx_str name, bx_str input)
{
    const bx_call *c = &p->live->call;
    bx_shared *sh = p->live->shared;
    bx_tree *t;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    if (p->answer.max == 0)
        p->answer = bx_buf_init(MAX_ANSWER);
    if (!c->tools)
        return say(p, BX_NESTED_UNAVAILABLE, "no tools can be called here");
    const bx_grant *run = bx_view_grant(p->view, c->sealed);
    if (!bx_program_is_granted(bx_grant_caps(run), name))
        return say(p, BX_NESTED_DENIED, "not granted: that takes tool:NAME");
    if (bx_tree_of(p, &t) != BX_E_SUCCESS)
        return say(p, BX_NESTED_LIMIT, "out of memory");
    if (atomic_fetch_add(&sh->calls, 1) >= p->live->limits->calls) {
        bx_tree_lock(t);
        t->hits.calls++;
        bx_tree_unlock(t);
        return say(p, BX_NESTED_LIMIT, "over the limit calls");
    }
    const bx_shared used = {
        .memory = sh->memory, .processes = sh->processes, .starts = sh->starts, .calls = sh->calls};
    const bx_limits rest = what_is_left(p, &used);
    if (is_over(&rest) || bx_ctl_inherit(&ctl, p->pid == 1 ? p->live->ctl : &p->ctl, NULL) != BX_OK)
        return say(p, BX_NESTED_LIMIT, "over a limit of the call that asks");
    bx_buf_clear(&p->answer);
    bx_nested n = {.name = name,
                   .input = input,
                   .run = run,
                   .limits = &rest,
                   .shared = sh,
                   .before = used,
                   .ctl = &ctl,
                   .record = c->record,
                   .answer = &p->answer};
    bx_nested_status s = c->tools->call(c->tools->ctx, &n);
    charge(p, &n);
    return s;
}
