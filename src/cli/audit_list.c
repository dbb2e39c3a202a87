/* boxagnts audit list, boxagnts audit show: which calls there were, and one of them. */
#include <stdio.h>

#include "cli/audit.h"
#include "cli/commands.h"

enum {
    FLAG_TOOL,
    FLAG_RUN,
    FLAG_SINCE,
    FLAG_LIMIT,
    FLAG_JSON,
    MANY = 50,           /* calls that are listed unless more are asked for */
    MAX_LINE = 100,      /* characters of arguments in a list */
    MAX_TEXT = 4096,     /* of a value in a page */
    MAX_BODY = 64 << 20, /* bytes of one call as JSON */
};

static const bx_flag list_flags[] = {
    {"tool", "NAME", "only calls of this tool", FLAG_TOOL},
    {"run", "ID", "only calls of this run", FLAG_RUN},
    {"since", "TIME", "only calls begun since: 30m, 2h, 7d, 2026-11-30T12:00:00Z", FLAG_SINCE},
    {"limit", "N", "at most so many, the newest (default 50)", FLAG_LIMIT},
    {"json", NULL, "print a JSON list, each call with its two rows", FLAG_JSON},
};

static const bx_flag show_flags[] = {
    {"json", NULL, "print the call with its two rows as JSON", FLAG_JSON},
};

static bx_json *parse(const bx_audit_row *row)
{
    bx_json *doc = NULL;
    bx_error err;
    return row && bx_json_parse(row->body, BX_JSON_MAX_DEPTH, &doc, &err) == BX_OK ? doc : NULL;
}

/* How it ended, in a word: "exit 0", "deadline", "denied", "error", "running". */
static void print_end(const bx_json_val *begin, const bx_json_val *end, bx_audit_state state,
                      char out[64])
{
    bx_str fate = bx_json_text(begin, "fate");
    const bx_json_val *outcome = bx_json_get(end, BX_LIT("outcome"));
    bx_str kind = bx_json_text(outcome, "kind");
    int64_t code = 0;
    bool is_error = false;
    (void)bx_json_bool(bx_json_get(end, BX_LIT("is_error")), &is_error);
    if (fate.n && !bx_str_eq(fate, BX_LIT("runs")))
        (void)snprintf(out, 64, "%.*s", (int)(fate.n > 40 ? 40 : fate.n), fate.p);
    else if (state != BX_AUDIT_DONE)
        (void)snprintf(out, 64, "%s", bx_cli_state(state));
    else if (bx_str_eq(kind, BX_LIT("exit")) &&
             bx_json_int64(bx_json_get(outcome, BX_LIT("exit_code")), &code) && code != 0)
        (void)snprintf(out, 64, "exit %lld", (long long)code);
    else if (kind.n && !bx_str_eq(kind, BX_LIT("exit")))
        (void)snprintf(out, 64, "%.*s", (int)(kind.n > 40 ? 40 : kind.n), kind.p);
    else
        (void)snprintf(out, 64, "%s", is_error ? "error" : "ok");
}

/* ---- list ------------------------------------------------------------------------------------ */

struct listing {
    bx_json_out *json; /* NULL: lines for people */
    bx_buf *text;
};

static void print_json(struct listing *l, const bx_audit_row *begin, const bx_audit_row *end,
                       bx_audit_state state)
{
    bx_cli_call_json(begin, end, state, l->json);
    (void)fwrite(bx_buf_str(l->text).p, 1, l->text->n, stdout);
    bx_buf_clear(l->text);
}

static bool list_one(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                     bx_audit_state state)
{
    struct listing *l = ctx;
    if (l->json) {
        print_json(l, begin, end, state);
        return ferror(stdout) == 0;
    }
    BX_AUTO(bx_json) bx_json *b = parse(begin), *e = parse(end);
    const bx_json_val *bo = b ? bx_json_root(b) : NULL, *eo = e ? bx_json_root(e) : NULL;
    const bx_json_val *arguments = bx_json_get(bo, BX_LIT("arguments"));
    char time[BX_CLI_TIME], how[64];
    uint64_t us = 0;
    BX_AUTO_BUF args = bx_buf_init(MAX_BODY);
    bx_json_out o = bx_json_out_on(&args);
    bx_cli_time(begin->time_us, time);
    print_end(bo, eo, state, how);
    (void)bx_json_uint64(bx_json_get(bx_json_get(eo, BX_LIT("outcome")), BX_LIT("wall_us")), &us);
    (void)printf("%7lld %.19sZ ", (long long)begin->id, time);
    bx_cli_show(stdout, begin->tool, 40);
    (void)printf("%*s %-11s %9.1f ms ", (int)(begin->tool.n < 12 ? 12 - begin->tool.n : 0), "", how,
                 (double)us / 1000);
    if (arguments)
        bx_json_out_value(&o, arguments);
    bx_cli_show(stdout, arguments ? bx_buf_str(&args) : bx_json_text(bo, "arguments_text"),
                MAX_LINE);
    (void)putchar('\n');
    return ferror(stdout) == 0;
}

static bx_code read_filter(const bx_args *a, bx_audit_filter *f, bx_error *err)
{
    const char *tool = bx_flag_last(a, FLAG_TOOL), *run = bx_flag_last(a, FLAG_RUN);
    const char *since = bx_flag_last(a, FLAG_SINCE), *limit = bx_flag_last(a, FLAG_LIMIT);
    *f = (bx_audit_filter){.tool = bx_str_of(tool), .run = bx_str_of(run), .limit = MANY};
    if (a->n_words)
        return bx_fail(err, BX_EINVAL,
                       "no arguments; for one call there is boxagnts audit show ID");
    bx_code rc = since ? bx_cli_since(bx_str_of(since), &f->since_us, err) : BX_OK;
    return rc == BX_OK && limit ? bx_cli_number("--limit", limit, &f->limit, err) : rc;
}

