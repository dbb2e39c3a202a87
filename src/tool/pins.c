#include "tool/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/limits.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "policy/narrow.h"

typedef struct pin {
    char *where, *name, *version;
    char *needs; /* a JSON list */
    char package[2 * BX_SHA256_BYTES + 1];
    bx_tool_permission permission;
    bool added;
    bool fresh; /* not in the file yet */
} pin;

struct bx_pins {
    char *path; /* NULL: nothing is kept */
    pin *at;    /* the oldest first */
    size_t n, room;
    bx_buf forgotten; /* "WHERE\0NAME\0" */
};

static void pin_done(pin *p)
{
    free(p->where);
    free(p->name);
    free(p->version);
    free(p->needs);
}

static void drop(bx_pins *p, size_t i)
{
    pin_done(&p->at[i]);
    memmove(p->at + i, p->at + i + 1, (p->n - i - 1) * sizeof *p->at);
    p->n--;
}

void bx_pins_free(bx_pins *p)
{
    if (!p)
        return;
    while (p->n)
        drop(p, p->n - 1);
    free(p->at);
    free(p->path);
    bx_buf_done(&p->forgotten);
    free(p);
}

static bx_code no_memory(bx_error *err) { return bx_fail(err, BX_ENOMEM, "tools.lock"); }

/* Takes what `q` owns, also on failure.  Of very many the oldest go. */
static bx_code push(bx_pins *p, pin *q, bx_error *err)
{
    if (!q->where || !q->name || !q->version || !q->needs) {
        pin_done(q);
        return no_memory(err);
    }
    if (p->n == BX_PINS_MAX)
        drop(p, 0);
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        pin *at = bx_realloc(p->at, room * sizeof *at);
        if (!at) {
            pin_done(q);
            return no_memory(err);
        }
        p->at = at;
        p->room = room;
    }
    p->at[p->n++] = *q;
    return BX_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool take_permission(bx_str s, bx_tool_permission *ret)
{
    for (int i = BX_TOOL_NONE; i <= BX_TOOL_DANGEROUS; i++) {
        if (bx_str_eq(s, bx_str_of(bx_tool_permission_name((bx_tool_permission)i)))) {
            *ret = (bx_tool_permission)i;
            return true;
        }
    }
    return false;
}

static bool take_package(bx_str s, char out[2 * BX_SHA256_BYTES + 1])
{
    static const char head[] = "sha256:";
    bx_str hex = bx_str_from(s, sizeof head - 1);
    if (!bx_str_starts(s, BX_LIT("sha256:")) || hex.n != 2 * BX_SHA256_BYTES)
        return false;
    memcpy(out, hex.p, hex.n);
    out[hex.n] = '\0';
    return strspn(out, "0123456789abcdef") == hex.n;
}

static bx_code take_one(bx_pins *p, const bx_json_val *e, bx_error *err)
{
    bx_str where = bx_json_text(e, "where"), name = bx_json_text(e, "name"),
           version = bx_json_text(e, "version");
    const bx_json_val *needs = bx_json_get(e, BX_LIT("needs"));
    pin q = {.added = false};
    BX_AUTO_BUF list = bx_buf_init(BX_PINS_MAX_BYTES);
    if (!where.n || !name.n || !version.n || bx_json_type_of(needs) != BX_JSON_ARRAY ||
        !take_package(bx_json_text(e, "package"), q.package) ||
        !take_permission(bx_json_text(e, "permission"), &q.permission) ||
        !bx_json_bool(bx_json_get(e, BX_LIT("added")), &q.added))
        return bx_fail(err, BX_EINVAL, "tools/%zu is not as tool add writes it", p->n);
    bx_json_out o = bx_json_out_on(&list);
    bx_json_out_value(&o, needs);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc != BX_OK)
        return rc;
    q.where = bx_strndup(where.p, where.n);
    q.name = bx_strndup(name.p, name.n);
    q.version = bx_strndup(version.p, version.n);
    q.needs = bx_strndup(list.p, list.n);
    return push(p, &q, err);
}

static bx_code take_all(bx_pins *p, bx_str text, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    uint64_t format = 0;
    const bx_json_val *list = bx_json_get(bx_json_root(doc), BX_LIT("tools"));
    if (!bx_json_uint64(bx_json_get(bx_json_root(doc), BX_LIT("format")), &format) || format != 1 ||
        bx_json_type_of(list) != BX_JSON_ARRAY || bx_json_size(list) > BX_PINS_MAX)
        return bx_fail(err, BX_EINVAL, "not a file of format 1 with a list of tools");
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));)
        rc = take_one(p, e, err);
    return rc;
}

