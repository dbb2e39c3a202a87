#include "policy/grant.h"

#include <strings.h>

#include "base/limits.h"

static void inject_done(bx_inject_rule_text *r)
{
    free(r->origin);
    free(r->header);
    free(r->env);
}

bx_code bx_grant_new(bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = bx_calloc(1, sizeof *g);
    if (!g)
        return bx_fail(err, BX_ENOMEM, "new grant");
    g->limits = bx_limits_default();
    bx_code rc = bx_net_policy_new(&g->net, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

void bx_grant_free(bx_grant *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n_caps; i++)
        bx_cap_done(&g->caps[i]);
    for (size_t i = 0; i < g->n_mounts; i++) {
        free(g->mounts[i].host);
        free(g->mounts[i].guest);
    }
    for (size_t i = 0; i < g->n_injects; i++)
        inject_done(&g->injects[i]);
    free(g->injects);
    free(g->caps);
    free(g->mounts);
    bx_net_policy_free(g->net);
    free(g);
}

/* ---- adding ------------------------------------------------------------------------------- */

static bx_code check_open(const bx_grant *g, bx_error *err)
{
    if (g->sealed)
        return bx_fail(err, BX_EDENIED, "the grant is sealed: nothing can be added");
    return BX_OK;
}

static size_t count_kind(const bx_grant *g, bx_cap_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_caps; i++)
        n += g->caps[i].kind == kind;
    return n;
}

static bx_code check_room(const bx_grant *g, bx_cap_kind kind, bx_error *err)
{
    if (g->n_caps == BX_MAX_CAPS)
        return bx_fail(err, BX_ELIMIT, "more than %d capabilities", BX_MAX_CAPS);
    if (kind == BX_CAP_DENY && count_kind(g, kind) == BX_MAX_DENIES)
        return bx_fail(err, BX_ELIMIT, "more than %d deny: capabilities", BX_MAX_DENIES);
    return BX_OK;
}

/* Takes over what `c` owns, on failure too. */
static bx_code append_cap(bx_grant *g, bx_cap *c, bx_error *err)
{
    bx_code rc = check_room(g, c->kind, err);
    bx_cap *more = rc == BX_OK ? bx_realloc(g->caps, (g->n_caps + 1) * sizeof *more) : NULL;
    if (more)
        g->caps = more;
    else if (rc == BX_OK)
        rc = bx_fail(err, BX_ENOMEM, "capability %zu", g->n_caps + 1);
    if (rc == BX_OK && c->kind == BX_CAP_FETCH)
        rc = bx_net_add_fetch(g->net, bx_str_of(c->path), err);
    if (rc == BX_OK && c->kind == BX_CAP_CONNECT)
        rc = bx_net_add_connect(g->net, bx_str_of(c->path), err);
    if (rc != BX_OK) {
        bx_cap_done(c);
        return rc;
    }
    g->caps[g->n_caps++] = *c;
    return BX_OK;
}

bx_code bx_grant_allow(bx_grant *g, bx_str text, bx_error *err)
{
    bx_cap c;
    bx_code rc = check_open(g, err);
    if (rc == BX_OK)
        rc = bx_cap_parse(text, &c, err);
    return rc == BX_OK ? append_cap(g, &c, err) : rc;
}

static bx_code check_mount(const bx_grant *g, bx_str host, bx_str guest, bx_str *ret_guest,
                           bx_error *err)
{
    bx_code rc = check_open(g, err);
    if (rc == BX_OK)
        rc = bx_guest_path_check(guest, ret_guest, err);
    if (rc != BX_OK)
        return rc;
    if (host.n == 0 || host.n >= BX_MAX_PATH || memchr(host.p, '\0', host.n))
        return bx_fail(err, BX_EINVAL,
                       "mount at '%.*s': the host path is empty, too long or holds a NUL byte",
                       BX_FMT(guest));
    for (size_t i = 0; i < g->n_mounts; i++)
        if (bx_str_eq(*ret_guest, bx_str_of(g->mounts[i].guest)))
            return bx_fail(err, BX_EINVAL,
                           "two mounts at guest path '%.*s': the first is of '%.300s'",
                           BX_FMT(*ret_guest), g->mounts[i].host);
    if (g->n_mounts == BX_MAX_MOUNTS)
        return bx_fail(err, BX_ELIMIT, "more than %d mounts", BX_MAX_MOUNTS);
    return BX_OK;
}

