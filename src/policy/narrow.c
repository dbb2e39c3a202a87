#include "policy/narrow.h"

#include <inttypes.h>

#include "base/limits.h"
#include "policy/net_rule.h"

enum {
    MAX_FOUND = 1024,     /* lines before those that others include are left out */
    MAX_STEPS = 1 << 20,  /* combinations looked at */
    MAX_NOTES = 16 << 10, /* bytes; further notes are dropped */
    LINE = BX_MAX_CAP_TEXT + 64,
    ANY_LINE = BX_MAX_VAR_TEXT + 64,
};

enum { CAN_READ = 1, CAN_WRITE = 2 };

/* What the lines picked so far, one from each set, have in common. */
typedef struct meet {
    bx_cap_kind kind;
    const bx_cap *from[BX_NARROW_MAX_SETS];
    size_t n_from;
    char *path, *value; /* as in bx_cap; borrowed */
    uint64_t size;
    unsigned rights;         /* of file lines: CAN_READ, CAN_WRITE */
    const bx_net_host *host; /* of network lines */
    uint32_t port_from, port_end;
} meet;

typedef struct narrowing {
    const bx_permit *sets;
    size_t n_sets;
    bx_cap *found;
    char **texts; /* owned; texts[i] is found[i] as a line */
    size_t n, steps;
    bx_buf notes;
} narrowing;

static bool is_file(bx_cap_kind k)
{
    return k == BX_CAP_READ || k == BX_CAP_WRITE || k == BX_CAP_RW;
}

static unsigned rights_of(bx_cap_kind k)
{
    return k == BX_CAP_READ    ? CAN_READ
           : k == BX_CAP_WRITE ? CAN_WRITE
           : k == BX_CAP_RW    ? CAN_READ | CAN_WRITE
                               : 0;
}

/* Why two lines became nothing.  Names only: a variable's value is not the reader's. */
static void note(bx_buf *notes, const bx_cap *a, const bx_cap *b, const char *why)
{
    if (!notes || notes->n + LINE > MAX_NOTES)
        return;
    const char *word = a->kind == BX_CAP_ENV ? "env:" : a->kind == BX_CAP_FETCH ? "fetch:" : "";
    (void)bx_buf_addf(notes, "%s%.400s and %s%.400s: %s\n", word, a->path, word, b->path, why);
}

/* ---- hosts, ports, methods, paths ------------------------------------------------------------ */

static bool ends_in(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n > k && memcmp(name + n - k, suffix, k) == 0;
}

/* Is every host of `a` one of `b`? */
static bool host_within(const bx_net_host *a, const bx_net_host *b)
{
    if (b->kind == BX_HOST_ANY)
        return true;
    if (a->kind == BX_HOST_NET && b->kind == BX_HOST_NET)
        return a->net.bits >= b->net.bits && bx_cidr_contains(&b->net, a->net.net);
    if (b->kind == BX_HOST_SUFFIX && (a->kind == BX_HOST_NAME || a->kind == BX_HOST_SUFFIX))
        return strcmp(a->name, b->name) == 0 ? a->kind == b->kind : ends_in(a->name, b->name);
    return a->kind == BX_HOST_NAME && b->kind == BX_HOST_NAME && strcmp(a->name, b->name) == 0;
}

static void ports_of(const bx_net_rule *r, uint32_t *from, uint32_t *end)
{
    bool written = r->port_end != 0;
    *from = written ? r->port_from : bx_net_default_port(r->schemes);
    *end = written ? r->port_end : *from + 1;
}

/* Bytes in front of the first that means more than itself in a pattern. */
static size_t literal_len(bx_str s)
{
    size_t n = 0;
    while (n < s.n && !memchr("*?[", s.p[n], 3))
        n++;
    return n;
}

/* Does the path pattern of `a` match nothing but what that of `b` matches?  False where the
 * text alone does not show it: escapes and path parameters have several readings, and wildcards can
 * meet anywhere. */
