/* text/shuf.c - shuf, tsort, factor (GNU; POSIX tsort). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <unistd.h>

const char text_shuf_help[] = "Usage: shuf [OPTION]... [FILE]\n"
                              "   or: shuf -e [OPTION]... [WORD]...\n"
                              "   or: shuf -i LO-HI [OPTION]...\n"
                              "Print lines in random order.\n"
                              "\n"
                              "  -e, --echo             the WORDs instead of lines\n"
                              "  -i, --input-range=LO-HI  the numbers from LO to HI\n"
                              "  -n, --head-count=N     at most N lines\n"
                              "  -o, --output=FILE      write to FILE\n"
                              "      --random-source=FILE  random bytes from FILE\n"
                              "  -r, --repeat           lines may come again\n"
                              "  -z, --zero-terminated  lines end in NUL\n"
                              "\n"
                              "Examples:\n"
                              "  $ shuf -i 1-5 | sort\n"
                              "  1\n"
                              "  2\n"
                              "  3\n"
                              "  4\n"
                              "  5\n";

typedef struct random_source {
    prog_reader r;
    bool from_file;
    uint64_t state;        /* without a file */
    uint64_t number, most; /* what is left of bytes that were read: 0 <= number <= most */
} random_source;

static uint8_t random_byte(random_source *s)
{
    if (s->from_file) {
        int c = prog_getc(&s->r);
        if (c < 0)
            prog_die(0, "%s: end of file", prog_quotef(s->r.name));
        return (uint8_t)c;
    }
    s->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    uint64_t z = s->state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint8_t)((z ^ z >> 31) >> 24);
}

/* Evenly from 0..most; bytes are used as sparingly as by GNU's, so that the same source gives the
 * same order. */
static uint64_t random_upto(random_source *s, uint64_t most)
{
    const uint64_t choices = most + 1;
    for (;;) {
        while (s->most < most) {
            s->number = s->number << 8 | random_byte(s);
            s->most = s->most << 8 | 255;
        }
        if (s->most == most) {
            uint64_t n = s->number;
            s->number = s->most = 0;
            return n;
        }
        uint64_t excess = s->most - most, unusable = excess % choices,
                 reduced = s->number % choices;
        if (s->number <= s->most - unusable) {
            s->number /= choices;
            s->most = excess / choices;
            return reduced;
        }
        s->number = reduced;
        s->most = unusable - 1;
    }
}

typedef struct shuffling {
    random_source source;
    bx_str *lines; /* NULL: numbers */
    uint64_t n, low, head;
    bool repeat;
    char end;
} shuffling;

static void put(const shuffling *s, uint64_t i)
{
    if (s->lines)
        prog_write(&prog_out, s->lines[i].p, s->lines[i].n);
    else
        prog_put_uint(&prog_out, s->low + i, 0, ' ');
    prog_putc(&prog_out, s->end);
}

/* Slots of a permutation of which few are ever touched: open addressing over what differs. */
typedef struct sparse {
    uint64_t *keys, *values; /* key + 1; 0: free */
    size_t cap;
} sparse;

static uint64_t *slot(sparse *t, uint64_t key)
{
    size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (t->cap - 1);
    while (t->keys[i] && t->keys[i] != key + 1)
        i = (i + 1) & (t->cap - 1);
    if (!t->keys[i]) {
        t->keys[i] = key + 1;
        t->values[i] = key;
    }
    return &t->values[i];
}

static void shuffle(shuffling *s)
{
    uint64_t head = s->head < s->n ? s->head : s->n;
    if (head > SIZE_MAX / 64)
        prog_no_memory();
    sparse t = {.cap = 16};
    while (t.cap < (size_t)head * 4)
        t.cap *= 2;
    t.keys = prog_zalloc(t.cap, sizeof *t.keys);
    t.values = prog_zalloc(t.cap, sizeof *t.values);
    for (uint64_t i = 0; i < head && !prog_out.error; i++) {
        uint64_t j = i + random_upto(&s->source, s->n - i - 1);
        uint64_t *a = slot(&t, i), *b = slot(&t, j), swap = *a;
        *a = *b;
        *b = swap;
        put(s, *a);
    }
    free(t.keys);
    free(t.values);
}

