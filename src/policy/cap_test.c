#include "policy/cap.h"

#include "base/limits.h"
#include "base/test.h"
#include "policy/limits.h"

#define MIB64 (64 * BX_MIB)

static bool same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

struct good {
    const char *text;
    bx_cap want;
    const char *canonical; /* NULL: the text itself */
};

static const struct good goods[] = {
    {"read:/workspace/docs", {BX_CAP_READ, "/workspace/docs", NULL, 0, 0, NULL}, NULL},
    {"read:/", {BX_CAP_READ, "/", NULL, 0, 0, NULL}, NULL},
    {"write:/workspace/tmp/",
     {BX_CAP_WRITE, "/workspace/tmp", NULL, 0, 0, NULL},
     "write:/workspace/tmp"},
    {"rw:/a b/...", {BX_CAP_RW, "/a b/...", NULL, 0, 0, NULL}, NULL},
    {"rw:/a:b", {BX_CAP_RW, "/a:b", NULL, 0, 0, NULL}, NULL},
    {"deny:**/.env", {BX_CAP_DENY, "**/.env", NULL, 0, 0, NULL}, NULL},
    {"deny:tool:git", {BX_CAP_NOT_TOOL, "git", NULL, 0, 0, NULL}, NULL},
    {"deny:tool:g*", {BX_CAP_NOT_TOOL, "g*", NULL, 0, 0, NULL}, NULL},
    {"deny:/workspace/keys/",
     {BX_CAP_DENY, "/workspace/keys", NULL, 0, 0, NULL},
     "deny:/workspace/keys"},
    {"fetch:https://api.example.com",
     {BX_CAP_FETCH, "https://api.example.com", NULL, 0, 0, NULL},
     NULL},
    {"fetch:GET,HEAD https://api.example.com/v1/**",
     {BX_CAP_FETCH, "GET,HEAD https://api.example.com/v1/**", NULL, 0, 0, NULL},
     NULL},
    {"connect:tcp://db.internal:5432",
     {BX_CAP_CONNECT, "tcp://db.internal:5432", NULL, 0, 0, NULL},
     NULL},
    {"env:HOME", {BX_CAP_ENV, "HOME", NULL, 0, 0, NULL}, NULL},
    {"env:A=", {BX_CAP_ENV, "A", "", 0, 0, NULL}, NULL},
    {"env:A=b=c:\n\xFF x", {BX_CAP_ENV, "A", "b=c:\n\xFF x", 0, 0, NULL}, NULL},
    {"store:notes", {BX_CAP_STORE, "notes", NULL, MIB64, 0, NULL}, NULL},
    {"store:my-notes_2:16MiB", {BX_CAP_STORE, "my-notes_2", NULL, 16 * BX_MIB, 0, NULL}, NULL},
    {"store:n:64M", {BX_CAP_STORE, "n", NULL, MIB64, 0, NULL}, "store:n"},
    {"store:n:1", {BX_CAP_STORE, "n", NULL, 1, 0, NULL}, NULL},
    {"tmp", {BX_CAP_TMP, NULL, NULL, MIB64, 0, NULL}, NULL},
    {"tmp:1GiB", {BX_CAP_TMP, NULL, NULL, 1024 * BX_MIB, 0, NULL}, NULL},
    {"tmp:67108864", {BX_CAP_TMP, NULL, NULL, MIB64, 0, NULL}, "tmp"},
    {"tool:read_file", {BX_CAP_TOOL, "read_file", NULL, 0, 0, NULL}, NULL},
    {"clock:real", {BX_CAP_CLOCK, NULL, NULL, 0, BX_CLOCK_REAL, NULL}, NULL},
    {"clock:frozen", {BX_CAP_CLOCK, NULL, NULL, 0, BX_CLOCK_FROZEN, NULL}, NULL},
    {"clock:step", {BX_CAP_CLOCK, NULL, NULL, 0, BX_CLOCK_STEP, NULL}, NULL},
    {"random:real", {BX_CAP_RANDOM, NULL, NULL, 0, BX_RANDOM_REAL, NULL}, NULL},
    {"random:seed=0", {BX_CAP_RANDOM, NULL, NULL, 0, BX_RANDOM_SEEDED, NULL}, NULL},
    {"random:seed=18446744073709551615",
     {BX_CAP_RANDOM, NULL, NULL, UINT64_MAX, BX_RANDOM_SEEDED, NULL},
     NULL},
};

