#include "cli/tool_example.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "app/tool_grant.h"
#include "cli/own_tool.h"
#include "codec/base64.h"
#include "os/beneath.h"
#include "os/dirs.h"
#include "os/fd.h"

enum {
    MAX_FILE = 16 << 20,
    MAX_SHOWN = 300, /* bytes of a value that is not what it should be */
    PATH_ROOM = 4096,
};

typedef struct example {
    const bx_json_val *of;
    char dir[PATH_ROOM]; /* "": there is none yet */
    bx_buf *differs;
} example;

static bx_str text_of(const bx_json_val *v)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(v, &s);
    return s;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

static void remove_dir(example *x)
{
    if (x->dir[0])
        (void)nftw(x->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bx_code make_dir(example *x, bx_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(x->dir, sizeof x->dir, "%s/boxagnts-example.XXXXXX",
                     tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (n > 0 && (size_t)n < sizeof x->dir && mkdtemp(x->dir))
        return BX_OK;
    int sys = errno;
    x->dir[0] = '\0';
    return bx_fail_errno(err, sys, "a temporary directory");
}

/* A relative path that stays below: no empty part, "." or "..", no NUL. */
static bool is_below(bx_str name)
{
    if (name.n == 0 || name.n > 1024 || memchr(name.p, '\0', name.n))
        return false;
    for (bx_str rest = name;;) {
        const char *slash = memchr(rest.p, '/', rest.n);
        bx_str part = {rest.p, slash ? (size_t)(slash - rest.p) : rest.n};
        if (part.n == 0 || bx_str_eq(part, BX_LIT(".")) || bx_str_eq(part, BX_LIT("..")))
            return false;
        if (!slash)
            return true;
        rest = bx_str_from(rest, part.n + 1);
    }
}

/* DIR/NAME onto `path`. */
static bx_code path_of(const example *x, bx_str name, char *path, size_t cap, bx_error *err)
{
    if (!is_below(name))
        return bx_fail(err, BX_EINVAL, "files: '%.*s' is no path below the workspace",
                       BX_FMT(name));
    int n = snprintf(path, cap, "%s/%.*s", x->dir, (int)name.n, name.p);
    return n > 0 && (size_t)n < cap ? BX_OK : bx_fail(err, BX_EINVAL, "files: a path too long");
}

/* Text, or {base64: text}. */
static bx_code contents(const bx_json_val *v, bx_buf *to, bx_error *err)
{
    bx_str s;
    if (bx_json_str(v, &s)) {
        (void)bx_buf_add_str(to, s);
        return bx_buf_check(to, err);
    }
    if (!bx_json_str(bx_json_get(v, BX_LIT("base64")), &s))
        return bx_fail(err, BX_EINVAL, "files: a file is a text or {base64: a text}");
    return bx_wrap(bx_base64_decode(s, to, err), err, "files");
}

static bx_code write_file(const example *x, bx_str name, const bx_json_val *v, bx_error *err)
{
    char path[PATH_ROOM + 1100];
    BX_AUTO_BUF bytes = bx_buf_init(MAX_FILE);
    bx_code rc = path_of(x, name, path, sizeof path, err);
    if (rc == BX_OK)
        rc = contents(v, &bytes, err);
    char *last = rc == BX_OK ? strrchr(path, '/') : NULL;
    if (last) {
        *last = '\0';
        rc = bx_dir_make(path, err);
        *last = '/';
    }
    bx_str part = bx_buf_str(&bytes);
    return rc == BX_OK ? bx_file_write_atomic(AT_FDCWD, path, 0644, &part, 1, err) : rc;
}

static bx_code write_files(const example *x, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(x->of, BX_LIT("files")));
    bx_code rc = BX_OK;
    bx_str name;
    for (const bx_json_val *v; rc == BX_OK && (v = bx_json_next(&it, &name));)
        rc = write_file(x, name, v, err);
    return rc;
}

/* What a file holds afterwards.  The tool may have put links in the place of files: none that leads
 * out of its workspace is followed. */
static bool read_after(const example *x, bx_str name, const char *path, bx_buf *to)
{
    BX_AUTOCLOSE int dir = open(x->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bx_str below = bx_str_from(bx_str_of(path), strlen(x->dir) + 1);
    BX_ASSERT(below.n == name.n);
    BX_AUTOCLOSE int fd =
        dir < 0 ? -1 : bx_openat2(dir, below.p, O_RDONLY | O_NONBLOCK, BX_BENEATH);
    if (fd < 0 && errno == ENOSYS) /* Linux before 5.6 */
        fd = openat(dir, below.p, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && bx_fd_read_all(fd, MAX_FILE, to, NULL) == BX_OK;
}

static bx_code judge_files(const example *x, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(x->of, BX_LIT("after")));
    bx_str name;
    for (const bx_json_val *v; (v = bx_json_next(&it, &name));) {
        char path[PATH_ROOM + 1100];
        BX_AUTO_BUF is = bx_buf_init(MAX_FILE), must = bx_buf_init(MAX_FILE);
        bx_code rc = path_of(x, name, path, sizeof path, err);
        if (rc == BX_OK)
            rc = contents(v, &must, err);
        if (rc != BX_OK)
            return rc;
        if (!read_after(x, name, path, &is))
            (void)bx_buf_addf(x->differs, "after: %.*s cannot be read\n", BX_FMT(name));
        else if (!bx_str_eq(bx_buf_str(&is), bx_buf_str(&must)))
            (void)bx_buf_addf(x->differs, "after: %.*s has other contents\n", BX_FMT(name));
    }
    return BX_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void add_value(const bx_json_val *v, bx_buf *to)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    bx_json_out o = bx_json_out_on(&text);
    if (v)
        bx_json_out_value(&o, v);
    bx_str s = v ? bx_buf_str(&text) : BX_LIT("nothing");
    (void)bx_buf_addf(to, "%.*s%s", s.n > MAX_SHOWN ? MAX_SHOWN : (int)s.n, s.p,
                      s.n > MAX_SHOWN ? "…" : "");
}

static bool same_text(const bx_json_val *a, const bx_json_val *b)
{
    BX_AUTO_BUF x = bx_buf_init(64 << 20), y = bx_buf_init(64 << 20);
    bx_json_out ox = bx_json_out_on(&x), oy = bx_json_out_on(&y);
    bx_json_out_value(&ox, a);
    bx_json_out_value(&oy, b);
    return bx_json_out_end(&ox, NULL) == BX_OK && bx_json_out_end(&oy, NULL) == BX_OK &&
           bx_str_eq(bx_buf_str(&x), bx_buf_str(&y));
}

/* Members of objects have to be there, everything else has to be equal; each place where that is
 * not so becomes a line.  The depth is that of a parsed text, at most BX_JSON_MAX_DEPTH. */
static void judge_value(const example *x, const bx_json_val *must, const bx_json_val *is,
                        bx_buf *at)
{
    size_t n = at->n;
    bx_json_type type = bx_json_type_of(must);
    double a, b;
    if (is && type == bx_json_type_of(is) &&
        (type == BX_JSON_OBJECT ||
         (type == BX_JSON_ARRAY && bx_json_size(must) == bx_json_size(is)))) {
        bx_json_iter it = bx_json_iter_of(must), other = bx_json_iter_of(is);
        bx_str key;
        size_t i = 0;
        for (const bx_json_val *v; (v = bx_json_next(&it, &key)); i++) {
            const bx_json_val *w =
                type == BX_JSON_OBJECT ? bx_json_get(is, key) : bx_json_next(&other, NULL);
            if (type == BX_JSON_OBJECT)
                (void)bx_buf_addf(at, "/%.*s", BX_FMT(key));
            else
                (void)bx_buf_addf(at, "/%zu", i);
            judge_value(x, v, w, at);
            at->n = n;
        }
        return;
    }
    if (is && ((bx_json_double(must, &a) && bx_json_double(is, &b) && !(a < b) && !(a > b)) ||
               same_text(must, is)))
        return;
    (void)bx_buf_addf(x->differs, "structured%.*s: ", (int)at->n, at->p ? at->p : "");
    add_value(is, x->differs);
    (void)bx_buf_add_z(x->differs, " instead of ");
    add_value(must, x->differs);
    (void)bx_buf_add_c(x->differs, '\n');
}

static bool contains(bx_str text, bx_str part)
{
    return part.n == 0 || memmem(text.p, text.n, part.p, part.n);
}

static void judge_result(const example *x, const bx_tool_end *end)
{
    const bx_json_val *result = bx_json_root(end->result);
    const bx_json_val *must = bx_json_get(x->of, BX_LIT("result"));
    const bx_json_val *structured = bx_json_get(must, BX_LIT("structured"));
    BX_AUTO_BUF text = bx_buf_init(SIZE_MAX >> 1), at = bx_buf_init(64 << 10);
    bx_json_iter it = bx_json_iter_of(bx_json_get(result, BX_LIT("content")));
    for (const bx_json_val *block; (block = bx_json_next(&it, NULL));) {
        bx_str s = text_of(bx_json_get(block, BX_LIT("text")));
        (void)bx_buf_addf(&text, "%s", text.n ? "\n" : "");
        (void)bx_buf_add_str(&text, s);
    }
    bool is_error = false;
    (void)bx_json_bool(bx_json_get(must, BX_LIT("is_error")), &is_error);
    bx_str part = text_of(bx_json_get(must, BX_LIT("text"))), is = bx_buf_str(&text);
    if (end->is_error != is_error)
        (void)bx_buf_addf(x->differs, "is_error: %s\n", end->is_error ? "true" : "false");
    if (end->is_error != is_error || !contains(is, part)) {
        (void)bx_buf_addf(x->differs, "text: ");
        (void)bx_buf_addf(x->differs, "%.*s%s", is.n > MAX_SHOWN ? MAX_SHOWN : (int)is.n, is.p,
                          is.n > MAX_SHOWN ? "…" : "");
        (void)bx_buf_add_z(x->differs, is.n && is.p[is.n - 1] == '\n' ? "" : "\n");
    }
    if (structured)
        judge_value(x, structured, bx_json_get(result, BX_LIT("structuredContent")), &at);
}

/* ---- the call -------------------------------------------------------------------------------- */

static bx_code grant_of(const example *x, const bx_manifest *m, bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_tool_grant_begin(m, x->dir, &g, err);
    bx_json_iter it = bx_json_iter_of(bx_json_get(x->of, BX_LIT("allow")));
    for (const bx_json_val *v; rc == BX_OK && (v = bx_json_next(&it, NULL));)
        rc = bx_wrap(bx_grant_allow(g, text_of(v), err), err, "allow");
    if (rc == BX_OK)
        rc = bx_tool_grant_rest(m, g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

static bx_code call(const example *x, bx_app *app, const bx_tool *tool, bx_ctl *ctl, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF arguments = bx_buf_init(BX_MANIFEST_MAX_BYTES * 8);
    const bx_tool_ground ground = bx_app_ground(app);
    bx_json_out o = bx_json_out_on(&arguments);
    bx_tool_end end;
    bx_json_out_value(&o, bx_json_get(x->of, BX_LIT("arguments")));
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = grant_of(x, tool->manifest, &g, err);
    if (rc != BX_OK)
        return rc;
    const bx_tool_call c = {
        .arguments = bx_buf_str(&arguments), .run = g, .ctl = ctl, .quiet = true, .err_fd = -1};
    rc = bx_tool_invoke(&ground, tool, &c, &end, err);
    if (rc != BX_OK)
        return rc;
    judge_result(x, &end);
    bx_tool_end_done(&end);
    return judge_files(x, err);
}

bx_code bx_tool_example_run(bx_app *app, const bx_tool *tool, const bx_json_val *of, bx_ctl *ctl,
                            bx_buf *differs, bx_error *err)
{
    example x = {.of = of, .differs = differs};
    bx_code rc = make_dir(&x, err);
    if (rc == BX_OK)
        rc = write_files(&x, err);
    if (rc == BX_OK)
        rc = call(&x, app, tool, ctl, err);
    remove_dir(&x);
    return rc;
}
