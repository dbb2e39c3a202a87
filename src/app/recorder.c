#include "app/recorder.h"

#include <pthread.h>
#include <unistd.h>

#include "app/secrets.h"
#include "base/limits.h"
#include "tool/invoke.h"

enum {
    MAX_JSON = 8 << 20, /* bytes of what a call touched */
    MAX_WORDS = 1024,   /* bytes of an error's text */
};

typedef struct open_call { /* a call that has not ended */
    struct open_call *next;
    int64_t id;
    size_t n;
    bx_str secrets[]; /* owned: its files and requests may hold them as well */
} open_call;

struct bx_recorder {
    bx_gate_recorder port;
    bx_audit *audit;
    pthread_mutex_t lock;
    open_call *calls; /* with the lock */
};

/* ---- calls that have not ended --------------------------------------------------------------- */

static void free_open(open_call *c)
{
    for (size_t i = 0; c && i < c->n; i++)
        free((char *)(uintptr_t)c->secrets[i].p);
    free(c);
}

static open_call *new_open(const bx_redactor *secrets)
{
    open_call *c = bx_calloc(1, sizeof *c + secrets->n * sizeof(bx_str));
    for (size_t i = 0; c && i < secrets->n; i++) {
        const bx_str *s = &secrets->secrets[i];
        c->secrets[i] = (bx_str){bx_strndup(s->p, s->n), s->n};
        c->n = i + 1;
        if (!c->secrets[i].p) {
            free_open(c);
            c = NULL;
        }
    }
    return c;
}

static void keep_open(bx_recorder *r, open_call *c)
{
    (void)pthread_mutex_lock(&r->lock);
    c->next = r->calls;
    r->calls = c;
    (void)pthread_mutex_unlock(&r->lock);
}

