/* What changes while `boxagnts mcp` serves: tools, skills, policy files, resources. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/policy_gate.h"
#include "app/shelf.h"
#include "base/limits.h"
#include "cli/mcp_box.h"
#include "cli/setup.h"
#include "os/dirs.h"

enum { SETTLE_MS = 100, NS_PER_MS = 1000000, MAX_ENTRIES = 1 << 16 };

/* ---- what there is to be watched ------------------------------------------------------------- */

/* What cannot be watched is noticed when somebody asks. */
static bool add(bx_mcp_box *b, const char *dir, const char *name, bx_watch_how how, unsigned tag)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    BX_AUTOFREE char *real = realpath(dir, NULL);
    bx_error none;
    (void)bx_buf_addf(&path, "%s", real ? real : dir);
    if (name)
        (void)bx_buf_addf(&path, "/%s", name);
    return path.fail == BX_OK && bx_watch_add(b->watch, path.p, how, tag, &none) == BX_OK;
}

static void add_all(bx_mcp_box *b)
{
    char home[BX_MAX_PATH];
    const bx_args *a = b->cfg.a;
    if (bx_home_dir(home, sizeof home, NULL) == BX_OK) {
        (void)add(b, home, "tools", BX_WATCH_PATH, BX_MCP_TOOLS);
        (void)add(b, home, "tools.lock", BX_WATCH_PATH, BX_MCP_TOOLS);
        (void)add(b, home, "keys/trusted", BX_WATCH_PATH, BX_MCP_TOOLS);
        (void)add(b, home, BX_POLICY_NAME, BX_WATCH_PATH, BX_MCP_POLICY);
        (void)add(b, home, "trust", BX_WATCH_PATH, BX_MCP_POLICY);
        (void)add(b, home, "believed", BX_WATCH_PATH, BX_MCP_POLICY);
    }
    (void)add(b, b->workspace, ".boxagnts/tools", BX_WATCH_PATH, BX_MCP_TOOLS);
    (void)add(b, b->workspace, BX_POLICY_NAME, BX_WATCH_PATH, BX_MCP_POLICY);
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id == BX_FLAG_POLICY)
            (void)add(b, a->flags[i].value, NULL, BX_WATCH_PATH, BX_MCP_POLICY);
    }
}

/* Which files there are, as far as another one would look otherwise: what a directory above them is
 * called, or a file beside them, is told, too. */
static uint64_t look_at(uint64_t seed, const char *dir, const char *name)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    struct stat st;
    (void)bx_buf_addf(&path, "%s%s%s", dir, name ? "/" : "", name ? name : "");
    if (path.fail != BX_OK || stat(path.p, &st) != 0)
        return seed * 31 + 1;
    const uint64_t facts[] = {st.st_dev,
                              st.st_ino,
                              (uint64_t)st.st_size,
                              st.st_mode,
                              (uint64_t)st.st_mtim.tv_sec,
                              (uint64_t)st.st_mtim.tv_nsec,
                              (uint64_t)st.st_ctim.tv_sec,
                              (uint64_t)st.st_ctim.tv_nsec};
    for (size_t i = 0; i < BX_COUNT(facts); i++)
        seed = (seed ^ facts[i]) * 0x9e3779b97f4a7c15U + (seed >> 29);
    return seed;
}

static uint64_t look_at_policy(const bx_mcp_box *b)
{
    char home[BX_MAX_PATH];
    uint64_t look = look_at(1, b->workspace, BX_POLICY_NAME);
    if (bx_home_dir(home, sizeof home, NULL) == BX_OK)
        look =
            look_at(look_at(look_at(look, home, BX_POLICY_NAME), home, "trust"), home, "believed");
    for (size_t i = 0; i < b->cfg.a->n_flags; i++) {
        if (b->cfg.a->flags[i].id == BX_FLAG_POLICY)
            look = look_at(look, b->cfg.a->flags[i].value, NULL);
    }
    return look;
}