bx_code bx_grant_mount(bx_grant *g, bx_str host, bx_str guest, bx_error *err)
{
    bx_str path;
    bx_code rc = check_mount(g, host, guest, &path, err);
    if (rc != BX_OK)
        return rc;
    bx_mount *more = bx_realloc(g->mounts, (g->n_mounts + 1) * sizeof *more);
    if (more)
        g->mounts = more;
    bx_mount m = {more ? bx_strndup(host.p, host.n) : NULL,
                  more ? bx_strndup(path.p, path.n) : NULL};
    if (!m.host || !m.guest) {
        free(m.host);
        free(m.guest);
        return bx_fail(err, BX_ENOMEM, "mount at '%.*s'", BX_FMT(path));
    }
    g->mounts[g->n_mounts++] = m;
    return BX_OK;
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

static void drop_last_mount(bx_grant *g)
{
    bx_mount *m = &g->mounts[--g->n_mounts];
    free(m->host);
    free(m->guest);
}

bx_code bx_grant_map_dir(bx_grant *g, bx_str text, bx_error *err)
{
    bx_str host, guest;
    bool ro;
    bx_code rc = split_map(text, "HOST::GUEST[:ro]", &host, &guest, &ro, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, host, guest, err);
    if (rc != BX_OK)
        return rc;
    bx_cap c = {.kind = ro ? BX_CAP_READ : BX_CAP_RW,
                .path = bx_strndup(g->mounts[g->n_mounts - 1].guest,
                                   strlen(g->mounts[g->n_mounts - 1].guest))};
    rc = c.path ? append_cap(g, &c, err) : bx_fail(err, BX_ENOMEM, "mount");
    if (rc != BX_OK)
        drop_last_mount(g);
    return rc;
}

bx_code bx_grant_mount_text(bx_grant *g, bx_str text, bx_error *err)
{
    bx_str host, guest;
    bool ro;
    bx_code rc = split_map(text, "HOST::GUEST", &host, &guest, &ro, err);
    if (rc != BX_OK)
        return rc;
    if (guest.p + guest.n != text.p + text.n)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s': a mount grants nothing, so :ro and :rw do not apply; "
                       "use --map-dir, or add a read: or rw: capability",
                       BX_FMT(text));
    return bx_grant_mount(g, host, guest, err);
}

/* ---- sealing -------------------------------------------------------------------------------- */

static bool is_file_cap(const bx_cap *c)
{
    return c->kind == BX_CAP_READ || c->kind == BX_CAP_WRITE || c->kind == BX_CAP_RW;
}

static const bx_mount *mount_at(const bx_grant *g, bx_str guest)
{
    for (size_t i = 0; i < g->n_mounts; i++)
        if (bx_str_eq(guest, bx_str_of(g->mounts[i].guest)))
            return &g->mounts[i];
    return NULL;
}

