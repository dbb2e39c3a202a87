#include "tool/manifest.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>

#include "base/test.h"
#include "codec/yaml.h"
#include "os/fd.h"
#include "policy/manifest.h"
#include "tool/page.h"

#define HEAD \
    "name: edit\nversion: 1.2.0\ndescription: Change a file.\npermission: write\ncall: json\n"
#define SCHEMA \
    "input_schema: { type: object, properties: { path: { type: string, minLength: 1, " \
    "description: The file. } }, required: [path] }\n"
#define NEEDS "needs: [rw:/workspace]\n"
#define HINTS \
    "annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, " \
    "openWorldHint: false }\n"
#define REST SCHEMA NEEDS HINTS

static bx_code of_yaml(const char *text, bx_manifest **ret, bx_error *err)
{
    bx_json *doc = NULL;
    bx_code rc = bx_yaml_parse(bx_str_of(text), &doc, err);
    return rc == BX_OK ? bx_manifest_of(doc, ret, err) : rc;
}

static bool good(const char *text)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_error err = {.msg = ""};
    bool right = of_yaml(text, &m, &err) == BX_OK;
    if (!right)
        printf("# %s\n", err.msg);
    return right;
}

static bool refused(const char *text, const char *says)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_error err = {.msg = ""};
    bool right = of_yaml(text, &m, &err) == BX_EINVAL && !m && strstr(err.msg, says);
    if (!right)
        printf("# %s\n", err.msg);
    return right;
}

static void what_it_says(void)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_error err;
    CHECK(of_yaml(HEAD REST "limits: { wall: 5s, output: 2MiB, files_created: 3 }\n", &m, &err) ==
          BX_OK);
    CHECK(bx_str_eq(m->name, BX_LIT("edit")) && bx_str_eq(m->version, BX_LIT("1.2.0")));
    CHECK(m->permission == BX_TOOL_WRITE && m->call == BX_TOOL_JSON && !m->examples);
    CHECK(m->n_needs == 1 && m->needs[0].kind == BX_CAP_RW &&
          strcmp(m->needs[0].path, "/workspace") == 0);
    CHECK(m->limits.wall_ns == 5 * BX_SEC && m->limits.output == 2 * BX_MIB &&
          m->limits.files_created == 3);
    CHECK(m->limits.memory == bx_limits_default().memory);
    CHECK(bx_json_size(m->input_schema) == 3 && bx_json_size(m->annotations) == 4);
    CHECK(strcmp(bx_tool_permission_name(m->permission), "write") == 0 &&
          strcmp(bx_tool_how_name(m->call), "json") == 0);
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    bx_tool_limits_text(m, &text);
    CHECK(bx_str_eq(bx_buf_str(&text), BX_LIT("wall 5s, output 2MiB, files_created 3")));
}

#define PROGRAM \
    "name: x\nversion: 1.0.0\ndescription: A program.\ncall: argv\nprograms: [x]\nneeds: []\n"

static void what_a_program_brings(void)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_error err;
    CHECK(of_yaml(PROGRAM "data: { /usr/share/x: x/data, /opt/y: y }\nargs: [-c, '']\n"
                          "env: { A: '', B: c }\n",
                  &m, &err) == BX_OK);
    CHECK(bx_json_size(m->data) == 2 && bx_json_size(m->args) == 2 && bx_json_size(m->env) == 2);
    CHECK(!m->requires);
    CHECK(good(HEAD REST "requires: [python]\n"));
    CHECK(good(PROGRAM "data: {}\nargs: []\nenv: {}\n"));
    CHECK(good(PROGRAM "data: { /a: b.c/d }\n"));
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"data: [x]\n", "data: expected GUEST-PATH"},
        {"data: { /a: 1, /b: b, /c: c, /d: d, /e: e, /f: f, /g: g, /h: h, /i: i }\n", "at most 8"},
        {"data: { a: x }\n", "data: "},
        {"data: { /: x }\n", "no place for a directory"},
        {"data: { /a/: x }\n", "no place for a directory"},
        {"data: { /a/../b: x }\n", "data: "},
        {"data: { /a: '' }\n", "beside the manifest"},
        {"data: { /a: /x }\n", "beside the manifest"},
        {"data: { /a: x/ }\n", "beside the manifest"},
        {"data: { /a: .. }\n", "beside the manifest"},
        {"data: { /a: x/../y }\n", "beside the manifest"},
        {"data: { /a: .x }\n", "beside the manifest"},
        {"data: { /a: x//y }\n", "beside the manifest"},
        {"data: { /a: 3 }\n", "beside the manifest"},
        {"args: x\n", "args: expected a list"},
        {"args: [1]\n", "args: expected a list"},
        {"env: [x]\n", "env: expected NAME: TEXT"},
        {"env: { 'A=B': c }\n", "env: expected NAME: TEXT"},
        {"env: { A: 1 }\n", "env: expected NAME: TEXT"},
        {"requires: []\n", "requires: expected a list"},
        {"requires: [a/b]\n", "requires: expected a list"},
    };
    for (size_t i = 0; i < BX_COUNT(wrong); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "%s%s", PROGRAM, wrong[i].text);
        CHECK(refused(text, wrong[i].says));
    }
    CHECK(refused(HEAD REST "args: [x]\n", "call has to be argv"));
}

