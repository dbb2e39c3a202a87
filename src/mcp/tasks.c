/* The extension io.modelcontextprotocol/tasks: a call that takes long is answered at once, with a
 * task that the client asks for until it has a result. */
#include "mcp/tasks.h"

#include <stdio.h>
#include <time.h>

#include "mcp/call.h"
#include "os/clock.h"
#include "os/random.h"

enum {
    MAX_TASKS = 256,
    MAX_RESULT = 16 << 20, /* bytes of the result of one */
    TTL_MS = 3600000,      /* how long one is kept, from its beginning */
    POLL_MS = 500,
    ID_BYTES = 16,
    TIME_ROOM = 32,
};

typedef enum status { WORKING, ASKS, COMPLETED, FAILED, CANCELLED } status;

static const char *const status_names[] = {"working", "input_required", "completed", "failed",
                                           "cancelled"};

struct mcp_task { /* with the server's lock */
    char id[2 * ID_BYTES + 1];
    bx_buf principal;
    bx_mcp_call *call; /* NULL: it is over */
    status status;
    uint64_t created_ms, updated_ms; /* since 1970 */
    const mcp_question *asked;       /* what it waits for; of the call's thread */
    bx_json **answers;               /* as many: the message that brought each, or NULL */
    size_t n_asked;
    bx_buf result; /* JSON text, of a result or of an error */
    struct mcp_task *next;
};

#define EXTENSION META_PREFIX "tasks"

/* ---- life ------------------------------------------------------------------------------------ */

static uint64_t wall_ms(void) { return bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000; }

static bool has_extension(const bx_mcp_call *c)
{
    const bx_json_val *all = bx_json_get(mcp_capabilities(c), BX_LIT("extensions"));
    return c->m->modern && bx_json_get(all, BX_LIT(EXTENSION));
}

static void free_task(mcp_task *t)
{
    bx_buf_done(&t->principal);
    bx_buf_done(&t->result);
    free(t);
}

void mcp_tasks_free(mcp_task *first)
{
    while (first) {
        mcp_task *t = first;
        first = t->next;
        free_task(t);
    }
}

/* Those that are over, and older than was promised. */
static size_t sweep_locked(bx_mcp_server *s)
{
    size_t left = 0;
    for (mcp_task **at = &s->tasks; *at;) {
        mcp_task *t = *at;
        if (t->call || wall_ms() < t->created_ms + TTL_MS) {
            at = &t->next;
            left++;
            continue;
        }
        *at = t->next;
        free_task(t);
    }
    return left;
}

static mcp_task *new_task(const bx_mcp_call *c)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[ID_BYTES];
    mcp_task *t = bx_calloc(1, sizeof *t);
    if (!t || bx_random_fill(raw, sizeof raw, NULL) != BX_OK) {
        free(t);
        return NULL;
    }
    for (size_t i = 0; i < ID_BYTES; i++) {
        t->id[2 * i] = digits[raw[i] >> 4];
        t->id[2 * i + 1] = digits[raw[i] & 15];
    }
    t->principal = bx_buf_init(4096);
    t->result = bx_buf_init(MAX_RESULT);
    (void)bx_buf_add_str(&t->principal, bx_buf_str(&c->m->principal));
    t->created_ms = t->updated_ms = wall_ms();
    return t;
}

/* ---- what is said of one --------------------------------------------------------------------- */

static void put_time(bx_json_out *o, const char *key, uint64_t ms)
{
    char text[TIME_ROOM], whole[2 * TIME_ROOM];
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    (void)gmtime_r(&s, &tm);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(whole, sizeof whole, "%s.%03uZ", text, (unsigned)(ms % 1000));
    mcp_put(o, key, bx_str_of(whole));
}

