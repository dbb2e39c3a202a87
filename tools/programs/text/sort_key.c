/* text/sort_key.c - what -k says, and which part of a line a key is. */
#include "programs/text/sort.h"

static BX_NORETURN void bad_spec(const char *spec, const char *why)
{
    prog_die(0, "%s: invalid field specification %s", why, prog_quote(spec));
}

/* Digits at s, saturated; *end: behind them. */
static uint64_t count(const char *s, const char **end, const char *why)
{
    if (!prog_is_digit(*s))
        prog_die(0, "%s: invalid count at start of %s", why, prog_quote(s));
    uint64_t n = 0;
    for (; prog_is_digit(*s); s++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n))
            n = UINT64_MAX;
    *end = s;
    return n;
}

static const char kind_letters[] = "nghMVR"; /* as sort_by, from 1 on */

bool sort_key_letter(sort_key *k, char c, bool from_part, bool to_part)
{
    switch (c) {
    case 'b':
        k->skip_from |= from_part;
        k->skip_to |= to_part;
        return true;
    case 'd':
        k->dictionary = true;
        return true;
    case 'f':
        k->fold = true;
        return true;
    case 'i':
        k->printable = true;
        return true;
    case 'r':
        k->reverse = true;
        return true;
    default:
        break;
    }
    const char *hit = c ? strchr(kind_letters, c) : NULL;
    if (!hit)
        return false;
    k->kinds |= 1u << (hit - kind_letters + 1);
    return true;
}

bool sort_key_is_default(const sort_key *k)
{
    return !(k->skip_from || k->skip_to || k->kinds || k->fold || k->dictionary || k->printable);
}

static const char *letters(sort_key *k, const char *s, bool from_part, bool to_part)
{
    while (sort_key_letter(k, *s, from_part, to_part))
        s++;
    return s;
}

void sort_key_parse(const char *text, sort_key *ret)
{
    sort_key k = {.to_field = UINT64_MAX};
    const char *s;
    uint64_t n = count(text, &s, "invalid number at field start");
    if (n == 0)
        bad_spec(text, "field number is zero");
    k.from_field = n - 1;
    if (*s == '.') {
        n = count(s + 1, &s, "invalid number after '.'");
        if (n == 0)
            bad_spec(text, "character offset is zero");
        k.from_char = n - 1;
    }
    s = letters(&k, s, true, false);
    if (*s == ',') {
        n = count(s + 1, &s, "invalid number after ','");
        if (n == 0)
            bad_spec(text, "field number is zero");
        k.to_field = n - 1;
        if (*s == '.')
            k.to_char = count(s + 1, &s, "invalid number after '.'");
        s = letters(&k, s, false, true);
    }
    if (*s)
        bad_spec(text, "stray character in field spec");
    *ret = k;
}

bool sort_key_old(const char *text, bool begin, sort_key *ret)
{
    const char *s = text + 1;
    if (!prog_is_digit(*s) && *s != '.')
        return false;
    uint64_t field = 0, character = 0;
    if (prog_is_digit(*s))
        field = count(s, &s, "");
    if (*s == '.') {
        if (!prog_is_digit(s[1]))
            return false;
        character = count(s + 1, &s, "");
    }
    if (begin) {
        *ret = (sort_key){.from_field = field, .from_char = character, .to_field = UINT64_MAX};
    } else {
        /* "-F.C" ends before what it names; C 0: at the end of field F */
        ret->to_field = character ? field : field - 1;
        ret->to_char = character;
        if (!character && field == 0) {
            ret->to_field = 0;
            ret->to_char = UINT64_MAX - 1; /* an empty key */
        }
    }
    s = letters(ret, s, begin, !begin);
    return *s == '\0';
}

