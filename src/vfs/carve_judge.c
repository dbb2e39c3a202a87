#include "vfs/carve.h"

#include "codec/fold.h"
#include "codec/glob.h"
#include "vfs/carve_fold.h"

typedef struct bx_glob glob;

/* By the rules as they are, or by their folded forms. */
static const glob *rule_of(const bx_carve *c, size_t i, bool folded)
{
    return folded ? c->rules[i].folded : c->rules[i].exact;
}

/* `root`: the guest path of the view's root. */
typedef bool (*guest_test)(const bx_carve *c, bx_str root, bx_str guest, bool folded);

static bool denied(const bx_carve *c, bx_str root, bx_str guest, bool folded)
{
    (void)root;
    for (size_t i = 0; i < c->n_rules; i++) {
        if (bx_glob_match_at_or_below(rule_of(c, i, folded), guest))
            return true;
    }
    return false;
}

/* What is named by a floating name stays named by it wherever its directory goes. */
static bool stuck(const bx_carve *c, bx_str root, bx_str guest, bool folded)
{
    (void)root;
    for (size_t i = 0; i < c->n_rules; i++) {
        const glob *g = rule_of(c, i, folded);
        if (!bx_glob_is_floating_name(g) && bx_glob_may_match_below(g, guest))
            return true;
    }
    return false;
}

static bool special(const bx_carve *c, bx_str root, bx_str guest, bool folded)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        if (bx_glob_is_special_at(rule_of(c, i, folded), root, guest))
            return true;
    }
    return false;
}

static bool holds_some(const bx_carve *c, bx_str root, bx_str guest, bool folded)
{
    (void)root;
    for (size_t i = 0; i < c->n_rules; i++) {
        if (bx_glob_may_match_below(rule_of(c, i, folded), guest))
            return true;
    }
    return false;
}

bool bx_carve_denies_guest(const bx_carve *c, bx_str guest)
{
    return denied(c, guest, guest, false);
}

bool bx_carve_guest_dir_may_move(const bx_carve *c, bx_str guest)
{
    return !stuck(c, guest, guest, false);
}

bool bx_carve_guest_may_appear(const bx_carve *c, bx_str root, bx_str guest)
{
    return !special(c, root, guest, false);
}

/* ---- host paths ------------------------------------------------------------------------------ */
bool bx_carve_guest_path(bx_str top, bx_str rest, char *out, size_t cap, bx_str *ret)
{
    if (top.n + rest.n + 1 > cap)
        return false;
    memcpy(out, top.p, top.n);
    memcpy(out + top.n, rest.p, rest.n);
    size_t n = top.n + rest.n;
    if (n == 0)
        out[n++] = '/';
    *ret = (bx_str){out, n};
    return true;
}

typedef struct look {
    bx_str host;
    guest_test test;
    bool folded; /* `host` is a form */
    bool reread; /* look up where the views are now */
} look;

/* A path too long to be put together cannot be judged and so is refused. */
static bool test_view(const bx_carve *c, const look *l, const bx_view *v, bx_str root)
{
    char guest[BX_FORM_BUF + BX_GUEST_BUF];
    bx_str at, top = l->folded ? v->guest_form : (bx_str){v->guest, v->guest_n};
    if (!bx_carve_guest_path(top, bx_str_from(l->host, root.n), guest, sizeof guest, &at))
        return true;
    return l->test(c, top.n ? top : BX_LIT("/"), at, l->folded);
}

/* Where the view's root is, in the same form as what is looked at. */
static bx_str root_of(const look *l, const bx_view *v, char now[BX_PATH_BUF],
                      char form[BX_FORM_BUF])
{
    bx_str root = {v->host, v->host_n};
    if (!l->reread)
        return l->folded ? v->host_form : root;
    if (bx_fd_host_path(v->fd, now, &root.n) == BX_E_SUCCESS)
        root.p = now;
    size_t n;
    if (l->folded && bx_fold(root, form, BX_FORM_BUF, &n))
        root = (bx_str){form, n};
    return root;
}

/* The same object may be seen through several mounts, and a rule may name it by any of them.
 * PERM: by none. `*ret_v`: one that shows it. */
