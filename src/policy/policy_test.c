/* Files: what is read, what is wrong and where; how files are put together; what is decided. */
#include "policy/policy_test.h"

static void check_wrong(const char *text, const char *expected)
{
    bx_policy_file *f = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_policy_parse(bx_str_of(text), &trusted, &f, &err);
    if (rc == BX_OK || !strstr(err.msg, expected)) {
        printf("# %s\n#   gives: %s\n#   expected: %s\n", text, rc == BX_OK ? "ok" : err.msg,
               expected);
        bxt_failed = 1;
    }
    bx_policy_file_free(f);
}

static void test_errors_have_places(void)
{
    check_wrong("rules:\n  denny: []\n", "boxagnts.yaml:2:3: no key 'denny': did you mean 'deny'?");
    check_wrong("rule: {}\n", "boxagnts.yaml:1:1: no key 'rule': did you mean 'rules'?");
    check_wrong("zzzzzzzzz: 1\n", "boxagnts.yaml:1:1: no key 'zzzzzzzzz'; there is version, mode");
    check_wrong("mode: fast\n", "boxagnts.yaml:1:7: no mode 'fast'");
    check_wrong("rules:\n  deny:\n    - bash(a; b)\n", "boxagnts.yaml:3:7: 'bash(a; b)': ';'");
    check_wrong("rules:\n  deny:\n    - 'bash(a'\n", "boxagnts.yaml:3:7: 'bash(a'");
    check_wrong("rules:\n  deny: x\n", "boxagnts.yaml:2:9: a list is expected, not string");
    check_wrong("rules: [a]\n", "boxagnts.yaml:1:8: a mapping is expected, not array");
    check_wrong("rules:\n  deny: [5]\n", "boxagnts.yaml:2:10: text is expected, not int");
    check_wrong("rules: { deny: ['js(x)'] }", "boxagnts.yaml:1:17: 'js(x)': js takes nothing");
    check_wrong("rules: { deny: ['read(/etc/x)'] }", ":1:17: 'read(/etc/x)': '/etc/x': paths are");
    check_wrong("rules: { deny: ['read(*.{a,b})'] }", ":1:17: 'read(*.{a,b})': '{' in a path");
    check_wrong("rules: { deny: ['read(../x)'] }", "leads out of the workspace");
    check_wrong("rules: { deny: ['read(!x)'] }", "no exceptions");
    check_wrong("rules: { deny: ['web_fetch(x.org)'] }", "domain:HOST");
    check_wrong("rules: { deny: ['web_fetch(domain:127.1)'] }", "not a host");
    check_wrong("rules: { deny: ['bash(\"a)'] }", "a quote is not closed");
    check_wrong("rules: { deny: ['a b'] }", "is no rule");
    check_wrong("rules: { deny: [''] }", "is no rule");
    check_wrong("tools: { bash: { limits: { wal: 3s } } }", "boxagnts.yaml:1:33: ");
    check_wrong("tools: { bash: { limits: { wall: x } } }", "boxagnts.yaml:1:34: ");
    check_wrong("tools: { bash: { allow: ['rea:/x'] } }",
                "boxagnts.yaml:1:26: capability 'rea:/x'");
    check_wrong("tools: { bash: { allow: ['deny:/x'] } }", "belongs below deny");
    check_wrong("tools: { bash: { alow: [] } }", "boxagnts.yaml:1:18: no key 'alow'");
    check_wrong("network: { block_networks: [300.1.1.1] }", "boxagnts.yaml:1:29: ");
    check_wrong("inject: ['x']", "boxagnts.yaml:1:10: ");
    check_wrong("mounts: ['/x:/y']", "boxagnts.yaml:1:10: ");
    check_wrong("mounts: ['/x::/workspace/y']", "lies beside /workspace");
    check_wrong("version: 2", "boxagnts.yaml:1:10: the version is 1");
    check_wrong("examples: [{ tool: bash }]", "boxagnts.yaml:1:12: an example has tool");
    check_wrong("examples: [{ tool: bash, expect: perhaps }]", "expect is allow, ask or deny");
}