static bool path_within(const bx_net_rule *a, const bx_net_rule *b)
{
    if (!b->path)
        return true;
    if (!a->path)
        return false;
    bx_str inner = bx_glob_text(a->path), outer = bx_glob_text(b->path);
    if (bx_str_eq(inner, outer))
        return true;
    if (a->plain || b->plain || a->tidy || b->tidy)
        return false;
    if (literal_len(inner) == inner.n)
        return bx_glob_match(b->path, inner);
    size_t n = literal_len(outer); /* "/v1/" of "/v1/ and two stars" */
    return n > 0 && outer.p[n - 1] == '/' && bx_str_eq(bx_str_from(outer, n), BX_LIT("**")) &&
           bx_str_starts(inner, (bx_str){outer.p, n});
}

/* The rule whose path lies within those of all the others; NULL when the text shows none. */
static const bx_net_rule *innermost(const meet *m, bx_buf *notes)
{
    for (size_t i = 0; i < m->n_from; i++) {
        size_t k = 0;
        while (k < m->n_from && path_within(m->from[i]->rule, m->from[k]->rule))
            k++;
        if (k == m->n_from)
            return m->from[i]->rule;
    }
    note(notes, m->from[0], m->from[m->n_from - 1],
         "whether one path includes the other cannot be told: nothing is left of the two");
    return NULL;
}

static bool all_have_method(const meet *m, bx_str method)
{
    for (size_t i = 0; i < m->n_from; i++)
        if (!bx_net_has_method(m->from[i]->rule, method))
            return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    const bx_str *x = a, *y = b;
    int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return d ? d : (x->n > y->n) - (x->n < y->n);
}

/* "GET,HEAD " or nothing where every method is common; false when none is. */
static bool put_methods(const meet *m, bx_buf *out)
{
    const char *list = NULL;
    for (size_t i = 0; i < m->n_from && !list; i++)
        list = m->from[i]->rule->methods;
    if (!list)
        return true;
    bx_str common[BX_MAX_CAP_TEXT / 2];
    size_t n = 0, kept = 0;
    for (bx_str rest = bx_str_of(list); n < BX_COUNT(common);) {
        const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
        common[n] = (bx_str){rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        size_t used = common[n].n + 1;
        n += all_have_method(m, common[n]);
        if (!comma)
            break;
        rest = bx_str_from(rest, used);
    }
    qsort(common, n, sizeof *common, by_text);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && bx_str_eq(common[i], common[i - 1]))
            continue;
        (void)bx_buf_add_z(out, kept++ ? "," : "");
        (void)bx_buf_add_str(out, common[i]);
    }
    (void)bx_buf_add_z(out, n ? " " : "");
    return n > 0;
}

static void put_host(const bx_net_host *h, bx_buf *out)
{
    char ip[46];
    bool v6 = h->net.net.family == 6;
    switch (h->kind) {
    case BX_HOST_ANY:
        (void)bx_buf_add_c(out, '*');
        return;
    case BX_HOST_NAME:
        (void)bx_buf_add_z(out, h->name);
        return;
    case BX_HOST_SUFFIX:
        (void)bx_buf_addf(out, "*%s", h->name);
        return;
    case BX_HOST_NET:
        bx_ip_print(h->net.net, ip);
        (void)bx_buf_addf(out, v6 ? "[%s]" : "%s", ip);
        if (h->net.bits < (v6 ? 128 : 32))
            (void)bx_buf_addf(out, "/%u", h->net.bits);
        return;
    }
}

static void put_ports(const meet *m, unsigned scheme, bx_buf *out)
{
    if (m->port_from == 1 && m->port_end == BX_PORT_END)
        (void)bx_buf_add_z(out, ":*");
    else if (m->port_end > m->port_from + 1)
        (void)bx_buf_addf(out, ":%" PRIu32 "..%" PRIu32, m->port_from, m->port_end);
    else if (m->port_from != bx_net_default_port(scheme))
        (void)bx_buf_addf(out, ":%" PRIu32, m->port_from);
}

/* False when nothing is common. */
static bool put_rule(const meet *m, bx_buf *notes, bx_buf *out)
{
    const bx_net_rule *inner = innermost(m, notes);
    if (!inner)
        return false;
    (void)bx_buf_add_z(out, m->kind == BX_CAP_FETCH ? "fetch:" : "connect:");
    if (!put_methods(m, out))
        return false;
    (void)bx_buf_addf(out, "%s://", bx_net_scheme_text(inner->schemes));
    put_host(m->host, out);
    put_ports(m, inner->schemes, out);
    if (inner->path)
        (void)bx_buf_add_str(out, bx_glob_text(inner->path));
    return true;
}

