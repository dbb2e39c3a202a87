/* Arrays of awk: a table of hashes over elements in the order in which they were made. */
#include "programs/lines/awk.h"

#include "programs/common/prog_text.h"

typedef struct element {
    awk_str *key; /* NULL: deleted */
    uint32_t hash;
    uint32_t next; /* of the same bucket: an index plus one */
    awk_val val;
} element;

struct awk_array {
    element **blocks; /* of BLOCK elements: they do not move */
    size_t n_blocks, cap_blocks;
    size_t used; /* elements, deleted ones included */
    size_t count;
    uint32_t *buckets;
    size_t n_buckets;
    bool begins_text; /* the first key is no whole number: they all are ordered as strings */
    uint32_t pins;    /* who still uses it; then it is freed by the last of them */
    bool is_orphan;
};

enum { BLOCK_BITS = 6, BLOCK = 1 << BLOCK_BITS, FIRST_BUCKETS = 16 };

static element *at(const awk_array *a, size_t i)
{
    return &a->blocks[i >> BLOCK_BITS][i & (BLOCK - 1)];
}

awk_array *awk_array_new(void) { return prog_zalloc(1, sizeof(awk_array)); }

static void drop_val(awk_val *v)
{
    if (v->type == AWK_ARRAY)
        awk_array_free(v->array);
    else
        awk_drop(v);
}

void awk_array_clear(awk_array *a)
{
    for (size_t i = 0; i < a->used; i++) {
        element *e = at(a, i);
        if (e->key) {
            awk_unref(e->key);
            drop_val(&e->val);
        }
    }
    for (size_t i = 0; i < a->n_blocks; i++)
        free(a->blocks[i]);
    free(a->blocks);
    free(a->buckets);
    *a = (awk_array){.pins = a->pins, .is_orphan = a->is_orphan};
}

void awk_array_free(awk_array *a)
{
    awk_array_clear(a);
    a->is_orphan = true;
    if (a->pins == 0)
        free(a);
}

void awk_array_pin(awk_array *a) { a->pins++; }

bool awk_array_is_orphan(const awk_array *a) { return a->is_orphan; }

bool awk_array_unpin(awk_array *a)
{
    if (a->pins == 0)
        return false;
    if (--a->pins == 0 && a->is_orphan)
        awk_array_free(a);
    return true;
}

size_t awk_array_count(const awk_array *a) { return a->count; }

static uint32_t hash_of(const char *p, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)p[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool is_whole(const char *key, size_t n)
{
    size_t i = n > 1 && key[0] == '-';
    if (n == i || n > 15 || (key[i] == '0' && n > i + 1))
        return false;
    for (; i < n; i++)
        if (!prog_is_digit(key[i]))
            return false;
    return true;
}

static void link_up(awk_array *a, size_t i)
{
    element *e = at(a, i);
    uint32_t *bucket = &a->buckets[e->hash & (a->n_buckets - 1)];
    e->next = *bucket;
    *bucket = (uint32_t)i + 1;
}

static void rehash(awk_array *a, size_t n)
{
    free(a->buckets);
    a->buckets = prog_zalloc(n, sizeof *a->buckets);
    a->n_buckets = n;
    for (size_t i = 0; i < a->used; i++)
        if (at(a, i)->key)
            link_up(a, i);
}

static element *find(const awk_array *a, const char *key, size_t n, uint32_t hash)
{
    if (a->n_buckets == 0)
        return NULL;
    for (uint32_t i = a->buckets[hash & (a->n_buckets - 1)]; i;) {
        element *e = at(a, i - 1);
        if (e->hash == hash && e->key->n == n && (n == 0 || memcmp(e->key->p, key, n) == 0))
            return e;
        i = e->next;
    }
    return NULL;
}

awk_val *awk_array_find(awk_array *a, const char *key, size_t n)
{
    element *e = find(a, key, n, hash_of(key, n));
    return e ? &e->val : NULL;
}

awk_val *awk_array_get(awk_array *a, const char *key, size_t n)
{
    uint32_t hash = hash_of(key, n);
    element *e = find(a, key, n, hash);
    if (e)
        return &e->val;
    if (a->used >= UINT32_MAX - 1)
        awk_fatal("an array has too many elements");
    if (a->used + 1 > a->n_buckets)
        rehash(a, a->n_buckets ? a->n_buckets * 2 : FIRST_BUCKETS);
    if (a->used == a->n_blocks * BLOCK) {
        a->blocks = prog_grow(a->blocks, &a->cap_blocks, a->n_blocks, sizeof *a->blocks);
        a->blocks[a->n_blocks++] = prog_zalloc(BLOCK, sizeof(element));
    }
    if (a->used == 0)
        a->begins_text = !is_whole(key, n);
    e = at(a, a->used++);
    *e = (element){.key = awk_str_new(key, n), .hash = hash};
    link_up(a, a->used - 1);
    a->count++;
    return &e->val;
}

void awk_array_delete(awk_array *a, const char *key, size_t n)
{
    uint32_t hash = hash_of(key, n);
    element *e = find(a, key, n, hash);
    if (!e)
        return;
    uint32_t *link = &a->buckets[hash & (a->n_buckets - 1)];
    while (at(a, *link - 1) != e)
        link = &at(a, *link - 1)->next;
    *link = e->next;
    awk_unref(e->key);
    drop_val(&e->val);
    *e = (element){0};
    if (--a->count == 0)
        awk_array_clear(a);
}

awk_val *awk_array_at(awk_array *a, double index)
{
    awk_str *key = awk_num_to_str(index, "%.6g");
    awk_val *v = awk_array_get(a, key->p, key->n);
    awk_unref(key);
    return v;
}

void awk_array_set_z(awk_array *a, const char *key, awk_val v)
{
    awk_val *to = awk_array_get(a, key, strlen(key));
    drop_val(to);
    *to = v;
}

awk_val awk_array_copied(const awk_val *v)
{
    if (v->type != AWK_ARRAY)
        return awk_copy(v);
    awk_array *to = awk_array_new();
    for (size_t i = 0; i < v->array->used; i++) {
        const element *e = at(v->array, i);
        if (e->key)
            *awk_array_get(to, e->key->p, e->key->n) = awk_array_copied(&e->val);
    }
    return (awk_val){.type = AWK_ARRAY, .array = to};
}

/* --- elements in an order ----------------------------------------------------------------------
 */

/* A key that is a whole number as it would be printed: its value, else -1. */
static int64_t index_of(const awk_str *s)
{
    int64_t n = 0;
    if (s->n == 0 || s->n > 15 || (s->p[0] == '0' && s->n > 1))
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        if (!prog_is_digit(s->p[i]))
            return -1;
        n = n * 10 + (s->p[i] - '0');
    }
    return n;
}

