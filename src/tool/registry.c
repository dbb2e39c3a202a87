#include "tool/registry.h"

#include <stdio.h>

#include "base/limits.h"
#include "os/clock.h"
#include "tool/scan.h"

enum { POLL_MS = 1000 };

struct bx_registry {
    char *home_tools, *project_tools, *workspace, *keys, *lock_file; /* each may be NULL */
    bool only_signed, read_only, accept_project;
    uint64_t poll_ns;
    pthread_mutex_t lock;    /* over all below; held while files are read */
    bx_tool_entry **builtin; /* as they were asked for */
    bx_catalogue *now;       /* NULL: nobody asked yet */
    bx_pins *pins;
    bx_look of_lock; /* tools.lock, when it was read */
    bx_look of_keys; /* the directory of trusted keys, likewise */
    uint64_t looked_ns, generation;
    bool look;
};

/* ---- life ------------------------------------------------------------------------------------ */

static char *below(const char *dir, const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *path = bx_calloc(n, 1);
    if (path)
        (void)snprintf(path, n, "%s/%s", dir, name);
    return path;
}

bx_code bx_registry_open(const bx_registry_config *cfg, bx_registry **ret, bx_error *err)
{
    BX_AUTO(bx_registry) bx_registry *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "tools");
    (void)pthread_mutex_init(&r->lock, NULL);
    r->only_signed = cfg->only_signed;
    r->read_only = cfg->read_only;
    r->accept_project = cfg->accept_project;
    r->poll_ns = (uint64_t)(cfg->poll_ms ? cfg->poll_ms : POLL_MS) * 1000000;
    r->builtin = bx_calloc(bx_builtins_count + 1, sizeof *r->builtin);
    bool good = r->builtin != NULL;
    if (cfg->home) {
        r->home_tools = below(cfg->home, "tools");
        r->keys = below(cfg->home, "keys/trusted");
        r->lock_file = below(cfg->home, "tools/tools.lock");
        good = good && r->home_tools && r->keys && r->lock_file;
    }
    if (cfg->workspace && cfg->workspace_is_trusted) {
        r->workspace = realpath(cfg->workspace, NULL);
        r->project_tools = r->workspace ? below(r->workspace, ".boxagnts/tools") : NULL;
        good = good && (!r->workspace || r->project_tools);
    }
    if (!good)
        return bx_fail(err, BX_ENOMEM, "tools");
    *ret = BX_TAKE(r);
    return BX_OK;
}

void bx_registry_close(bx_registry *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->builtin && i < bx_builtins_count; i++)
        bx_tool_entry_unref(r->builtin[i]);
    free(r->builtin);
    bx_catalogue_unref(r->now);
    bx_pins_free(r->pins);
    (void)pthread_mutex_destroy(&r->lock);
    free(r->home_tools);
    free(r->project_tools);
    free(r->workspace);
    free(r->keys);
    free(r->lock_file);
    free(r);
}

/* ---- looking --------------------------------------------------------------------------------- */

static bx_code need_builtin_locked(bx_registry *r, size_t i, bx_error *err)
{
    return r->builtin[i] ? BX_OK : bx_tool_entry_of_builtin(&bx_builtins[i], &r->builtin[i], err);
}

static bx_code add_builtin_locked(bx_registry *r, bx_catalogue *into, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < bx_builtins_count && rc == BX_OK; i++) {
        if (bx_builtin_check(&bx_builtins[i], NULL) == BX_ENOENT)
            continue;
        rc = need_builtin_locked(r, i, err);
        if (rc == BX_OK)
            rc = bx_catalogue_add(into, bx_tool_entry_ref(r->builtin[i]), err);
    }
    return rc;
}

/* True: tools.lock is another one than when it was read. */
static bool read_pins_locked(bx_registry *r, bx_code *rc, bx_error *err)
{
    struct stat st;
    bx_look look = {.dev = 0};
    *rc = BX_OK;
    if (r->lock_file && stat(r->lock_file, &st) == 0)
        look = bx_look_of(&st);
    if (r->pins && memcmp(&look, &r->of_lock, sizeof look) == 0)
        return false;
    *rc = r->pins ? bx_pins_reload(r->pins, err) : bx_pins_open(r->lock_file, &r->pins, err);
    r->of_lock = look;
    return true;
}