static void test_yaml_is_refused(void)
{
    char deep[400];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    check_wrong("rules: &a {}\n", "boxagnts.yaml:1:8: an anchor");
    check_wrong("rules:\n  deny: *a\n", "boxagnts.yaml:2:9: an alias");
    check_wrong("rules: {}\nmode: plan\nrules: {}\n", "boxagnts.yaml:3:1: the key \"rules\"");
    check_wrong("rules:\n  deny: []\n  allow: []\n  deny: []\n", "boxagnts.yaml:4:3: the key");
    check_wrong("rules:\n\tdeny: []\n", "boxagnts.yaml:2:1: ");
    check_wrong("---\nmode: plan\n---\nmode: plan\n", "a second document");
    check_wrong(deep, "nested too deeply");
    check_wrong("mode: !!binary x", "boxagnts.yaml:1:7: a tag");
    check_wrong("mode: \"x", "boxagnts.yaml:1:");
    check_wrong("[a]", "boxagnts.yaml:1:1: a mapping is expected");
    check_wrong("a: \xff", "boxagnts.yaml: byte 4");
}

static void test_empty_files(void)
{
    static const char *const texts[] = {"", "# nothing\n", "---\n", "rules:\n", "rules: { deny: }"};
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        BX_AUTO(bx_policy) bx_policy *p = policy_of(texts[i], NULL);
        CHECK(p);
        CHECK(bx_policy_rule_count(p) == 0 && bx_policy_mode_of(p) == BX_MODE_DEFAULT);
    }
}

#define POLICY(p, text) \
    BX_AUTO(bx_policy) bx_policy *p = policy_of(text, NULL); \
    CHECK(p)

static void test_defaults_and_modes(void)
{
    static const struct {
        const char *tool, *arguments, *answers[4]; /* default, accept-edits, plan, dont-ask */
    } rows[] = {
        {"read", "{\"path\":\"a\"}", {"allow", "allow", "allow", "allow"}},
        {"read", "{\"path\":\"/etc/passwd\"}", {"ask", "ask", "ask", "deny"}},
        {"read", "{\"path\":\"../x\"}", {"ask", "ask", "ask", "deny"}},
        {"grep", "{\"pattern\":\"x\"}", {"allow", "allow", "allow", "allow"}},
        {"write", "{\"path\":\"a\"}", {"ask", "allow", "deny", "deny"}},
        {"edit", "{\"path\":\"/workspace/a\"}", {"ask", "allow", "deny", "deny"}},
        {"edit", "{\"path\":\"/workspace/../a\"}", {"ask", "ask", "deny", "deny"}},
        {"edit", "{\"path\":\"~/a\"}", {"ask", "ask", "deny", "deny"}},
        {"bash", "{\"command\":\"ls\"}", {"ask", "ask", "deny", "deny"}},
        {"js", "{\"code\":\"1\"}", {"ask", "ask", "deny", "deny"}},
        {"web_fetch", "{\"url\":\"https://a.org\"}", {"ask", "ask", "deny", "deny"}},
        {"unknown", "{}", {"ask", "ask", "deny", "deny"}},
        {"mytool", "{\"path\":\"a\"}", {"allow", "allow", "allow", "allow"}},
    };
    for (int m = BX_MODE_DEFAULT; m <= BX_MODE_DONT_ASK; m++) {
        bx_policy_mode mode = (bx_policy_mode)m;
        BX_AUTO(bx_policy) bx_policy *p = policy_of("", &mode);
        CHECK(p);
        for (size_t i = 0; i < BX_COUNT(rows); i++)
            CHECK_CALL(p, rows[i].tool, rows[i].arguments, rows[i].answers[m]);
    }
}

static void test_order_of_answers(void)
{
    POLICY(p, "rules:\n  allow: ['*', 'bash(git *)']\n  ask: ['bash(git commit *)', write]\n"
              "  deny: ['bash(git push *)', 'mcp__evil__*']\n");
    CHECK_LINE(p, "git push", "deny");
    CHECK_LINE(p, "git commit; git push", "deny");
    CHECK_LINE(p, "git commit", "ask");
    CHECK_LINE(p, "git log", "allow");
    CHECK_LINE(p, "rm x", "allow");
    CHECK_CALL(p, "write", "{\"path\":\"a\"}", "ask");
    CHECK_CALL(p, "mcp__evil__x", "{}", "deny");
    CHECK_CALL(p, "mcp__good__x", "{}", "allow");
    CHECK_CALL(p, "mcp__evil", "{}", "allow");
    POLICY(q, "rules: { allow: ['Bash(git:*)', 'Read', 'WebFetch(domain:a.org)'] }");
    CHECK_LINE(q, "git log", "allow");
    CHECK_LINE(q, "gitk", "ask");
    CHECK_CALL(q, "web_fetch", "{\"url\":\"https://a.org/x\"}", "allow");
}

