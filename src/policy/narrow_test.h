/* policy/narrow_test.h - sets of capability lines, and concrete questions that they answer: what
 * the unit test and the fuzz target of narrowing share.  No result may say yes where a set says no.
 */
#ifndef BX_POLICY_NARROW_TEST_H
#define BX_POLICY_NARROW_TEST_H

#include "base/error.h"
#include "base/limits.h"
#include "codec/glob.h"
#include "policy/narrow.h"

typedef struct lines {
    bx_cap caps[16];
    size_t n;
    bx_limits limits;
} lines;

static inline bx_permit permit_of(const lines *l)
{
    return (bx_permit){{l->caps, l->n}, &l->limits};
}

static inline void lines_done(lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        bx_cap_done(&l->caps[i]);
    l->n = 0;
}

/* "name=value" of a limit or a capability, each ended by '|' or the end.  What does not parse is
 * left out. */
static inline void lines_read(lines *l, bx_str text)
{
    *l = (lines){.limits = bx_limits_default()};
    while (text.n && l->n < BX_COUNT(l->caps)) {
        const char *bar = memchr(text.p, '|', text.n);
        bx_str one = {text.p, bar ? (size_t)(bar - text.p) : text.n};
        text = bx_str_from(text, one.n + (bar != NULL));
        if (bx_limits_set(&l->limits, one, NULL) != BX_OK)
            l->n += bx_cap_parse(one, &l->caps[l->n], NULL) == BX_OK;
    }
}

/* ---- questions ---- */

static inline bool may_file(bx_cap_list l, bx_str path, bool write)
{
    bool yes = false;
    for (size_t i = 0; i < l.n; i++) {
        const bx_cap *c = &l.at[i];
        if (c->kind == BX_CAP_DENY) {
            BX_AUTO(bx_glob) bx_glob *g = NULL;
            BX_ASSERT(bx_glob_compile(bx_str_of(c->path), &g, NULL) == BX_OK);
            if (bx_glob_match_at_or_below(g, path))
                return false;
        }
        bool right = c->kind == BX_CAP_RW || c->kind == (write ? BX_CAP_WRITE : BX_CAP_READ);
        yes |= right && bx_path_is_below(path, bx_str_of(c->path));
    }
    return yes;
}

static inline bx_net_policy *net_of(bx_cap_list l)
{
    bx_net_policy *p = NULL;
    BX_ASSERT(bx_net_policy_new(&p, NULL) == BX_OK);
    for (size_t i = 0; i < l.n; i++)
        if (l.at[i].rule)
            BX_ASSERT(bx_net_add_rule(p, l.at[i].rule, NULL) == BX_OK);
    return p;
}

static inline bool has_line(bx_cap_list l, const bx_cap *c)
{
    for (size_t i = 0; i < l.n; i++) {
        const bx_cap *o = &l.at[i];
        bool same_value =
            o->value == c->value || (o->value && c->value && strcmp(o->value, c->value) == 0);
        bool same_path =
            o->path == c->path || (o->path && c->path && strcmp(o->path, c->path) == 0);
        if (o->kind == c->kind && same_path && same_value && o->size >= c->size)
            return true;
    }
    return false;
}

static const char *const ask_paths[] = {"/",      "/a",       "/a/b",       "/a/b/c", "/a/.env",
                                        "/ab",    "/v1",      "/v1/",       "/v1/x",  "/v1/x/y",
                                        "/v1/yx", "/a/b/x.k", "/v2/x/v1/y", "/b/c",   "/v1/x/"};
static const char *const ask_hosts[] = {"a.example", "x.a.example", "y.x.a.example",
                                        "example",   "10.1.2.3",    "10.1.9.9",
                                        "10.2.0.1",  "2001:db8::1", "b.example"};
static const uint16_t ask_ports[] = {1, 80, 443, 8000, 8080, 8081, 65535};
static const char *const ask_methods[] = {"GET", "HEAD", "POST"};

/* One request or socket in each of the sets' rules: yes in `r` means yes in `set`. */
static inline void check_network(const bx_net_policy *r, const bx_net_policy *set)
{
    for (size_t h = 0; h < BX_COUNT(ask_hosts); h++) {
        for (size_t p = 0; p < BX_COUNT(ask_ports); p++) {
            bx_verdict v, w;
            bx_str host = bx_str_of(ask_hosts[h]);
            bx_net_check_connect(r, BX_LIT("tcp"), host, ask_ports[p], &v);
            bx_net_check_connect(set, BX_LIT("tcp"), host, ask_ports[p], &w);
            BX_ASSERT(!v.allow || w.allow);
            for (size_t i = 0; i < BX_COUNT(ask_paths) * 2; i++) {
                bx_url_parts u = {i % 2 ? BX_LIT("http") : BX_LIT("https"), host, ask_ports[p],
                                  bx_str_of(ask_paths[i / 2]), BX_LIT("")};
                for (size_t m = 0; m < BX_COUNT(ask_methods); m++) {
                    bx_net_check_request(r, bx_str_of(ask_methods[m]), &u, &v);
                    if (!v.allow)
                        continue;
                    bx_net_check_request(set, bx_str_of(ask_methods[m]), &u, &w);
                    BX_ASSERT(w.allow);
                }
            }
        }
    }
}

