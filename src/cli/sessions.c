/* boxagnts sessions: what was kept of the runs of agents. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/run_setup.h"
#include "cli/store.h"
#include "codec/json.h"
#include "db/redact.h"
#include "policy/limits.h"

enum {
    FLAG_JSON = 1000,
    FLAG_WORKSPACE,
    FLAG_ALL,
    FLAG_MAX,
    FLAG_AT,
    FLAG_RAW,
    SHOWN = 2000,
    MAX_LIST = 1000
};

static int fail(const char *command, const bx_error *err)
{
    bx_cli_complain("%s: %s", command, err->msg);
    return EXIT_OURS;
}

static bx_code one_word(const bx_args *a, const char **ret, bx_error *err)
{
    if (a->n_words != 1)
        return bx_fail(err, BX_EINVAL, "which session? one ID; see boxagnts sessions list");
    *ret = a->words[0];
    return BX_OK;
}

/* ---- list ------------------------------------------------------------------------------------ */

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

static bx_code print_json(const bx_session *s, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    put(&o, "id", s->id);
    put(&o, "status", s->status);
    put(&o, "title", s->title);
    put(&o, "workspace", s->workspace);
    put(&o, "model", s->model);
    bx_json_out_key(&o, BX_LIT("managed"));
    bx_json_out_bool(&o, s->managed);
    bx_json_out_key(&o, BX_LIT("created_ms"));
    bx_json_out_int(&o, s->created_ms);
    bx_json_out_key(&o, BX_LIT("updated_ms"));
    bx_json_out_int(&o, s->updated_ms);
    bx_json_out_key(&o, BX_LIT("events"));
    bx_json_out_uint(&o, s->events);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        (void)printf("%s\n", text.p);
    return rc;
}

static bx_code on_session(void *ctx, const bx_session *s, bx_error *err)
{
    const bx_args *a = ctx;
    char when[32];
    if (bx_has_flag(a, FLAG_JSON))
        return print_json(s, err);
    bx_cli_when(s->created_ms, when);
    (void)printf("%-24.*s %s  %-9.*s %5llu  ", BX_FMT(s->id), when, BX_FMT(s->status),
                 (unsigned long long)s->events);
    bx_cli_show(stdout, s->title, 60);
    (void)putchar('\n');
    return BX_OK;
}

static int run_list(const bx_args *a)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    bx_error err = {.msg = ""};
    BX_AUTOFREE char *workspace = NULL;
    const char *dir = bx_flag_last(a, FLAG_WORKSPACE);
    if (dir && bx_has_flag(a, FLAG_ALL)) {
        bx_cli_complain("sessions list: --all and --workspace are two things; name one");
        return EXIT_OURS;
    }
    if (!bx_has_flag(a, FLAG_ALL) && !(workspace = realpath(dir ? dir : ".", NULL))) {
        bx_cli_complain("sessions list: no directory %s", dir ? dir : ".");
        return EXIT_OURS;
    }
    bx_code rc = bx_cli_store(true, &db, &err);
    if (rc == BX_ENOENT)
        return 0;
    if (rc == BX_OK)
        rc = bx_session_list(db, BX_LIT(""), bx_str_of(workspace ? workspace : ""), MAX_LIST,
                             on_session, (void *)(uintptr_t)a, &err);
    return rc == BX_OK ? 0 : fail("sessions list", &err);
}

static const bx_flag list_flags[] = {
    {"workspace", "DIR", "those of this directory (default: the current one)", FLAG_WORKSPACE},
    {"all", NULL, "those of every directory", FLAG_ALL},
    {"json", NULL, "print a JSON object a line", FLAG_JSON},
};

const bx_command bx_cmd_sessions_list = {
    .name = "sessions list",
    .usage = "sessions list [--all | --workspace DIR] [--json]",
    .summary = "list the sessions of agents, the newest first",
    .flags = list_flags,
    .n_flags = BX_COUNT(list_flags),
    .no_words = true,
    .run = run_list,
};

/* ---- export ---------------------------------------------------------------------------------- */

/* The store has what was said, word for word; what leaves it has its secrets replaced as the record
 * of calls has. */
static bx_code without_secrets(bx_str line, bx_buf *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    const bx_redact_rule rule = {.secrets = NULL};
    bx_json_out o = bx_json_out_on(ret);
    bx_code rc = bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    bx_redact_value(&rule, bx_json_root(doc), &o);
    return bx_json_out_end(&o, err);
}

