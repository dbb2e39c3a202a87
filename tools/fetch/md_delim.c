#include "fetch/md_delim.h"

enum { ROUNDS = 16, MAX_OPEN = 8 };

/* Readers differ on whether a symbol counts as punctuation (CommonMark 0.31 says so, 0.30 did not),
 * so what stands beside one must work either way. */
typedef enum cls { LETTER, BLANK, PUNCT, SYMBOL } cls;

static const struct range {
    uint32_t from, to;
    cls is;
} ranges[] = {
    {0xa0, 0xa0, BLANK},       {0xa1, 0xa1, PUNCT},        {0xa2, 0xa6, SYMBOL},
    {0xa7, 0xa7, PUNCT},       {0xa8, 0xa9, SYMBOL},       {0xab, 0xab, PUNCT},
    {0xac, 0xac, SYMBOL},      {0xae, 0xb1, SYMBOL},       {0xb4, 0xb4, SYMBOL},
    {0xb6, 0xb7, PUNCT},       {0xb8, 0xb8, SYMBOL},       {0xbb, 0xbb, PUNCT},
    {0xbf, 0xbf, PUNCT},       {0xd7, 0xd7, SYMBOL},       {0xf7, 0xf7, SYMBOL},
    {0x2c2, 0x2c5, SYMBOL},    {0x2d2, 0x2df, SYMBOL},     {0x375, 0x375, SYMBOL},
    {0x37e, 0x37e, PUNCT},     {0x384, 0x385, SYMBOL},     {0x387, 0x387, PUNCT},
    {0x55a, 0x55f, PUNCT},     {0x589, 0x58a, PUNCT},      {0x5be, 0x5be, PUNCT},
    {0x5c0, 0x5c0, PUNCT},     {0x5c3, 0x5c3, PUNCT},      {0x5c6, 0x5c6, PUNCT},
    {0x5f3, 0x5f4, PUNCT},     {0x609, 0x60d, PUNCT},      {0x61b, 0x61b, PUNCT},
    {0x61d, 0x61f, PUNCT},     {0x66a, 0x66d, PUNCT},      {0x6d4, 0x6d4, PUNCT},
    {0x964, 0x965, PUNCT},     {0xe3f, 0xe3f, SYMBOL},     {0xe4f, 0xe4f, PUNCT},
    {0xe5a, 0xe5b, PUNCT},     {0x1680, 0x1680, BLANK},    {0x2000, 0x200a, BLANK},
    {0x2010, 0x2027, PUNCT},   {0x202f, 0x202f, BLANK},    {0x2030, 0x205e, PUNCT},
    {0x205f, 0x205f, BLANK},   {0x207a, 0x207e, SYMBOL},   {0x208a, 0x208e, SYMBOL},
    {0x20a0, 0x20cf, SYMBOL},  {0x2100, 0x214f, SYMBOL},   {0x2190, 0x2307, SYMBOL},
    {0x2308, 0x230b, PUNCT},   {0x230c, 0x2328, SYMBOL},   {0x2329, 0x232a, PUNCT},
    {0x232b, 0x245f, SYMBOL},  {0x249c, 0x24e9, SYMBOL},   {0x2500, 0x2767, SYMBOL},
    {0x2768, 0x2775, PUNCT},   {0x2794, 0x27c4, SYMBOL},   {0x27c5, 0x27c6, PUNCT},
    {0x27c7, 0x27e5, SYMBOL},  {0x27e6, 0x27ef, PUNCT},    {0x27f0, 0x2982, SYMBOL},
    {0x2983, 0x2998, PUNCT},   {0x2999, 0x29d7, SYMBOL},   {0x29d8, 0x29db, PUNCT},
    {0x29dc, 0x29fb, SYMBOL},  {0x29fc, 0x29fd, PUNCT},    {0x29fe, 0x2bff, SYMBOL},
    {0x2ce5, 0x2cff, SYMBOL},  {0x2e00, 0x2e7f, PUNCT},    {0x2e80, 0x2fff, SYMBOL},
    {0x3000, 0x3000, BLANK},   {0x3001, 0x3003, PUNCT},    {0x3004, 0x3004, SYMBOL},
    {0x3008, 0x3011, PUNCT},   {0x3012, 0x3013, SYMBOL},   {0x3014, 0x301f, PUNCT},
    {0x3020, 0x3020, SYMBOL},  {0x3030, 0x3030, PUNCT},    {0x3036, 0x3037, SYMBOL},
    {0x303d, 0x303d, PUNCT},   {0x303e, 0x303f, SYMBOL},   {0x309b, 0x309c, SYMBOL},
    {0x30a0, 0x30a0, PUNCT},   {0x30fb, 0x30fb, PUNCT},    {0x3190, 0x31ff, SYMBOL},
    {0x3200, 0x33ff, SYMBOL},  {0x4dc0, 0x4dff, SYMBOL},   {0xe000, 0xf8ff, SYMBOL},
    {0xfd3e, 0xfd3f, PUNCT},   {0xfe10, 0xfe19, PUNCT},    {0xfe30, 0xfe6b, SYMBOL},
    {0xff01, 0xff0f, SYMBOL},  {0xff1a, 0xff20, SYMBOL},   {0xff3b, 0xff40, SYMBOL},
    {0xff5b, 0xff65, SYMBOL},  {0xffe0, 0xffee, SYMBOL},   {0xfff9, 0xfffd, SYMBOL},
    {0x10100, 0x10107, PUNCT}, {0x1d000, 0x1d3ff, SYMBOL}, {0x1f000, 0x1fbff, SYMBOL},
};

