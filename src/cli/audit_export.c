/* boxagnts audit export: the record for other programs. */
#include <stdio.h>

#include "base/version.h"
#include "cli/audit.h"
#include "cli/commands.h"

enum {
    FLAG_FORMAT,
    FLAG_FROM,
    FLAG_TOOL,
    FLAG_RUN,
    FLAG_SINCE,
    MAX_LINE = 64 << 20,
};

static const bx_flag flags[] = {
    {"format", "jsonl|otel|csv",
     "rows with their hashes (default); OpenTelemetry spans, one OTLP/JSON message a line; a table",
     FLAG_FORMAT},
    {"from", "ID", "begin at this row; jsonl only", FLAG_FROM},
    {"tool", "NAME", "only calls of this tool; not of jsonl", FLAG_TOOL},
    {"run", "ID", "only calls of this run; not of jsonl", FLAG_RUN},
    {"since", "TIME", "only calls begun since: 30m, 2h, 7d, 2026-11-30T12:00:00Z; not of jsonl",
     FLAG_SINCE},
};

static bx_json *parse(const bx_audit_row *row)
{
    bx_json *doc = NULL;
    bx_error err;
    return row && bx_json_parse(row->body, BX_JSON_MAX_DEPTH, &doc, &err) == BX_OK ? doc : NULL;
}

static const bx_json_val *root_of(const bx_json *doc) { return doc ? bx_json_root(doc) : NULL; }

static bool flush_line(bx_buf *text)
{
    (void)bx_buf_add_c(text, '\n');
    (void)fwrite(bx_buf_str(text).p, 1, text->n, stdout);
    bool good = text->fail == BX_OK && ferror(stdout) == 0;
    bx_buf_clear(text);
    return good;
}

/* ---- jsonl: rows as they are ----------------------------------------------------------------- */

static void put_hash(bx_json_out *o, bx_str key, const uint8_t *hash)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(hash, hex);
    bx_json_out_key(o, key);
    bx_json_out_string(o, bx_str_of(hex));
}

static void put_int(bx_json_out *o, bx_str key, int64_t v)
{
    bx_json_out_key(o, key);
    bx_json_out_int(o, v);
}

static void put_str(bx_json_out *o, bx_str key, bx_str v)
{
    bx_json_out_key(o, key);
    bx_json_out_string(o, v);
}

/* The body is the text the hash is over, byte for byte, as a member's value. */
static bool export_row(void *ctx, const bx_audit_row *row)
{
    bx_buf *text = ctx;
    bx_json_out o = bx_json_out_on(text);
    bx_json_out_begin_object(&o);
    put_int(&o, BX_LIT("id"), row->id);
    put_str(&o, BX_LIT("kind"), row->kind == BX_AUDIT_BEGIN ? BX_LIT("begin") : BX_LIT("end"));
    put_int(&o, BX_LIT("call"), row->call);
    put_int(&o, BX_LIT("time_us"), row->time_us);
    put_str(&o, BX_LIT("tool"), row->tool);
    put_str(&o, BX_LIT("run"), row->run);
    put_hash(&o, BX_LIT("prev"), row->prev);
    put_hash(&o, BX_LIT("hash"), row->hash);
    bx_json_out_key(&o, BX_LIT("body"));
    bx_cli_body_json(row, &o);
    bx_json_out_end_object(&o);
    return flush_line(text);
}

/* ---- csv: one line a call (RFC 4180) --------------------------------------------------------- */

static void put_cell(bx_buf *line, bx_str s)
{
    /* A cell that begins so is run as a formula by programs that show tables. */
    bool formula = s.n && strchr("=+-@\t\r", s.p[0]);
    (void)bx_buf_add_z(line, line->n ? ",\"" : "\"");
    if (formula)
        (void)bx_buf_add_c(line, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            (void)bx_buf_add_c(line, '"');
        (void)bx_buf_add_c(line, s.p[i]);
    }
    (void)bx_buf_add_c(line, '"');
}

static void put_cell_of(bx_buf *line, const bx_json_val *v)
{
    bx_str s;
    BX_AUTO_BUF text = bx_buf_init(MAX_LINE);
    if (bx_json_str(v, &s)) {
        put_cell(line, s);
        return;
    }
    bx_json_out o = bx_json_out_on(&text);
    if (v)
        bx_json_out_value(&o, v);
    put_cell(line, bx_buf_str(&text));
}