static void read_range(shuffling *s, const char *text)
{
    const char *dash = strchr(text, '-');
    uint64_t high = 0;
    char *low = dash ? prog_strndup(text, (size_t)(dash - text)) : NULL;
    if (!dash)
        prog_die(0, "invalid input range: %s", prog_quote(text));
    if (prog_uint(low, "", &s->low) != PROG_NUM_OK)
        prog_die(0, "invalid input range: %s", prog_quote(low));
    if (prog_uint(dash + 1, "", &high) != PROG_NUM_OK)
        prog_die(0, "invalid input range: %s", prog_quote(dash + 1));
    if (s->low > high && s->low != high + 1)
        prog_die(0, "invalid input range: %s", prog_quote(text));
    if (high - s->low == UINT64_MAX)
        prog_die(EOVERFLOW, "invalid input range: %s", prog_quote(text));
    s->n = high - s->low + 1;
    free(low);
}

static void read_lines(shuffling *s, const char *name, prog_buf *text)
{
    prog_reader r;
    int error = prog_try_open(&r, name);
    if (error)
        prog_die(error, "%s", prog_quotef(name));
    prog_read_rest(&r, text);
    if (r.error)
        prog_die(r.error, "read error");
    (void)prog_close(&r);
    if (text->n && text->p[text->n - 1] != s->end)
        prog_buf_putc(text, s->end);
    const uint8_t *p = (const uint8_t *)text->p, *end = p + text->n;
    s->lines = prog_realloc(NULL, prog_count(p, text->n, (uint8_t)s->end) + 1, sizeof *s->lines);
    while (p < end) {
        const uint8_t *stop = prog_find(p, end, (uint8_t)s->end);
        s->lines[s->n++] = (bx_str){(const char *)p, (size_t)(stop - p)};
        p = stop + 1;
    }
}

