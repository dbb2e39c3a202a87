/* boxagnts approvals: the questions that wait for a person, and the answers. */
#include "app/approvals.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/audit.h"
#include "cli/commands.h"
#include "policy/limits.h"

enum { FLAG_ALL = 1000, FLAG_JSON, FLAG_SCOPE, FLAG_EXPIRES, FLAG_ONLY };

enum {
    SHOWN_ARGUMENTS = 12 * BX_APPROVAL_MAX_TEXT, /* all, whatever has to be written out */
    SHOWN_TEXT = 2000,
    MAX_JSON = 64 << 20,
    MAX_ONLY = 16 << 10,
    MAX_DAYS = 365,
    MAX_ANSWERS = 64, /* questions answered at once */
};

static const bx_flag list_flags[] = {
    {"all", NULL, "also what was denied, used, or is over", FLAG_ALL},
    {"json", NULL, "print an array of objects", FLAG_JSON},
};

static const bx_flag allow_flags[] = {
    {"scope", "SCOPE",
     "once (default): the next such call; run: this and those like it, as long as the run lasts; "
     "always: those like it, by a rule in the user's policy file",
     FLAG_SCOPE},
    {"expires", "TIME", "how long that holds (default: once 1h, run 12h): 10m, 2h, 7d",
     FLAG_EXPIRES},
    {"only", "ARGUMENT=VALUE",
     "calls of this tool with any arguments, as long as this one fits: text with `*`, or a glob of "
     "paths; may be repeated",
     FLAG_ONLY},
};

static bx_code open_db(bx_db **ret, bx_error *err)
{
    bx_cli_record r;
    bx_code rc = bx_cli_record_open(&r, err);
    if (rc != BX_OK) {
        bx_cli_record_close(&r);
        return rc;
    }
    bx_audit_free(r.audit);
    *ret = r.db;
    return BX_OK;
}

/* ---- list ------------------------------------------------------------------------------------ */

typedef struct listing {
    bool json;
    bx_json_out *out;
    size_t n;
} listing;

static void show_line(const char *name, bx_str text, size_t max)
{
    if (text.n == 0)
        return;
    (void)printf("    %-10s ", name);
    bx_cli_show(stdout, text, max);
    (void)putchar('\n');
}

static void show_rules(const char *name, bx_str rules)
{
    while (rules.n) {
        bx_str line = bx_cli_line(&rules);
        show_line(name, line, SHOWN_TEXT);
    }
}

static void show(const bx_approval *a)
{
    char time[BX_CLI_TIME];
    bx_cli_time(a->state == BX_APPROVAL_USED ? a->used_us : a->time_us, time);
    (void)printf("%lld  %s", (long long)a->id, bx_approval_state_name(a->state));
    if (a->scope != BX_SCOPE_NONE)
        (void)printf(" (%s)", bx_approval_scope_name(a->scope));
    (void)printf("  %s  ", time);
    bx_cli_show(stdout, a->tool, SHOWN_TEXT);
    (void)printf("\n");
    show_line("arguments", a->arguments, SHOWN_ARGUMENTS);
    show_line("why", a->why, SHOWN_TEXT);
    show_line("client", a->client, SHOWN_TEXT);
    show_line("run", a->run, SHOWN_TEXT);
    show_line("workspace", a->workspace, SHOWN_TEXT);
    show_line("only", a->constraints, SHOWN_TEXT);
    show_line("answered", a->by, SHOWN_TEXT);
    bx_cli_time(a->expires_us, time);
    if (a->state == BX_APPROVAL_PENDING || a->state == BX_APPROVAL_ALLOWED)
        show_line("until", bx_str_of(time), sizeof time);
    if (a->run.n && (a->state == BX_APPROVAL_PENDING || a->scope == BX_SCOPE_RUN))
        show_rules("run:", a->alike);
    if (a->state == BX_APPROVAL_PENDING)
        show_rules("always:", a->rules);
}

static void put(bx_json_out *o, const char *key, bx_str s)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, s);
}

static void put_time(bx_json_out *o, const char *key, int64_t us)
{
    char time[BX_CLI_TIME];
    bx_cli_time(us, time);
    bx_json_out_key(o, bx_str_of(key));
    if (us)
        bx_json_out_string(o, bx_str_of(time));
    else
        bx_json_out_null(o);
}

/* What was kept as JSON; as a string where somebody made it something else. */
static void put_json(bx_json_out *o, const char *key, bx_str text)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_json_out_key(o, bx_str_of(key));
    if (text.n == 0)
        bx_json_out_null(o);
    else if (bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK)
        bx_json_out_raw(o, text);
    else
        bx_json_out_string(o, text);
}

static void put_rules(bx_json_out *o, const char *key, bx_str rules)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_begin_array(o);
    while (rules.n) {
        bx_str line = bx_cli_line(&rules);
        bx_json_out_string(o, line);
    }
    bx_json_out_end_array(o);
}