static const char csv_head[] = "\"id\",\"time\",\"tool\",\"version\",\"run\",\"client\",\"state\","
                               "\"fate\",\"decision\",\"why\",\"outcome\",\"exit_code\","
                               "\"is_error\",\"wall_us\",\"memory_peak_bytes\",\"arguments\"\n";

static bool export_csv(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                       bx_audit_state state)
{
    bx_buf *line = ctx;
    BX_AUTO(bx_json) bx_json *b = parse(begin), *e = parse(end);
    const bx_json_val *bo = root_of(b), *eo = root_of(e);
    const bx_json_val *decision = bx_json_get(bo, BX_LIT("decision"));
    const bx_json_val *outcome = bx_json_get(eo, BX_LIT("outcome"));
    const bx_json_val *arguments = bx_json_get(bo, BX_LIT("arguments"));
    char id[24], time[BX_CLI_TIME];
    (void)snprintf(id, sizeof id, "%lld", (long long)begin->id);
    bx_cli_time(begin->time_us, time);
    put_cell(line, bx_str_of(id));
    put_cell(line, bx_str_of(time));
    put_cell(line, begin->tool);
    put_cell(line, bx_json_text(bo, "version"));
    put_cell(line, begin->run);
    put_cell(line, bx_json_text(bo, "client"));
    put_cell(line, bx_str_of(bx_cli_state(state)));
    put_cell(line, bx_json_text(bo, "fate"));
    put_cell(line, bx_json_text(decision, "answer"));
    put_cell(line, bx_json_text(decision, "why"));
    put_cell(line, bx_json_text(outcome, "kind"));
    put_cell_of(line, bx_json_get(outcome, BX_LIT("exit_code")));
    put_cell_of(line, bx_json_get(eo, BX_LIT("is_error")));
    put_cell_of(line, bx_json_get(outcome, BX_LIT("wall_us")));
    put_cell_of(line, bx_json_get(outcome, BX_LIT("memory_peak_bytes")));
    put_cell_of(line, arguments ? arguments : bx_json_get(bo, BX_LIT("arguments_text")));
    return flush_line(line);
}

/* ---- otel: spans of the GenAI conventions, "execute_tool" -------------------------------------
 */

