/* Rules as the absence of capabilities: what is denied is not in the grant, whatever is decided. */
#include "policy/policy_test.h"

/* What a run may use: the workspace, programs, /tmp; as app/tool_grant.h makes it. */
static bx_grant *run_of(const bx_policy *p, const char *tool, const char *more)
{
    static const char *const all[] = {"rw:/workspace", "tool:*", "tmp"};
    bx_grant *g = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_grant_new(&g, &err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, BX_LIT("/home/me/project"), BX_LIT("/workspace"), &err);
    for (size_t i = 0; i < BX_COUNT(all) && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(all[i]), &err);
    if (rc == BX_OK && more)
        rc = bx_grant_allow(g, bx_str_of(more), &err);
    if (rc == BX_OK)
        rc = bx_policy_offer(p, bx_str_of(tool), g, &err);
    if (rc == BX_OK)
        return g;
    printf("# %s\n", err.msg);
    bx_grant_free(g);
    return NULL;
}

static bx_grant *grant_with(const bx_policy *p, const char *tool, const char *arguments,
                            const char *more)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO(bx_grant) bx_grant *run = run_of(p, tool, more);
    BX_AUTO_BUF notes = bx_buf_init(8192);
    bx_policy_decision d;
    bx_grant *g = NULL;
    bx_error err = {.msg = ""};
    if (!run || bx_json_parse(bx_str_of(arguments), 64, &doc, NULL) != BX_OK)
        return NULL;
    bx_policy_call c = call_of(tool, doc);
    if (bx_policy_decide(p, &c, &d, &err) != BX_OK ||
        bx_policy_grant(p, &c, &d, run, &g, &notes, &err) != BX_OK)
        printf("# %s\n", err.msg);
    return g;
}

static bx_grant *grant_of(const bx_policy *p, const char *tool, const char *arguments)
{
    return grant_with(p, tool, arguments, NULL);
}

static bool has(const bx_grant *g, const char *line)
{
    bx_cap_list caps = bx_grant_caps(g);
    char text[4096];
    for (size_t i = 0; i < caps.n; i++) {
        if (bx_cap_print(&caps.at[i], text, sizeof text, NULL) == BX_OK && strcmp(text, line) == 0)
            return true;
    }
    return false;
}

static bool may_fetch(const bx_grant *g, const char *scheme, const char *host)
{
    bx_verdict v;
    const bx_url_parts url = {bx_str_of(scheme), bx_str_of(host), 443, BX_LIT("/"), BX_LIT("")};
    bx_net_check_request(bx_grant_net(g), BX_LIT("GET"), &url, &v);
    return v.allow;
}

#define POLICY(p, text) \
    BX_AUTO(bx_policy) bx_policy *p = policy_of(text, NULL); \
    CHECK(p)
#define GRANT(g, ...) \
    BX_AUTO(bx_grant) bx_grant *g = grant_of(__VA_ARGS__); \
    CHECK(g)

static void test_paths_are_carved(void)
{
    POLICY(p, "rules: { deny: ['read(./secrets/**)', 'read(.env)', 'edit(./lock)', 'grep(./big)'],"
              " ask: ['read(./asked/**)'], allow: [bash] }");
    GRANT(bash, p, "bash", "{\"command\":\"ls\"}");
    CHECK(has(bash, "deny:/workspace/secrets/**") && has(bash, "deny:**/.env"));
    CHECK(has(bash, "deny:/workspace/lock") && has(bash, "deny:/workspace/asked/**"));
    CHECK(!has(bash, "deny:/workspace/big"));
    CHECK(has(bash, "deny:/workspace/boxagnts.yaml"));
    GRANT(read, p, "read", "{\"path\":\"a\"}");
    CHECK(has(read, "deny:/workspace/secrets/**") && has(read, "deny:/workspace/asked/**"));
    CHECK(!has(read, "deny:/workspace/lock")); /* reading it is not denied */
    GRANT(grep, p, "grep", "{\"pattern\":\"a\"}");
    CHECK(has(grep, "deny:/workspace/big"));
    /* Whoever was asked about it gets it. */
    GRANT(asked, p, "read", "{\"path\":\"asked/x\"}");
    CHECK(!has(asked, "deny:/workspace/asked/**") && has(asked, "deny:/workspace/secrets/**"));
}

