#include "cli/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "policy/limits.h"

static bx_code open_at(bx_cli_record *r, const char *dir, bx_error *err)
{
    const bx_db_config cfg = {.dir = dir, .one_shot = true, .existing = true};
    bx_code rc = bx_db_open(&cfg, &r->db, err);
    return rc == BX_OK ? bx_audit_new(r->db, &r->audit, err) : rc;
}

bx_code bx_cli_record_open(bx_cli_record *r, bx_error *err)
{
    *r = (bx_cli_record){.db = NULL};
    bx_code rc = bx_home_dir(r->home, sizeof r->home, err);
    return rc == BX_OK ? open_at(r, r->home, err) : rc;
}

/* The parts of a database; the last one is only ever made beside the copy. */
static const char *const parts[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock"};

static bx_code copy_part(int from, int to, const char *name, bx_error *err)
{
    char room[1 << 16];
    ssize_t n;
    BX_AUTOCLOSE int in = openat(from, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (in < 0 && errno == ENOENT)
        return BX_OK;
    BX_AUTOCLOSE int out =
        in < 0 ? -1 : openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0)
        return bx_fail_errno(err, errno, "copy %s to read it", name);
    while ((n = read(in, room, sizeof room)) > 0) {
        bx_code rc = bx_fd_write_full(out, room, (size_t)n, err);
        if (rc != BX_OK)
            return rc;
    }
    return n < 0 ? bx_fail_errno(err, errno, "copy %s to read it", name) : BX_OK;
}

static bx_code make_copy(bx_cli_record *r, bx_error *err)
{
    const char *tmp = getenv("TMPDIR");
    char dir[sizeof r->copy];
    int n =
        snprintf(dir, sizeof dir, "%s/boxagnts-audit-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof dir || !mkdtemp(dir))
        return bx_fail_errno(err, errno, "a directory for a copy of the record");
    memcpy(r->copy, dir, sizeof dir);
    BX_AUTOCLOSE int from = open(r->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BX_AUTOCLOSE int to = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || to < 0)
        return bx_fail_errno(err, errno, "%.400s", from < 0 ? r->home : dir);
    bx_code rc = copy_part(from, to, parts[0], err);
    return rc == BX_OK ? copy_part(from, to, parts[1], err) : rc;
}

bx_code bx_cli_record_open_to_read(bx_cli_record *r, bx_error *err)
{
    *r = (bx_cli_record){.db = NULL};
    bx_code rc = bx_home_dir(r->home, sizeof r->home, err);
    bool copies = rc == BX_OK && access(r->home, W_OK) != 0 && (errno == EROFS || errno == EACCES);
    if (rc == BX_OK && copies)
        rc = make_copy(r, err);
    return rc == BX_OK ? open_at(r, copies ? r->copy : r->home, err) : rc;
}

void bx_cli_record_close(bx_cli_record *r)
{
    bx_audit_free(r->audit);
    bx_db_close(r->db);
    BX_AUTOCLOSE int dir = r->copy[0] ? open(r->copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    for (size_t i = 0; dir >= 0 && i < BX_COUNT(parts); i++)
        (void)unlinkat(dir, parts[i], 0);
    if (dir >= 0)
        (void)rmdir(r->copy);
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
