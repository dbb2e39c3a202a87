/* text/tr.c - tr, by bytes (POSIX tr; GNU). */
#include "programs/text/text.h"

const char text_tr_help[] =
    "Usage: tr [OPTION]... STRING1 [STRING2]\n"
    "Copy standard input to standard output, with bytes replaced or removed.\n"
    "\n"
    "  -c, -C, --complement   all bytes but those of STRING1\n"
    "  -d, --delete           remove those of STRING1\n"
    "  -s, --squeeze-repeats  of repeated bytes of the last STRING leave one\n"
    "  -t, --truncate-set1    cut STRING1 to the length of STRING2\n"
    "Strings: A-Z, [:alpha:] and other classes, [=C=], [C*N], [C*], \\n \\t \\\\ \\NNN.\n"
    "\n"
    "Examples:\n"
    "  $ echo hello | tr a-z A-Z\n"
    "  HELLO\n"
    "  $ echo 'a  b   c' | tr -s ' '\n"
    "  a b c\n"
    "  $ echo a1b2 | tr -d '[:digit:]'\n"
    "  ab\n";

/* A string is a list of these; classes keep their identity for the pairing of cases. */
typedef struct item {
    enum { BYTE, RANGE, CLASS, EQUIVALENT, REPEAT } kind;
    uint8_t from, to; /* BYTE and others: from */
    unsigned class;
    uint64_t times; /* REPEAT; 0: as often as needed */
} item;

typedef struct string {
    item *items;
    size_t n, cap;
    bool has_class, has_equivalent, has_repeat, has_other_class, has_case;
    uint64_t length;
    size_t indefinite; /* index of the item [c*], or SIZE_MAX */
} string;

enum {
    ALNUM,
    ALPHA,
    BLANK,
    CNTRL,
    DIGIT,
    GRAPH,
    LOWER,
    PRINT,
    PUNCT,
    SPACE,
    UPPER,
    XDIGIT,
    N_CLASSES
};

static const char *const class_names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                          "lower", "print", "punct", "space", "upper", "xdigit"};

static bool in_class(unsigned class, uint8_t c)
{
    switch (class) {
    case ALNUM:
        return prog_is_alpha(c) || prog_is_digit(c);
    case ALPHA:
        return prog_is_alpha(c);
    case BLANK:
        return prog_is_blank(c);
    case CNTRL:
        return c < 32 || c == 127;
    case DIGIT:
        return prog_is_digit(c);
    case GRAPH:
        return c > 32 && c < 127;
    case LOWER:
        return prog_is_lower(c);
    case PRINT:
        return prog_is_print(c);
    case PUNCT:
        return c > 32 && c < 127 && !prog_is_alpha(c) && !prog_is_digit(c);
    case SPACE:
        return prog_is_space(c);
    case UPPER:
        return prog_is_upper(c);
    default:
        return prog_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}

/* ---- reading strings
 * --------------------------------------------------------------------------------- */

typedef struct bytes { /* a string with its escapes done */
    uint8_t *p;
    bool *escaped;
    size_t n;
} bytes;

static void unescape(const char *s, bytes *ret)
{
    size_t n = strlen(s), k = 0;
    bytes b = {prog_alloc(n), prog_zalloc(n, sizeof(bool)), 0};
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)s[i];
        if (c != '\\') {
            b.p[k++] = c;
            continue;
        }
        if (i + 1 == n) {
            prog_warn(0, "warning: an unescaped backslash at end of string is not portable");
            b.p[k++] = '\\';
            continue;
        }
        b.escaped[k] = true;
        c = (uint8_t)s[++i];
        static const char names[] = "\\\\a\ab\bf\fn\nr\rt\tv\v";
        if (c >= '0' && c <= '7') {
            unsigned value = c - '0', digits = 1;
            while (digits < 3 && i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7') {
                unsigned more = value * 8 + (unsigned)(s[i + 1] - '0');
                if (more > 255) {
                    prog_warn(
                        0,
                        "warning: the ambiguous octal escape \\%c%c%c is being\n\tinterpreted "
                        "as the 2-byte sequence \\0%c%c, %c",
                        s[i - 1], s[i], s[i + 1], s[i - 1], s[i], s[i + 1]);
                    break;
                }
                value = more;
                digits++;
                i++;
            }
            b.p[k++] = (uint8_t)value;
            continue;
        }
        const char *hit = NULL;
        for (const char *q = names; *q && !hit; q += 2)
            if ((uint8_t)*q == c)
                hit = q;
        b.p[k++] = hit ? (uint8_t)hit[1] : c;
    }
    b.n = k;
    *ret = b;
}

