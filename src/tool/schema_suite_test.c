/* The validator against the official suite: draft 7 as Debian packages it
 * (json-schema-test-suite), and draft 2020-12 from the directory that BX_SCHEMA_SUITE names, which
 * holds tests/ and remotes/ (the folder json/ of the source package jsonschema 4.23.0 is one).
 *
 * Nothing is fetched here.  So what a test means to fetch is put into its schema beforehand, as a
 * compound document, which the standard has for that.  schema_suite.def lists what does not hold,
 * and why; what is in the list and holds is a failure, too. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "os/fd.h"
#include "tool/schema.h"

enum { MAX_FILE = 4 << 20, MAX_REMOTES = 64, MAX_PATH = 1024 };

static const char packaged[] = "/usr/share/json-schema-test-suite";
static const char server[] = "http://localhost:1234/";

typedef struct remote {
    char path[256]; /* below the server's root */
    bx_json *doc;
    bool picked;
} remote;

typedef struct suite {
    const char *dir, *tests; /* the suite, and the folder of a draft's tests in it */
    bx_schema_draft draft;
    remote remotes[MAX_REMOTES];
    size_t n_remotes;
    unsigned right, wrong, listed;
} suite;

static bx_json *read_json(const char *path)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_FILE);
    bx_json *j = NULL;
    bx_error err = {.msg = ""};
    if (bx_file_read_all(AT_FDCWD, path, MAX_FILE, &text, &err) != BX_OK ||
        bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &j, &err) != BX_OK)
        return NULL;
    return j;
}

static bx_str text_at(const bx_json_val *v, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(v, bx_str_of(key)), &s);
    return s;
}

static void each_file(const char *dir, void (*f)(suite *, const char *), suite *s)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strstr(names[i]->d_name, ".json"))
            f(s, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}

/* ---- what would be fetched --------------------------------------------------------------------
 */

static const char *remote_folder;

static bool has_remote(const suite *s, const char *path)
{
    for (size_t i = 0; i < s->n_remotes; i++) {
        if (strcmp(s->remotes[i].path, path) == 0)
            return true;
    }
    return false;
}

static void add_remote(suite *s, const char *name)
{
    char path[MAX_PATH];
    remote *r = &s->remotes[s->n_remotes];
    (void)snprintf(path, sizeof path, "%s%s", s->tests, name);
    if (s->n_remotes == MAX_REMOTES || (*remote_folder == '\0' && has_remote(s, path)))
        return; /* those of all drafts give way to those of this one */
    (void)snprintf(r->path, sizeof r->path, "%s%s", remote_folder, name);
    (void)snprintf(path, sizeof path, "%s/remotes/%s", s->dir, r->path);
    r->doc = read_json(path);
    s->n_remotes += r->doc != NULL;
}

static void add_remotes(suite *s, const char *below)
{
    char path[MAX_PATH];
    remote_folder = below;
    (void)snprintf(path, sizeof path, "%s/remotes/%s", s->dir, below);
    each_file(path, add_remote, s);
}

static bool mentions(const bx_json_val *v, const char *path)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_FILE);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, v);
    return text.p && strstr(text.p, name);
}

/* Those that the schema names, and that they name. */
static size_t pick_remotes(suite *s, const bx_json_val *schema)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_remotes; i++)
        s->remotes[i].picked = false;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < s->n_remotes; i++) {
            remote *r = &s->remotes[i];
            bool named = mentions(schema, r->path);
            for (size_t k = 0; k < s->n_remotes && !named; k++)
                named = s->remotes[k].picked && mentions(bx_json_root(s->remotes[k].doc), r->path);
            if (r->picked || !named)
                continue;
            r->picked = more = true;
            n++;
        }
    }
    return n;
}

static void write_members(bx_json_out *o, const bx_json_val *v, const char *but)
{
    bx_json_iter it = bx_json_iter_of(v);
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        if (bx_str_eq(key, bx_str_of(but)))
            continue;
        bx_json_out_key(o, key);
        bx_json_out_value(o, e);
    }
}

/* A document that calls itself something else than what it is fetched by gets both names. */
static void write_remote(bx_json_out *o, const remote *r)
{
    char uri[512];
    const bx_json_val *root = bx_json_root(r->doc);
    bx_str id = text_at(root, "$id");
    (void)snprintf(uri, sizeof uri, "%s%s", server, r->path);
    bx_json_out_key(o, bx_str_of(r->path));
    bx_json_out_begin_object(o);
    if (id.n == 0 || !bx_str_eq(id, bx_str_of(uri))) {
        bx_json_out_key(o, BX_LIT("$id"));
        bx_json_out_string(o, bx_str_of(uri));
    }
    if (id.n > 0 && !bx_str_eq(id, bx_str_of(uri))) {
        bx_json_out_key(o, BX_LIT("$ref"));
        bx_json_out_string(o, id);
        bx_json_out_end_object(o);
        bx_json_out_key(o, id);
        bx_json_out_begin_object(o);
    }
    write_members(o, root, "");
    bx_json_out_end_object(o);
}

