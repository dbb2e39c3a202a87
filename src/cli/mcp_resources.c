/* Files of the workspace as resources of `boxagnts mcp`: the edition's, and who is told of their
 * changes. */
#include <stdlib.h>

#include "app/tool_grant.h"
#include "base/limits.h"
#include "cli/mcp_box.h"

/* ---- the edition's --------------------------------------------------------------------------- */

static bx_code list(void *ctx, bx_mcp_call *call, bx_str cursor, bx_json_out *out, bx_error *err)
{
    bx_mcp_edition *e = bx_cli_mcp_edition_take(ctx);
    const bx_mcp_resources *r = bx_mcp_workspace_port(e->workspace);
    bx_code rc = r->list(r->ctx, call, cursor, out, err);
    bx_cli_mcp_edition_give(ctx, e);
    return rc;
}

static bx_code templates(void *ctx, bx_mcp_call *call, bx_json_out *out, bx_error *err)
{
    bx_mcp_edition *e = bx_cli_mcp_edition_take(ctx);
    const bx_mcp_resources *r = bx_mcp_workspace_port(e->workspace);
    bx_code rc = r->templates(r->ctx, call, out, err);
    bx_cli_mcp_edition_give(ctx, e);
    return rc;
}

static bx_code read_one(void *ctx, bx_mcp_call *call, bx_str uri, bx_json_out *out, bx_error *err)
{
    bx_mcp_edition *e = bx_cli_mcp_edition_take(ctx);
    const bx_mcp_resources *r = bx_mcp_workspace_port(e->workspace);
    bx_code rc = r->read(r->ctx, call, uri, out, err);
    bx_cli_mcp_edition_give(ctx, e);
    return rc;
}

static bx_code complete(void *ctx, bx_mcp_call *call, const bx_mcp_completing *of, bx_json_out *out,
                        bx_error *err)
{
    bx_mcp_edition *e = bx_cli_mcp_edition_take(ctx);
    const bx_mcp_resources *r = bx_mcp_workspace_port(e->workspace);
    bx_code rc = r->complete(r->ctx, call, of, out, err);
    bx_cli_mcp_edition_give(ctx, e);
    return rc;
}

/* ---- who is told ----------------------------------------------------------------------------- */

static bx_mcp_followed *find_locked(bx_mcp_box *b, bx_str uri, bx_mcp_followed **ret_free)
{
    *ret_free = NULL;
    for (size_t i = 0; i < BX_MCP_MAX_FOLLOWED; i++) {
        bx_mcp_followed *f = &b->followed[i];
        if (f->uri && bx_str_eq(uri, bx_str_of(f->uri)))
            return f;
        if (!f->uri && !*ret_free)
            *ret_free = f;
    }
    return NULL;
}

static uint64_t tag_of(const bx_mcp_box *b, const bx_mcp_followed *f)
{
    return BX_MCP_FOLLOWED + (uint64_t)(f - b->followed);
}

static bx_code follow_locked(bx_mcp_box *b, bx_str uri, bx_str path, bx_error *err)
{
    BX_AUTO_BUF host = bx_buf_init(2 * BX_MAX_PATH);
    bx_mcp_followed *place, *f = find_locked(b, uri, &place);
    if (f) {
        f->n++;
        return BX_OK;
    }
    if (!place)
        return bx_fail(err, BX_ELIMIT, "at most %d resources are watched", BX_MCP_MAX_FOLLOWED);
    (void)bx_buf_addf(&host, "%s%.*s", b->workspace,
                      BX_FMT(bx_str_from(path, strlen(BX_WORKSPACE))));
    bx_code rc = bx_buf_check(&host, err);
    BX_AUTOFREE char *real = rc == BX_OK ? realpath(host.p, NULL) : NULL;
    if (real && strcmp(real, host.p) != 0) /* where it leads to may change */
        rc = bx_fail(err, BX_EINVAL, "a path through a link is not watched: name the file itself");
    if (rc == BX_OK)
        rc = bx_watch_add(b->watch, host.p, BX_WATCH_NO_LINKS, tag_of(b, place), err);
    if (rc != BX_OK)
        return rc;
    place->uri = bx_strndup(uri.p, uri.n);
    place->n = place->uri != NULL;
    if (place->uri)
        return BX_OK;
    bx_watch_remove(b->watch, tag_of(b, place));
    return bx_fail(err, BX_ENOMEM, "a resource that is watched");
}

static void unfollow(bx_mcp_box *b, bx_str uri)
{
    (void)pthread_mutex_lock(&b->follow_lock);
    bx_mcp_followed *place, *f = find_locked(b, uri, &place);
    if (f && --f->n == 0) {
        bx_watch_remove(b->watch, tag_of(b, f));
        free(BX_TAKE(f->uri));
    }
    (void)pthread_mutex_unlock(&b->follow_lock);
}

void bx_cli_mcp_unfollow_all(bx_mcp_box *b)
{
    for (size_t i = 0; i < BX_MCP_MAX_FOLLOWED; i++)
        free(BX_TAKE(b->followed[i].uri));
}

/* Only of what the client may read now is it told; that it may, the tool `read` says. */
static bx_code watch(void *ctx, bx_mcp_call *call, bx_str uri, bool on, bx_error *err)
{
    bx_mcp_box *b = ctx;
    BX_AUTO_BUF path = bx_buf_init(BX_MAX_PATH);
    if (!on) {
        unfollow(b, uri);
        return BX_OK;
    }
    bx_mcp_edition *e = bx_cli_mcp_edition_take(b);
    bx_code rc = bx_mcp_workspace_may_read(e->workspace, call, uri, &path, err);
    bx_cli_mcp_edition_give(b, e);
    if (rc != BX_OK)
        return rc;
    (void)pthread_mutex_lock(&b->follow_lock);
    rc = follow_locked(b, uri, bx_buf_str(&path), err);
    (void)pthread_mutex_unlock(&b->follow_lock);
    return rc;
}

void bx_cli_mcp_resources(bx_mcp_box *b)
{
    b->resources = (bx_mcp_resources){.ctx = b,
                                      .list = list,
                                      .templates = templates,
                                      .read = read_one,
                                      .complete = complete,
                                      .watch = b->watch ? watch : NULL};
}
