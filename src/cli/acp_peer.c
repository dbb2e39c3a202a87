#include "cli/acp_peer.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "os/fd.h"

enum { MAX_MESSAGE = 64 << 20, MAX_ASKED = 64, CHUNK = 65536 };

typedef struct asked {
    uint64_t id;     /* 0: free */
    bx_json *answer; /* owned; the whole message */
} asked;

struct bx_acp_peer {
    int in_fd, out_fd;
    bx_buf in;   /* what was read and not yet used */
    size_t from; /* of it */
    bool skips;  /* the rest of a line that is too long */
    pthread_mutex_t writing, lock;
    pthread_cond_t came;
    uint64_t next_id;
    asked asked[MAX_ASKED];
    bool gone;
};

bx_code bx_acp_peer_new(int in_fd, int out_fd, bx_acp_peer **ret, bx_error *err)
{
    bx_acp_peer *p = bx_calloc(1, sizeof *p);
    pthread_condattr_t attr;
    if (!p)
        return bx_fail(err, BX_ENOMEM, "acp");
    p->in_fd = in_fd;
    p->out_fd = out_fd;
    p->in = bx_buf_init((size_t)BX_ACP_MAX_LINE + CHUNK);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&p->writing, NULL);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->came, &attr);
    (void)pthread_condattr_destroy(&attr);
    *ret = p;
    return BX_OK;
}

void bx_acp_peer_free(bx_acp_peer *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < MAX_ASKED; i++)
        bx_json_free(p->asked[i].answer);
    bx_buf_done(&p->in);
    (void)pthread_cond_destroy(&p->came);
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_mutex_destroy(&p->writing);
    free(p);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* More bytes in the buffer, if there are any; *more false: the end. */
static bx_code fill(bx_acp_peer *p, bool *more, bx_error *err)
{
    char *room = NULL;
    if (p->from) { /* what was used makes room */
        memmove(p->in.p, p->in.p + p->from, p->in.n - p->from);
        p->in.n -= p->from;
        p->from = 0;
    }
    if (p->in.n > BX_ACP_MAX_LINE || p->skips) {
        p->skips = true;
        p->in.n = 0;
    }
    bx_code rc = bx_buf_reserve(&p->in, CHUNK, &room);
    if (rc != BX_OK)
        return bx_fail(err, rc, "a message");
    ssize_t n;
    do
        n = read(p->in_fd, room, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return bx_fail_errno(err, errno, "read a message");
    p->in.n += (size_t)n;
    *more = n > 0;
    return BX_OK;
}

static bx_code next_line(bx_acp_peer *p, bx_str *ret, bool *there, bx_error *err)
{
    bool more = true;
    size_t looked = 0;
    for (;;) {
        bx_str rest = bx_str_from(bx_buf_str(&p->in), p->from);
        const char *end = memchr(rest.p + looked, '\n', rest.n - looked);
        if (end) {
            *ret = (bx_str){rest.p, (size_t)(end - rest.p)};
            p->from += ret->n + 1;
            *there = true;
            return BX_OK;
        }
        *there = false;
        if (!more)
            return BX_OK;
        bx_code rc = fill(p, &more, err);
        if (rc != BX_OK)
            return rc;
        looked = p->skips ? 0 : rest.n;
    }
}

/* An object, with an ID that can be given back, if any. */
static bool is_message(const bx_json_val *root)
{
    bx_json_type id = bx_json_type_of(bx_json_get(root, BX_LIT("id")));
    return bx_json_type_of(root) == BX_JSON_OBJECT &&
           (id == BX_JSON_NONE || id == BX_JSON_NULL || id == BX_JSON_INT || id == BX_JSON_STRING);
}

bx_code bx_acp_read(bx_acp_peer *p, bx_json **ret, bx_error *err)
{
    *ret = NULL;
    for (;;) {
        bx_str line;
        bool there = false;
        bx_error why = {.msg = ""};
        bx_code rc = next_line(p, &line, &there, err);
        if (rc != BX_OK || !there)
            return rc;
        if (p->skips) { /* this is the end of it */
            p->skips = false;
            bx_acp_error(p, NULL, BX_ACP_REQUEST, "a message of more than 16 MiB");
            continue;
        }
        while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
            line.n--;
        if (line.n == 0)
            continue;
        bx_json *doc = NULL;
        if (bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, &why) != BX_OK) {
            bx_acp_error(p, NULL, BX_ACP_PARSE, why.msg);
            continue;
        }
        if (is_message(bx_json_root(doc))) {
            *ret = doc;
            return BX_OK;
        }
        bx_json_free(doc);
        bx_acp_error(p, NULL, BX_ACP_REQUEST, "no message of JSON-RPC 2.0");
    }
}

/* ---- writing --------------------------------------------------------------------------------- */

static void begin(bx_acp_message *m)
{
    m->text = bx_buf_init(MAX_MESSAGE);
    m->out = bx_json_out_on(&m->text);
    bx_json_out_begin_object(&m->out);
    bx_json_out_key(&m->out, BX_LIT("jsonrpc"));
    bx_json_out_string(&m->out, BX_LIT("2.0"));
}

