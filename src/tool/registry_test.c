#include "tool/registry.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"

/* `_start` that does nothing. */
static const char module[] =
    "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\x13\2\6memory\2\0\6_start\0\0"
    "\x0a\4\1\2\0\x0b";

static char home[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void clean(void) { (void)nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static const char *at(const char *name)
{
    static char path[4][256];
    static unsigned i;
    char *p = path[i++ % 4];
    (void)snprintf(p, sizeof path[0], "%s/%s", home, name);
    return p;
}

static void begin(void)
{
    (void)snprintf(home, sizeof home, "/tmp/bx-registry-XXXXXX");
    if (!mkdtemp(home) || mkdir(at("tools"), 0700) != 0 || mkdir(at("ws"), 0700) != 0 ||
        mkdir(at("ws/.boxagnts"), 0700) != 0 || mkdir(at("ws/.boxagnts/tools"), 0700) != 0)
        abort();
}

static bool put(const char *name, bx_str text)
{
    return bx_file_write_atomic(AT_FDCWD, at(name), 0600, &text, 1, NULL) == BX_OK;
}

static bool put_manifest(const char *dir, const char *name, const char *version, const char *needs)
{
    char text[1024], path[128];
    (void)snprintf(path, sizeof path, "%s/%s.tool.yaml", dir, name);
    (void)snprintf(text, sizeof text,
                   "name: %s\nversion: %s\ndescription: A tool.\npermission: read\ncall: json\n"
                   "input_schema: {type: object}\nneeds: [%s]\nannotations: {readOnlyHint: true, "
                   "destructiveHint: false, idempotentHint: true, openWorldHint: false}\n",
                   name, version, needs);
    return put(path, bx_str_of(text));
}

static bool put_module(const char *path, size_t extra)
{
    char bytes[128];
    size_t n = sizeof module - 1;
    memcpy(bytes, module, n);
    for (size_t i = 0; i < extra; i++) { /* custom sections without a name */
        memcpy(bytes + n, "\0\1\0", 3);
        n += 3;
    }
    return put(path, (bx_str){bytes, n});
}

static bx_registry *open_it(bool trusted)
{
    bx_registry *r = NULL;
    const bx_registry_config cfg = {
        .home = home, .workspace = at("ws"), .workspace_is_trusted = trusted};
    return bx_registry_open(&cfg, &r, NULL) == BX_OK ? r : NULL;
}

/* BX_OK and its version, or what find said. */
static bx_code ask(bx_registry *r, const char *name, char version[16], bx_error *err)
{
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    bx_registry_look_now(r);
    bx_code rc = bx_registry_find(r, bx_str_of(name), &e, err);
    if (rc == BX_OK)
        (void)snprintf(version, 16, "%.*s", BX_FMT(bx_tool_entry_facts(e)->manifest->version));
    return rc;
}

static void found(void)
{
    bx_error err;
    char v[16];
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    CHECK(put_module("ws/.boxagnts/tools/b.wasm", 0) &&
          put_manifest("ws/.boxagnts/tools", "b", "2.0.0", "'read:/workspace'"));
    BX_AUTO(bx_registry) bx_registry *r = open_it(false);
    CHECK(r && ask(r, "a", v, &err) == BX_OK && strcmp(v, "1.0.0") == 0);
    CHECK(ask(r, "b", v, &err) == BX_ENOENT); /* nobody trusts the workspace */
    BX_AUTO(bx_registry) bx_registry *t = open_it(true);
    CHECK(t && ask(t, "b", v, &err) == BX_OK && strcmp(v, "2.0.0") == 0);
    bx_tool_list l;
    CHECK(bx_registry_list(t, &l, &err) == BX_OK && l.n == 2 && l.n_problems == 0);
    CHECK(bx_str_eq(bx_tool_entry_facts(l.at[0])->manifest->name, BX_LIT("a")));
    CHECK(bx_tool_entry_facts(l.at[1])->source == BX_FROM_PROJECT);
    bx_tool_list_done(&l);
    clean();
}

BXT_MAIN(RUN(found);)