static bx_code load(bx_pins *p, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_PINS_MAX_BYTES);
    bx_code rc = bx_file_read_all(AT_FDCWD, p->path, BX_PINS_MAX_BYTES, &text, err);
    if (rc == BX_ENOENT)
        return BX_OK;
    if (rc == BX_OK)
        rc = bx_wrap(take_all(p, bx_buf_str(&text), err), err, "%s", p->path);
    return rc;
}

bx_code bx_pins_open(const char *path, bx_pins **ret, bx_error *err)
{
    BX_AUTO(bx_pins) bx_pins *p = bx_calloc(1, sizeof *p);
    if (!p)
        return no_memory(err);
    p->forgotten = bx_buf_init(BX_PINS_MAX_BYTES);
    p->path = path ? bx_strndup(path, strlen(path)) : NULL;
    if (path && !p->path)
        return no_memory(err);
    bx_code rc = path ? load(p, err) : BX_OK;
    if (rc == BX_OK)
        *ret = BX_TAKE(p);
    return rc;
}

/* ---- what may be wider ----------------------------------------------------------------------- */

typedef struct caps {
    bx_cap *at;
    size_t n;
} caps;

static void caps_autodone(caps *c)
{
    for (size_t i = 0; i < c->n; i++)
        bx_cap_done(&c->at[i]);
    free(c->at);
}

/* Of a JSON list of lines. */
static bx_code parse_needs(const char *needs, caps *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(bx_str_of(needs), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    ret->at = bx_calloc(bx_json_size(bx_json_root(doc)) + 1, sizeof *ret->at);
    if (!ret->at)
        return no_memory(err);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));) {
        bx_str line = BX_LIT("");
        (void)bx_json_str(e, &line);
        rc = bx_cap_parse(line, &ret->at[ret->n], err);
        ret->n += rc == BX_OK;
    }
    return rc;
}

static bool same_caps(const bx_narrowed *a, const bx_narrowed *b, bx_buf *more)
{
    enum { ROOM = BX_MAX_VAR_TEXT + 64 };
    bool same = true;
    BX_AUTOFREE char *x = bx_calloc(2, ROOM);
    for (size_t i = 0; x && i < a->n_caps; i++) {
        bool found = false;
        if (bx_cap_print(&a->caps[i], x, ROOM, NULL) != BX_OK)
            return false;
        for (size_t k = 0; k < b->n_caps && !found; k++)
            found = bx_cap_print(&b->caps[k], x + ROOM, ROOM, NULL) == BX_OK &&
                    strcmp(x, x + ROOM) == 0;
        if (!found)
            (void)bx_buf_addf(more, "%s%.200s", more->n ? ", " : "", x);
        same = same && found;
    }
    return x && same;
}

/* Is everything that `m` needs among `before`?  What both permit is then what `m` needs.  Where
 * that cannot be told exactly the answer is no.  `more`: the lines that are new. */
static bx_code is_within(const bx_manifest *m, const char *before, bool *ret, bx_buf *more,
                         bx_error *err)
{
    __attribute__((cleanup(caps_autodone))) caps old = {NULL, 0};
    bx_code rc = parse_needs(before, &old, err);
    if (rc != BX_OK)
        return rc;
    const bx_limits limits = bx_limits_default();
    const bx_permit sets[2] = {{{m->needs, m->n_needs}, &limits}, {{old.at, old.n}, &limits}};
    bx_narrowed now = {.caps = NULL}, both = {.caps = NULL};
    *ret = false;
    if (bx_narrow(sets, 1, &now, NULL) != BX_OK)
        return BX_OK;
    if (bx_narrow(sets, 2, &both, NULL) == BX_OK) {
        *ret = both.notes.n == 0 && both.n_caps == now.n_caps && same_caps(&now, &both, more);
        bx_narrowed_done(&both);
    }
    bx_narrowed_done(&now);
    return BX_OK;
}

/* ---- questions ------------------------------------------------------------------------------- */

static bool is_of(const pin *q, bx_str where, bx_str name)
{
    return bx_str_eq(bx_str_of(q->where), where) && bx_str_eq(bx_str_of(q->name), name);
}

