/* Arrays of the shell.  An indexed array is a row of (index, text) sorted by index, with room at
 * both ends, so that appending, prepending and taking away at either end cost little.  An
 * associative array is a chained hash table whose parameters (FNV-1, 1024 buckets that grow by four
 * when there are twice as many elements, new elements first) give the order in which bash 5.2 lists
 * the elements. */
#include "shell/vars_in.h"

typedef struct element {
    int64_t index;
    char *s;
    size_t n, cap;
} element;

struct sh_indexed {
    element *room;
    size_t cap, start, n; /* the elements are room[start] ... */
};

static void text_put(char **s, size_t *n, size_t *cap, const char *from, size_t k, bool append)
{
    size_t at = append ? *n : 0;
    if (!*s || at + k + 1 > *cap) {
        size_t c = at + k + 1;
        if (append && c < *cap + *cap / 2)
            c = *cap + *cap / 2;
        *s = sh_realloc(*s, c);
        *cap = c;
    }
    memmove(*s + at, from, k);
    (*s)[at + k] = 0;
    *n = at + k;
}

sh_indexed *sh_indexed_copy_(const sh_indexed *ix)
{
    if (!ix)
        return NULL;
    sh_indexed *c = sh_alloc(sizeof *c);
    c->room = sh_realloc(NULL, (ix->n + 1) * sizeof *c->room);
    c->cap = ix->n + 1;
    c->n = ix->n;
    for (size_t i = 0; i < ix->n; i++) {
        const element *e = &ix->room[ix->start + i];
        c->room[i] = (element){e->index, sh_strndup(e->s, e->n), e->n, e->n + 1};
    }
    return c;
}

void sh_indexed_empty_(sh_var *v)
{
    sh_indexed *ix = v->ix;
    if (!ix)
        return;
    for (size_t i = 0; i < ix->n; i++)
        free(ix->room[ix->start + i].s);
    ix->start = ix->n = 0;
}

void sh_indexed_free_(sh_indexed *ix)
{
    if (!ix)
        return;
    for (size_t i = 0; i < ix->n; i++)
        free(ix->room[ix->start + i].s);
    free(ix->room);
    free(ix);
}