static cls class_of(uint32_t cp)
{
    if (cp < 0x80) {
        if (cp <= ' ')
            return BLANK;
        bool alnum = (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
        return alnum || cp == 0x7f ? LETTER : PUNCT;
    }
    size_t lo = 0, hi = BX_COUNT(ranges);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cp < ranges[mid].from)
            hi = mid;
        else if (cp > ranges[mid].to)
            lo = mid + 1;
        else
            return ranges[mid].is;
    }
    return LETTER;
}

/* The character at `at`, which is the first byte of one, of text that is UTF-8. */
static uint32_t char_at(bx_str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.n - at;
    if (p[0] < 0x80 || left < 2)
        return p[0];
    if (p[0] < 0xe0 || left < 3)
        return (uint32_t)(p[0] & 31) << 6 | (p[1] & 63);
    if (p[0] < 0xf0 || left < 4)
        return (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
    return (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 | (uint32_t)(p[2] & 63) << 6 |
           (p[3] & 63);
}

static cls before(bx_str s, size_t at)
{
    if (at == 0)
        return BLANK;
    at--;
    while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
        at--;
    return class_of(char_at(s, at));
}

/* A run of living delimiters of one character: [from, to) of the list, dead ones between. */
typedef struct run {
    size_t from, to, len;
    bool can_open, can_close;
} run;

static bool is_punct(cls c, bool symbols) { return c == PUNCT || (symbols && c == SYMBOL); }

/* The run that begins at d[i], which is alive; CommonMark 6.2 on what it can do. */
static run run_at(bx_str s, const wf_delim *d, size_t n, size_t i, bool symbols)
{
    run r = {.from = i, .to = i};
    cls prev = before(s, d[i].at), next = d[i].at < s.n ? class_of(char_at(s, d[i].at)) : BLANK;
    for (size_t k = i; k-- > 0 && d[k].at == d[i].at;)
        if (!d[k].dead)
            prev = PUNCT;
    while (r.to < n && d[r.to].at == d[i].at) {
        if (!d[r.to].dead && d[r.to].ch != d[i].ch) {
            next = PUNCT;
            break;
        }
        r.len += d[r.to].dead ? 0 : d[r.to].n;
        r.to++;
    }
    bool p = is_punct(prev, symbols), q = is_punct(next, symbols);
    r.can_open = next != BLANK && (!q || prev == BLANK || p);
    r.can_close = prev != BLANK && (!p || next == BLANK || q);
    return r;
}

/* One whose pair is dead is dead itself. */
static void bury(wf_delim *d, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (d[i].pair >= n || d[d[i].pair].dead)
            d[i].dead = true;
}

static void kill(wf_delim *d, size_t i)
{
    d[i].dead = true;
    d[d[i].pair].dead = true;
}

/* The same character, not escaped, stands beside the run and would join it. */
static bool joins_text(bx_str s, size_t at, char ch)
{
    bool after = at < s.n && s.p[at] == ch;
    bool ahead = at > 0 && s.p[at - 1] == ch && (at < 2 || s.p[at - 2] != '\\');
    return after || ahead;
}

/* Kill the ones that can neither open nor close where they stand; false: none was. */
static bool kill_stuck(bx_str s, wf_delim *d, size_t n, bool symbols)
{
    bool any = false;
    for (size_t i = 0; i < n;) {
        if (d[i].dead) {
            i++;
            continue;
        }
        run r = run_at(s, d, n, i, symbols);
        bool joins = joins_text(s, d[i].at, d[i].ch);
        for (size_t k = r.from; k < r.to; k++)
            if (!d[k].dead && (joins || !(d[k].closes ? r.can_close : r.can_open))) {
                kill(d, k);
                any = true;
            }
        i = r.to;
    }
    return any;
}

typedef struct opener {
    run r;
    size_t rem;
    size_t last; /* index behind its last delimiter that still waits */
} opener;

typedef struct stack {
    opener at[MAX_OPEN];
    size_t n;
} stack;

static size_t last_living(const wf_delim *d, const opener *o)
{
    size_t i = o->last;
    while (i > o->r.from && d[i - 1].dead)
        i--;
    return i - 1;
}

/* "Rule of three": a run that can do both does not pair with this one. */
static bool refuses(const run *a, const run *b)
{
    return (a->can_close || b->can_open) && (a->len + b->len) % 3 == 0 &&
           !(a->len % 3 == 0 && b->len % 3 == 0);
}

/* "***a***": two marks around the same text; which of them a reader takes for the inner one does
 * not matter.  `with` and `i` are where the two runs meet. */
static bool both_at_once(const wf_delim *d, const opener *o, size_t with, size_t i, size_t to)
{
    size_t outer = with, next = i + 1;
    while (outer > o->r.from && d[outer - 1].dead)
        outer--;
    while (next < to && d[next].dead)
        next++;
    return outer > o->r.from && next < to && d[i].pair == with && d[next].pair == outer - 1 &&
           d[i].n + d[next].n == 3;
}

/* Pair the closing delimiters of `r` as a reader does; false: not as meant, and what is to blame is
 * dead.  *ret: index of the first that stays open, *rem their characters. */
static bool close_run(wf_delim *d, const run *r, stack *st, size_t *ret, size_t *rem)
{
    size_t i = r->from;
    *rem = r->len;
    while (*rem > 0 && r->can_close) {
        while (d[i].dead)
            i++;
        size_t k = st->n;
        while (k > 0 && (d[st->at[k - 1].r.from].ch != d[i].ch || refuses(&st->at[k - 1].r, r)))
            k--;
        if (k == 0)
            break;
        opener *o = &st->at[k - 1];
        size_t with = last_living(d, o), use = o->rem >= 2 && *rem >= 2 ? 2 : 1;
        if (use == 2 && k == st->n && both_at_once(d, o, with, i, r->to)) {
            while (d[++i].dead)
                ;
            with = d[i].pair;
            use = 3;
        } else if (d[i].pair != with || d[i].n != use || k != st->n) {
            kill(d, i);
            kill(d, with);
            return false;
        }
        o->rem -= use;
        o->last = with;
        *rem -= use;
        if (o->rem == 0)
            st->n--;
        i++;
    }
    *ret = i;
    return true;
}

static bool read_as_meant(bx_str s, wf_delim *d, size_t n, bool symbols)
{
    stack st = {.n = 0};
    for (size_t i = 0; i < n;) {
        if (d[i].dead) {
            i++;
            continue;
        }
        run r = run_at(s, d, n, i, symbols);
        size_t rest, rem;
        if (!close_run(d, &r, &st, &rest, &rem))
            return false;
        bool good = true;
        for (size_t k = rest; rem > 0 && k < r.to; k++)
            if (!d[k].dead && (d[k].closes || !r.can_open || st.n == MAX_OPEN)) {
                kill(d, k);
                good = false;
            }
        if (!good)
            return false;
        if (rem > 0)
            st.at[st.n++] = (opener){r, rem, r.to};
        i = r.to;
    }
    for (size_t k = 0; k < st.n; k++)
        kill(d, last_living(d, &st.at[k]));
    return st.n == 0;
}

void wf_delims_settle(bx_str text, wf_delim *d, size_t n)
{
    bury(d, n);
    for (int round = 0; round < ROUNDS; round++) {
        bool stuck = kill_stuck(text, d, n, false);
        stuck = kill_stuck(text, d, n, true) || stuck;
        if (!stuck && read_as_meant(text, d, n, false) && read_as_meant(text, d, n, true))
            return;
    }
    for (size_t i = 0; i < n; i++)
        d[i].dead = true;
}

void wf_delims_write(bx_str text, const wf_delim *d, size_t n, bx_buf *ret)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i].dead)
            continue;
        (void)bx_buf_add(ret, text.p + from, d[i].at - from);
        from = d[i].at;
        for (unsigned k = 0; k < d[i].n; k++)
            (void)bx_buf_add_c(ret, d[i].ch);
    }
    (void)bx_buf_add_str(ret, bx_str_from(text, from));
}