static size_t find(const bx_pins *p, const bx_pin_of *of, bool with_version)
{
    for (size_t i = p->n; i > 0; i--) { /* the newest first */
        if (is_of(&p->at[i - 1], of->where, of->manifest->name) &&
            (!with_version || bx_str_eq(bx_str_of(p->at[i - 1].version), of->manifest->version)))
            return i - 1;
    }
    return p->n;
}

static bx_code remember(bx_pins *p, const bx_pin_of *of, bool added, bx_error *err)
{
    const bx_manifest *m = of->manifest;
    BX_AUTO_BUF list = bx_buf_init(BX_PINS_MAX_BYTES);
    bx_json_out o = bx_json_out_on(&list);
    bx_json_out_value(&o, bx_json_get(bx_json_root(m->doc), BX_LIT("needs")));
    bx_code rc = bx_json_out_end(&o, err);
    if (rc != BX_OK)
        return rc;
    pin q = {.permission = m->permission,
             .added = added,
             .fresh = true,
             .where = bx_strndup(of->where.p, of->where.n),
             .name = bx_strndup(m->name.p, m->name.n),
             .version = bx_strndup(m->version.p, m->version.n),
             .needs = bx_strndup(list.p, list.n)};
    bx_sha256_hex(of->package, q.package);
    return push(p, &q, err);
}

static bx_code check_new_version(const pin *before, const bx_manifest *m, bx_error *err)
{
    BX_AUTO_BUF more = bx_buf_init(4096);
    bool within = false;
    bx_code rc = is_within(m, before->needs, &within, &more, err);
    if (rc != BX_OK)
        return rc;
    if (!within)
        return bx_fail(
            err, BX_EDENIED,
            "version %.*s needs more than version %s, which was accepted: %s; look at it "
            "and accept it with boxagnts tool add",
            BX_FMT(m->version), before->version, more.n ? more.p : "other lines");
    if (m->permission > before->permission)
        return bx_fail(err, BX_EDENIED,
                       "version %.*s says permission: %s, and version %s, which was accepted, %s; "
                       "look at it and accept it with boxagnts tool add",
                       BX_FMT(m->version), bx_tool_permission_name(m->permission), before->version,
                       bx_tool_permission_name(before->permission));
    return BX_OK;
}

bx_code bx_pins_check(bx_pins *p, const bx_pin_of *of, bool *ret_added, bx_error *err)
{
    const bx_manifest *m = of->manifest;
    size_t i = find(p, of, true);
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(of->package, hex);
    if (i < p->n && strcmp(hex, p->at[i].package) != 0)
        return bx_fail(err, BX_EDENIED,
                       "its content changed, and its version is %.*s as before: raise the version "
                       "in the manifest, or accept it with boxagnts tool add",
                       BX_FMT(m->version));
    if (i < p->n) {
        *ret_added = p->at[i].added;
        return BX_OK;
    }
    if (of->strict)
        return bx_fail(err, BX_EDENIED,
                       "nobody accepted it: look at it, and accept it with boxagnts tool add "
                       "--project, or all of the project's with boxagnts trust");
    size_t last = find(p, of, false);
    bx_code rc = last < p->n ? check_new_version(&p->at[last], m, err) : BX_OK;
    if (rc == BX_OK)
        rc = remember(p, of, false, err);
    if (rc == BX_OK)
        *ret_added = false;
    return rc;
}

bx_code bx_pins_accept(bx_pins *p, const bx_pin_of *of, bx_error *err)
{
    size_t i = find(p, of, true);
    if (i < p->n)
        drop(p, i);
    return remember(p, of, true, err);
}

static void forget(bx_pins *p, bx_str where, bx_str name)
{
    for (size_t i = p->n; i > 0; i--) {
        if (is_of(&p->at[i - 1], where, name))
            drop(p, i - 1);
    }
}

void bx_pins_forget(bx_pins *p, bx_str where, bx_str name)
{
    forget(p, where, name);
    (void)bx_buf_add(&p->forgotten, where.p, where.n);
    (void)bx_buf_add_c(&p->forgotten, '\0');
    (void)bx_buf_add(&p->forgotten, name.p, name.n);
    (void)bx_buf_add_c(&p->forgotten, '\0');
}

/* ---- writing --------------------------------------------------------------------------------- */