static void put_attribute(bx_json_out *o, bx_str key, bx_str value)
{
    if (value.n == 0)
        return;
    bx_json_out_begin_object(o);
    put_str(o, BX_LIT("key"), key);
    bx_json_out_key(o, BX_LIT("value"));
    bx_json_out_begin_object(o);
    put_str(o, BX_LIT("stringValue"), value);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

/* OTLP/JSON writes 64-bit numbers as strings. */
static void put_number(bx_json_out *o, bx_str key, const bx_json_val *v)
{
    int64_t n = 0;
    char text[24];
    if (!bx_json_int64(v, &n))
        return;
    (void)snprintf(text, sizeof text, "%lld", (long long)n);
    bx_json_out_begin_object(o);
    put_str(o, BX_LIT("key"), key);
    bx_json_out_key(o, BX_LIT("value"));
    bx_json_out_begin_object(o);
    put_str(o, BX_LIT("intValue"), bx_str_of(text));
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

/* Calls of one run are one trace; a call that is part of none is one of its own.  The numbers are
 * the same in each export. */
static void put_ids(bx_json_out *o, const bx_audit_row *begin, const bx_json_val *body)
{
    char trace[33], span[17];
    uint8_t sum[BX_SHA256_BYTES];
    char hex[2 * BX_SHA256_BYTES + 1];
    const bx_str parts[] = {begin->run.n ? BX_LIT("run\n") : BX_LIT("call\n"),
                            begin->run.n ? begin->run
                                         : (bx_str){(const char *)begin->hash, BX_SHA256_BYTES}};
    int64_t parent = 0;
    bx_sha256v(parts, BX_COUNT(parts), sum);
    bx_sha256_hex(sum, hex);
    (void)snprintf(trace, sizeof trace, "%.32s", hex);
    (void)snprintf(span, sizeof span, "%016llx", (unsigned long long)begin->id);
    put_str(o, BX_LIT("traceId"), bx_str_of(trace));
    put_str(o, BX_LIT("spanId"), bx_str_of(span));
    if (bx_json_int64(bx_json_get(body, BX_LIT("parent")), &parent) && parent > 0) {
        (void)snprintf(span, sizeof span, "%016llx", (unsigned long long)parent);
        put_str(o, BX_LIT("parentSpanId"), bx_str_of(span));
    }
}

static void put_times(bx_json_out *o, const bx_audit_row *begin, const bx_audit_row *end)
{
    char ns[32];
    (void)snprintf(ns, sizeof ns, "%lld000", (long long)begin->time_us);
    put_str(o, BX_LIT("startTimeUnixNano"), bx_str_of(ns));
    (void)snprintf(ns, sizeof ns, "%lld000", (long long)(end ? end->time_us : begin->time_us));
    put_str(o, BX_LIT("endTimeUnixNano"), bx_str_of(ns));
}

/* Why it is an error, as `error.type`; empty: it is none. */
static bx_str error_type(const bx_json_val *begin, const bx_json_val *end, bx_audit_state state)
{
    bx_str fate = bx_json_text(begin, "fate"),
           kind = bx_json_text(bx_json_get(end, BX_LIT("outcome")), "kind");
    bool is_error = false;
    if (fate.n && !bx_str_eq(fate, BX_LIT("runs")))
        return fate;
    if (state == BX_AUDIT_UNFINISHED)
        return BX_LIT("unfinished");
    if (kind.n && !bx_str_eq(kind, BX_LIT("exit")))
        return kind;
    (void)bx_json_bool(bx_json_get(end, BX_LIT("is_error")), &is_error);
    return is_error ? BX_LIT("tool_error") : BX_LIT("");
}

static void put_attributes(bx_json_out *o, const bx_audit_row *begin, const bx_json_val *bo,
                           const bx_json_val *eo, bx_str error)
{
    const bx_json_val *outcome = bx_json_get(eo, BX_LIT("outcome"));
    const bx_json_val *arguments = bx_json_get(bo, BX_LIT("arguments"));
    char id[24];
    BX_AUTO_BUF text = bx_buf_init(MAX_LINE);
    bx_json_out j = bx_json_out_on(&text);
    (void)snprintf(id, sizeof id, "%lld", (long long)begin->id);
    if (arguments)
        bx_json_out_value(&j, arguments);
    bx_json_out_key(o, BX_LIT("attributes"));
    bx_json_out_begin_array(o);
    put_attribute(o, BX_LIT("gen_ai.operation.name"), BX_LIT("execute_tool"));
    put_attribute(o, BX_LIT("gen_ai.tool.name"), begin->tool);
    put_attribute(o, BX_LIT("gen_ai.tool.type"), BX_LIT("function"));
    put_attribute(o, BX_LIT("gen_ai.tool.call.id"), bx_str_of(id));
    put_attribute(o, BX_LIT("gen_ai.tool.call.arguments"), bx_buf_str(&text));
    put_attribute(o, BX_LIT("gen_ai.conversation.id"), begin->run);
    put_attribute(o, BX_LIT("error.type"), error);
    put_attribute(o, BX_LIT("boxagnts.client"), bx_json_text(bo, "client"));
    put_attribute(o, BX_LIT("boxagnts.decision"),
                  bx_json_text(bx_json_get(bo, BX_LIT("decision")), "why"));
    put_attribute(o, BX_LIT("boxagnts.tool.digest"), bx_json_text(bo, "digest"));
    put_attribute(o, BX_LIT("boxagnts.outcome"), bx_json_text(outcome, "kind"));
    put_number(o, BX_LIT("boxagnts.exit_code"), bx_json_get(outcome, BX_LIT("exit_code")));
    put_number(o, BX_LIT("boxagnts.memory_peak"),
               bx_json_get(outcome, BX_LIT("memory_peak_bytes")));
    bx_json_out_end_array(o);
}

static void put_status(bx_json_out *o, bx_str error)
{
    bx_json_out_key(o, BX_LIT("status"));
    bx_json_out_begin_object(o);
    if (error.n) {
        put_int(o, BX_LIT("code"), 2); /* STATUS_CODE_ERROR */
        put_str(o, BX_LIT("message"), error);
    }
    bx_json_out_end_object(o);
}

static void put_span(bx_json_out *o, const bx_audit_row *begin, const bx_audit_row *end,
                     bx_audit_state state)
{
    BX_AUTO(bx_json) bx_json *b = parse(begin), *e = parse(end);
    const bx_json_val *bo = root_of(b), *eo = root_of(e);
    bx_str error = error_type(bo, eo, state);
    BX_AUTO_BUF name = bx_buf_init(1024);
    (void)bx_buf_add_z(&name, "execute_tool ");
    (void)bx_buf_add_str(&name, begin->tool);
    bx_json_out_begin_object(o);
    put_ids(o, begin, bo);
    put_str(o, BX_LIT("name"), bx_buf_str(&name));
    put_int(o, BX_LIT("kind"), 1); /* SPAN_KIND_INTERNAL */
    put_times(o, begin, end);
    put_attributes(o, begin, bo, eo, error);
    put_status(o, error);
    bx_json_out_end_object(o);
}

/* A line is a whole ExportTraceServiceRequest, so it can be posted to a collector as it is. */
static bool export_span(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                        bx_audit_state state)
{
    bx_buf *text = ctx;
    bx_json_out o = bx_json_out_on(text);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("resourceSpans"));
    bx_json_out_begin_array(&o);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("resource"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("attributes"));
    bx_json_out_begin_array(&o);
    put_attribute(&o, BX_LIT("service.name"), BX_LIT("boxagnts"));
    put_attribute(&o, BX_LIT("service.version"), BX_LIT(BX_VERSION));
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_json_out_key(&o, BX_LIT("scopeSpans"));
    bx_json_out_begin_array(&o);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("scope"));
    bx_json_out_begin_object(&o);
    put_str(&o, BX_LIT("name"), BX_LIT("boxagnts.audit"));
    bx_json_out_end_object(&o);
    bx_json_out_key(&o, BX_LIT("spans"));
    bx_json_out_begin_array(&o);
    put_span(&o, begin, end, state);
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    return flush_line(text);
}

