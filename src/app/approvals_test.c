#include "app/approvals.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static bool same(const char *a, const char *b)
{
    BX_AUTO_BUF x = bx_buf_init(4096), y = bx_buf_init(4096);
    BX_AUTO(bx_json) bx_json *p = NULL, *q = NULL;
    bx_json_out o = bx_json_out_on(&x), r = bx_json_out_on(&y);
    if (bx_json_parse(bx_str_of(a), BX_JSON_MAX_DEPTH, &p, NULL) != BX_OK ||
        bx_json_parse(bx_str_of(b), BX_JSON_MAX_DEPTH, &q, NULL) != BX_OK)
        return false;
    bx_approvals_canonical(bx_json_root(p), &o);
    bx_approvals_canonical(bx_json_root(q), &r);
    return bx_json_out_end(&o, NULL) == BX_OK && bx_json_out_end(&r, NULL) == BX_OK &&
           bx_str_eq(bx_buf_str(&x), bx_buf_str(&y));
}

static void the_same_value(void)
{
    CHECK(same("{\"a\":1,\"b\":[{\"d\":2,\"c\":3}]}", "{ \"b\" : [ {\"c\":3,\"d\":2} ], \"a\":1}"));
    CHECK(same("{\"ab\":1,\"a\":2}", "{\"a\":2,\"ab\":1}"));
    CHECK(same("\"\\u0041\"", "\"A\"") && same("{}", "{ }"));
    CHECK(!same("[1,2]", "[2,1]") && !same("{\"a\":1}", "{\"a\":\"1\"}"));
    CHECK(!same("{\"a\":{}}", "{\"a\":[]}") && !same("{\"a\":null}", "{}"));
}

/* Whether two calls are one, as the hash says that is asked for. */
typedef struct two {
    bx_manifest m[2];
    uint8_t digest[2][BX_SHA256_BYTES];
    const char *arguments[2], *workspace[2];
    bool subject, exact;
} two;

static two alike(void)
{
    two t = {.arguments = {"{}", "{}"}, .workspace = {"/w", "/w"}};
    for (int i = 0; i < 2; i++) {
        t.m[i].name = BX_LIT("tool");
        t.m[i].version = BX_LIT("1.0.0");
    }
    return t;
}

static bool compare(two *t)
{
    uint8_t subject[2][BX_SHA256_BYTES], exact[2][BX_SHA256_BYTES];
    for (int i = 0; i < 2; i++) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        if (bx_json_parse(bx_str_of(t->arguments[i]), 8, &doc, NULL) != BX_OK)
            return false;
        const bx_gate_call c = {
            .manifest = &t->m[i], .digest = t->digest[i], .values = bx_json_root(doc)};
        if (!bx_approvals_fingerprint(&c, bx_str_of(t->workspace[i]), subject[i], exact[i]))
            return false;
    }
    t->subject = memcmp(subject[0], subject[1], sizeof subject[0]) == 0;
    t->exact = memcmp(exact[0], exact[1], sizeof exact[0]) == 0;
    return true;
}

static void the_same_call(void)
{
    two t = alike();
    CHECK(compare(&t) && t.subject && t.exact);
    t.arguments[1] = "{\"a\":1}";
    CHECK(compare(&t) && t.subject && !t.exact);
    t = alike();
    t.digest[1][31] = 1; /* another module under the same name */
    CHECK(compare(&t) && !t.subject && !t.exact);
    t = alike();
    t.m[1].version = BX_LIT("1.0.1");
    CHECK(compare(&t) && !t.subject && !t.exact);
    t = alike();
    t.workspace[1] = "/w2";
    CHECK(compare(&t) && !t.subject && !t.exact);
    t = alike();
    t.m[1].name = BX_LIT("tool1"); /* what moves from one part to the next is not the same */
    t.m[1].version = BX_LIT(".0.0");
    CHECK(compare(&t) && !t.subject && !t.exact);
    t = alike();
    bx_cap need;
    CHECK(bx_cap_parse(BX_LIT("read:/workspace"), &need, NULL) == BX_OK);
    t.m[1].needs = &need; /* the same module comes to ask for more */
    t.m[1].n_needs = 1;
    CHECK(compare(&t) && !t.subject && !t.exact);
    bx_cap_done(&need);
}

