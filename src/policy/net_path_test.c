/* Paths in every reading: rules must hold in each, blocks in one.  The attacks are made at random
 * from what servers read differently, and judged by models of such servers. */
#include "codec/url_path.h"
#include "policy/net_test.h"

/* ---- models of servers: what each makes of a path as it is sent ------------------------------ */

enum { LONGEST = 512 };

typedef struct path {
    char p[LONGEST];
    size_t n;
} path;

static void decode(path *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        int v = bx_escape_at((bx_str){s->p, s->n}, i);
        s->p[n++] = v < 0 ? s->p[i] : (char)v;
        i += v < 0 ? 0 : 2;
    }
    s->n = n;
}

/* Tomcat, Jetty and what stands on them. */
static void cut_parameters(path *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->p[i] == ';')
            while (i + 1 < s->n && s->p[i + 1] != '/')
                i++;
        else
            s->p[n++] = s->p[i];
    }
    s->n = n;
}

/* nginx, merge_slashes. */
static void merge(path *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i] != '/' || n == 0 || s->p[n - 1] != '/')
            s->p[n++] = s->p[i];
    s->n = n;
}

static void dots(path *s) { s->n = bx_path_remove_dots(s->p, s->n); }

/* Servers on Windows. */
static void backslashes(path *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i] == '\\')
            s->p[i] = '/';
}

/* Decoders of UTF-8 that do not look for the shortest form. */
static void overlong(path *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool lead = (uint8_t)s->p[i] == 0xC0 && i + 1 < s->n;
        s->p[n++] = lead ? (char)(s->p[i + 1] & 0x3F) : s->p[i];
        i += lead;
    }
    s->n = n;
}

/* What is written in C stops there. */
static void stop_at_nul(path *s)
{
    const char *nul = memchr(s->p, '\0', s->n);
    s->n = nul ? (size_t)(nul - s->p) : s->n;
}

typedef void (*step)(path *s);

static const step MODELS[][6] = {
    {dots},
    {decode, dots},
    {decode, merge, dots}, /* nginx */
    {merge, decode, dots},
    {cut_parameters, decode, dots}, /* servlet containers */
    {decode, cut_parameters, merge, dots},
    {cut_parameters, merge, dots, decode},
    {decode, overlong, backslashes, dots}, /* IIS of old */
    {decode, dots, decode, dots},          /* a proxy in front of another server */
    {decode, decode, backslashes, merge, dots},
    {cut_parameters, dots, decode, cut_parameters, dots},
    {decode, decode, stop_at_nul, dots},
};

static path served(const char *text, const step model[6])
{
    path s = {.n = strlen(text)};
    memcpy(s.p, text, s.n);
    for (size_t i = 0; i < 6 && model[i]; i++)
        model[i](&s);
    return s;
}

/* ---- random paths ---------------------------------------------------------------------------- */

static uint64_t state = 7; /* the same paths each time */

static uint32_t pick(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % n;
}

/* Normalised, as the client sends it: no dot segments, no escapes of unreserved characters. */
static void make_path(char out[LONGEST])
{
    static const char *const PARTS[] = {"v1",       "admin",        "x",        "..;",
                                        "..;a=b",   ".;",           ";q",       "%252e%252e",
                                        "..%3B",    "%2E%2E%2F",    "..%2F",    "..%5C",
                                        "%2Fadmin", "%C0%AE%C0%AE", "..%C0%AF", "..%252Fadmin",
                                        "x%2Fy",    "admin%2500",   "",         "..%00"};
    size_t n = pick(2) ? 3 : 0;
    memcpy(out, "/v1", n + 1);
    out[n] = '\0';
    for (uint32_t left = 1 + pick(5); left > 0; left--) {
        const char *part = PARTS[pick(BX_COUNT(PARTS))];
        out[n++] = '/';
        memcpy(out + n, part, strlen(part) + 1);
        n += strlen(part);
    }
}

static bool starts(const path *s, const char *with)
{
    size_t n = strlen(with);
    return s->n >= n && memcmp(s->p, with, n) == 0;
}

/* ---- properties ------------------------------------------------------------------------------ */

enum { ROUNDS = 20000 };

static void no_server_reads_an_allowed_path_as_another(void)
{
    BX_AUTO(bx_net_policy)
    bx_net_policy *p = policy_of(bx_net_add_fetch, "https://a.example/v1/**");
    size_t allowed = 0, would_escape = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char text[LONGEST];
        make_path(text);
        bool ok = allows(p, get("a.example", text));
        allowed += ok;
        for (size_t m = 0; m < BX_COUNT(MODELS); m++) {
            path s = served(text, MODELS[m]);
            bool inside = starts(&s, "/v1/") || (s.n == 3 && starts(&s, "/v1"));
            would_escape += !inside && strncmp(text, "/v1/", 4) == 0;
            if (ok && !inside)
                printf("# %s is %.*s to model %zu\n", text, (int)s.n, s.p, m);
            CHECK(!ok || inside);
        }
    }
    CHECK(allowed > ROUNDS / 50);     /* some pass, */
    CHECK(would_escape > ROUNDS / 2); /* and the text alone would have let many out: the control */
}