/* ---- the command ----------------------------------------------------------------------------- */

typedef struct choice {
    const char *format;
    int64_t from;
    bx_audit_filter filter;
} choice;

static bx_code read_choice(const bx_args *a, choice *ret, bx_error *err)
{
    const char *format = bx_flag_last(a, FLAG_FORMAT), *from = bx_flag_last(a, FLAG_FROM);
    const char *since = bx_flag_last(a, FLAG_SINCE);
    *ret = (choice){.format = format ? format : "jsonl",
                    .from = 1,
                    .filter = {.tool = bx_str_of(bx_flag_last(a, FLAG_TOOL)),
                               .run = bx_str_of(bx_flag_last(a, FLAG_RUN))}};
    bool rows = strcmp(ret->format, "jsonl") == 0;
    if (a->n_words)
        return bx_fail(err, BX_EINVAL, "no arguments");
    if (!rows && strcmp(ret->format, "otel") != 0 && strcmp(ret->format, "csv") != 0)
        return bx_fail(err, BX_EINVAL, "--format '%.100s' is none of jsonl, otel and csv",
                       ret->format);
    if (rows && (ret->filter.tool.n || ret->filter.run.n || since))
        return bx_fail(
            err, BX_EINVAL,
            "--tool, --run and --since choose calls; jsonl is rows, all that follow one");
    if (!rows && from)
        return bx_fail(err, BX_EINVAL, "--from is a row; of calls there is --since");
    bx_code rc = from ? bx_cli_number("--from", from, &ret->from, err) : BX_OK;
    return rc == BX_OK && since ? bx_cli_since(bx_str_of(since), &ret->filter.since_us, err) : rc;
}

static bx_code export_all(const choice *c, bx_audit *audit, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_LINE);
    if (strcmp(c->format, "jsonl") == 0)
        return bx_audit_rows(audit, c->from, export_row, &text, err);
    bool csv = strcmp(c->format, "csv") == 0;
    if (csv)
        (void)fputs(csv_head, stdout);
    return bx_audit_list(audit, &c->filter, csv ? export_csv : export_span, &text, err);
}

static int run_export(const bx_args *a)
{
    bx_error err;
    choice c;
    bx_cli_record r = {.db = NULL};
    bx_code rc = read_choice(a, &c, &err);
    if (rc == BX_OK)
        rc = bx_cli_record_open_to_read(&r, &err);
    if (rc == BX_OK)
        rc = export_all(&c, r.audit, &err);
    bx_cli_record_close(&r);
    if (rc != BX_OK) {
        bx_cli_complain("audit export: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_audit_export = {
    .name = "audit export",
    .usage =
        "audit export [--format jsonl|otel|csv] [--from ID | --tool NAME --run ID --since TIME]",
    .summary = "print the record for other programs",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_export,
};