/* ---- one combination ------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool join_file(meet *m, const bx_cap *c)
{
    bx_str mine = bx_str_of(m->path), other = bx_str_of(c->path);
    if (bx_path_is_below(other, mine))
        m->path = c->path;
    else if (!bx_path_is_below(mine, other))
        return false;
    m->rights &= rights_of(c->kind);
    return m->rights != 0;
}

static bool join_rule(meet *m, const bx_cap *c)
{
    uint32_t from, end;
    if (c->rule->schemes != m->from[0]->rule->schemes)
        return false;
    ports_of(c->rule, &from, &end);
    m->port_from = from > m->port_from ? from : m->port_from;
    m->port_end = end < m->port_end ? end : m->port_end;
    if (host_within(&c->rule->host, m->host))
        m->host = &c->rule->host;
    else if (!host_within(m->host, &c->rule->host))
        return false;
    return m->port_from < m->port_end;
}

static bool join_env(meet *m, const bx_cap *c, bx_buf *notes)
{
    if (strcmp(m->path, c->path) != 0)
        return false;
    if (!same_text(m->value, c->value)) {
        note(notes, m->from[0], c,
             "the host's value of a variable and a written one, or two written ones, are not "
             "the same: nothing is left of the two");
        return false;
    }
    return true;
}

/* Of two patterns the narrower one, where the text shows which that is. */
static bool join_tool(meet *m, const bx_cap *c, bx_buf *notes)
{
    bx_str a = bx_str_of(m->path), b = bx_str_of(c->path);
    if (bx_tool_name_matches(b, a))
        return true;
    if (bx_tool_name_matches(a, b)) {
        m->path = c->path;
        return true;
    }
    if (memchr(a.p, '*', a.n) && memchr(b.p, '*', b.n))
        note(notes, m->from[0], c,
             "whether one pattern includes the other cannot be told: nothing is left of the two");
    return false;
}

/* Take `c` into the combination; false when nothing is common any more. */
static bool join(meet *m, const bx_cap *c, bx_buf *notes)
{
    bool ok = true;
    if (m->n_from == 0) {
        *m = (meet){.kind = c->kind, .path = c->path, .value = c->value, .size = c->size};
        m->rights = rights_of(c->kind);
        if (c->rule) {
            m->host = &c->rule->host;
            ports_of(c->rule, &m->port_from, &m->port_end);
        }
    } else if (is_file(m->kind)) {
        ok = join_file(m, c);
    } else if (c->rule) {
        ok = join_rule(m, c);
    } else if (m->kind == BX_CAP_ENV) {
        ok = join_env(m, c, notes);
    } else if (m->kind == BX_CAP_TOOL) {
        ok = join_tool(m, c, notes);
    } else {
        ok = same_text(m->path, c->path);
        m->size = c->size < m->size ? c->size : m->size;
    }
    m->from[m->n_from++] = c;
    return ok;
}

/* The combination as a line in `out`; empty when it permits nothing. */
static bx_code print_meet(const meet *m, bx_buf *notes, bx_buf *out, bx_error *err)
{
    static const bx_cap_kind file_kind[] = {
        [CAN_READ] = BX_CAP_READ, [CAN_WRITE] = BX_CAP_WRITE, [CAN_READ | CAN_WRITE] = BX_CAP_RW};
    bx_buf_clear(out);
    if (m->kind == BX_CAP_FETCH || m->kind == BX_CAP_CONNECT) {
        if (!put_rule(m, notes, out))
            bx_buf_clear(out);
        return bx_buf_check(out, err);
    }
    if (m->kind == BX_CAP_ENV) {
        (void)bx_buf_add_z(out, "env:");
        (void)bx_buf_add_z(out, m->path);
        (void)bx_buf_add_z(out, m->value ? "=" : "");
        (void)bx_buf_add_z(out, m->value ? m->value : "");
        return bx_buf_check(out, err);
    }
    bx_cap c = {.kind = is_file(m->kind) ? file_kind[m->rights] : m->kind,
                .path = m->path,
                .size = m->size};
    char text[LINE];
    bx_code rc = bx_cap_print(&c, text, sizeof text, err);
    if (rc == BX_OK)
        (void)bx_buf_add_z(out, text);
    return rc == BX_OK ? bx_buf_check(out, err) : rc;
}