typedef struct looking {
    uint64_t look;
    size_t entries, dirs;
    bool blind; /* what kind one is, is not told */
} looking;

/* In whatever order the names come; hidden ones are not listed as resources. */
static void look_into(looking *l, const char *path, bool below)
{
    DIR *dir = opendir(path);
    for (const struct dirent *e; dir && l->entries < MAX_ENTRIES && (e = readdir(dir));) {
        BX_AUTO_BUF inner = bx_buf_init(2 * BX_MAX_PATH);
        uint64_t name = e->d_type;
        (void)bx_buf_addf(&inner, "%s/%s", path, e->d_name);
        l->entries++;
        l->dirs += below && e->d_type == DT_DIR;
        l->blind = l->blind || e->d_type == DT_UNKNOWN;
        if (e->d_name[0] == '.' || inner.fail != BX_OK)
            continue;
        for (size_t i = 0; i < inner.n; i++)
            name = (name ^ (uint8_t)inner.p[i]) * 0x9e3779b97f4a7c15U + (name >> 29);
        l->look += name * (name | 1);
        if (below && e->d_type == DT_DIR && l->dirs < BX_WATCH_MAX_BELOW)
            look_into(l, inner.p, false);
    }
    if (dir)
        (void)closedir(dir);
}

/* Which files there are in the workspace and in the directories that are directly in it. */
static uint64_t look_at_files(bx_mcp_box *b)
{
    looking l = {.look = look_at(look_at(1, b->workspace, ".gitignore"), b->workspace, ".ignore")};
    look_into(&l, b->workspace, true);
    if (l.dirs >= BX_WATCH_MAX_BELOW || l.entries == MAX_ENTRIES || l.blind)
        atomic_store(&b->sees_files, false);
    return l.look;
}

static bool files_are_others(bx_mcp_box *b)
{
    uint64_t look = look_at_files(b), was = b->files_look;
    b->files_look = look;
    return look != was;
}

/* ---- what happens then ----------------------------------------------------------------------- */

/* The files as they are now hold from the next call on.  While they say nothing that can be
 * understood, or one is gone, what they said before does.  True: they hold. */
static bool read_policy(bx_mcp_box *b)
{
    const uint64_t look = look_at_policy(b);
    bx_error err = {.msg = ""};
    if (look == b->policy_look)
        return false;
    b->policy_look = look;
    bx_mcp_edition *old = bx_cli_mcp_edition_take(b), *next = NULL;
    if (bx_cli_mcp_edition_new(&b->cfg, old, &next, &err) != BX_OK) {
        bx_cli_complain("mcp: the policy stays what it was: %s", err.msg);
    } else {
        (void)pthread_mutex_lock(&b->lock);
        b->now = next;
        (void)pthread_mutex_unlock(&b->lock);
        bx_cli_mcp_edition_give(b, old); /* that of `now` */
    }
    bx_cli_mcp_edition_give(b, old);
    return next != NULL;
}

/* The policy may be another one than when somebody subscribed. */
static bool may_still_read(bx_mcp_box *b, bx_str uri)
{
    BX_AUTO_BUF path = bx_buf_init(BX_MAX_PATH);
    bx_error none;
    bx_mcp_edition *e = bx_cli_mcp_edition_take(b);
    const bx_policy *p = bx_funnel_policy(e->funnel);
    bool may = !p || (bx_mcp_path_of_uri(uri, &path, &none) == BX_OK &&
                      bx_policy_may_read(p, bx_buf_str(&path)));
    bx_cli_mcp_edition_give(b, e);
    return may;
}

static void tell_of(bx_mcp_box *b, size_t place)
{
    BX_AUTO_BUF uri = bx_buf_init(4 * BX_MAX_PATH);
    (void)pthread_mutex_lock(&b->follow_lock);
    if (place < BX_MCP_MAX_FOLLOWED && b->followed[place].uri)
        (void)bx_buf_add_z(&uri, b->followed[place].uri);
    (void)pthread_mutex_unlock(&b->follow_lock);
    if (uri.n && may_still_read(b, bx_buf_str(&uri)))
        bx_mcp_server_updated(b->server, bx_buf_str(&uri));
}