static void test_programs_are_removed(void)
{
    POLICY(p, "rules: { deny: ['bash(git *)', 'bash(rm*)', 'bash(curl -x *)', js],"
              " ask: ['bash(make *)'], allow: [bash] }");
    GRANT(g, p, "bash", "{\"command\":\"ls\"}");
    CHECK(has(g, "tool:*") && has(g, "deny:tool:git") && has(g, "deny:tool:rm*"));
    CHECK(has(g, "deny:tool:js") && has(g, "deny:tool:make") && !has(g, "deny:tool:curl"));
    GRANT(asked, p, "bash", "{\"command\":\"make x\"}");
    CHECK(!has(asked, "deny:tool:make") && has(asked, "deny:tool:git"));
}

static void test_hosts_are_blocked(void)
{
    POLICY(p, "rules: { deny: ['web_fetch(domain:*.evil.org)'], allow: ['web_fetch(domain:a.org)',"
              " 'web_fetch(domain:*.b.org)', bash] }\n"
              "tools: { bash: { allow: ['fetch:https://*'] } }\n"
              "network: { block_urls: ['c.org'] }");
    GRANT(fetch, p, "web_fetch", "{\"url\":\"https://a.org/\"}");
    CHECK(may_fetch(fetch, "https", "a.org") && may_fetch(fetch, "https", "x.b.org"));
    CHECK(!may_fetch(fetch, "https", "d.org") && !may_fetch(fetch, "https", "x.evil.org"));
    /* What was asked about is that host alone. */
    GRANT(asked, p, "web_fetch", "{\"url\":\"https://d.org/\"}");
    CHECK(may_fetch(asked, "https", "d.org") && !may_fetch(asked, "https", "a.org"));
    GRANT(bash, p, "bash", "{\"command\":\"ls\"}");
    CHECK(may_fetch(bash, "https", "d.org") && !may_fetch(bash, "https", "x.evil.org"));
    CHECK(!may_fetch(bash, "https", "c.org"));
    POLICY(q, "rules: { allow: [bash] }");
    GRANT(none, q, "bash", "{\"command\":\"ls\"}");
    CHECK(!may_fetch(none, "https", "d.org")); /* nothing names the network */
}

static void test_sections(void)
{
    POLICY(p, "tools:\n  bash:\n    allow: ['read:/workspace', 'tool:l*']\n    deny: ['**/.git']\n"
              "    limits: { wall: 7s, memory: 64MiB }\n  'b*': { limits: { wall: 9s } }\n"
              "rules: { allow: [bash] }\nmounts: ['/srv/data::/data:ro']\n");
    GRANT(g, p, "bash", "{\"command\":\"ls\"}");
    CHECK(has(g, "read:/workspace") && !has(g, "rw:/workspace") && !has(g, "read:/data"));
    CHECK(has(g, "tool:l*") && !has(g, "tool:*") && has(g, "deny:**/.git") && has(g, "tmp"));
    CHECK(bx_grant_limits(g)->wall_ns == 7 * BX_SEC && bx_grant_limits(g)->memory == 64 * BX_MIB);
    CHECK(bx_grant_mounts(g).n == 2);
    GRANT(js, p, "js", "{\"code\":\"1\"}");
    CHECK(has(js, "rw:/workspace") && has(js, "read:/data"));
    CHECK(bx_grant_limits(js)->wall_ns == bx_limits_default().wall_ns);
}

static void test_allowed_path_is_its_directory(void)
{
    POLICY(p, "rules: { allow: ['edit(./src/**)'] }");
    GRANT(g, p, "write", "{\"path\":\"src/a.c\"}");
    CHECK(has(g, "rw:/workspace/src") && !has(g, "rw:/workspace"));
    GRANT(asked, p, "write", "{\"path\":\"lib/a.c\"}");
    CHECK(has(asked, "rw:/workspace"));
}