/* ---- collecting ------------------------------------------------------------------------------ */

static bx_code add_line(narrowing *w, bx_str line, bx_error *err)
{
    for (size_t i = 0; i < w->n; i++)
        if (bx_str_eq(line, bx_str_of(w->texts[i])))
            return BX_OK;
    if (w->n == MAX_FOUND)
        return bx_fail(err, BX_ELIMIT, "narrowing: more than %d capabilities", MAX_FOUND);
    bx_cap *found = bx_realloc(w->found, (w->n + 1) * sizeof *found);
    if (found)
        w->found = found;
    char **texts = bx_realloc(w->texts, (w->n + 1) * sizeof *texts);
    if (texts)
        w->texts = texts;
    char *copy = found && texts ? bx_strndup(line.p, line.n) : NULL;
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "narrowing");
    bx_code rc = bx_cap_parse(line, &w->found[w->n], err);
    if (rc != BX_OK) {
        free(copy);
        return bx_wrap(rc, err, "narrowing");
    }
    w->texts[w->n++] = copy;
    return BX_OK;
}

static bool is_carve(bx_cap_kind k) { return k == BX_CAP_DENY || k == BX_CAP_NOT_TOOL; }

static bool same_family(bx_cap_kind a, bx_cap_kind b)
{
    return a == b || (is_file(a) && is_file(b));
}

/* Every combination of one line from each set, from `set` on. */
static bx_code descend(narrowing *w, const meet *so_far, size_t set, bx_error *err)
{
    if (set == w->n_sets) {
        BX_AUTO_BUF line = bx_buf_init(ANY_LINE);
        bx_code rc = print_meet(so_far, &w->notes, &line, err);
        return rc == BX_OK && line.n ? add_line(w, bx_buf_str(&line), err) : rc;
    }
    bx_code rc = BX_OK;
    bx_cap_list caps = w->sets[set].caps;
    for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
        if (set > 0 && !same_family(so_far->kind, caps.at[i].kind))
            continue;
        if (set == 0 && (is_carve(caps.at[i].kind) || caps.at[i].kind == BX_CAP_CLOCK ||
                         caps.at[i].kind == BX_CAP_RANDOM))
            continue; /* these are no rights to have in common: below */
        if (++w->steps > MAX_STEPS)
            return bx_fail(err, BX_ELIMIT, "narrowing: too many combinations of capabilities");
        meet m = *so_far;
        if (join(&m, &caps.at[i], &w->notes))
            rc = descend(w, &m, set + 1, err);
    }
    return rc;
}

static bx_code print_whole(narrowing *w, const bx_cap *c, bx_error *err)
{
    char text[LINE];
    bx_code rc = bx_cap_print(c, text, sizeof text, err);
    return rc == BX_OK ? add_line(w, bx_str_of(text), err) : rc;
}

/* Carve-outs of all; the most restricted clock; the one seed. */
static bx_code add_restrictions(narrowing *w, bx_error *err)
{
    static const int order[] = {[BX_CLOCK_REAL] = 0, [BX_CLOCK_STEP] = 1, [BX_CLOCK_FROZEN] = 2};
    bx_cap clock = {.kind = BX_CAP_CLOCK, .number = BX_CLOCK_REAL};
    bx_cap random = {.kind = BX_CAP_RANDOM, .number = BX_RANDOM_REAL};
    bx_code rc = BX_OK;
    for (size_t s = 0; s < w->n_sets; s++) {
        bx_cap_list caps = w->sets[s].caps;
        for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
            const bx_cap *c = &caps.at[i];
            if (is_carve(c->kind))
                rc = print_whole(w, c, err);
            if (c->kind == BX_CAP_CLOCK && order[c->number] > order[clock.number])
                clock.number = c->number;
            if (c->kind != BX_CAP_RANDOM || c->number != BX_RANDOM_SEEDED)
                continue;
            if (random.number == BX_RANDOM_SEEDED && random.size != c->size)
                return bx_fail(err, BX_EDENIED,
                               "random:seed=%" PRIu64 " and random:seed=%" PRIu64
                               " contradict each other: keep one",
                               random.size, c->size);
            random.number = c->number;
            random.size = c->size;
        }
    }
    if (rc == BX_OK && clock.number != BX_CLOCK_REAL)
        rc = print_whole(w, &clock, err);
    if (rc == BX_OK && random.number != BX_RANDOM_REAL)
        rc = print_whole(w, &random, err);
    return rc;
}

