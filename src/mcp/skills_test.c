#include "mcp/skills.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "mcp/workspace.h"
#include "os/fd.h"

static void test_split(void)
{
    bx_str head, body;
    CHECK(bx_skill_split(BX_LIT("---\nname: a\n---\nbody\n"), &head, &body));
    CHECK(bx_str_eq(head, BX_LIT("name: a\n")) && bx_str_eq(body, BX_LIT("body\n")));
    CHECK(bx_skill_split(BX_LIT("---\r\nname: a\r\n---\r\nbody"), &head, &body));
    CHECK(bx_str_eq(body, BX_LIT("body")));
    CHECK(bx_skill_split(BX_LIT("---\n---"), &head, &body) && !head.n && !body.n);
    CHECK(!bx_skill_split(BX_LIT(""), &head, &body));
    CHECK(!bx_skill_split(BX_LIT("name: a\n---\n"), &head, &body));
    CHECK(!bx_skill_split(BX_LIT("---\nname: a\n"), &head, &body));
    CHECK(!bx_skill_split(BX_LIT("----\n---\n"), &head, &body));
}

static bool path_is(const char *uri, const char *path)
{
    BX_AUTO_BUF got = bx_buf_init(4096);
    bx_code rc = bx_mcp_path_of_uri(bx_str_of(uri), &got, NULL);
    return path ? rc == BX_OK && strcmp(got.p, path) == 0 : rc == BX_ENOENT;
}

static void test_uris(void)
{
    BX_AUTO_BUF uri = bx_buf_init(4096);
    bx_mcp_uri_of_path(BX_LIT("/workspace/a b/\xc3\xa9%#.md"), &uri);
    CHECK(strcmp(uri.p, "file:///workspace/a%20b/%C3%A9%25%23.md") == 0);
    CHECK(path_is(uri.p, "/workspace/a b/\xc3\xa9%#.md"));
    CHECK(path_is("file:///workspace/a", "/workspace/a"));
    static const char *const none[] = {
        "file:///workspace/",           "file:///workspace",
        "file:///etc/passwd",           "file:///workspace/../x",
        "file:///workspace/a/./b",      "file:///workspace/%2e%2e/x",
        "file:///workspace/a%2f..%2fb", "file:///workspace/a//b",
        "file:///workspace/a%00",       "file:///workspace/a%",
        "file:///workspace/%zz",        "file:///workspace/a/",
        "file://host/workspace/a",      "/workspace/a",
        "file:///workspace/%ff",        "",
    };
    for (size_t i = 0; i < BX_COUNT(none); i++)
        CHECK(path_is(none[i], NULL));
}

static bool write_skill(const char *dir, const char *name, const char *text)
{
    char path[512];
    const bx_str part = bx_str_of(text);
    (void)snprintf(path, sizeof path, "%s/.s", dir);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/.s/%s", dir, name);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/.s/%s/SKILL.md", dir, name);
    return bx_file_write_atomic(AT_FDCWD, path, 0600, &part, 1, NULL) == BX_OK;
}

/* The list, or one prompt, as text. */
static bx_code listed(const bx_mcp_skills *s, bx_buf *ret)
{
    const bx_mcp_prompts *p = bx_mcp_skills_port(s);
    bx_json_out o = bx_json_out_on(ret);
    bx_json_out_begin_object(&o);
    bx_code rc = p->list(p->ctx, BX_LIT(""), &o, NULL);
    bx_json_out_end_object(&o);
    return rc;
}

static bx_code got(const bx_mcp_skills *s, const char *name, const char *arguments, bx_buf *ret)
{
    const bx_mcp_prompts *p = bx_mcp_skills_port(s);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_json_out o = bx_json_out_on(ret);
    if (bx_json_parse(bx_str_of(arguments), 4, &doc, NULL) != BX_OK)
        return BX_EINTERNAL;
    bx_json_out_begin_object(&o);
    bx_code rc = p->get(p->ctx, NULL, bx_str_of(name), bx_json_root(doc), &o, NULL);
    if (rc == BX_OK)
        bx_json_out_end_object(&o);
    return rc;
}

static void test_skills(void)
{
    char mine[] = "/tmp/skills-XXXXXX", project[] = "/tmp/skills-XXXXXX", path[512];
    BX_AUTO(bx_mcp_skills) bx_mcp_skills *s = NULL;
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    CHECK(mkdtemp(mine) && mkdtemp(project));
    CHECK(write_skill(mine, "b", "---\nname: b\ndescription: mine\n---\nDo $ARGUMENTS now.\n"));
    CHECK(write_skill(mine, "both", "---\ndescription: mine\n---\nx\n"));
    CHECK(write_skill(project, "both", "---\ndescription: of the project\n---\nbody\n"));
    CHECK(write_skill(project, "a", "---\ndescription: first\nmetadata: {k: v}\n---\nA.\n"));
    CHECK(write_skill(project, "none", "no front matter"));
    CHECK(write_skill(project, "bad", "---\ndescription: [\n---\n"));
    CHECK(write_skill(project, "Upper", "---\ndescription: x\n---\n"));
    CHECK(write_skill(project, "out", "---\ndescription: x\n---\n"));
    (void)snprintf(path, sizeof path, "%s/.s/out/SKILL.md", project);
    CHECK(unlink(path) == 0);
    char target[512];
    (void)snprintf(target, sizeof target, "%s/.s/b/SKILL.md", mine);
    CHECK(symlink(target, path) == 0); /* leads out of the project: is not followed */
    const bx_skill_dir dirs[] = {
        {project, ".s", "/workspace"}, {mine, ".s", NULL}, {"/nonexistent", ".s", NULL}};
    CHECK(bx_mcp_skills_new(dirs, BX_COUNT(dirs), NULL, &s, NULL) == BX_OK);
    CHECK(listed(s, &text) == BX_OK);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    CHECK(bx_json_parse(bx_buf_str(&text), 8, &doc, NULL) == BX_OK);
    CHECK(bx_json_size(bx_json_get(bx_json_root(doc), BX_LIT("prompts"))) == 3);
    const char *a = strstr(text.p, "\"a\""), *b = strstr(text.p, "\"b\""),
               *both = strstr(text.p, "\"both\"");
    CHECK(a && b && both && a < b && b < both && strstr(both, "of the project"));
    bx_buf_clear(&text);
    CHECK(got(s, "b", "{\"arguments\":\"it\"}", &text) == BX_OK);
    CHECK(strstr(text.p, "\"Do it now.\\n\""));
    bx_buf_clear(&text);
    CHECK(got(s, "both", "{\"arguments\":\"x\"}", &text) == BX_OK);
    CHECK(strstr(text.p, "The files of this skill are in /workspace/.s/both\\n\\nbody\\n"));
    CHECK(strstr(text.p, "ARGUMENTS: x"));
    static const char *const none[] = {"out", "none", "bad", "Upper", "../b", "", "a/b", "c"};
    for (size_t i = 0; i < BX_COUNT(none); i++) {
        bx_buf_clear(&text);
        CHECK(got(s, none[i], "{}", &text) == BX_ENOENT);
    }
}

BXT_MAIN(RUN(test_split); RUN(test_uris); RUN(test_skills);)