/* Choose how the key is compared, or refuse what contradicts itself. */
static void settle(sort_key *k)
{
    static const sort_by order[] = {SORT_NUMERIC, SORT_GENERAL, SORT_HUMAN,
                                    SORT_MONTH,   SORT_RANDOM,  SORT_VERSION};
    unsigned others = k->kinds & (1u << SORT_VERSION | 1u << SORT_RANDOM);
    int kinds = __builtin_popcount(k->kinds & ~others);
    if (kinds + (others || k->dictionary || k->printable) > 1) {
        char text[12];
        size_t n = 0;
        for (const char *c = "dfghiMnRV"; *c; c++) {
            const char *hit = strchr(kind_letters, *c);
            if (hit         ? k->kinds >> (hit - kind_letters + 1) & 1
                : *c == 'd' ? k->dictionary
                : *c == 'f' ? k->fold
                            : k->printable && !k->dictionary)
                text[n++] = *c;
        }
        prog_die(0, "options '-%.*s' are incompatible", (int)n, text);
    }
    for (size_t i = 0; i < BX_COUNT(order) && k->by == SORT_TEXT; i++)
        if (k->kinds >> order[i] & 1)
            k->by = order[i];
}

void sort_rules_finish(sort_rules *r)
{
    for (size_t i = 0; i < r->n_keys; i++) {
        sort_key *k = &r->keys[i];
        if (!sort_key_is_default(k) || k->reverse)
            continue;
        const sort_key *g = &r->global;
        k->skip_from = g->skip_from;
        k->skip_to = g->skip_to;
        k->kinds = g->kinds;
        k->fold = g->fold;
        k->dictionary = g->dictionary;
        k->printable = g->printable;
        k->reverse = g->reverse;
    }
    if (r->n_keys == 0 && !sort_key_is_default(&r->global)) {
        r->keys = prog_alloc(sizeof *r->keys);
        r->keys[0] = r->global;
        r->keys[0].to_field = UINT64_MAX;
        r->n_keys = 1;
    }
    for (size_t i = 0; i < r->n_keys; i++)
        settle(&r->keys[i]);
    r->plain = r->n_keys == 0;
    r->last_resort = !r->stable && !r->unique;
}

/* ---- parts of lines -----------------------------------------------------------------------------
 */

static const char *skip_fields(const sort_rules *r, const char *p, const char *end, uint64_t n)
{
    if (r->tab >= 0) {
        for (; n > 0 && p < end; n--) {
            p = (const char *)prog_find((const uint8_t *)p, (const uint8_t *)end, (uint8_t)r->tab);
            if (p < end)
                p++;
        }
        return p;
    }
    for (; n > 0 && p < end; n--) {
        while (p < end && (prog_is_blank(*p) || *p == '\n'))
            p++;
        while (p < end && !prog_is_blank(*p) && *p != '\n')
            p++;
    }
    return p;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (prog_is_blank(*p) || *p == '\n'))
        p++;
    return p;
}

static const char *key_end(const sort_rules *r, const sort_key *k, const char *p, const char *end)
{
    if (k->to_field == UINT64_MAX)
        return end;
    if (k->to_char == UINT64_MAX - 1)
        return p;
    uint64_t fields = k->to_field + (k->to_char == 0);
    if (r->tab >= 0) {
        for (; fields > 0 && p < end; fields--) {
            p = (const char *)prog_find((const uint8_t *)p, (const uint8_t *)end, (uint8_t)r->tab);
            if (p < end && (fields > 1 || k->to_char))
                p++;
        }
    } else {
        p = skip_fields(r, p, end, fields);
    }
    if (k->to_char) {
        if (k->skip_to)
            p = skip_blanks(p, end);
        p = (uint64_t)(end - p) > k->to_char ? p + k->to_char : end;
    }
    return p;
}

bx_str sort_key_part(const sort_rules *r, const sort_key *k, bx_str line)
{
    const char *end = line.p + line.n, *from = line.p;
    if (k->from_field)
        from = skip_fields(r, from, end, k->from_field);
    if (k->skip_from)
        from = skip_blanks(from, end);
    from = (uint64_t)(end - from) > k->from_char ? from + k->from_char : end;
    const char *to = key_end(r, k, line.p, end);
    return (bx_str){from, to > from ? (size_t)(to - from) : 0};
}