static void test_paths(void)
{
    static const char *const inside[] = {
        "secrets/key",
        "./secrets/key",
        "/workspace/secrets/key",
        "/workspace//secrets/./key",
        "/workspace/x/../secrets/key",
        "x/../secrets",
        "secrets",
        "secrets/",
        "/workspace/secrets/",
        "/tmp/../workspace/secrets/a",
        "../workspace/secrets/k",
        "/../workspace/secrets/k",
        "secrets/a/b/c",
        "deep/.env",
        ".env",
        "./a/b/.env",
        "/tmp/.env",
        ".env/x",
    };
    static const char *const outside[] = {"secret", "secrets2/key", "x/secrets/key", ".envrc",
                                          "env",    "a.env",        "src/a.c"};
    POLICY(p, "rules: { deny: ['read(./secrets/**)', 'read(.env)'], allow: [write, edit, js] }");
    char text[256];
    for (size_t i = 0; i < BX_COUNT(inside); i++) {
        (void)snprintf(text, sizeof text, "{\"path\":\"%s\"}", inside[i]);
        CHECK_CALL(p, "read", text, "deny");
        CHECK_CALL(p, "grep", text, "deny");
        CHECK_CALL(p, "write", text, "deny");
        CHECK_CALL(p, "edit", text, "deny");
        CHECK_CALL(p, "mytool", text, "deny");
        (void)snprintf(text, sizeof text, "{\"paths\":[\"a\",\"%s\"]}", inside[i]);
        CHECK_CALL(p, "mytool", text, "deny");
        (void)snprintf(text, sizeof text, "{\"code\":\"1\",\"cwd\":\"%s\"}", inside[i]);
        CHECK_CALL(p, "js", text, "deny");
    }
    for (size_t i = 0; i < BX_COUNT(outside); i++) {
        (void)snprintf(text, sizeof text, "{\"path\":\"%s\"}", outside[i]);
        CHECK_CALL(p, "read", text, "allow");
        CHECK_CALL(p, "edit", text, "allow");
        CHECK_CALL(p, "mytool", text, "allow");
    }
    CHECK_CALL(p, "glob", "{\"pattern\":\"secrets/*.key\"}", "deny");
    CHECK_CALL(p, "glob", "{\"pattern\":\"secrets/key\"}", "deny");
    CHECK_CALL(p, "glob", "{\"pattern\":\"/secrets/*\"}", "deny");
    CHECK_CALL(p, "glob", "{\"pattern\":\"*\",\"path\":\"secrets\"}", "deny");
    CHECK_CALL(p, "glob", "{\"pattern\":\"../secrets/*\",\"path\":\"x\"}", "deny");
    CHECK_CALL(p, "glob", "{\"pattern\":\"**/*.c\"}", "allow");
    CHECK_CALL(p, "edit", "{\"path\":\"~/x\"}", "ask"); /* who knows where that is */
    CHECK_CALL(p, "read", "{\"path\":\"a\\u0000b\"}", "ask");
}

