/* boxagnts run: one prompt, one agent, to its end. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/run_print.h"
#include "cli/run_setup.h"
#include "os/fd.h"
#include "os/signals.h"
#include "policy/limits.h"
#include "policy/options.h"

enum {
    FLAG_PROMPT = 1000,
    FLAG_MODEL,
    FLAG_WORKSPACE,
    FLAG_OUTPUT,
    FLAG_TURNS,
    FLAG_CALLS,
    FLAG_COST,
    FLAG_TOKENS,
    FLAG_WALL,
    FLAG_RESUME,
    FLAG_CONTINUE,
    FLAG_FORGET,
    FLAG_MANAGED,
    FLAG_DELEGATE,
    FLAG_AT_ONCE,
    FLAG_MODE,
    FLAG_POLICY,
};

static const bx_flag flags[] = {
    {"prompt", "TEXT", "what to do; -p for short; - reads it from standard input", FLAG_PROMPT},
    {"model", "PROVIDER/MODEL", "the model (default: $BOXAGNTS_MODEL); docs/models.md", FLAG_MODEL},
    {"workspace", "DIR", "the directory tools see as /workspace (default: the current one)",
     FLAG_WORKSPACE},
    {"allow", "CAP",
     "let tools use what they need of this: fetch:https://host, read:/workspace/docs, …",
     BX_OPT_allow},
    {"deny", "GLOB", "carve out paths, whatever else is allowed: '**/.env', /workspace/keys",
     BX_OPT_deny},
    {"permission-mode", "MODE",
     "default, accept-edits, plan or dont-ask, whatever policy files say; docs/policy.md",
     FLAG_MODE},
    {"policy", "FILE",
     "this policy file instead of the user's and the workspace's; may be repeated", FLAG_POLICY},
    {"output-format", "text|json|stream-json",
     "what standard output gets: the last answer (default), one object, or every event as it "
     "comes",
     FLAG_OUTPUT},
    {"max-turns", "N", "requests to the model (default 100)", FLAG_TURNS},
    {"max-calls", "N", "tool calls (default 1000)", FLAG_CALLS},
    {"max-cost", "USD", "money, of models whose price is known", FLAG_COST},
    {"max-tokens", "N", "tokens, read and written together", FLAG_TOKENS},
    {"wall", "TIME", "time for all of it (default 1h)", FLAG_WALL},
    {"continue", NULL, "go on with the last session of the workspace", FLAG_CONTINUE},
    {"resume", "ID", "go on with this session; without a prompt, finish what was broken off",
     FLAG_RESUME},
    {"no-session", NULL, "keep nothing of it", FLAG_FORGET},
    {"managed", NULL, "give it executors to delegate tasks to", FLAG_MANAGED},
    {"delegate", "CAP",
     "let it give executors this as well, though it may not use it itself (with --managed)",
     FLAG_DELEGATE},
    {"max-executors", "N", "executors at once (default 16; with --managed)", FLAG_AT_ONCE},
};

enum { MAX_AT_ONCE = 256, TITLE = 80 };

typedef struct run {
    const bx_args *a;
    void *options, *delegate, *policy; /* owned lists */
    char title[TITLE + 1];
    bx_run_options o;
    bx_run_printer printer;
    bx_buf prompt;
} run;

/* Those flags that are run options, and lines of others; they live as long as the process. */
static bx_code lists_of(run *r, bx_error *err)
{
    const bx_args *a = r->a;
    bx_toolbox_option *options = bx_calloc(a->n_flags + 1, sizeof *options);
    const char **delegate = bx_calloc(a->n_flags + 1, sizeof *delegate);
    const char **policy = bx_calloc(a->n_flags + 1, sizeof *policy);
    r->options = options;
    r->delegate = delegate;
    r->policy = policy;
    if (!options || !delegate || !policy)
        return bx_fail(err, BX_ENOMEM, "flags");
    for (size_t i = 0; i < a->n_flags; i++) {
        const bx_flag_value *f = &a->flags[i];
        if (f->id < BX_OPTION_COUNT)
            options[r->o.n_options++] = (bx_toolbox_option){(bx_option)f->id, f->value};
        else if (f->id == FLAG_DELEGATE)
            delegate[r->o.n_delegate++] = f->value;
        else if (f->id == FLAG_POLICY)
            policy[r->o.n_policy++] = f->value;
    }
    r->o.options = options;
    r->o.delegate = delegate;
    r->o.policy = policy;
    return BX_OK;
}

/* ---- flags ----------------------------------------------------------------------------------- */

static bx_code read_prompt(run *r, bx_error *err)
{
    const char *text = bx_flag_last(r->a, FLAG_PROMPT);
    r->prompt = bx_buf_init(BX_AGENT_MAX_PROMPT);
    if (!text && r->a->n_words == 1)
        text = r->a->words[0];
    if (r->a->n_words > (bx_flag_last(r->a, FLAG_PROMPT) ? 0 : 1))
        return bx_fail(err, BX_EINVAL, "one prompt only; quote it");
    if (!text && bx_flag_last(r->a, FLAG_RESUME))
        return BX_OK;
    if (!text)
        return bx_fail(err, BX_EINVAL, "what is there to do? -p PROMPT");
    if (strcmp(text, "-") == 0)
        return bx_fd_read_all(STDIN_FILENO, BX_AGENT_MAX_PROMPT, &r->prompt, err);
    (void)bx_buf_add_z(&r->prompt, text);
    return bx_buf_check(&r->prompt, err);
}