/* Who is trusted decides over every tool that is signed. */
static bool keys_changed_locked(bx_registry *r)
{
    struct stat st;
    bx_look look = {.dev = 0};
    if (r->keys && stat(r->keys, &st) == 0)
        look = bx_look_of(&st);
    bool changed = memcmp(&look, &r->of_keys, sizeof look) != 0;
    r->of_keys = look;
    return changed;
}

static bx_tool_entry *find_in(const bx_catalogue *c, bx_str name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (bx_str_eq(bx_tool_entry_name(c->at[i]), name))
            return c->at[i];
    }
    return NULL;
}

/* The project's tools come behind those of the user, and take no name of theirs: a tool of the same
 * content is the same tool. */
static bx_code drop_clashes(bx_scan *s, bx_catalogue *project, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < project->n && rc == BX_OK; i++) {
        bx_tool_entry *e = project->at[i];
        const bx_tool_entry *had = find_in(s->into, bx_tool_entry_name(e));
        if (!had)
            rc = bx_catalogue_add(s->into, bx_tool_entry_ref(e), err);
        else if (memcmp(had->package, e->package, sizeof e->package) != 0)
            rc = bx_scan_refuse(s, bx_tool_entry_name(e), &e->looks,
                                "a tool of yours has that name, and a project's cannot take its "
                                "place: rename one of them, or remove yours (boxagnts tool remove)",
                                err);
    }
    return rc;
}

static bx_code look_home_locked(bx_registry *r, bx_scan *s, bx_error *err)
{
    s->source = BX_FROM_HOME;
    s->dir = r->home_tools;
    s->where = "user";
    return r->home_tools ? bx_scan_dir(s, err) : BX_OK;
}

static bx_code look_project_locked(bx_registry *r, bx_scan *s, bx_error *err)
{
    if (!r->project_tools)
        return BX_OK;
    bx_catalogue *all = s->into;
    BX_AUTO(bx_catalogue) bx_catalogue *project = NULL;
    bx_code rc = bx_catalogue_new(&project, err);
    if (rc != BX_OK)
        return rc;
    s->source = BX_FROM_PROJECT;
    s->dir = r->project_tools;
    s->where = r->workspace;
    s->strict = true;
    s->accept = r->accept_project;
    s->into = project;
    rc = bx_scan_dir(s, err);
    s->into = all;
    if (rc == BX_OK)
        rc = bx_catalogue_add_problems(all, project, err);
    return rc == BX_OK ? drop_clashes(s, project, err) : rc;
}

static int by_name(const void *a, const void *b)
{
    bx_str x = bx_tool_entry_name(*(bx_tool_entry *const *)a);
    bx_str y = bx_tool_entry_name(*(bx_tool_entry *const *)b);
    int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return c != 0 ? c : (x.n > y.n) - (x.n < y.n);
}

static bool same_catalogue(const bx_catalogue *a, const bx_catalogue *b)
{
    if (a->n != b->n || a->n_problems != b->n_problems)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (a->at[i] != b->at[i])
            return false;
    }
    for (size_t i = 0; i < a->n_problems; i++) {
        if (strcmp(a->problems[i].path, b->problems[i].path) != 0 ||
            strcmp(a->problems[i].words, b->problems[i].words) != 0)
            return false;
    }
    return true;
}

static bx_code scan_locked(bx_registry *r, bx_catalogue *next, bx_error *err)
{
    bx_code rc;
    __attribute__((cleanup(bx_trusted_keys_done))) bx_trusted_keys keys = {NULL, 0};
    bx_scan s = {.keys = &keys, .only_signed = r->only_signed, .before = r->now, .into = next};
    bx_error why;
    s.all_again = keys_changed_locked(r);
    s.problems_again = read_pins_locked(r, &rc, &why) || s.all_again;
    s.pins = r->pins;
    if (rc == BX_OK)
        rc = bx_trusted_keys_load(r->keys, &keys, &why);
    if (rc != BX_OK) { /* nothing can be judged without it */
        s.source = BX_FROM_HOME;
        s.dir = r->lock_file ? r->lock_file : "";
        return bx_scan_refuse(&s, BX_LIT(""), NULL, why.msg, err);
    }
    rc = look_home_locked(r, &s, err);
    if (rc == BX_OK)
        rc = look_project_locked(r, &s, err);
    /* A home that cannot be written to keeps nothing; what was seen holds for this process. */
    if (rc == BX_OK && !r->read_only && bx_pins_save(r->pins, &why) == BX_ENOMEM)
        rc = bx_fail(err, BX_ENOMEM, "tools");
    return rc;
}

