#include "vfs/carve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/glob.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/backend.h"
#include "vfs/carve_case.h"
#include "vfs/host_path.h"

/* ---- judging --------------------------------------------------------------------------------- */
bool bx_carve_denies_guest(const bx_carve *c, bx_str guest)
{
    for (size_t i = 0; i < c->n_globs; i++) {
        if (bx_glob_match_at_or_below(c->globs[i], guest))
            return true;
    }
    return false;
}

/* What is named by a floating name stays named by it wherever its directory goes. */
bool bx_carve_guest_dir_may_move(const bx_carve *c, bx_str guest)
{
    for (size_t i = 0; i < c->n_globs; i++) {
        if (!bx_glob_is_floating_name(c->globs[i]) && bx_glob_may_match_below(c->globs[i], guest))
            return false;
    }
    return true;
}

bool bx_carve_guest_may_appear(const bx_carve *c, bx_str root, bx_str guest)
{
    for (size_t i = 0; i < c->n_globs; i++) {
        if (bx_glob_is_special_at(c->globs[i], root, guest))
            return false;
    }
    return true;
}

/* `root`: the guest path of the view's root. */
typedef bool (*guest_test)(const bx_carve *c, bx_str root, bx_str guest);

static bool denied(const bx_carve *c, bx_str root, bx_str guest)
{
    (void)root;
    return bx_carve_denies_guest(c, guest);
}

static bool stuck(const bx_carve *c, bx_str root, bx_str guest)
{
    (void)root;
    return !bx_carve_guest_dir_may_move(c, guest);
}

static bool special(const bx_carve *c, bx_str root, bx_str guest)
{
    return !bx_carve_guest_may_appear(c, root, guest);
}

/* `host` as seen through one view whose root is at `root`.  A path too long to be put together
 * cannot be judged and so is refused. */
static bool test_view(const bx_carve *c, const bx_view *v, bx_str root, bx_str host,
                      guest_test test)
{
    char guest[BX_GUEST_BUF];
    bx_str rest = bx_str_from(host, root.n);
    if (v->guest_n + rest.n + 1 > sizeof guest)
        return true;
    memcpy(guest, v->guest, v->guest_n);
    memcpy(guest + v->guest_n, rest.p, rest.n);
    size_t n = v->guest_n + rest.n;
    if (n == 0)
        guest[n++] = '/';
    bx_str top = v->guest_n ? (bx_str){v->guest, v->guest_n} : BX_LIT("/");
    return test(c, top, (bx_str){guest, n});
}

/* The same object may be seen through several mounts, and a rule may name it by any of them.
 * PERM: by none. */
static bx_errno test_views(const bx_carve *c, bx_str host, guest_test test, bool reread)
{
    bool seen = false;
    for (size_t i = 0; i < c->n_views; i++) {
        const bx_view *v = &c->views[i];
        char now[BX_PATH_BUF];
        bx_str root = {v->host, v->host_n};
        if (reread && bx_fd_host_path(v->fd, now, &root.n) == BX_E_SUCCESS)
            root.p = now;
        if (!bx_host_is_below(host, root))
            continue;
        seen = true;
        if (test_view(c, v, root, host, test))
            return BX_E_ACCES;
    }
    return seen ? BX_E_SUCCESS : BX_E_PERM;
}

bx_errno bx_carve_judge_host(const bx_carve *c, bx_str host)
{
    bx_errno e = test_views(c, host, denied, false);
    return e == BX_E_PERM ? test_views(c, host, denied, true)
                          : e; /* someone moved a mount's root */
}

/* A removed name of a file that has others is shown with a suffix; it counts without it too. */
static bx_errno judge_removed_name(const bx_carve *c, bx_str host)
{
    size_t d = sizeof BX_DELETED - 1;
    if (host.n <= d || memcmp(host.p + host.n - d, BX_DELETED, d) != 0)
        return BX_E_SUCCESS;
    return bx_carve_judge_host(c, (bx_str){host.p, host.n - d});
}