static item *add(string *s)
{
    s->items = prog_grow(s->items, &s->cap, s->n, sizeof *s->items);
    s->items[s->n] = (item){0};
    return &s->items[s->n++];
}

static const char *shown(const uint8_t *p, size_t n)
{
    static prog_buf b;
    b.n = 0;
    for (size_t i = 0; i < n; i++) {
        char text[5];
        if (prog_is_print(p[i])) {
            prog_buf_putc(&b, (char)p[i]);
            continue;
        }
        text[0] = '\\';
        text[1] = (char)('0' + (p[i] >> 6));
        text[2] = (char)('0' + (p[i] >> 3 & 7));
        text[3] = (char)('0' + (p[i] & 7));
        prog_buf_put(&b, text, 4);
    }
    return prog_buf_z(&b);
}

/* [:name:] or [=c=] at b[i]: the length, 0: it is neither. */
static size_t bracket(const bytes *b, size_t i, string *s)
{
    uint8_t mark = b->p[i + 1];
    size_t j = i + 2;
    for (; j + 1 < b->n; j++)
        if (b->p[j] == mark && b->p[j + 1] == ']' && !b->escaped[j] && !b->escaped[j + 1])
            break;
    if (j + 1 >= b->n)
        return 0;
    size_t n = j - (i + 2);
    const uint8_t *name = b->p + i + 2;
    if (n == 0) {
        if (mark == ':')
            prog_die(0, "missing character class name '[::]'");
        prog_die(0, "missing equivalence class character '[==]'");
    }
    if (mark == ':') {
        for (unsigned k = 0; k < N_CLASSES; k++)
            if (strlen(class_names[k]) == n && memcmp(class_names[k], name, n) == 0) {
                item *it = add(s);
                it->kind = CLASS;
                it->class = k;
                return j + 2 - i;
            }
        if (i + 3 < b->n && b->p[i + 2] == '*') /* "[:*]" is a repeat */
            return 0;
        prog_die(0, "invalid character class %s", prog_quote(shown(name, n)));
    }
    if (n > 1) {
        if (b->p[i + 2] == '*')
            return 0;
        prog_die(0, "%s: equivalence class operand must be a single character", shown(name, n));
    }
    item *it = add(s);
    it->kind = EQUIVALENT;
    it->from = name[0];
    return j + 2 - i;
}

/* [c*n] at b[i]. */
static size_t repeat(const bytes *b, size_t i, string *s)
{
    if (i + 3 >= b->n || b->p[i + 2] != '*' || b->escaped[i + 2])
        return 0;
    size_t j = i + 3;
    while (j < b->n && (b->p[j] != ']' || b->escaped[j])) {
        if (b->escaped[j])
            return 0;
        j++;
    }
    if (j == b->n)
        return 0;
    uint64_t times = 0;
    unsigned base = b->p[i + 3] == '0' ? 8 : 10;
    bool fine = true;
    for (size_t k = i + 3; k < j; k++) {
        unsigned digit = b->p[k] - (unsigned)'0';
        fine &= digit < base && !__builtin_mul_overflow(times, base, &times) &&
                !__builtin_add_overflow(times, digit, &times) && times < UINT64_MAX / 4;
    }
    if (!fine)
        prog_die(0, "invalid repeat count %s in [c*n] construct",
                 prog_quote(shown(b->p + i + 3, j - i - 3)));
    item *it = add(s);
    it->kind = REPEAT;
    it->from = b->p[i + 1];
    it->times = times;
    return j + 1 - i;
}

