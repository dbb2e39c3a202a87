#include "app/believed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "agent/files.h"
#include "app/policy_gate.h"
#include "codec/glob.h"
#include "codec/sha256.h"
#include "os/dirs.h"
#include "os/fd.h"

#define NAME "believed"

enum {
    MAX_TEXT = 16 << 20, /* bytes of the list */
    HEX = 2 * BX_SHA256_BYTES,
    MAX_LEVELS = 32,
    MAX_DEPTH = 8, /* of a skill's directories */
    MAX_NAMES = 256,
};

struct bx_believed {
    bx_believed_config cfg;
    bx_buf list;
    bx_believer port;
};

/* ---- the list -------------------------------------------------------------------------------- */

static bx_code open_home(int *ret, bx_error *err)
{
    char home[BX_BELIEF_MAX_PATH];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    return rc == BX_OK ? bx_dir_open_private(home, ret, err) : rc;
}

static bx_code read_list(int home, bx_buf *ret, bx_error *err)
{
    bx_error why;
    bx_code rc = bx_file_read_all(home, NAME, MAX_TEXT, ret, &why);
    if (rc == BX_OK || rc == BX_ENOENT)
        return BX_OK;
    return bx_fail(err, rc, "%s", why.msg);
}

static void put_line(bx_buf *to, const char *real, bx_str text)
{
    uint8_t sum[BX_SHA256_BYTES];
    char hex[HEX + 1];
    bx_sha256(text.p, text.n, sum);
    bx_sha256_hex(sum, hex);
    (void)bx_buf_addf(to, "%s ", hex);
    (void)bx_buf_add_z(to, real);
    (void)bx_buf_add_c(to, '\n');
}

static bool is_below(bx_str path, bx_str dir)
{
    return bx_str_starts(path, dir) && path.n > dir.n && path.p[dir.n] == '/';
}

/* ---- what a workspace has -------------------------------------------------------------------- */

typedef struct pins {
    bx_buf lines, told;
    size_t n;
} pins;

/* False: it is no regular file that can be believed. */
static bool pin(pins *p, int dir, const char *path)
{
    char real[BX_BELIEF_MAX_PATH];
    BX_AUTO_BUF text = bx_buf_init(BX_BELIEF_MAX_BYTES + 1);
    bool cut = false;
    if (bx_agent_read(dir, path, true, BX_BELIEF_MAX_BYTES, &text, &cut, real, NULL) != BX_OK)
        return false;
    if (cut || real[0] != '/' || strchr(real, '\n') || p->n == BX_BELIEVED_MAX_FILES)
        return true;
    p->n++;
    put_line(&p->lines, real, bx_buf_str(&text));
    (void)bx_buf_add_z(&p->told, real);
    (void)bx_buf_add_c(&p->told, '\n');
    return true;
}

static bx_code pin_tree(pins *p, int dir, const char *path, int depth, bx_error *err)
{
    BX_AUTO_BUF names = bx_buf_init(128 << 10);
    size_t n = 0;
    bx_code rc = bx_agent_names(dir, path, true, MAX_NAMES, &names, &n, err);
    const char *name = names.p;
    for (size_t i = 0; i < n && rc == BX_OK; i++, name += strlen(name) + 1) {
        char full[BX_BELIEF_MAX_PATH];
        int len = snprintf(full, sizeof full, "%s/%s", path, name);
        if (len > 0 && (size_t)len < sizeof full && !pin(p, dir, full) && depth < MAX_DEPTH)
            rc = pin_tree(p, dir, full, depth + 1, err);
    }
    return rc;
}

static void pin_notes(pins *p, int dir)
{
    (void)pin(p, dir, "AGENTS.md");
    (void)pin(p, dir, "CLAUDE.md");
}

static bool has_git(int dir)
{
    struct stat st;
    return fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The directories above, up to the repository's; none where there is no repository. */
static void pin_above(pins *p, int dir)
{
    BX_AUTOCLOSE int at = dup(dir);
    size_t levels = 0;
    pins above = {.lines = bx_buf_init(MAX_TEXT), .told = bx_buf_init(MAX_TEXT), .n = p->n};
    bool found = at >= 0 && has_git(at);
    while (at >= 0 && !found && levels++ < MAX_LEVELS) {
        int up = openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void)close(at);
        at = up;
        if (at >= 0)
            pin_notes(&above, at);
        found = at >= 0 && has_git(at);
    }
    if (found) {
        (void)bx_buf_add_str(&p->lines, bx_buf_str(&above.lines));
        (void)bx_buf_add_str(&p->told, bx_buf_str(&above.told));
        p->n = above.n;
    }
    bx_buf_done(&above.lines);
    bx_buf_done(&above.told);
}

