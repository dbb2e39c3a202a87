#include "cli/acp_files.h"

#include "app/policy_gate.h"
#include "app/tool_grant.h"
#include "base/limits.h"
#include "codec/url_path.h"
#include "codec/utf8.h"
#include "policy/derive.h"
#include "policy/rule.h"
#include "sandbox/call.h"
#include "vfs/vfs.h"

struct bx_acp_files {
    bx_str host;       /* the workspace; borrowed from the run */
    bx_sealed *sealed; /* owned */
    bx_limits limits;
};

/* Rules that deny `read` a path are part of what it may use, too. */
static bx_code seal(bx_run *run, bx_acp_files *f, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL, *ruled = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const bx_manifest *m = NULL;
    const bx_grant *most = NULL;
    bx_code rc = bx_cli_tools_grant(run->tools, BX_LIT("read"), &m, &most, err);
    const bx_policy *p = bx_funnel_policy(run->funnel);
    if (rc == BX_OK && p) {
        const bx_policy_call c = bx_policy_call_of(m, NULL);
        rc = bx_policy_grant(p, &c, NULL, most, &ruled, &notes, err);
        most = ruled ? ruled : most;
    }
    if (rc == BX_OK)
        rc = bx_grant_derive(most, (bx_cap_list){m->needs, m->n_needs}, &g, &notes, err);
    if (rc == BX_OK)
        rc = bx_app_protect(run->app, g, err);
    if (rc != BX_OK)
        return rc;
    f->limits = *bx_grant_limits(g);
    return bx_sealed_new(BX_TAKE(g), bx_app_store_dir(run->app), &f->sealed, err);
}

bx_code bx_acp_files_new(bx_run *run, bx_acp_files **ret, bx_error *err)
{
    bx_acp_files *f = bx_calloc(1, sizeof *f);
    if (!f)
        return bx_fail(err, BX_ENOMEM, "files of a session");
    f->host = bx_str_of(run->workspace);
    bx_code rc = seal(run, f, err);
    if (rc == BX_OK)
        *ret = f;
    else
        bx_acp_files_free(f);
    return rc;
}

void bx_acp_files_free(bx_acp_files *f)
{
    if (!f)
        return;
    bx_sealed_free(f->sealed);
    free(f);
}

/* ---- paths ----------------------------------------------------------------------------------- */

static bool is_root(bx_str host) { return host.n == 1; }

bool bx_acp_host_path(const bx_acp_files *f, bx_str path, bx_buf *ret)
{
    BX_AUTO_BUF normal = bx_buf_init(BX_MAX_PATH);
    if (path.n == 0 || !bx_policy_path(BX_LIT(BX_WORKSPACE), path, &normal) ||
        !bx_path_is_below(bx_buf_str(&normal), BX_LIT(BX_WORKSPACE)))
        return false;
    bx_str rest = bx_str_from(bx_buf_str(&normal), strlen(BX_WORKSPACE));
    (void)bx_buf_add_str(ret, is_root(f->host) && rest.n ? BX_LIT("") : f->host);
    return bx_buf_add_str(ret, rest) == BX_OK;
}

bool bx_acp_path_of_uri(const bx_acp_files *f, bx_str uri, bx_buf *ret)
{
    BX_AUTO_BUF path = bx_buf_init(BX_MAX_PATH);
    if (!bx_str_starts(uri, BX_LIT("file:///")) || uri.n > 3 * (size_t)BX_MAX_PATH)
        return false;
    for (size_t i = strlen("file://"); i < uri.n; i++) {
        int escaped = uri.p[i] == '%' ? bx_escape_at(uri, i) : -1;
        if ((uri.p[i] == '%' && escaped <= 0) || memchr("?#", uri.p[i], 3))
            return false;
        (void)bx_buf_add_c(&path, escaped < 0 ? uri.p[i] : (char)escaped);
        i += escaped < 0 ? 0 : 2;
    }
    bx_str got = bx_buf_str(&path);
    if (path.fail != BX_OK || !bx_utf8_valid(got) || bx_path_has_dots(got) ||
        !bx_path_is_below(got, f->host))
        return false;
    bx_str rest = bx_str_from(got, is_root(f->host) ? 0 : f->host.n);
    (void)bx_buf_add_z(ret, BX_WORKSPACE);
    return bx_buf_add_str(ret, rest) == BX_OK;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* The preopen that `path` lies in, and the rest of it. */
static bool place_of(const bx_vfs *v, bx_str path, size_t *ret, bx_str *rest)
{
    size_t longest = 0;
    for (size_t i = 0; i < bx_vfs_preopen_count(v); i++) {
        bx_str at = bx_vfs_preopen_path(v, i);
        if (at.n > longest && path.n > at.n + 1 && bx_str_starts(path, at) && path.p[at.n] == '/') {
            longest = at.n;
            *ret = i;
            *rest = bx_str_from(path, at.n + 1);
        }
    }
    return longest > 0;
}

static bx_acp_look read_text(bx_file *f, bx_buf *ret)
{
    enum { PIECE = 64 << 10 };
    bx_stat st;
    if (bx_file_stat(f, &st) != BX_E_SUCCESS || st.type != BX_FT_REG)
        return BX_ACP_HIDDEN;
    for (size_t n = 1; n > 0; ret->n += n) {
        char *room = NULL;
        if (bx_buf_reserve(ret, PIECE, &room) != BX_OK)
            return BX_ACP_HIDDEN;
        const struct iovec iov = {room, PIECE};
        if (bx_file_readv(f, &iov, 1, &n) != BX_E_SUCCESS)
            return BX_ACP_HIDDEN;
    }
    bx_str text = bx_buf_str(ret);
    bool plain = text.n <= BX_ACP_MAX_FILE && bx_utf8_valid(text) && !memchr(text.p, '\0', text.n);
    return plain ? BX_ACP_TEXT : BX_ACP_HIDDEN;
}

static bx_acp_look look(const bx_acp_files *f, bx_vfs_session *s, bx_str path, bx_buf *ret)
{
    const bx_open_how how = {.read = true, .follow = true};
    bx_file *dir = NULL, *file = NULL;
    bx_str rest;
    size_t i = 0;
    if (!place_of(bx_sealed_vfs(f->sealed), path, &i, &rest) ||
        bx_vfs_preopen(s, i, &dir) != BX_E_SUCCESS)
        return BX_ACP_HIDDEN;
    bx_errno e = bx_vfs_open(dir, rest, &how, &file);
    if (e != BX_E_SUCCESS)
        return e == BX_E_NOENT ? BX_ACP_NO_FILE : BX_ACP_HIDDEN;
    bx_acp_look found = read_text(file, ret);
    (void)bx_file_close(file);
    return found;
}

bx_acp_look bx_acp_read_file(const bx_acp_files *f, bx_str path, bx_buf *ret)
{
    BX_AUTO_BUF normal = bx_buf_init(BX_MAX_PATH);
    bx_vfs_session *s = NULL;
    bx_error err;
    bx_buf_clear(ret);
    if (!bx_policy_path(BX_LIT(BX_WORKSPACE), path, &normal) ||
        bx_vfs_session_new(bx_sealed_vfs(f->sealed), &f->limits, NULL, NULL, &s, &err) != BX_OK)
        return BX_ACP_HIDDEN;
    bx_acp_look found = look(f, s, bx_buf_str(&normal), ret);
    bx_vfs_session_free(s);
    return found;
}