static void print_json(const bx_approval *a, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("id"));
    bx_json_out_int(o, a->id);
    put_time(o, "time", a->time_us);
    put(o, "state", bx_str_of(bx_approval_state_name(a->state)));
    put(o, "tool", a->tool);
    put_json(o, "arguments", a->arguments);
    put(o, "why", a->why);
    put(o, "client", a->client);
    put(o, "run", a->run);
    put(o, "workspace", a->workspace);
    put_rules(o, "rules", a->rules);
    put_rules(o, "alike", a->alike);
    put(o, "scope", bx_str_of(bx_approval_scope_name(a->scope)));
    put_json(o, "only", a->constraints);
    put_time(o, "expires", a->expires_us);
    put(o, "answered_by", a->by);
    put_time(o, "answered", a->answered_us);
    put_time(o, "used", a->used_us);
    bx_json_out_end_object(o);
}

static bool on_row(void *ctx, const bx_approval *a)
{
    listing *l = ctx;
    l->n++;
    if (l->json)
        print_json(a, l->out);
    else
        show(a);
    return true;
}

static int run_list(const bx_args *a)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    BX_AUTO_BUF text = bx_buf_init(MAX_JSON);
    bx_json_out o = bx_json_out_on(&text);
    listing l = {.json = bx_has_flag(a, FLAG_JSON), .out = &o};
    bx_error err;
    bx_code rc = a->n_words ? bx_fail(&err, BX_EINVAL, "no arguments; flags only") : BX_OK;
    if (rc == BX_OK) {
        rc = open_db(&db, &err);
        if (l.json)
            bx_json_out_begin_array(&o);
        if (rc == BX_ENOENT) /* nothing was ever asked */
            rc = BX_OK;
        else if (rc == BX_OK)
            rc = bx_approvals_list(db, bx_has_flag(a, FLAG_ALL), bx_approvals_now(), on_row, &l,
                                   &err);
    }
    if (rc == BX_OK && l.json) {
        bx_json_out_end_array(&o);
        rc = bx_json_out_end(&o, &err);
    }
    if (rc != BX_OK) {
        bx_cli_complain("approvals list: %s", err.msg);
        return EXIT_OURS;
    }
    if (l.json)
        (void)printf("%s\n", bx_buf_str(&text).p);
    else if (l.n == 0)
        (void)printf("nothing waits for an answer\n");
    return 0;
}

/* ---- allow, deny ----------------------------------------------------------------------------- */

static bx_code parse_expires(const bx_args *a, int64_t *ret_us, bx_error *err)
{
    const char *text = bx_flag_last(a, FLAG_EXPIRES);
    bx_str s = bx_str_of(text ? text : "");
    uint64_t ns = 0, days = 0;
    const uint64_t day_ns = (uint64_t)86400 * 1000000000;
    if (!text)
        return BX_OK;
    if (s.n > 1 && s.p[s.n - 1] == 'd' &&
        bx_count_parse((bx_str){s.p, s.n - 1}, &days, NULL) == BX_OK && days <= MAX_DAYS)
        ns = days * day_ns;
    else if (bx_time_parse(s, &ns, NULL) != BX_OK)
        ns = 0;
    if (ns < 1000000 || ns > MAX_DAYS * day_ns)
        return bx_fail(err, BX_EINVAL, "--expires: '%.40s' is no time: 10m, 2h, up to 365d", text);
    *ret_us = (int64_t)(ns / 1000);
    return BX_OK;
}

/* The constraints of --only, as {"ARGUMENT": "VALUE"}; empty: none. */
static bx_code parse_only(const bx_args *a, bx_buf *ret, bx_error *err)
{
    bx_json_out o = bx_json_out_on(ret);
    size_t n = 0;
    for (size_t i = 0; i < a->n_flags; i++) {
        const bx_flag_value *f = &a->flags[i];
        const char *sign = f->id == FLAG_ONLY ? strchr(f->value, '=') : NULL;
        if (f->id != FLAG_ONLY)
            continue;
        if (!sign || sign == f->value)
            return bx_fail(err, BX_EINVAL, "--only '%.100s': write ARGUMENT=VALUE", f->value);
        if (n++ == 0)
            bx_json_out_begin_object(&o);
        bx_json_out_key(&o, (bx_str){f->value, (size_t)(sign - f->value)});
        bx_json_out_string(&o, bx_str_of(sign + 1));
    }
    if (n == 0)
        return BX_OK;
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_approvals_check_constraints(bx_buf_str(ret), err), err, "--only");
    return rc;
}

static bool take_rules(void *ctx, const bx_approval *a)
{
    (void)bx_buf_add_str(ctx, a->rules);
    return false;
}

