/* One rule and one call.  Input: a rule, a line feed, and the command, path or URL of a call.  A
 * rule that denies and the same one that allows never both let the call through; what a rule allows
 * it allows however the call's paths are spelled; what is suggested for a call allows it. */
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bx_policy *policy_of(bx_answer answer, bx_str rule)
{
    static const bx_policy_source source = {.name = {"p", 1}, .trusted = true};
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    if (bx_policy_add_rule(BX_LIT(""), answer, rule, &text, NULL) != BX_OK)
        return NULL;
    BX_ASSERT(bx_policy_parse(bx_buf_str(&text), &source, &f, NULL) == BX_OK);
    BX_ASSERT(bx_policy_merge(&f, 1, NULL, &p, NULL) == BX_OK);
    BX_ASSERT(bx_policy_rule_count(p) == 1);
    return p;
}

static bx_answer decide(const bx_policy *p, const bx_policy_call *c, bx_policy_decision *d)
{
    BX_ASSERT(bx_policy_decide(p, c, d, NULL) == BX_OK);
    return d->answer;
}

/* All rules that are suggested, in one policy. */
static void check_suggestion(const bx_policy_call *c)
{
    static const bx_policy_source source = {.name = {"p", 1}, .trusted = true};
    BX_AUTO_BUF rules = bx_buf_init(1 << 20), text = bx_buf_init(1 << 20);
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    bx_policy_decision d;
    if (bx_policy_suggest(c, &rules, NULL) != BX_OK || rules.n == 0)
        return;
    (void)bx_buf_add_z(&text, "rules:\n  allow:\n");
    for (size_t i = 0; i < rules.n; i++) {
        if (i == 0 || rules.p[i - 1] == '\n')
            (void)bx_buf_add_z(&text, "    - '");
        (void)bx_buf_add_z(&text, rules.p[i] == '\n' || rules.p[i] == '\'' ? "'" : "");
        (void)bx_buf_add_c(&text, rules.p[i]);
    }
    if (bx_policy_parse(bx_buf_str(&text), &source, &f, NULL) != BX_OK)
        return; /* not every text can stand in YAML */
    if (bx_policy_merge(&f, 1, NULL, &p, NULL) == BX_OK)
        BX_ASSERT(decide(p, c, &d) == BX_ANSWER_ALLOW);
    bx_policy_free(p);
}

static void check_call(const bx_policy *deny, const bx_policy *allow, const bx_policy_call *c)
{
    bx_policy_decision d, a;
    bx_answer denied = decide(deny, c, &d), allowed = decide(allow, c, &a);
    bool by_allow = allowed == BX_ANSWER_ALLOW && a.by == BX_BY_RULE;
    /* What a rule allows for certain, it denies for certain. */
    if (by_allow)
        BX_ASSERT(denied == BX_ANSWER_DENY);
    /* And what it denies not even perhaps, it does not allow. */
    if (denied != BX_ANSWER_DENY)
        BX_ASSERT(!by_allow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *tool, *key;
        bx_permission permission;
        bool network;
    } calls[] = {
        {"bash", "command", BX_PERMISSION_EXECUTE, true},
        {"read", "path", BX_PERMISSION_READ, false},
        {"edit", "path", BX_PERMISSION_WRITE, false},
        {"web_fetch", "url", BX_PERMISSION_WRITE, true},
    };
    const char *end = size ? memchr(data, '\n', size) : NULL;
    if (!end || size > 4096)
        return 0;
    bx_str rule = {(const char *)data, (size_t)(end - (const char *)data)};
    bx_str rest = {end + 1, size - rule.n - 1};
    BX_AUTO(bx_policy) bx_policy *deny = policy_of(BX_ANSWER_DENY, rule);
    BX_AUTO(bx_policy) bx_policy *allow = policy_of(BX_ANSWER_ALLOW, rule);
    if (!deny || !allow)
        return 0;
    for (size_t i = 0; i < BX_COUNT(calls); i++) {
        BX_AUTO_BUF text = bx_buf_init(1 << 20);
        BX_AUTO(bx_json) bx_json *doc = NULL;
        bx_json_out o = bx_json_out_on(&text);
        bx_json_out_begin_object(&o);
        bx_json_out_key(&o, bx_str_of(calls[i].key));
        bx_json_out_string(&o, rest);
        bx_json_out_end_object(&o);
        if (bx_json_parse(bx_buf_str(&text), 8, &doc, NULL) != BX_OK)
            continue;
        const bx_policy_call c = {.tool = bx_str_of(calls[i].tool),
                                  .permission = calls[i].permission,
                                  .network = calls[i].network,
                                  .arguments = bx_json_root(doc)};
        check_call(deny, allow, &c);
        check_suggestion(&c);
    }
    return 0;
}