void bx_acp_notify(bx_acp_message *m, const char *method)
{
    begin(m);
    bx_json_out_key(&m->out, BX_LIT("method"));
    bx_json_out_string(&m->out, bx_str_of(method));
    bx_json_out_key(&m->out, BX_LIT("params"));
    bx_json_out_begin_object(&m->out);
}

void bx_acp_result(bx_acp_message *m, const bx_json_val *id)
{
    begin(m);
    bx_json_out_key(&m->out, BX_LIT("id"));
    bx_json_out_value(&m->out, id);
    bx_json_out_key(&m->out, BX_LIT("result"));
    bx_json_out_begin_object(&m->out);
}

/* A message that does not fit, or finds no memory, is not sent in part. */
bool bx_acp_send(bx_acp_peer *p, bx_acp_message *m)
{
    bx_error err;
    bool sent = false;
    bx_json_out_end_object(&m->out);
    bx_json_out_end_object(&m->out);
    if (bx_json_out_end(&m->out, &err) == BX_OK && bx_buf_add_c(&m->text, '\n') == BX_OK) {
        (void)pthread_mutex_lock(&p->writing);
        sent = bx_fd_write_full(p->out_fd, m->text.p, m->text.n, &err) == BX_OK;
        if (!sent)
            bx_acp_hang_up(p);
        (void)pthread_mutex_unlock(&p->writing);
    }
    bx_buf_done(&m->text);
    return sent;
}

void bx_acp_error(bx_acp_peer *p, const bx_json_val *id, int code, const char *words)
{
    bx_acp_message m;
    begin(&m);
    bx_json_out_key(&m.out, BX_LIT("id"));
    bx_json_out_value(&m.out, id);
    bx_json_out_key(&m.out, BX_LIT("error"));
    bx_json_out_begin_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("code"));
    bx_json_out_int(&m.out, code);
    bx_json_out_key(&m.out, BX_LIT("message"));
    bx_json_out_string(&m.out, bx_str_of(words));
    bx_acp_send(p, &m);
}

/* ---- asking ---------------------------------------------------------------------------------- */

void bx_acp_request(bx_acp_peer *p, bx_acp_message *m, const char *method, uint64_t *ret_id)
{
    (void)pthread_mutex_lock(&p->lock);
    *ret_id = ++p->next_id;
    (void)pthread_mutex_unlock(&p->lock);
    begin(m);
    bx_json_out_key(&m->out, BX_LIT("id"));
    bx_json_out_uint(&m->out, *ret_id);
    bx_json_out_key(&m->out, BX_LIT("method"));
    bx_json_out_string(&m->out, bx_str_of(method));
    bx_json_out_key(&m->out, BX_LIT("params"));
    bx_json_out_begin_object(&m->out);
}

static asked *slot_locked(bx_acp_peer *p, uint64_t id)
{
    for (size_t i = 0; i < MAX_ASKED; i++) {
        if (p->asked[i].id == id)
            return &p->asked[i];
    }
    return NULL;
}

static void wait_locked(bx_acp_peer *p)
{
    enum { SLICE_MS = 20 };
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_cond_timedwait(&p->came, &p->lock, &until);
}

bx_code bx_acp_ask(bx_acp_peer *p, bx_acp_message *m, uint64_t id, const bx_ctl *ctl, bx_json **ret,
                   bx_error *err)
{
    (void)pthread_mutex_lock(&p->lock);
    asked *s = p->gone ? NULL : slot_locked(p, 0);
    if (s)
        s->id = id;
    (void)pthread_mutex_unlock(&p->lock);
    if (!s) {
        bx_buf_done(&m->text);
        return bx_fail(err, BX_ECANCELLED, "there is nobody to ask");
    }
    const bool sent = bx_acp_send(p, m);
    (void)pthread_mutex_lock(&p->lock);
    while (sent && !s->answer && !p->gone && (!ctl || bx_ctl_check(ctl) == BX_STOP_NONE))
        wait_locked(p);
    *ret = BX_TAKE(s->answer);
    s->id = 0;
    (void)pthread_mutex_unlock(&p->lock);
    return *ret ? BX_OK : bx_fail(err, BX_ECANCELLED, "nobody answered");
}

bool bx_acp_take_answer(bx_acp_peer *p, bx_json **doc)
{
    const bx_json_val *root = bx_json_root(*doc);
    uint64_t id = 0;
    if (bx_json_get(root, BX_LIT("method")))
        return false;
    if (!bx_json_get(root, BX_LIT("result")) && !bx_json_get(root, BX_LIT("error")))
        return false;
    (void)bx_json_uint64(bx_json_get(root, BX_LIT("id")), &id);
    (void)pthread_mutex_lock(&p->lock);
    asked *s = id ? slot_locked(p, id) : NULL;
    if (s && !s->answer)
        s->answer = BX_TAKE(*doc);
    (void)pthread_cond_broadcast(&p->came);
    (void)pthread_mutex_unlock(&p->lock);
    bx_json_free(BX_TAKE(*doc)); /* one that nobody waits for */
    return true;
}

void bx_acp_hang_up(bx_acp_peer *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->gone = true;
    (void)pthread_cond_broadcast(&p->came);
    (void)pthread_mutex_unlock(&p->lock);
}