static bool equal(const bx_cap *a, const bx_cap *b)
{
    return a->kind == b->kind && same(a->path, b->path) && same(a->value, b->value) &&
           a->size == b->size && a->number == b->number;
}

static void text_to_value_and_back(void)
{
    for (size_t i = 0; i < BX_COUNT(goods); i++) {
        bx_cap c, again;
        char out[BX_MAX_CAP_TEXT + 1];
        CHECK(bx_cap_parse(bx_str_of(goods[i].text), &c, NULL) == BX_OK);
        bool ok = equal(&c, &goods[i].want) && bx_cap_print(&c, out, sizeof out, NULL) == BX_OK &&
                  strcmp(out, goods[i].canonical ? goods[i].canonical : goods[i].text) == 0 &&
                  bx_cap_parse(bx_str_of(out), &again, NULL) == BX_OK;
        bool back = ok && equal(&c, &again);
        if (ok)
            bx_cap_done(&again);
        bx_cap_done(&c);
        if (!back)
            printf("# %s\n", goods[i].text);
        CHECK(back);
    }
}

static void refused_lines(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"read", "write 'read:...'"},
        {"read:", "begin it with '/'"},
        {"raed:/x", "'raed' is not a kind of capability; the kinds are: read write rw deny fetch "
                    "connect env store tmp "
                    "tool clock random"},
        {"READ:/x", "'READ' is not a kind"},
        {" read:/x", "' read' is not a kind"},
        {":/x", "'' is not a kind"},
        {"read:x", "'x' is not absolute"},
        {"read:../x", "is not absolute"},
        {"read:/a/../b", "'..'"},
        {"read:/a/./b", "'.'"},
        {"read:/..", "'..'"},
        {"read:/.", "'.'"},
        {"read://", "empty"},
        {"read:/a//b", "empty"},
        {"read:/a//", "empty"},
        {"read:/a/b/..", "'..'"},
        {"read:/\xFF", "UTF-8"},
        {"deny:", "empty"},
        {"deny:tool:", "is not the name of a tool"},
        {"deny:tool:a/b", "is not the name of a tool"},
        {"deny:*.key", "begin it with '/' or '**/'"},
        {"deny:/[", "does not end"},
        {"fetch:", "empty"},
        {"fetch:example.com", "http[s]://host"},
        {"connect:example.com:80", "tcp://host:port"},
        {"env:", "env:NAME"},
        {"env:=x", "env:NAME"},
        {"store:", "'' is not the name of a store"},
        {"store:Notes", "'Notes'"},
        {"store:2x", "'2x'"},
        {"store:../x", "'../x'"},
        {"store:a/b", "'a/b'"},
        {"store:n:", "'' is not a size"},
        {"store:n:0", "from 1 byte"},
        {"store:n:9223372036854775808", "from 1 byte"},
        {"store:n:1MiB:1", "'1MiB:1' is not a size"},
        {"tmp:", "'' is not a size"},
        {"tmp:0", "from 1 byte"},
        {"tmp:/x", "'/x' is not a size"},
        {"tool:", "'' is not the name of a tool"},
        {"tool:-tool", "'-tool'"},
        {"tool:a/b", "'a/b'"},
        {"clock:", "real, frozen or step"},
        {"clock:Real", "'Real'"},
        {"random:", "real or seed=N"},
        {"random:seed=", "'' is not a count"},
        {"random:seed=-1", "'-1' is not a count"},
        {"random:seed=18446744073709551616", "too large"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_cap c = {.number = 77};
        bx_error err = {.msg = ""};
        CHECK(bx_cap_parse(bx_str_of(bad[i].text), &c, &err) == BX_EINVAL);
        if (!strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, err.msg);
        CHECK(strstr(err.msg, bad[i].says) && c.number == 77);
    }
}

static void nul_bytes_are_refused(void)
{
    static const bx_str bad[] = {
        {"read:/a\0b", 9}, {"env:A=\0", 7}, {"env:A\0B=x", 9}, {"deny:/a\0", 8}, {"tmp\0", 4}};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_cap c;
        CHECK(bx_cap_parse(bad[i], &c, NULL) == BX_EINVAL);
    }
}

static void names_at_their_limit(void)
{
    bx_cap c;
    char text[64];
    for (int n = 40; n <= 41; n++) {
        (void)snprintf(text, sizeof text, "tool:%.*s", n,
                       "abcdefghijklmnopqrstuvwxyz_0123456789_abcdef");
        bx_code rc = bx_cap_parse(bx_str_of(text), &c, NULL);
        CHECK(rc == (n == 40 ? BX_OK : BX_EINVAL));
        if (rc == BX_OK)
            bx_cap_done(&c);
    }
}

