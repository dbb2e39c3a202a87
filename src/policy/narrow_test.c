#include "policy/narrow.h"

#include "base/limits.h"
#include "base/test.h"
#include "policy/narrow_test.h"

/* Narrow the sets and print the result, lines joined by '|'. */
static bx_code narrow(const char *const *sets, size_t n, char out[2048], char notes[512])
{
    lines l[BX_NARROW_MAX_SETS];
    bx_permit p[BX_NARROW_MAX_SETS];
    bx_narrowed r;
    for (size_t i = 0; i < n; i++) {
        lines_read(&l[i], bx_str_of(sets[i]));
        p[i] = permit_of(&l[i]);
    }
    bx_error err;
    bx_code rc = bx_narrow(p, n, &r, &err);
    out[0] = notes[0] = '\0';
    if (rc == BX_OK) {
        size_t at = 0;
        for (size_t i = 0; i < r.n_caps; i++) {
            out[at] = '|';
            at += i > 0;
            BX_ASSERT(bx_cap_print(&r.caps[i], out + at, 2048 - at, NULL) == BX_OK);
            at += strlen(out + at);
        }
        (void)snprintf(notes, 512, "%.*s", BX_FMT(bx_buf_str(&r.notes)));
        bx_narrowed_done(&r);
    } else {
        (void)snprintf(notes, 512, "%.500s", err.msg);
    }
    for (size_t i = 0; i < n; i++)
        lines_done(&l[i]);
    return rc;
}

