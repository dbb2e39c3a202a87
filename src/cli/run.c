/* boxagnts run: one prompt, one agent, to its end. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/run_flags.h"
#include "cli/run_print.h"
#include "os/fd.h"
#include "os/signals.h"

enum { FLAG_PROMPT = 1300, FLAG_OUTPUT };

static const bx_flag flags[] = {
    {"prompt", "TEXT", "what to do; -p for short; - reads it from standard input", FLAG_PROMPT},
    {"output-format", "text|json|stream-json",
     "what standard output gets: the last answer (default), one object, or every event as it "
     "comes",
     FLAG_OUTPUT},
    BX_RUN_PLACE_FLAGS,
    BX_RUN_FLAGS,
};

typedef struct run {
    const bx_args *a;
    bx_run_options o;
    bx_run_printer printer;
    bx_buf prompt;
} run;

/* ---- flags ----------------------------------------------------------------------------------- */

static bool is_blank(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!memchr(" \t\r\n", s.p[i], 4))
            return false;
    }
    return true;
}

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
        return bx_fail(err, BX_EINVAL,
                       "what is there to do? -p PROMPT, or -p - to read it from standard input");
    bx_code rc = BX_OK;
    if (strcmp(text, "-") == 0)
        rc = bx_fd_read_all(STDIN_FILENO, BX_AGENT_MAX_PROMPT, &r->prompt, err);
    else
        (void)bx_buf_add_z(&r->prompt, text);
    if (rc == BX_OK)
        rc = bx_buf_check(&r->prompt, err);
    if (rc != BX_OK || !is_blank(bx_buf_str(&r->prompt)))
        return rc;
    bx_buf_clear(&r->prompt);
    return bx_flag_last(r->a, FLAG_RESUME) ? BX_OK : bx_fail(err, BX_EINVAL, "the prompt is empty");
}

static bx_code options_of(run *r, bx_error *err)
{
    r->o = (bx_run_options){.limits = bx_spend_unlimited};
    r->o.limits.of[BX_SPEND_TURNS] = 100;
    r->o.limits.of[BX_SPEND_CALLS] = 1000;
    r->o.asks = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    bx_code rc = bx_run_flags_read(r->a, &r->o, err);
    if (rc == BX_OK)
        rc = bx_run_printer_new(&r->printer, bx_flag_last(r->a, FLAG_OUTPUT), err);
    r->printer.kept = !r->o.forget;
    r->o.watch = bx_run_printer_watch(&r->printer);
    return rc == BX_OK ? read_prompt(r, err) : rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bx_code go(run *r, int *ret_exit, bx_error *err)
{
    static bx_run all; /* never freed whole: the process ends next */
    bx_agent_end end = {.status = BX_AGENT_FAILED};
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
    bx_run_flags_done(&r.o);
    return code;
}

const bx_command bx_cmd_run = {
    .name = "run",
    .usage = "run [flags] [-p] PROMPT",
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