static bx_code options_of(run *r, bx_error *err)
{
    static const struct {
        int flag;
        bx_spend_kind kind;
        int64_t normal;
    } rows[] = {{FLAG_TURNS, BX_SPEND_TURNS, 100},
                {FLAG_CALLS, BX_SPEND_CALLS, 1000},
                {FLAG_TOKENS, BX_SPEND_TOKENS, BX_SPEND_UNLIMITED},
                {FLAG_COST, BX_SPEND_COST, BX_SPEND_UNLIMITED}};
    bx_code rc = BX_OK;
    r->o = (bx_run_options){.workspace = bx_flag_last(r->a, FLAG_WORKSPACE),
                            .model = bx_flag_last(r->a, FLAG_MODEL),
                            .resume = bx_flag_last(r->a, FLAG_RESUME),
                            .continue_last = bx_has_flag(r->a, FLAG_CONTINUE),
                            .forget = bx_has_flag(r->a, FLAG_FORGET),
                            .managed = bx_has_flag(r->a, FLAG_MANAGED)};
    for (size_t i = 0; i < BX_COUNT(rows) && rc == BX_OK; i++) {
        const char *text = bx_flag_last(r->a, rows[i].flag);
        r->o.limits.of[rows[i].kind] = rows[i].normal;
        if (text)
            rc = bx_run_read_amount(text, rows[i].kind, &r->o.limits.of[rows[i].kind], err);
    }
    const char *at_once = bx_flag_last(r->a, FLAG_AT_ONCE);
    uint64_t n = 0;
    if (rc == BX_OK && at_once)
        rc = bx_wrap(bx_count_parse(bx_str_of(at_once), &n, err), err, "--max-executors");
    if (rc == BX_OK && at_once && (n == 0 || n > MAX_AT_ONCE))
        rc = bx_fail(err, BX_EINVAL, "--max-executors: 1 to %d", MAX_AT_ONCE);
    r->o.at_once = (unsigned)n;
    const char *wall = bx_flag_last(r->a, FLAG_WALL);
    if (rc == BX_OK && wall)
        rc = bx_wrap(bx_time_parse(bx_str_of(wall), &r->o.wall_ns, err), err, "--wall");
    if (rc == BX_OK)
        rc = bx_run_printer_new(&r->printer, bx_flag_last(r->a, FLAG_OUTPUT), err);
    r->o.watch = bx_run_printer_watch(&r->printer);
    r->o.mode = bx_flag_last(r->a, FLAG_MODE);
    r->o.asks = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    if (rc == BX_OK)
        rc = lists_of(r, err);
    return rc == BX_OK ? read_prompt(r, err) : rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* The first line of the prompt. */
static void title_of(run *r)
{
    size_t n = strcspn(bx_buf_str(&r->prompt).p, "\n");
    n = n < r->prompt.n ? n : r->prompt.n;
    if (n > TITLE)
        for (n = TITLE; n && ((uint8_t)r->prompt.p[n] & 0xc0) == 0x80;)
            n--;
    memcpy(r->title, bx_buf_str(&r->prompt).p, n);
    r->o.title = r->title;
}

static bx_code go(run *r, int *ret_exit, bx_error *err)
{
    static bx_run all; /* never freed whole: the process ends next */
    bx_agent_end end = {.status = BX_AGENT_FAILED};
    title_of(r);
    bx_code rc = bx_run_open(&all, &r->o, err);
    if (rc == BX_OK) {
        bx_signals_cancel(&all.ctl);
        rc = bx_agent_run(all.agent, bx_buf_str(&r->prompt), &end, err);
        bx_signals_restore();
    }
    if (rc == BX_OK)
        rc = bx_run_print_end(&r->printer, all.id, &end, ret_exit, err);
    bx_agent_end_done(&end);
    bx_run_close(&all);
    return rc;
}

static int run_run(const bx_args *a)
{
    run r = {.a = a};
    bx_error err = {.msg = ""};
    int code = EXIT_OURS;
    bx_code rc = options_of(&r, &err);
    if (rc == BX_OK)
        rc = go(&r, &code, &err);
    if (rc != BX_OK) {
        bx_cli_complain("run: %s", err.msg);
        code = rc == BX_EDENIED ? EXIT_DENIED : EXIT_OURS;
    }
    bx_buf_done(&r.prompt);
    free(r.options);
    free(r.delegate);
    free(r.policy);
    return code;
}

const bx_command bx_cmd_run = {
    .name = "run",
    .usage = "run [flags] -p PROMPT",
    .summary = "let a model work on a prompt with sandboxed tools",
    .details =
        "Tools may use the workspace, unless --allow names other files, and beyond that what "
        "--allow\n"
        "names; nothing a model says changes that. Exit code: 0; 1 when the run did not come to "
        "its\n"
        "own end (a limit, a refusal, a failing model); 124 over --wall; 125 boxagnts itself "
        "failed;\n"
        "130 cancelled.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_run,
};