static void json_is_the_same(void)
{
    BX_AUTO(bx_manifest) bx_manifest *a = NULL, *b = NULL;
    BX_AUTO_BUF text = bx_buf_init(1 << 16), again = bx_buf_init(1 << 16);
    CHECK(of_yaml(HEAD REST, &a, NULL) == BX_OK);
    bx_json_out o = bx_json_out_on(&text), p = bx_json_out_on(&again);
    bx_json_out_value(&o, bx_json_root(a->doc));
    CHECK(bx_manifest_from_json(bx_buf_str(&text), &b, NULL) == BX_OK);
    bx_json_out_value(&p, bx_json_root(b->doc));
    CHECK(bx_str_eq(bx_buf_str(&text), bx_buf_str(&again)));
    CHECK(bx_manifest_from_json(BX_LIT("{\"name\":"), &b, NULL) == BX_EINVAL);
}

static void what_is_refused(void)
{
    CHECK(good(HEAD REST));
    CHECK(refused(HEAD REST "allow: [rw:/]\n", "no key 'allow'; there is name, version"));
    CHECK(refused("name: Edit\nversion: 1.0.0\ndescription: x\npermission: read\ncall: json\n" REST,
                  "name: "));
    CHECK(refused("name: edit\nversion: 1.0\ndescription: x\npermission: read\ncall: json\n" REST,
                  "version: "));
    CHECK(
        refused("name: edit\nversion: '1.0.x'\ndescription: x\npermission: read\ncall: json\n" REST,
                "version: "));
    CHECK(
        refused("name: edit\nversion: 1.0.0\ndescription: ''\npermission: read\ncall: json\n" REST,
                "description: "));
    CHECK(refused("name: edit\nversion: 1.0.0\ndescription: x\npermission: all\ncall: json\n" REST,
                  "permission: expected none, read, write, execute or dangerous"));
    CHECK(
        refused("name: edit\nversion: 1.0.0\ndescription: x\npermission: write\ncall: shell\n" REST,
                "call: expected json, argv or typed"));
    CHECK(refused(HEAD NEEDS HINTS, "input_schema: "));
    CHECK(refused(
        HEAD
        "input_schema: { type: object, properties: { p: { type: string, patern: x } } }\n" NEEDS
            HINTS,
        "input_schema: schema /properties/p/patern: "));
    CHECK(refused(HEAD SCHEMA HINTS, "needs: ") &&
          refused(HEAD SCHEMA "needs: [write]\n" HINTS, "needs: "));
    CHECK(refused(HEAD REST "limits: { walls: 5s }\n", "limits: ") &&
          refused(HEAD REST "limits: { wall: soon }\n", "limits: "));
    CHECK(refused(HEAD SCHEMA NEEDS, "readOnlyHint has to be"));
    CHECK(refused(
        HEAD SCHEMA NEEDS
        "annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false }\n",
        "openWorldHint has to be"));
    CHECK(refused("[]", "expected KEY: VALUE"));
}

