#include "vfs/carve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/fold.h"
#include "codec/glob.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/backend.h"
#include "vfs/carve_fold.h"
#include "vfs/host_path.h"

/* ---- building ------------------------------------------------------------------------------- */
static bx_code form_of(bx_str path, bx_str *ret, bx_error *err)
{
    char form[BX_FORM_BUF];
    size_t n;
    if (!bx_fold(path, form, sizeof form, &n))
        return bx_fail(err, BX_ELIMIT, "%.*s is too long for a mount with carve-outs",
                       BX_FMT(path));
    ret->p = bx_strndup(form, n);
    ret->n = n;
    return ret->p ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
}

static bx_code add_forms(bx_view *v, bx_error *err)
{
    bx_code rc = form_of((bx_str){v->guest, v->guest_n}, &v->guest_form, err);
    return rc == BX_OK ? form_of((bx_str){v->host, v->host_n}, &v->host_form, err) : rc;
}

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
    *v = (bx_view){.guest = bx_strndup(guest.p, guest.n),
                   .host = bx_strndup(host, n),
                   .guest_n = guest.n,
                   .host_n = n,
                   .fd = fd,
                   .own = own,
                   .root = root};
    c->n_views++;
    (void)bx_fd_take(&mine);
    if (!v->guest || !v->host)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    return add_forms(v, err);
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
        bx_rule *r = &c->rules[c->n_rules++];
        rc = bx_glob_compile(bx_str_of(caps.at[i].path), &r->exact, err);
        if (rc == BX_OK)
            rc = bx_glob_compile_folded(r->exact, &r->folded, err);
    }
    return rc;
}

static bx_code add_views(bx_carve *c, const bx_vfs *v, bx_error *err)
{
    bx_code rc = BX_OK;
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
    for (size_t i = 0, n = c->n_views; i < c->n_rules && rc == BX_OK; i++) {
        for (size_t k = 0; k < n && rc == BX_OK; k++)
            rc = add_rule_view(c, k, literal_dir(bx_glob_text(c->rules[i].exact)), err);
    }
    return rc;
}

/* A set stays as it is when a rule is folded, and then holds the other case as well. */
static bool is_form(const bx_rule *r)
{
    bx_str text = bx_glob_text(r->exact);
    return bx_str_eq(text, bx_glob_text(r->folded)) && !memchr(text.p, '[', text.n);
}

static bool all_forms(const bx_carve *c)
{
    bool yes = true;
    for (size_t i = 0; i < c->n_rules; i++)
        yes &= is_form(&c->rules[i]);
    for (size_t i = 0; i < c->n_views; i++) {
        const bx_view *v = &c->views[i];
        yes &= bx_str_eq((bx_str){v->guest, v->guest_n}, v->guest_form) &&
               bx_str_eq((bx_str){v->host, v->host_n}, v->host_form);
    }
    return yes;
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
        c->rules = bx_calloc(n, sizeof *c->rules);
    bx_code rc = c && c->rules ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
    if (rc == BX_OK)
        rc = add_globs(c, g, err);
    if (rc == BX_OK)
        rc = add_views(c, v, err);
    if (rc == BX_OK)
        c->all_forms = all_forms(c);
    if (rc == BX_OK)
        *ret = BX_TAKE(c);
    bx_carve_free(c);
    return rc;
}

void bx_carve_free(bx_carve *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n_rules; i++) {
        bx_glob_free(c->rules[i].exact);
        bx_glob_free(c->rules[i].folded);
    }
    for (size_t i = 0; i < c->n_views; i++) {
        free(c->views[i].guest);
        free(c->views[i].host);
        free((void *)(uintptr_t)c->views[i].guest_form.p);
        free((void *)(uintptr_t)c->views[i].host_form.p);
        if (c->views[i].own)
            (void)close(c->views[i].fd);
    }
    free(c->rules);
    free(c->views);
    free(c);
}
