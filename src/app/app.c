#include "app/app.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/shelf.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/builtin.h"
#include "tool/programs.h"

enum { MAX_PATH = 4096, OWN_AT_HOME = 2, MAX_KEPT = 64 };

/* Below the home directory; what is not there yet must not be made by a guest either.  A journal of
 * another mode would be played back into the database by whoever opens it next; notes, skills and
 * agents are the user's own words to every later run. */
static const char *const at_home[] = {
    "programs",         "tools",      "state.db",   "state.db-wal",  "state.db-shm",
    "state.db-journal", "state.lock", "content",    "boxagnts.yaml", "trust",
    "policy.lock",      "mcp-token",  "keys",       "AGENTS.md",     "CLAUDE.md",
    "skills",           "agents",     "sh_history", "believed",
};

/* What is written there before it gets one of those names: whoever had it open would go on writing
 * to what it has become. */
static const char *const made_at_home[] = {".tmp-*", "state.db.new.*", "adding-*"};

/* The person's words to every later client as well, in directories that other programs read too. */
static const char *const of_person[] = {".agents/skills", ".boxagnts/skills"};

struct bx_app {
    bx_egress *egress;
    bx_runtime *runtime;
    char *store_dir;
    char *own[24]; /* what no guest may have: where compiled code and its key are kept, or will be,
                      and what of the home directory decides or records; NULL: nowhere */
    char *person[BX_COUNT(of_person)]; /* owned; NULL: nowhere */
    char *kept[MAX_KEPT]; /* owned; files of the operator that no guest may have either */
    size_t n_kept;
    char *home, *programs_dir; /* or NULL */
    bx_shelf *shelf;
    bx_programs *programs; /* with the lock; NULL until they are asked for */
    bool programs_are_whole;
    bx_program_set program_set;
    bx_manifest **manifests; /* of the built-in tools, as they are called; with the lock */
    bx_module **modules;
    pthread_mutex_t lock;
};

/* DIR/NAME as a new string; NULL when out of memory. */
static char *below(const char *dir, const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *path = bx_calloc(n, 1);
    if (path)
        (void)snprintf(path, n, "%s/%s", dir, name);
    return path;
}

static void notice(const bx_app_config *cfg, const char *text)
{
    if (cfg->notice)
        cfg->notice(cfg->notice_ctx, text);
}

static bool is_usable(const char *dir)
{
    BX_AUTOCLOSE int fd = -1;
    return bx_dir_open_private(dir, &fd, NULL) == BX_OK;
}