static bx_code print_line(void *ctx, const bx_session_event *ev, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init((size_t)1 << 30);
    bx_str line = ev->line;
    if (!bx_has_flag(ctx, FLAG_RAW)) {
        bx_code rc = without_secrets(line, &text, err);
        if (rc != BX_OK)
            return rc;
        line = bx_buf_str(&text);
    }
    (void)fwrite(line.p, 1, line.n, stdout);
    (void)putchar('\n');
    return BX_OK;
}

static int with_session(const bx_args *a, const char *command, bx_session_on_event *on)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    bx_error err = {.msg = ""};
    bx_cli_session s = {.managed = false};
    const char *id = NULL;
    bx_code rc = one_word(a, &id, &err);
    if (rc == BX_OK)
        rc = bx_cli_store(true, &db, &err);
    if (rc == BX_OK)
        rc = bx_cli_session_find(db, id, &s, &err);
    if (rc == BX_OK)
        rc = bx_session_events(db, bx_buf_str(&s.id), 1, on, (void *)(uintptr_t)a, &err);
    bx_cli_session_done(&s);
    return rc == BX_OK ? 0 : fail(command, &err);
}

static int run_export(const bx_args *a) { return with_session(a, "sessions export", print_line); }

static const bx_flag export_flags[] = {
    {"raw", NULL, "as it is kept, secrets included", FLAG_RAW},
};

const bx_command bx_cmd_sessions_export = {
    .name = "sessions export",
    .usage = "sessions export [--raw] ID",
    .summary = "print every event of a session, a JSON object a line",
    .details = "The events: docs/agent.md.  The beginning of an ID will do.\n"
               "What looks like a secret is replaced, as in the record of calls; the store itself "
               "has it.\n",
    .flags = export_flags,
    .n_flags = BX_COUNT(export_flags),
    .run = run_export,
};

/* ---- show ------------------------------------------------------------------------------------ */

static void show_lines(const char *before, bx_str text)
{
    while (text.n) {
        bx_str line = bx_cli_line(&text);
        (void)printf("%s", before);
        bx_cli_show(stdout, line, SHOWN);
        (void)putchar('\n');
    }
}

static void show_message(const bx_json_val *message)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(message, BX_LIT("content")));
    for (const bx_json_val *b; (b = bx_json_next(&it, NULL));) {
        bx_str type = bx_json_text(b, "type");
        if (bx_str_eq(type, BX_LIT("text"))) {
            show_lines("  ", bx_json_text(b, "text"));
        } else if (bx_str_eq(type, BX_LIT("tool_call"))) {
            (void)printf("  → %.*s ", BX_FMT(bx_json_text(b, "name")));
            bx_cli_show(stdout, bx_json_text(b, "arguments"), 200);
            (void)putchar('\n');
        } else if (bx_str_eq(type, BX_LIT("tool_result"))) {
            bx_str text = bx_json_text(b, "text");
            show_lines("    ", (bx_str){text.p, text.n < SHOWN ? text.n : SHOWN});
        }
    }
}