/* NULL: it has an end already. */
static open_call *take_open(bx_recorder *r, int64_t id)
{
    open_call *found = NULL;
    (void)pthread_mutex_lock(&r->lock);
    for (open_call **c = &r->calls; *c && !found; c = found ? c : &(*c)->next) {
        if ((*c)->id == id) {
            found = *c;
            *c = found->next;
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
    return found;
}

/* ---- begin ----------------------------------------------------------------------------------- */

static bx_str fate_of(bx_gate_fate f)
{
    static const bx_str names[] = {[BX_FATE_RUNS] = {"runs", 4},
                                   [BX_FATE_INVALID] = {"invalid", 7},
                                   [BX_FATE_DENIED] = {"denied", 6},
                                   [BX_FATE_WAITS] = {"waits", 5}};
    return names[f];
}

static bx_str answer_of(bx_gate_answer a)
{
    static const bx_str names[] = {
        [BX_GATE_ALLOW] = {"allow", 5}, [BX_GATE_ASK] = {"ask", 3}, [BX_GATE_DENY] = {"deny", 4}};
    return names[a];
}

/* A variable's value may be as long as a command line. */
static void put_env(const bx_redactor *secrets, const bx_cap *c, bx_json_out *o)
{
    BX_AUTO_BUF line = bx_buf_init(BX_MAX_VAR_TEXT + 1024);
    (void)bx_buf_addf(&line, "env:%s", c->path);
    if (c->value)
        (void)bx_buf_addf(&line, "=%s", c->value);
    bx_redact_string(secrets, bx_buf_str(&line), o);
}

static void put_caps(const bx_redactor *secrets, const bx_grant *g, bx_json_out *o)
{
    char line[BX_MAX_CAP_TEXT + 64];
    bx_cap_list caps = bx_grant_caps(g);
    bx_json_out_key(o, BX_LIT("allow"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == BX_CAP_ENV)
            put_env(secrets, &caps.at[i], o);
        else if (bx_cap_print(&caps.at[i], line, sizeof line, NULL) == BX_OK)
            bx_redact_string(secrets, bx_str_of(line), o);
    }
    bx_json_out_end_array(o);
}

/* A path that only means something where the process stood is told with that. */
static void put_host(const char *host, bx_json_out *o)
{
    char here[BX_MAX_PATH];
    if (host[0] == '/' || !getcwd(here, sizeof here)) {
        bx_json_out_string(o, bx_str_of(host));
        return;
    }
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    bool same = strcmp(host, ".") == 0;
    (void)bx_buf_addf(&path, "%s%s%s", here, same ? "" : "/", same ? "" : host);
    bx_json_out_string(o, bx_buf_str(&path));
}

static void put_mounts(const bx_grant *g, bx_json_out *o)
{
    bx_mount_list mounts = bx_grant_mounts(g);
    if (mounts.n == 0)
        return;
    bx_json_out_key(o, BX_LIT("mounts"));
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < mounts.n; i++) {
        bx_json_out_key(o, bx_str_of(mounts.at[i].guest));
        put_host(mounts.at[i].host, o);
    }
    bx_json_out_end_object(o);
}

static void put_injects(const bx_grant *g, bx_json_out *o)
{
    bx_credential_list c = bx_grant_credentials(g);
    if (c.n == 0)
        return;
    bx_json_out_key(o, BX_LIT("inject"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < c.n; i++) {
        BX_AUTO_BUF line = bx_buf_init(64 << 10);
        (void)bx_buf_addf(&line, "%s %s=env:%s", c.at[i].origin, c.at[i].header, c.at[i].env);
        bx_json_out_string(o, bx_buf_str(&line));
    }
    bx_json_out_end_array(o);
}

/* Only those that are not what every call has. */
static void put_limits(const bx_grant *g, bx_json_out *o)
{
    const bx_limits usual = bx_limits_default(), *l = bx_grant_limits(g);
    bx_limit_row row;
    bool any = false;
    if (memcmp(l, &usual, sizeof usual) == 0)
        return;
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        char text[32];
        if (bx_limits_get(l, i) == bx_limits_get(&usual, i))
            continue;
        if (!any) {
            bx_json_out_key(o, BX_LIT("limits"));
            bx_json_out_begin_object(o);
        }
        any = true;
        bx_limits_print(l, i, text);
        bx_json_out_key(o, bx_str_of(row.name));
        bx_json_out_string(o, bx_str_of(text));
    }
    if (any)
        bx_json_out_end_object(o);
}

static bx_code print_grant(const bx_redactor *secrets, const bx_grant *g, bx_buf *out,
                           bx_error *err)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    put_caps(secrets, g, &o);
    put_mounts(g, &o);
    put_injects(g, &o);
    put_limits(g, &o);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static bx_code begin(void *ctx, const bx_gate_call *call, bx_gate_fate fate,
                     const bx_gate_decision *d, const bx_grant *granted, int64_t *ret_id,
                     bx_error *err)
{
    bx_recorder *r = ctx;
    bx_str known[BX_MAX_SECRETS];
    BX_AUTO_BUF grant = bx_buf_init(MAX_JSON);
    const bx_redactor secrets = {known, bx_secrets_of(call->run, known)};
    open_call *open = new_open(&secrets);
    if (!open)
        return bx_fail(err, BX_ENOMEM, "the call cannot be recorded");
    bx_code rc = granted ? print_grant(&secrets, granted, &grant, err) : BX_OK;
    const bx_audit_call row = {.tool = call->manifest->name,
                               .version = call->manifest->version,
                               .digest = call->digest,
                               .client = call->origin.client,
                               .run = call->origin.run,
                               .key = call->origin.key,
                               .parent = call->origin.parent,
                               .arguments = call->arguments,
                               .values = call->values,
                               .fate = fate_of(fate),
                               .answer = d ? answer_of(d->answer) : BX_LIT(""),
                               .why = d ? bx_buf_str(&d->why) : BX_LIT(""),
                               .grant = bx_buf_str(&grant),
                               .secrets = &secrets};
    if (rc == BX_OK)
        rc = bx_audit_begin(r->audit, &row, &open->id, err);
    if (rc != BX_OK) {
        free_open(open);
        return rc;
    }
    *ret_id = open->id;
    keep_open(r, open);
    return BX_OK;
}

/* ---- end ------------------------------------------------------------------------------------- */

static void put_uint(bx_json_out *o, bx_str key, uint64_t v)
{
    if (v == 0)
        return;
    bx_json_out_key(o, key);
    bx_json_out_uint(o, v);
}

static void put_words(const bx_redactor *secrets, bx_json_out *o, bx_str key, const char *text)
{
    bx_str s = bx_str_of(text);
    if (s.n == 0)
        return;
    bx_json_out_key(o, key);
    bx_redact_string(secrets, s.n > MAX_WORDS ? (bx_str){s.p, MAX_WORDS} : s, o);
}

static void put_hits(const bx_outcome *e, bx_json_out *o)
{
    bx_limit_row row;
    bool any = false;
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        uint64_t n = bx_limit_hits_get(&e->hits, i);
        if (n && !any) {
            bx_json_out_key(o, BX_LIT("limits_hit"));
            bx_json_out_begin_object(o);
        }
        any = any || n;
        put_uint(o, bx_str_of(row.name), n);
    }
    if (any)
        bx_json_out_end_object(o);
}