/* Whatever the files say, what the run may use bounds it. */
static void test_never_wider(void)
{
    POLICY(p, "rules: { allow: [bash, web_fetch] }\n"
              "tools: { bash: { allow: ['rw:/workspace', 'env:HOME'] } }");
    BX_AUTO(bx_grant) bx_grant *run = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(8192);
    CHECK(bx_grant_new(&run, NULL) == BX_OK);
    CHECK(bx_grant_mount(run, BX_LIT("/x"), BX_LIT("/workspace"), NULL) == BX_OK);
    CHECK(bx_grant_allow(run, BX_LIT("read:/workspace/a"), NULL) == BX_OK);
    bx_policy_call c = call_of("bash", NULL);
    CHECK(bx_policy_grant(p, &c, NULL, run, &g, &notes, NULL) == BX_OK);
    CHECK(has(g, "read:/workspace/a") && !has(g, "rw:/workspace") && !has(g, "env:HOME"));
    BX_AUTO(bx_grant)
    bx_grant *w = grant_with(p, "web_fetch", "{\"url\":\"https://b.org\"}", "fetch:https://a.org");
    CHECK(w && may_fetch(w, "https", "a.org") && !may_fetch(w, "https", "b.org"));
}

static void test_too_many(void)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    bx_error err = {.msg = ""};
    (void)bx_buf_add_z(&text, "rules:\n  deny:\n");
    for (int i = 0; i < BX_POLICY_MAX_CARVES + 1; i++)
        (void)bx_buf_addf(&text, "    - read(./d%d/**)\n", i);
    CHECK(bx_policy_parse(bx_buf_str(&text), &trusted, &f, &err) == BX_OK);
    CHECK(bx_policy_merge(&f, 1, NULL, &p, &err) == BX_ELIMIT);
    CHECK(strstr(err.msg, "boxagnts.yaml:103:7: too many paths"));
}

static void check_edit(const char *text, const char *expected)
{
    BX_AUTO_BUF got = bx_buf_init(8192);
    bx_error err = {.msg = ""};
    bx_code rc =
        bx_policy_add_rule(bx_str_of(text), BX_ANSWER_ALLOW, BX_LIT("bash(a 'b)"), &got, &err);
    (void)rc;
    rc = bx_policy_add_rule(bx_str_of(text), BX_ANSWER_ALLOW, BX_LIT("bash(a *)"), &got, &err);
    if (rc != BX_OK || strcmp(got.p, expected) != 0) {
        printf("# %s\n# gives %s: %s\n", text, err.msg, rc == BX_OK ? got.p : "an error");
        bxt_failed = 1;
    }
}

static void test_edits_keep_the_text(void)
{
    check_edit("", "rules:\n  allow:\n    - 'bash(a *)'\n");
    check_edit("# c\nmode: plan", "# c\nmode: plan\nrules:\n  allow:\n    - 'bash(a *)'\n");
    check_edit("rules:\n  allow:\n  # c\n  - js # d\nmode: plan\n",
               "rules:\n  allow:\n  # c\n  - 'bash(a *)'\n  - js # d\nmode: plan\n");
    check_edit("rules:\n    deny: [js]  # c\n",
               "rules:\n    allow:\n      - 'bash(a *)'\n    deny: [js]  # c\n");
    check_edit("rules:\n  allow: [js]\n", "rules:\n  allow: ['bash(a *)', js]\n");
    check_edit("rules:\n  allow: []\n", "rules:\n  allow: ['bash(a *)']\n");
    check_edit("rules:\n  allow: # c\nmode: plan\n",
               "rules:\n  allow: # c\n    - 'bash(a *)'\nmode: plan\n");
    check_edit("rules:\n  allow:", "rules:\n  allow:\n    - 'bash(a *)'\n");
    check_edit("rules: { deny: [js] }\n", "rules: {allow: ['bash(a *)'],  deny: [js] }\n");
    check_edit("rules:\n", "rules:\n  allow:\n    - 'bash(a *)'\n");
}

