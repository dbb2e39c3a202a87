#include "tool/registry.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
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

typedef struct how {
    bool trusted, accept, only_signed;
} how;

static bx_registry *open_as(const how *h)
{
    bx_registry *r = NULL;
    const bx_registry_config cfg = {.home = home,
                                    .workspace = at("ws"),
                                    .workspace_is_trusted = h->trusted,
                                    .accept_project = h->accept,
                                    .only_signed = h->only_signed};
    return bx_registry_open(&cfg, &r, NULL) == BX_OK ? r : NULL;
}

static bx_registry *open_it(bool trusted)
{
    return open_as(&(how){.trusted = trusted, .accept = trusted});
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

/* What find says of it is "… WORDS …". */
static bool refused(bx_registry *r, const char *name, const char *words)
{
    bx_error err = {.msg = ""};
    char v[16];
    bx_code rc = ask(r, name, v, &err);
    if (rc != BX_EDENIED || !strstr(err.msg, words))
        printf("# %s: %s\n", bx_code_name(rc), err.msg);
    return rc == BX_EDENIED && strstr(err.msg, words) != NULL;
}

static bool is_there(bx_registry *r, const char *name, const char *version)
{
    bx_error err = {.msg = ""};
    char v[16] = "";
    bx_code rc = ask(r, name, v, &err);
    if (rc != BX_OK || strcmp(v, version) != 0)
        printf("# %s: %s %s\n", bx_code_name(rc), err.msg, v);
    return rc == BX_OK && strcmp(v, version) == 0;
}

/* A version is one content: in this process, in the next, and for a new one no wider than before.
 */
static void changed_content(void)
{
    begin();
    CHECK(put_module("tools/a.wasm", 0));
    CHECK(put_manifest("tools", "a", "1.0.0", "'read:/workspace/docs'"));
    BX_AUTO(bx_registry) bx_registry *r = open_it(false);
    CHECK(r && is_there(r, "a", "1.0.0"));
    uint64_t generation = bx_registry_generation(r);
    CHECK(put_module("tools/a.wasm", 1) && refused(r, "a", "raise the version"));
    CHECK(bx_registry_generation(r) > generation);
    BX_AUTO(bx_registry) bx_registry *next = open_it(false);
    CHECK(next && refused(next, "a", "raise the version"));
    CHECK(put_module("tools/a.wasm", 0) && is_there(r, "a", "1.0.0")); /* the control */
    CHECK(put_module("tools/a.wasm", 1));
    CHECK(put_manifest("tools", "a", "1.1.0", "'read:/workspace/docs/x'"));
    CHECK(is_there(r, "a", "1.1.0") && is_there(next, "a", "1.1.0"));
    CHECK(put_manifest("tools", "a", "1.2.0", "'read:/workspace'"));
    CHECK(refused(r, "a", "needs more than version 1.1.0, which was accepted: read:/workspace"));
    CHECK(put_manifest("tools", "a", "1.2.0", "'read:/workspace/docs/x', tmp"));
    CHECK(refused(r, "a", "tmp"));
    CHECK(put_manifest("tools", "a", "1.0.0", "'read:/workspace/docs'"));
    CHECK(refused(r, "a", "raise the version")); /* an old one with new code */
    clean();
}

/* A call that runs keeps the tool it began with. */
static void entries_stay(void)
{
    bx_error err;
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    BX_AUTO(bx_registry) bx_registry *r = open_it(false);
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    BX_AUTO(bx_tool_entry) bx_tool_entry *same = NULL;
    CHECK(r && bx_registry_find(r, BX_LIT("a"), &e, &err) == BX_OK);
    bx_registry_look_now(r);
    CHECK(bx_registry_find(r, BX_LIT("a"), &same, &err) == BX_OK && same == e);
    uint64_t generation = bx_registry_generation(r);
    CHECK(put_manifest("tools", "a", "1.0.1", "") && is_there(r, "a", "1.0.1"));
    CHECK(bx_registry_generation(r) == generation + 1);
    CHECK(bx_str_eq(bx_tool_entry_facts(e)->manifest->version, BX_LIT("1.0.0")));
    CHECK(unlink(at("tools/a.wasm")) == 0);
    char v[16];
    CHECK(ask(r, "a", v, &err) == BX_ENOENT);
    CHECK(bx_str_eq(bx_tool_entry_facts(e)->manifest->name, BX_LIT("a")));
    clean();
}

/* What was judged is what runs: another content under the path is refused at the opening. */
static void opened_as_judged(void)
{
    bx_error err;
    bx_tool t;
    bx_runtime *rt = NULL;
    const bx_runtime_config cfg = {.slots = 0, .compile_here = true};
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    CHECK(put_module("tools/b.wasm", 0) && put_manifest("tools", "b", "1.0.0", ""));
    bx_registry *r = open_it(false);
    bx_tool_entry *e = NULL, *control = NULL;
    CHECK(r && bx_runtime_new(&cfg, &rt, NULL) == BX_OK);
    CHECK(bx_registry_find(r, BX_LIT("a"), &e, &err) == BX_OK);
    CHECK(bx_registry_find(r, BX_LIT("b"), &control, &err) == BX_OK);
    CHECK(put_module("tools/a.wasm", 1));
    CHECK(bx_tool_entry_open(e, rt, &t, &err) == BX_EDENIED && strstr(err.msg, "was judged"));
    CHECK(bx_tool_entry_open(control, rt, &t, &err) == BX_OK && t.module && t.manifest);
    bx_tool_entry_unref(e);
    bx_tool_entry_unref(control);
    bx_registry_close(r);
    bx_runtime_free(rt);
    clean();
}

typedef struct asker {
    bx_registry *r;
    _Atomic bool *stop;
    size_t found, wrong;
} asker;

/* Asks again and again: what is found is whole, whatever becomes of its file. */
static void *keep_asking(void *arg)
{
    asker *a = arg;
    while (!*a->stop) {
        BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
        bx_tool_list l;
        bx_error err;
        bx_registry_look_now(a->r);
        bx_code rc = bx_registry_find(a->r, BX_LIT("a"), &e, &err);
        a->found += rc == BX_OK;
        a->wrong += rc == BX_OK && !bx_str_eq(bx_tool_entry_facts(e)->manifest->name, BX_LIT("a"));
        a->wrong += rc != BX_OK && rc != BX_EDENIED && rc != BX_ENOENT;
        if (bx_registry_list(a->r, &l, &err) == BX_OK)
            bx_tool_list_done(&l);
        else
            a->wrong++;
    }
    return NULL;
}

static void many_threads(void)
{
    enum { THREADS = 4, CHANGES = 60 };
    _Atomic bool stop = false;
    pthread_t threads[THREADS];
    asker askers[THREADS];
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    bx_registry *r = open_it(false);
    CHECK(r && is_there(r, "a", "1.0.0"));
    for (size_t i = 0; i < THREADS; i++) {
        askers[i] = (asker){.r = r, .stop = &stop};
        CHECK(pthread_create(&threads[i], NULL, keep_asking, &askers[i]) == 0);
    }
    for (int i = 1; i <= CHANGES; i++) {
        char version[16];
        (void)snprintf(version, sizeof version, "1.0.%d", i);
        CHECK(put_manifest("tools", "a", version, ""));
    }
    stop = true;
    size_t found = 0, wrong = 0;
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        found += askers[i].found;
        wrong += askers[i].wrong;
    }
    CHECK(found > 0 && wrong == 0 && is_there(r, "a", "1.0.60"));
    bx_registry_close(r);
    clean();
}

