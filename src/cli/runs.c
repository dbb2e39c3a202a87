/* boxagnts runs tree: a run and the executors below it, with what each one might do and why; and
 * runs cancel, which ends one of those. */
#include <stdio.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/store.h"
#include "codec/json.h"
#include "os/clock.h"

enum { FLAG_JSON = 1000, MAX_DEPTH = 16, MAX_NODE = 64 << 20 };

typedef struct tree {
    bx_db *db;
    bool json;
    bx_json_out *out;
} tree;

static const bx_json_val *root_of(const bx_json *doc) { return doc ? bx_json_root(doc) : NULL; }

/* ---- what a session's events say ------------------------------------------------------------- */

typedef struct node {
    bx_json *begin, *end;    /* owned; the last end; NULL: none */
    bx_json **executors;     /* owned; their events in order */
    bx_json **executor_ends; /* owned; of the same; NULL: it has not ended */
    size_t n;
} node;

static void node_done(node *n)
{
    bx_json_free(n->begin);
    bx_json_free(n->end);
    for (size_t i = 0; i < n->n; i++) {
        bx_json_free(n->executors[i]);
        bx_json_free(n->executor_ends[i]);
    }
    free(n->executors);
    free(n->executor_ends);
}

static bx_code add_executor(node *n, bx_json *doc, bx_error *err)
{
    bx_json **more = bx_realloc(n->executors, (n->n + 1) * sizeof(bx_json *));
    if (more)
        n->executors = more;
    bx_json **ends = bx_realloc(n->executor_ends, (n->n + 1) * sizeof(bx_json *));
    if (ends)
        n->executor_ends = ends;
    if (!more || !ends) {
        bx_json_free(doc);
        return bx_fail(err, BX_ENOMEM, "executors");
    }
    n->executors[n->n] = doc;
    n->executor_ends[n->n++] = NULL;
    return BX_OK;
}

static bx_code on_event(void *ctx, const bx_session_event *ev, bx_error *err)
{
    node *n = ctx;
    bool begins = strcmp(ev->type, "begin") == 0, ends = strcmp(ev->type, "end") == 0;
    bool executor = strcmp(ev->type, "executor") == 0;
    bool executor_end = strcmp(ev->type, "executor_end") == 0;
    if (!begins && !ends && !executor && !executor_end)
        return BX_OK;
    bx_json *doc = NULL;
    bx_code rc = bx_json_parse(ev->line, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK || executor)
        return rc == BX_OK ? add_executor(n, doc, err) : rc;
    if (executor_end) {
        bx_str id = bx_json_text(root_of(doc), "id");
        for (size_t i = 0; i < n->n; i++) {
            if (bx_str_eq(bx_json_text(root_of(n->executors[i]), "id"), id) && !n->executor_ends[i])
                n->executor_ends[i] = BX_TAKE(doc);
            if (!doc)
                break;
        }
        bx_json_free(doc);
        return BX_OK;
    }
    bx_json **at = begins ? &n->begin : &n->end;
    bx_json_free(*at);
    *at = doc;
    return BX_OK;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void indent(size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        (void)printf("   ");
}

static void print_numbers(const bx_json_val *end)
{
    uint64_t turns = 0, calls = 0, cost = 0;
    (void)bx_json_uint64(bx_json_get(end, BX_LIT("turns")), &turns);
    (void)bx_json_uint64(bx_json_get(end, BX_LIT("calls")), &calls);
    (void)printf("  %llu turns, %llu calls", (unsigned long long)turns, (unsigned long long)calls);
    if (bx_json_uint64(bx_json_get(end, BX_LIT("cost_picodollars")), &cost))
        (void)printf(", $%.6f", (double)cost / 1e12);
    (void)putchar('\n');
}

static void print_rights(const bx_json_val *executor, size_t depth)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(executor, BX_LIT("derivation")));
    for (const bx_json_val *row; (row = bx_json_next(&it, NULL));) {
        indent(depth);
        (void)printf("asked ");
        bx_cli_show(stdout, bx_json_text(row, "asked"), 200);
        bx_json_iter got = bx_json_iter_of(bx_json_get(row, BX_LIT("granted")));
        bx_str line;
        const char *before = " → ";
        for (const bx_json_val *v; (v = bx_json_next(&got, NULL));) {
            if (!bx_json_str(v, &line))
                continue;
            (void)printf("%s", before);
            bx_cli_show(stdout, line, 200);
            before = ", ";
        }
        (void)printf("  (");
        bx_cli_show(stdout, bx_json_text(row, "why"), 300);
        (void)printf(")\n");
    }
}

