#include "cli/audit.h"

#include <stdio.h>
#include <time.h>

#include "os/clock.h"
#include "os/dirs.h"
#include "policy/limits.h"

bx_code bx_cli_record_open(bx_cli_record *r, bx_error *err)
{
    *r = (bx_cli_record){.db = NULL};
    bx_code rc = bx_home_dir(r->home, sizeof r->home, err);
    const bx_db_config cfg = {.dir = r->home, .one_shot = true, .existing = true};
    if (rc == BX_OK)
        rc = bx_db_open(&cfg, &r->db, err);
    if (rc == BX_OK)
        rc = bx_audit_new(r->db, &r->audit, err);
    return rc;
}

void bx_cli_record_close(bx_cli_record *r)
{
    bx_audit_free(r->audit);
    bx_db_close(r->db);
}

void bx_cli_time(int64_t us, char out[BX_CLI_TIME])
{
    time_t s = (time_t)(us / 1000000);
    struct tm tm;
    char date[32] = "?";
    if (gmtime_r(&s, &tm))
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out, BX_CLI_TIME, "%s.%06uZ", date, (unsigned)(us % 1000000));
}

/* `n` digits at `at`; -1: they are none. */
static int digits(bx_str s, size_t at, size_t n)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = 10 * v + (s.p[i] - '0');
    }
    return v;
}

static bool parse_date(bx_str s, int64_t *ret_us)
{
    struct tm tm = {.tm_year = digits(s, 0, 4) - 1900,
                    .tm_mon = digits(s, 5, 2) - 1,
                    .tm_mday = digits(s, 8, 2)};
    bool timed = s.n == 19 || (s.n == 20 && s.p[19] == 'Z');
    if ((s.n != 10 && !timed) || s.p[4] != '-' || s.p[7] != '-')
        return false;
    if (timed) {
        tm.tm_hour = digits(s, 11, 2);
        tm.tm_min = digits(s, 14, 2);
        tm.tm_sec = digits(s, 17, 2);
        if (s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':')
            return false;
    }
    if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 ||
        tm.tm_sec > 60)
        return false;
    *ret_us = (int64_t)timegm(&tm) * 1000000;
    return true;
}

bx_code bx_cli_since(bx_str text, int64_t *ret_us, bx_error *err)
{
    uint64_t ns = 0, days = 0;
    int64_t now = (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000);
    if (parse_date(text, ret_us))
        return BX_OK;
    if (text.n > 1 && text.p[text.n - 1] == 'd' &&
        bx_count_parse((bx_str){text.p, text.n - 1}, &days, NULL) == BX_OK && days < 36500) {
        *ret_us = now - (int64_t)days * 86400 * 1000000;
        return BX_OK;
    }
    if (bx_time_parse(text, &ns, NULL) == BX_OK) {
        *ret_us = now - (int64_t)(ns / 1000);
        return BX_OK;
    }
    return bx_fail(err, BX_EINVAL,
                   "'%.*s' is no time: write 30m, 2h or 7d ago, or 2026-11-30T12:00:00Z",
                   BX_FMT(text));
}

bx_code bx_cli_number(const char *what, const char *text, int64_t *ret, bx_error *err)
{
    uint64_t n = 0;
    if (bx_count_parse(bx_str_of(text), &n, NULL) != BX_OK || n < 1 || n > INT64_MAX)
        return bx_fail(err, BX_EINVAL, "%s '%.100s' is no number of 1 or more", what, text);
    *ret = (int64_t)n;
    return BX_OK;
}

const char *bx_cli_state(bx_audit_state s)
{
    static const char *const names[] = {[BX_AUDIT_DONE] = "done",
                                        [BX_AUDIT_RUNNING] = "running",
                                        [BX_AUDIT_UNFINISHED] = "unfinished"};
    return names[s];
}

void bx_cli_body_json(const bx_audit_row *row, bx_json_out *o)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    if (bx_json_parse(row->body, BX_JSON_MAX_DEPTH, &doc, &err) == BX_OK)
        bx_json_out_raw(o, row->body);
    else
        bx_json_out_string(o, row->body);
}

void bx_cli_call_json(const bx_audit_row *begin, const bx_audit_row *end, bx_audit_state state,
                      bx_json_out *o)
{
    char time[BX_CLI_TIME];
    bx_cli_time(begin->time_us, time);
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("id"));
    bx_json_out_int(o, begin->id);
    bx_json_out_key(o, BX_LIT("time"));
    bx_json_out_string(o, bx_str_of(time));
    bx_json_out_key(o, BX_LIT("tool"));
    bx_json_out_string(o, begin->tool);
    bx_json_out_key(o, BX_LIT("run"));
    bx_json_out_string(o, begin->run);
    bx_json_out_key(o, BX_LIT("state"));
    bx_json_out_string(o, bx_str_of(bx_cli_state(state)));
    bx_json_out_key(o, BX_LIT("begin"));
    bx_cli_body_json(begin, o);
    bx_json_out_key(o, BX_LIT("end"));
    if (end)
        bx_cli_body_json(end, o);
    else
        bx_json_out_null(o);
    bx_json_out_end_object(o);
}