typedef int compare_fn(const awk_item *a, const awk_item *b);

/* By merging: stable, never quadratic. */
static void sort(awk_item *items, size_t n, compare_fn *f)
{
    awk_item *from = items, *spare = prog_zalloc(n + 1, sizeof *spare), *to = spare;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t a = i, mid = i + width < n ? i + width : n;
            size_t b = mid, end = mid + width < n ? mid + width : n;
            for (size_t k = i; k < end; k++)
                to[k] = a < mid && (b >= end || f(&from[a], &from[b]) <= 0) ? from[a++] : from[b++];
        }
        awk_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
    free(spare);
}

static int by_index(const awk_item *a, const awk_item *b)
{
    return a->val.num < b->val.num ? -1 : a->val.num > b->val.num;
}

/* The order in which gawk's table has strings, as people's expected outputs show it: buckets by a
 * polynomial of the bytes, in each the last one first; 13 buckets at first, more when there are
 * three keys for each. */
static uint32_t order_hash(const awk_str *s)
{
    uint32_t h = 0;
    for (size_t i = 0; i < s->n; i++) { /* of signed bytes */
        uint32_t byte = (uint8_t)s->p[i];
        h = h * 65599u + (byte >= 128 ? byte - 256u : byte);
    }
    return h;
}

typedef struct order {
    uint32_t *heads, *next, *hash; /* indices plus one */
    size_t size;
} order;

static void insert(order *o, size_t i)
{
    uint32_t *head = &o->heads[o->hash[i] % o->size];
    o->next[i] = *head;
    *head = (uint32_t)i + 1;
}

static void grow_order(order *o)
{
    static const size_t sizes[] = {13, 127, 1021, 8191, 131071, 1048573, 8388593, 16777213};
    size_t k = 0, old_size = o->size;
    while (k + 1 < BX_COUNT(sizes) && sizes[k] <= old_size)
        k++;
    uint32_t *old = o->heads;
    o->size = sizes[k];
    o->heads = prog_zalloc(o->size, sizeof *o->heads);
    for (size_t b = 0; b < old_size; b++)
        for (uint32_t i = old[b], next; i; i = next) {
            next = o->next[i - 1];
            insert(o, i - 1);
        }
    free(old);
}

static void order_strings(awk_item *items, size_t n)
{
    order o = {.next = prog_zalloc(n + 1, sizeof(uint32_t)),
               .hash = prog_zalloc(n + 1, sizeof(uint32_t))};
    grow_order(&o);
    for (size_t i = 0; i < n; i++) {
        o.hash[i] = order_hash(items[i].key);
        if ((i + 1) / o.size > 2 && o.size < 16777213)
            grow_order(&o);
        insert(&o, i);
    }
    awk_item *copy = prog_zalloc(n + 1, sizeof *copy);
    size_t k = 0;
    for (size_t b = 0; b < o.size; b++)
        for (uint32_t i = o.heads[b]; i; i = o.next[i - 1])
            copy[k++] = items[i - 1];
    memcpy(items, copy, n * sizeof *items);
    free(copy);
    free(o.heads);
    free(o.next);
    free(o.hash);
}

/* Is it one of the keys that come last, in the order of numbers? */
static bool is_ordered(const awk_array *a, const awk_str *key)
{
    return key && !a->begins_text && index_of(key) >= 0;
}