static void test_changes_of_paths(void)
{
    POLICY(p, "rules: { deny: ['edit(./lock)'], ask: ['write(*.md)'],"
              " allow: ['edit(./src/**)', 'write(./out/*)', 'read(/tmp/**)'] }");
    CHECK_CALL(p, "read", "{\"path\":\"lock\"}", "allow");
    CHECK_CALL(p, "write", "{\"path\":\"lock\"}", "deny");
    CHECK_CALL(p, "edit", "{\"path\":\"lock\"}", "deny");
    CHECK_CALL(p, "web_fetch", "{\"url\":\"https://a.org\",\"save_to\":\"lock\"}", "deny");
    CHECK_CALL(p, "write", "{\"path\":\"src/a.c\"}", "allow");
    CHECK_CALL(p, "edit", "{\"path\":\"src/x/a.c\"}", "allow");
    CHECK_CALL(p, "edit", "{\"path\":\"src/../lib/a.c\"}", "ask");
    CHECK_CALL(p, "edit", "{\"path\":\"src/a.md\"}", "ask");
    CHECK_CALL(p, "write", "{\"path\":\"out/a\"}", "allow");
    CHECK_CALL(p, "write", "{\"path\":\"out/a/b\"}", "ask");
    CHECK_CALL(p, "read", "{\"path\":\"/tmp/a\"}", "allow");
    CHECK_CALL(p, "write", "{\"path\":\"/tmp/a\"}", "ask");
    CHECK_LINE(p, "echo x > src/a.c", "ask"); /* a rule for files starts no program */
}

static void test_home_paths(void)
{
    POLICY(p, "rules: { deny: ['read(~/project/keys/**)', 'read(~/.ssh/**)'] }");
    CHECK_CALL(p, "read", "{\"path\":\"keys/a\"}", "deny");
    CHECK_CALL(p, "read", "{\"path\":\".ssh/a\"}", "allow"); /* that is another directory */
    CHECK(bx_policy_rule_at(p, 1)->nowhere && !bx_policy_rule_at(p, 0)->nowhere);
}

static void test_hosts(void)
{
    static const char *const bad[] = {
        "https://evil.org",   "http://EVIL.org/x",  "https://evil.org:8443/",
        "HTTPS://evil.org",   "https://evil.org./", "https://evil.org?x",
        "https://evil.org#x", "https://a.evil.net", "https://a.b.evil.net.",
        "http://10.0.0.1/",   "http://[::1]/",      "http://[::1]:80/",
        "http://[0:0::1]/",
    };
    static const char *const unsure[] = {
        "https://good.org@evil.org/",
        "https://evil.org\\\\@good.org",
        "http://0x0a.1/",
        "http://167772161/",
        "http://10.1/",
        "http://010.0.0.1/",
        "https://evil%2eorg/",
        "https://\xd0\xb5vil.org/",
        "ftp://evil.org/",
        "//evil.org",
        "https:evil.org",
        "https:///evil.org",
        "https:// evil.org",
        "https://evil.org\\u0009/",
        "",
        "https://[::1/",
        "https://[::1]x/",
        "https://evil.org:x/",
        "https://[::ffff:10.0.0.1%25a]/",
    };
    static const char *const good[] = {"https://good.org/?u=https://evil.org",
                                       "https://evil.net",
                                       "https://notevil.org",
                                       "https://evil.org.good.org",
                                       "https://good.org/@evil.org",
                                       "http://10.0.0.2/"};
    POLICY(p, "rules: { deny: ['web_fetch(domain:evil.org)', 'web_fetch(domain:*.evil.net)',"
              " 'web_fetch(domain:10.0.0.1)', 'web_fetch(domain:[::1])'], allow: [web_fetch] }");
    POLICY(q, "rules: { allow: ['web_fetch(domain:evil.org)', 'web_fetch(domain:*.evil.net)',"
              " 'web_fetch(domain:10.0.0.1)', 'web_fetch(domain:[::1])'] }");
    char text[256];
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        (void)snprintf(text, sizeof text, "{\"url\":\"%s\"}", bad[i]);
        CHECK_CALL(p, "web_fetch", text, "deny");
        CHECK_CALL(q, "web_fetch", text, "allow");
    }
    for (size_t i = 0; i < BX_COUNT(unsure); i++) {
        (void)snprintf(text, sizeof text, "{\"url\":\"%s\"}", unsure[i]);
        CHECK_CALL(p, "web_fetch", text, "ask");
        CHECK_CALL(q, "web_fetch", text, "ask");
    }
    for (size_t i = 0; i < BX_COUNT(good); i++) {
        (void)snprintf(text, sizeof text, "{\"url\":\"%s\"}", good[i]);
        CHECK_CALL(p, "web_fetch", text, "allow");
        CHECK_CALL(q, "web_fetch", text, "ask");
    }
    CHECK_CALL(q, "web_fetch", "{\"url\":\"https://evil.org\",\"save_to\":\"x\"}", "ask");
}

