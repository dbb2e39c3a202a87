/* pack.c - a program of the build: makes what src/builtins.c takes into `boxagnts` out of a tool's
 * manifest and module.
 *
 *   boxagnts-pack tool NAME.tool.yaml NAME.wasm DIR PAGES
 *       DIR/NAME.json   the manifest, checked
 *       DIR/NAME.code   the module compiled for every machine of this architecture
 *       DIR/NAME.sum    SHA-256 of the module
 *       PAGES/NAME.md   the tool's page
 *   boxagnts-pack program NAME.program.yaml NAME.wasm DIR
 *       the same of programs for the shell, but the page
 *   boxagnts-pack componentize CORE.wasm OUT.wasm
 *   boxagnts-pack snapshot CORE.wasm OUT.wasm
 *       the module as it is after its exported function `wizer-initialize`
 *
 * Files whose content would be the same stay untouched, and what was compiled from the same bytes
 * by the same engine is not compiled again (DIR/NAME.key). */
#include <fcntl.h>
#include <stdio.h>

#include "codec/sha256.h"
#include "codec/yaml.h"
#include "os/fd.h"
#include "sandbox/carried.h"
#include "tool/page.h"

enum { MAX_PATH = 4096, MAX_CODE = 1 << 30 };

typedef struct pack {
    const char *dir, *pages;
    bx_str name;
    bx_buf wasm;
} pack;

static bx_code write_changed(const char *path, bx_str text, bx_error *err)
{
    BX_AUTO_BUF old = bx_buf_init(MAX_CODE);
    if (bx_file_read_all(AT_FDCWD, path, MAX_CODE, &old, NULL) == BX_OK &&
        bx_str_eq(bx_buf_str(&old), text))
        return BX_OK;
    return bx_file_write_atomic(AT_FDCWD, path, 0644, &text, 1, err);
}

static bx_code put(const pack *p, const char *dir, const char *end, bx_str text, bx_error *err)
{
    char path[MAX_PATH];
    (void)snprintf(path, sizeof path, "%s/%.*s%s", dir, BX_FMT(p->name), end);
    return write_changed(path, text, err);
}

static bool is_there(const pack *p, const char *end, bx_buf *ret)
{
    char path[MAX_PATH];
    (void)snprintf(path, sizeof path, "%s/%.*s%s", p->dir, BX_FMT(p->name), end);
    return bx_file_read_all(AT_FDCWD, path, MAX_CODE, ret, NULL) == BX_OK;
}

static bx_code put_code(const pack *p, const uint8_t sum[BX_SHA256_BYTES], bx_error *err)
{
    BX_AUTO_BUF key = bx_buf_init(4096), old = bx_buf_init(4096), code = bx_buf_init(MAX_CODE);
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(sum, hex);
    (void)bx_buf_addf(&key, "%s ", hex);
    bx_code rc = bx_carried_fingerprint(&key, err);
    if (rc != BX_OK)
        return rc;
    if (is_there(p, ".key", &old) && bx_str_eq(bx_buf_str(&old), bx_buf_str(&key)) &&
        is_there(p, ".code", &code))
        return BX_OK;
    bx_buf_clear(&code);
    rc = bx_carried_compile(bx_buf_str(&p->wasm), &code, err);
    if (rc == BX_OK)
        rc = put(p, p->dir, ".code", bx_buf_str(&code), err);
    return rc == BX_OK ? put(p, p->dir, ".key", bx_buf_str(&key), err) : rc;
}

static bx_code put_manifest(const pack *p, const bx_manifest *m, bx_error *err)
{
    BX_AUTO_BUF json = bx_buf_init(BX_MANIFEST_MAX_BYTES),
                page = bx_buf_init(BX_MANIFEST_MAX_BYTES * 2);
    bx_json_out o = bx_json_out_on(&json);
    bx_json_out_value(&o, bx_json_root(m->doc));
    bx_code rc = bx_json_out_end(&o, err);
    if (p->pages)
        bx_tool_page(m, &page);
    if (rc == BX_OK)
        rc = bx_buf_check(&page, err);
    if (rc == BX_OK)
        rc = put(p, p->dir, ".json", bx_buf_str(&json), err);
    return rc == BX_OK && p->pages ? put(p, p->pages, ".md", bx_buf_str(&page), err) : rc;
}

static bx_code read_manifest(const char *path, bx_manifest **ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_YAML_MAX_BYTES);
    bx_json *doc = NULL;
    bx_code rc = bx_file_read_all(AT_FDCWD, path, BX_YAML_MAX_BYTES, &text, err);
    if (rc == BX_OK)
        rc = bx_yaml_parse(bx_buf_str(&text), &doc, err);
    if (rc == BX_OK)
        rc = bx_manifest_of(doc, ret, err);
    return bx_wrap(rc, err, "%s", path);
}

/* `pages` NULL: it gets none. */
static bx_code pack_tool(char **argv, const char *pages, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    BX_AUTO_BUF wasm = bx_buf_init(MAX_CODE);
    uint8_t sum[BX_SHA256_BYTES];
    bx_code rc = read_manifest(argv[0], &m, err);
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, argv[1], MAX_CODE, &wasm, err);
    if (rc != BX_OK)
        return rc;
    const char *slash = strrchr(argv[1], '/');
    bx_str stem = bx_str_of(slash ? slash + 1 : argv[1]);
    if (stem.n != m->name.n + strlen(".wasm") || !bx_str_starts(stem, m->name))
        return bx_fail(err, BX_EINVAL, "%s: the name in it is '%.*s'", argv[0], BX_FMT(m->name));
    const pack p = {.dir = argv[2], .pages = pages, .name = m->name, .wasm = wasm};
    bx_sha256(wasm.p, wasm.n, sum);
    rc = put_manifest(&p, m, err);
    if (rc == BX_OK)
        rc = put(&p, p.dir, ".sum", (bx_str){(const char *)sum, sizeof sum}, err);
    return rc == BX_OK ? put_code(&p, sum, err) : rc;
}

static bx_code componentize(char **argv, bx_error *err)
{
    BX_AUTO_BUF bytes = bx_buf_init(MAX_CODE);
    bx_code rc = bx_module_componentize(argv[0], &bytes, err);
    return rc == BX_OK ? write_changed(argv[1], bx_buf_str(&bytes), err) : rc;
}

static bx_code snapshot(char **argv, bx_error *err)
{
    BX_AUTO_BUF bytes = bx_buf_init(MAX_CODE);
    bx_code rc = bx_module_snapshot(argv[0], &bytes, err);
    return rc == BX_OK ? write_changed(argv[1], bx_buf_str(&bytes), err) : rc;
}

int main(int argc, char **argv)
{
    bx_error err = {.msg = "usage: boxagnts-pack tool YAML WASM DIR PAGES, program YAML WASM DIR, "
                           "componentize CORE OUT, or snapshot CORE OUT"};
    bx_code rc = BX_EINVAL;
    if (argc == 6 && strcmp(argv[1], "tool") == 0)
        rc = pack_tool(argv + 2, argv[5], &err);
    else if (argc == 5 && strcmp(argv[1], "program") == 0)
        rc = pack_tool(argv + 2, NULL, &err);
    else if (argc == 4 && strcmp(argv[1], "componentize") == 0)
        rc = componentize(argv + 2, &err);
    else if (argc == 4 && strcmp(argv[1], "snapshot") == 0)
        rc = snapshot(argv + 2, &err);
    if (rc != BX_OK)
        (void)fprintf(stderr, "boxagnts-pack: %s\n", err.msg);
    return rc == BX_OK ? 0 : 1;
}