static void an_unknown_module(void)
{
    two t = alike();
    uint8_t a[BX_SHA256_BYTES], b[BX_SHA256_BYTES];
    BX_AUTO(bx_json) bx_json *doc = NULL;
    CHECK(bx_json_parse(BX_LIT("{}"), 8, &doc, NULL) == BX_OK);
    bx_gate_call c = {.manifest = &t.m[0], .values = bx_json_root(doc)};
    CHECK(!bx_approvals_fingerprint(&c, BX_LIT("/w"), a, b));
    c.digest = t.digest[0];
    CHECK(bx_approvals_fingerprint(&c, BX_LIT("/w"), a, b));
}

static bx_grant *run;

static bool fits(const char *arguments, const char *constraints)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(bx_str_of(arguments), 8, &doc, NULL) != BX_OK)
        return false;
    const bx_gate_call c = {.values = bx_json_root(doc), .run = run};
    return bx_approvals_fits(&c, bx_str_of(constraints));
}

static void constraints_on_text(void)
{
    CHECK(fits("{\"a\":\"git push\"}", "{\"a\":\"git *\"}"));
    CHECK(fits("{\"a\":\"x\",\"b\":2}", "{\"a\":\"x\",\"b\":\"2\"}"));
    CHECK(fits("{\"a\":\"\"}", "{\"a\":\"*\"}") && fits("{\"a\":\"abab\"}", "{\"a\":\"*ab\"}"));
    CHECK(!fits("{\"a\":\"gitpush\"}", "{\"a\":\"git *\"}"));
    CHECK(!fits("{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":\"2\"}")); /* not there */
    CHECK(!fits("{\"a\":\"x\"}", "{}") && !fits("{\"a\":\"x\"}", "[]") && !fits("{}", ""));
    CHECK(!fits("{\"a\":[\"x\"]}", "{\"a\":\"x\"}") && !fits("{\"a\":\"xy\"}", "{\"a\":\"x\"}"));
    CHECK(!fits("{\"a\":[\"x\"]}", "{\"a\":\"*\"}")); /* stars are for text */
}

