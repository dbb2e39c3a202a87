#include "cli/store.h"

#include <stdio.h>
#include <time.h>

#include "os/dirs.h"

enum { MAX_TEXT = 64 << 10, MAX_PATH = 4096 };

bx_code bx_cli_store(bool existing, bx_db **ret, bx_error *err)
{
    char home[MAX_PATH];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    const bx_db_config cfg = {.dir = home, .existing = existing};
    return rc == BX_OK ? bx_db_open(&cfg, ret, err) : rc;
}

void bx_cli_session_done(bx_cli_session *s)
{
    bx_buf *const all[] = {&s->id, &s->parent, &s->workspace, &s->model, &s->title, &s->status};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        bx_buf_done(all[i]);
}

static bx_code take(void *ctx, const bx_session *s, bx_error *err)
{
    bx_cli_session *ret = ctx;
    const bx_str from[] = {s->id, s->parent, s->workspace, s->model, s->title, s->status};
    bx_buf *const to[] = {&ret->id,    &ret->parent, &ret->workspace,
                          &ret->model, &ret->title,  &ret->status};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < BX_COUNT(to) && rc == BX_OK; i++) {
        *to[i] = bx_buf_init(MAX_TEXT);
        (void)bx_buf_add_str(to[i], from[i]);
        (void)bx_buf_add(to[i], "", 0);
        rc = bx_buf_check(to[i], err);
    }
    ret->managed = s->managed;
    ret->created_ms = s->created_ms;
    ret->updated_ms = s->updated_ms;
    ret->events = s->events;
    return rc;
}

bx_code bx_cli_session_find(bx_db *db, const char *id, bx_cli_session *ret, bx_error *err)
{
    *ret = (bx_cli_session){.managed = false};
    bx_code rc = bx_session_find(db, bx_str_of(id), take, ret, err);
    if (rc != BX_OK)
        bx_cli_session_done(ret);
    return rc;
}

bx_code bx_cli_session_last(bx_db *db, const char *workspace, bx_cli_session *ret, bx_error *err)
{
    *ret = (bx_cli_session){.managed = false};
    bx_code rc = bx_session_list(db, BX_LIT(""), bx_str_of(workspace), 1, take, ret, err);
    if (rc == BX_OK && ret->id.n == 0)
        rc = bx_fail(err, BX_ENOENT, "there is no session of %s yet", workspace);
    if (rc != BX_OK)
        bx_cli_session_done(ret);
    return rc;
}

void bx_cli_when(int64_t ms, char out[32])
{
    struct tm tm;
    time_t s = (time_t)(ms / 1000);
    (void)gmtime_r(&s, &tm);
    (void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