int text_shuf(int argc, char **argv)
{
    enum { SOURCE = 256 };
    static const prog_long longs[] = {{"echo", PROG_NO_ARG, 'e'},
                                      {"input-range", PROG_ARG, 'i'},
                                      {"head-count", PROG_ARG, 'n'},
                                      {"output", PROG_ARG, 'o'},
                                      {"random-source", PROG_ARG, SOURCE},
                                      {"repeat", PROG_NO_ARG, 'r'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "ei:n:o:rz", .longs = longs};
    shuffling s = {.head = UINT64_MAX, .end = '\n'};
    bool echo = false, range = false;
    const char *output = NULL, *source = NULL;
    for (int c; (c = prog_opt(&o)) != -1;)
        switch (c) {
        case 'e':
            echo = true;
            break;
        case 'i':
            if (range)
                prog_die(0, "multiple -i options specified");
            range = true;
            read_range(&s, o.arg);
            break;
        case 'n': {
            uint64_t n = 0;
            prog_num state = prog_uint(o.arg, "", &n);
            if (state != PROG_NUM_OK && state != PROG_NUM_OVERFLOW)
                prog_die(0, "invalid line count: %s", prog_quote(o.arg));
            s.head = n < s.head ? n : s.head;
            break;
        }
        case 'o':
            output = o.arg;
            break;
        case 'r':
            s.repeat = true;
            break;
        case 'z':
            s.end = '\0';
            break;
        default:
            source = o.arg;
            break;
        }
    if (echo && range)
        prog_usage("cannot combine -e and -i options");
    int n = argc - o.next;
    if (!echo && n > !range)
        prog_usage("extra operand %s", prog_quote(argv[o.next + !range]));
    prog_buf text = {0};
    if (echo) {
        s.lines = prog_realloc(NULL, (size_t)n + 1, sizeof *s.lines);
        for (int i = 0; i < n; i++)
            s.lines[s.n++] = bx_str_of(argv[o.next + i]);
    } else if (!range) {
        read_lines(&s, n ? argv[o.next] : "-", &text);
    }
    if (source) {
        int error = prog_try_open(&s.source.r, source);
        if (error)
            prog_die(error, "%s", prog_quotef(source));
        s.source.from_file = true;
    } else {
        (void)!getentropy(&s.source.state, sizeof s.source.state);
    }
    if (output) {
        prog_out.fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (prog_out.fd < 0) {
            prog_out.fd = 1;
            prog_die(errno, "%s", prog_quotef(output));
        }
    }
    if (!s.repeat) {
        shuffle(&s);
    } else if (s.head > 0) {
        if (s.n == 0)
            prog_die(0, "no lines to repeat");
        for (uint64_t i = 0; i < s.head && !prog_out.error; i++)
            put(&s, random_upto(&s.source, s.n - 1));
    }
    prog_buf_free(&text);
    free(s.lines);
    return 0;
}

/* ---- factor
 * -------------------------------------------------------------------------------------- */

const char text_factor_help[] =
    "Usage: factor [NUMBER]...\n"
    "Print the prime factors of NUMBERs, or of those on standard input.\n"
    "\n"
    "NUMBERs are below 2^64.\n"
    "\n"
    "Examples:\n"
    "  $ factor 360 97\n"
    "  360: 2 2 2 3 3 5\n"
    "  97: 97\n";

/* Arithmetic modulo an odd n in Montgomery's form: x stands for x * 2^64. */
typedef struct modulus {
    uint64_t n, inverse; /* n * inverse is 1 modulo 2^64 */
    uint64_t one;        /* what stands for 1 */
} modulus;

static modulus modulus_of(uint64_t n)
{
    uint64_t x = n; /* right in three bits; each step doubles them */
    for (int i = 0; i < 5; i++)
        x *= 2 - n * x;
    return (modulus){n, x, -n % n};
}

static uint64_t multiply(const modulus *m, uint64_t a, uint64_t b)
{
    unsigned __int128 t = (unsigned __int128)a * b;
    uint64_t high = (uint64_t)(t >> 64),
             taken = (uint64_t)((unsigned __int128)((uint64_t)t * m->inverse) * m->n >> 64);
    return high >= taken ? high - taken : high - taken + m->n;
}

static uint64_t add(const modulus *m, uint64_t a, uint64_t b)
{
    return a >= m->n - b ? a - (m->n - b) : a + b;
}

/* What stands for a small number. */
static uint64_t number_in(const modulus *m, unsigned small)
{
    uint64_t x = 0;
    while (small-- > 0)
        x = add(m, x, m->one);
    return x;
}

static uint64_t power(const modulus *m, uint64_t a, uint64_t e)
{
    uint64_t r = m->one;
    for (; e; e >>= 1) {
        if (e & 1)
            r = multiply(m, r, a);
        a = multiply(m, a, a);
    }
    return r;
}

/* Miller and Rabin with the bases that suffice below 2^64. */
static bool is_prime(uint64_t n)
{
    static const uint8_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2)
        return false;
    for (size_t i = 0; i < BX_COUNT(bases); i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    const modulus m = modulus_of(n);
    int s = __builtin_ctzll(n - 1);
    uint64_t d = (n - 1) >> s;
    for (size_t i = 0; i < BX_COUNT(bases); i++) {
        uint64_t x = power(&m, number_in(&m, bases[i]), d);
        bool fine = x == m.one || x == n - m.one;
        for (int k = 1; k < s && !fine; k++) {
            x = multiply(&m, x, x);
            fine = x == n - m.one;
        }
        if (!fine)
            return false;
    }
    return true;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* A proper divisor of an odd composite number: Pollard's rho in Brent's form. */
static uint64_t divisor(uint64_t n)
{
    const modulus m = modulus_of(n);
    for (uint64_t c = 1;; c++) {
        uint64_t x = 2, y = 2, product = 1;
        for (uint64_t length = 1;; length *= 2) {
            x = y;
            for (uint64_t i = 0; i < length; i++) {
                y = add(&m, multiply(&m, y, y), c);
                uint64_t d = x > y ? x - y : y - x;
                if (d == 0)
                    break;
                product = multiply(&m, product, d);
                if (product == 0) {
                    uint64_t g = common_divisor(d, n);
                    if (g > 1 && g < n)
                        return g;
                    product = 1;
                }
                if (i % 64 == 63 || i + 1 == length) {
                    uint64_t g = common_divisor(product, n);
                    if (g > 1 && g < n)
                        return g;
                }
            }
            if (x == y)
                break;
        }
    }
}

static void add_factors(uint64_t n, uint64_t *out, size_t *count)
{
    if (n == 1)
        return;
    if (is_prime(n)) {
        out[(*count)++] = n;
        return;
    }
    uint64_t d = divisor(n); /* at most 64 deep: each halves the number at least */
    add_factors(d, out, count);
    add_factors(n / d, out, count);
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool factor_text(bx_str text)
{
    char *z = prog_strndup(text.p, text.n);
    const char *s = z;
    while (prog_is_space(*s))
        s++;
    s += *s == '+';
    uint64_t n = 0;
    bool fine = prog_is_digit(*s), large = false;
    for (const char *p = s; *p && fine; p++) {
        fine = prog_is_digit(*p);
        if (fine && (__builtin_mul_overflow(n, 10, &n) ||
                     __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n)))
            large = true;
    }
    if (!fine || large) {
        prog_warn(0, fine ? "%s is too large" : "%s is not a valid positive integer",
                  fine ? prog_quote(s) : prog_quote(z));
        free(z);
        return false;
    }
    uint64_t factors[64];
    size_t count = 0;
    prog_put_uint(&prog_out, n, 0, ' ');
    prog_putc(&prog_out, ':');
    for (uint64_t p = 2; p < 1000 && n > 1; p += p > 2 ? 2 : 1)
        while (n % p == 0) {
            if (n == 0)
                break;
            factors[count++] = p;
            n /= p;
        }
    if (n > 1)
        add_factors(n, factors, &count);
    qsort(factors, count, sizeof *factors, by_size);
    for (size_t i = 0; i < count; i++) {
        prog_putc(&prog_out, ' ');
        prog_put_uint(&prog_out, factors[i], 0, ' ');
    }
    prog_putc(&prog_out, '\n');
    free(z);
    return true;
}

int text_factor(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    bool fine = true;
    if (o.next < argc) {
        for (int i = o.next; i < argc; i++)
            fine &= factor_text(bx_str_of(argv[i]));
        return !fine;
    }
    prog_reader r = {.fd = 0, .name = "-"};
    bx_str line;
    while (!prog_out.error && prog_line(&r, '\n', &line, NULL))
        for (size_t i = 0; i < line.n;) {
            while (i < line.n && prog_is_space(line.p[i]))
                i++;
            size_t from = i;
            while (i < line.n && !prog_is_space(line.p[i]))
                i++;
            if (i > from)
                fine &= factor_text((bx_str){line.p + from, i - from});
        }
    return !fine || !prog_close(&r);
}

/* ---- tsort
 * ---------------------------------------------------------------------------------------- */

const char text_tsort_help[] = "Usage: tsort [FILE]\n"
                               "Print words so that of each pair read the first comes first.\n"
                               "\n"
                               "Examples:\n"
                               "  $ printf 'a b\\nb c\\n' | tsort\n"
                               "  a\n"
                               "  b\n"
                               "  c\n";

typedef struct vertex {
    bx_str name;
    size_t before; /* how many must come before and have not */
    size_t first;  /* index + 1 into edges of those behind; 0: none */
    size_t parent; /* while looking for loops: index + 1 */
    bool done;
} vertex;

typedef struct edge {
    size_t to, next;
} edge;

typedef struct graph {
    vertex *v;
    size_t n, cap;
    edge *e;
    size_t n_edges, cap_edges;
    size_t *order; /* vertices by name */
} graph;

static const vertex *sorting; /* for by_name */

static int by_name(const void *a, const void *b)
{
    bx_str x = sorting[*(const size_t *)a].name, y = sorting[*(const size_t *)b].name;
    size_t n = x.n < y.n ? x.n : y.n;
    int c = n ? memcmp(x.p, y.p, n) : 0;
    return c ? c : (x.n > y.n) - (x.n < y.n);
}

/* Words become numbers: sorted, equal ones are one vertex. */
static size_t *number_words(graph *g, const bx_str *words, size_t n)
{
    vertex *all = prog_zalloc(n, sizeof *all);
    size_t *order = prog_realloc(NULL, n, sizeof *order), *ids = prog_zalloc(n, sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        all[i].name = words[i];
        order[i] = i;
    }
    sorting = all;
    qsort(order, n, sizeof *order, by_name);
    g->v = prog_zalloc(n, sizeof *g->v);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !bx_str_eq(words[order[i]], words[order[i - 1]]))
            g->v[g->n++].name = words[order[i]];
        ids[order[i]] = g->n - 1;
    }
    free(order);
    free(all);
    return ids;
}