static void parse(const char *text, string *s)
{
    bytes b;
    *s = (string){.indefinite = SIZE_MAX};
    unescape(text, &b);
    for (size_t i = 0; i < b.n;) {
        size_t used = 0;
        if (b.p[i] == '[' && !b.escaped[i] && i + 2 < b.n) {
            if ((b.p[i + 1] == ':' || b.p[i + 1] == '=') && !b.escaped[i + 1])
                used = bracket(&b, i, s);
            if (!used)
                used = repeat(&b, i, s);
        }
        if (used) {
            i += used;
            continue;
        }
        item *it = add(s);
        it->from = b.p[i];
        if (i + 2 < b.n && b.p[i + 1] == '-' && !b.escaped[i + 1]) {
            it->kind = RANGE;
            it->to = b.p[i + 2];
            if (it->to < it->from) {
                char first[8] = {0};
                const char *text_first = shown(&b.p[i], 1);
                memcpy(first, text_first, strlen(text_first) + 1);
                prog_die(0, "range-endpoints of '%s-%s' are in reverse collating sequence order",
                         first, shown(&b.p[i + 2], 1));
            }
            i += 3;
        } else {
            i++;
        }
    }
    free(b.p);
    free(b.escaped);
}

static uint64_t item_length(const item *it)
{
    uint64_t n = 0;
    switch (it->kind) {
    case RANGE:
        return (uint64_t)(it->to - it->from) + 1;
    case CLASS:
        for (unsigned c = 0; c < 256; c++)
            n += in_class(it->class, (uint8_t)c);
        return n;
    case REPEAT:
        return it->times;
    default:
        return 1;
    }
}

static void measure(string *s, bool second)
{
    for (size_t i = 0; i < s->n; i++) {
        item *it = &s->items[i];
        s->length += item_length(it);
        s->has_equivalent |= it->kind == EQUIVALENT;
        s->has_class |= it->kind == CLASS;
        s->has_case |= it->kind == CLASS && (it->class == LOWER || it->class == UPPER);
        s->has_other_class |= it->kind == CLASS && it->class != LOWER && it->class != UPPER;
        s->has_repeat |= it->kind == REPEAT;
        if (it->kind == REPEAT && it->times == 0) {
            if (!second)
                prog_die(0, "the [c*] repeat construct may not appear in string1");
            if (s->indefinite != SIZE_MAX)
                prog_die(0, "only one [c*] repeat construct may appear in string2");
            s->indefinite = i;
        }
    }
}

/* ---- walking over strings
 * ------------------------------------------------------------------------------ */

typedef struct walker {
    const string *s;
    size_t i;
    uint64_t at; /* within item i */
    unsigned c;  /* next byte of a class */
} walker;

static int walk(walker *w)
{
    while (w->i < w->s->n) {
        const item *it = &w->s->items[w->i];
        switch (it->kind) {
        case CLASS:
            while (w->c < 256 && !in_class(it->class, (uint8_t)w->c))
                w->c++;
            if (w->c < 256)
                return (int)w->c++;
            break;
        case RANGE:
            if (w->at <= (uint64_t)(it->to - it->from))
                return it->from + (int)w->at++;
            break;
        case REPEAT:
            if (w->at++ < it->times)
                return it->from;
            break;
        default:
            if (w->at++ == 0)
                return it->from;
            break;
        }
        w->i++;
        w->at = 0;
        w->c = 0;
    }
    return -1;
}