static int run_list(const bx_args *a)
{
    bx_error err;
    bx_audit_filter f;
    bx_cli_record r = {.db = NULL};
    BX_AUTO_BUF text = bx_buf_init(MAX_BODY);
    bx_json_out o = bx_json_out_on(&text);
    struct listing l = {.json = bx_has_flag(a, FLAG_JSON) ? &o : NULL, .text = &text};
    if (l.json)
        bx_json_out_begin_array(&o);
    bx_code rc = read_filter(a, &f, &err);
    if (rc == BX_OK)
        rc = bx_cli_record_open_to_read(&r, &err);
    if (rc == BX_OK)
        rc = bx_audit_list(r.audit, &f, list_one, &l, &err);
    bx_cli_record_close(&r);
    if (rc != BX_OK)
        bx_cli_complain("audit list: %s", err.msg);
    if (rc != BX_OK && rc != BX_ENOENT) /* no record is an empty one */
        return EXIT_OURS;
    if (l.json) {
        bx_json_out_end_array(&o);
        (void)printf("%s\n", bx_buf_str(&text).p);
    }
    return 0;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void print_value(const char *name, const bx_json_val *v)
{
    bx_str s;
    if (!v)
        return;
    (void)printf("%-12s ", name);
    if (bx_json_str(v, &s)) {
        bx_cli_show(stdout, s, MAX_TEXT);
    } else {
        BX_AUTO_BUF text = bx_buf_init(MAX_BODY);
        bx_json_out o = bx_json_out_on(&text);
        bx_json_out_value(&o, v);
        bx_cli_show(stdout, bx_buf_str(&text), MAX_TEXT);
    }
    (void)putchar('\n');
}

static void print_members(const bx_json_val *object, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        print_value(names[i], bx_json_get(object, bx_str_of(names[i])));
}

/* One line for each thing that was touched. */
static void print_list(const char *name, const bx_json_val *list)
{
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        print_value(name, e);
}

static bool show_text(const bx_audit_row *begin, const bx_audit_row *end, bx_audit_state state)
{
    static const char *const first[] = {"version",  "digest",    "client",         "key",
                                        "parent",   "arguments", "arguments_text", "fate",
                                        "decision", "grant"};
    static const char *const second[] = {"is_error", "result", "outcome"};
    static const char *const lists[] = {"files", "requests", "sockets", "processes"};
    BX_AUTO(bx_json) bx_json *b = parse(begin), *e = parse(end);
    const bx_json_val *eo = e ? bx_json_root(e) : NULL,
                      *touched = bx_json_get(eo, BX_LIT("touched"));
    char time[BX_CLI_TIME], how[64];
    bx_cli_time(begin->time_us, time);
    print_end(b ? bx_json_root(b) : NULL, eo, state, how);
    (void)printf("%-12s %lld\n%-12s ", "call", (long long)begin->id, "tool");
    bx_cli_show(stdout, begin->tool, MAX_TEXT);
    (void)printf("\n%-12s %s\n%-12s %s\n", "time", time, "end", how);
    if (begin->run.n) {
        (void)printf("%-12s ", "run");
        bx_cli_show(stdout, begin->run, MAX_TEXT);
        (void)putchar('\n');
    }
    print_members(b ? bx_json_root(b) : NULL, first, BX_COUNT(first));
    print_members(eo, second, BX_COUNT(second));
    if (bx_json_get(touched, BX_LIT("$sha256")))
        print_value("touched", touched);
    for (size_t i = 0; i < BX_COUNT(lists); i++)
        print_list(lists[i], bx_json_get(touched, bx_str_of(lists[i])));
    return true;
}

static bool show_one(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                     bx_audit_state state)
{
    if (!*(bool *)ctx)
        return show_text(begin, end, state);
    BX_AUTO_BUF text = bx_buf_init(MAX_BODY);
    bx_json_out o = bx_json_out_on(&text);
    bx_cli_call_json(begin, end, state, &o);
    (void)printf("%s\n", bx_buf_str(&text).p);
    return true;
}

static int run_show(const bx_args *a)
{
    bx_error err;
    bx_cli_record r = {.db = NULL};
    int64_t id = 0;
    bool json = bx_has_flag(a, FLAG_JSON);
    bx_code rc = a->n_words == 1 ? bx_cli_number("the call", a->words[0], &id, &err)
                                 : bx_fail(&err, BX_EINVAL, "which call? see boxagnts audit list");
    if (rc == BX_OK)
        rc = bx_cli_record_open_to_read(&r, &err);
    if (rc == BX_OK)
        rc = bx_audit_get(r.audit, id, show_one, &json, &err);
    bx_cli_record_close(&r);
    if (rc != BX_OK) {
        bx_cli_complain("audit show: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_audit_list = {
    .name = "audit list",
    .usage = "audit list [--tool NAME] [--run ID] [--since TIME] [--limit N] [--json]",
    .summary = "list the calls that were recorded, newest first",
    .flags = list_flags,
    .n_flags = BX_COUNT(list_flags),
    .run = run_list,
};

const bx_command bx_cmd_audit_show = {
    .name = "audit show",
    .usage = "audit show [--json] ID",
    .summary = "say what is recorded of one call",
    .flags = show_flags,
    .n_flags = BX_COUNT(show_flags),
    .run = run_show,
};