/* As docs/outcome.md names things; what is zero is left out. */
static bx_code print_outcome(const bx_redactor *secrets, const bx_tool_end *end, bx_buf *out,
                             bx_error *err)
{
    const bx_outcome *e = &end->outcome;
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    if (end->entered) {
        bx_json_out_key(&o, BX_LIT("kind"));
        bx_json_out_string(&o, bx_str_of(bx_outcome_kind_name(e->kind)));
        bx_json_out_key(&o, BX_LIT("exit_code"));
        bx_json_out_uint(&o,
                         e->kind == BX_OUT_EXIT ? e->exit_code : (uint64_t)bx_outcome_exit_code(e));
        put_uint(&o, BX_LIT("wall_us"), e->wall_ns / 1000);
        put_uint(&o, BX_LIT("guest_us"), e->guest_ns / 1000);
        put_uint(&o, BX_LIT("host_us"), e->host_ns / 1000);
        put_uint(&o, BX_LIT("fuel_used"), e->fuel_used);
        put_uint(&o, BX_LIT("memory_peak_bytes"), e->memory_peak);
        put_hits(e, &o);
        put_uint(&o, BX_LIT("read"), e->files.bytes_read);
        put_uint(&o, BX_LIT("written"), e->files.bytes_written);
        put_uint(&o, BX_LIT("files_created"), e->files.files_created);
        put_uint(&o, BX_LIT("http_requests"), e->http_requests);
        put_uint(&o, BX_LIT("http_in"), e->http_in);
        put_uint(&o, BX_LIT("http_out"), e->http_out);
        put_words(secrets, &o, BX_LIT("trap"), e->trap);
        put_words(secrets, &o, BX_LIT("error"), e->error);
    }
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static void put_file(const bx_redactor *secrets, const bx_record *t, const bx_record_file *f,
                     bx_json_out *o)
{
    static const char *const rights[] = {"", "r", "w", "rw"};
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("op"));
    bx_json_out_string(o, bx_str_of(bx_fs_op_name(f->op)));
    put_words(secrets, o, BX_LIT("path"), bx_record_text(&t->files, f->path));
    put_words(secrets, o, BX_LIT("path2"), bx_record_text(&t->files, f->path2));
    put_words(NULL, o, BX_LIT("rights"), rights[f->rights & 3]);
    if (f->result != BX_E_SUCCESS)
        put_words(NULL, o, BX_LIT("result"), bx_errno_name(f->result));
    if (f->pid > 1)
        put_uint(o, BX_LIT("pid"), (uint64_t)f->pid);
    bx_json_out_end_object(o);
}