static bx_errno host_path_of(int fd, const char *name, size_t name_n, char out[BX_PATH_BUF],
                             size_t *ret_n)
{
    size_t n;
    bx_errno e = bx_fd_host_path(fd, out, &n);
    if (e != BX_E_SUCCESS)
        return e;
    if (name) {
        if (n + 1 + name_n + 1 > BX_PATH_BUF)
            return BX_E_ACCES;
        out[n++] = '/';
        memcpy(out + n, name, name_n);
        n += name_n;
        out[n] = '\0';
    }
    *ret_n = n;
    return BX_E_SUCCESS;
}

bx_errno bx_carve_judge(const bx_carve *c, int fd, const char *name, size_t name_n)
{
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = host_path_of(fd, name, name_n, host, &n);
    if (e == BX_E_SUCCESS)
        e = bx_carve_judge_host(c, (bx_str){host, n});
    if (e == BX_E_SUCCESS && !name)
        e = judge_removed_name(c, (bx_str){host, n});
    return e;
}

/* A mount's root that lies in a moved directory would move too, and rules that name things
 * through that mount would lose sight of them. */
bx_errno bx_carve_dir_may_move(const bx_carve *c, int dirfd, const char *name, size_t name_n)
{
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = host_path_of(dirfd, name, name_n, host, &n);
    if (e != BX_E_SUCCESS)
        return e;
    for (size_t i = 0; i < c->n_views; i++) {
        if (bx_host_is_below((bx_str){c->views[i].host, c->views[i].host_n}, (bx_str){host, n}))
            return BX_E_ACCES;
    }
    e = test_views(c, (bx_str){host, n}, stuck, false);
    return e == BX_E_PERM ? test_views(c, (bx_str){host, n}, stuck, true) : e;
}

bx_errno bx_carve_may_appear(const bx_carve *c, int dirfd, const char *name, size_t name_n)
{
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = host_path_of(dirfd, name, name_n, host, &n);
    if (e != BX_E_SUCCESS)
        return e;
    e = test_views(c, (bx_str){host, n}, special, false);
    return e == BX_E_PERM ? test_views(c, (bx_str){host, n}, special, true) : e;
}

/* ---- building ------------------------------------------------------------------------------- */
/* Takes `fd` when `own`, also on failure. */
static bx_code add_view(bx_carve *c, bx_str guest, int fd, bool own, bool root, bx_error *err)
{
    BX_AUTOCLOSE int mine = own ? fd : -1;
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = bx_fd_host_path(fd, host, &n);
    if (e != BX_E_SUCCESS)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "deny: needs /proc/self/fd to see where %.*s really is: %s", BX_FMT(guest),
                       bx_errno_name(e));
    if (c->n_views == c->cap_views) {
        size_t cap = c->cap_views ? c->cap_views * 2 : 8;
        bx_view *v = bx_realloc(c->views, cap * sizeof *v);
        if (!v)
            return bx_fail(err, BX_ENOMEM, "out of memory");
        c->views = v;
        c->cap_views = cap;
    }
    if (guest.n == 1) /* "/" */
        guest.n = 0;
    bx_view *v = &c->views[c->n_views];
    *v = (bx_view){bx_strndup(guest.p, guest.n), bx_strndup(host, n), guest.n, n, fd, own, root};
    c->n_views++;
    (void)bx_fd_take(&mine);
    return v->guest && v->host ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
}

/* Do the views so far already say that `guest` is at `host`? */
static bool is_known(const bx_carve *c, bx_str guest, bx_str host)
{
    for (size_t i = 0; i < c->n_views; i++) {
        const bx_view *v = &c->views[i];
        bx_str vg = {v->guest, v->guest_n}, vh = {v->host, v->host_n};
        if (bx_host_is_below(guest, vg) && bx_host_is_below(host, vh) &&
            bx_str_eq(bx_str_from(guest, vg.n), bx_str_from(host, vh.n)))
            return true;
    }
    return false;
}

static bx_code add_view_if_new(bx_carve *c, bx_str guest, int fd, bool own, bx_error *err)
{
    BX_AUTOCLOSE int mine = own ? fd : -1;
    char host[BX_PATH_BUF];
    size_t n;
    if (bx_fd_host_path(fd, host, &n) == BX_E_SUCCESS && is_known(c, guest, (bx_str){host, n}))
        return BX_OK;
    (void)bx_fd_take(&mine);
    return add_view(c, guest, fd, own, false, err);
}