static void files_of_others(void)
{
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    CHECK(put_module("real.wasm", 0) && put_manifest("tools", "link", "1.0.0", ""));
    CHECK(symlink("../real.wasm", at("tools/link.wasm")) == 0);
    CHECK(put_module("tools/m.wasm", 0) && put_manifest("", "m", "1.0.0", ""));
    CHECK(symlink("../m.tool.yaml", at("tools/m.tool.yaml")) == 0);
    CHECK(put_manifest("tools", "fifo", "1.0.0", "") && mkfifo(at("tools/fifo.wasm"), 0600) == 0);
    CHECK(put_module("tools/w.wasm", 0) && put_manifest("tools", "w", "1.0.0", ""));
    CHECK(chmod(at("tools/w.wasm"), 0666) == 0);
    CHECK(put_module("tools/n.wasm", 0) && put_manifest("tools", "n", "1.0.0", ""));
    CHECK(chmod(at("tools/n.tool.yaml"), 0620) == 0);
    BX_AUTO(bx_registry) bx_registry *r = open_it(false);
    CHECK(r && refused(r, "link", "a symbolic link") && refused(r, "m", "a symbolic link"));
    CHECK(refused(r, "fifo", "no plain file"));
    CHECK(refused(r, "w", "written to by others") && refused(r, "n", "written to by others"));
    CHECK(is_there(r, "a", "1.0.0")); /* the control */
    CHECK(chmod(at("tools/w.wasm"), 0600) == 0 && is_there(r, "w", "1.0.0"));
    CHECK(chmod(at("tools"), 0770) == 0);
    bx_tool_list l;
    BX_AUTO(bx_registry) bx_registry *other = open_it(false);
    CHECK(other && bx_registry_list(other, &l, NULL) == BX_OK && l.n == 0 && l.n_problems == 1);
    CHECK(strstr(l.problems[0].words, "can be written to by others"));
    bx_tool_list_done(&l);
    clean();
}