static bx_code pin_all(pins *p, const char *workspace, bx_error *err)
{
    static const char *const trees[] = {".boxagnts/skills", ".agents/skills", ".claude/skills",
                                        ".boxagnts/agents", ".claude/agents"};
    BX_AUTOCLOSE int dir = open(workspace, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bx_code rc = BX_OK;
    if (dir < 0)
        return bx_fail_errno(err, errno, "workspace '%s'", workspace);
    pin_notes(p, dir);
    pin_above(p, dir);
    for (size_t i = 0; i < BX_COUNT(trees) && rc == BX_OK; i++)
        rc = pin_tree(p, dir, trees[i], 0, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&p->lines, err);
    return rc;
}

/* All lines but those of the workspace, and of the files that are told anew. */
static void copy_others(bx_str list, bx_str workspace, const pins *p, bx_buf *to)
{
    while (list.n) {
        const char *end = memchr(list.p, '\n', list.n);
        size_t n = end ? (size_t)(end - list.p) + 1 : list.n;
        bx_str path = n > HEX + 2 ? (bx_str){list.p + HEX + 1, n - HEX - 2} : BX_LIT("");
        BX_AUTO_BUF line = bx_buf_init(BX_BELIEF_MAX_PATH + 8);
        (void)bx_buf_add_str(&line, path);
        (void)bx_buf_add_c(&line, '\n');
        bool again =
            line.fail != BX_OK || (p->told.n && memmem(p->told.p, p->told.n, line.p, line.n));
        if (path.n && !again && !is_below(path, workspace))
            (void)bx_buf_add(to, list.p, n);
        list = bx_str_from(list, n);
    }
}

static bx_code write_list(const char *workspace, const pins *p, bx_error *err)
{
    BX_AUTO_BUF was = bx_buf_init(MAX_TEXT), now = bx_buf_init(MAX_TEXT);
    BX_AUTOCLOSE int home = -1;
    BX_AUTOCLOSE int lock = -1;
    bx_code rc = open_home(&home, err);
    if (rc != BX_OK)
        return rc;
    lock = openat(home, "policy.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return bx_fail_errno(err, errno, "policy.lock in the home directory");
    rc = read_list(home, &was, err);
    if (rc != BX_OK)
        return rc;
    copy_others(bx_buf_str(&was), bx_str_of(workspace), p, &now);
    (void)bx_buf_add_str(&now, bx_buf_str(&p->lines));
    rc = bx_buf_check(&now, err);
    const bx_str parts[] = {bx_buf_str(&now)};
    return rc == BX_OK ? bx_file_write_atomic(home, NAME, 0600, parts, 1, err) : rc;
}

bx_code bx_believed_set(const char *workspace, bool believed, bx_buf *told, bx_error *err)
{
    pins p = {.lines = bx_buf_init(MAX_TEXT), .told = bx_buf_init(MAX_TEXT)};
    bx_code rc = believed ? pin_all(&p, workspace, err) : BX_OK;
    if (rc == BX_OK)
        rc = write_list(workspace, &p, err);
    if (rc == BX_OK && told)
        (void)bx_buf_add_str(told, bx_buf_str(&p.told));
    bx_buf_done(&p.lines);
    bx_buf_done(&p.told);
    return rc;
}

/* ---- judging --------------------------------------------------------------------------------- */

static bool is_listed(const bx_believed *b, const char *real, bx_str text)
{
    BX_AUTO_BUF line = bx_buf_init(BX_BELIEF_MAX_PATH + HEX + 8);
    put_line(&line, real, text);
    bx_str list = bx_buf_str(&b->list), want = bx_buf_str(&line);
    if (line.fail != BX_OK || strchr(real, '\n'))
        return false;
    while (list.n) {
        const char *end = memchr(list.p, '\n', list.n);
        size_t n = end ? (size_t)(end - list.p) + 1 : list.n;
        if (bx_str_eq((bx_str){list.p, n}, want))
            return true;
        list = bx_str_from(list, n);
    }
    return false;
}

static bool is_carved(const bx_grant *g, bx_str guest)
{
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        bx_glob *glob = NULL;
        if (caps.at[i].kind != BX_CAP_DENY)
            continue;
        bool hit = bx_glob_compile(bx_str_of(caps.at[i].path), &glob, NULL) != BX_OK ||
                   bx_glob_match_at_or_below(glob, guest);
        bx_glob_free(glob);
        if (hit)
            return true;
    }
    return false;
}

static bx_belief judge(void *ctx, const char *real, bx_str text)
{
    const bx_believed *b = ctx;
    bx_str path = bx_str_of(real), ws = bx_str_of(b->cfg.workspace);
    if (real[0] != '/')
        return BX_BELIEF_NONE;
    if (bx_str_eq(ws, BX_LIT("/")))
        ws.n = 0;
    if (is_below(path, ws)) {
        BX_AUTO_BUF guest = bx_buf_init(2 * BX_BELIEF_MAX_PATH);
        (void)bx_buf_add_z(&guest, BX_POLICY_WORKSPACE);
        (void)bx_buf_add_str(&guest, bx_str_from(path, ws.n));
        bx_str at = bx_buf_str(&guest);
        if (guest.fail != BX_OK || (b->cfg.grant && is_carved(b->cfg.grant, at)) ||
            (b->cfg.policy && !bx_policy_may_read(b->cfg.policy, at)))
            return BX_BELIEF_NONE;
    }
    return b->cfg.trusted && is_listed(b, real, text) ? BX_BELIEF_FULL : BX_BELIEF_DATA;
}

bx_code bx_believed_open(const bx_believed_config *cfg, bx_believed **ret, bx_error *err)
{
    bx_believed *b = bx_calloc(1, sizeof *b);
    if (!b)
        return bx_fail(err, BX_ENOMEM, "what is believed");
    b->cfg = *cfg;
    b->list = bx_buf_init(MAX_TEXT);
    b->port = (bx_believer){.judge = judge, .ctx = b};
    BX_AUTOCLOSE int home = -1;
    bx_code rc = cfg->trusted ? open_home(&home, err) : BX_OK;
    if (rc == BX_OK && cfg->trusted)
        rc = read_list(home, &b->list, err);
    if (rc == BX_OK)
        *ret = b;
    else
        bx_believed_free(b);
    return rc;
}

void bx_believed_free(bx_believed *b)
{
    if (!b)
        return;
    bx_buf_done(&b->list);
    free(b);
}

const bx_believer *bx_believed_port(const bx_believed *b) { return &b->port; }