static void put_vertex(graph *g, size_t i, size_t *queue, size_t *end)
{
    prog_write(&prog_out, g->v[i].name.p, g->v[i].name.n);
    prog_putc(&prog_out, '\n');
    g->v[i].done = true;
    for (size_t e = g->v[i].first; e; e = g->e[e - 1].next)
        if (--g->v[g->e[e - 1].to].before == 0)
            queue[(*end)++] = g->e[e - 1].to;
}

/* A loop among those that are left is told, and one edge of it taken away. */
static void break_loop(graph *g, const char *file, size_t *queue, size_t *end)
{
    for (size_t i = 0; i < g->n; i++)
        g->v[i].parent = 0;
    /* backwards from any vertex left: one that comes before it must be left, too */
    size_t *from = prog_zalloc(g->n, sizeof *from); /* edge + 1 that leads here from one left */
    size_t *source = prog_zalloc(g->n, sizeof *source);
    for (size_t i = 0; i < g->n; i++)
        for (size_t e = g->v[i].done ? 0 : g->v[i].first; e; e = g->e[e - 1].next)
            if (!from[g->e[e - 1].to]) {
                from[g->e[e - 1].to] = e;
                source[g->e[e - 1].to] = i;
            }
    size_t at = 0;
    while (g->v[at].done)
        at++;
    while (!g->v[at].parent) {
        g->v[at].parent = 1;
        at = source[at];
    }
    prog_warn(0, "%s: input contains a loop:", prog_quotef(file));
    size_t start = at, count = 0, *loop = prog_zalloc(g->n, sizeof *loop);
    do {
        loop[count++] = at;
        at = source[at];
    } while (at != start);
    for (size_t i = count; i > 0; i--) { /* collected backwards, told forwards from `start` */
        const vertex *told = &g->v[loop[i % count]];
        char *name = prog_strndup(told->name.p, told->name.n);
        prog_warn(0, "%s", name);
        free(name);
    }
    /* the edge that leads to the first one told is taken away */
    size_t to = start, gone = from[to], tail = source[to];
    for (size_t *link = &g->v[tail].first; *link; link = &g->e[*link - 1].next)
        if (*link == gone) {
            *link = g->e[gone - 1].next;
            break;
        }
    if (--g->v[to].before == 0)
        queue[(*end)++] = to;
    free(loop);
    free(from);
    free(source);
}