/* `r` permits nothing that `set` does not, as far as the questions show. */
static inline void check_not_wider(const bx_narrowed *r, const bx_permit *set)
{
    bx_cap_list mine = {r->caps, r->n_caps};
    for (size_t i = 0; i < BX_COUNT(ask_paths); i++)
        for (int write = 0; write < 2; write++)
            BX_ASSERT(!may_file(mine, bx_str_of(ask_paths[i]), write) ||
                      may_file(set->caps, bx_str_of(ask_paths[i]), write));
    BX_AUTO(bx_net_policy) bx_net_policy *a = net_of(mine), *b = net_of(set->caps);
    if (!bx_net_is_empty(a))
        check_network(a, b);
    for (size_t i = 0; i < mine.n; i++) {
        bx_cap_kind k = mine.at[i].kind;
        if (k == BX_CAP_ENV || k == BX_CAP_TOOL || k == BX_CAP_STORE || k == BX_CAP_TMP)
            BX_ASSERT(has_line(set->caps, &mine.at[i]));
    }
    for (size_t i = 0; i < set->caps.n; i++) { /* every restriction stays */
        const bx_cap *c = &set->caps.at[i];
        if (c->kind == BX_CAP_DENY || c->kind == BX_CAP_NOT_TOOL)
            BX_ASSERT(has_line(mine, c));
        if (c->kind == BX_CAP_CLOCK && c->number != BX_CLOCK_REAL) {
            size_t k = 0;
            while (k < mine.n && mine.at[k].kind != BX_CAP_CLOCK)
                k++;
            BX_ASSERT(k < mine.n &&
                      (mine.at[k].number == BX_CLOCK_FROZEN || c->number == BX_CLOCK_STEP));
        }
        if (c->kind == BX_CAP_RANDOM && c->number == BX_RANDOM_SEEDED)
            BX_ASSERT(has_line(mine, c));
    }
    bx_limits least = bx_limits_min(&r->limits, set->limits);
    BX_ASSERT(memcmp(&least, &r->limits, sizeof least) == 0);
}

static inline bool same_caps(const bx_narrowed *a, const bx_narrowed *b)
{
    if (a->n_caps != b->n_caps || memcmp(&a->limits, &b->limits, sizeof a->limits) != 0)
        return false;
    for (size_t i = 0; i < a->n_caps; i++) {
        static char x[BX_MAX_VAR_TEXT + 64], y[BX_MAX_VAR_TEXT + 64];
        BX_ASSERT(bx_cap_print(&a->caps[i], x, sizeof x, NULL) == BX_OK);
        BX_ASSERT(bx_cap_print(&b->caps[i], y, sizeof y, NULL) == BX_OK);
        if (strcmp(x, y) != 0)
            return false;
    }
    return true;
}

static inline bx_permit permit_again(const bx_narrowed *r)
{
    return (bx_permit){{r->caps, r->n_caps}, &r->limits};
}

/* Everything that must hold of three sets.  False when they contradict each other. */
static inline bool check_three(const bx_permit s[3])
{
    const bx_permit turned[3] = {s[2], s[0], s[1]}, swapped[3] = {s[1], s[0], s[2]};
    bx_narrowed all, other, pair, nested, again;
    bx_code rc = bx_narrow(s, 3, &all, NULL);
    BX_ASSERT(rc == BX_OK || rc == BX_EDENIED);
    BX_ASSERT(bx_narrow(turned, 3, &other, NULL) == rc);
    if (rc != BX_OK) {
        BX_ASSERT(bx_narrow(swapped, 3, &other, NULL) == rc);
        return false;
    }
    BX_ASSERT(same_caps(&all, &other)); /* the order does not matter */
    bx_narrowed_done(&other);
    BX_ASSERT(bx_narrow(swapped, 3, &other, NULL) == BX_OK && same_caps(&all, &other));
    for (size_t i = 0; i < 3; i++) /* never wider */
        check_not_wider(&all, &s[i]);

    bx_permit twice[2] = {permit_again(&all), permit_again(&all)}; /* again changes nothing */
    BX_ASSERT(bx_narrow(twice, 2, &again, NULL) == BX_OK && same_caps(&all, &again));
    bx_narrowed_done(&again);

    BX_ASSERT(bx_narrow(s, 2, &pair, NULL) == BX_OK); /* in two steps: the same, or less */
    const bx_permit rest[2] = {permit_again(&pair), s[2]};
    BX_ASSERT(bx_narrow(rest, 2, &nested, NULL) == BX_OK);
    bool exact = pair.notes.n == 0 && nested.notes.n == 0 && all.notes.n == 0;
    BX_ASSERT(!exact || same_caps(&all, &nested));
    bx_permit whole = permit_again(&all);
    check_not_wider(&nested, &whole);
    bx_narrowed_done(&pair);
    bx_narrowed_done(&nested);
    bx_narrowed_done(&other);
    bx_narrowed_done(&all);
    return true;
}

#endif
