/* boxagnts policy show, check, test, trust, init. */
#include "cli/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "app/policy_gate.h"
#include "cli/commands.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/builtin.h"

enum { EXIT_FAILED = 1, MAX_TEXT = 4 << 20, FLAG_FORGET = 1210, FLAG_PROJECT };

/* ---- what they share ------------------------------------------------------------------------- */

const char *bx_cli_workspace(const bx_args *a)
{
    const char *w = bx_flag_last(a, FLAG_POLICY_WORKSPACE);
    return w ? w : ".";
}

static void tell_lines(bx_str text, const char *what)
{
    while (text.n) {
        bx_str line = bx_cli_line(&text);
        bx_cli_complain("%s%.*s", what, (int)line.n, line.p);
    }
}

bx_code bx_cli_policy(const bx_args *a, bx_policy **ret, bx_error *err)
{
    BX_AUTO_BUF notes = bx_buf_init(256 << 10);
    const char *named[BX_POLICY_MAX_FILES + 1];
    const char *mode = bx_flag_last(a, FLAG_POLICY_MODE);
    bx_policy_mode m = BX_MODE_DEFAULT;
    bx_policy_files files = {.workspace = bx_cli_workspace(a), .named = named};
    if (mode && !bx_policy_mode_parse(bx_str_of(mode), &m))
        return bx_fail(err, BX_EINVAL,
                       "no mode '%s'; there is default, accept-edits, plan, dont-ask", mode);
    files.mode = mode ? &m : NULL;
    for (size_t i = 0; i < a->n_flags && files.n_named <= BX_POLICY_MAX_FILES; i++) {
        if (a->flags[i].id == FLAG_POLICY_FILE && strcmp(a->flags[i].value, "auto") != 0)
            named[files.n_named++] = a->flags[i].value;
    }
    bx_code rc = bx_policy_load(&files, ret, &notes, err);
    tell_lines(bx_buf_str(&notes), "note: ");
    return rc;
}

bx_code bx_cli_policy_call(const char *tool, const bx_json_val *arguments, bx_policy_call *ret,
                           bx_manifest **ret_manifest, bx_error *err)
{
    const bx_builtin *b = bx_builtin_find(bx_str_of(tool));
    *ret_manifest = NULL;
    bx_code rc = b ? bx_builtin_manifest(b, ret_manifest, err) : BX_OK;
    if (rc != BX_OK)
        return rc;
    if (b)
        *ret = bx_policy_call_of(*ret_manifest, arguments);
    else
        *ret = (bx_policy_call){.tool = bx_str_of(tool),
                                .permission = BX_PERMISSION_DANGEROUS,
                                .network = true,
                                .arguments = arguments};
    return BX_OK;
}

static int fail(const bx_command *c, const bx_error *err)
{
    bx_cli_complain("%s: %s", c->name, err->msg);
    return EXIT_OURS;
}

/* ---- show ------------------------------------------------------------------------------------ */

static int run_show(const bx_args *a)
{
    BX_AUTO(bx_policy) bx_policy *p = NULL;
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_error err;
    bx_code rc = bx_cli_policy(a, &p, &err);
    if (rc == BX_OK) {
        bx_policy_print(p, &text);
        rc = bx_buf_check(&text, &err);
    }
    if (rc != BX_OK)
        return fail(&bx_cmd_policy_show, &err);
    (void)fwrite(text.p, 1, text.n, stdout);
    return 0;
}

static const bx_flag flags[] = {BX_POLICY_FLAGS};

const bx_command bx_cmd_policy_show = {
    .name = "policy show",
    .usage = "policy show [flags]",
    .summary = "print the policy that holds, with the file and line of each rule",
    .details = "The user's file is $BOXAGNTS_HOME/boxagnts.yaml, the project's boxagnts.yaml in "
               "the workspace.\nExit code: 0; 125 when a file is wrong.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .no_words = true,
    .run = run_show,
};

/* ---- check ----------------------------------------------------------------------------------- */

/* Is there a tool a rule could mean?  Those of servers and own ones are not known here. */
static bool is_known(const char *tool)
{
    if (strpbrk(tool, "*?") || strncmp(tool, "mcp__", 5) == 0)
        return true;
    return bx_builtin_find(bx_str_of(tool)) != NULL;
}

static int run_check(const bx_args *a)
{
    BX_AUTO(bx_policy) bx_policy *p = NULL;
    bx_error err;
    if (bx_cli_policy(a, &p, &err) != BX_OK) {
        bx_cli_complain("%s", err.msg);
        return EXIT_FAILED;
    }
    size_t n[3] = {0, 0, 0};
    for (size_t i = 0; i < bx_policy_rule_count(p); i++) {
        const bx_rule *r = bx_policy_rule_at(p, i);
        n[r->answer]++;
        if (!is_known(r->tool))
            bx_cli_complain("note: %s:%u:%u: no built-in tool is called '%s'", r->file, r->line,
                            r->column, r->tool);
        if (r->nowhere)
            bx_cli_complain("note: %s:%u:%u: %s is not part of the workspace: no tool can reach it",
                            r->file, r->line, r->column, r->text);
    }
    (void)printf("ok: %zu rules deny, %zu ask, %zu allow; mode %s; %zu examples\n",
                 n[BX_ANSWER_DENY], n[BX_ANSWER_ASK], n[BX_ANSWER_ALLOW],
                 bx_policy_mode_name(bx_policy_mode_of(p)), bx_policy_example_count(p));
    return 0;
}