static void two_sets(void)
{
    static const struct {
        const char *a, *b, *want;
    } cases[] = {
        {"", "read:/", ""},
        {"read:/a", "read:/a", "read:/a"},
        {"rw:/a", "read:/a/b", "read:/a/b"},
        {"rw:/a", "rw:/ab", ""},
        {"read:/a", "write:/a", ""},
        {"rw:/", "read:/a|write:/b", "read:/a|write:/b"},
        {"rw:/a|read:/a/b", "rw:/", "read:/a/b|rw:/a"},
        {"rw:/a|read:/a", "rw:/a", "rw:/a"},
        {"deny:**/.env|rw:/a", "deny:/a/k", "deny:**/.env|deny:/a/k"},
        {"fetch:https://a.example", "fetch:https://a.example", "fetch:https://a.example"},
        {"fetch:https://a.example", "fetch:http://a.example", ""},
        {"fetch:https://*", "fetch:https://*.a.example:*", "fetch:https://*.a.example"},
        {"fetch:https://*.example", "fetch:https://A.example:443", "fetch:https://a.example"},
        {"fetch:https://*.example", "fetch:https://example", ""},
        {"fetch:https://*.a.example", "fetch:https://*.example", "fetch:https://*.a.example"},
        {"fetch:https://*.a.example", "fetch:https://*.ba.example", ""},
        {"fetch:https://*", "fetch:https://10.1.2.3", "fetch:https://10.1.2.3"},
        {"fetch:https://*.3", "fetch:https://10.1.2.3", ""},
        {"fetch:http://h:1..9000", "fetch:http://h:8000..65536", "fetch:http://h:8000..9000"},
        {"fetch:http://h:1..8001", "fetch:http://h:8000..9000", "fetch:http://h:8000"},
        {"fetch:http://h:1..80", "fetch:http://h", ""},
        {"fetch:http://h:*", "fetch:http://h:*", "fetch:http://h:*"},
        {"fetch:HEAD,GET,HEAD http://h", "fetch:http://h", "fetch:GET,HEAD http://h"},
        {"fetch:GET,PUT http://h", "fetch:PUT,HEAD http://h", "fetch:PUT http://h"},
        {"fetch:GET http://h", "fetch:PUT http://h", ""},
        {"fetch:http://h/v1/**", "fetch:http://h/v1/x", "fetch:http://h/v1/x"},
        {"fetch:http://h/v1/**", "fetch:http://h/v1", "fetch:http://h/v1"},
        {"fetch:http://h/v1/**", "fetch:http://h/v1/*/y", "fetch:http://h/v1/*/y"},
        {"fetch:http://h/v1/*", "fetch:http://h/v1/x", "fetch:http://h/v1/x"},
        {"fetch:http://h/v1/**", "fetch:http://h", "fetch:http://h/v1/**"},
        {"fetch:http://h/v1/**", "fetch:http://h/v1x", ""},
        {"fetch:http://h/v1/**", "fetch:http://h/v2/*", ""},
        {"fetch:http://h/v1/**", "fetch:http://h/**/v1/x", ""},
        {"connect:tcp://10.0.0.0/8:*", "connect:tcp://10.1.0.0/16:80",
         "connect:tcp://10.1.0.0/16:80"},
        {"connect:tcp://[2001:db8::]/32:80", "connect:tcp://[2001:db8::1]:80",
         "connect:tcp://[2001:db8::1]:80"},
        {"connect:tcp://10.0.0.0/8:80", "connect:tcp://10.0.0.0/16:80",
         "connect:tcp://10.0.0.0/16:80"},
        {"connect:tcp://10.0.0.0/8:80", "connect:tcp://11.0.0.0/8:80", ""},
        {"connect:tcp://h:80", "connect:udp://h:80", ""},
        {"env:A|env:B=1", "env:A|env:B=1|env:C", "env:A|env:B=1"},
        {"env:A", "env:A=1", ""},
        {"env:A=2", "env:A=1", ""},
        {"store:n:2MiB", "store:n:1MiB", "store:n:1MiB"},
        {"store:n", "store:m", ""},
        {"tmp", "tmp:1MiB", "tmp:1MiB"},
        {"tmp", "read:/", ""},
        {"tool:a|tool:b", "tool:b|tool:c", "tool:b"},
        {"clock:frozen", "", "clock:frozen"},
        {"clock:frozen", "clock:step", "clock:frozen"},
        {"clock:real|random:real", "clock:real", ""},
        {"random:seed=3", "random:real", "random:seed=3"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        char out[2048], notes[512];
        const char *sets[2] = {cases[i].a, cases[i].b}, *turned[2] = {cases[i].b, cases[i].a};
        CHECK(narrow(sets, 2, out, notes) == BX_OK);
        if (strcmp(out, cases[i].want) != 0)
            printf("# %s AND %s: %s\n", cases[i].a, cases[i].b, out);
        CHECK(strcmp(out, cases[i].want) == 0);
        CHECK(narrow(turned, 2, out, notes) == BX_OK && strcmp(out, cases[i].want) == 0);
    }
}

static void unsure_means_nothing_and_says_so(void)
{
    char out[2048], notes[512];
    const char *paths[] = {"fetch:http://h/a/**/x", "fetch:http://h/**/b/*"};
    CHECK(narrow(paths, 2, out, notes) == BX_OK && !out[0]);
    CHECK(strstr(notes, "fetch:http://h/a/**/x and fetch:http://h/**/b/*"));
    const char *three[] = {paths[0], paths[1], "fetch:http://h/a/b/x"};
    CHECK(narrow(three, 3, out, notes) == BX_OK && strcmp(out, "fetch:http://h/a/b/x") == 0 &&
          !notes[0]);
    const char *escapes[] = {"fetch:http://h/a/**", "fetch:http://h/a/%20"};
    CHECK(narrow(escapes, 2, out, notes) == BX_OK && !out[0] && notes[0]);
    const char *values[] = {"env:A=s3cret", "env:A"};
    CHECK(narrow(values, 2, out, notes) == BX_OK && !out[0]);
    CHECK(strstr(notes, "env:A and env:A") && !strstr(notes, "s3cret"));
    const char *seeds[] = {"random:seed=1", "random:seed=2"};
    CHECK(narrow(seeds, 2, out, notes) == BX_EDENIED && strstr(notes, "contradict"));
}

static void limits_are_the_smallest(void)
{
    lines a, b;
    bx_narrowed r;
    lines_read(&a, BX_LIT("wall=5s|memory=1GiB|fuel=0"));
    lines_read(&b, BX_LIT("wall=1m|memory=64MiB|fuel=77"));
    const bx_permit p[2] = {permit_of(&a), permit_of(&b)};
    CHECK(bx_narrow(p, 2, &r, NULL) == BX_OK);
    CHECK(r.limits.wall_ns == 5 * BX_SEC && r.limits.memory == 64 * BX_MIB && r.limits.fuel == 77);
    CHECK(r.limits.output == bx_limits_default().output);
    bx_narrowed_done(&r);
}

static void one_set_becomes_canonical(void)
{
    char out[2048], notes[512];
    const char *set = "tool:b|fetch:PUT,GET http://H:80/a|read:/x|write:/x|tmp:1MiB|tmp:2MiB";
    CHECK(narrow(&set, 1, out, notes) == BX_OK);
    CHECK(strcmp(out, "fetch:GET,PUT http://h/a|read:/x|tmp:2MiB|tool:b|write:/x") == 0);
}

/* Lines that meet in every way there is, drawn at random but the same each time. */
static void properties_of_many_sets(void)
{
    static const char *const pool[] = {
        "read:/a",
        "rw:/a/b",
        "write:/",
        "rw:/",
        "read:/v1",
        "write:/a/b/c",
        "deny:**/.env",
        "deny:/a/b/*.k",
        "env:A",
        "env:A=1",
        "env:B=x",
        "store:n:1MiB",
        "store:n",
        "tmp",
        "tmp:1MiB",
        "tool:t",
        "clock:step",
        "clock:frozen",
        "random:seed=7",
        "wall=5s",
        "fuel=9",
        "fetch:https://*",
        "fetch:https://*.a.example:*",
        "fetch:GET https://a.example/v1/**",
        "fetch:GET,HEAD https://*.example/v1/*",
        "fetch:https://a.example/v1/x",
        "fetch:https://a.example/**/x",
        "fetch:HEAD,POST http://*:1..8081/v1/**",
        "fetch:http://10.1.2.3:*",
        "fetch:https://x.a.example:8080/v1/x/**",
        "connect:tcp://10.0.0.0/8:*",
        "connect:tcp://10.1.0.0/16:1..8081",
        "connect:tcp://*.example:443",
        "connect:tcp://*:80..9000",
    };
    uint32_t x = 1;
    for (int round = 0; round < 300; round++) {
        lines l[3];
        bx_permit p[3];
        for (size_t i = 0; i < 3; i++) {
            char text[1024] = "";
            size_t n = 0;
            for (int k = 0; k < 8; k++) {
                x = x * 1664525 + 1013904223;
                n += (size_t)snprintf(text + n, sizeof text - n, "%s|",
                                      pool[(x >> 16) % BX_COUNT(pool)]);
            }
            lines_read(&l[i], bx_str_of(text));
            p[i] = permit_of(&l[i]);
        }
        CHECK(check_three(p));
        for (size_t i = 0; i < 3; i++)
            lines_done(&l[i]);
    }
}

/* The questions tell a wider result from a right one. */
static void the_questions_can_say_no(void)
{
    static const struct {
        const char *wide, *narrow;
    } pairs[] = {{"rw:/a", "read:/a"}, {"read:/", "read:/a"}, {"read:/a", "read:/a|deny:/a/b"}};
    for (size_t i = 0; i < BX_COUNT(pairs); i++) {
        lines a, b;
        lines_read(&a, bx_str_of(pairs[i].wide));
        lines_read(&b, bx_str_of(pairs[i].narrow));
        bool differ = false;
        for (size_t k = 0; k < BX_COUNT(ask_paths) * 2; k++) {
            bx_str path = bx_str_of(ask_paths[k / 2]);
            differ |= may_file(permit_of(&a).caps, path, k % 2) &&
                      !may_file(permit_of(&b).caps, path, k % 2);
        }
        CHECK(differ);
        lines_done(&a);
        lines_done(&b);
    }
}

static void too_much_is_refused(void)
{
    static bx_cap caps[BX_MAX_CAPS];
    bx_limits limits = bx_limits_default();
    for (int i = 0; i < BX_MAX_CAPS; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "deny:/d%d", i);
        CHECK(bx_cap_parse(bx_str_of(text), &caps[i], NULL) == BX_OK);
    }
    bx_narrowed r;
    bx_permit p[2] = {{{caps, BX_MAX_DENIES}, &limits}, {{caps, BX_MAX_DENIES}, &limits}};
    CHECK(bx_narrow(p, 2, &r, NULL) == BX_OK && r.n_caps == BX_MAX_DENIES);
    bx_narrowed_done(&r);
    p[1].caps = (bx_cap_list){caps + 1, BX_MAX_DENIES}; /* one more together */
    CHECK(bx_narrow(p, 2, &r, NULL) == BX_ELIMIT);
    for (int i = 0; i < BX_MAX_CAPS; i++)
        bx_cap_done(&caps[i]);
}

static void survives_failed_allocations(void)
{
    lines a, b;
    lines_read(&a, BX_LIT("rw:/a|fetch:GET https://*|env:A|deny:/x"));
    lines_read(&b, BX_LIT("read:/a/b|fetch:https://a.example/x|env:A=1"));
    const bx_permit p[2] = {permit_of(&a), permit_of(&b)};
    EACH_ALLOC_FAILS(rc, {
        bx_narrowed r;
        rc = bx_narrow(p, 2, &r, NULL);
        if (rc == BX_OK)
            bx_narrowed_done(&r);
    });
    lines_done(&a);
    lines_done(&b);
}

BXT_MAIN(RUN(two_sets); RUN(unsure_means_nothing_and_says_so); RUN(limits_are_the_smallest);
         RUN(one_set_becomes_canonical); RUN(properties_of_many_sets);
         RUN(the_questions_can_say_no); RUN(too_much_is_refused); RUN(survives_failed_allocations);)
