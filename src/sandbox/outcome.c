#include "sandbox/outcome.h"

#include "base/limits.h"

enum { TEXTS_MAX = 16 << 20 };

void bx_outcome_init(bx_outcome *o)
{
    *o = (bx_outcome){.kind = BX_OUT_FAILED};
    o->texts = bx_buf_init(TEXTS_MAX);
}

void bx_outcome_done(bx_outcome *o)
{
    free(o->out);
    free(o->err);
    free(o->events);
    free(o->requests);
    free(o->result);
    free(o->error);
    bx_buf_done(&o->texts);
    bx_outcome_init(o);
}

const char *bx_outcome_kind_name(bx_outcome_kind k)
{
    static const char *const names[] = {
#define BX_OUTCOME(name, text, exit_code) text,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
    };
    return (size_t)k < BX_COUNT(names) ? names[k] : "?";
}

int bx_outcome_exit_code(const bx_outcome *o)
{
    static const int codes[] = {
#define BX_OUTCOME(name, text, exit_code) exit_code,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
    };
    if (o->kind == BX_OUT_EXIT) {
        int low = (int)(o->exit_code & 0xff);
        return low == 0 && o->exit_code != 0 ? 1 : low;
    }
    return (size_t)o->kind < BX_COUNT(codes) ? codes[o->kind] : 125;
}

/* Text `s` with a NUL behind it, as an offset into o->texts. */
static bool keep_text(bx_outcome *o, bx_str s, uint32_t *ret)
{
    size_t at = o->texts.n;
    if (bx_buf_add_str(&o->texts, s) != BX_OK || bx_buf_add_c(&o->texts, '\0') != BX_OK) {
        o->texts.n = at;
        o->texts.fail = BX_OK; /* what was kept stays good; this one is counted as omitted */
        return false;
    }
    *ret = (uint32_t)at;
    return true;
}

/* Room for one more element of a list of at most BX_MAX_EVENTS. */
static bool make_room(void **list, size_t *cap, size_t n, size_t size)
{
    if (n >= BX_MAX_EVENTS)
        return false;
    if (n < *cap)
        return true;
    size_t want = *cap ? *cap * 2 : 16;
    void *p = bx_realloc(*list, want * size);
    if (!p)
        return false;
    *list = p;
    *cap = want;
    return true;
}

void bx_outcome_add_event(bx_outcome *o, const bx_fs_event *ev)
{
    bx_outcome_event e = {.op = ev->op, .result = ev->result, .rights = ev->rights};
    if (!make_room((void **)&o->events, &o->cap_events, o->n_events, sizeof *o->events) ||
        !keep_text(o, ev->path, &e.path) || !keep_text(o, ev->path2, &e.path2)) {
        o->events_omitted++;
        return;
    }
    o->events[o->n_events++] = e;
}

void bx_outcome_add_request(bx_outcome *o, const bx_outcome_request *r, bx_str method, bx_str url,
                            bx_str address, bx_str rule, bx_str error)
{
    bx_outcome_request q = *r;
    if (!make_room((void **)&o->requests, &o->cap_requests, o->n_requests, sizeof *o->requests) ||
        !keep_text(o, method, &q.method) || !keep_text(o, url, &q.url) ||
        !keep_text(o, address, &q.address) || !keep_text(o, rule, &q.rule) ||
        !keep_text(o, error, &q.error)) {
        o->requests_omitted++;
        return;
    }
    o->requests[o->n_requests++] = q;
}
