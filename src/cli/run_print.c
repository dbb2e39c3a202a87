#include "cli/run_print.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "policy/limits.h"

enum { EXIT_NOT_DONE = 1, EXIT_DEADLINE = 124, EXIT_CANCELLED = 130, SHOWN_NOTE = 1200 };

bx_code bx_run_printer_new(bx_run_printer *p, const char *format, bx_error *err)
{
    static const char *const names[] = {"text", "json", "stream-json"};
    (void)pthread_mutex_init(&p->lock, NULL);
    p->format = BX_RUN_TEXT;
    if (!format)
        return BX_OK;
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (strcmp(format, names[i]) == 0) {
            p->format = (bx_run_format)i;
            return BX_OK;
        }
    }
    return bx_fail(err, BX_EINVAL, "--output-format: '%s' is none of text, json, stream-json",
                   format);
}

/* What hooks have to say to the operator. */
static void show_notes(const bx_agent_event *ev)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_str notes = BX_LIT("");
    if (strcmp(ev->type, "hook") != 0 ||
        bx_json_parse(ev->line, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK ||
        !bx_json_str(bx_json_get(bx_json_root(doc), BX_LIT("notes")), &notes))
        return;
    while (notes.n) {
        const char *end = memchr(notes.p, '\n', notes.n);
        size_t n = end ? (size_t)(end - notes.p) : notes.n;
        (void)fputs("boxagnts: ", stderr);
        bx_cli_show(stderr, (bx_str){notes.p, n}, SHOWN_NOTE);
        (void)fputc('\n', stderr);
        notes = bx_str_from(notes, n + 1);
    }
}

static void on_event(void *ctx, const bx_agent_event *ev)
{
    bx_run_printer *p = ctx;
    show_notes(ev);
    if (p->format != BX_RUN_STREAM)
        return;
    (void)pthread_mutex_lock(&p->lock);
    (void)fwrite(ev->line.p, 1, ev->line.n, stdout);
    (void)putchar('\n');
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&p->lock);
}

static void on_again(void *ctx, bx_str session, bx_str why, uint64_t wait_ns)
{
    (void)ctx;
    (void)session;
    bx_cli_complain("%.*s; again in %.1f s", BX_FMT(why), (double)wait_ns / 1e9);
}

bx_agent_watch bx_run_printer_watch(bx_run_printer *p)
{
    return (bx_agent_watch){.event = on_event, .again = on_again, .ctx = p};
}

static void put_usage(bx_json_out *o, const bx_llm_usage *u)
{
    const struct {
        bx_str key;
        uint64_t n;
    } rows[] = {{BX_LIT("input_tokens"), u->input},
                {BX_LIT("cache_read_tokens"), u->cache_read},
                {BX_LIT("cache_write_tokens"), u->cache_write},
                {BX_LIT("output_tokens"), u->output},
                {BX_LIT("thinking_tokens"), u->thinking}};
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_json_out_key(o, rows[i].key);
        bx_json_out_uint(o, rows[i].n);
    }
    bx_json_out_end_object(o);
}

void bx_run_put_end(bx_json_out *o, const char *id, const bx_agent_end *end)
{
    const struct {
        bx_str key, text;
    } texts[] = {{BX_LIT("session_id"), bx_str_of(id)},
                 {BX_LIT("status"), bx_str_of(bx_agent_status_name(end->status))},
                 {BX_LIT("result"), bx_buf_str(&end->text)},
                 {BX_LIT("why"), bx_str_of(end->why)}};
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        bx_json_out_key(o, texts[i].key);
        bx_json_out_string(o, texts[i].text);
    }
    bx_json_out_key(o, BX_LIT("is_error"));
    bx_json_out_bool(o, end->status != BX_AGENT_DONE);
    bx_json_out_key(o, BX_LIT("num_turns"));
    bx_json_out_uint(o, end->turns);
    bx_json_out_key(o, BX_LIT("num_tool_calls"));
    bx_json_out_uint(o, end->calls);
    bx_json_out_key(o, BX_LIT("duration_ms"));
    bx_json_out_uint(o, end->wall_ns / 1000000);
    bx_json_out_key(o, BX_LIT("total_cost_usd"));
    if (end->has_cost)
        bx_json_out_double(o, (double)end->cost / (double)BX_PICODOLLARS);
    else
        bx_json_out_null(o);
    bx_json_out_key(o, BX_LIT("usage"));
    put_usage(o, &end->usage);
    bx_json_out_key(o, BX_LIT("changed"));
    bx_json_out_raw(o, end->changed.n ? bx_buf_str(&end->changed) : BX_LIT("[]"));
}