/* The rule is written last: where the answer cannot be kept, nothing is widened. */
static bx_code answer_one(bx_db *db, int64_t id, const bx_approval_answer *answer, bx_error *err)
{
    BX_AUTO_BUF rules = bx_buf_init(BX_APPROVAL_MAX_TEXT);
    bx_code rc = BX_OK;
    if (answer->scope == BX_SCOPE_ALWAYS)
        rc = bx_approvals_get(db, id, answer->now_us, take_rules, &rules, err);
    if (rc == BX_OK)
        rc = bx_approvals_answer(db, id, answer, err);
    return rc == BX_OK ? bx_approvals_remember(bx_buf_str(&rules), err) : rc;
}

static bx_code answer_all(const bx_args *a, bx_approval_answer *answer, bx_error *err)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    int64_t ids[MAX_ANSWERS];
    char by[64];
    bx_code rc = a->n_words == 0 || a->n_words > MAX_ANSWERS
                     ? bx_fail(err, BX_EINVAL, "which question? see boxagnts approvals list")
                     : BX_OK;
    for (size_t i = 0; i < a->n_words && rc == BX_OK; i++)
        rc = bx_cli_number("the question", a->words[i], &ids[i], err);
    if (rc == BX_OK)
        rc = open_db(&db, err);
    if (rc != BX_OK)
        return rc;
    (void)snprintf(by, sizeof by, "boxagnts approvals (uid %u)", (unsigned)getuid());
    answer->by = bx_str_of(by);
    for (size_t i = 0; i < a->n_words && rc == BX_OK; i++) {
        rc = answer_one(db, ids[i], answer, err);
        if (rc == BX_OK)
            (void)printf("question %lld: %s%s%s\n", (long long)ids[i],
                         answer->allow ? "allowed" : "denied", answer->allow ? ", " : "",
                         answer->allow ? bx_approval_scope_name(answer->scope) : "");
    }
    return rc;
}

static int end_answer(const char *name, bx_code rc, const bx_error *err)
{
    if (rc == BX_OK)
        return 0;
    (void)fflush(stdout);
    bx_cli_complain("approvals %s: %s", name, err->msg);
    return EXIT_OURS;
}

static int run_allow(const bx_args *a)
{
    const char *scope = bx_flag_last(a, FLAG_SCOPE);
    BX_AUTO_BUF only = bx_buf_init(MAX_ONLY);
    bx_approval_answer answer = {
        .allow = true, .scope = BX_SCOPE_ONCE, .now_us = bx_approvals_now()};
    bx_error err;
    bx_code rc = BX_OK;
    int64_t holds = 0;
    if (scope && !bx_approval_scope_parse(bx_str_of(scope), &answer.scope))
        rc = bx_fail(&err, BX_EINVAL, "--scope '%.40s': once, run or always", scope);
    if (rc == BX_OK)
        rc = parse_expires(a, &holds, &err);
    if (rc == BX_OK)
        rc = parse_only(a, &only, &err);
    if (rc == BX_OK && answer.scope == BX_SCOPE_ALWAYS && (only.n || holds))
        rc = bx_fail(&err, BX_EINVAL,
                     "--scope always writes a rule, which has no --expires and no --only");
    answer.constraints = bx_buf_str(&only);
    answer.expires_us = answer.now_us + (holds ? holds : bx_approvals_holds_us(answer.scope));
    if (rc == BX_OK)
        rc = answer_all(a, &answer, &err);
    return end_answer("allow", rc, &err);
}

static int run_deny(const bx_args *a)
{
    bx_error err;
    bx_approval_answer answer = {.constraints = BX_LIT(""), .now_us = bx_approvals_now()};
    answer.expires_us = answer.now_us + bx_approvals_holds_us(BX_SCOPE_NONE);
    return end_answer("deny", answer_all(a, &answer, &err), &err);
}

/* ---- the commands ---------------------------------------------------------------------------- */

const bx_command bx_cmd_approvals_list = {
    .name = "approvals list",
    .usage = "approvals list [--all] [--json]",
    .summary = "list the calls that wait for a person's answer, and what was allowed",
    .flags = list_flags,
    .n_flags = BX_COUNT(list_flags),
    .run = run_list,
};

const bx_command bx_cmd_approvals_allow = {
    .name = "approvals allow",
    .usage = "approvals allow [flags] ID…",
    .summary = "let a call run that waits for an answer",
    .details = "Holds for this tool, as it is now, in this workspace alone (docs/approvals.md).\n"
               "An answer can be changed as long as it holds.\n",
    .flags = allow_flags,
    .n_flags = BX_COUNT(allow_flags),
    .run = run_allow,
};

const bx_command bx_cmd_approvals_deny = {
    .name = "approvals deny",
    .usage = "approvals deny ID…",
    .summary = "refuse a call that waits for an answer, or take back what was allowed",
    .details = "The very same call is refused for an hour, without being asked about.\n",
    .run = run_deny,
};
