#include "policy/grant.h"

#include "base/limits.h"

/* What can be built.  Every change needs the draft, and draft_of() is the only way to one, so a
 * sealed grant cannot change. */
typedef struct draft {
    bx_cap *caps;
    size_t n_caps;
    bx_mount *mounts;
    size_t n_mounts;
    char *cwd; /* NULL: none */
    bool scratch;
    bx_limits limits;
    bx_credential *credentials;
    size_t n_credentials;
    char **cas; /* paths of the host */
    size_t n_cas;
    bx_net_policy *net; /* owned; its capability rules borrow from `caps` */
} draft;

struct bx_grant {
    draft d;
    bool sealed;
};

/* NULL, with the message of BX_ESTATE, once the grant is sealed. */
static draft *draft_of(bx_grant *g, bx_error *err)
{
    if (!g->sealed)
        return &g->d;
    (void)bx_fail(err, BX_ESTATE, "the grant is sealed: nothing can be added");
    return NULL;
}

bx_code bx_grant_new(bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = bx_calloc(1, sizeof *g);
    if (!g)
        return bx_fail(err, BX_ENOMEM, "new grant");
    g->d.limits = bx_limits_default();
    bx_code rc = bx_net_policy_new(&g->d.net, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

void bx_grant_free(bx_grant *g)
{
    if (!g)
        return;
    draft *d = &g->d;
    bx_net_policy_free(d->net); /* before the rules it borrows */
    for (size_t i = 0; i < d->n_caps; i++)
        bx_cap_done(&d->caps[i]);
    for (size_t i = 0; i < d->n_mounts; i++) {
        free(d->mounts[i].host);
        free(d->mounts[i].guest);
    }
    for (size_t i = 0; i < d->n_credentials; i++)
        bx_credential_done(&d->credentials[i]);
    for (size_t i = 0; i < d->n_cas; i++)
        free(d->cas[i]);
    free(d->cas);
    free(d->credentials);
    free(d->cwd);
    free(d->caps);
    free(d->mounts);
    free(g);
}

/* ---- adding ------------------------------------------------------------------------------- */

static size_t count_kind(const draft *d, bx_cap_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_caps; i++)
        n += d->caps[i].kind == kind;
    return n;
}

static bx_code check_room(const draft *d, bx_cap_kind kind, bx_error *err)
{
    if (d->n_caps == BX_MAX_CAPS)
        return bx_fail(err, BX_ELIMIT, "more than %d capabilities", BX_MAX_CAPS);
    if (kind == BX_CAP_DENY && count_kind(d, kind) == BX_MAX_DENIES)
        return bx_fail(err, BX_ELIMIT, "more than %d deny: capabilities", BX_MAX_DENIES);
    return BX_OK;
}

/* Takes over what `c` owns, on failure too. */
static bx_code append_cap(draft *d, bx_cap *c, bx_error *err)
{
    bx_code rc = check_room(d, c->kind, err);
    bx_cap *more = rc == BX_OK ? bx_realloc(d->caps, (d->n_caps + 1) * sizeof *more) : NULL;
    if (more)
        d->caps = more;
    else if (rc == BX_OK)
        rc = bx_fail(err, BX_ENOMEM, "capability %zu", d->n_caps + 1);
    if (rc == BX_OK && c->rule)
        rc = bx_net_add_rule(d->net, c->rule, err);
    if (rc != BX_OK) {
        bx_cap_done(c);
        return rc;
    }
    d->caps[d->n_caps++] = *c;
    return BX_OK;
}

bx_code bx_grant_allow(bx_grant *g, bx_str text, bx_error *err)
{
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    bx_cap c;
    bx_code rc = bx_cap_parse(text, &c, err);
    return rc == BX_OK ? append_cap(d, &c, err) : rc;
}

bx_code bx_grant_set_cwd(bx_grant *g, bx_str text, bx_error *err)
{
    draft *d = draft_of(g, err);
    bx_str path;
    if (!d)
        return BX_ESTATE;
    bx_code rc = bx_guest_path_check(text, &path, err);
    if (rc != BX_OK)
        return rc;
    char *copy = bx_strndup(path.p, path.n);
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "working directory");
    free(d->cwd);
    d->cwd = copy;
    return BX_OK;
}

bx_code bx_grant_set_scratch(bx_grant *g, bx_error *err)
{
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    d->scratch = true;
    return BX_OK;
}

bool bx_grant_has_scratch(const bx_grant *g) { return g->d.scratch; }

const char *bx_grant_cwd(const bx_grant *g) { return g->d.cwd; }

bx_code bx_grant_limit(bx_grant *g, bx_str text, bx_error *err)
{
    draft *d = draft_of(g, err);
    return d ? bx_limits_set(&d->limits, text, err) : BX_ESTATE;
}

