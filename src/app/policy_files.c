#include "app/policy_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "app/believed.h"
#include "codec/sha256.h"
#include "codec/yaml.h"
#include "os/dirs.h"
#include "os/fd.h"

enum {
    MAX_PATH = 4096,
    MAX_TRUST = 4 << 20, /* bytes of $BOXAGNTS_HOME/trust */
    HEX = 2 * BX_SHA256_BYTES,
};

/* ---- reading --------------------------------------------------------------------------------- */

/* *ret_there false: no such file.  Only regular files: a workspace may hold anything. */
static bx_code read_file(const char *path, bool ours, bx_buf *text, bool *ret_there, bx_error *err)
{
    struct stat st;
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *ret_there = fd >= 0;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return BX_OK;
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return bx_fail(err, BX_EINVAL, "%s: no regular file", path);
    if (ours && ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022)))
        return bx_fail(err, BX_EUNSAFE,
                       "%s: others can write to it, and it says what tools may do: chmod go-w",
                       path);
    return bx_wrap(bx_fd_read_all(fd, BX_YAML_MAX_BYTES, text, err), err, "%s", path);
}

bx_code bx_policy_user_path(bx_buf *ret, bx_error *err)
{
    char home[MAX_PATH - 64];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_addf(ret, "%s/" BX_POLICY_NAME, home);
    return bx_buf_check(ret, err);
}

/* ---- trust ----------------------------------------------------------------------------------- */

/* "HASH PATH\n" of the workspace and what its file holds. */
static bx_code trust_line(const char *real, bx_str text, bx_buf *ret, bx_error *err)
{
    uint8_t sum[BX_SHA256_BYTES];
    char hex[HEX + 1];
    if (strchr(real, '\n'))
        return bx_fail(err, BX_EINVAL, "a workspace with a line feed in its name is never trusted");
    bx_sha256(text.p, text.n, sum);
    bx_sha256_hex(sum, hex);
    (void)bx_buf_addf(ret, "%s ", hex);
    (void)bx_buf_add_z(ret, real);
    (void)bx_buf_add_c(ret, '\n');
    return bx_buf_check(ret, err);
}

static bool has_line(bx_str text, bx_str line)
{
    for (size_t i = 0; i < text.n;) {
        const char *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - text.p) - i + 1 : text.n - i;
        if (bx_str_eq((bx_str){text.p + i, n}, line))
            return true;
        i += n;
    }
    return false;
}

static bx_code open_home(int *ret, bx_error *err)
{
    char home[MAX_PATH - 64];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    return rc == BX_OK ? bx_dir_open_private(home, ret, err) : rc;
}

static bx_code read_trust(int home, bx_buf *ret, bx_error *err)
{
    bx_error why;
    bx_code rc = bx_file_read_all(home, "trust", MAX_TRUST, ret, &why);
    if (rc == BX_OK || rc == BX_ENOENT)
        return BX_OK;
    return bx_fail(err, rc, "%s", why.msg);
}

/* No home, or none that is safe: nothing is trusted. */
static bool is_trusted(const char *real, bx_str text)
{
    char home[MAX_PATH - 64];
    struct stat st;
    BX_AUTO_BUF line = bx_buf_init(2 * MAX_PATH), trust = bx_buf_init(MAX_TRUST);
    BX_AUTOCLOSE int fd = -1;
    if (bx_home_dir(home, sizeof home, NULL) != BX_OK || stat(home, &st) != 0)
        return false;
    return trust_line(real, text, &line, NULL) == BX_OK && open_home(&fd, NULL) == BX_OK &&
           read_trust(fd, &trust, NULL) == BX_OK && has_line(bx_buf_str(&trust), bx_buf_str(&line));
}

bx_code bx_policy_trusted(bx_buf *ret, bx_error *err)
{
    BX_AUTO_BUF trust = bx_buf_init(MAX_TRUST);
    BX_AUTOCLOSE int fd = -1;
    bx_code rc = open_home(&fd, err);
    if (rc == BX_OK)
        rc = read_trust(fd, &trust, err);
    for (bx_str rest = bx_buf_str(&trust); rc == BX_OK && rest.n;) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        if (n > HEX + 1) {
            (void)bx_buf_add(ret, rest.p + HEX + 1, n - HEX - 1);
            (void)bx_buf_add_c(ret, '\0');
        }
        rest = bx_str_from(rest, n + (end != NULL));
    }
    return rc == BX_OK ? bx_buf_check(ret, err) : rc;
}