static bx_code print_node(tree *t, bx_str id, size_t depth, bx_error *err);

static bx_code print_executor(tree *t, const node *n, size_t i, size_t depth, bx_error *err)
{
    const bx_json_val *begin = root_of(n->executors[i]);
    const bx_json_val *end = root_of(n->executor_ends[i]);
    bx_str status = bx_json_text(end, "status"), id = bx_json_text(begin, "id");
    indent(depth);
    (void)printf("└─ %.*s %.*s: ", BX_FMT(id), BX_FMT(bx_json_text(begin, "agent")));
    bx_cli_show(stdout, bx_json_text(begin, "title"), 100);
    (void)printf("  [%.*s]", BX_FMT(status.n ? status : BX_LIT("running")));
    print_numbers(end);
    bx_str why = bx_json_text(bx_json_get(end, BX_LIT("result")), "why");
    if (why.n) {
        indent(depth + 1);
        (void)printf("why: ");
        bx_cli_show(stdout, why, 500);
        (void)putchar('\n');
    }
    print_rights(begin, depth + 1);
    return bx_str_eq(status, BX_LIT("not_started")) ? BX_OK : print_node(t, id, depth + 1, err);
}

static bx_code print_node(tree *t, bx_str id, size_t depth, bx_error *err)
{
    node n = {.n = 0};
    if (depth > MAX_DEPTH)
        return BX_OK;
    bx_code rc = bx_session_events(t->db, id, 1, on_event, &n, err);
    if (rc == BX_ENOENT && depth) /* it was killed before it began */
        rc = BX_OK;
    if (rc == BX_OK && depth == 0) {
        const bx_json_val *begin = root_of(n.begin), *end = root_of(n.end);
        bx_str status = bx_json_text(end, "status");
        (void)printf("%.*s ", BX_FMT(id));
        bx_cli_show(stdout, bx_json_text(begin, "title"), 100);
        (void)printf("  [%.*s]", BX_FMT(status.n ? status : BX_LIT("running")));
        print_numbers(end);
        bx_json_iter it =
            bx_json_iter_of(bx_json_get(bx_json_get(begin, BX_LIT("facts")), BX_LIT("granted")));
        bx_str line;
        for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
            if (bx_json_str(v, &line))
                (void)printf("   may use %.*s\n", BX_FMT(line));
        }
        it = bx_json_iter_of(bx_json_get(bx_json_get(begin, BX_LIT("facts")), BX_LIT("delegable")));
        for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
            if (bx_json_str(v, &line))
                (void)printf("   may delegate %.*s\n", BX_FMT(line));
        }
    }
    for (size_t i = 0; i < n.n && rc == BX_OK; i++)
        rc = print_executor(t, &n, i, depth, err);
    node_done(&n);
    return rc;
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void put_doc(bx_json_out *o, const char *key, const bx_json *doc)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_value(o, root_of(doc));
}

static bx_code put_node(tree *t, bx_str id, size_t depth, bx_error *err)
{
    node n = {.n = 0};
    bx_code rc = bx_session_events(t->db, id, 1, on_event, &n, err);
    if (rc == BX_ENOENT && depth)
        rc = BX_OK;
    bx_json_out_begin_object(t->out);
    bx_json_out_key(t->out, BX_LIT("id"));
    bx_json_out_string(t->out, id);
    put_doc(t->out, "begin", n.begin);
    put_doc(t->out, "end", n.end);
    bx_json_out_key(t->out, BX_LIT("executors"));
    bx_json_out_begin_array(t->out);
    for (size_t i = 0; i < n.n && rc == BX_OK && depth < MAX_DEPTH; i++) {
        bx_json_out_begin_object(t->out);
        put_doc(t->out, "executor", n.executors[i]);
        put_doc(t->out, "executor_end", n.executor_ends[i]);
        bx_json_out_key(t->out, BX_LIT("run"));
        rc = put_node(t, bx_json_text(root_of(n.executors[i]), "id"), depth + 1, err);
        bx_json_out_end_object(t->out);
    }
    bx_json_out_end_array(t->out);
    bx_json_out_end_object(t->out);
    node_done(&n);
    return rc;
}