static void put_task(const mcp_task *t, bx_json_out *o)
{
    mcp_put(o, "taskId", bx_str_of(t->id));
    mcp_put(o, "status", bx_str_of(status_names[t->status]));
    put_time(o, "createdAt", t->created_ms);
    put_time(o, "lastUpdatedAt", t->updated_ms);
    bx_json_out_key(o, BX_LIT("ttlMs"));
    bx_json_out_int(o, TTL_MS);
    bx_json_out_key(o, BX_LIT("pollIntervalMs"));
    bx_json_out_int(o, POLL_MS);
}

static void put_questions(const mcp_task *t, bx_json_out *o)
{
    bx_json_out_key(o, BX_LIT("inputRequests"));
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < t->n_asked; i++) {
        if (t->answers[i])
            continue;
        bx_json_out_key(o, bx_buf_str(&t->asked[i].key));
        bx_json_out_begin_object(o);
        mcp_put(o, "method", bx_buf_str(&t->asked[i].method));
        bx_json_out_key(o, BX_LIT("params"));
        bx_json_out_raw(o, bx_buf_str(&t->asked[i].params));
        bx_json_out_end_object(o);
    }
    bx_json_out_end_object(o);
}

static void put_detail(const mcp_task *t, bx_json_out *o)
{
    put_task(t, o);
    if (t->status == ASKS)
        put_questions(t, o);
    if (t->status == COMPLETED || t->status == FAILED) {
        bx_json_out_key(o, t->status == COMPLETED ? BX_LIT("result") : BX_LIT("error"));
        bx_json_out_raw(o, bx_buf_str(&t->result));
    }
}

/* What streams hear of a task that has changed; made with the lock, told without. */
typedef struct news {
    char id[2 * ID_BYTES + 1];
    bx_buf detail;
} news;

static news news_init(void) { return (news){.detail = bx_buf_init(MAX_RESULT + (64 << 10))}; }

static void write_news_locked(const mcp_task *t, news *n)
{
    bx_json_out o = bx_json_out_on(&n->detail);
    bx_buf_clear(&n->detail);
    memcpy(n->id, t->id, sizeof n->id);
    bx_json_out_begin_object(&o);
    put_detail(t, &o);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK)
        bx_buf_clear(&n->detail);
}

static void note_locked(const bx_mcp_server *s, const mcp_task *t, news *n)
{
    if (mcp_task_is_heard_locked(s, bx_str_of(t->id)))
        write_news_locked(t, n);
}

static void news_done(news *n) { bx_buf_done(&n->detail); }

static void tell(bx_mcp_server *s, news *n)
{
    if (n->detail.n)
        mcp_tell_task(s, bx_str_of(n->id), bx_buf_str(&n->detail));
    news_done(n);
}

/* ---- becoming one ---------------------------------------------------------------------------- */

static void answer_with(bx_mcp_call *c, bx_str task)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "jsonrpc", BX_LIT("2.0"));
    bx_json_out_key(&o, BX_LIT("id"));
    bx_json_out_raw(&o, bx_buf_str(&c->m->id));
    bx_json_out_key(&o, BX_LIT("result"));
    bx_json_out_raw(&o, task);
    bx_json_out_end_object(&o);
    mcp_close(c, 200, bx_json_out_end(&o, NULL) == BX_OK ? bx_buf_str(&text) : BX_LIT(""));
}

static void write_created(const bx_mcp_call *c, const mcp_task *t, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "resultType", BX_LIT("task"));
    put_task(t, &o);
    bx_json_out_key(&o, BX_LIT("_meta"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT(META_PREFIX "serverInfo"));
    bx_json_out_raw(&o, bx_buf_str(&c->server->info));
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
}

bool bx_mcp_become_task(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    BX_AUTO_BUF created = bx_buf_init(32 << 10);
    mcp_task *t = has_extension(c) ? new_task(c) : NULL;
    if (!t)
        return false;
    (void)pthread_mutex_lock(&s->lock);
    bool can =
        !c->answered && !c->cancelled && !c->ending && !c->n_asked && sweep_locked(s) < MAX_TASKS;
    if (can) { /* it can be asked for before the client hears of it */
        t->call = c;
        t->next = s->tasks;
        s->tasks = t;
        c->task = t;
        c->answered = true;
        write_created(c, t, &created);
    }
    bool is_one = c->task != NULL;
    (void)pthread_mutex_unlock(&s->lock);
    if (can)
        answer_with(c, bx_buf_str(&created));
    else
        free_task(t);
    return is_one;
}