/* Does line `k` permit all that line `i` does?  A deeper file path stays: it may have a mount of
 * its own. */
static bx_code includes(const narrowing *w, size_t k, size_t i, bool *ret, bx_error *err)
{
    const bx_cap *a = &w->found[i], *b = &w->found[k];
    *ret = false;
    if (i == k || !same_family(a->kind, b->kind) || is_carve(a->kind) ||
        (is_file(a->kind) && strcmp(a->path, b->path) != 0))
        return BX_OK;
    meet m = {.n_from = 0};
    if (!join(&m, a, NULL) || !join(&m, b, NULL))
        return BX_OK;
    BX_AUTO_BUF line = bx_buf_init(ANY_LINE);
    bx_code rc = print_meet(&m, NULL, &line, err);
    *ret = rc == BX_OK && bx_str_eq(bx_buf_str(&line), bx_str_of(w->texts[i]));
    return rc;
}

typedef struct picked {
    bx_str text;
    size_t at;
} picked;

_Static_assert(offsetof(picked, text) == 0, "by_text compares the text in front");

/* Moves the lines that no other includes to `ret`, sorted. */
static bx_code pick(narrowing *w, bx_narrowed *ret, bx_error *err)
{
    BX_AUTOFREE picked *list = bx_calloc(w->n + 1, sizeof *list);
    if (!list)
        return bx_fail(err, BX_ENOMEM, "narrowing");
    size_t n = 0, denies = 0;
    for (size_t i = 0; i < w->n; i++) {
        bool covered = false;
        bx_code rc = BX_OK;
        for (size_t k = 0; k < w->n && !covered && rc == BX_OK; k++)
            rc = includes(w, k, i, &covered, err);
        if (rc != BX_OK)
            return rc;
        if (!covered)
            list[n++] = (picked){bx_str_of(w->texts[i]), i};
        denies += w->found[i].kind == BX_CAP_DENY;
    }
    if (n > BX_MAX_CAPS || denies > BX_MAX_DENIES)
        return bx_fail(err, BX_ELIMIT, "narrowing: %zu capabilities, %zu of them deny:, are left",
                       n, denies);
    ret->caps = bx_calloc(n + 1, sizeof *ret->caps);
    if (!ret->caps)
        return bx_fail(err, BX_ENOMEM, "narrowing");
    qsort(list, n, sizeof *list, by_text);
    for (size_t i = 0; i < n; i++) {
        ret->caps[i] = w->found[list[i].at];
        w->found[list[i].at] = (bx_cap){.path = NULL};
    }
    ret->n_caps = n;
    return BX_OK;
}

bx_code bx_narrow(const bx_permit *sets, size_t n, bx_narrowed *ret, bx_error *err)
{
    BX_ASSERT(n > 0 && n <= BX_NARROW_MAX_SETS);
    narrowing w = {.sets = sets, .n_sets = n, .notes = bx_buf_init(MAX_NOTES)};
    bx_narrowed out = {.limits = *sets[0].limits};
    meet none = {.n_from = 0};
    bx_code rc = descend(&w, &none, 0, err);
    if (rc == BX_OK)
        rc = add_restrictions(&w, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&w.notes, err);
    if (rc == BX_OK)
        rc = pick(&w, &out, err);
    for (size_t i = 0; i < w.n; i++) {
        bx_cap_done(&w.found[i]);
        free(w.texts[i]);
    }
    free(w.found);
    free(w.texts);
    if (rc != BX_OK) {
        bx_buf_done(&w.notes);
        return rc;
    }
    for (size_t i = 1; i < n; i++)
        out.limits = bx_limits_min(&out.limits, sets[i].limits);
    out.notes = w.notes;
    *ret = out;
    return BX_OK;
}

void bx_narrowed_done(bx_narrowed *r)
{
    for (size_t i = 0; i < r->n_caps; i++)
        bx_cap_done(&r->caps[i]);
    free(r->caps);
    bx_buf_done(&r->notes);
    *r = (bx_narrowed){.caps = NULL};
}