/* Several files are written one after the other: what follows at once is part of it. */
static bool settle(bx_mcp_box *b)
{
    int ready;
    return bx_ctl_wait(&b->watch_ctl, NULL, 0, bx_now_ns() + SETTLE_MS * (uint64_t)NS_PER_MS,
                       &ready) == BX_STOP_NONE;
}

static void *watch(void *arg)
{
    bx_mcp_box *b = arg;
    uint64_t tag;
    while (bx_watch_next(b->watch, &b->watch_ctl, UINT64_MAX, &tag) && settle(b)) {
        unsigned kinds = 0;
        do {
            if (tag < BX_MCP_FOLLOWED)
                kinds |= 1U << tag;
            else
                tell_of(b, tag - BX_MCP_FOLLOWED);
        } while (bx_watch_next(b->watch, &b->watch_ctl, bx_now_ns(), &tag));
        bool anew = kinds & 1U << BX_MCP_POLICY && read_policy(b);
        if (kinds & 1U << BX_MCP_TOOLS)
            bx_shelf_look_now(bx_app_shelf(b->app));
        if (kinds & (1U << BX_MCP_POLICY | 1U << BX_MCP_TOOLS))
            bx_cli_mcp_look(b);
        if (anew) /* and which tools there are */
            bx_cli_complain("mcp: the policy was read anew");
        if (anew || kinds & 1U << BX_MCP_SKILLS)
            bx_mcp_server_changed(b->server, BX_MCP_PROMPTS_CHANGED);
        if (kinds & 1U << BX_MCP_FILES && files_are_others(b))
            bx_mcp_server_changed(b->server, BX_MCP_RESOURCES_CHANGED);
    }
    return NULL;
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void complain(const char *why)
{
    bx_cli_complain("mcp: changes of tools and policy files are not noticed by themselves: %s",
                    why);
}

void bx_cli_mcp_watch_open(bx_mcp_box *b)
{
    bx_error err = {.msg = ""};
    b->workspace = realpath(b->cfg.workspace, NULL);
    b->watch_ctl = bx_ctl_init(UINT64_MAX);
    if (!b->workspace) /* that there is none is said by whoever needs it */
        return;
    bx_code rc = bx_ctl_make_cancellable(&b->watch_ctl, &err);
    if (rc == BX_OK)
        rc = bx_watch_new(&b->watch, &err);
    if (rc != BX_OK) {
        complain(err.msg);
        return;
    }
    add_all(b);
    atomic_store(&b->sees_files, add(b, b->workspace, NULL, BX_WATCH_BELOW, BX_MCP_FILES));
    b->policy_look = look_at_policy(b);
    b->files_look = look_at_files(b);
}

void bx_cli_mcp_watch_begin(bx_mcp_box *b)
{
    for (size_t i = 0; b->watch && i < b->n_skill_dirs; i++)
        (void)add(b, b->skill_dirs[i].root, b->skill_dirs[i].below, BX_WATCH_BELOW, BX_MCP_SKILLS);
    b->watches = b->watch && pthread_create(&b->watcher, NULL, watch, b) == 0;
    if (!b->watches)
        atomic_store(&b->sees_files, false);
    if (b->watch && !b->watches)
        complain("there is no thread for it");
}

void bx_cli_mcp_watch_end(bx_mcp_box *b)
{
    if (!b->watches)
        return;
    bx_ctl_cancel(&b->watch_ctl);
    (void)pthread_join(b->watcher, NULL);
    b->watches = false;
}

void bx_cli_mcp_watch_free(bx_mcp_box *b)
{
    bx_ctl_done(&b->watch_ctl);
    bx_cli_mcp_unfollow_all(b);
    bx_watch_free(BX_TAKE(b->watch));
    free(BX_TAKE(b->workspace));
}
