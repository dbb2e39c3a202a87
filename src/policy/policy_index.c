/* Finding rules: a call asks for those of its tool's name, of its command's first word and the two
 * first, of the directories above its path, of its host and the domains above; not for all. */
#include "policy/policy_internal.h"

static uint64_t hash_of(unsigned kind, bx_str key)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ kind;
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (uint8_t)key.p[i]) * UINT64_C(1099511628211);
    return h ^ h >> 29;
}

static size_t prefix_of(bx_str s, const char *stops)
{
    size_t n = 0;
    while (n < s.n && !strchr(stops, s.p[n]))
        n++;
    return n;
}

/* The key of a rule.  False: it has none, every call has to look at it. */
static bool key_of(const bx_rule *r, bx_str *ret)
{
    bx_str p = {r->pattern, r->pattern_n};
    size_t n;
    switch (r->kind) {
    case BX_RULE_TOOL:
        *ret = bx_str_of(r->tool);
        ret->n = prefix_of(*ret, "*?");
        return ret->n < 3 * 64;
    case BX_RULE_COMMAND:
        n = prefix_of(p, " \1");
        *ret = (bx_str){p.p, n};
        return n > 0 && n < p.n && p.p[n] == ' ';
    case BX_RULE_PATH:
        n = prefix_of(p, "*?[");
        if (p.n && p.p[0] != '/')
            return false;
        while (n < p.n && n > 0 && p.p[n - 1] != '/')
            n--;
        *ret = (bx_str){p.p, n > 1 && n < p.n ? n - 1 : n};
        return p.n > 0;
    case BX_RULE_DOMAIN:
        *ret = bx_str_of(r->host.name);
        return r->host.kind == BX_HOST_NAME || r->host.kind == BX_HOST_SUFFIX;
    }
    return false;
}

void bx_index_done(rule_index *x)
{
    free(x->slots);
    free(x->buckets);
    for (size_t k = 0; k < BX_COUNT(x->all); k++) {
        free(x->all[k].at);
        free(x->slow[k].at);
    }
    *x = (rule_index){.n = 0};
}

/* Both words of a command's pattern that begins with two and a blank; n == 0: it does not.  A space
 * inside of a word is compared with one between words in some places, so such a word is none. */
static bx_str pair_of(bx_str p, size_t first)
{
    size_t n = first + 1 + prefix_of(bx_str_from(p, first + 1), " \1\2");
    return n < p.n && p.p[n] == ' ' ? (bx_str){p.p, n} : BX_LIT("");
}

static void put(rule_index *x, unsigned kind, bx_str key, uint32_t number)
{
    uint64_t h = hash_of(kind, key);
    uint32_t *bucket = &x->buckets[h & x->mask];
    x->slots[x->n] = (index_slot){.hash = h, .rule = number, .next = *bucket};
    *bucket = (uint32_t)x->n++;
}

static void add(rule_index *x, const bx_rule *r, uint32_t number)
{
    bx_str key, pair = BX_LIT("");
    x->all[r->kind].at[x->all[r->kind].n++] = number;
    x->n_restrictive[r->kind] += r->answer != BX_ANSWER_ALLOW;
    if (r->nowhere)
        return;
    if (!key_of(r, &key)) {
        x->slow[r->kind].at[x->slow[r->kind].n++] = number;
        return;
    }
    if (r->kind == BX_RULE_TOOL)
        x->name_lengths[key.n / 64] |= UINT64_C(1) << (key.n % 64);
    if (r->kind == BX_RULE_COMMAND)
        pair = pair_of((bx_str){r->pattern, r->pattern_n}, key.n);
    if (pair.n)
        put(x, INDEX_PAIR, pair, number);
    put(x, pair.n ? INDEX_PAIRS : r->kind, key, number);
}

bx_code bx_index_build(bx_policy *p, bx_error *err)
{
    rule_index *x = &p->index;
    size_t n = 16;
    while (n < 4 * p->n_rules)
        n *= 2;
    x->mask = n - 1;
    x->buckets = bx_calloc(n, sizeof *x->buckets);
    x->slots = bx_calloc(2 * p->n_rules + 1, sizeof *x->slots);
    bool ok = x->buckets && x->slots;
    for (size_t k = 0; k < BX_COUNT(x->all); k++) {
        x->all[k].at = bx_calloc(p->n_rules + 1, sizeof(uint32_t));
        x->slow[k].at = bx_calloc(p->n_rules + 1, sizeof(uint32_t));
        ok = ok && x->all[k].at && x->slow[k].at;
    }
    if (!ok)
        return bx_fail(err, BX_ENOMEM, "policy");
    memset(x->buckets, 0xff, n * sizeof *x->buckets);
    for (size_t i = p->n_rules; i-- > 0;) /* so that the first comes first in its bucket */
        add(x, p->rules[i], (uint32_t)i);
    return BX_OK;
}

static uint32_t from(const rule_index *x, index_at *at)
{
    while (at->slot != INDEX_END && x->slots[at->slot].hash != at->hash)
        at->slot = x->slots[at->slot].next;
    return at->slot == INDEX_END ? INDEX_END : x->slots[at->slot].rule;
}

uint32_t bx_index_first(const rule_index *x, unsigned kind, bx_str key, index_at *at)
{
    at->hash = hash_of(kind, key);
    at->slot = x->buckets[at->hash & x->mask];
    return from(x, at);
}

uint32_t bx_index_next(const rule_index *x, index_at *at)
{
    at->slot = x->slots[at->slot].next;
    return from(x, at);
}