/* Nobody takes the name of another one; of a project only what was accepted counts. */
static void names(void)
{
    begin();
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    CHECK(put_module("ws/.boxagnts/tools/a.wasm", 0) &&
          put_manifest("ws/.boxagnts/tools", "a", "1.0.0", ""));
    CHECK(put_module("tools/x.wasm", 0) && put_manifest("tools", "y", "1.0.0", ""));
    CHECK(rename(at("tools/y.tool.yaml"), at("tools/x.tool.yaml")) == 0);
    BX_AUTO(bx_registry) bx_registry *r = open_it(true);
    CHECK(r && is_there(r, "a", "1.0.0")); /* the same content: one tool */
    CHECK(refused(r, "x", "its name is y"));
    CHECK(put_module("ws/.boxagnts/tools/a.wasm", 1));
    bx_tool_list l;
    bx_registry_look_now(r);
    CHECK(bx_registry_list(r, &l, NULL) == BX_OK && l.n == 1 && l.n_problems == 2);
    CHECK(bx_tool_entry_facts(l.at[0])->source == BX_FROM_HOME);
    CHECK(strstr(l.problems[1].words, "cannot take its place"));
    bx_tool_list_done(&l);
    BX_AUTO(bx_registry) bx_registry *later = open_as(&(how){.trusted = true});
    CHECK(put_module("ws/.boxagnts/tools/b.wasm", 0) &&
          put_manifest("ws/.boxagnts/tools", "b", "1.0.0", ""));
    CHECK(later && refused(later, "b", "nobody accepted it"));
    BX_AUTO(bx_registry) bx_registry *accepts = open_it(true);
    CHECK(accepts && is_there(accepts, "b", "1.0.0") && is_there(later, "b", "1.0.0"));
    CHECK(put_module("ws/.boxagnts/tools/b.wasm", 1) && refused(later, "b", "content changed"));
    CHECK(put_manifest("ws/.boxagnts/tools", "b", "1.0.1", "") &&
          refused(later, "b", "nobody accepted it"));
    clean();
}

