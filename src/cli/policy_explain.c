/* boxagnts policy explain: which line decides about a call, and what its grant would be. */
#include <fcntl.h>
#include <unistd.h>

#include "app/policy_gate.h"
#include "app/tool_grant.h"
#include "cli/commands.h"
#include "cli/policy.h"
#include "os/fd.h"
#include "policy/derive.h"
#include "tool/builtin.h"

enum { MAX_ARGUMENTS = 4 << 20, MAX_TEXT = 4 << 20, MAX_CAP_SHOWN = 8192, FLAG_JSON = 1200 };

typedef struct explanation {
    bx_policy *policy; /* owned, as all of it */
    bx_json *arguments;
    bx_manifest *manifest;
    bx_policy_call call;
    bx_policy_decision decision;
    bx_buf why, suggested, notes;
    bx_grant *run; /* what the run may use; NULL: the tool's needs are not known */
    bx_policy_look look;
    bx_grant *grant; /* NULL: it gets none, or its needs are not known */
} explanation;

static void done(explanation *e)
{
    bx_policy_free(e->policy);
    bx_json_free(e->arguments);
    bx_manifest_free(e->manifest);
    bx_grant_free(e->grant);
    bx_grant_free(e->run);
    bx_buf_done(&e->why);
    bx_buf_done(&e->suggested);
    bx_buf_done(&e->notes);
}

static bx_code read_arguments(const bx_args *a, bx_json **ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_ARGUMENTS + 1);
    const char *source = a->n_words > 1 ? a->words[1] : "{}";
    bx_code rc = BX_OK;
    if (strcmp(source, "-") == 0)
        rc = bx_fd_read_all(STDIN_FILENO, MAX_ARGUMENTS, &text, err);
    else if (source[0] == '@')
        rc = bx_file_read_all(AT_FDCWD, source + 1, MAX_ARGUMENTS, &text, err);
    else
        (void)bx_buf_add_z(&text, source);
    if (rc == BX_OK)
        rc = bx_buf_check(&text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, ret, err);
    return bx_wrap(rc, err, "arguments");
}

/* As a call of the tool would get it (app/toolbox.c, tool/invoke.c). */
static bx_code run_of(explanation *e, const char *workspace, bx_error *err)
{
    bx_code rc = bx_tool_grant_begin(e->manifest, workspace, &e->run, err);
    if (rc == BX_OK)
        rc = bx_tool_grant_rest(e->manifest, e->run, err);
    if (rc == BX_OK)
        rc = bx_policy_gate_offer(e->policy, e->manifest, e->run, err);
    if (rc == BX_OK) {
        e->look = bx_policy_look_at(e->run);
        e->call.look = &e->look;
    }
    return rc;
}

static bx_code grant_of(explanation *e, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *allowed = NULL;
    const bx_manifest *m = e->manifest;
    bx_code rc =
        bx_policy_grant(e->policy, &e->call, &e->decision, e->run, &allowed, &e->notes, err);
    if (rc == BX_OK)
        rc = bx_grant_derive(allowed, (bx_cap_list){m->needs, m->n_needs}, &e->grant, &e->notes,
                             err);
    return rc;
}

static bx_code explain(const bx_args *a, explanation *e, bx_error *err)
{
    bx_code rc = bx_cli_policy(a, &e->policy, err);
    if (rc == BX_OK)
        rc = read_arguments(a, &e->arguments, err);
    if (rc == BX_OK)
        rc = bx_cli_policy_call(a->words[0], bx_json_root(e->arguments), &e->call, &e->manifest,
                                err);
    if (rc == BX_OK && e->manifest)
        rc = run_of(e, bx_cli_workspace(a), err);
    if (rc == BX_OK)
        rc = bx_policy_decide(e->policy, &e->call, &e->decision, err);
    if (rc != BX_OK)
        return rc;
    bx_policy_why(e->policy, &e->call, &e->decision, &e->why);
    if (e->decision.answer != BX_ANSWER_ALLOW)
        rc = bx_policy_suggest(&e->call, &e->suggested, err);
    if (rc == BX_OK && e->decision.answer != BX_ANSWER_DENY && e->manifest)
        rc = grant_of(e, err);
    return rc;
}

/* ---- words ----------------------------------------------------------------------------------- */

static void print_caps(const bx_grant *g)
{
    bx_cap_list caps = bx_grant_caps(g);
    char text[MAX_CAP_SHOWN];
    for (size_t i = 0; i < caps.n; i++) {
        if (bx_cap_print(&caps.at[i], text, sizeof text, NULL) != BX_OK)
            continue;
        (void)printf("    ");
        bx_cli_show(stdout, bx_str_of(text), MAX_TEXT);
        (void)printf("\n");
    }
}