static void put_request(const bx_redactor *secrets, const bx_record *t, const bx_record_request *q,
                        bx_json_out *o)
{
    const bx_record_list *l = &t->requests;
    bx_json_out_begin_object(o);
    put_words(NULL, o, BX_LIT("method"), bx_record_text(l, q->method));
    put_words(secrets, o, BX_LIT("url"), bx_record_text(l, q->url));
    put_words(NULL, o, BX_LIT("address"), bx_record_text(l, q->address));
    put_uint(o, BX_LIT("status"), (uint64_t)q->status);
    put_uint(o, BX_LIT("bytes_in"), q->bytes_in);
    put_uint(o, BX_LIT("bytes_out"), q->bytes_out);
    put_uint(o, BX_LIT("time_us"), q->time_us);
    bx_json_out_key(o, BX_LIT("allowed"));
    bx_json_out_bool(o, q->allowed);
    put_words(NULL, o, BX_LIT("rule"), bx_record_text(l, q->rule));
    put_words(secrets, o, BX_LIT("error"), bx_record_text(l, q->error));
    bx_json_out_end_object(o);
}

static void put_process(const bx_redactor *secrets, const bx_record *t, const bx_record_process *p,
                        bx_json_out *o)
{
    const bx_record_list *l = &t->processes;
    bx_json_out_begin_object(o);
    put_uint(o, BX_LIT("pid"), (uint64_t)p->pid);
    put_uint(o, BX_LIT("parent"), (uint64_t)p->parent);
    put_words(secrets, o, BX_LIT("program"), bx_record_text(l, p->program));
    put_words(secrets, o, BX_LIT("arguments"), bx_record_text(l, p->args));
    put_words(NULL, o, BX_LIT("end"), bx_record_text(l, p->end));
    put_uint(o, BX_LIT("exit_code"), (uint64_t)(uint32_t)p->code);
    put_uint(o, BX_LIT("wall_us"), p->wall_us);
    put_uint(o, BX_LIT("cpu_us"), p->cpu_us);
    put_words(secrets, o, BX_LIT("error"), bx_record_text(l, p->error));
    bx_json_out_end_object(o);
}

static void put_socket(const bx_record *t, const bx_record_socket *s, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    put_words(NULL, o, BX_LIT("proto"), bx_record_text(&t->sockets, s->proto));
    put_words(NULL, o, BX_LIT("address"), bx_record_text(&t->sockets, s->address));
    put_uint(o, BX_LIT("port"), s->port);
    bx_json_out_key(o, BX_LIT("allowed"));
    bx_json_out_bool(o, s->allowed);
    put_words(NULL, o, BX_LIT("rule"), bx_record_text(&t->sockets, s->rule));
    bx_json_out_end_object(o);
}

static bool begin_list(bx_json_out *o, bx_str key, const bx_record_list *l)
{
    if (l->n == 0)
        return false;
    bx_json_out_key(o, key);
    bx_json_out_begin_array(o);
    return true;
}

static bx_code print_touched(const bx_redactor *secrets, const bx_record *t, bx_buf *out,
                             bx_error *err)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    if (begin_list(&o, BX_LIT("files"), &t->files)) {
        for (size_t i = 0; i < t->files.n; i++)
            put_file(secrets, t, bx_record_file_at(t, i), &o);
        bx_json_out_end_array(&o);
    }
    if (begin_list(&o, BX_LIT("requests"), &t->requests)) {
        for (size_t i = 0; i < t->requests.n; i++)
            put_request(secrets, t, bx_record_request_at(t, i), &o);
        bx_json_out_end_array(&o);
    }
    if (begin_list(&o, BX_LIT("sockets"), &t->sockets)) {
        for (size_t i = 0; i < t->sockets.n; i++)
            put_socket(t, bx_record_socket_at(t, i), &o);
        bx_json_out_end_array(&o);
    }
    if (begin_list(&o, BX_LIT("processes"), &t->processes)) {
        for (size_t i = 0; i < t->processes.n; i++)
            put_process(secrets, t, bx_record_process_at(t, i), &o);
        bx_json_out_end_array(&o);
    }
    put_uint(&o, BX_LIT("files_omitted"), t->files.omitted);
    put_uint(&o, BX_LIT("requests_omitted"), t->requests.omitted);
    put_uint(&o, BX_LIT("sockets_omitted"), t->sockets.omitted);
    put_uint(&o, BX_LIT("processes_omitted"), t->processes.omitted);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static bool is_empty(const bx_record *t)
{
    const bx_record_list *const lists[] = {&t->files, &t->requests, &t->sockets, &t->processes};
    for (size_t i = 0; i < BX_COUNT(lists); i++) {
        if (lists[i]->n || lists[i]->omitted)
            return false;
    }
    return true;
}

