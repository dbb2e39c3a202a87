#include "app/shelf.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/policy_files.h"

struct bx_shelf {
    bx_runtime *rt;
    char *home, *workspace; /* or NULL */
    pthread_mutex_t lock;   /* over all below */
    bx_registry *registry;  /* NULL: nobody asked yet */
    bx_tool_entry **kept;   /* each that was handed out, once */
    size_t n, room;
    bx_tool_list list; /* what names are told of */
};

bx_code bx_shelf_new(bx_runtime *rt, const char *home, bx_shelf **ret, bx_error *err)
{
    bx_shelf *s = bx_calloc(1, sizeof *s);
    if (!s || (home && !(s->home = bx_strndup(home, strlen(home))))) {
        free(s);
        return bx_fail(err, BX_ENOMEM, "tools");
    }
    s->rt = rt;
    (void)pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return BX_OK;
}

void bx_shelf_free(bx_shelf *s)
{
    if (!s)
        return;
    bx_tool_list_done(&s->list);
    for (size_t i = 0; i < s->n; i++)
        bx_tool_entry_unref(s->kept[i]);
    free(s->kept);
    bx_registry_close(s->registry);
    (void)pthread_mutex_destroy(&s->lock);
    free(s->home);
    free(s->workspace);
    free(s);
}

bx_code bx_shelf_use_project(bx_shelf *s, const char *workspace, bx_error *err)
{
    (void)pthread_mutex_lock(&s->lock);
    bool kept = s->registry || s->workspace;
    char *copy = kept ? NULL : bx_strndup(workspace, strlen(workspace));
    if (copy)
        s->workspace = copy;
    (void)pthread_mutex_unlock(&s->lock);
    return copy || kept ? BX_OK : bx_fail(err, BX_ENOMEM, "tools");
}

static bool is_trusted(const char *workspace)
{
    bool yes = false;
    return bx_policy_is_trusted(workspace, &yes, NULL) == BX_OK && yes;
}

static bx_code need_registry_locked(bx_shelf *s, bx_error *err)
{
    if (s->registry)
        return BX_OK;
    const bx_registry_config cfg = {.home = s->home,
                                    .workspace = s->workspace,
                                    .workspace_is_trusted =
                                        s->home && s->workspace && is_trusted(s->workspace)};
    return bx_registry_open(&cfg, &s->registry, err);
}

/* A reference of our own, once. */
static bx_code keep_locked(bx_shelf *s, bx_tool_entry *e, bx_error *err)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->kept[i] == e)
            return BX_OK;
    }
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        bx_tool_entry **kept = bx_realloc(s->kept, room * sizeof(bx_tool_entry *));
        if (!kept)
            return bx_fail(err, BX_ENOMEM, "tools");
        s->kept = kept;
        s->room = room;
    }
    s->kept[s->n++] = bx_tool_entry_ref(e);
    return BX_OK;
}

static bx_code find_locked(bx_shelf *s, bx_str name, bx_tool_entry **ret, bx_error *err)
{
    bx_code rc = need_registry_locked(s, err);
    if (rc == BX_OK)
        rc = bx_registry_find(s->registry, name, ret, err);
    return rc == BX_OK ? keep_locked(s, *ret, err) : rc;
}

bx_code bx_shelf_find(bx_shelf *s, bx_str name, bx_tool *ret, const bx_tool_facts **ret_facts,
                      bx_error *err)
{
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    (void)pthread_mutex_lock(&s->lock);
    bx_code rc = find_locked(s, name, &e, err);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc == BX_OK)
        rc = bx_tool_entry_open(e, s->rt, ret, err);
    if (rc == BX_OK && ret_facts)
        *ret_facts = bx_tool_entry_facts(e);
    return rc;
}

/* Whoever was told a name of the list before may still look at it. */
static bx_code look_locked(bx_shelf *s, bx_error *err)
{
    bx_tool_list l;
    bx_code rc = need_registry_locked(s, err);
    if (rc == BX_OK)
        rc = bx_registry_list(s->registry, &l, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; rc == BX_OK && i < l.n; i++)
        rc = keep_locked(s, l.at[i], err);
    bx_tool_list_done(rc == BX_OK ? &s->list : &l);
    if (rc == BX_OK)
        s->list = l;
    return rc;
}

const char *bx_shelf_name(bx_shelf *s, size_t i)
{
    const char *name = NULL;
    (void)pthread_mutex_lock(&s->lock);
    if ((i > 0 || look_locked(s, NULL) == BX_OK) && i < s->list.n)
        name = bx_tool_entry_facts(s->list.at[i])->manifest->name.p;
    (void)pthread_mutex_unlock(&s->lock);
    return name;
}

void bx_shelf_look_now(bx_shelf *s)
{
    (void)pthread_mutex_lock(&s->lock);
    bx_registry *r = s->registry;
    (void)pthread_mutex_unlock(&s->lock);
    if (r)
        bx_registry_look_now(r);
}

bx_code bx_shelf_add_programs(bx_shelf *s, bx_programs *p, bx_error *err)
{
    (void)pthread_mutex_lock(&s->lock);
    bx_code rc = look_locked(s, err);
    for (size_t i = 0; rc == BX_OK && i < s->list.n; i++) {
        const bx_tool_facts *f = bx_tool_entry_facts(s->list.at[i]);
        if (!f->builtin && f->manifest->call == BX_TOOL_ARGV)
            rc = bx_programs_add_tool(p, f->manifest, f->path, f->digest, f->signature == BX_SIGNED,
                                      err);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}