static void test_edits_are_checked(void)
{
    static const char *const bad[] = {
        "rules: {}\n", "{}", "{mode: plan}", "rules:\n  allow: null\n", "mode: x", "rules: &a {}"};
    BX_AUTO_BUF got = bx_buf_init(8192);
    bx_error err;
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(bx_policy_add_rule(bx_str_of(bad[i]), BX_ANSWER_ALLOW, BX_LIT("js"), &got, &err) !=
              BX_OK);
    CHECK(bx_policy_add_rule(BX_LIT(""), BX_ANSWER_ALLOW, BX_LIT("a b"), &got, &err) == BX_EINVAL);
    CHECK(bx_policy_add_rule(BX_LIT(""), BX_ANSWER_ALLOW, BX_LIT("js\n  deny: x"), &got, &err) ==
          BX_EINVAL);
    static const char same[] = "rules: { allow: [ js ] }\n";
    CHECK(bx_policy_add_rule(BX_LIT("rules: { allow: [ js ] }\n"), BX_ANSWER_ALLOW, BX_LIT("js"),
                             &got, &err) == BX_OK);
    CHECK(strcmp(got.p, same) == 0);
    CHECK(bx_policy_add_rule(BX_LIT(""), BX_ANSWER_DENY, BX_LIT("bash(it\\'s)"), &got, &err) ==
          BX_OK);
    CHECK(strcmp(got.p, "rules:\n  deny:\n    - 'bash(it\\''s)'\n") == 0);
}

static void test_printed_is_read(void)
{
    POLICY(p, "mode: plan\nmounts: ['/x::/x:ro']\nnetwork: { block_networks: [10.0.0.0/8],"
              " allow_networks: [127.0.0.1], block_urls: [a.org] }\n"
              "inject: ['https://a.org authorization=env:T']\nrequire_signatures: true\n"
              "tools: { bash: { allow: ['tool:*'], deny: ['/workspace/x'], limits: { wall: 3s },"
              " require_signature: true }, js: {} }\n"
              "rules: { deny: [grep], ask: ['bash(it\\''s *)'], allow: ['read(./a)'] }\n");
    BX_AUTO_BUF once = bx_buf_init(1 << 16), twice = bx_buf_init(1 << 16);
    bx_policy_print(p, &once);
    POLICY(q, once.p);
    CHECK(bx_policy_rule_count(q) == 3 && bx_policy_mode_of(q) == BX_MODE_PLAN);
    CHECK(bx_policy_wants_signature(q, BX_LIT("js")));
    bx_policy_print(q, &twice);
    for (size_t i = 0, k = 0; i < once.n && k < twice.n; i++, k++) { /* but for line numbers */
        CHECK(once.p[i] == twice.p[k]);
        if (once.p[i] != ':' || once.p[i + 1] == ' ')
            continue;
        while (i + 1 < once.n && once.p[i + 1] >= '0' && once.p[i + 1] <= '9')
            i++;
        while (k + 1 < twice.n && twice.p[k + 1] >= '0' && twice.p[k + 1] <= '9')
            k++;
    }
}

/* What would reorder a line on a terminal is written out, and means the same. */
static void test_printed_acts_on_nothing(void)
{
    POLICY(p, "rules: { deny: ['read(\u202ex)', 'read(y)'] }\n");
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    bx_policy_print(p, &text);
    CHECK(strstr(text.p, "\"read(\\u202ex)\"") && strstr(text.p, "'read(y)'"));
    CHECK(!strstr(text.p, "\u202e"));
    POLICY(q, text.p);
    CHECK(bx_policy_rule_count(q) == 2);
}

BXT_MAIN(RUN(test_paths_are_carved); RUN(test_programs_are_removed); RUN(test_hosts_are_blocked);
         RUN(test_sections); RUN(test_allowed_path_is_its_directory); RUN(test_never_wider);
         RUN(test_too_many); RUN(test_edits_keep_the_text); RUN(test_edits_are_checked);
         RUN(test_printed_is_read); RUN(test_printed_acts_on_nothing);)