/* The directories a rule names before its first pattern part may be symbolic links; what they
 * lead to is then carved out as well.  "/a/b*" gives "/a", "/a/b" too (its last part may be a
 * file). */
static bx_str literal_dir(bx_str text)
{
    size_t n = 0;
    for (size_t i = 1; i < text.n && !strchr("*?[", text.p[i]); i++) {
        if (text.p[i] == '/')
            n = i;
    }
    return (bx_str){text.p, text.p[0] == '/' ? n : 0};
}

static bx_code add_rule_view(bx_carve *c, size_t view, bx_str dir, bx_error *err)
{
    const bx_view *v = &c->views[view];
    bx_str root = {v->guest, v->guest_n};
    if (dir.n <= root.n || !bx_host_is_below(dir, root))
        return BX_OK;
    char rel[BX_PATH_BUF];
    bx_str rest = bx_str_from(dir, root.n + 1);
    (void)snprintf(rel, sizeof rel, "%.*s", (int)rest.n, rest.p);
    int fd = bx_openat2(v->fd, rel, O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    return fd < 0
               ? BX_OK
               : add_view_if_new(c, dir, fd, true, err); /* nothing there: nothing to carve out */
}

static bx_code add_globs(bx_carve *c, const bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
        if (caps.at[i].kind != BX_CAP_DENY)
            continue;
        rc = bx_glob_compile(bx_str_of(caps.at[i].path), &c->globs[c->n_globs], err);
        if (rc == BX_OK)
            c->n_globs++;
    }
    return rc;
}

static bx_code check_case(const bx_vfs *v, bx_error *err)
{
    for (size_t i = 0; i < v->n_pre; i++) {
        if (v->pre[i].fd >= 0 && bx_dir_ignores_case(v->pre[i].fd))
            return bx_fail(
                err, BX_EUNSUPPORTED,
                "the file system at %s does not tell upper from lower case: deny: rules cannot be "
                "kept there; grant a directory of another one",
                v->pre[i].path);
    }
    return BX_OK;
}

static bx_code add_views(bx_carve *c, const bx_vfs *v, bx_error *err)
{
    bx_code rc = check_case(v, err);
    for (size_t i = 0; i < v->n_mounts && rc == BX_OK; i++) {
        if (v->mounts[i].fd >= 0)
            rc = add_view(c, bx_str_of(v->mounts[i].guest), v->mounts[i].fd, false, true, err);
    }
    for (size_t i = 0; i < v->n_pre && rc == BX_OK; i++) {
        const bx_preopen *p = &v->pre[i];
        if (p->bk == &bx_store_backend)
            rc = add_view(c, (bx_str){p->path, p->path_n}, p->fd, false, true, err);
        else if (p->bk == &bx_host_backend)
            rc = add_view_if_new(c, (bx_str){p->path, p->path_n}, p->fd, false, err);
    }
    for (size_t i = 0, n = c->n_views; i < c->n_globs && rc == BX_OK; i++) {
        for (size_t k = 0; k < n && rc == BX_OK; k++)
            rc = add_rule_view(c, k, literal_dir(bx_glob_text(c->globs[i])), err);
    }
    return rc;
}

bx_code bx_carve_new(const bx_grant *g, const bx_vfs *v, bx_carve **ret, bx_error *err)
{
    bx_cap_list caps = bx_grant_caps(g);
    size_t n = 0;
    for (size_t i = 0; i < caps.n; i++)
        n += caps.at[i].kind == BX_CAP_DENY;
    *ret = NULL;
    if (n == 0)
        return BX_OK;
    bx_carve *c = bx_calloc(1, sizeof *c);
    if (c)
        c->globs = bx_calloc(n, sizeof(bx_glob *));
    bx_code rc = c && c->globs ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
    if (rc == BX_OK)
        rc = add_globs(c, g, err);
    if (rc == BX_OK)
        rc = add_views(c, v, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(c);
    bx_carve_free(c);
    return rc;
}

void bx_carve_free(bx_carve *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n_globs; i++)
        bx_glob_free(c->globs[i]);
    for (size_t i = 0; i < c->n_views; i++) {
        free(c->views[i].guest);
        free(c->views[i].host);
        if (c->views[i].own)
            (void)close(c->views[i].fd);
    }
    free(c->globs);
    free(c->views);
    free(c);
}