static void no_server_reads_a_passed_path_as_a_blocked_one(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_fetch, "https://a.example");
    CHECK(p && bx_net_add_block_url(p, BX_LIT("https://a.example/admin"), NULL) == BX_OK);
    size_t passed = 0, would_pass = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char text[LONGEST];
        make_path(text);
        bool ok = allows(p, get("a.example", text));
        passed += ok;
        for (size_t m = 0; m < BX_COUNT(MODELS); m++) {
            path s = served(text, MODELS[m]);
            bool blocked = starts(&s, "/admin");
            would_pass += blocked && strncmp(text, "/admin", 6) != 0;
            if (ok && blocked)
                printf("# %s is %.*s to model %zu\n", text, (int)s.n, s.p, m);
            CHECK(!ok || !blocked);
        }
    }
    CHECK(passed > ROUNDS / 50);
    CHECK(would_pass > ROUNDS / 10);
}

/* ---- what is said, and what stays possible --------------------------------------------------- */

static void a_refusal_shows_the_reading(void)
{
    BX_AUTO(bx_net_policy)
    bx_net_policy *p = policy_of(bx_net_add_fetch, "https://a.example/v1/**");
    bx_verdict v = judge(p, get("a.example", "/v1/..;x/admin"));
    CHECK(!v.allow && strstr(v.reason, "'/admin'") && v.rule[0] == '\0');
    CHECK(bx_net_add_block_url(p, BX_LIT("a.example/v1/no"), NULL) == BX_OK);
    v = judge(p, get("a.example", "/v1/%6Eo"));
    CHECK(!v.allow && strstr(v.reason, "'/v1/no'") &&
          strcmp(v.rule, "block_url: a.example/v1/no") == 0);
    v = judge(p, get("a.example", "/v1/%252525252525252525252525252525252525252525252525252525"
                                  "2525252525252525252525252525252525252525252525252525252525252525"
                                  "2525252525252525252525252525252525252525252525252525252525252525"
                                  "25252525252525252525252525252525252525252525252525252525"));
    CHECK(!v.allow && strstr(v.reason, "ways"));
}

static void rules_of_odd_paths_hold(void)
{
    static const struct {
        const char *rule, *path;
        bool allow;
    } ROWS[] = {
        {"https://a.example/v1/a;v=1", "/v1/a;v=1", true},
        {"https://a.example/v1/a;v=1", "/v1/a", false}, /* not what was written */
        {"https://a.example/v1/a;v=1", "/v1/a;v=2", false},
        {"https://a.example/v1//x", "/v1//x", true},
        {"https://a.example/v1//x", "/v1/x", false},
        {"https://a.example/v1/a;b/**", "/v1/a;b/c", true},
        {"https://a.example/v1/a;b/**", "/v1/a;b/..;/..;/c", false},
        {"https://a.example/a%20b/*", "/a%20b/c", true},
        {"https://a.example/v1/*", "/v1/caf%C3%A9", true},
        {"https://a.example/v1/*", "/v1/a;b", true},
        {"https://a.example/v1/*", "/v1/a%2Fb", false},
        {"https://a.example/v1/**", "/v1/a%2Fb;c//d.%20", true},
        {"https://a.example", "/..;/..;/anything%2500",
         true}, /* no path in the rule: all are equal */
    };
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_fetch, ROWS[i].rule);
        bool got = p && allows(p, get("a.example", ROWS[i].path));
        if (got != ROWS[i].allow)
            printf("# %s: %s\n", ROWS[i].rule, ROWS[i].path);
        CHECK(p && got == ROWS[i].allow);
    }
}

static void without_memory_nothing_passes(void)
{
    BX_AUTO(bx_net_policy)
    bx_net_policy *p = policy_of(bx_net_add_fetch, "https://a.example/v1/**");
    CHECK(allows(p, get("a.example", "/v1/a%20b")));
    bx_test_fail_alloc = 0;
    bool yes = allows(p, get("a.example", "/v1/a%20b"));
    bx_test_fail_alloc = -1;
    CHECK(!yes);
}

BXT_MAIN(RUN(no_server_reads_an_allowed_path_as_another);
         RUN(no_server_reads_a_passed_path_as_a_blocked_one); RUN(a_refusal_shows_the_reading);
         RUN(rules_of_odd_paths_hold); RUN(without_memory_nothing_passes);)
