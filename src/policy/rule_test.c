#include "policy/rule.h"

#include "base/test.h"

static const bx_rule_place place = {.home = {"/home/me", 8}, .workspace = {"/home/me/p", 10}};

static bx_rule rule_of(const char *text, bx_answer answer)
{
    bx_rule r = {.answer = answer};
    bx_error err = {.msg = ""};
    if (bx_rule_parse(bx_str_of(text), &place, &r, &err) != BX_OK) {
        printf("# %s: %s\n", text, err.msg);
        bxt_failed = 1;
    }
    return r;
}

static void patterns(void)
{
    static const struct {
        const char *text, *tool, *pattern;
        bx_rule_kind kind;
    } rows[] = {
        {"bash", "bash", NULL, BX_RULE_TOOL},
        {" Bash ", "bash", NULL, BX_RULE_TOOL},
        {"bash(*)", "bash", NULL, BX_RULE_TOOL},
        {"mcp__*", "mcp__*", NULL, BX_RULE_TOOL},
        {"bash(git *)", "bash", "git \1", BX_RULE_COMMAND},
        {"Bash(git:*)", "bash", "git \1", BX_RULE_COMMAND},
        {"bash(git*)", "bash", "git\1", BX_RULE_COMMAND},
        {"bash(  git   log )", "bash", "git log ", BX_RULE_COMMAND},
        {"bash(a\\ b \\* ** c)", "bash", "a\2b * \1 c ", BX_RULE_COMMAND},
        {"read(./x/**)", "read", "/workspace/x/**", BX_RULE_PATH},
        {"read(x/y)", "read", "/workspace/x/y", BX_RULE_PATH},
        {"read(x/)", "read", "**/x", BX_RULE_PATH},
        {"read(*.c)", "read", "**/*.c", BX_RULE_PATH},
        {"read(**/x)", "read", "**/x", BX_RULE_PATH},
        {"read(/workspace/a/../b)", "read", "/workspace/b", BX_RULE_PATH},
        {"read(//tmp/x)", "read", "/tmp/x", BX_RULE_PATH},
        {"read(.)", "read", "/workspace", BX_RULE_PATH},
        {"read(**)", "read", "/workspace/**", BX_RULE_PATH},
        {"read(~/p/x)", "read", "/workspace/x", BX_RULE_PATH},
        {"web_fetch(domain:*.A.org)", "web_fetch", "*.A.org", BX_RULE_DOMAIN},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_rule r = rule_of(rows[i].text, BX_ANSWER_DENY);
        CHECK(!bxt_failed && r.kind == rows[i].kind && strcmp(r.tool, rows[i].tool) == 0);
        CHECK(rows[i].pattern ? r.pattern && strcmp(r.pattern, rows[i].pattern) == 0 : !r.pattern);
        bx_rule_done(&r);
    }
}

static void paths_of_rules(void)
{
    bx_rule deny = rule_of("read(./x/*)", BX_ANSWER_DENY);
    bx_rule allow = rule_of("read(./x/*)", BX_ANSWER_ALLOW);
    bx_rule nowhere = rule_of("read(~/.ssh/**)", BX_ANSWER_DENY);
    CHECK(bx_rule_matches_path(&deny, BX_LIT("/workspace/x/a")));
    CHECK(bx_rule_matches_path(&deny, BX_LIT("/workspace/x/a/b")));
    CHECK(bx_rule_matches_path(&allow, BX_LIT("/workspace/x/a")));
    CHECK(!bx_rule_matches_path(&allow, BX_LIT("/workspace/x/a/b")));
    CHECK(nowhere.nowhere && !bx_rule_matches_path(&nowhere, BX_LIT("/workspace/.ssh/a")));
    bx_rule_done(&deny);
    bx_rule_done(&allow);
    bx_rule_done(&nowhere);
}

static void programs_of_rules(void)
{
    static const char *const rows[][2] = {
        {"bash(git *)", "git"},     {"bash(git*)", "git*"},   {"js", "js"},
        {"bash(git push *)", NULL}, {"bash(git)", NULL},      {"bash(a\\ b *)", NULL},
        {"read(x)", NULL},          {"bash(/bin/x *)", NULL},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        char name[64] = "";
        bx_rule r = rule_of(rows[i][0], BX_ANSWER_DENY);
        bool is = bx_rule_program(&r, name);
        CHECK(is == (rows[i][1] != NULL) && (!is || strcmp(name, rows[i][1]) == 0));
        bx_rule_done(&r);
    }
}

static void normal_paths(void)
{
    static const char *const rows[][2] = {
        {"a", "/d/a"},     {"./a//b/", "/d/a/b"}, {"../a", "/a"},
        {"../../a", "/a"}, {"/a/./b", "/a/b"},    {"", "/d"},
        {"/..", "/"},      {"a/../..", "/"},
    };
    BX_AUTO_BUF to = bx_buf_init(16 << 10);
    for (size_t i = 0; i < BX_COUNT(rows); i++)
        CHECK(bx_policy_path(BX_LIT("/d"), bx_str_of(rows[i][0]), &to) &&
              strcmp(to.p, rows[i][1]) == 0);
    CHECK(!bx_policy_path(BX_LIT("/d"), BX_LIT("~/x"), &to));
    CHECK(!bx_policy_path(BX_LIT("/d"), BX_LIT("a\0b"), &to));
    static char large[5000];
    memset(large, 'a', sizeof large - 1);
    CHECK(!bx_policy_path(BX_LIT("/d"), bx_str_of(large), &to));
}

static void no_memory(void)
{
    static const char *const texts[] = {"bash(git *)", "read(./x/**)", "web_fetch(domain:a.org)"};
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        EACH_ALLOC_FAILS(rc, {
            bx_rule r = {.answer = BX_ANSWER_DENY};
            rc = bx_rule_parse(bx_str_of(texts[i]), &place, &r, NULL);
            if (rc == BX_OK)
                bx_rule_done(&r);
        });
    }
}

BXT_MAIN(RUN(patterns); RUN(paths_of_rules); RUN(programs_of_rules); RUN(normal_paths);
         RUN(no_memory);)