bx_code bx_grant_limit_named(bx_grant *g, bx_str name, bx_str value, bx_error *err)
{
    draft *d = draft_of(g, err);
    return d ? bx_limits_set_named(&d->limits, name, value, err) : BX_ESTATE;
}

bx_code bx_grant_set_limits(bx_grant *g, const bx_limits *limits, bx_error *err)
{
    draft *d = draft_of(g, err);
    if (d)
        d->limits = *limits;
    return d ? BX_OK : BX_ESTATE;
}

bx_code bx_grant_copy_guards(bx_grant *g, const bx_grant *from, bx_error *err)
{
    draft *d = draft_of(g, err);
    return d ? bx_net_copy_guards(d->net, from->d.net, err) : BX_ESTATE;
}

bx_code bx_grant_network(bx_grant *g, bx_net_adder *add, bx_str text, bx_error *err)
{
    draft *d = draft_of(g, err);
    return d ? add(d->net, text, err) : BX_ESTATE;
}

bx_code bx_grant_inject(bx_grant *g, bx_str text, bx_error *err)
{
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    if (d->n_credentials == BX_MAX_INJECTS)
        return bx_fail(err, BX_ELIMIT, "more than %d credentials", BX_MAX_INJECTS);
    bx_credential c;
    bx_code rc = bx_credential_parse(text, &c, err);
    if (rc != BX_OK)
        return rc;
    bx_credential *more = bx_realloc(d->credentials, (d->n_credentials + 1) * sizeof *more);
    if (!more) {
        bx_credential_done(&c);
        return bx_fail(err, BX_ENOMEM, "credential %zu", d->n_credentials + 1);
    }
    d->credentials = more;
    d->credentials[d->n_credentials++] = c;
    return BX_OK;
}

bx_code bx_grant_ca(bx_grant *g, bx_str path, bx_error *err)
{
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    if (path.n == 0 || path.n >= BX_MAX_PATH || memchr(path.p, '\0', path.n))
        return bx_fail(err, BX_EINVAL,
                       "the path of a file of certificates is empty, too long or holds a NUL byte");
    if (d->n_cas == BX_MAX_CA_FILES)
        return bx_fail(err, BX_ELIMIT, "more than %d files of certificates", BX_MAX_CA_FILES);
    char **more = bx_realloc(d->cas, (d->n_cas + 1) * sizeof *more);
    if (more)
        d->cas = more;
    char *copy = more ? bx_strndup(path.p, path.n) : NULL;
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "file of certificates");
    d->cas[d->n_cas++] = copy;
    return BX_OK;
}

static bx_code check_mount(const draft *d, bx_str host, bx_str guest, bx_str *ret_guest,
                           bx_error *err)
{
    bx_code rc = bx_guest_path_check(guest, ret_guest, err);
    if (rc != BX_OK)
        return rc;
    if (host.n == 0 || host.n >= BX_MAX_PATH || memchr(host.p, '\0', host.n))
        return bx_fail(err, BX_EINVAL,
                       "mount at '%.*s': the host path is empty, too long or holds a NUL byte",
                       BX_FMT(guest));
    for (size_t i = 0; i < d->n_mounts; i++)
        if (bx_str_eq(*ret_guest, bx_str_of(d->mounts[i].guest)))
            return bx_fail(err, BX_EINVAL,
                           "two mounts at guest path '%.*s': the first is of '%.300s'",
                           BX_FMT(*ret_guest), d->mounts[i].host);
    if (d->n_mounts == BX_MAX_MOUNTS)
        return bx_fail(err, BX_ELIMIT, "more than %d mounts", BX_MAX_MOUNTS);
    return BX_OK;
}

static bx_code add_mount(draft *d, bx_str host, bx_str guest, bx_error *err)
{
    bx_str path;
    bx_code rc = check_mount(d, host, guest, &path, err);
    if (rc != BX_OK)
        return rc;
    bx_mount *more = bx_realloc(d->mounts, (d->n_mounts + 1) * sizeof *more);
    if (more)
        d->mounts = more;
    bx_mount m = {more ? bx_strndup(host.p, host.n) : NULL,
                  more ? bx_strndup(path.p, path.n) : NULL};
    if (!m.host || !m.guest) {
        free(m.host);
        free(m.guest);
        return bx_fail(err, BX_ENOMEM, "mount at '%.*s'", BX_FMT(path));
    }
    d->mounts[d->n_mounts++] = m;
    return BX_OK;
}

bx_code bx_grant_mount(bx_grant *g, bx_str host, bx_str guest, bx_error *err)
{
    draft *d = draft_of(g, err);
    return d ? add_mount(d, host, guest, err) : BX_ESTATE;
}