static bx_code make_runtime(bx_app *app, const bx_app_config *cfg, const char *home, bx_error *err)
{
    BX_AUTOFREE char *modules = home ? below(home, "modules") : NULL;
    BX_AUTOFREE char *keys = home ? below(home, "keys") : NULL;
    if (home && (!modules || !keys))
        return bx_fail(err, BX_ENOMEM, "runtime");
    bx_runtime_config rc_cfg = {
        .slots = cfg->slots,
        .cache_dir = cfg->cache_dir ? cfg->cache_dir : modules,
        .key_dir = keys,
        .cache_max = cfg->cache_max,
        /* A home that is full or cannot be written (the key is there) stops no call; a directory
         * that was asked for and cannot be used does. */
        .cache_later = !cfg->cache_dir,
        .compile_threads = cfg->compile_threads,
        .unknown_imports_trap = cfg->unknown_imports_trap,
        .compiler = cfg->compiler,
        .compile_here = cfg->compile_here,
        .by_signal = cfg->by_signal,
        .egress = app->egress,
        .notice = cfg->notice,
        .notice_ctx = cfg->notice_ctx,
    };
    bx_error why;
    bx_code rc = bx_runtime_new(&rc_cfg, &app->runtime, &why);
    if (rc != BX_OK && cfg->cache_dir && is_usable(cfg->cache_dir)) { /* it is the key, at home */
        char text[sizeof why.msg + 64];
        (void)snprintf(text, sizeof text, "no code cache, every start compiles: %s", why.msg);
        notice(cfg, text);
        rc_cfg.cache_dir = NULL;
        rc = bx_runtime_new(&rc_cfg, &app->runtime, &why);
    }
    if (rc != BX_OK)
        return bx_fail(err, rc, "%s", why.msg);
    app->home = home ? bx_strndup(home, strlen(home)) : NULL;
    app->programs_dir = home ? below(home, "programs") : NULL;
    if (home && (!app->home || !app->programs_dir))
        return bx_fail(err, BX_ENOMEM, "runtime");
    const char *const own[OWN_AT_HOME] = {rc_cfg.cache_dir,
                                          rc_cfg.cache_dir ? rc_cfg.key_dir : NULL};
    for (size_t i = 0; i < BX_COUNT(own); i++) {
        if (own[i] && !(app->own[i] = bx_strndup(own[i], strlen(own[i]))))
            return bx_fail(err, BX_ENOMEM, "runtime");
    }
    _Static_assert(OWN_AT_HOME + BX_COUNT(at_home) <= BX_COUNT(app->own), "room");
    for (size_t i = 0; home && i < BX_COUNT(at_home); i++) {
        if (!(app->own[OWN_AT_HOME + i] = below(home, at_home[i])))
            return bx_fail(err, BX_ENOMEM, "runtime");
    }
    const char *person = home ? getenv("HOME") : NULL;
    for (size_t i = 0; person && person[0] == '/' && i < BX_COUNT(of_person); i++) {
        if (!(app->person[i] = below(person, of_person[i])))
            return bx_fail(err, BX_ENOMEM, "runtime");
    }
    return BX_OK;
}

static void free_tools(bx_app *app);

bx_code bx_app_new(const bx_app_config *cfg, bx_app **ret, bx_error *err)
{
    char home[MAX_PATH - 64];
    bool has_home = cfg->use_home && bx_home_dir(home, sizeof home, NULL) == BX_OK;
    BX_AUTO(bx_app) bx_app *app = bx_calloc(1, sizeof *app);
    if (!app)
        return bx_fail(err, BX_ENOMEM, "runtime");
    (void)pthread_mutex_init(&app->lock, NULL);
    if (cfg->store_dir)
        app->store_dir = bx_strndup(cfg->store_dir, strlen(cfg->store_dir));
    else if (has_home)
        app->store_dir = below(home, "store");
    if (!app->store_dir && (cfg->store_dir || has_home))
        return bx_fail(err, BX_ENOMEM, "runtime");
    bx_code rc = bx_egress_new(&cfg->egress, &app->egress, err);
    if (rc == BX_OK)
        rc = make_runtime(app, cfg, has_home ? home : NULL, err);
    if (rc == BX_OK)
        rc = bx_shelf_new(app->runtime, has_home ? home : NULL, &app->shelf, err);
    if (rc != BX_OK)
        return rc;
    *ret = BX_TAKE(app);
    return BX_OK;
}

void bx_app_free(bx_app *app)
{
    if (!app)
        return;
    bx_programs_free(app->programs);
    free_tools(app);
    bx_shelf_free(app->shelf);
    (void)pthread_mutex_destroy(&app->lock);
    bx_runtime_free(app->runtime);
    bx_egress_free(app->egress);
    free(app->store_dir);
    free(app->home);
    free(app->programs_dir);
    for (size_t i = 0; i < BX_COUNT(app->own); i++)
        free(app->own[i]);
    for (size_t i = 0; i < BX_COUNT(app->person); i++)
        free(app->person[i]);
    for (size_t i = 0; i < app->n_kept; i++)
        free(app->kept[i]);
    free(app);
}

void bx_app_leave(bx_app *app)
{
    /* Reachable, so that a leak checker sees what it is: not lost, only not freed. */
    static bx_app *left;
    if (!app)
        return;
    bx_egress_free(app->egress);
    app->egress = NULL;
    left = app;
    (void)left;
}

