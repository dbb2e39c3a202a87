/* A policy file: whatever is refused says so and where; whatever is accepted decides, prints what
 * is accepted again, takes one rule more, and gives no call more than the run may use. */
#include "policy/derive.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const bx_policy_source sources[] = {
    {.name = {"boxagnts.yaml", 13},
     .dir = {"/h/p", 4},
     .home = {"/h", 2},
     .workspace = {"/h/p", 4},
     .trusted = true},
    {.name = {"boxagnts.yaml", 13}, .trusted = false},
};

static bx_grant *run_grant(void)
{
    bx_grant *g = NULL;
    BX_ASSERT(bx_grant_new(&g, NULL) == BX_OK);
    BX_ASSERT(bx_grant_mount(g, BX_LIT("/h/p"), BX_LIT("/workspace"), NULL) == BX_OK);
    BX_ASSERT(bx_grant_allow(g, BX_LIT("read:/workspace/sub"), NULL) == BX_OK);
    BX_ASSERT(bx_grant_allow(g, BX_LIT("tool:ls"), NULL) == BX_OK);
    return g;
}

/* A run that may read one directory and start one program gets no more by any policy. */
static void check_bounded(const bx_policy *p, const bx_policy_call *c, const bx_policy_decision *d)
{
    BX_AUTO(bx_grant) bx_grant *run = run_grant();
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(1 << 16);
    bx_error err = {.msg = ""};
    if (bx_policy_grant(p, c, d, run, &g, &notes, &err) != BX_OK) {
        BX_ASSERT(err.msg[0]);
        return;
    }
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *k = &caps.at[i];
        bool file = k->kind == BX_CAP_READ &&
                    bx_path_is_below(bx_str_of(k->path), BX_LIT("/workspace/sub"));
        bool tool = k->kind == BX_CAP_TOOL && strcmp(k->path, "ls") == 0;
        BX_ASSERT(file || tool || k->kind == BX_CAP_DENY || k->kind == BX_CAP_NOT_TOOL);
    }
}

static void check_calls(const bx_policy *p, bool is_trusted)
{
    static const struct {
        const char *tool, *arguments;
        bx_permission permission;
    } calls[] = {
        {"bash", "{\"command\":\"git push; ls $(x) > y\"}", BX_PERMISSION_EXECUTE},
        {"read", "{\"path\":\"./a/../b\"}", BX_PERMISSION_READ},
        {"write", "{\"path\":\"/workspace/src/x\"}", BX_PERMISSION_WRITE},
        {"web_fetch", "{\"url\":\"https://a.example.com/\"}", BX_PERMISSION_WRITE},
        {"mcp__a__b", "{}", BX_PERMISSION_DANGEROUS},
    };
    for (size_t i = 0; i < BX_COUNT(calls); i++) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        BX_AUTO_BUF why = bx_buf_init(1 << 20);
        bx_policy_decision d;
        BX_ASSERT(bx_json_parse(bx_str_of(calls[i].arguments), 8, &doc, NULL) == BX_OK);
        const bx_policy_call c = {.tool = bx_str_of(calls[i].tool),
                                  .permission = calls[i].permission,
                                  .arguments = bx_json_root(doc)};
        BX_ASSERT(bx_policy_decide(p, &c, &d, NULL) == BX_OK);
        /* Nothing that is not trusted allows what is not allowed anyway. */
        BX_ASSERT(is_trusted || d.answer != BX_ANSWER_ALLOW || c.permission <= BX_PERMISSION_READ);
        BX_ASSERT(bx_policy_mode_of(p) != BX_MODE_PLAN || d.answer == BX_ANSWER_DENY ||
                  c.permission <= BX_PERMISSION_READ);
        if (!bx_policy_shows(p, &c, NULL))
            BX_ASSERT(d.answer == BX_ANSWER_DENY);
        bx_policy_why(p, &c, &d, &why);
        BX_ASSERT(why.n > 0);
        check_bounded(p, &c, &d);
    }
}

static void check_printed(const bx_policy *p, size_t rules)
{
    BX_AUTO_BUF text = bx_buf_init(4 << 20);
    bx_policy_file *f = NULL;
    bx_policy *again = NULL;
    bx_policy_print(p, &text);
    if (text.n > 200 << 10 || bx_policy_parse(bx_buf_str(&text), &sources[0], &f, NULL) != BX_OK)
        return;
    BX_ASSERT(bx_policy_merge(&f, 1, NULL, &again, NULL) == BX_OK);
    BX_ASSERT(bx_policy_rule_count(again) == rules);
    bx_policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str text = {(const char *)data, size};
    for (size_t i = 0; i < BX_COUNT(sources); i++) {
        bx_policy_file *f = NULL;
        bx_policy *p = NULL;
        bx_error err = {.msg = ""};
        BX_AUTO_BUF more = bx_buf_init(1 << 20);
        if (bx_policy_parse(text, &sources[i], &f, &err) != BX_OK) {
            BX_ASSERT(strncmp(err.msg, "boxagnts.yaml:", 14) == 0);
            continue;
        }
        if (bx_policy_merge(&f, 1, NULL, &p, &err) != BX_OK) {
            BX_ASSERT(err.msg[0]);
            continue;
        }
        check_calls(p, sources[i].trusted);
        if (sources[i].trusted)
            check_printed(p, bx_policy_rule_count(p));
        if (bx_policy_add_rule(text, BX_ANSWER_DENY, BX_LIT("bash(a b)"), &more, &err) != BX_OK)
            BX_ASSERT(err.msg[0]);
        bx_policy_free(p);
    }
    return 0;
}