/* ---- several files --------------------------------------------------------------------------- */

static bx_policy *two_files(const char *user, const char *project, bool trust, bx_buf *notes)
{
    bx_policy_source source = trusted;
    bx_policy_file *files[2] = {NULL, NULL};
    bx_policy *p = NULL;
    bx_error err;
    source.name = BX_LIT("user.yaml");
    if (bx_policy_parse(bx_str_of(user), &source, &files[0], &err) != BX_OK)
        return NULL;
    source.name = BX_LIT("boxagnts.yaml");
    source.trusted = trust;
    if (bx_policy_parse(bx_str_of(project), &source, &files[1], &err) != BX_OK) {
        bx_policy_file_free(files[0]);
        return NULL;
    }
    (void)bx_buf_add_str(notes, bx_policy_file_notes(files[1]));
    return bx_policy_merge(files, 2, NULL, &p, &err) == BX_OK ? p : NULL;
}

static const char project_file[] =
    "mode: accept-edits\nmounts: ['/data::/data']\nnetwork: { allow_networks: [127.0.0.1] }\n"
    "inject: ['https://a.org authorization=env:TOKEN']\n"
    "tools: { bash: { allow: ['fetch:https://a.org'], deny: ['/workspace/x'], limits: { wall: 1s }"
    " } }\n"
    "rules: { allow: [bash, js], deny: ['read(./private/**)'], ask: [grep] }\n";

static void test_untrusted_only_narrows(void)
{
    BX_AUTO_BUF notes = bx_buf_init(8192);
    BX_AUTO(bx_policy)
    bx_policy *p = two_files("rules: { allow: ['bash(ls *)'] }", project_file, false, &notes);
    CHECK(p);
    CHECK_LINE(p, "rm x", "ask");
    CHECK_LINE(p, "ls x", "allow");
    CHECK_CALL(p, "js", "{\"code\":\"1\"}", "ask");
    CHECK_CALL(p, "write", "{\"path\":\"a\"}", "ask");
    CHECK_CALL(p, "read", "{\"path\":\"private/a\"}", "deny");
    CHECK_CALL(p, "grep", "{\"pattern\":\"a\"}", "ask");
    CHECK(strstr(notes.p, "boxagnts.yaml:1: left out, for the file is not trusted: mode"));
    CHECK(strstr(notes.p, ":2: left out") && strstr(notes.p, ":3: left out"));
    CHECK(strstr(notes.p, ":4: left out") && strstr(notes.p, ":5: left out"));
    BX_AUTO_BUF none = bx_buf_init(8192);
    BX_AUTO(bx_policy)
    bx_policy *q = two_files("rules: { allow: ['bash(ls *)'] }", project_file, true, &none);
    CHECK(q && none.n == 0);
    CHECK_LINE(q, "rm x", "allow");
    CHECK_CALL(q, "js", "{\"code\":\"1\"}", "allow");
    CHECK_CALL(q, "write", "{\"path\":\"a\"}", "allow");
    CHECK_CALL(q, "read", "{\"path\":\"private/a\"}", "deny");
}

static void test_modes_of_files(void)
{
    static const struct {
        const char *user, *project;
        bool trust;
        bx_policy_mode mode;
    } rows[] = {
        {"mode: plan", "mode: dont-ask", false, BX_MODE_PLAN},
        {"mode: dont-ask", "mode: plan", false, BX_MODE_DONT_ASK},
        {"mode: default", "mode: plan", false, BX_MODE_PLAN},
        {"mode: default", "mode: accept-edits", false, BX_MODE_DEFAULT},
        {"mode: default", "mode: accept-edits", true, BX_MODE_ACCEPT_EDITS},
        {"mode: plan", "mode: default", true, BX_MODE_DEFAULT},
        {"mode: plan", "", false, BX_MODE_PLAN},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO_BUF notes = bx_buf_init(8192);
        BX_AUTO(bx_policy)
        bx_policy *p = two_files(rows[i].user, rows[i].project, rows[i].trust, &notes);
        CHECK(p && bx_policy_mode_of(p) == rows[i].mode);
    }
}