static bx_code print_json(tree *t, bx_str id, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_NODE);
    bx_json_out o = bx_json_out_on(&text);
    t->out = &o;
    bx_code rc = put_node(t, id, 0, err);
    if (rc == BX_OK)
        rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        (void)printf("%s\n", text.p);
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int run_tree(const bx_args *a)
{
    tree t = {.json = bx_has_flag(a, FLAG_JSON)};
    bx_cli_session s = {.managed = false};
    bx_error err = {.msg = ""};
    bx_code rc = a->n_words == 1 ? BX_OK : bx_fail(&err, BX_EINVAL, "which run? one ID");
    if (rc == BX_OK)
        rc = bx_cli_store(true, &t.db, &err);
    if (rc == BX_OK)
        rc = bx_cli_session_find(t.db, a->words[0], &s, &err);
    if (rc == BX_OK)
        rc = t.json ? print_json(&t, bx_buf_str(&s.id), &err)
                    : print_node(&t, bx_buf_str(&s.id), 0, &err);
    bx_cli_session_done(&s);
    bx_db_close(t.db);
    if (rc == BX_OK)
        return 0;
    bx_cli_complain("runs tree: %s", err.msg);
    return EXIT_OURS;
}

static const bx_flag tree_flags[] = {
    {"json", NULL, "print it as JSON", FLAG_JSON},
};

const bx_command bx_cmd_runs_tree = {
    .name = "runs tree",
    .usage = "runs tree [--json] ID",
    .summary = "show a run, by its ID in sessions list, and its executors: their ends and rights",
    .flags = tree_flags,
    .n_flags = BX_COUNT(tree_flags),
    .run = run_tree,
};

/* ---- ending one ------------------------------------------------------------------------------ */

/* Whoever runs it looks a few times a second.  *seen: it did. */
static bx_code wait_for_end(bx_db *db, const char *id, bool *seen, bx_error *err)
{
    enum { LOOKS = 50, LOOK_MS = 100 };
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    bx_code rc = BX_OK;
    *seen = false;
    for (size_t i = 0; i < LOOKS && rc == BX_OK && !*seen; i++) {
        bx_cli_session s = {.managed = false};
        (void)nanosleep(&pause, NULL);
        rc = bx_cli_session_find(db, id, &s, err);
        *seen = rc == BX_OK && !bx_str_eq(bx_buf_str(&s.status), BX_LIT("running"));
        bx_cli_session_done(&s);
    }
    return rc;
}

static bx_code cancel(bx_db *db, const char *word, int *ret_exit, bx_error *err)
{
    bx_cli_session s = {.managed = false};
    bool seen = false;
    bx_code rc = bx_cli_session_find(db, word, &s, err);
    if (rc == BX_OK && s.parent.n == 0)
        rc = bx_fail(err, BX_EINVAL,
                     "%s is no executor: where it runs, Ctrl-C (SIGINT) ends it; its executors are "
                     "%s.1, …",
                     s.id.p, s.id.p);
    if (rc == BX_OK && !bx_str_eq(bx_buf_str(&s.status), BX_LIT("running")))
        rc = bx_fail(err, BX_ESTATE, "%s has ended: %s", s.id.p, s.status.p);
    if (rc == BX_OK)
        rc = bx_session_cancel(db, bx_buf_str(&s.id),
                               (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000), err);
    if (rc == BX_OK)
        rc = wait_for_end(db, s.id.p, &seen, err);
    if (rc == BX_OK && seen)
        (void)printf("%s was ended\n", s.id.p);
    else if (rc == BX_OK)
        bx_cli_complain(
            "nobody ended %s yet: its run is not alive, or busy; it is ended as soon as "
            "the run goes on",
            s.id.p);
    *ret_exit = seen ? 0 : 1;
    bx_cli_session_done(&s);
    return rc;
}

static int run_cancel(const bx_args *a)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    bx_error err = {.msg = ""};
    int code = 1;
    bx_code rc = a->n_words == 1
                     ? BX_OK
                     : bx_fail(&err, BX_EINVAL, "which executor? one ID; see boxagnts runs tree");
    if (rc == BX_OK)
        rc = bx_cli_store(true, &db, &err);
    if (rc == BX_OK)
        rc = cancel(db, a->words[0], &code, &err);
    if (rc == BX_OK)
        return code;
    bx_cli_complain("runs cancel: %s", err.msg);
    return EXIT_OURS;
}

const bx_command bx_cmd_runs_cancel = {
    .name = "runs cancel",
    .usage = "runs cancel ID.N",
    .summary = "end one executor of a run; the others go on",
    .details = "Exit code: 0 when it has ended, 1 when nobody ended it within 5 s.\n",
    .run = run_cancel,
};