int text_tsort(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    if (argc - o.next > 1)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 1]));
    const char *file = o.next < argc ? argv[o.next] : "-";
    prog_reader r;
    if (!prog_open(&r, file))
        return 1;
    prog_buf b = {0};
    prog_read_rest(&r, &b);
    if (!prog_close(&r))
        return 1;
    bx_str *words = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < b.n;) {
        while (i < b.n && strchr(" \t\n", b.p[i]) && b.p[i])
            i++;
        size_t from = i;
        while (i < b.n && !(b.p[i] && strchr(" \t\n", b.p[i])))
            i++;
        if (i > from) {
            words = prog_grow(words, &cap, n, sizeof *words);
            words[n++] = (bx_str){b.p + from, i - from};
        }
    }
    if (n % 2)
        prog_die(0, "%s: input contains an odd number of tokens", prog_quotef(file));
    graph g = {0};
    size_t *ids = number_words(&g, words, n);
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (ids[i] == ids[i + 1])
            continue;
        g.e = prog_grow(g.e, &g.cap_edges, g.n_edges, sizeof *g.e);
        g.e[g.n_edges++] = (edge){ids[i + 1], g.v[ids[i]].first};
        g.v[ids[i]].first = g.n_edges;
        g.v[ids[i + 1]].before++;
    }
    size_t *queue = prog_zalloc(g.n, sizeof *queue), head = 0, end = 0;
    int status = 0;
    for (size_t i = 0; i < g.n; i++)
        if (g.v[i].before == 0)
            queue[end++] = i;
    while (head < g.n && !prog_out.error) {
        if (head == end) {
            status = 1;
            break_loop(&g, file, queue, &end);
            continue;
        }
        put_vertex(&g, queue[head++], queue, &end);
    }
    free(queue);
    free(ids);
    free(words);
    free(g.v);
    free(g.e);
    prog_buf_free(&b);
    return status;
}
