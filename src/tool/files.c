#include "tool/files.h"

#include <errno.h>
#include <stdio.h>

#include "codec/wasm_section.h"
#include "codec/yaml.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "tool/invoke_kind.h"
#include "tool/typed.h"

enum { MAX_NAME = 200, MAX_SIGNATURE = 64 << 10 };

#define SECTION "boxagnts.tool"

static uint64_t ns_of(struct timespec t)
{
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

bx_look bx_look_of(const struct stat *st)
{
    return (bx_look){.dev = st->st_dev,
                     .ino = st->st_ino,
                     .size = (uint64_t)st->st_size,
                     .mtime_ns = ns_of(st->st_mtim),
                     .ctime_ns = ns_of(st->st_ctim)};
}

static bool name_of(const bx_tool_at *at, const char *end, char out[MAX_NAME + 32])
{
    int n = at->name.n <= MAX_NAME
                ? snprintf(out, MAX_NAME + 32, "%.*s%s", (int)at->name.n, at->name.p, end)
                : -1;
    return n > 0;
}

static bx_look look_at(const bx_tool_at *at, const char *end)
{
    char name[MAX_NAME + 32];
    struct stat st;
    if (!name_of(at, end, name) || fstatat(at->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return (bx_look){.dev = 0};
    return bx_look_of(&st);
}

bx_looks bx_tool_files_look(const bx_tool_at *at)
{
    return (bx_looks){.wasm = look_at(at, BX_TOOL_WASM),
                      .manifest = look_at(at, BX_TOOL_MANIFEST),
                      .signature = look_at(at, BX_TOOL_SIGNATURE)};
}

/* ---- reading one ----------------------------------------------------------------------------- */

static bx_code check_owner(const struct stat *st, const char *name, bx_error *err)
{
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return bx_fail(err, BX_EUNSAFE, "%s belongs to user %u, not to us (%u)", name,
                       (unsigned)st->st_uid, (unsigned)geteuid());
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return bx_fail(err, BX_EUNSAFE,
                       "%s can be written to by others (mode %04o): run `chmod go-w` on it", name,
                       (unsigned)(st->st_mode & 07777));
    return BX_OK;
}

/* Non-blocking, so that a FIFO in its place cannot hang us. */
static bx_code open_one(const bx_tool_at *at, const char *name, int *ret, bx_look *look,
                        bx_error *err)
{
    enum { FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
    BX_AUTOCLOSE int fd = at->strict ? bx_openat2(at->dir, name, FLAGS, BX_BENEATH_STEP)
                                     : openat(at->dir, name, FLAGS);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return bx_fail(err, BX_ENOENT, "%s: no such file", name);
    if (fd < 0 && at->strict && errno == ELOOP)
        return bx_fail(err, BX_EUNSAFE,
                       "%s is a symbolic link, and a tool has to be a file of its own", name);
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return bx_fail(err, BX_EUNSAFE, "%s is no plain file", name);
    bx_code rc = at->strict ? check_owner(&st, name, err) : BX_OK;
    if (rc != BX_OK)
        return rc;
    *look = bx_look_of(&st);
    *ret = bx_fd_take(&fd);
    return BX_OK;
}

static bx_code read_one(const bx_tool_at *at, const char *end, size_t max, bx_buf *ret,
                        bx_look *look, bx_error *err)
{
    char name[MAX_NAME + 32];
    BX_AUTOCLOSE int fd = -1;
    *ret = bx_buf_init(max);
    if (!name_of(at, end, name))
        return bx_fail(err, BX_EINVAL, "%.*s: too long a name", BX_FMT(at->name));
    bx_code rc = open_one(at, name, &fd, look, err);
    return rc == BX_OK ? bx_wrap(bx_fd_read_all(fd, max, ret, err), err, "%s", name) : rc;
}

/* ---- its manifest ---------------------------------------------------------------------------- */

static bx_code parse(bx_str text, const char *of, bx_manifest **ret, bx_error *err)
{
    bx_json *doc = NULL;
    bx_code rc = bx_yaml_parse(text, &doc, err);
    if (rc == BX_OK)
        rc = bx_manifest_of(doc, ret, err);
    return bx_wrap(rc, err, "%s", of);
}

/* As JSON text, to be compared: two spellings of one manifest are one. */
static bool same_manifest(const bx_manifest *a, const bx_manifest *b)
{
    BX_AUTO_BUF x = bx_buf_init(BX_YAML_MAX_JSON), y = bx_buf_init(BX_YAML_MAX_JSON);
    bx_json_out ox = bx_json_out_on(&x), oy = bx_json_out_on(&y);
    bx_json_out_value(&ox, bx_json_root(a->doc));
    bx_json_out_value(&oy, bx_json_root(b->doc));
    return bx_json_out_end(&ox, NULL) == BX_OK && bx_json_out_end(&oy, NULL) == BX_OK &&
           bx_str_eq(bx_buf_str(&x), bx_buf_str(&y));
}

/* Two that differ would leave open which of them holds. */
static bx_code take_manifest(bx_tool_files *f, const bx_tool_at *at, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *inside = NULL;
    bx_str section = {NULL, 0};
    bx_code rc = bx_wasm_section_find(bx_buf_str(&f->wasm), BX_LIT(SECTION), &section, err);
    if (rc == BX_OK && section.p)
        rc = parse(section, "its section " SECTION, &inside, err);
    if (rc == BX_OK && f->has_manifest_file)
        rc = parse(bx_buf_str(&f->manifest_text), "its manifest", &f->manifest, err);
    if (rc != BX_OK)
        return rc;
    if (f->manifest && inside && !same_manifest(f->manifest, inside))
        return bx_fail(err, BX_EINVAL,
                       "the manifest beside it says other things than the one in its section "
                       "%s: remove one of them",
                       SECTION);
    if (!f->manifest)
        f->manifest = BX_TAKE(inside);
    if (f->manifest && !f->manifest->input_schema)
        return bx_fail(err, BX_EINVAL,
                       "its manifest is that of a program and of no tool: it has no annotations%s",
                       f->manifest->call == BX_TOOL_TYPED ? " or no input_schema" : "");
    if (f->manifest && f->manifest->call == BX_TOOL_TYPED && !f->manifest->function.n &&
        !bx_typed_asks(f->manifest))
        return bx_fail(err, BX_EINVAL,
                       "call: typed, and no function: NAME; boxagnts inspect lists "
                       "them");
    return f->manifest ? BX_OK
                       : bx_typed_manifest(at->name, bx_buf_str(&f->wasm), &f->manifest, err);
}

static bx_code read_all(const bx_tool_at *at, bx_tool_files *f, bx_error *err)
{
    bx_code rc = read_one(at, BX_TOOL_WASM, BX_REGISTRY_MAX_WASM, &f->wasm, &f->looks.wasm, err);
    if (rc != BX_OK)
        return rc;
    rc = read_one(at, BX_TOOL_MANIFEST, BX_MANIFEST_MAX_BYTES, &f->manifest_text,
                  &f->looks.manifest, err);
    f->has_manifest_file = rc == BX_OK;
    if (rc == BX_OK || rc == BX_ENOENT)
        rc =
            read_one(at, BX_TOOL_SIGNATURE, MAX_SIGNATURE, &f->signature, &f->looks.signature, err);
    f->has_signature = rc == BX_OK;
    return rc == BX_ENOENT ? BX_OK : rc;
}

bx_code bx_tool_files_read(const bx_tool_at *at, bx_tool_files *ret, bx_error *err)
{
    *ret = (bx_tool_files){.manifest = NULL};
    bx_code rc = read_all(at, ret, err);
    if (rc == BX_OK)
        rc = take_manifest(ret, at, err);
    if (rc == BX_OK && at->strict && !bx_str_eq(ret->manifest->name, at->name))
        rc = bx_fail(err, BX_EINVAL, "its name is %.*s, its file is %.*s.wasm",
                     BX_FMT(ret->manifest->name), BX_FMT(at->name));
    if (rc != BX_OK) {
        bx_looks looks = ret->looks;
        bx_tool_files_done(ret);
        ret->looks = looks;
        return rc;
    }
    bx_sha256(ret->wasm.p, ret->wasm.n, ret->digest);
    bx_package_digest(ret->digest, bx_tool_files_signed(ret).manifest, ret->package);
    return BX_OK;
}

static bx_str if_there(bool there, const bx_buf *b)
{
    return there ? bx_buf_str(b) : (bx_str){NULL, 0};
}

bx_signed bx_tool_files_signed(const bx_tool_files *f)
{
    return (bx_signed){.wasm = bx_buf_str(&f->wasm),
                       .manifest = if_there(f->has_manifest_file, &f->manifest_text),
                       .signature = if_there(f->has_signature, &f->signature)};
}

void bx_tool_files_done(bx_tool_files *f)
{
    bx_buf_done(&f->wasm);
    bx_buf_done(&f->manifest_text);
    bx_buf_done(&f->signature);
    bx_manifest_free(f->manifest);
    *f = (bx_tool_files){.manifest = NULL};
}