const bx_command bx_cmd_policy_check = {
    .name = "policy check",
    .usage = "policy check [flags]",
    .summary = "check the policy files; errors carry file, line and column",
    .details = "Exit code: 0; 1 when a file is wrong.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .no_words = true,
    .run = run_check,
};

/* ---- test ------------------------------------------------------------------------------------ */

static bx_code judge(const bx_policy *p, const bx_policy_example *e, bx_policy_decision *d,
                     bx_buf *why, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_policy_call call;
    char tool[256];
    (void)snprintf(tool, sizeof tool, "%.*s", BX_FMT(e->tool));
    bx_code rc = bx_cli_policy_call(tool, e->arguments, &call, &m, err);
    if (rc == BX_OK)
        rc = bx_policy_decide(p, &call, d, err);
    if (rc == BX_OK)
        bx_policy_why(p, &call, d, why);
    return rc;
}

static bool run_example(const bx_policy *p, size_t i)
{
    const bx_policy_example e = bx_policy_example_at(p, i);
    BX_AUTO_BUF why = bx_buf_init(64 << 10), args = bx_buf_init(64 << 10);
    bx_policy_decision d = {.answer = BX_ANSWER_DENY};
    bx_error err = {.msg = ""};
    bx_json_out o = bx_json_out_on(&args);
    bx_code rc = judge(p, &e, &d, &why, &err);
    bool ok = rc == BX_OK && d.answer == e.expect;
    if (e.arguments)
        bx_json_out_value(&o, e.arguments);
    (void)printf("%s: %s:%u: ", ok ? "ok" : "FAILED", e.file, e.line);
    bx_cli_show(stdout, e.says.n ? e.says : e.tool, 400);
    if (e.says.n == 0) {
        (void)putchar(' ');
        bx_cli_show(stdout, bx_buf_str(&args), 400);
    }
    (void)printf(": %s\n", bx_answer_name(e.expect));
    if (ok)
        return true;
    (void)printf("    it is %s: ", rc == BX_OK ? bx_answer_name(d.answer) : "an error");
    bx_cli_show(stdout, rc == BX_OK ? bx_buf_str(&why) : bx_str_of(err.msg), MAX_TEXT);
    (void)printf("\n");
    return false;
}

static int run_test(const bx_args *a)
{
    BX_AUTO(bx_policy) bx_policy *p = NULL;
    bx_error err;
    size_t failed = 0;
    if (bx_cli_policy(a, &p, &err) != BX_OK)
        return fail(&bx_cmd_policy_test, &err);
    size_t n = bx_policy_example_count(p);
    for (size_t i = 0; i < n; i++)
        failed += !run_example(p, i);
    if (n == 0)
        bx_cli_complain("note: the policy has no examples");
    return failed ? EXIT_FAILED : 0;
}

const bx_command bx_cmd_policy_test = {
    .name = "policy test",
    .usage = "policy test [flags]",
    .summary = "decide on the examples that stand beside the rules, and compare",
    .details = "One line for each, 'ok: …' or 'FAILED: …' with what was decided and why below it.\n"
               "Exit code: 0; 1 when one failed; 125 when a file is wrong.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .no_words = true,
    .run = run_test,
};

/* ---- trust ----------------------------------------------------------------------------------- */

static const bx_flag trust_flags[] = {
    {"forget", NULL, "trust it no longer", FLAG_FORGET},
};

/* What is wrong with the file is known before it is trusted. */
static bx_code check_project(const char *dir, bx_error *err)
{
    BX_AUTO(bx_policy) bx_policy *p = NULL;
    BX_AUTO_BUF notes = bx_buf_init(256 << 10);
    const bx_policy_files files = {.workspace = dir};
    bx_code rc = bx_policy_load(&files, &p, &notes, err);
    tell_lines(bx_buf_str(&notes), "");
    return rc;
}

void bx_cli_tell_believed(bx_str paths)
{
    while (paths.n) {
        const char *end = memchr(paths.p, '\n', paths.n);
        size_t n = end ? (size_t)(end - paths.p) : paths.n;
        (void)printf("believed as it is now: ");
        bx_cli_show(stdout, (bx_str){paths.p, n}, 4096);
        (void)putchar('\n');
        paths = bx_str_from(paths, n + (end != NULL));
    }
}

