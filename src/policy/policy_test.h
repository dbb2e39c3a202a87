/* What the tests of policies share. */
#ifndef BX_POLICY_POLICY_TEST_H
#define BX_POLICY_POLICY_TEST_H

#include "base/test.h"
#include "policy/policy.h"

BX_UNUSED static const bx_policy_source trusted = {
    .name = {"boxagnts.yaml", 13},
    .dir = {"/home/me/project", 16},
    .home = {"/home/me", 8},
    .workspace = {"/home/me/project", 16},
    .trusted = true,
};

/* NULL: it does not parse; why, on standard output. */
BX_UNUSED static bx_policy *policy_of(const char *text, const bx_policy_mode *mode)
{
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    bx_error err = {.msg = ""};
    if (bx_policy_parse(bx_str_of(text), &trusted, &f, &err) != BX_OK ||
        bx_policy_merge(&f, 1, mode, &p, &err) != BX_OK)
        printf("# %s\n", err.msg);
    return p;
}

BX_UNUSED static bx_policy_call call_of(const char *tool, const bx_json *arguments)
{
    static const struct {
        const char *tool;
        bx_permission permission;
        bool network;
    } known[] = {
        {"read", BX_PERMISSION_READ, false},   {"glob", BX_PERMISSION_READ, false},
        {"grep", BX_PERMISSION_READ, false},   {"write", BX_PERMISSION_WRITE, false},
        {"edit", BX_PERMISSION_WRITE, false},  {"web_fetch", BX_PERMISSION_WRITE, true},
        {"bash", BX_PERMISSION_EXECUTE, true}, {"js", BX_PERMISSION_EXECUTE, true},
        {"mytool", BX_PERMISSION_READ, false},
    };
    bx_policy_call c = {.tool = bx_str_of(tool),
                        .permission = BX_PERMISSION_DANGEROUS,
                        .arguments = arguments ? bx_json_root(arguments) : NULL};
    for (size_t i = 0; i < BX_COUNT(known); i++) {
        if (strcmp(tool, known[i].tool) == 0) {
            c.permission = known[i].permission;
            c.network = known[i].network;
        }
    }
    return c;
}

/* "allow", "ask" or "deny"; '?' where something failed. */
BX_UNUSED static const char *decided(const bx_policy *p, const char *tool, const char *arguments)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_policy_decision d;
    bx_error err = {.msg = ""};
    if (bx_json_parse(bx_str_of(arguments), BX_JSON_MAX_DEPTH, &doc, &err) != BX_OK) {
        printf("# %s: %s\n", arguments, err.msg);
        return "?";
    }
    bx_policy_call c = call_of(tool, doc);
    if (bx_policy_decide(p, &c, &d, &err) != BX_OK)
        return "?";
    return bx_answer_name(d.answer);
}

/* Of bash, the command as it is. */
BX_UNUSED static const char *decided_line(const bx_policy *p, const char *command)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("command"));
    bx_json_out_string(&o, bx_str_of(command));
    bx_json_out_end_object(&o);
    return decided(p, "bash", text.p);
}

#define CHECK_LINE(p, command, expected) \
    do { \
        const char *got_ = decided_line(p, command); \
        if (strcmp(got_, expected) != 0) { \
            printf("# %s:%d: %s: %s, expected %s\n", __FILE__, __LINE__, command, got_, expected); \
            bxt_failed = 1; \
        } \
    } while (0)

#define CHECK_CALL(p, tool, arguments, expected) \
    do { \
        const char *got_ = decided(p, tool, arguments); \
        if (strcmp(got_, expected) != 0) { \
            printf("# %s:%d: %s %s: %s, expected %s\n", __FILE__, __LINE__, tool, arguments, got_, \
                   expected); \
            bxt_failed = 1; \
        } \
    } while (0)

#endif
