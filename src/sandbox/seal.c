/* A sealed grant: what can be prepared once for all its calls. */
#include "base/limits.h"
#include "sandbox/internal.h"

static bx_code add_var(bx_buf *env, bx_str name, bx_str value)
{
    (void)bx_buf_add_str(env, name);
    (void)bx_buf_add_c(env, '=');
    (void)bx_buf_add_str(env, value);
    return bx_buf_add_c(env, '\0');
}

/* A sealed grant has one value for a variable, but may say so twice. */
static bool is_repeated(bx_cap_list caps, size_t i)
{
    for (size_t k = i + 1; k < caps.n; k++) {
        if (caps.at[k].kind == BX_CAP_ENV && strcmp(caps.at[k].path, caps.at[i].path) == 0)
            return true;
    }
    return false;
}

static bool is_granted_var(bx_cap_list caps, const char *name)
{
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == BX_CAP_ENV && strcmp(caps.at[i].path, name) == 0)
            return true;
    }
    return false;
}

/* PWD is where programs look that cannot be told of a working directory otherwise (Go). */
static bx_code add_cwd(bx_sealed *s, bx_error *err)
{
    const char *cwd = bx_grant_cwd(s->grant);
    if (!cwd || is_granted_var(bx_grant_caps(s->grant), "PWD"))
        return BX_OK;
    s->n_env++;
    (void)add_var(&s->env, BX_LIT("PWD"), bx_str_of(cwd));
    return bx_wrap(bx_buf_check(&s->env, err), err, "variables of the guest");
}

static bx_code build_env(bx_sealed *s, bx_error *err)
{
    bx_cap_list caps = bx_grant_caps(s->grant);
    s->env = bx_buf_init(BX_MAX_ARG_BYTES);
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *c = &caps.at[i];
        if (c->kind != BX_CAP_ENV || is_repeated(caps, i))
            continue;
        const char *value = c->value ? c->value : getenv(c->path);
        if (!value)
            continue; /* granted, but the host has no such variable */
        if (add_var(&s->env, bx_str_of(c->path), bx_str_of(value)) != BX_OK)
            return bx_wrap(bx_buf_check(&s->env, err), err, "variables of the guest");
        s->n_env++;
    }
    return add_cwd(s, err);
}

/* Credentials are read when the grant is sealed, so that a missing one is found before anything
 * runs. Copied: the environment may change. */
static bx_code read_credentials(bx_sealed *s, bx_error *err)
{
    bx_credential_list list = bx_grant_credentials(s->grant);
    s->inject = bx_calloc(list.n + 1, sizeof *s->inject);
    if (!s->inject)
        return bx_fail(err, BX_ENOMEM, "credentials");
    for (size_t i = 0; i < list.n; i++) {
        const bx_credential *r = &list.at[i];
        const char *value = getenv(r->env);
        if (!value || !value[0])
            return bx_fail(err, BX_ENOENT, "inject: the variable '%s' for %s is not set", r->env,
                           r->origin);
        bx_code rc = bx_credential_check_value(bx_str_of(r->header), bx_str_of(value), err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "inject: the variable '%s'", r->env);
        char *copy = bx_strndup(value, strlen(value));
        if (!copy)
            return bx_fail(err, BX_ENOMEM, "credentials");
        s->inject[i] = (bx_inject){bx_str_of(r->origin), bx_str_of(r->header), bx_str_of(copy)};
    }
    return BX_OK;
}

/* Read now, so that a file that will not do is found before anything runs. */
static bx_code read_cas(bx_sealed *s, bx_error *err)
{
    bx_path_list list = bx_grant_cas(s->grant);
    bx_code rc = BX_OK;
    s->ca = bx_buf_init(list.n * (BX_EGRESS_MAX_CA + 1));
    for (size_t i = 0; i < list.n && rc == BX_OK; i++)
        rc = bx_wrap(bx_egress_read_ca(list.at[i], &s->ca, err), err, "ca");
    return rc;
}

static void forget_credentials(bx_sealed *s)
{
    for (size_t i = 0; s->inject && i < bx_grant_credentials(s->grant).n; i++) {
        char *value = (char *)(uintptr_t)s->inject[i].value.p;
        if (value)
            explicit_bzero(value, s->inject[i].value.n);
        free(value);
    }
    free(s->inject);
}

/* Those the grant names become the entries of /bin. */
static bx_code list_programs(bx_sealed *s, const bx_program_set *programs, bx_error *err)
{
    bx_cap_list caps = bx_grant_caps(s->grant);
    if (!programs || programs->n == 0 || !bx_grant_find(s->grant, BX_CAP_TOOL))
        return BX_OK;
    s->programs = programs;
    s->entries = bx_calloc(programs->n, sizeof *s->entries);
    if (!s->entries)
        return bx_fail(err, BX_ENOMEM, "programs");
    for (size_t i = 0; i < programs->n; i++) {
        const bx_program *p = &programs->at[i];
        if (bx_program_is_granted(caps, p->name))
            s->entries[s->bin.n++] = (bx_vfs_program){.name = p->name, .bytes = p->bytes};
    }
    s->bin.at = s->entries;
    return BX_OK;
}

bx_code bx_sealed_new(bx_grant *g, const char *store_dir, bx_sealed **ret, bx_error *err)
{
    return bx_sealed_new_with(g, store_dir, NULL, ret, err);
}

bx_code bx_sealed_new_with(bx_grant *g, const char *store_dir, const bx_program_set *programs,
                           bx_sealed **ret, bx_error *err)
{
    BX_AUTO(bx_sealed) bx_sealed *s = bx_calloc(1, sizeof *s);
    if (!s) {
        bx_grant_free(g);
        return bx_fail(err, BX_ENOMEM, "sealed grant");
    }
    s->grant = g;
    bx_code rc = bx_grant_seal(g, err);
    if (rc == BX_OK)
        rc = list_programs(s, programs, err);
    if (rc == BX_OK)
        rc = bx_vfs_new_with(g, store_dir, &s->bin, &s->vfs, err);
    if (rc == BX_OK)
        rc = build_env(s, err);
    if (rc == BX_OK)
        rc = read_credentials(s, err);
    if (rc == BX_OK)
        rc = read_cas(s, err);
    if (rc != BX_OK)
        return rc;
    s->random = bx_grant_random(g, &s->seed);
    s->clock = bx_grant_clock(g);
    *ret = BX_TAKE(s);
    return BX_OK;
}

void bx_sealed_free(bx_sealed *s)
{
    if (!s)
        return;
    forget_credentials(s);
    bx_vfs_unref(s->vfs);
    bx_grant_free(s->grant);
    bx_buf_done(&s->env);
    bx_buf_done(&s->ca);
    free(s->entries);
    free(s);
}

const bx_grant *bx_sealed_grant(const bx_sealed *s) { return s->grant; }

bx_vfs *bx_sealed_vfs(const bx_sealed *s) { return s->vfs; }