static bool sign(const char *module_path, const char *manifest_path, const bx_minisign_secret *k)
{
    BX_AUTO_BUF wasm = bx_buf_init(1 << 20), manifest = bx_buf_init(1 << 20);
    BX_AUTO_BUF comment = bx_buf_init(4096), text = bx_buf_init(4096);
    char path[128];
    bx_minisig s;
    if (bx_file_read_all(AT_FDCWD, at(module_path), 1 << 20, &wasm, NULL) != BX_OK ||
        bx_file_read_all(AT_FDCWD, at(manifest_path), 1 << 20, &manifest, NULL) != BX_OK)
        return false;
    const bx_signed of = {.wasm = bx_buf_str(&wasm), .manifest = bx_buf_str(&manifest)};
    bx_signature_comment(&of, BX_LIT("x"), 1, &comment);
    if (bx_minisign_sign(k, of.wasm, bx_buf_str(&comment), &s, NULL) != BX_OK)
        return false;
    bx_minisig_print(&s, BX_LIT("x"), &text);
    (void)snprintf(path, sizeof path, "%s.minisig", module_path);
    return put(path, bx_buf_str(&text));
}

static bool trust(const bx_minisign_secret *k)
{
    bx_minisign_public p;
    BX_AUTO_BUF text = bx_buf_init(4096);
    memcpy(p.id, k->id, sizeof p.id);
    memcpy(p.key, k->key, sizeof p.key);
    bx_minisign_public_print(&p, &text);
    return mkdir(at("keys"), 0700) == 0 && mkdir(at("keys/trusted"), 0700) == 0 &&
           put("keys/trusted/k.pub", bx_buf_str(&text));
}

static void signatures(void)
{
    bx_error err;
    bx_minisign_secret k = {.id = {1}, .seed = {2}}, other = {.id = {1}, .seed = {3}};
    begin();
    CHECK(bx_ed25519_keypair(k.seed, k.key, &err) == BX_OK && trust(&k));
    CHECK(bx_ed25519_keypair(other.seed, other.key, &err) == BX_OK);
    CHECK(put_module("tools/a.wasm", 0) && put_manifest("tools", "a", "1.0.0", ""));
    CHECK(put_module("tools/b.wasm", 0) && put_manifest("tools", "b", "1.0.0", ""));
    CHECK(sign("tools/a.wasm", "tools/a.tool.yaml", &k));
    BX_AUTO(bx_registry) bx_registry *r = open_as(&(how){.only_signed = true});
    CHECK(r && is_there(r, "a", "1.0.0") && refused(r, "b", "only signed tools"));
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    CHECK(bx_registry_find(r, BX_LIT("a"), &e, &err) == BX_OK);
    CHECK(bx_tool_entry_facts(e)->signature == BX_SIGNED);
    CHECK(strcmp(bx_tool_entry_facts(e)->signer, "0000000000000001") == 0);
    /* Another manifest, another module, another signer, who says the same key number. */
    CHECK(put_manifest("tools", "a", "1.0.1", "") &&
          refused(r, "a", "not the one that was signed"));
    CHECK(put_manifest("tools", "a", "1.0.0", "") && is_there(r, "a", "1.0.0"));
    CHECK(put_module("tools/a.wasm", 1) && refused(r, "a", "not of this content"));
    CHECK(put_module("tools/a.wasm", 0) && sign("tools/a.wasm", "tools/a.tool.yaml", &other));
    CHECK(refused(r, "a", "not of this content"));
    CHECK(sign("tools/a.wasm", "tools/a.tool.yaml", &k) && is_there(r, "a", "1.0.0"));
    CHECK(unlink(at("keys/trusted/k.pub")) == 0 && refused(r, "a", "signed by an unknown key"));
    clean();
}

BXT_MAIN(RUN(found); RUN(changed_content); RUN(entries_stay); RUN(opened_as_judged);
         RUN(many_threads); RUN(files_of_others); RUN(names); RUN(signatures);)