static bx_code print_object(const bx_run_printer *p, const char *id, const bx_agent_end *end,
                            bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init((size_t)1 << 30);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    if (p->format == BX_RUN_STREAM) {
        bx_json_out_key(&o, BX_LIT("type"));
        bx_json_out_string(&o, BX_LIT("result"));
    }
    bx_run_put_end(&o, id, end);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK) {
        (void)fwrite(text.p, 1, text.n, stdout);
        (void)putchar('\n');
    }
    return rc;
}

static int exit_of(bx_agent_status s)
{
    switch (s) {
    case BX_AGENT_DONE:
        return 0;
    case BX_AGENT_DEADLINE:
        return EXIT_DEADLINE;
    case BX_AGENT_CANCELLED:
        return EXIT_CANCELLED;
    default:
        return EXIT_NOT_DONE;
    }
}

/* How to have the rest of it. */
static const char *way_on(const bx_run_printer *p, const char *id, const bx_agent_end *end,
                          char text[256])
{
    static const char *const flags[BX_SPEND_COUNT] = {[BX_SPEND_TURNS] = "--max-turns",
                                                      [BX_SPEND_CALLS] = "--max-calls",
                                                      [BX_SPEND_TOKENS] = "--max-tokens",
                                                      [BX_SPEND_COST] = "--max-cost"};
    const char *more = "";
    bool rest = end->status == BX_AGENT_BUDGET || end->status == BX_AGENT_FAILED ||
                end->status == BX_AGENT_DEADLINE || end->status == BX_AGENT_CANCELLED;
    text[0] = '\0';
    for (bx_spend_kind k = 0; end->status == BX_AGENT_BUDGET && k < BX_SPEND_COUNT; k++)
        more = strstr(end->why, bx_spend_name(k)) ? flags[k] : more;
    if (p->kept && rest)
        (void)snprintf(text, 256, "; boxagnts run --resume %.64s goes on%s%s", id,
                       *more ? ", with a larger " : "", more);
    return text;
}

bx_code bx_run_print_end(bx_run_printer *p, const char *id, const bx_agent_end *end, int *ret_exit,
                         bx_error *err)
{
    char text[256];
    bx_code rc = BX_OK;
    if (p->format == BX_RUN_TEXT) {
        if (end->text.n)
            bx_cli_print_text(bx_buf_str(&end->text), isatty(STDOUT_FILENO));
    } else {
        rc = print_object(p, id, end, err);
    }
    if (rc == BX_OK && fflush(stdout) != 0)
        rc = bx_fail_errno(err, errno, "write the result");
    *ret_exit = exit_of(end->status);
    if (end->status != BX_AGENT_DONE)
        bx_cli_complain("run %s ended early: %s%s", id, end->why, way_on(p, id, end, text));
    return rc;
}

/* ---- amounts --------------------------------------------------------------------------------- */

/* Dollars, with at most six digits after the point: no double, which would round. */
static bool read_money(bx_str s, int64_t *ret)
{
    uint64_t unit = BX_PICODOLLARS, n = 0;
    bool digit = false, point = false;
    for (size_t i = s.n && s.p[0] == '$' ? 1 : 0; i < s.n; i++) {
        if (s.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || n > 100000 * BX_PICODOLLARS ||
            (point && unit <= 1000000))
            return false;
        digit = true;
        unit = point ? unit / 10 : unit;
        n = point ? n + (uint64_t)(s.p[i] - '0') * unit : n * 10 + (uint64_t)(s.p[i] - '0') * unit;
    }
    *ret = (int64_t)n;
    return digit;
}

bx_code bx_run_read_amount(const char *text, bx_spend_kind k, int64_t *ret, bx_error *err)
{
    uint64_t n = 0;
    bx_code rc = BX_OK;
    if (k == BX_SPEND_COST)
        return read_money(bx_str_of(text), ret)
                   ? BX_OK
                   : bx_fail(err, BX_EINVAL, "'%s' is no amount of dollars, as 1.50", text);
    rc = bx_count_parse(bx_str_of(text), &n, err);
    if (rc == BX_OK && n > INT64_MAX / 2)
        rc = bx_fail(err, BX_EINVAL, "'%s' is too much", text);
    if (rc == BX_OK)
        *ret = (int64_t)n;
    return rc;
}