/* What the operator says while it runs is what each call is judged by, and what is told as why. */
static void test_modes_that_change(void)
{
    static const struct {
        bx_policy_mode mode;
        bx_answer write, read, denied;
        const char *why;
    } rows[] = {
        {BX_MODE_DEFAULT, BX_ANSWER_ASK, BX_ANSWER_ALLOW, BX_ANSWER_DENY, "no rule allows this"},
        {BX_MODE_ACCEPT_EDITS, BX_ANSWER_ALLOW, BX_ANSWER_ALLOW, BX_ANSWER_DENY,
         "mode accept-edits: write may"},
        {BX_MODE_PLAN, BX_ANSWER_DENY, BX_ANSWER_ALLOW, BX_ANSWER_DENY, "mode plan: only"},
        {BX_MODE_DONT_ASK, BX_ANSWER_DENY, BX_ANSWER_ALLOW, BX_ANSWER_DENY, "mode dont-ask: no"},
    };
    static const char *const own[] = {"default", "accept-edits", "plan", "dont-ask"};
    BX_AUTO(bx_json) bx_json *doc = NULL;
    CHECK(bx_json_parse(BX_LIT("{\"path\":\"a\"}"), 64, &doc, NULL) == BX_OK);
    for (size_t k = 0; k < BX_COUNT(own) * BX_COUNT(rows); k++) {
        size_t i = k % BX_COUNT(rows);
        BX_AUTO_BUF text = bx_buf_init(1024), why = bx_buf_init(8192);
        (void)bx_buf_addf(&text, "mode: %s\nrules: { deny: [grep] }", own[k / BX_COUNT(rows)]);
        POLICY(p, text.p);
        bx_policy_call write = call_of("write", doc), read = call_of("read", doc),
                       grep = call_of("grep", doc);
        bx_policy_decision d;
        write.mode = read.mode = grep.mode = &rows[i].mode;
        CHECK(bx_policy_decide(p, &grep, &d, NULL) == BX_OK && d.answer == rows[i].denied);
        CHECK(bx_policy_decide(p, &read, &d, NULL) == BX_OK && d.answer == rows[i].read);
        CHECK(bx_policy_decide(p, &write, &d, NULL) == BX_OK && d.answer == rows[i].write);
        bx_policy_why(p, &write, &d, &why);
        CHECK(bx_str_starts(bx_buf_str(&why), bx_str_of(rows[i].why)));
        CHECK(bx_policy_shows(p, &write, NULL) == (rows[i].mode != BX_MODE_PLAN));
    }
}

static void test_shown(void)
{
    POLICY(p, "mode: plan\nrules: { deny: [grep, 'read(./x)'] }");
    bx_policy_call read = call_of("read", NULL), grep = call_of("grep", NULL),
                   bash = call_of("bash", NULL);
    CHECK(bx_policy_shows(p, &read, NULL));
    CHECK(!bx_policy_shows(p, &grep, NULL));
    CHECK(!bx_policy_shows(p, &bash, NULL));
    POLICY(q, "rules: { deny: ['bash(git *)'] }\nrequire_signatures: true");
    CHECK(bx_policy_shows(q, &bash, NULL) && bx_policy_wants_signature(q, BX_LIT("x")));
    CHECK(!bx_policy_wants_signature(p, BX_LIT("x")));
}

/* ---- words ----------------------------------------------------------------------------------- */

static void check_why(const bx_policy *p, const char *tool, const char *arguments,
                      const char *expected)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF why = bx_buf_init(8192);
    bx_policy_decision d;
    CHECK(bx_json_parse(bx_str_of(arguments), 64, &doc, NULL) == BX_OK);
    bx_policy_call c = call_of(tool, doc);
    CHECK(bx_policy_decide(p, &c, &d, NULL) == BX_OK);
    bx_policy_why(p, &c, &d, &why);
    if (!strstr(why.p, expected)) {
        printf("# %s: %s\n#   expected: %s\n", arguments, why.p, expected);
        bxt_failed = 1;
    }
}