static void lines_at_their_limit(void)
{
    static char text[BX_MAX_VAR_TEXT + 1], out[BX_MAX_VAR_TEXT + 1];
    bx_cap c;
    bx_error err;
    memset(text, 'x', sizeof text);
    memcpy(text, "env:A=", 6);
    CHECK(bx_cap_parse((bx_str){text, BX_MAX_VAR_TEXT}, &c, NULL) == BX_OK);
    bool whole = strlen(c.value) == BX_MAX_VAR_TEXT - 6;
    bx_code fits = bx_cap_print(&c, out, sizeof out, NULL),
            cut = bx_cap_print(&c, out, sizeof out - 1, NULL);
    bx_cap_done(&c);
    CHECK(whole && fits == BX_OK && cut == BX_ELIMIT);
    CHECK(bx_cap_parse((bx_str){text, sizeof text}, &c, &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "131073 bytes"));
    memcpy(text, "deny:/", 6);
    CHECK(bx_cap_parse((bx_str){text, BX_MAX_CAP_TEXT + 1}, &c, &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "4097 bytes"));
}

static void messages_keep_secrets(void)
{
    static const char *const lines[] = {"env:=hunter2", "fetch:https://u:hunter2@example.com",
                                        "fetch:https:/u:hunter2@h", "connect:tcp://u:hunter2@h:1",
                                        "fetch:hunter2@"};
    for (size_t i = 0; i < BX_COUNT(lines); i++) {
        bx_cap c;
        bx_error err = {.msg = ""};
        CHECK(bx_cap_parse(bx_str_of(lines[i]), &c, &err) == BX_EINVAL);
        CHECK(err.msg[0] && !strstr(err.msg, "hunter2"));
    }
}

static void guest_paths(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"/", "/"},       {"/a", "/a"},    {"/a/", "/a"},    {"/a/b.c/", "/a/b.c"},
        {"/...", "/..."}, {"/.a", "/.a"},  {"/a..", "/a.."}, {"", NULL},
        {"a", NULL},      {"//", NULL},    {"/a//", NULL},   {"/./a", NULL},
        {"/a/.", NULL},   {"/a/./", NULL}, {"/../a", NULL},  {"/a/../", NULL},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_str got = BX_LIT("untouched");
        bx_code rc = bx_guest_path_check(bx_str_of(cases[i].text), &got, NULL);
        CHECK(rc == (cases[i].want ? BX_OK : BX_EINVAL));
        CHECK(bx_str_eq(got, bx_str_of(cases[i].want ? cases[i].want : "untouched")));
    }
    static char text[BX_MAX_PATH + 1];
    bx_str got;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    CHECK(bx_guest_path_check((bx_str){text, BX_MAX_PATH}, &got, NULL) == BX_OK &&
          got.n == BX_MAX_PATH);
    CHECK(bx_guest_path_check((bx_str){text, BX_MAX_PATH + 1}, &got, NULL) == BX_EINVAL);
}

static void below_is_not_prefix(void)
{
    static const struct {
        const char *path, *dir;
        bool want;
    } cases[] = {
        {"/a/b", "/a", true}, {"/a", "/a", true}, {"/ab", "/a", false}, {"/a", "/a/b", false},
        {"/", "/", true},     {"/x", "/", true},  {"/", "/a", false},   {"/A/b", "/a", false},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(bx_path_is_below(bx_str_of(cases[i].path), bx_str_of(cases[i].dir)) == cases[i].want);
}

static void survives_failed_allocations(void)
{
    static const char *const lines[] = {"read:/a", "deny:**/x", "fetch:GET https://a.b/c/**",
                                        "env:A=b", "store:n:1K"};
    for (size_t i = 0; i < BX_COUNT(lines); i++) {
        EACH_ALLOC_FAILS(rc, {
            bx_cap c = {.path = NULL};
            rc = bx_cap_parse(bx_str_of(lines[i]), &c, NULL);
            bx_cap_done(&c);
        });
    }
}

BXT_MAIN(RUN(text_to_value_and_back); RUN(refused_lines); RUN(nul_bytes_are_refused);
         RUN(names_at_their_limit); RUN(lines_at_their_limit); RUN(messages_keep_secrets);
         RUN(guest_paths); RUN(below_is_not_prefix); RUN(survives_failed_allocations);)