static bx_code read_project(const char *workspace, char **ret_real, bx_buf *text, bool *ret_there,
                            bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(2 * MAX_PATH);
    BX_AUTOFREE char *real = realpath(workspace, NULL);
    if (!real)
        return bx_fail_errno(err, errno, "workspace '%s'", workspace);
    (void)bx_buf_addf(&path, "%s/" BX_POLICY_NAME, real);
    bx_code rc = bx_buf_check(&path, err);
    if (rc == BX_OK)
        rc = read_file(path.p, false, text, ret_there, err);
    if (rc == BX_OK)
        *ret_real = BX_TAKE(real);
    return rc;
}

bx_code bx_policy_is_trusted(const char *workspace, bool *ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_YAML_MAX_BYTES + 1);
    BX_AUTOFREE char *real = NULL;
    bool there;
    bx_code rc = read_project(workspace, &real, &text, &there, err);
    if (rc == BX_OK)
        *ret = is_trusted(real, bx_buf_str(&text));
    return rc;
}

/* All lines but those of the workspace `real`, whatever its file held. */
static void copy_others(bx_str text, const char *real, bx_buf *to)
{
    size_t n_real = strlen(real);
    for (size_t i = 0; i < text.n;) {
        const char *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - text.p) - i + 1 : text.n - i;
        bool same = n == HEX + 1 + n_real + 1 && memcmp(text.p + i + HEX + 1, real, n_real) == 0;
        if (!same)
            (void)bx_buf_add(to, text.p + i, n);
        i += n;
    }
}

/* One after the other: what is read is still there when it is written. */
static bx_code lock_home(int home, int *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd =
        openat(home, "policy.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        return bx_fail_errno(err, errno, "policy.lock in the home directory");
    *ret = bx_fd_take(&fd);
    return BX_OK;
}

bx_code bx_policy_trust(const char *workspace, bool trusted, bx_buf *told, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_YAML_MAX_BYTES + 1), line = bx_buf_init(2 * MAX_PATH);
    BX_AUTO_BUF was = bx_buf_init(MAX_TRUST), now = bx_buf_init(MAX_TRUST);
    BX_AUTOFREE char *real = NULL;
    BX_AUTOCLOSE int home = -1, lock = -1;
    bool there;
    bx_code rc = read_project(workspace, &real, &text, &there, err);
    if (rc == BX_OK)
        rc = trust_line(real, bx_buf_str(&text), &line, err);
    if (rc == BX_OK)
        rc = bx_believed_set(real, trusted, told, err);
    if (rc == BX_OK)
        rc = open_home(&home, err);
    if (rc == BX_OK)
        rc = lock_home(home, &lock, err);
    if (rc == BX_OK)
        rc = read_trust(home, &was, err);
    if (rc != BX_OK)
        return rc;
    copy_others(bx_buf_str(&was), real, &now);
    if (trusted)
        (void)bx_buf_add_str(&now, bx_buf_str(&line));
    rc = bx_buf_check(&now, err);
    const bx_str parts[] = {bx_buf_str(&now)};
    return rc == BX_OK ? bx_file_write_atomic(home, "trust", 0600, parts, 1, err) : rc;
}

/* ---- loading --------------------------------------------------------------------------------- */

typedef struct loading {
    const bx_policy_files *cfg;
    bx_policy_file *files[BX_POLICY_MAX_FILES];
    size_t n;
    const char *home; /* the user's home directory, or NULL */
    char *real;       /* owned; the workspace */
    bx_buf *notes;
} loading;

static bx_code parse(loading *l, const char *name, const char *path, bx_str text, bool trusted,
                     bx_error *err)
{
    const char *slash = strrchr(path, '/');
    BX_AUTOFREE char *dir = NULL;
    if (slash && path[0] == '/')
        dir = bx_strndup(path, slash == path ? 1 : (size_t)(slash - path));
    const bx_policy_source source = {
        .name = bx_str_of(name),
        .dir = bx_str_of(dir ? dir : ""),
        .home = bx_str_of(l->home ? l->home : ""),
        .workspace = bx_str_of(l->real ? l->real : ""),
        .trusted = trusted,
    };
    if (l->n == BX_POLICY_MAX_FILES)
        return bx_fail(err, BX_ELIMIT, "more than %d policy files", BX_POLICY_MAX_FILES);
    bx_code rc = bx_policy_parse(text, &source, &l->files[l->n], err);
    if (rc == BX_OK)
        (void)bx_buf_add_str(l->notes, bx_policy_file_notes(l->files[l->n++]));
    return rc;
}

static bx_code load_user(loading *l, bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(MAX_PATH), text = bx_buf_init(BX_YAML_MAX_BYTES + 1);
    bool there = false;
    bx_error none;
    if (bx_policy_user_path(&path, &none) != BX_OK)
        return BX_OK; /* a user without a home has no file there */
    bx_code rc = read_file(path.p, true, &text, &there, err);
    return rc == BX_OK && there ? parse(l, path.p, path.p, bx_buf_str(&text), true, err) : rc;
}