/* The place of the first element with an index >= `index`. */
static size_t place(const sh_indexed *ix, int64_t index)
{
    const element *e = ix->room + ix->start;
    size_t n = ix->n;
    if (n == 0 || e[n - 1].index < index)
        return n;
    if (index >= 0 && (uint64_t)index < n && e[index].index == index)
        return (size_t)index;
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (e[mid].index < index)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Make a hole at place `at`. */
static element *open_place(sh_indexed *ix, size_t at)
{
    bool front = at < ix->n / 2 + (ix->n == 1 && at == 0);
    bool room = front ? ix->start > 0 : ix->start + ix->n < ix->cap;
    if (!room) {
        size_t spare = ix->n / 2 + 4;
        element *r = sh_realloc(NULL, (ix->n + spare + 1) * sizeof *r);
        size_t start = front ? spare : 0;
        if (ix->n)
            memcpy(r + start, ix->room + ix->start, ix->n * sizeof *r);
        free(ix->room);
        ix->room = r;
        ix->cap = ix->n + spare + 1;
        ix->start = start;
    }
    element *e = ix->room + ix->start;
    if (front) {
        memmove(e - 1, e, at * sizeof *e);
        ix->start--;
    } else {
        memmove(e + at + 1, e + at, (ix->n - at) * sizeof *e);
    }
    ix->n++;
    return &ix->room[ix->start + at];
}

void sh_indexed_store_(sh_var *v, int64_t index, const char *s, size_t n, bool append)
{
    if (!v->ix)
        v->ix = sh_alloc(sizeof *v->ix);
    sh_indexed *ix = v->ix;
    v->attrs |= SH_A_SET;
    size_t at = place(ix, index);
    element *e;
    if (at < ix->n && ix->room[ix->start + at].index == index) {
        e = &ix->room[ix->start + at];
    } else {
        e = open_place(ix, at);
        *e = (element){.index = index};
    }
    text_put(&e->s, &e->n, &e->cap, s, n, append);
}

void sh_indexed_put(sh_var *v, int64_t index, const char *s, size_t n, bool append)
{
    sh_var_touch(v);
    sh_indexed_store_(v, index, s, n, append);
}

const char *sh_indexed_get(const sh_var *v, int64_t index)
{
    const sh_indexed *ix = v->ix;
    if (!ix)
        return NULL;
    size_t at = place(ix, index);
    const element *e = ix->room + ix->start + at;
    return at < ix->n && e->index == index ? e->s : NULL;
}

void sh_indexed_remove(sh_var *v, int64_t index)
{
    sh_indexed *ix = v->ix;
    if (!ix || !sh_indexed_get(v, index))
        return;
    sh_var_touch(v);
    ix = v->ix;
    size_t at = place(ix, index);
    element *e = ix->room + ix->start;
    free(e[at].s);
    if (at < ix->n / 2) {
        memmove(e + 1, e, at * sizeof *e);
        ix->start++;
    } else {
        memmove(e + at, e + at + 1, (ix->n - at - 1) * sizeof *e);
    }
    ix->n--;
}

int64_t sh_index_of(const sh_var *v, int64_t i)
{
    return i < 0 ? (int64_t)((uint64_t)i + (uint64_t)sh_indexed_last(v) + 1) : i;
}

int64_t sh_indexed_last(const sh_var *v)
{
    if (!(v->attrs & SH_A_ARRAY))
        return v->attrs & SH_A_SET ? 0 : -1;
    return v->ix && v->ix->n ? v->ix->room[v->ix->start + v->ix->n - 1].index : -1;
}

bool sh_indexed_at(const sh_var *v, size_t nth, int64_t *ret_index, const char **ret)
{
    if (!v->ix || nth >= v->ix->n)
        return false;
    const element *e = &v->ix->room[v->ix->start + nth];
    if (ret_index)
        *ret_index = e->index;
    *ret = e->s;
    return true;
}

size_t sh_indexed_from(const sh_var *v, int64_t index) { return v->ix ? place(v->ix, index) : 0; }

/* ---- associative ---- */

typedef struct entry {
    struct entry *next;
    char *s;
    size_t n, cap;
    uint32_t hash;
    char key[];
} entry;

struct sh_assoc {
    entry **bucket;
    size_t n_buckets, n;
};

enum { BUCKETS = 1024 };

static uint32_t key_hash(const char *key)
{
    uint32_t h = 2166136261u;
    for (; *key; key++) {
        int c = (signed char)*key; /* as x86 has them */
        h = h * 16777619u ^ (uint32_t)c;
    }
    return h;
}

static sh_assoc *assoc_new(size_t n_buckets)
{
    sh_assoc *as = sh_alloc(sizeof *as);
    as->bucket = sh_alloc(n_buckets * sizeof(entry *));
    as->n_buckets = n_buckets;
    return as;
}

sh_assoc *sh_assoc_copy_(const sh_assoc *as)
{
    if (!as)
        return NULL;
    sh_assoc *c = assoc_new(as->n_buckets);
    c->n = as->n;
    for (size_t b = 0; b < as->n_buckets; b++) {
        entry **to = &c->bucket[b];
        for (const entry *e = as->bucket[b]; e; e = e->next) {
            size_t size = sizeof *e + strlen(e->key) + 1;
            entry *x = sh_realloc(NULL, size);
            memcpy(x, e, size);
            x->s = sh_strndup(e->s, e->n);
            x->cap = e->n + 1;
            x->next = NULL;
            *to = x;
            to = &x->next;
        }
    }
    return c;
}

void sh_assoc_free_(sh_assoc *as)
{
    if (!as)
        return;
    for (size_t b = 0; b < as->n_buckets; b++)
        while (as->bucket[b]) {
            entry *e = as->bucket[b];
            as->bucket[b] = e->next;
            free(e->s);
            free(e);
        }
    free(as->bucket);
    free(as);
}

static entry **find_entry(const sh_assoc *as, const char *key, uint32_t hash)
{
    entry **at = &as->bucket[hash & (as->n_buckets - 1)];
    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

const char *sh_assoc_get(const sh_var *v, const char *key)
{
    const entry *e = v->as ? *find_entry(v->as, key, key_hash(key)) : NULL;
    return e ? e->s : NULL;
}

static void assoc_grow(sh_assoc *as)
{
    size_t n = as->n_buckets * 4;
    entry **bucket = sh_alloc(n * sizeof(entry *));
    for (size_t b = 0; b < as->n_buckets; b++)
        while (as->bucket[b]) {
            entry *e = as->bucket[b];
            as->bucket[b] = e->next;
            e->next = bucket[e->hash & (n - 1)];
            bucket[e->hash & (n - 1)] = e;
        }
    free(as->bucket);
    as->bucket = bucket;
    as->n_buckets = n;
}

void sh_assoc_put(sh_var *v, const char *key, const char *s, size_t n, bool append)
{
    sh_var_touch(v);
    if (!v->as)
        v->as = assoc_new(BUCKETS);
    sh_assoc *as = v->as;
    v->attrs |= SH_A_SET;
    uint32_t hash = key_hash(key);
    entry *e = *find_entry(as, key, hash);
    if (!e) {
        if (as->n >= as->n_buckets * 2)
            assoc_grow(as);
        size_t k = strlen(key) + 1;
        e = sh_alloc(sizeof *e + k);
        memcpy(e->key, key, k);
        e->hash = hash;
        entry **at = &as->bucket[hash & (as->n_buckets - 1)];
        e->next = *at;
        *at = e;
        as->n++;
    }
    text_put(&e->s, &e->n, &e->cap, s, n, append);
}

void sh_assoc_remove(sh_var *v, const char *key)
{
    if (!v->as || !sh_assoc_get(v, key))
        return;
    sh_var_touch(v);
    entry **at = find_entry(v->as, key, key_hash(key));
    entry *e = *at;
    *at = e->next;
    free(e->s);
    free(e);
    v->as->n--;
}

/* ---- both ---- */

size_t sh_var_count(sh_var *v)
{
    if (v->attrs & SH_A_ARRAY)
        return v->ix ? v->ix->n : 0;
    if (v->attrs & SH_A_ASSOC)
        return v->as ? v->as->n : 0;
    return v->attrs & SH_A_SET ? 1 : 0;
}

static bool walk_assoc(const sh_assoc *as, sh_walk *w)
{
    const entry *e = w->p;
    if (!as)
        return false;
    e = e ? e->next : NULL;
    while (!e && w->i < as->n_buckets)
        e = as->bucket[w->i++];
    w->p = e;
    if (e) {
        w->key = e->key;
        w->value = e->s;
    }
    return e != NULL;
}

bool sh_walk_next(const sh_var *v, sh_walk *w)
{
    if (v->attrs & SH_A_ASSOC)
        return walk_assoc(v->as, w);
    w->key = NULL;
    if (v->attrs & SH_A_ARRAY)
        return sh_indexed_at(v, w->i++, &w->index, &w->value);
    w->index = 0;
    w->value = v->s;
    return w->i++ == 0 && (v->attrs & SH_A_SET);
}