static void constraints_on_paths(void)
{
    static char dir[64] = "/tmp/bx-approvals-XXXXXX";
    char path[128];
    bx_error err;
    CHECK(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/src", dir);
    CHECK(mkdir(path, 0700) == 0);
    (void)snprintf(path, sizeof path, "%s/src/up", dir);
    CHECK(symlink("..", path) == 0);
    CHECK(bx_grant_new(&run, &err) == BX_OK);
    CHECK(bx_grant_mount(run, bx_str_of(dir), BX_LIT("/workspace"), &err) == BX_OK);
    const char *below = "{\"p\":\"/workspace/src/**\"}";
    CHECK(fits("{\"p\":\"src/a\"}", below) && fits("{\"p\":\"/workspace/src/b/c\"}", below));
    CHECK(fits("{\"p\":\"other/../src/a\"}", below));
    CHECK(!fits("{\"p\":\"a\"}", below) && !fits("{\"p\":\"src/../a\"}", below));
    CHECK(!fits("{\"p\":\"src/up/a\"}", below) && !fits("{\"p\":\"~/src/a\"}", below));
    CHECK(!fits("{\"p\":\"src/a/b\"}", "{\"p\":\"/workspace/src/*\"}"));
    bx_grant_free(run);
    run = NULL;
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/src", dir);
    (void)rmdir(path);
    (void)rmdir(dir);
}

static void constraints_are_checked(void)
{
    bx_error err;
    CHECK(bx_approvals_check_constraints(BX_LIT("{\"a\":\"x*\",\"b\":\"/a/**\"}"), &err) == BX_OK);
    CHECK(bx_approvals_check_constraints(BX_LIT("{\"a\":1}"), &err) == BX_EINVAL);
    CHECK(bx_approvals_check_constraints(BX_LIT("[]"), &err) == BX_EINVAL);
    CHECK(bx_approvals_check_constraints(BX_LIT("{\"a\":\"/a/**b\"}"), &err) == BX_EINVAL);
}

static void what_is_shown(void)
{
    BX_AUTO_BUF text = bx_buf_init(8192), shown = bx_buf_init(1 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    (void)bx_buf_add_z(&text, "{\"password\":\"hunter22\",\"a\":\"");
    for (int i = 0; i < 5000; i++)
        (void)bx_buf_add_c(&text, 'x');
    (void)bx_buf_add_z(&text, "\"}");
    CHECK(bx_json_parse(bx_buf_str(&text), 8, &doc, NULL) == BX_OK);
    const bx_gate_call c = {.values = bx_json_root(doc), .arguments = bx_buf_str(&text)};
    CHECK(bx_approvals_arguments(&c, &shown) == BX_SHOWN_PART);
    CHECK(strstr(shown.p, "\"password\":\"[redacted]\"") && !strstr(shown.p, "hunter22"));
    CHECK(strstr(shown.p, "[5000 bytes in all]") && shown.n < 1200);
}

/* A command is shown whole, or not at all. */
static void commands_are_shown_whole(void)
{
    static const bx_manifest bash = {.name = {"bash", 4}}, other = {.name = {"other", 5}};
    static const struct {
        const bx_manifest *of;
        int filler;
        bx_shown shown;
        bool end;
    } cases[] = {{&bash, 10, BX_SHOWN_ALL, true},
                 {&bash, 30000, BX_SHOWN_ALL, true},
                 {&other, 30000, BX_SHOWN_PART, false},
                 {&other, 4000, BX_SHOWN_ALL, true},
                 {&bash, 70000, BX_SHOWN_NOTHING, false}};
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO_BUF text = bx_buf_init(1 << 20), shown = bx_buf_init(1 << 20);
        BX_AUTO(bx_json) bx_json *doc = NULL;
        (void)bx_buf_add_z(&text, "{\"command\":\"echo ");
        for (int k = 0; k < cases[i].filler; k++)
            (void)bx_buf_add_c(&text, 'x');
        (void)bx_buf_add_z(&text, "; rm -rf END\"}");
        CHECK(bx_json_parse(bx_buf_str(&text), 8, &doc, NULL) == BX_OK);
        const bx_gate_call c = {
            .manifest = cases[i].of, .values = bx_json_root(doc), .arguments = bx_buf_str(&text)};
        CHECK(bx_approvals_arguments(&c, &shown) == cases[i].shown);
        CHECK((strstr(shown.p, "rm -rf END") != NULL) == cases[i].end);
    }
}

static void what_it_may_use(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    bx_cap needs[3];
    bx_error err;
    static const char *const lines[] = {"rw:/workspace", "env:TOKEN=hunter22", "deny:**/.env"};
    CHECK(bx_grant_new(&g, &err) == BX_OK);
    CHECK(bx_grant_mount(g, BX_LIT("/tmp"), BX_LIT("/workspace"), &err) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(lines); i++)
        CHECK(bx_grant_allow(g, bx_str_of(lines[i]), &err) == BX_OK);
    CHECK(bx_cap_parse(BX_LIT("read:/workspace"), &needs[0], &err) == BX_OK);
    CHECK(bx_cap_parse(BX_LIT("env:TOKEN=hunter22"), &needs[1], &err) == BX_OK);
    CHECK(bx_cap_parse(BX_LIT("tool:*"), &needs[2], &err) == BX_OK);
    const bx_manifest m = {.name = {"t", 1}, .needs = needs, .n_needs = 3};
    const bx_gate_call c = {.manifest = &m, .run = g};
    bx_approvals_grant(&c, NULL, &(bx_gate_decision){.grant = NULL}, &text);
    CHECK(strcmp(text.p, "env:TOKEN, read:/workspace; deny:**/.env") == 0);
    for (size_t i = 0; i < BX_COUNT(needs); i++)
        bx_cap_done(&needs[i]);
}

BXT_MAIN(RUN(the_same_value); RUN(the_same_call); RUN(an_unknown_module); RUN(constraints_on_text);
         RUN(constraints_on_paths); RUN(constraints_are_checked); RUN(what_is_shown);
         RUN(commands_are_shown_whole); RUN(what_it_may_use);)