size_t awk_array_items(awk_array *a, awk_item **ret)
{
    awk_item *items = prog_zalloc(a->count + 1, sizeof *items);
    size_t n = 0, numbers = 0;
    for (size_t i = 0; i < a->used; i++)
        numbers += is_ordered(a, at(a, i)->key);
    size_t first_number = a->count - numbers, at_number = first_number;
    for (size_t i = 0; i < a->used; i++) {
        const element *e = at(a, i);
        if (!e->key)
            continue;
        bool ordered = is_ordered(a, e->key);
        int64_t index = index_of(e->key);
        awk_item *item = &items[ordered ? at_number++ : n++];
        *item = (awk_item){awk_ref(e->key), awk_number((double)index)};
    }
    order_strings(items, first_number);
    sort(items + first_number, numbers, by_index);
    for (size_t i = 0; i < a->count; i++)
        items[i].val = awk_copy(awk_array_find(a, items[i].key->p, items[i].key->n));
    *ret = items;
    return a->count;
}

void awk_items_free(awk_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        awk_unref(items[i].key);
        awk_drop(&items[i].val);
    }
    free(items);
}

/* --- the orders of PROCINFO["sorted_in"] and asort ---------------------------------------------
 */

static int sign = 1;          /* -1: descending */
static int32_t function = -1; /* the user's */

static int compare_keys(const awk_item *a, const awk_item *b)
{
    awk_val x = awk_string(a->key), y = awk_string(b->key);
    return sign * awk_compare(&x, &y);
}

static int compare_num_keys(const awk_item *a, const awk_item *b)
{
    awk_val x = awk_string(a->key), y = awk_string(b->key);
    double p = awk_to_num(&x), q = awk_to_num(&y);
    return p < q ? -sign : p > q ? sign : compare_keys(a, b);
}

static int rank(const awk_val *v) /* numbers, strings, arrays */
{
    return v->type == AWK_ARRAY ? 2 : v->type == AWK_STR ? 1 : 0;
}

static int compare_types(const awk_item *a, const awk_item *b)
{
    awk_val x = a->val, y = b->val;
    awk_settle(&x);
    awk_settle(&y);
    if (rank(&x) != rank(&y))
        return sign * (rank(&x) - rank(&y));
    int d = rank(&x) == 2 ? 0 : awk_compare(&x, &y);
    return d ? sign * d : compare_num_keys(a, b);
}

static int compare_strings(const awk_item *a, const awk_item *b)
{
    if (a->val.type == AWK_ARRAY || b->val.type == AWK_ARRAY)
        return compare_types(a, b);
    awk_val x = awk_string(awk_to_str(&a->val)), y = awk_string(awk_to_str(&b->val));
    int d = awk_compare(&x, &y);
    awk_drop(&x);
    awk_drop(&y);
    return d ? sign * d : compare_keys(a, b);
}

static int compare_numbers(const awk_item *a, const awk_item *b)
{
    if (a->val.type == AWK_ARRAY || b->val.type == AWK_ARRAY)
        return compare_types(a, b);
    double x = awk_to_num(&a->val), y = awk_to_num(&b->val);
    return x < y ? -sign : x > y ? sign : compare_strings(a, b);
}

static int compare_function(const awk_item *a, const awk_item *b)
{
    awk_val args[4] = {awk_string(awk_ref(a->key)), awk_copy(&a->val), awk_string(awk_ref(b->key)),
                       awk_copy(&b->val)};
    awk_val v = awk_call(function, args, 4);
    double d = awk_to_num(&v);
    awk_drop(&v);
    return d < 0 ? -1 : d > 0;
}

bool awk_sort_items(awk_item *items, size_t n, bx_str how)
{
    static const struct {
        const char *name;
        compare_fn *f;
    } orders[] = {{"@ind_str_", compare_keys},
                  {"@ind_num_", compare_num_keys},
                  {"@val_str_", compare_strings},
                  {"@val_num_", compare_numbers},
                  {"@val_type_", compare_types}};
    if (bx_str_eq(how, BX_LIT("@unsorted")))
        return true;
    for (size_t i = 0; i < BX_COUNT(orders); i++) {
        bx_str name = bx_str_of(orders[i].name);
        if (!bx_str_starts(how, name))
            continue;
        bx_str end = bx_str_from(how, name.n);
        if (!bx_str_eq(end, BX_LIT("asc")) && !bx_str_eq(end, BX_LIT("desc")))
            return false;
        sign = end.p[0] == 'a' ? 1 : -1;
        sort(items, n, orders[i].f);
        return true;
    }
    for (size_t i = 0; i < awk_p.n_funcs; i++) {
        const awk_str *name = awk_p.funcs[i].name;
        if (!bx_str_eq((bx_str){name->p, name->n}, how))
            continue;
        int32_t before = function;
        function = (int32_t)i;
        sort(items, n, compare_function);
        function = before;
        return true;
    }
    return false;
}