/* ---- HOST::GUEST ---------------------------------------------------------------------------- */

/* At the last "::", so that a host path may hold one; a guest path never does. */
static bool split_at_colons(bx_str text, bx_str *host, bx_str *guest)
{
    for (size_t i = text.n; i >= 2; i--) {
        if (text.p[i - 1] == ':' && text.p[i - 2] == ':') {
            *host = (bx_str){text.p, i - 2};
            *guest = bx_str_from(text, i);
            return true;
        }
    }
    return false;
}

/* A guest path with a colon is refused in this form: it is more likely a misspelled ":ro", and
 * reading it as part of the path would grant writing. */
static bx_code split_map(bx_str text, const char *form, bx_str *host, bx_str *guest, bool *ro,
                         bx_error *err)
{
    if (!split_at_colons(text, host, guest))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not %s: two colons stand between the paths",
                       BX_FMT(text), form);
    const char *colon = guest->n ? memchr(guest->p, ':', guest->n) : NULL;
    *ro = false;
    if (!colon)
        return BX_OK;
    bx_str suffix = bx_str_from(*guest, (size_t)(colon - guest->p) + 1);
    *ro = bx_str_eq(suffix, BX_LIT("ro"));
    if (!*ro && !bx_str_eq(suffix, BX_LIT("rw")))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not %s: after the guest path comes nothing, :ro or :rw",
                       BX_FMT(text), form);
    guest->n -= suffix.n + 1;
    return BX_OK;
}

static void drop_last_mount(draft *d)
{
    bx_mount *m = &d->mounts[--d->n_mounts];
    free(m->host);
    free(m->guest);
}

bx_code bx_grant_map_dir(bx_grant *g, bx_str text, bx_error *err)
{
    bx_str host, guest;
    bool ro;
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    bx_code rc = split_map(text, "HOST::GUEST[:ro]", &host, &guest, &ro, err);
    if (rc == BX_OK)
        rc = add_mount(d, host, guest, err);
    if (rc != BX_OK)
        return rc;
    bx_cap c = {.kind = ro ? BX_CAP_READ : BX_CAP_RW,
                .path = bx_strndup(d->mounts[d->n_mounts - 1].guest,
                                   strlen(d->mounts[d->n_mounts - 1].guest))};
    rc = c.path ? append_cap(d, &c, err) : bx_fail(err, BX_ENOMEM, "mount");
    if (rc != BX_OK)
        drop_last_mount(d);
    return rc;
}

bx_code bx_grant_mount_text(bx_grant *g, bx_str text, bx_error *err)
{
    bx_str host, guest;
    bool ro;
    draft *d = draft_of(g, err);
    if (!d)
        return BX_ESTATE;
    bx_code rc = split_map(text, "HOST::GUEST", &host, &guest, &ro, err);
    if (rc != BX_OK)
        return rc;
    if (guest.p + guest.n != text.p + text.n)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s': a mount grants nothing, so :ro and :rw do not apply; "
                       "use --map-dir, or add a read: or rw: capability",
                       BX_FMT(text));
    return add_mount(d, host, guest, err);
}

/* ---- sealing -------------------------------------------------------------------------------- */

static bool is_file_cap(const bx_cap *c)
{
    return c->kind == BX_CAP_READ || c->kind == BX_CAP_WRITE || c->kind == BX_CAP_RW;
}

static const bx_mount *mount_at(const bx_grant *g, bx_str guest)
{
    for (size_t i = 0; i < g->d.n_mounts; i++)
        if (bx_str_eq(guest, bx_str_of(g->d.mounts[i].guest)))
            return &g->d.mounts[i];
    return NULL;
}

static bx_code check_file_cap(const bx_grant *g, const bx_cap *c, bx_error *err)
{
    static const char *const words[] = {"read", "write", "rw"};
    bx_str path = bx_str_of(c->path);
    for (size_t i = 0; i < g->d.n_mounts; i++)
        if (bx_path_is_below(path, bx_str_of(g->d.mounts[i].guest)))
            return BX_OK;
    const char *own = bx_path_is_below(path, BX_LIT("/tmp")) && bx_grant_find(g, BX_CAP_TMP) ? "tmp"
                      : bx_path_is_below(path, BX_LIT("/store")) && bx_grant_find(g, BX_CAP_STORE)
                          ? "store"
                          : NULL;
    if (own)
        return bx_fail(err, BX_EINVAL,
                       "'%s:%.300s' lies in no mount: leave it out, the %s capability gives its "
                       "directory to the guest",
                       words[c->kind], c->path, own);
    return bx_fail(err, BX_EINVAL,
                   "'%s:%.300s' lies in no mount: say where it lives, with --mount HOST::%.300s",
                   words[c->kind], c->path, c->path);
}