static void print_limits(const bx_grant *g)
{
    static const char *const shown[] = {"wall", "memory", "output", "fs_write", "http_requests"};
    bx_limit_row row;
    (void)printf("limits:");
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        char value[32];
        for (size_t k = 0; k < BX_COUNT(shown); k++) {
            if (strcmp(shown[k], row.name) != 0)
                continue;
            bx_limits_print(bx_grant_limits(g), i, value);
            (void)printf(" %s=%s", row.name, value);
        }
    }
    (void)printf("\n");
}

static void print_words(const explanation *e)
{
    (void)printf("%s\n    ", bx_answer_name(e->decision.answer));
    bx_cli_show(stdout, bx_buf_str(&e->why), MAX_TEXT);
    (void)printf("\n");
    if (e->grant) {
        (void)printf("grant%s:\n",
                     e->decision.answer == BX_ANSWER_ASK ? ", if it is approved" : "");
        print_caps(e->grant);
        print_limits(e->grant);
    } else if (e->decision.answer != BX_ANSWER_DENY) {
        (void)printf("what its grant would be is not known: it is not a built-in tool\n");
    }
    bx_str notes = bx_buf_str(&e->notes);
    while (notes.n) {
        bx_str line = bx_cli_line(&notes);
        bx_cli_complain("note: %.*s", (int)line.n, line.p);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_rule(const bx_rule *r, bx_json_out *o)
{
    bx_json_out_key(o, BX_LIT("rule"));
    if (!r) {
        bx_json_out_null(o);
        return;
    }
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("file"));
    bx_json_out_string(o, bx_str_of(r->file));
    bx_json_out_key(o, BX_LIT("line"));
    bx_json_out_uint(o, r->line);
    bx_json_out_key(o, BX_LIT("column"));
    bx_json_out_uint(o, r->column);
    bx_json_out_key(o, BX_LIT("answer"));
    bx_json_out_string(o, bx_str_of(bx_answer_name(r->answer)));
    bx_json_out_key(o, BX_LIT("text"));
    bx_json_out_string(o, bx_str_of(r->text));
    bx_json_out_end_object(o);
}

static void put_grant(const bx_grant *g, bx_json_out *o)
{
    char text[MAX_CAP_SHOWN];
    bx_limit_row row;
    bx_json_out_key(o, BX_LIT("grant"));
    if (!g) {
        bx_json_out_null(o);
        return;
    }
    bx_cap_list caps = bx_grant_caps(g);
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("capabilities"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < caps.n; i++) {
        if (bx_cap_print(&caps.at[i], text, sizeof text, NULL) == BX_OK)
            bx_json_out_string(o, bx_str_of(text));
    }
    bx_json_out_end_array(o);
    bx_json_out_key(o, BX_LIT("limits"));
    bx_json_out_begin_object(o);
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        char value[32];
        bx_limits_print(bx_grant_limits(g), i, value);
        bx_json_out_key(o, bx_str_of(row.name));
        bx_json_out_string(o, bx_str_of(value));
    }
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

static bx_code print_json(const explanation *e, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    bx_str rules = bx_buf_str(&e->suggested);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("decision"));
    bx_json_out_string(&o, bx_str_of(bx_answer_name(e->decision.answer)));
    bx_json_out_key(&o, BX_LIT("why"));
    bx_json_out_string(&o, bx_buf_str(&e->why));
    put_rule(e->decision.rule, &o);
    bx_json_out_key(&o, BX_LIT("would_allow"));
    bx_json_out_begin_array(&o);
    while (rules.n) {
        bx_str line = bx_cli_line(&rules);
        bx_json_out_string(&o, line);
    }
    bx_json_out_end_array(&o);
    put_grant(e->grant, &o);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        (void)printf("%s\n", text.p);
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const bx_flag flags[] = {
    {"json", NULL, "print it as one JSON object", FLAG_JSON},
    BX_POLICY_FLAGS,
};

static int run_explain(const bx_args *a)
{
    explanation e = {.why = bx_buf_init(64 << 10),
                     .suggested = bx_buf_init(64 << 10),
                     .notes = bx_buf_init(64 << 10)};
    bx_error err;
    if (a->n_words == 0 || a->n_words > 2) {
        bx_cli_complain("policy explain: which call? boxagnts %s", bx_cmd_policy_explain.usage);
        return EXIT_OURS;
    }
    bx_code rc = explain(a, &e, &err);
    if (rc == BX_OK && bx_has_flag(a, FLAG_JSON))
        rc = print_json(&e, &err);
    else if (rc == BX_OK)
        print_words(&e);
    done(&e);
    if (rc != BX_OK)
        bx_cli_complain("policy explain: %s", err.msg);
    return rc == BX_OK ? 0 : EXIT_OURS;
}

const bx_command bx_cmd_policy_explain = {
    .name = "policy explain",
    .usage = "policy explain [flags] TOOL [JSON|@FILE|-]",
    .summary = "say what would become of a call: which line decides, and what its grant would be",
    .details = "Nothing is run.  The first word of the answer is allow, ask or deny.\n"
               "Exit code: 0; 125 when a file or the arguments are wrong.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .first_word = bx_builtin_name,
    .run = run_explain,
};