/* What follows `dir` in `path`, or NULL when that does not lie in it: "" for itself, else "/…". */
static const char *rest_of(const char *path, const char *dir)
{
    size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* `text` as a pattern that matches itself only. */
static void add_literal(bx_buf *line, bx_str text)
{
    for (size_t i = 0; i < text.n; i++)
        (void)bx_buf_addf(line, strchr("*?[", text.p[i]) ? "[%c]" : "%c", text.p[i]);
}

/* GUEST and REST as they are, and `wild` below them. */
static bx_code deny(bx_grant *g, bx_str guest, const char *rest, const char *wild, bx_error *err)
{
    BX_AUTO_BUF line = bx_buf_init(4 * MAX_PATH);
    (void)bx_buf_add_z(&line, "deny:");
    if (!bx_str_eq(guest, BX_LIT("/")))
        add_literal(&line, guest);
    add_literal(&line, bx_str_of(rest));
    if (wild)
        (void)bx_buf_addf(&line, "/%s", wild);
    bx_code rc = bx_buf_check(&line, err);
    return rc == BX_OK ? bx_grant_allow(g, bx_buf_str(&line), err) : rc;
}

/* One mount, one directory of ours; both as the kernel spells them. */
static bx_code protect(bx_grant *g, const char *own, const char *host, bx_str guest, bx_error *err)
{
    if (rest_of(host, own))
        return bx_fail(err, BX_EDENIED,
                       "'%.400s' is where boxagnts keeps its code, keys and records: no guest may "
                       "have it; mount "
                       "another directory, or keep those elsewhere",
                       host);
    const char *rest = rest_of(own, host);
    return rest ? deny(g, guest, rest, NULL, err) : BX_OK;
}

/* DIR and the parts of `rest`, which is not there yet.  NULL: out of memory, or a ".." in it, which
 * could mean anything once it is. */
static char *with_rest(const char *dir, const char *rest)
{
    BX_AUTOFREE char *path = bx_calloc(strlen(dir) + strlen(rest) + 2, 1);
    if (!path)
        return NULL;
    char *end = path;
    if (strcmp(dir, "/") != 0)
        end = stpcpy(path, dir);
    while (*rest) {
        size_t n = strcspn(rest, "/");
        if (n == 2 && rest[0] == '.' && rest[1] == '.')
            return NULL;
        if (n && !(n == 1 && rest[0] == '.')) {
            *end++ = '/';
            end = mempcpy(end, rest, n);
        }
        rest += n + (rest[n] == '/');
    }
    return BX_TAKE(path);
}

/* `path` as the kernel spells it, as far as it is there: what is not there yet must not be made by
 * a guest either.  NULL: out of memory, or longer than paths are. */
static char *real_path_of(const char *path)
{
    char head[MAX_PATH];
    size_t n = strlen(path);
    if (n >= sizeof head)
        return NULL;
    memcpy(head, path, n + 1);
    for (size_t at = n;; head[at] = '\0') {
        BX_AUTOFREE char *real = realpath(at ? head : "/", NULL);
        if (real && at == n)
            return BX_TAKE(real);
        if (real)
            return with_rest(real, path + at + 1);
        while (at > 0 && head[at] != '/')
            at--;
        if (at == 0 && path[0] != '/')
            return NULL;
    }
}

/* As real_path_of: of what lies in the home directory, whose real path is known, links alone have
 * to be followed. */
static char *real_own(const bx_app *app, size_t d, const char *home)
{
    struct stat st;
    if (d < OWN_AT_HOME || !home || (lstat(app->own[d], &st) == 0 && S_ISLNK(st.st_mode)))
        return real_path_of(app->own[d]);
    return below(strcmp(home, "/") == 0 ? "" : home, at_home[d - OWN_AT_HOME]);
}

bx_code bx_app_use_project(bx_app *app, const char *workspace, bx_error *err)
{
    return bx_shelf_use_project(app->shelf, workspace, err);
}

bx_code bx_app_keep(bx_app *app, const char *path, bx_error *err)
{
    for (size_t i = 0; i < app->n_kept; i++) {
        if (strcmp(app->kept[i], path) == 0)
            return BX_OK;
    }
    if (app->n_kept == MAX_KEPT)
        return bx_fail(err, BX_ELIMIT, "more than %d files that no guest may have", MAX_KEPT);
    if (!(app->kept[app->n_kept] = bx_strndup(path, strlen(path))))
        return bx_fail(err, BX_ENOMEM, "a file that no guest may have");
    app->n_kept++;
    return BX_OK;
}

/* In every mount that has it. */
static bx_code protect_one(bx_grant *g, size_t n_mounts, const char *own, bx_error *err)
{
    for (size_t i = 0; own && i < n_mounts; i++) {
        const bx_mount *m = &bx_grant_mounts(g).at[i];
        BX_AUTOFREE char *host = realpath(m->host, NULL); /* what is not there cannot be mounted */
        bx_code rc = host ? protect(g, own, host, bx_str_of(m->guest), err) : BX_OK;
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* In every mount that has `dir`, `wild` below it, or all of it; a mount inside of it is left to who
 * names it. */
static bx_code protect_below(bx_grant *g, size_t n_mounts, const char *dir, const char *wild,
                             bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; dir && i < n_mounts && rc == BX_OK; i++) {
        const bx_mount *m = &bx_grant_mounts(g).at[i];
        BX_AUTOFREE char *host = realpath(m->host, NULL);
        const char *rest = host ? rest_of(dir, host) : NULL;
        if (rest && (wild || *rest))
            rc = deny(g, bx_str_of(m->guest), rest, wild, err);
    }
    return rc;
}

static bx_code protect_words(const bx_app *app, bx_grant *g, size_t n, const char *home,
                             bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; home && rc == BX_OK && i < BX_COUNT(made_at_home); i++)
        rc = protect_below(g, n, home, made_at_home[i], err);
    for (size_t i = 0; rc == BX_OK && i < BX_COUNT(app->person); i++) {
        BX_AUTOFREE char *dir = app->person[i] ? real_path_of(app->person[i]) : NULL;
        rc = protect_below(g, n, dir, NULL, err);
    }
    return rc;
}

bx_code bx_app_protect(const bx_app *app, bx_grant *g, bx_error *err)
{
    size_t n = bx_grant_mounts(g).n;
    BX_AUTOFREE char *home = n && app->home ? real_path_of(app->home) : NULL;
    for (size_t d = 0; n && d < BX_COUNT(app->own); d++) {
        BX_AUTOFREE char *own = app->own[d] ? real_own(app, d, home) : NULL;
        if (app->own[d] && !own)
            return bx_fail(err, BX_EIO,
                           "'%.400s', which no guest may have, cannot be told from a mount",
                           app->own[d]);
        bx_code rc = protect_one(g, n, own, err);
        if (rc != BX_OK)
            return rc;
    }
    for (size_t d = 0; n && d < app->n_kept; d++) {
        bx_code rc = protect_one(g, n, app->kept[d], err);
        if (rc != BX_OK)
            return rc;
    }
    return protect_words(app, g, n, home, err);
}

static bx_code protect_for_tool(const void *ctx, bx_grant *g, bx_error *err)
{
    return bx_app_protect(ctx, g, err);
}

/* ---- programs -------------------------------------------------------------------------------- */

/* The tools that are programs, the built-in ones and those of the home directory. */
static bx_code begin_programs(bx_app *app, bx_error *err)
{
    if (app->programs)
        return BX_OK;
    BX_AUTO(bx_programs) bx_programs *p = NULL;
    bx_code rc = bx_programs_new(app->runtime, &p, err);
    if (rc == BX_OK) /* first: they take no name of a program that is built in */
        rc = bx_shelf_add_programs(app->shelf, p, err);
    if (rc == BX_OK)
        rc = bx_programs_add_builtin(p, err);
    if (rc == BX_OK && app->programs_dir)
        rc = bx_programs_add_dir(p, app->programs_dir, err);
    if (rc == BX_OK)
        app->programs = BX_TAKE(p);
    return rc;
}

bx_code bx_app_add_program(bx_app *app, bx_str text, bx_error *err)
{
    if (app->programs_are_whole)
        return bx_fail(err, BX_ESTATE, "the programs are in use already");
    bx_code rc = begin_programs(app, err);
    return rc == BX_OK ? bx_programs_add_file(app->programs, text, err) : rc;
}

static bx_code programs_locked(bx_app *app, bx_error *err)
{
    if (app->programs_are_whole)
        return BX_OK;
    bx_code rc = begin_programs(app, err);
    if (rc == BX_OK)
        rc = bx_programs_set(app->programs, &app->program_set, err);
    app->programs_are_whole = rc == BX_OK;
    return rc;
}

bx_code bx_app_programs(bx_app *app, const bx_program_set **ret, bx_error *err)
{
    (void)pthread_mutex_lock(&app->lock);
    bx_code rc = programs_locked(app, err);
    (void)pthread_mutex_unlock(&app->lock);
    if (rc == BX_OK)
        *ret = &app->program_set;
    return rc;
}

/* ---- tools that guests call --------------------------------------------------------------------
 */

static bx_code load_locked(bx_app *app, size_t i, bx_error *err)
{
    const bx_carried carried = bx_builtin_module(&bx_builtins[i]);
    if (!app->manifests)
        app->manifests = bx_calloc(bx_builtins_count, sizeof *app->manifests);
    if (!app->modules)
        app->modules = bx_calloc(bx_builtins_count, sizeof *app->modules);
    if (!app->manifests || !app->modules)
        return bx_fail(err, BX_ENOMEM, "tools");
    bx_code rc = BX_OK;
    if (!app->manifests[i])
        rc = bx_builtin_manifest(&bx_builtins[i], &app->manifests[i], err);
    if (rc == BX_OK && !app->modules[i])
        rc = bx_module_carried(app->runtime, &carried, &app->modules[i], err);
    return rc;
}

static bx_code find_tool(const void *ctx, bx_str name, bx_tool *ret, bx_error *err)
{
    bx_app *app = (bx_app *)(uintptr_t)ctx;
    const bx_builtin *b = bx_builtin_find(name);
    if (!b)
        return bx_shelf_find(app->shelf, name, ret, NULL, err);
    bx_code there = bx_builtin_check(b, err);
    if (there != BX_OK)
        return there;
    size_t i = (size_t)(b - bx_builtins);
    (void)pthread_mutex_lock(&app->lock);
    bx_code rc = load_locked(app, i, err);
    if (rc == BX_OK)
        *ret = (bx_tool){app->manifests[i], app->modules[i], b->of_wasm, true};
    (void)pthread_mutex_unlock(&app->lock);
    return rc;
}

static const char *tool_name(const void *ctx, size_t i)
{
    return bx_shelf_name(((const bx_app *)ctx)->shelf, i);
}

bx_shelf *bx_app_shelf(bx_app *app) { return app->shelf; }

static void free_tools(bx_app *app)
{
    for (size_t i = 0; i < bx_builtins_count; i++) {
        if (app->modules)
            bx_module_free(app->modules[i]);
        if (app->manifests)
            bx_manifest_free(app->manifests[i]);
    }
    free(app->modules);
    free(app->manifests);
}

static bx_code programs_for_tool(const void *ctx, const bx_program_set **ret, bx_error *err)
{
    return bx_app_programs((bx_app *)(uintptr_t)ctx, ret, err);
}

bx_tool_ground bx_app_ground(bx_app *app)
{
    return (bx_tool_ground){.store_dir = app->store_dir,
                            .protect = protect_for_tool,
                            .programs = programs_for_tool,
                            .find = find_tool,
                            .name = tool_name,
                            .ctx = app};
}

bx_runtime *bx_app_runtime(const bx_app *app) { return app->runtime; }

const char *bx_app_store_dir(const bx_app *app) { return app->store_dir; }
