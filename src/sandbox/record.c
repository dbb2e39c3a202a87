#include "sandbox/record.h"

#include "base/limits.h"

enum { TEXTS_MAX = 16 << 20 };

static void list_init(bx_record_list *l) { *l = (bx_record_list){.texts = bx_buf_init(TEXTS_MAX)}; }

static void list_done(bx_record_list *l)
{
    free(l->items);
    bx_buf_done(&l->texts);
    list_init(l);
}

void bx_record_init(bx_record *r)
{
    list_init(&r->files);
    list_init(&r->requests);
    list_init(&r->sockets);
    list_init(&r->processes);
    r->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

void bx_record_done(bx_record *r)
{
    list_done(&r->files);
    list_done(&r->requests);
    list_done(&r->sockets);
    list_done(&r->processes);
}

static void unlock(bx_record **r) { (void)pthread_mutex_unlock(&(*r)->lock); }

static bx_record *lock(bx_record *r)
{
    (void)pthread_mutex_lock(&r->lock);
    return r;
}

#define BX_RECORD_LOCK(r) __attribute__((cleanup(unlock), unused)) bx_record *locked_ = lock(r)

/* Room for one more entry of `size` bytes; NULL when there is none. */
static void *next(bx_record_list *l, size_t size)
{
    if (l->n >= BX_MAX_EVENTS)
        return NULL;
    if (l->n == l->cap) {
        size_t want = l->cap ? l->cap * 2 : 16;
        void *p = bx_realloc(l->items, want * size);
        if (!p)
            return NULL;
        l->items = p;
        l->cap = want;
    }
    return (char *)l->items + l->n * size;
}

/* `s` with a NUL behind it, as an offset into the list's texts. */
static bool keep(bx_record_list *l, bx_str s, uint32_t *ret)
{
    size_t at = l->texts.n;
    if (bx_buf_add_str(&l->texts, s) != BX_OK || bx_buf_add_c(&l->texts, '\0') != BX_OK) {
        l->texts.n = at;
        l->texts.fail = BX_OK; /* what was kept stays good; this entry is left out */
        return false;
    }
    *ret = (uint32_t)at;
    return true;
}

static void settle(bx_record_list *l, bool kept)
{
    if (kept)
        l->n++;
    else
        l->omitted++;
}

void bx_record_add_file(bx_record *r, const bx_fs_event *ev, int32_t pid)
{
    if (!r)
        return;
    BX_RECORD_LOCK(r);
    bx_record_list *l = &r->files;
    bx_record_file f = {.pid = pid, .op = ev->op, .result = ev->result, .rights = ev->rights}, *to;
    bool kept =
        (to = next(l, sizeof f)) && keep(l, ev->path, &f.path) && keep(l, ev->path2, &f.path2);
    if (kept)
        *to = f;
    settle(l, kept);
}

void bx_record_add_request(bx_record *r, const bx_egress_event *ev, int32_t pid)
{
    if (!r)
        return;
    BX_RECORD_LOCK(r);
    bx_record_list *l = &r->requests;
    bx_record_request q = {
        .pid = pid,
        .status = ev->status,
        .allowed = ev->allowed,
        .bytes_in = ev->bytes_in,
        .bytes_out = ev->bytes_out,
        .time_us = ev->time_ns / 1000,
    };
    bx_record_request *to = next(l, sizeof q);
    bool kept = to && keep(l, ev->method, &q.method) && keep(l, ev->url, &q.url) &&
                keep(l, ev->address, &q.address) && keep(l, ev->rule, &q.rule) &&
                keep(l, ev->reason, &q.error);
    if (kept)
        *to = q;
    settle(l, kept);
}

static bool is_last(const bx_record *r, bx_str proto, const char *address, uint16_t port,
                    const bx_verdict *v)
{
    const bx_record_list *l = &r->sockets;
    if (l->n == 0)
        return false;
    const bx_record_socket *s = bx_record_socket_at(r, l->n - 1);
    return s->port == port && s->allowed == v->allow &&
           bx_str_eq(bx_str_of(bx_record_text(l, s->proto)), proto) &&
           strcmp(bx_record_text(l, s->address), address) == 0 &&
           strcmp(bx_record_text(l, s->rule), v->rule) == 0;
}

void bx_record_add_socket(bx_record *r, bx_str proto, bx_ip ip, uint16_t port, const bx_verdict *v)
{
    char address[46] = "";
    if (ip.family != 0)
        bx_ip_print(ip, address);
    if (!r)
        return;
    BX_RECORD_LOCK(r);
    if (is_last(r, proto, address, port, v))
        return;
    bx_record_list *l = &r->sockets;
    bx_record_socket s = {.port = port, .allowed = v->allow}, *to;
    bool kept = (to = next(l, sizeof s)) && keep(l, proto, &s.proto) &&
                keep(l, bx_str_of(address), &s.address) && keep(l, bx_str_of(v->rule), &s.rule);
    if (kept)
        *to = s;
    settle(l, kept);
}

void bx_record_add_process(bx_record *r, const bx_record_process *p, const bx_process_texts *t)
{
    if (!r)
        return;
    BX_RECORD_LOCK(r);
    bx_record_list *l = &r->processes;
    bx_record_process q = *p, *to;
    bool kept = (to = next(l, sizeof q)) && keep(l, t->program, &q.program) &&
                keep(l, t->args, &q.args) && keep(l, t->end, &q.end) && keep(l, t->error, &q.error);
    if (kept)
        *to = q;
    settle(l, kept);
}

const bx_record_process *bx_record_process_at(const bx_record *r, size_t i)
{
    BX_ASSERT(i < r->processes.n);
    return (const bx_record_process *)r->processes.items + i;
}

const bx_record_file *bx_record_file_at(const bx_record *r, size_t i)
{
    BX_ASSERT(i < r->files.n);
    return (const bx_record_file *)r->files.items + i;
}

const bx_record_request *bx_record_request_at(const bx_record *r, size_t i)
{
    BX_ASSERT(i < r->requests.n);
    return (const bx_record_request *)r->requests.items + i;
}

const bx_record_socket *bx_record_socket_at(const bx_record *r, size_t i)
{
    BX_ASSERT(i < r->sockets.n);
    return (const bx_record_socket *)r->sockets.items + i;
}

const char *bx_record_text(const bx_record_list *l, uint32_t offset)
{
    BX_ASSERT(offset < l->texts.n);
    return l->texts.p + offset;
}