/* The schema with those documents in it; NULL: it needs none. */
static bx_json *bundle(suite *s, const bx_json_val *schema)
{
    const char *defs = s->draft == BX_SCHEMA_DRAFT_7 ? "definitions" : "$defs";
    BX_AUTO_BUF text = bx_buf_init(MAX_FILE);
    bx_json_out o = bx_json_out_on(&text);
    bx_json *j = NULL;
    if (bx_json_type_of(schema) != BX_JSON_OBJECT || pick_remotes(s, schema) == 0)
        return NULL;
    bx_json_out_begin_object(&o);
    write_members(&o, schema, defs);
    bx_json_out_key(&o, bx_str_of(defs));
    bx_json_out_begin_object(&o);
    write_members(&o, bx_json_get(schema, bx_str_of(defs)), "");
    for (size_t i = 0; i < s->n_remotes; i++) {
        if (s->remotes[i].picked)
            write_remote(&o, &s->remotes[i]);
    }
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK ||
        bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &j, NULL) != BX_OK)
        return NULL;
    return j;
}

/* ---- tests ------------------------------------------------------------------------------------
 */

static bool is_listed(const char *line)
{
    static const char *const list[] = {
#define LISTED(line) line,
#include "tool/schema_suite.def"
#undef LISTED
    };
    for (size_t i = 0; i < BX_COUNT(list); i++) {
        if (strcmp(list[i], line) == 0)
            return true;
    }
    return false;
}

static void note(suite *s, bool right, const char *line, const char *why)
{
    bool listed = is_listed(line);
    s->listed += listed;
    if (listed != right) {
        s->right += right;
        return;
    }
    s->wrong++;
    printf("# %s: %s\n", line, listed ? "is in the list, but holds" : why);
}

static void run_group(suite *s, const char *file, const bx_json_val *group)
{
    const bx_schema_options o = {.draft = s->draft};
    const bx_json_val *schema = bx_json_get(group, BX_LIT("schema"));
    BX_AUTO(bx_json) bx_json *whole = bundle(s, schema);
    BX_AUTO(bx_schema) bx_schema *c = NULL;
    bx_error err = {.msg = ""};
    bx_str says = text_at(group, "description");
    bx_json_iter it = bx_json_iter_of(bx_json_get(group, BX_LIT("tests")));
    bool known = bx_schema_compile(whole ? bx_json_root(whole) : schema, &o, &c, &err) == BX_OK;
    for (const bx_json_val *t; (t = bx_json_next(&it, NULL));) {
        bool valid = false;
        BX_AUTO_BUF why = bx_buf_init(1 << 20), line = bx_buf_init(4096);
        bx_str test = text_at(t, "description");
        (void)bx_buf_addf(&line, "%s: %.*s: %.*s", file, BX_FMT(says), BX_FMT(test));
        (void)bx_json_bool(bx_json_get(t, BX_LIT("valid")), &valid);
        size_t problems =
            known ? bx_schema_judge(c, bx_json_get(t, BX_LIT("data")), &why) : SIZE_MAX;
        note(s, known && (problems == 0) == valid, line.p, known ? (why.p ? why.p : "") : err.msg);
    }
}

static const char *test_folder;

static void run_file(suite *s, const char *name)
{
    char path[MAX_PATH], file[256];
    (void)snprintf(file, sizeof file, "%s%s%s", s->tests, test_folder, name);
    (void)snprintf(path, sizeof path, "%s/tests/%s", s->dir, file);
    BX_AUTO(bx_json) bx_json *j = read_json(path);
    bx_json_iter it = bx_json_iter_of(j ? bx_json_root(j) : NULL);
    for (const bx_json_val *g; (g = bx_json_next(&it, NULL));)
        run_group(s, file, g);
}

static void run_folder(suite *s, const char *below)
{
    char path[MAX_PATH];
    test_folder = below;
    (void)snprintf(path, sizeof path, "%s/tests/%s%s", s->dir, s->tests, below);
    each_file(path, run_file, s);
}

static void run_suite(suite *s, const char *const *remotes)
{
    for (size_t i = 0; remotes[i]; i++)
        add_remotes(s, remotes[i]);
    run_folder(s, "");
    run_folder(s, "optional/");
    printf("# %s: %u hold, %u do not and are listed, %u are wrong\n", s->tests, s->right, s->listed,
           s->wrong);
    for (size_t i = 0; i < s->n_remotes; i++)
        bx_json_free(s->remotes[i].doc);
}

static void draft_7(void)
{
    static suite s = {.dir = packaged, .tests = "draft7/", .draft = BX_SCHEMA_DRAFT_7};
    static const char *const remotes[] = {"", "folder/", NULL};
    run_suite(&s, remotes);
    if (s.right + s.wrong == 0)
        SKIP("the package json-schema-test-suite is not there");
    CHECK(s.wrong == 0 && s.right > 430 && s.listed == 5);
}

static void draft_2020_12(void)
{
    static suite s = {.tests = "draft2020-12/", .draft = BX_SCHEMA_2020_12};
    static const char *const remotes[] = {"draft2020-12/",
                                          "draft2020-12/baseUriChange/",
                                          "draft2020-12/baseUriChangeFolder/",
                                          "draft2020-12/baseUriChangeFolderInSubschema/",
                                          "draft2020-12/nested/",
                                          "",
                                          NULL};
    if (!(s.dir = getenv("BX_SCHEMA_SUITE")))
        SKIP("BX_SCHEMA_SUITE names no directory of the suite");
    run_suite(&s, remotes);
    CHECK(s.wrong == 0 && s.right > 1380 && s.listed == 11);
}

BXT_MAIN(RUN(draft_7); RUN(draft_2020_12);)