static bx_code check_file_cap(const bx_grant *g, const bx_cap *c, bx_error *err)
{
    static const char *const words[] = {"read", "write", "rw"};
    bx_str path = bx_str_of(c->path);
    for (size_t i = 0; i < g->n_mounts; i++)
        if (bx_path_is_below(path, bx_str_of(g->mounts[i].guest)))
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

/* ---- credentials --------------------------------------------------------------------------------
 */

/* A token of RFC 9110 section 5.6.2. */
static bool is_token(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

/* Fields that frame a message or belong to one connection: the client's own, never a credential. */
static bool is_framing(bx_str s)
{
    static const char *const names[] = {"host", "content-length", "transfer-encoding", "connection",
                                        "keep-alive", "te", "trailer", "upgrade", "expect"};
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (s.n == strlen(names[i]) && strncasecmp(s.p, names[i], s.n) == 0)
            return true;
    }
    return false;
}

static bool is_origin(bx_str s)
{
    bx_str rest = bx_str_starts(s, BX_LIT("https://"))  ? bx_str_from(s, 8)
                  : bx_str_starts(s, BX_LIT("http://")) ? bx_str_from(s, 7)
                                                        : (bx_str){s.p, 0};
    for (size_t i = 0; i < rest.n; i++) {
        if (strchr("/@?#*\\", rest.p[i]) || rest.p[i] <= ' ')
            return false;
    }
    return rest.n > 0;
}

static bx_code split_inject(bx_str text, bx_str *origin, bx_str *header, bx_str *env, bx_error *err)
{
    const char *space = memchr(text.p, ' ', text.n);
    bx_str field = space ? bx_str_from(text, (size_t)(space - text.p) + 1) : (bx_str){text.p, 0};
    const char *eq = memchr(field.p, '=', field.n);
    bx_str value = eq ? bx_str_from(field, (size_t)(eq - field.p) + 1) : (bx_str){text.p, 0};
    if (!space || !eq || !bx_str_starts(value, BX_LIT("env:")) || value.n == 4)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s': expected 'ORIGIN HEADER=env:NAME', as in 'https://api.github.com "
                       "Authorization=env:GITHUB_TOKEN'",
                       BX_FMT(text));
    *origin = (bx_str){text.p, (size_t)(space - text.p)};
    *header = (bx_str){field.p, (size_t)(eq - field.p)};
    *env = bx_str_from(value, 4);
    if (!is_origin(*origin))
        return bx_fail(
            err, BX_EINVAL,
            "'%.*s' is not an origin: scheme://host[:port], http or https, nothing behind it",
            BX_FMT(*origin));
    if (!is_token(*header))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not the name of a header field", BX_FMT(*header));
    if (is_framing(*header))
        return bx_fail(err, BX_EINVAL, "the field '%.*s' frames the request: it cannot be injected",
                       BX_FMT(*header));
    if (memchr(env->p, '=', env->n) || memchr(env->p, '\0', env->n))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not the name of a variable", BX_FMT(*env));
    return BX_OK;
}

bx_code bx_grant_inject(bx_grant *g, bx_str text, bx_error *err)
{
    bx_str origin = {0}, header = {0}, env = {0};
    bx_code rc = check_open(g, err);
    if (rc == BX_OK)
        rc = split_inject(text, &origin, &header, &env, err);
    if (rc != BX_OK)
        return rc;
    if (g->n_injects == BX_MAX_INJECTS)
        return bx_fail(err, BX_ELIMIT, "more than %d credentials", BX_MAX_INJECTS);
    bx_inject_rule_text *more = bx_realloc(g->injects, (g->n_injects + 1) * sizeof *more);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "credential %zu", g->n_injects + 1);
    g->injects = more;
    bx_inject_rule_text r = {bx_strndup(origin.p, origin.n), bx_strndup(header.p, header.n),
                             bx_strndup(env.p, env.n)};
    if (!r.origin || !r.header || !r.env) {
        inject_done(&r);
        return bx_fail(err, BX_ENOMEM, "credential %zu", g->n_injects + 1);
    }
    g->injects[g->n_injects++] = r;
    return BX_OK;
}

static bx_code check_once(const bx_grant *g, bx_cap_kind kind, const char *word, bx_error *err)
{
    if (count_kind(g, kind) > 1)
        return bx_fail(err, BX_EINVAL, "more than one %s capability: keep one", word);
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
        rc = check_own_dir(g, BX_CAP_TMP, "tmp", BX_LIT("/tmp"), err);
    if (rc == BX_OK)
        rc = check_own_dir(g, BX_CAP_STORE, "store:", BX_LIT("/store"), err);
    for (size_t i = 0; i < g->n_caps && rc == BX_OK; i++) {
        if (is_file_cap(&g->caps[i]))
            rc = check_file_cap(g, &g->caps[i], err);
    }
    if (rc == BX_OK)
        g->sealed = true;
    return rc;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

const bx_cap *bx_grant_find(const bx_grant *g, bx_cap_kind kind)
{
    for (size_t i = 0; i < g->n_caps; i++)
        if (g->caps[i].kind == kind)
            return &g->caps[i];
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