static int run_trust(const bx_args *a)
{
    const char *dir = a->n_words ? a->words[0] : ".";
    bool forget = bx_has_flag(a, FLAG_FORGET);
    BX_AUTO_BUF told = bx_buf_init(MAX_TEXT);
    BX_AUTOFREE char *real = NULL;
    bx_error err;
    if (a->n_words > 1) {
        bx_cli_complain("policy trust: one workspace only; see boxagnts policy trust --help");
        return EXIT_OURS;
    }
    bx_code rc = forget ? BX_OK : check_project(dir, &err);
    if (rc == BX_OK)
        rc = bx_policy_trust(dir, !forget, &told, &err);
    if (rc != BX_OK)
        return fail(&bx_cmd_policy_trust, &err);
    real = realpath(dir, NULL);
    (void)printf("%s: %s\n", real ? real : dir,
                 forget ? "no longer trusted" : "trusted, until its boxagnts.yaml changes");
    bx_cli_tell_believed(bx_buf_str(&told));
    return 0;
}

const bx_command bx_cmd_policy_trust = {
    .name = "policy trust",
    .usage = "policy trust [--forget] [DIR]",
    .summary = "let the boxagnts.yaml of a workspace widen what tools may do",
    .details =
        "Before that its deny and ask rules hold, and all it allows is left out.  It is trusted "
        "by\n"
        "the directory's path and the file's content: a file that changes has to be trusted "
        "again.\n"
        "So has each file that is instructions for an agent: AGENTS.md, skills, executors.\n"
        "Exit code: 0; 125 when the file is wrong.\n",
    .flags = trust_flags,
    .n_flags = BX_COUNT(trust_flags),
    .run = run_trust,
};

/* ---- init ------------------------------------------------------------------------------------ */

static const char starter[] =
    "# What tools may do: docs/policy.md.  'boxagnts policy check' reads it, 'policy test' runs\n"
    "# the examples, 'policy explain TOOL JSON' says which line decides about a call.\n"
    "version: 1\n"
    "\n"
    "# default: reading the workspace is allowed, all else is asked about.\n"
    "# accept-edits: changing its files too.  plan: only reading.  dont-ask: deny, never ask.\n"
    "mode: default\n"
    "\n"
    "# deny counts before ask, ask before allow.\n"
    "rules:\n"
    "  deny:\n"
    "    - read(.env)                      # a file of that name, wherever it is\n"
    "    - read(./secrets/**)\n"
    "    - bash(git push *)\n"
    "  ask:\n"
    "    - edit(./.github/**)\n"
    "  allow:\n"
    "    - bash(git status *)\n"
    "    - bash(git diff *)\n"
    "    # - web_fetch(domain:*.example.com)\n"
    "\n"
    "# What one tool may use beside the workspace, and its limits.\n"
    "tools:\n"
    "  bash:\n"
    "    limits: { wall: 120s }\n"
    "    # allow: ['fetch:https://files.example.com']\n"
    "\n"
    "examples:\n"
    "  - { tool: bash, arguments: { command: 'git diff | git push' }, expect: deny }\n"
    "  - { tool: read, arguments: { path: secrets/key }, expect: deny }\n"
    "  - { tool: read, arguments: { path: README.md }, expect: allow }\n";

static bx_code init_path(const bx_args *a, bx_buf *path, bx_error *err)
{
    char home[4000];
    int fd = -1;
    if (bx_has_flag(a, FLAG_PROJECT)) {
        (void)bx_buf_addf(path, "%s/" BX_POLICY_NAME, bx_cli_workspace(a));
        return bx_buf_check(path, err);
    }
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc == BX_OK)
        rc = bx_dir_open_private(home, &fd, err);
    if (rc != BX_OK)
        return rc;
    (void)close(fd);
    return bx_policy_user_path(path, err);
}

static int run_init(const bx_args *a)
{
    BX_AUTO_BUF path = bx_buf_init(8192);
    bx_error err;
    bx_code rc = init_path(a, &path, &err);
    if (rc == BX_OK) {
        rc = bx_file_write_new(path.p, 0600, (bx_str){starter, sizeof starter - 1}, &err);
    }
    if (rc != BX_OK)
        return fail(&bx_cmd_policy_init, &err);
    (void)printf("%s\n", path.p);
    return 0;
}

static const bx_flag init_flags[] = {
    {"project", NULL, "boxagnts.yaml in the workspace instead of the user's", FLAG_PROJECT},
    {"workspace", "DIR", "the workspace (default: the current directory)", FLAG_POLICY_WORKSPACE},
};

const bx_command bx_cmd_policy_init = {
    .name = "policy init",
    .usage = "policy init [--project] [--workspace DIR]",
    .summary = "write a policy file to begin with, with comments",
    .details = "$BOXAGNTS_HOME/boxagnts.yaml, or with --project boxagnts.yaml in the workspace.  A "
               "file\nthat is there already is left as it is.\nExit code: 0; 125.\n",
    .flags = init_flags,
    .n_flags = BX_COUNT(init_flags),
    .no_words = true,
    .run = run_init,
};