static bx_code load_project(loading *l, bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(2 * MAX_PATH), text = bx_buf_init(BX_YAML_MAX_BYTES + 1);
    bool there = false;
    bx_code rc = read_project(l->cfg->workspace, &l->real, &text, &there, err);
    if (rc != BX_OK || !there)
        return rc;
    (void)bx_buf_addf(&path, "%s/" BX_POLICY_NAME, l->real);
    bool trusted = is_trusted(l->real, bx_buf_str(&text));
    rc = parse(l, BX_POLICY_NAME, path.p, bx_buf_str(&text), trusted, err);
    if (rc == BX_OK && !trusted && bx_policy_file_notes(l->files[l->n - 1]).n)
        (void)bx_buf_addf(l->notes,
                          BX_POLICY_NAME ": 'boxagnts policy trust' trusts it as it is\n");
    return rc;
}

static bx_code load_named(loading *l, const char *name, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_YAML_MAX_BYTES + 1);
    BX_AUTOFREE char *path = realpath(name, NULL);
    bool there = false;
    bx_code rc = path ? read_file(path, false, &text, &there, err) : BX_OK;
    if (rc == BX_OK && !there)
        return bx_fail(err, BX_ENOENT, "%s: no such file", name);
    return rc == BX_OK ? parse(l, name, path, bx_buf_str(&text), true, err) : rc;
}

static bx_code load_all(loading *l, bx_error *err)
{
    const bx_policy_files *cfg = l->cfg;
    bx_code rc = BX_OK;
    if (cfg->workspace && !(l->real = realpath(cfg->workspace, NULL)))
        return bx_fail_errno(err, errno, "workspace '%s'", cfg->workspace);
    for (size_t i = 0; i < cfg->n_named && rc == BX_OK; i++)
        rc = load_named(l, cfg->named[i], err);
    if (cfg->n_named == 0)
        rc = load_user(l, err);
    if (rc == BX_OK && cfg->n_named == 0 && cfg->workspace) {
        free(BX_TAKE(l->real));
        rc = load_project(l, err);
    }
    return rc;
}

bx_code bx_policy_load(const bx_policy_files *files, bx_policy **ret, bx_buf *notes, bx_error *err)
{
    const char *home = getenv("HOME");
    loading l = {.cfg = files, .notes = notes, .home = home && home[0] == '/' ? home : NULL};
    bx_code rc = load_all(&l, err);
    free(l.real);
    if (rc == BX_OK)
        return bx_policy_merge(l.files, l.n, files->mode, ret, err);
    for (size_t i = 0; i < l.n; i++)
        bx_policy_file_free(l.files[i]);
    return rc;
}

/* ---- the user's file ------------------------------------------------------------------------- */

static bx_code line_of_rule(bx_str text, bx_answer answer, bx_str rule, unsigned *ret,
                            bx_error *err)
{
    const bx_policy_source source = {
        .name = BX_LIT(BX_POLICY_NAME), .trusted = true, .dir = BX_LIT("/")};
    bx_policy_file *f = NULL;
    BX_AUTO(bx_policy) bx_policy *p = NULL;
    bx_code rc = bx_policy_parse(text, &source, &f, err);
    if (rc == BX_OK)
        rc = bx_policy_merge(&f, 1, NULL, &p, err);
    for (size_t i = 0; rc == BX_OK && i < bx_policy_rule_count(p); i++) {
        const bx_rule *r = bx_policy_rule_at(p, i);
        if (r->answer == answer && bx_str_eq(rule, bx_str_of(r->text)))
            *ret = r->line;
    }
    return rc;
}

bx_code bx_policy_remember(bx_answer answer, bx_str rule, unsigned *ret_line, bx_error *err)
{
    BX_AUTO_BUF was = bx_buf_init(BX_YAML_MAX_BYTES + 1), now = bx_buf_init(BX_YAML_MAX_BYTES);
    BX_AUTO_BUF path = bx_buf_init(MAX_PATH);
    BX_AUTOCLOSE int home = -1, lock = -1;
    bool there;
    *ret_line = 0;
    bx_code rc = bx_policy_user_path(&path, err);
    if (rc == BX_OK)
        rc = open_home(&home, err);
    if (rc == BX_OK)
        rc = lock_home(home, &lock, err);
    if (rc == BX_OK)
        rc = read_file(path.p, true, &was, &there, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_policy_add_rule(bx_buf_str(&was), answer, rule, &now, err), err, "%s",
                     path.p);
    if (rc == BX_OK)
        rc = line_of_rule(bx_buf_str(&now), answer, rule, ret_line, err);
    const bx_str parts[] = {bx_buf_str(&now)};
    if (rc != BX_OK || bx_str_eq(bx_buf_str(&was), parts[0]))
        return rc;
    return bx_file_write_atomic(home, BX_POLICY_NAME, 0600, parts, 1, err);
}
