/* Tool calls of a guest: who may, what is left for them, and what they used. */
#include "sandbox/job.h"
#include "sandbox/process.h"
#include "sandbox/tree.h"

enum { MAX_ANSWER = 64 << 20 };

static uint64_t left(uint64_t limit, uint64_t used) { return used < limit ? limit - used : 0; }

/* Of everything that is counted, what the call has not used up. */
static bx_limits what_is_left(const bx_process *p, const bx_shared *used)
{
    const bx_live *l = p->live;
    bx_fs_counters n;
    const bx_egress_budget *b = &p->tree->budget;
    bx_limits r = *l->limits;
    bx_vfs_counters_now(l->files, &n);
    r.memory = left(r.memory, used->memory);
    r.processes = left(r.processes, used->processes);
    r.starts = left(r.starts, used->starts);
    r.calls = left(r.calls, used->calls);
    r.fs_write = left(r.fs_write, n.bytes_written);
    r.files_created = left(r.files_created, n.files_created);
    r.dir_entries = left(r.dir_entries, n.dir_entries);
    r.http_requests = left(r.http_requests, b->requests);
    r.http_in = left(r.http_in, b->bytes_in);
    r.http_out = left(r.http_out, b->bytes_out);
    r.depth = left(r.depth, p->depth);
    return r;
}

static void charge(const bx_process *p, const bx_nested *n)
{
    bx_egress_budget *b = &p->tree->budget;
    bx_vfs_session_charge(p->live->files, n->fs_write, n->files_created, n->dir_entries);
    atomic_fetch_add(&b->requests, n->http_requests);
    atomic_fetch_add(&b->bytes_in, n->http_in);
    atomic_fetch_add(&b->bytes_out, n->http_out);
}

static bx_nested_status say(bx_buf *answer, bx_nested_status s, const char *words)
{
    bx_buf_clear(answer);
    (void)bx_buf_add_z(answer, words);
    return s;
}

static bx_nested_status deny(bx_buf *answer, bx_str name)
{
    bx_buf_clear(answer);
    (void)bx_buf_addf(answer, "not granted: that takes tool:%.*s",
                      BX_FMT(bx_program_name_is_good(name) ? name : BX_LIT("NAME")));
    return BX_NESTED_DENIED;
}

/* Of all limits a tool call looks at one that is used up here, before there is one. */
static bool is_over(const bx_limits *l) { return l->memory == 0 || l->depth == 0; }

static bx_nested_status over_calls(const bx_process *p, bx_buf *answer)
{
    bx_tree *t = p->tree;
    bx_tree_lock(t);
    t->hits.calls++;
    bx_tree_unlock(t);
    return say(answer, BX_NESTED_LIMIT, "over the limit calls");
}

bx_nested_status bx_process_ask(const bx_process *p, const bx_tool_ask *ask)
{
    const bx_call *c = &p->live->call;
    bx_shared *sh = p->live->shared;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    const bx_grant *run = bx_view_grant(p->view, c->sealed);
    if (!bx_program_is_granted(bx_grant_caps(run), ask->name))
        return deny(ask->answer, ask->name);
    if (!c->tools)
        return say(ask->answer, BX_NESTED_UNAVAILABLE, "no tools can be called here");
    if (atomic_fetch_add(&sh->calls, 1) >= p->live->limits->calls)
        return over_calls(p, ask->answer);
    const bx_shared used = {
        .memory = sh->memory, .processes = sh->processes, .starts = sh->starts, .calls = sh->calls};
    const bx_limits rest = what_is_left(p, &used);
    if (is_over(&rest) || bx_ctl_inherit(&ctl, ask->above, NULL) != BX_OK)
        return say(ask->answer, BX_NESTED_LIMIT, "over a limit of the call that asks");
    bx_buf_clear(ask->answer);
    bx_nested n = {.name = ask->name,
                   .input = ask->input,
                   .run = run,
                   .kept = &p->tree->kept,
                   .limits = &rest,
                   .shared = sh,
                   .before = used,
                   .beside = ask->beside,
                   .ctl = &ctl,
                   .record = c->record,
                   .answer = ask->answer};
    bx_nested_status s = c->tools->call(c->tools->ctx, &n);
    charge(p, &n);
    return s;
}

static bool has_others(bx_tree *t)
{
    bx_tree_lock(t);
    bool any = t->n_threads > 0;
    bx_tree_unlock(t);
    return any;
}

bx_nested_status bx_process_call(bx_process *p, bx_str name, bx_str input)
{
    bx_tree *t;
    if (p->answer.max == 0)
        p->answer = bx_buf_init(MAX_ANSWER);
    if (bx_tree_of(p, &t) != BX_E_SUCCESS)
        return say(&p->answer, BX_NESTED_LIMIT, "out of memory");
    bx_jobs_unpark(p);
    const bx_tool_ask ask = {.name = name,
                             .input = input,
                             .above = bx_process_ctl(p),
                             .beside = has_others(t),
                             .answer = &p->answer};
    return bx_process_ask(p, &ask);
}

bx_errno bx_process_tools(bx_process *p)
{
    const bx_call *c = &p->live->call;
    bx_error err;
    if (!c->tools || !c->tools->list)
        return BX_E_NOSYS;
    if (p->answer.max == 0)
        p->answer = bx_buf_init(MAX_ANSWER);
    bx_buf_clear(&p->answer);
    bx_code rc = c->tools->list(c->tools->ctx, bx_view_grant(p->view, c->sealed), &p->answer, &err);
    return rc == BX_OK ? BX_E_SUCCESS : BX_E_NOMEM;
}