bx_code bx_mcp_needs_tasks(bx_mcp_call *c, bx_error *err)
{
    if (has_extension(c))
        return BX_OK;
    bx_code rc =
        bx_fail(err, BX_EUNSUPPORTED, "the client has to declare the extension " EXTENSION);
    mcp_fault_set(&c->fault, c->m->modern ? MCP_MISSING_CAPABILITY : RPC_INVALID_PARAMS,
                  c->m->modern ? 400 : 200, "%s", err->msg);
    c->fault.data = bx_buf_init(4096);
    (void)bx_buf_add_z(&c->fault.data,
                       "{\"requiredCapabilities\":{\"extensions\":{\"" EXTENSION "\":{}}}}");
    return rc;
}

/* ---- its end --------------------------------------------------------------------------------- */

void mcp_task_end(bx_mcp_call *c, bx_str result)
{
    bx_mcp_server *s = c->server;
    news n = news_init();
    (void)pthread_mutex_lock(&s->lock);
    mcp_task *t = c->task;
    status was = t->status;
    t->call = NULL;
    t->updated_ms = wall_ms();
    if (t->status != CANCELLED && (c->cancelled || c->fault.code == 0)) {
        t->status = c->cancelled ? CANCELLED : COMPLETED;
        if (bx_buf_add_str(&t->result, result) != BX_OK) {
            t->status = FAILED;
            bx_buf_clear(&t->result);
            (void)bx_buf_add_z(&t->result, "{\"code\":-32603,\"message\":\"the result is too "
                                           "long to be kept\"}");
        }
    } else if (t->status != CANCELLED) {
        bx_json_out o = bx_json_out_on(&t->result);
        t->status = FAILED;
        bx_json_out_begin_object(&o);
        bx_json_out_key(&o, BX_LIT("code"));
        bx_json_out_int(&o, c->fault.code);
        mcp_put(&o, "message", bx_buf_str(&c->fault.why));
        bx_json_out_end_object(&o);
    }
    if (t->status != was)
        note_locked(s, t, &n);
    (void)pthread_mutex_unlock(&s->lock);
    tell(s, &n);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static bool all_answered(const mcp_task *t)
{
    for (size_t i = 0; i < t->n_asked; i++) {
        if (!t->answers[i])
            return false;
    }
    return true;
}

bool mcp_task_ask(bx_mcp_call *c, const mcp_question *asked, size_t n, bx_json **answers)
{
    bx_mcp_server *s = c->server;
    news first = news_init(), then = news_init();
    (void)pthread_mutex_lock(&s->lock);
    mcp_task *t = c->task;
    bool can = !c->cancelled && mcp_step_aside_locked(c);
    if (can) {
        t->asked = asked;
        t->answers = answers;
        t->n_asked = n;
        t->status = ASKS;
        t->updated_ms = wall_ms();
        note_locked(s, t, &first);
        (void)pthread_mutex_unlock(&s->lock);
        tell(s, &first);
        (void)pthread_mutex_lock(&s->lock);
        while (!c->cancelled && !all_answered(t))
            (void)pthread_cond_wait(&s->over, &s->lock);
        can = !c->cancelled;
        t->n_asked = 0;
        if (t->status == ASKS)
            t->status = WORKING;
        if (t->status == WORKING)
            note_locked(s, t, &then);
        mcp_step_back_locked(c);
    }
    (void)pthread_mutex_unlock(&s->lock);
    tell(s, &then);
    return can;
}

/* ---- tasks/get, update, cancel --------------------------------------------------------------- */

/* Somebody else's is none. */
static mcp_task *find_locked(const bx_mcp_call *c, bx_str id)
{
    for (mcp_task *t = c->server->tasks; t; t = t->next) {
        if (id.n == 2 * (size_t)ID_BYTES && bx_equal_ct(id.p, t->id, id.n) &&
            bx_str_eq(bx_buf_str(&t->principal), bx_buf_str(&c->m->principal)))
            return t;
    }
    return NULL;
}

bool mcp_task_is(bx_mcp_call *c, bx_str id)
{
    (void)pthread_mutex_lock(&c->server->lock);
    bool is = has_extension(c) && find_locked(c, id);
    (void)pthread_mutex_unlock(&c->server->lock);
    return is;
}

void mcp_task_tell_now(bx_mcp_call *c, bx_str id)
{
    __attribute__((cleanup(news_done))) news n = news_init();
    (void)pthread_mutex_lock(&c->server->lock);
    const mcp_task *t = find_locked(c, id);
    if (t && t->status != WORKING)
        write_news_locked(t, &n);
    (void)pthread_mutex_unlock(&c->server->lock);
    if (n.detail.n)
        mcp_tell_task_to(c, bx_buf_str(&n.detail));
}

/* With the lock, when it is found. */
static mcp_task *find_and_lock(bx_mcp_call *c, bx_error *err)
{
    bx_mcp_server *s = c->server;
    if (bx_mcp_needs_tasks(c, err) != BX_OK)
        return NULL;
    bx_str id = mcp_param(c, "taskId", err);
    if (!id.p)
        return NULL;
    (void)pthread_mutex_lock(&s->lock);
    (void)sweep_locked(s);
    mcp_task *t = find_locked(c, id);
    if (t)
        return t;
    (void)pthread_mutex_unlock(&s->lock);
    (void)bx_fail(err, BX_ENOENT, "no task '%.*s'", BX_FMT(id));
    return NULL;
}

bx_code mcp_serve_tasks_get(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const mcp_task *t = find_and_lock(c, err);
    if (!t)
        return BX_ENOENT;
    put_detail(t, out);
    (void)pthread_mutex_unlock(&c->server->lock);
    return BX_OK;
}

bx_code mcp_serve_tasks_cancel(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    mcp_task *t = find_and_lock(c, err);
    news n = news_init();
    (void)out;
    if (!t)
        return BX_ENOENT;
    if (t->call) {
        status was = t->status;
        t->status = CANCELLED;
        t->updated_ms = wall_ms();
        if (was != CANCELLED)
            note_locked(c->server, t, &n);
        (void)mcp_call_cancel_locked(t->call); /* it is being served: it ends by itself */
    }
    (void)pthread_mutex_unlock(&c->server->lock);
    tell(c->server, &n);
    return BX_OK;
}

/* A copy of the answer, which outlives the message that brought it. */
static bx_json *copy_of(const bx_json_val *v)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_RESULT);
    bx_json *doc = NULL;
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, v);
    if (bx_json_out_end(&o, NULL) != BX_OK ||
        bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return NULL;
    return doc;
}

bx_code mcp_serve_tasks_update(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_json_val *responses = bx_json_get(c->m->params, BX_LIT("inputResponses"));
    (void)out;
    mcp_task *t = find_and_lock(c, err);
    if (!t)
        return BX_ENOENT;
    for (size_t i = 0; i < t->n_asked; i++) {
        const bx_json_val *v = bx_json_get(responses, bx_buf_str(&t->asked[i].key));
        if (!t->answers[i] && bx_json_type_of(v) == BX_JSON_OBJECT)
            t->answers[i] = copy_of(v);
    }
    t->updated_ms = wall_ms();
    (void)pthread_cond_broadcast(&c->server->over);
    (void)pthread_mutex_unlock(&c->server->lock);
    if (bx_json_type_of(responses) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "inputResponses: expected an object");
    return BX_OK;
}