/* Is anything outside of the call not what it was?  Its end is then written before anybody has the
 * result: whoever acts on that finds it in the record.  /tmp is the call's own. */
static bool changes(const bx_tool_end *e, const bx_record *t)
{
    if (e->outcome.http_requests || e->outcome.socket_out)
        return true;
    for (size_t i = 0; t && i < t->files.n; i++) {
        const bx_record_file *f = bx_record_file_at(t, i);
        bool writes = (f->op == BX_FS_OPEN && (f->rights & BX_FS_WRITE)) ||
                      (f->op >= BX_FS_CREATE && f->op <= BX_FS_SET_TIMES);
        bx_str path = bx_str_of(bx_record_text(&t->files, f->path));
        if (writes && f->result == BX_E_SUCCESS && !bx_path_is_below(path, BX_LIT("/tmp")))
            return true;
    }
    return t && t->files.omitted > 0;
}

static bx_code end(void *ctx, int64_t id, const bx_tool_end *e, const bx_record *touched,
                   bx_error *err)
{
    bx_recorder *r = ctx;
    BX_AUTO_BUF outcome = bx_buf_init(MAX_JSON), lists = bx_buf_init(64 << 20);
    open_call *open = take_open(r, id);
    if (!open)
        return BX_OK;
    const bx_redactor secrets = {open->secrets, open->n};
    bx_code rc = print_outcome(&secrets, e, &outcome, err);
    if (rc == BX_OK && touched && !is_empty(touched))
        rc = print_touched(&secrets, touched, &lists, err);
    free_open(open);
    if (rc != BX_OK)
        return rc;
    const bx_audit_result row = {.is_error = e->is_error,
                                 .result = bx_buf_str(&e->text),
                                 .outcome = bx_buf_str(&outcome),
                                 .touched = bx_buf_str(&lists),
                                 .at_once = changes(e, touched)};
    return bx_audit_end(r->audit, id, &row, err);
}

/* ---- making one ------------------------------------------------------------------------------ */

bx_code bx_recorder_new(bx_db *db, bx_recorder **ret, bx_error *err)
{
    bx_recorder *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "record");
    bx_code rc = bx_audit_new(db, &r->audit, err);
    if (rc != BX_OK) {
        free(r);
        return rc;
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    r->port = (bx_gate_recorder){.begin = begin, .end = end, .ctx = r};
    *ret = r;
    return BX_OK;
}

void bx_recorder_free(bx_recorder *r)
{
    if (!r)
        return;
    bx_audit_free(r->audit);
    while (r->calls) {
        open_call *c = r->calls;
        r->calls = c->next;
        free_open(c);
    }
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

const bx_gate_recorder *bx_recorder_port(const bx_recorder *r) { return &r->port; }

bx_audit *bx_recorder_audit(const bx_recorder *r) { return r->audit; }

bx_code bx_recorder_finish(bx_recorder *r, bx_error *err) { return bx_audit_finish(r->audit, err); }

bx_code bx_recorder_cut_off(bx_recorder *r, bx_error *err)
{
    static const bx_audit_result row = {
        .is_error = true,
        .result = {"", 0},
        .outcome = {"{\"kind\":\"cancelled\",\"error\":\"cut off: the process ended first\"}", 63},
        .touched = {"", 0}};
    bx_code rc = BX_OK;
    (void)pthread_mutex_lock(&r->lock);
    open_call *all = r->calls;
    r->calls = NULL;
    (void)pthread_mutex_unlock(&r->lock);
    while (all) {
        open_call *c = all;
        all = c->next;
        if (rc == BX_OK)
            rc = bx_audit_end(r->audit, c->id, &row, err);
        free_open(c);
    }
    return rc == BX_OK ? bx_audit_flush(r->audit, err) : rc;
}