static bx_code look_locked(bx_registry *r, bx_error *err)
{
    uint64_t now = bx_now_ns();
    if (r->now && !r->look && now - r->looked_ns < r->poll_ns)
        return BX_OK;
    BX_AUTO(bx_catalogue) bx_catalogue *next = NULL;
    bx_code rc = bx_catalogue_new(&next, err);
    if (rc == BX_OK)
        rc = add_builtin_locked(r, next, err);
    if (rc == BX_OK)
        rc = scan_locked(r, next, err);
    if (rc != BX_OK)
        return rc;
    if (next->n)
        qsort(next->at, next->n, sizeof(bx_tool_entry *), by_name);
    r->looked_ns = now;
    r->look = false;
    if (r->now && same_catalogue(r->now, next))
        return BX_OK;
    next->generation = ++r->generation;
    bx_catalogue_unref(r->now);
    r->now = BX_TAKE(next);
    return BX_OK;
}

/* ---- questions ------------------------------------------------------------------------------- */

static bx_code find_builtin_locked(bx_registry *r, const bx_builtin *b, bx_tool_entry **ret,
                                   bx_error *err)
{
    size_t i = (size_t)(b - bx_builtins);
    bx_code rc = bx_builtin_check(b, err);
    if (rc == BX_OK)
        rc = need_builtin_locked(r, i, err);
    if (rc == BX_OK)
        *ret = bx_tool_entry_ref(r->builtin[i]);
    return rc;
}

static bx_code find_file_locked(bx_registry *r, bx_str name, bx_tool_entry **ret, bx_error *err)
{
    bx_code rc = look_locked(r, err);
    if (rc != BX_OK)
        return rc;
    bx_tool_entry *e = find_in(r->now, name);
    if (e) {
        *ret = bx_tool_entry_ref(e);
        return BX_OK;
    }
    for (size_t i = 0; i < r->now->n_problems; i++) {
        const bx_tool_problem *p = &r->now->problems[i];
        if (bx_str_eq(bx_str_of(p->name), name))
            return bx_fail(err, BX_EDENIED, "%s is refused: %s", p->path, p->words);
    }
    return bx_fail(err, BX_ENOENT, "no tool '%.*s'", BX_FMT(name));
}

bx_code bx_registry_find(bx_registry *r, bx_str name, bx_tool_entry **ret, bx_error *err)
{
    const bx_builtin *b = bx_builtin_find(name);
    (void)pthread_mutex_lock(&r->lock);
    bx_code rc = b ? find_builtin_locked(r, b, ret, err) : find_file_locked(r, name, ret, err);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

bx_code bx_registry_list(bx_registry *r, bx_tool_list *ret, bx_error *err)
{
    (void)pthread_mutex_lock(&r->lock);
    bx_code rc = look_locked(r, err);
    if (rc == BX_OK) {
        bx_catalogue *c = r->now;
        (void)atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
        *ret = (bx_tool_list){.at = c->at,
                              .n = c->n,
                              .problems = c->problems,
                              .n_problems = c->n_problems,
                              .generation = c->generation,
                              .held = c};
    }
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

void bx_tool_list_done(bx_tool_list *l)
{
    bx_catalogue_unref(l->held);
    *l = (bx_tool_list){.at = NULL};
}

uint64_t bx_registry_generation(bx_registry *r)
{
    (void)pthread_mutex_lock(&r->lock);
    (void)look_locked(r, NULL); /* out of memory: what is known is told */
    uint64_t n = r->generation;
    (void)pthread_mutex_unlock(&r->lock);
    return n;
}

void bx_registry_look_now(bx_registry *r)
{
    (void)pthread_mutex_lock(&r->lock);
    r->look = true;
    (void)pthread_mutex_unlock(&r->lock);
}