static void test_words(void)
{
    POLICY(p, "rules:\n  deny:\n    - bash(git push *)\n");
    check_why(p, "bash", "{\"command\":\"git push\"}", "boxagnts.yaml:3: deny bash(git push *)");
    check_why(p, "bash", "{\"command\":\"git $x\"}",
              "boxagnts.yaml:3: deny bash(git push *) may hold: ");
    check_why(p, "bash", "{\"command\":\"cd x && git log 'a b' | head -n 1\"}",
              "- bash(git log a\\ b)");
    check_why(p, "write", "{\"path\":\"./src/a.c\"}", "this would allow it: - write(./src/a.c)");
    check_why(p, "web_fetch", "{\"url\":\"https://A.org/\"}", "- web_fetch(domain:a.org)");
    check_why(p, "unknown", "{}", "- unknown");
    check_why(p, "read", "{\"path\":\"a\"}", "may read the workspace");
}

/* What is suggested allows the call it was suggested for. */
static void test_suggestions_hold(void)
{
    static const char *const commands[] = {
        "git log",
        "git log 'a b'",
        "cd x && make -j 2 | tee /dev/null",
        "sed 's/a/b/;s/c/d/' x",
        "A=1 make",
        "echo \"it's\" && grep '*' x",
        "awk '{print $1}' f",
        "timeout 5 make",
        "printf '%s\\n' a",
        "bash -c 'make x'",
        "cat x | head -n 1",
    };
    for (size_t i = 0; i < BX_COUNT(commands); i++) {
        BX_AUTO_BUF args = bx_buf_init(4096), rules = bx_buf_init(4096), text = bx_buf_init(8192);
        BX_AUTO(bx_json) bx_json *doc = NULL;
        bx_json_out o = bx_json_out_on(&args);
        bx_json_out_begin_object(&o);
        bx_json_out_key(&o, BX_LIT("command"));
        bx_json_out_string(&o, bx_str_of(commands[i]));
        bx_json_out_end_object(&o);
        CHECK(bx_json_parse(bx_buf_str(&args), 64, &doc, NULL) == BX_OK);
        bx_policy_call c = call_of("bash", doc);
        CHECK(bx_policy_suggest(&c, &rules, NULL) == BX_OK && rules.n);
        bx_str rest = bx_buf_str(&rules);
        while (rest.n) {
            size_t n = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p);
            BX_AUTO_BUF next = bx_buf_init(8192);
            CHECK(bx_policy_add_rule(bx_buf_str(&text), BX_ANSWER_ALLOW, (bx_str){rest.p, n}, &next,
                                     NULL) == BX_OK);
            bx_buf_clear(&text);
            (void)bx_buf_add_str(&text, bx_buf_str(&next));
            rest = bx_str_from(rest, n + 1);
        }
        POLICY(p, text.p);
        CHECK_LINE(p, commands[i], "allow");
        CHECK_LINE(p, "rm x", "ask");
    }
}

static void test_no_memory(void)
{
    static const char text[] = "mounts: ['/x::/x']\ntools: { bash: { limits: { wall: 1s } } }\n"
                               "rules: { deny: ['bash(git *)', 'read(.env)'], allow: [js] }\n";
    EACH_ALLOC_FAILS(rc, {
        bx_policy_file *f = NULL;
        bx_policy *p = NULL;
        rc = bx_policy_parse(bx_str_of(text), &trusted, &f, NULL);
        if (rc == BX_OK)
            rc = bx_policy_merge(&f, 1, NULL, &p, NULL);
        bx_policy_free(p);
    });
    POLICY(p, text);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    CHECK(bx_json_parse(BX_LIT("{\"command\":\"git x; `a $(b)` && env c > d\"}"), 64, &doc, NULL) ==
          BX_OK);
    bx_policy_call c = call_of("bash", doc);
    EACH_ALLOC_FAILS(rc, {
        bx_policy_decision d;
        rc = bx_policy_decide(p, &c, &d, NULL);
    });
}

BXT_MAIN(RUN(test_errors_have_places); RUN(test_yaml_is_refused); RUN(test_empty_files);
         RUN(test_defaults_and_modes); RUN(test_order_of_answers); RUN(test_paths);
         RUN(test_changes_of_paths); RUN(test_home_paths); RUN(test_hosts);
         RUN(test_untrusted_only_narrows); RUN(test_modes_of_files); RUN(test_modes_that_change);
         RUN(test_shown); RUN(test_words); RUN(test_suggestions_hold); RUN(test_no_memory);)