static bx_code show_event(void *ctx, const bx_session_event *ev, bx_error *err)
{
    (void)ctx;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF text = bx_buf_init((size_t)1 << 30);
    bx_code rc = without_secrets(ev->line, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *event = bx_json_root(doc);
    if (strcmp(ev->type, "user") == 0 || strcmp(ev->type, "assistant") == 0)
        (void)printf("%s\n", ev->type);
    else if (strcmp(ev->type, "tool_result") == 0)
        (void)printf("result of %.*s\n", BX_FMT(bx_json_text(event, "name")));
    else if (strcmp(ev->type, "end") == 0)
        (void)printf("end: %.*s %.*s\n", BX_FMT(bx_json_text(event, "status")),
                     BX_FMT(bx_json_text(event, "why")));
    else if (strcmp(ev->type, "compaction") == 0)
        (void)printf("shortened\n");
    else if (strcmp(ev->type, "executor") == 0)
        (void)printf("executor %.*s: %.*s\n", BX_FMT(bx_json_text(event, "id")),
                     BX_FMT(bx_json_text(event, "title")));
    show_message(bx_json_get(event, BX_LIT("message")));
    return BX_OK;
}

static int run_show(const bx_args *a) { return with_session(a, "sessions show", show_event); }

const bx_command bx_cmd_sessions_show = {
    .name = "sessions show",
    .usage = "sessions show ID",
    .summary = "show what was said and done in a session",
    .run = run_show,
};

/* ---- fork ------------------------------------------------------------------------------------ */

typedef struct fork_of {
    bx_db *db;
    bx_str id;      /* of the new one */
    uint64_t until; /* last event taken; UINT64_MAX: all */
    bx_buf lines;   /* one after the other */
    bx_session_event *events;
    size_t n, cap;
} fork_of;

/* The same event as one of the new session. */
static bx_code rewrite(const fork_of *f, bx_str line, bx_buf *out, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    bx_json_out o = bx_json_out_on(out);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    bx_str key;
    bx_json_out_begin_object(&o);
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        bx_json_out_key(&o, key);
        if (bx_str_eq(key, BX_LIT("session")))
            bx_json_out_string(&o, f->id);
        else
            bx_json_out_value(&o, v);
    }
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static bx_code take_event(void *ctx, const bx_session_event *ev, bx_error *err)
{
    fork_of *f = ctx;
    if (ev->seq > f->until)
        return BX_OK;
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 64;
        bx_session_event *more = bx_realloc(f->events, cap * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "events of a session");
        f->events = more;
        f->cap = cap;
    }
    size_t from = f->lines.n;
    bx_code rc = rewrite(f, ev->line, &f->lines, err);
    static const char *const types[] = {"begin",      "user",        "request",  "assistant",
                                        "tool_call",  "tool_result", "executor", "executor_end",
                                        "compaction", "end",         "undo",     "no_answer",
                                        "resume",     "hook"};
    const char *type = "other";
    for (size_t i = 0; i < BX_COUNT(types); i++)
        type = strcmp(types[i], ev->type) == 0 ? types[i] : type;
    f->events[f->n++] = (bx_session_event){
        .seq = ev->seq, .time_ms = ev->time_ms, .type = type, .line = {NULL, f->lines.n - from}};
    return rc;
}

static bx_code fork_it(fork_of *f, const bx_cli_session *from, bx_error *err)
{
    const bx_session row = {.id = f->id,
                            .parent = BX_LIT(""),
                            .workspace = bx_buf_str(&from->workspace),
                            .model = bx_buf_str(&from->model),
                            .title = bx_buf_str(&from->title),
                            .managed = from->managed,
                            .created_ms = from->updated_ms};
    bx_code rc = bx_session_events(f->db, bx_buf_str(&from->id), 1, take_event, f, err);
    if (rc == BX_OK && f->n == 0)
        rc = bx_fail(err, BX_EINVAL, "there is no such event");
    size_t at = 0;
    for (size_t i = 0; i < f->n; i++) {
        f->events[i].line.p = f->lines.p + at;
        at += f->events[i].line.n;
    }
    if (rc == BX_OK)
        rc = bx_session_add(f->db, &row, NULL, err);
    return rc == BX_OK ? bx_session_append(f->db, f->id, f->events, f->n, err) : rc;
}

static int run_fork(const bx_args *a)
{
    fork_of f = {.until = UINT64_MAX, .lines = bx_buf_init((size_t)4 << 30)};
    bx_cli_session from = {.managed = false};
    bx_error err = {.msg = ""};
    char id[BX_AGENT_MAX_ID];
    const char *word = NULL, *at = bx_flag_last(a, FLAG_AT);
    bx_code rc = one_word(a, &word, &err);
    if (rc == BX_OK && at)
        rc = bx_wrap(bx_count_parse(bx_str_of(at), &f.until, &err), &err, "--at");
    if (rc == BX_OK)
        rc = bx_run_new_id(id, &err);
    if (rc == BX_OK)
        rc = bx_cli_store(true, &f.db, &err);
    if (rc == BX_OK)
        rc = bx_cli_session_find(f.db, word, &from, &err);
    f.id = bx_str_of(id);
    if (rc == BX_OK)
        rc = fork_it(&f, &from, &err);
    if (rc == BX_OK)
        (void)printf("%s\n", id);
    bx_cli_session_done(&from);
    bx_db_close(f.db);
    bx_buf_done(&f.lines);
    free(f.events);
    return rc == BX_OK ? 0 : fail("sessions fork", &err);
}

static const bx_flag fork_flags[] = {
    {"at", "N", "take the events up to this one (default: all)", FLAG_AT},
};

const bx_command bx_cmd_sessions_fork = {
    .name = "sessions fork",
    .usage = "sessions fork [--at N] ID",
    .summary = "begin a session with the events of another, and print its ID",
    .details = "Go on with it: boxagnts run --resume ID -p PROMPT.\n",
    .flags = fork_flags,
    .n_flags = BX_COUNT(fork_flags),
    .run = run_fork,
};
