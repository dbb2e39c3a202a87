#include "cli/mcp_funnel.h"

#include <stdio.h>

#include "codec/json.h"
#include "codec/shown.h"
#include "mcp/ports.h"
#include "os/random.h"

enum { MAX_MESSAGE = 512 << 10, SHOWN_ARGUMENTS = 8000, SHOWN_WHY = 2000, MAX_CHOICES = 4 };
#define ALL SIZE_MAX /* what is written out is longer than what it stands for */

/* ---- the person at the client ---------------------------------------------------------------- */

static bx_mcp_call *call_of(const bx_gate_call *call) { return call->origin.asker; }

static bool can(void *ctx, const bx_gate_call *call)
{
    (void)ctx;
    return call->origin.asker && bx_mcp_can(call_of(call), BX_LIT("elicitation"));
}

static int64_t resumed(void *ctx, const bx_gate_call *call)
{
    bx_str state = bx_mcp_state(call_of(call));
    uint64_t id = 0;
    (void)ctx;
    return bx_count_parse(state, &id, NULL) == BX_OK && id <= INT64_MAX ? (int64_t)id : 0;
}

static bool is_shown(const bx_question *q)
{
    return q->is_command || q->arguments.n <= SHOWN_ARGUMENTS;
}

/* Lines, each with `before` in front of it. */
static void add_lines(bx_buf *to, const char *before, bx_str text, size_t max)
{
    while (text.n) {
        bx_str line = bx_cli_line(&text);
        (void)bx_buf_add_z(to, before);
        bx_shown_add(to, line, max);
    }
}

/* A command a line a line, as it would run, and what else there is behind it: as at the terminal
 * (cli/approve.c). */
static void add_arguments(const bx_question *q, bx_buf *to)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_str command = BX_LIT(""), key;
    if (!q->is_command || bx_json_parse(q->arguments, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK ||
        !bx_json_str(bx_json_get(bx_json_root(doc), BX_LIT("command")), &command)) {
        (void)bx_buf_add_z(to, " with ");
        bx_shown_add(to, q->arguments, is_shown(q) ? ALL : SHOWN_ARGUMENTS);
        return;
    }
    add_lines(to, "\n    | ", command, ALL);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        BX_AUTO_BUF text = bx_buf_init(MAX_MESSAGE);
        bx_json_out o = bx_json_out_on(&text);
        if (bx_str_eq(key, BX_LIT("command")))
            continue;
        bx_json_out_value(&o, v);
        (void)bx_buf_add_z(to, "\n    ");
        bx_shown_add(to, key, BX_SHOWN_NAME);
        (void)bx_buf_add_z(to, ": ");
        bx_shown_add(to, bx_buf_str(&text), ALL);
    }
}

static void write_message(const bx_question *q, bx_buf *to)
{
    (void)bx_buf_add_z(to, "Run ");
    bx_shown_add(to, q->call->manifest->name, BX_SHOWN_NAME);
    add_arguments(q, to);
    (void)bx_buf_add_z(to, "\nAsked because: ");
    bx_shown_add(to, q->why, SHOWN_WHY);
    if (q->may_run && q->alike.n) {
        (void)bx_buf_add_z(to, "\n\"this run\" holds for:");
        add_lines(to, " ", q->alike, SHOWN_WHY);
    }
    if (q->rules.n && is_shown(q)) {
        (void)bx_buf_add_z(to, "\n\"always\" adds to your policy:");
        add_lines(to, " ", q->rules, SHOWN_WHY);
    }
}

/* The question's number travels through the client, who cannot change it: an answer is one to the
 * question it was given to, once. */
static bx_code ask(void *ctx, const bx_question *q, bx_choice *ret, bx_buf *by, bx_error *err)
{
    bx_mcp_call *c = call_of(q->call);
    const char *words[MAX_CHOICES] = {"once"};
    bx_choice means[MAX_CHOICES + 1] = {BX_CHOICE_ONCE};
    size_t n = 1, chosen = 0;
    char id[32];
    int64_t before = resumed(NULL, q->call);
    BX_AUTO_BUF message = bx_buf_init(MAX_MESSAGE);
    (void)ctx;
    if (q->may_run) {
        words[n] = "this run";
        means[n++] = BX_CHOICE_RUN;
    }
    if (q->rules.n && is_shown(q)) {
        words[n] = "always";
        means[n++] = BX_CHOICE_ALWAYS;
    }
    words[n] = "no";
    means[n++] = BX_CHOICE_NO;
    means[n] = BX_CHOICE_NO; /* declined, or closed */
    *ret = BX_CHOICE_NOBODY;
    if (before && before != q->id) /* answered already: what is sent again is no answer to this */
        return BX_OK;
    (void)snprintf(id, sizeof id, "%lld", (long long)q->id);
    bx_code rc = bx_mcp_keep_state(c, bx_str_of(id), err);
    write_message(q, &message);
    if (rc == BX_OK)
        rc = bx_buf_check(&message, err);
    if (rc != BX_OK)
        return rc;
    bx_mcp_answer got = bx_mcp_choose(c, bx_buf_str(&message), words, n, &chosen);
    if (got == BX_MCP_ANSWERED)
        *ret = means[chosen];
    else if (got == BX_MCP_LATER)
        *ret = BX_CHOICE_LATER;
    (void)bx_buf_add_z(by, "the client ");
    bx_shown_add(by, q->call->origin.client, BX_SHOWN_NAME);
    return BX_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

bx_code bx_cli_mcp_funnel(const bx_args *a, const char *workspace, const bx_funnel *of,
                          bx_funnel **ret, bx_error *err)
{
    static const bx_asker asker = {.can = can, .resumed = resumed, .ask = ask};
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const char *named[BX_POLICY_MAX_FILES];
    bx_funnel_config cfg = {.workspace = workspace,
                            .policy = named,
                            .mode = bx_flag_last(a, BX_FLAG_PERMISSION_MODE),
                            .no_record = bx_has_flag(a, BX_FLAG_NO_AUDIT),
                            .only_files = true,
                            .queue = true,
                            .asker = &asker};
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id != BX_FLAG_POLICY)
            continue;
        if (cfg.n_policy == BX_COUNT(named))
            return bx_fail(err, BX_ELIMIT, "--policy: at most %zu files", BX_COUNT(named));
        named[cfg.n_policy++] = a->flags[i].value;
    }
    bx_code rc =
        of ? bx_funnel_again(of, &cfg, ret, &notes, err) : bx_funnel_open(&cfg, ret, &notes, err);
    if (notes.n)
        bx_cli_complain("note: %.*s", (int)notes.n - 1, notes.p);
    return rc;
}

bx_code bx_cli_mcp_run(char ret[BX_MCP_RUN], bx_error *err)
{
    uint64_t number = 0;
    bx_code rc = bx_random_fill(&number, sizeof number, err);
    (void)snprintf(ret, BX_MCP_RUN, "mcp-%016llx", (unsigned long long)number);
    return rc;
}