static void set_of(const string *s, bool complement, bool ret[256])
{
    memset(ret, 0, 256 * sizeof *ret);
    for (walker w = {.s = s};;) {
        int c = walk(&w);
        if (c < 0)
            break;
        ret[c] = true;
    }
    for (unsigned c = 0; c < 256 && complement; c++)
        ret[c] = !ret[c];
}

typedef struct tr_options {
    bool complement, delete, squeeze, truncate;
} tr_options;

/* Items before this one hold so many bytes. */
static uint64_t offset_of(const string *s, size_t i)
{
    uint64_t n = 0;
    for (size_t k = 0; k < i; k++)
        n += item_length(&s->items[k]);
    return n;
}

static void check_cases(const string *a, const string *b)
{
    for (size_t i = 0; i < b->n; i++) {
        if (b->items[i].kind != CLASS)
            continue;
        uint64_t at = offset_of(b, i);
        if (at > a->length)
            continue;
        bool fits = false;
        for (size_t k = 0; k < a->n && !fits; k++)
            fits = a->items[k].kind == CLASS &&
                   (a->items[k].class == LOWER || a->items[k].class == UPPER) &&
                   offset_of(a, k) == at;
        if (!fits)
            prog_die(0, "misaligned [:upper:] and/or [:lower:] construct");
    }
}

static bool is_homogeneous(const string *s)
{
    walker w = {.s = s};
    int first = walk(&w), c = first;
    while (c == first)
        c = walk(&w);
    return c < 0;
}

/* What the two strings may not be together; string2 becomes as long as it has to be. */
static void check_pair(const tr_options *o, const string *a, string *b, uint64_t length_a)
{
    if (b->indefinite != SIZE_MAX) {
        item *it = &b->items[b->indefinite];
        it->times = length_a > b->length ? length_a - b->length : 0;
        b->length += it->times;
    }
    if (b->has_equivalent)
        prog_die(0, "[=c=] expressions may not appear in string2 when translating");
    if (b->has_other_class)
        prog_die(0, "when translating, the only character classes that may appear in\nstring2 are "
                    "'upper' and 'lower'");
    if (!o->complement && b->has_case)
        check_cases(a, b);
    if (length_a > b->length && !o->truncate) {
        if (b->length == 0)
            prog_die(0, "when not truncating set1, string2 must be non-empty");
        if (b->items[b->n - 1].kind == CLASS)
            prog_die(0, "when translating with string1 longer than string2,\nthe latter string "
                        "must not end with a character class");
    }
    if (o->complement && a->has_class &&
        !(is_homogeneous(b) && (b->length == length_a || (b->length < length_a && !o->truncate))))
        prog_die(0, "when translating with complemented character classes,\nstring2 must map all "
                    "characters in the domain to one");
}

static void make_table(const tr_options *o, const string *a, string *b, uint8_t table[256])
{
    for (unsigned c = 0; c < 256; c++)
        table[c] = (uint8_t)c;
    bool in_first[256];
    uint64_t length_a = a->length;
    set_of(a, o->complement, in_first);
    if (o->complement) {
        length_a = 0;
        for (unsigned c = 0; c < 256; c++)
            length_a += in_first[c];
    }
    check_pair(o, a, b, length_a);
    walker x = {.s = a}, y = {.s = b};
    int last = -1;
    for (unsigned c = 0;;) {
        while (o->complement && c < 256 && !in_first[c])
            c++;
        int from = o->complement ? (c < 256 ? (int)c++ : -1) : walk(&x);
        int to = walk(&y);
        if (from < 0 || (to < 0 && o->truncate))
            break;
        last = to < 0 ? last : to;
        table[from] = (uint8_t)last;
    }
}

/* ---- copying
 * ------------------------------------------------------------------------------------------- */