static void it_cannot_contradict_itself(void)
{
    const char *read_only = "annotations: { readOnlyHint: true, destructiveHint: false, "
                            "idempotentHint: true, openWorldHint: false }\n";
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    (void)bx_buf_addf(&text, "%s%s", HEAD SCHEMA NEEDS, read_only);
    CHECK(refused(text.p, "readOnlyHint is true, but needs says that it writes"));
    CHECK(refused("name: edit\nversion: 1.0.0\ndescription: x\npermission: read\ncall: json\n" REST,
                  "permission is less than write, but needs says that it writes"));
    bx_buf_clear(&text);
    (void)bx_buf_addf(&text, "%s%s", HEAD SCHEMA "needs: [read:/workspace]\n", read_only);
    CHECK(good(text.p));
}

static void examples(void)
{
    const char *whole = "examples:\n- says: Shows it.\n  files: { a: b }\n  arguments: { path: a "
                        "}\n  result: { is_error: false, text: b }\n  after: { a: c }\n";
    BX_AUTO_BUF text = bx_buf_init(1 << 16), page = bx_buf_init(1 << 16);
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    (void)bx_buf_addf(&text, "%s%s", HEAD REST, whole);
    CHECK(of_yaml(text.p, &m, NULL) == BX_OK && bx_json_size(m->examples) == 1);
    bx_tool_page(m, &page);
    CHECK(strstr(page.p, "# `edit`\nChange a file.\n") &&
          strstr(page.p, "| `path` | a string that is not empty | required | The file. |\n"));
    CHECK(strstr(page.p, "### Shows it.\n") && strstr(page.p, "```json\n{\"path\":\"a\"}\n```\n") &&
          strstr(page.p, "Afterwards `a`:\n```\nc\n```\n"));
    CHECK(refused(HEAD REST "examples: { a: b }\n", "examples: expected a list"));
    CHECK(refused(HEAD REST "examples:\n- says: x\n  result: { is_error: true }\n",
                  "examples/0: an example without arguments"));
    CHECK(refused(HEAD REST "examples:\n- says: x\n  arguments: {}\n  result: { text: x }\n",
                  "no is_error"));
    CHECK(refused(HEAD REST
                  "examples:\n- says: x\n  arguments: {}\n  result: { is_error: true, json: 1 }\n",
                  "has no key 'json'"));
}

/* `exec` has a reader of its own for the two things it uses (policy/manifest.h): it starts a
 * process for one call, and reading all of a manifest would take it longer than the call. */
static void the_other_reader_agrees(void)
{
    glob_t found;
    CHECK(glob("tools/*/*.tool.yaml", 0, NULL, &found) == 0 && found.gl_pathc >= 2);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        BX_AUTO_BUF text = bx_buf_init(1 << 20);
        BX_AUTO(bx_manifest) bx_manifest *m = NULL;
        BX_AUTO(bx_grant) bx_grant *g = NULL;
        bool is_json = false;
        CHECK(bx_file_read_all(AT_FDCWD, found.gl_pathv[i], 1 << 20, &text, NULL) == BX_OK);
        CHECK(of_yaml(text.p, &m, NULL) == BX_OK && bx_grant_new(&g, NULL) == BX_OK);
        CHECK(bx_manifest_apply(bx_buf_str(&text), g, &is_json, NULL) == BX_OK);
        CHECK(is_json == (m->call == BX_TOOL_JSON));
        CHECK(memcmp(bx_grant_limits(g), &m->limits, sizeof m->limits) == 0);
    }
    globfree(&found);
}

static void out_of_memory(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_manifest) bx_manifest *m = NULL;
        rc = bx_manifest_from_json(
            BX_LIT(
                "{\"name\":\"a\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":"
                "\"none\","
                "\"call\":\"json\",\"input_schema\":{\"type\":\"object\"},\"needs\":[\"read:/w\"],"
                "\"annotations\":{\"readOnlyHint\":true,\"destructiveHint\":false,"
                "\"idempotentHint\":true,\"openWorldHint\":false}}"),
            &m, NULL);
    });
}

BXT_MAIN(RUN(what_it_says); RUN(what_a_program_brings); RUN(json_is_the_same); RUN(what_is_refused);
         RUN(it_cannot_contradict_itself); RUN(examples); RUN(the_other_reader_agrees);
         RUN(out_of_memory);)