static void print_one(const pin *q, bx_json_out *o)
{
    char package[sizeof "sha256:" + 2 * BX_SHA256_BYTES];
    (void)stpcpy(stpcpy(package, "sha256:"), q->package);
    const struct {
        bx_str key, value;
    } texts[] = {
        {BX_LIT("where"), bx_str_of(q->where)},
        {BX_LIT("name"), bx_str_of(q->name)},
        {BX_LIT("version"), bx_str_of(q->version)},
        {BX_LIT("package"), bx_str_of(package)},
        {BX_LIT("permission"), bx_str_of(bx_tool_permission_name(q->permission))},
    };
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        bx_json_out_key(o, texts[i].key);
        bx_json_out_string(o, texts[i].value);
    }
    bx_json_out_key(o, BX_LIT("needs"));
    bx_json_out_raw(o, bx_str_of(q->needs));
    bx_json_out_key(o, BX_LIT("added"));
    bx_json_out_bool(o, q->added);
    bx_json_out_end_object(o);
}

static bx_code write_file(const bx_pins *p, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_PINS_MAX_BYTES);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("format"));
    bx_json_out_int(&o, 1);
    bx_json_out_key(&o, BX_LIT("tools"));
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < p->n; i++)
        print_one(&p->at[i], &o);
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_c(&text, '\n');
    bx_str part = bx_buf_str(&text);
    return bx_file_write_atomic(AT_FDCWD, p->path, 0600, &part, 1, err);
}

/* What is in the file by now, and what is new here: other processes write it too. */
static bx_code merge(bx_pins *p, bx_pins *disk, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t at = 0; at < p->forgotten.n;) {
        bx_str where = bx_str_of(p->forgotten.p + at);
        bx_str name = bx_str_of(p->forgotten.p + at + where.n + 1);
        forget(disk, where, name);
        at += where.n + name.n + 2;
    }
    for (size_t i = 0; i < p->n && rc == BX_OK; i++) {
        pin *q = &p->at[i];
        if (!q->fresh)
            continue;
        size_t k = 0;
        while (k < disk->n && !(is_of(&disk->at[k], bx_str_of(q->where), bx_str_of(q->name)) &&
                                strcmp(disk->at[k].version, q->version) == 0))
            k++;
        if (k < disk->n && !q->added)
            continue; /* seen by somebody else meanwhile: theirs counts */
        if (k < disk->n)
            drop(disk, k);
        pin copy = *q; /* fresh as well, until it is written */
        copy.where = bx_strndup(q->where, strlen(q->where));
        copy.name = bx_strndup(q->name, strlen(q->name));
        copy.version = bx_strndup(q->version, strlen(q->version));
        copy.needs = bx_strndup(q->needs, strlen(q->needs));
        rc = push(disk, &copy, err);
    }
    return rc;
}

static bool is_changed(const bx_pins *p)
{
    bool changed = p->forgotten.n > 0;
    for (size_t i = 0; i < p->n; i++)
        changed = changed || p->at[i].fresh;
    return changed;
}

bx_code bx_pins_reload(bx_pins *p, bx_error *err)
{
    BX_AUTO(bx_pins) bx_pins *disk = NULL;
    bx_code rc = bx_pins_open(p->path, &disk, err);
    if (rc == BX_OK)
        rc = merge(p, disk, err);
    if (rc != BX_OK)
        return rc;
    bx_pins old = *p;
    p->at = disk->at;
    p->n = disk->n;
    p->room = disk->room;
    disk->at = old.at; /* freed with it */
    disk->n = old.n;
    disk->room = old.room;
    return BX_OK;
}

bx_code bx_pins_save(bx_pins *p, bx_error *err)
{
    if (!p->path || !is_changed(p))
        return BX_OK;
    const char *slash = strrchr(p->path, '/');
    BX_AUTOFREE char *dir = slash ? bx_strndup(p->path, (size_t)(slash - p->path)) : NULL;
    BX_AUTOCLOSE int fd = -1;
    BX_AUTO(bx_pins) bx_pins *disk = NULL;
    bx_code rc = dir ? bx_dir_open_private(dir, &fd, err) : no_memory(err);
    if (rc == BX_OK && flock(fd, LOCK_EX) != 0) /* until fd is closed */
        rc = bx_fail_errno(err, errno, "lock %s", dir);
    if (rc == BX_OK)
        rc = bx_pins_open(p->path, &disk, err);
    if (rc == BX_OK)
        rc = merge(p, disk, err);
    if (rc == BX_OK)
        rc = write_file(disk, err);
    for (size_t i = 0; i < p->n && rc == BX_OK; i++)
        p->at[i].fresh = false;
    if (rc == BX_OK)
        bx_buf_clear(&p->forgotten);
    return rc;
}