static void copy(const uint8_t *table, const bool *deleted, const bool *squeezed)
{
    prog_reader r = {.fd = 0, .name = "-"};
    bx_str block;
    int last = -1;
    while (!prog_out.error && prog_block(&r, &block)) {
        const uint8_t *p = (const uint8_t *)block.p, *end = p + block.n;
        while (p < end) {
            size_t n = (size_t)(end - p) < PROG_BLOCK / 2 ? (size_t)(end - p) : PROG_BLOCK / 2;
            uint8_t *out = prog_room(&prog_out, n), *q = out;
            if (!deleted && !squeezed) {
                for (size_t i = 0; i < n; i++)
                    q[i] = table[p[i]];
                q += n;
            } else if (deleted && !squeezed) {
                for (size_t i = 0; i < n; i++) {
                    *q = p[i];
                    q += !deleted[p[i]];
                }
            } else {
                for (size_t i = 0; i < n; i++) {
                    if (deleted && deleted[p[i]])
                        continue;
                    uint8_t c = table[p[i]];
                    if (c == last && squeezed[c])
                        continue;
                    last = c;
                    *q++ = c;
                }
            }
            prog_out.n += (size_t)(q - out);
            p += n;
        }
    }
    if (r.error)
        prog_die(r.error, "read error");
    free(r.p);
}

static void check_operands(const tr_options *o, int argc, char **argv, int next)
{
    int n = argc - next;
    int least = 1 + (o->delete == o->squeeze), most = 1 + (o->delete <= o->squeeze);
    if (n < least) {
        if (n == 0)
            prog_usage("missing operand");
        prog_warn(0, "missing operand after %s", prog_quote(argv[argc - 1]));
        prog_writer err = {.fd = 2};
        prog_puts(&err,
                  o->squeeze
                      ? "Two strings must be given when both deleting and squeezing repeats.\n"
                      : "Two strings must be given when translating.\n");
        (void)prog_flush(&err);
        prog_usage(NULL);
    }
    if (n > most) {
        prog_warn(0, "extra operand %s", prog_quote(argv[next + most]));
        prog_writer err = {.fd = 2};
        if (n == 2)
            prog_puts(&err,
                      "Only one string may be given when deleting without squeezing repeats.\n");
        (void)prog_flush(&err);
        prog_usage(NULL);
    }
}

int text_tr(int argc, char **argv)
{
    static const prog_long longs[] = {{"complement", PROG_NO_ARG, 'c'},
                                      {"delete", PROG_NO_ARG, 'd'},
                                      {"squeeze-repeats", PROG_NO_ARG, 's'},
                                      {"truncate-set1", PROG_NO_ARG, 't'},
                                      {0}};
    prog_opts opts = {.argc = argc, .argv = argv, .shorts = "+cCdst", .longs = longs};
    tr_options o = {0};
    for (int c; (c = prog_opt(&opts)) != -1;) {
        o.complement |= c == 'c' || c == 'C';
        o.delete |= c == 'd';
        o.squeeze |= c == 's';
        o.truncate |= c == 't';
    }
    check_operands(&o, argc, argv, opts.next);
    bool translate = argc - opts.next == 2 && !o.delete;
    string a, b = {0};
    parse(argv[opts.next], &a);
    if (argc - opts.next == 2)
        parse(argv[opts.next + 1], &b);
    measure(&a, false);
    if (argc - opts.next == 2)
        measure(&b, true);
    o.truncate = o.truncate && translate;
    if (b.indefinite != SIZE_MAX && argc - opts.next == 2 && !translate)
        prog_die(0, "the [c*] construct may appear in string2 only when translating");
    uint8_t table[256];
    bool first[256], second[256];
    for (unsigned c = 0; c < 256; c++)
        table[c] = (uint8_t)c;
    set_of(&a, o.complement, first);
    if (translate)
        make_table(&o, &a, &b, table);
    set_of(argc - opts.next == 2 ? &b : &a, argc - opts.next == 1 && o.complement, second);
    copy(table, o.delete ? first : NULL, o.squeeze ? second : NULL);
    free(a.items);
    free(b.items);
    return 0;
}