static bx_errno test_views(const bx_carve *c, const look *l, const bx_view **ret_v)
{
    bx_errno e = BX_E_PERM;
    for (size_t i = 0; i < c->n_views; i++) {
        char now[BX_PATH_BUF], form[BX_FORM_BUF];
        bx_str root = root_of(l, &c->views[i], now, form);
        if (!bx_host_is_below(l->host, root))
            continue;
        e = BX_E_SUCCESS;
        *ret_v = &c->views[i];
        if (test_view(c, l, &c->views[i], root))
            return BX_E_ACCES;
    }
    return e;
}

/* A short name may be that of any long one: it is taken for carved out where something could be. */
static bool short_name_hits(const bx_carve *c, const look *l)
{
    const bx_view *v;
    for (size_t at = 0; bx_form_next_short(l->host, at, &at); at++) {
        look dir = *l;
        dir.host.n = at > 0 ? at - 1 : 0;
        dir.test = holds_some;
        if (test_views(c, &dir, &v) == BX_E_ACCES)
            return true;
    }
    return false;
}

static bool other_spelling_hits(const bx_carve *c, const look *exact)
{
    char form[BX_FORM_BUF];
    const bx_view *v;
    look l = *exact;
    l.folded = true;
    l.host.p = form;
    if (!bx_fold(exact->host, form, sizeof form, &l.host.n))
        return true;
    bool same = c->all_forms && !l.reread && bx_str_eq(l.host, exact->host); /* was tested */
    if ((!same && test_views(c, &l, &v) == BX_E_ACCES) || short_name_hits(c, &l))
        return true;
    return bx_form_strip(form, &l.host.n) && test_views(c, &l, &v) == BX_E_ACCES;
}

/* By the name itself; then, where names can be spelled in other ways, by what they all have in
 * common. */
static bx_errno test_host(const bx_carve *c, bx_str host, guest_test test)
{
    look l = {host, test, false, false};
    const bx_view *v = NULL;
    bx_errno e = test_views(c, &l, &v);
    if (e == BX_E_PERM) { /* someone moved a mount's root */
        l.reread = true;
        e = test_views(c, &l, &v);
    }
    if (e == BX_E_SUCCESS && other_spelling_hits(c, &l) && bx_path_names_fold(v, host))
        e = BX_E_ACCES;
    return e;
}

bool bx_carve_names_fold(const bx_carve *c, bx_str host)
{
    for (size_t i = 0; i < c->n_views; i++) {
        const bx_view *v = &c->views[i];
        if (bx_host_is_below(host, (bx_str){v->host, v->host_n}))
            return bx_path_names_fold(v, host);
    }
    return true;
}

bx_errno bx_carve_judge_host(const bx_carve *c, bx_str host) { return test_host(c, host, denied); }

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
static bool holds_a_view(const bx_carve *c, bx_str host)
{
    char form[BX_FORM_BUF];
    size_t n;
    bool fits = bx_fold(host, form, sizeof form, &n);
    for (size_t i = 0; i < c->n_views; i++) {
        const bx_view *v = &c->views[i];
        if (bx_host_is_below((bx_str){v->host, v->host_n}, host))
            return true;
        if (!fits || (bx_host_is_below(v->host_form, (bx_str){form, n}) &&
                      bx_path_names_fold(v, (bx_str){v->host, v->host_n})))
            return true;
    }
    return false;
}

bx_errno bx_carve_dir_may_move(const bx_carve *c, int dirfd, const char *name, size_t name_n)
{
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = host_path_of(dirfd, name, name_n, host, &n);
    if (e == BX_E_SUCCESS && holds_a_view(c, (bx_str){host, n}))
        e = BX_E_ACCES;
    return e == BX_E_SUCCESS ? test_host(c, (bx_str){host, n}, stuck) : e;
}

bx_errno bx_carve_may_appear(const bx_carve *c, int dirfd, const char *name, size_t name_n)
{
    char host[BX_PATH_BUF];
    size_t n;
    bx_errno e = host_path_of(dirfd, name, name_n, host, &n);
    return e == BX_E_SUCCESS ? test_host(c, (bx_str){host, n}, special) : e;
}