/* /tmp and /store are the guest's view of something of ours; a host directory cannot be there too.
 */
static bx_code check_own_dir(const bx_grant *g, bx_cap_kind kind, const char *word, bx_str guest,
                             bx_error *err)
{
    const bx_mount *m = bx_grant_find(g, kind) ? mount_at(g, guest) : NULL;
    if (!m)
        return BX_OK;
    return bx_fail(err, BX_EINVAL,
                   "%s takes the guest path '%s', where '%.300s' is mounted as well: leave one out",
                   word, m->guest, m->host);
}

static bx_code check_once(const bx_grant *g, bx_cap_kind kind, const char *word, bx_error *err)
{
    if (count_kind(&g->d, kind) > 1)
        return bx_fail(err, BX_EINVAL, "more than one %s capability: keep one", word);
    return BX_OK;
}

static bool same_value(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The same line twice is harmless; two values would make the order of the lines count. */
static bx_code check_variables(const bx_grant *g, bx_error *err)
{
    for (size_t i = 0; i < g->d.n_caps; i++) {
        const bx_cap *a = &g->d.caps[i];
        for (size_t k = 0; k < i && a->kind == BX_CAP_ENV; k++) {
            const bx_cap *b = &g->d.caps[k];
            if (b->kind == BX_CAP_ENV && strcmp(a->path, b->path) == 0 &&
                !same_value(a->value, b->value))
                return bx_fail(err, BX_EINVAL, "the variable '%.300s' has two values: keep one",
                               a->path);
        }
    }
    return BX_OK;
}

bx_code bx_grant_seal(bx_grant *g, bx_error *err)
{
    static const struct {
        bx_cap_kind kind;
        const char *word;
    } single[] = {
        {BX_CAP_STORE, "store:"},
        {BX_CAP_TMP, "tmp"},
        {BX_CAP_CLOCK, "clock:"},
        {BX_CAP_RANDOM, "random:"},
    };
    bx_code rc = BX_OK;
    for (size_t i = 0; i < BX_COUNT(single) && rc == BX_OK; i++)
        rc = check_once(g, single[i].kind, single[i].word, err);
    if (rc == BX_OK)
        rc = check_variables(g, err);
    if (rc == BX_OK)
        rc = check_own_dir(g, BX_CAP_TMP, "tmp", BX_LIT("/tmp"), err);
    if (rc == BX_OK)
        rc = check_own_dir(g, BX_CAP_STORE, "store:", BX_LIT("/store"), err);
    for (size_t i = 0; i < g->d.n_caps && rc == BX_OK; i++) {
        if (is_file_cap(&g->d.caps[i]))
            rc = check_file_cap(g, &g->d.caps[i], err);
    }
    if (rc == BX_OK)
        g->sealed = true;
    return rc;
}

/* ---- reading --------------------------------------------------------------------------------- */

bx_cap_list bx_grant_caps(const bx_grant *g) { return (bx_cap_list){g->d.caps, g->d.n_caps}; }

bx_mount_list bx_grant_mounts(const bx_grant *g)
{
    return (bx_mount_list){g->d.mounts, g->d.n_mounts};
}

bx_path_list bx_grant_cas(const bx_grant *g) { return (bx_path_list){g->d.cas, g->d.n_cas}; }

bx_credential_list bx_grant_credentials(const bx_grant *g)
{
    return (bx_credential_list){g->d.credentials, g->d.n_credentials};
}

const bx_limits *bx_grant_limits(const bx_grant *g) { return &g->d.limits; }
const bx_net_policy *bx_grant_net(const bx_grant *g) { return g->d.net; }
bool bx_grant_is_sealed(const bx_grant *g) { return g->sealed; }

const bx_cap *bx_grant_find(const bx_grant *g, bx_cap_kind kind)
{
    for (size_t i = 0; i < g->d.n_caps; i++)
        if (g->d.caps[i].kind == kind)
            return &g->d.caps[i];
    return NULL;
}

bx_clock_mode bx_grant_clock(const bx_grant *g)
{
    const bx_cap *c = bx_grant_find(g, BX_CAP_CLOCK);
    return c ? (bx_clock_mode)c->number : BX_CLOCK_REAL;
}

bx_random_mode bx_grant_random(const bx_grant *g, uint64_t *seed)
{
    const bx_cap *c = bx_grant_find(g, BX_CAP_RANDOM);
    *seed = c && c->number == BX_RANDOM_SEEDED ? c->size : 0;
    return c ? (bx_random_mode)c->number : BX_RANDOM_REAL;
}
