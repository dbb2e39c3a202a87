/* Hooks as a policy file has them. */
#include "policy/policy_test.h"

static bool matches(const char *matcher, const char *subject)
{
    const bx_hook h = {.event = BX_HOOK_PRE_TOOL, .matcher = (char *)(uintptr_t)matcher};
    return bx_hook_matches(&h, BX_HOOK_PRE_TOOL, bx_str_of(subject));
}

static void test_events(void)
{
    bx_hook_event e;
    for (size_t i = 0; i < BX_HOOK_EVENTS; i++)
        CHECK(bx_hook_event_parse(bx_str_of(bx_hook_event_name((bx_hook_event)i)), &e) && e == i);
    CHECK(!bx_hook_event_parse(BX_LIT("pretooluse"), &e));
    CHECK(!bx_hook_event_parse(BX_LIT(""), &e));
}

static void test_matchers(void)
{
    CHECK(matches(NULL, "read") && matches("", "read") && matches("*", "read"));
    CHECK(matches("read", "read") && !matches("read", "reader") && !matches("rea", "read"));
    CHECK(matches("write|edit", "edit") && matches("write|edit", "write"));
    CHECK(!matches("write|edit", "write|edit") && !matches("write|edit", "bash"));
    CHECK(matches("mcp__*", "mcp__a__b") && !matches("mcp__*", "mcp_a"));
    CHECK(matches("re?d", "read") && !matches("re?d", "red"));
    CHECK(matches("Edit|WebFetch", "web_fetch") && matches("Bash", "bash"));
    CHECK(matches("Reviewer", "Reviewer") && matches("Reviewer", "reviewer"));
    const bx_hook h = {.event = BX_HOOK_STOP};
    CHECK(!bx_hook_matches(&h, BX_HOOK_PRE_TOOL, BX_LIT("read")));
    static const char *const bad[] = {"a.*", "a||b", "|a", "a|", "^a$", "a b", "a,b", "\n"};
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(!bx_hook_matcher_is_valid(bx_str_of(bad[i])));
    CHECK(bx_hook_matcher_is_valid(BX_LIT("")) && bx_hook_matcher_is_valid(BX_LIT("a|b_*|C?-1")));
}

static const char text[] = "hooks:\n"
                           "  PreToolUse:\n"
                           "    - hooks:\n"
                           "        - { type: command, command: a, timeout: 3 }\n"
                           "        - { tool: b, allow: ['read:/workspace', tmp], timeout: 1m }\n"
                           "      matcher: write\n"
                           "  Stop: [{ hooks: [{ command: c }] }]\n";

static void test_a_file(void)
{
    BX_AUTO(bx_policy) bx_policy *p = policy_of(text, NULL);
    CHECK(p);
    const bx_hook *a = bx_policy_hook_at(p, 0), *b = bx_policy_hook_at(p, 1);
    const bx_hook *c = bx_policy_hook_at(p, 2);
    CHECK(a && b && c && !bx_policy_hook_at(p, 3) && !bx_policy_hook_at(p, 1000));
    CHECK(strcmp(a->command, "a") == 0 && !a->tool && a->timeout_ns == 3000000000 && !a->n_allow);
    CHECK(strcmp(a->matcher, "write") == 0 && strcmp(b->matcher, "write") == 0 && !c->matcher);
    CHECK(strcmp(b->tool, "b") == 0 && b->n_allow == 2 && b->timeout_ns == 60000000000);
    CHECK(c->event == BX_HOOK_STOP && c->timeout_ns == 10000000000 && c->line == 7);
    CHECK(strcmp(c->file, "boxagnts.yaml") == 0);
    BX_AUTO_BUF shown = bx_buf_init(1 << 16);
    bx_policy_print(p, &shown);
    BX_AUTO(bx_policy) bx_policy *again = policy_of(shown.p, NULL);
    CHECK(again && bx_policy_hook_at(again, 2) && !bx_policy_hook_at(again, 3));
    CHECK(bx_policy_hook_at(again, 1)->n_allow == 2);
}

static void test_one_that_is_not_trusted(void)
{
    bx_policy_source source = trusted;
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    bx_error err = {.msg = ""};
    source.trusted = false;
    CHECK(bx_policy_parse(bx_str_of(text), &source, &f, &err) == BX_OK);
    CHECK(strstr(bx_policy_file_notes(f).p, "boxagnts.yaml:4: left out"));
    CHECK(bx_policy_merge(&f, 1, NULL, &p, &err) == BX_OK);
    CHECK(!bx_policy_hook_at(p, 0));
    bx_policy_free(p);
}

static void test_no_memory(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_policy_file *f = NULL;
        bx_error err;
        rc = bx_policy_parse(bx_str_of(text), &trusted, &f, &err);
        bx_policy_file_free(f);
    });
}

BXT_MAIN(RUN(test_events); RUN(test_matchers); RUN(test_a_file); RUN(test_one_that_is_not_trusted);
         RUN(test_no_memory);)
