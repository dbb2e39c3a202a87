/* text/od.c - od (POSIX; GNU). */
#include "programs/text/text.h"

#include <stdio.h>
#include <unistd.h>

const char text_od_help[] =
    "Usage: od [OPTION]... [FILE]...\n"
    "Print bytes as numbers, octal ones of two bytes unless told otherwise.\n"
    "\n"
    "  -A, --address-radix=R    addresses in R: d, o, x, or n for none\n"
    "      --endian=big|little  the order of bytes\n"
    "  -j, --skip-bytes=N       begin behind N bytes\n"
    "  -N, --read-bytes=N       at most N bytes\n"
    "  -t, --format=TYPE        a, c, or d f o u x with the size: 1 2 4 8, C S I L, F D;\n"
    "                           with z: text beside it\n"
    "  -v, --output-duplicates  do not print * for equal lines\n"
    "  -w, --width[=N]          N bytes a line (16; 32 without N)\n"
    "  -a -b -c -d -f -i -l -o -s -x   as -t a, o1, c, u2, fF, dI, dL, o2, d2, x2\n"
    "\n"
    "Examples:\n"
    "  $ printf 'hi\\n' | od -c\n"
    "  0000000   h   i  \\n\n"
    "  0000003\n"
    "  $ printf 'hi\\n' | od -An -tx1\n"
    "   68 69 0a\n";

typedef struct od_type {
    char kind; /* a c d f o u x */
    size_t size;
    int width;  /* columns of a number */
    size_t pad; /* blanks of a line beyond that, shared among its numbers */
    bool text;
} od_type;

typedef struct dumping {
    od_type *types;
    size_t n_types, cap_types;
    size_t block;
    char radix;
    uint64_t skip, limit;
    bool has_limit, all, swap;
    char **names;
    int n_names;
    prog_reader r;
    bool open;
    int status;
} dumping;

/* ---- types ----------------------------------------------------------------------------------- */

static int width_of(char kind, size_t size)
{
    static const int octal[] = {3, 6, 0, 11, 0, 0, 0, 22}, plain[] = {3, 5, 0, 10, 0, 0, 0, 20},
                     with_sign[] = {4, 6, 0, 11, 0, 0, 0, 20}, hex[] = {2, 4, 0, 8, 0, 0, 0, 16};
    switch (kind) {
    case 'o':
        return octal[size - 1];
    case 'u':
        return plain[size - 1];
    case 'd':
        return with_sign[size - 1];
    case 'x':
        return hex[size - 1];
    case 'f':
        return size == 4 ? 15 : 24;
    default:
        return 3;
    }
}

static const char *type_size(const char *s, const char *whole, char kind, size_t *ret)
{
    static const struct {
        char c;
        size_t size;
    } letters[] = {{'C', 1}, {'S', 2}, {'I', 4}, {'L', 8}, {'F', 4}, {'D', 8}};
    for (size_t i = 0; i < BX_COUNT(letters); i++)
        if (*s == letters[i].c && (kind == 'f') == (i >= 4)) {
            *ret = letters[i].size;
            return s + 1;
        }
    *ret = kind == 'f' ? 8 : 4;
    if (!prog_is_digit(*s))
        return s;
    uint64_t n = 0;
    const char *start = s;
    for (; prog_is_digit(*s); s++)
        if (n < 100000)
            n = n * 10 + (uint64_t)(*s - '0');
    bool fine = kind == 'f' ? n == 4 || n == 8 : n == 1 || n == 2 || n == 4 || n == 8;
    if (!fine) {
        char *digits = prog_strndup(start, (size_t)(s - start));
        prog_die(0,
                 kind == 'f' ? "invalid type string %s;\nthis system doesn't provide a %s-byte "
                               "floating point type"
                             : "invalid type string %s;\nthis system doesn't provide a %s-byte "
                               "integral type",
                 prog_quote(whole), digits);
    }
    *ret = (size_t)n;
    return s;
}

static void add_types(dumping *d, const char *text)
{
    const char *s = text;
    if (!*s)
        prog_die(0, "invalid type string %s", prog_quote(text));
    while (*s) {
        od_type t = {.kind = *s, .size = 1};
        if (!strchr("acdfoux", *s))
            prog_die(0, "invalid character '%c' in type string %s", *s, prog_quote(text));
        s++;
        if (t.kind != 'a' && t.kind != 'c')
            s = type_size(s, text, t.kind, &t.size);
        if (*s == 'z') {
            t.text = true;
            s++;
        }
        t.width = width_of(t.kind, t.size);
        d->types = prog_grow(d->types, &d->cap_types, d->n_types, sizeof *d->types);
        d->types[d->n_types++] = t;
    }
}

/* ---- one line -------------------------------------------------------------------------------- */

static void put_padded(const char *text, int width)
{
    size_t n = strlen(text);
    prog_putc(&prog_out, ' ');
    if (n < (size_t)width)
        prog_fill(&prog_out, ' ', (size_t)width - n);
    prog_write(&prog_out, text, n);
}

static void named_char(uint8_t c, char out[8])
{
    static const char names[] = "nul\0soh\0stx\0etx\0eot\0enq\0ack\0bel\0 bs\0 ht\0 nl\0 vt\0 ff\0"
                                " cr\0 so\0 si\0dle\0dc1\0dc2\0dc3\0dc4\0nak\0syn\0etb\0can\0 em\0"
                                "sub\0esc\0 fs\0 gs\0 rs\0 us\0 sp";
    c &= 0x7f;
    if (c <= 32)
        memcpy(out, names + 4 * c, 4);
    else if (c == 127)
        memcpy(out, "del", 4);
    else
        memcpy(out, (char[]){(char)c, '\0'}, 2);
}

static void plain_char(uint8_t c, char out[8])
{
    static const char escapes[] = "a\ab\bf\fn\nr\rt\tv\v";
    if (c == 0) {
        memcpy(out, "\\0", 3);
        return;
    }
    for (const char *p = escapes; *p; p += 2)
        if (p[1] == (char)c) {
            memcpy(out, (char[]){'\\', *p, '\0'}, 3);
            return;
        }
    if (prog_is_print(c))
        memcpy(out, (char[]){(char)c, '\0'}, 2);
    else
        (void)snprintf(out, 8, "%03o", c);
}

static void float_text(double x, bool single, char out[40])
{
    const double magnitude = x < 0 ? -x : x;
    const bool tiny = magnitude < (single ? 1.17549435e-38 : 2.2250738585072014e-308);
    for (int digits = tiny ? 1 : single ? 6 : 15;; digits++) {
        (void)snprintf(out, 40, "%.*g", digits, x);
        double back = strtod(out, NULL);
        if (digits >= (single ? 9 : 17) || x != x || (single ? (float)back == (float)x : back == x))
            return;
    }
}

static void number_text(const dumping *d, const od_type *t, const uint8_t *p, char out[40])
{
    uint8_t bytes[8];
    for (size_t i = 0; i < t->size; i++)
        bytes[i] = p[d->swap ? t->size - 1 - i : i];
    uint64_t u = 0;
    memcpy(&u, bytes, t->size); /* of a machine whose order is little */
    unsigned drop = 64 - 8 * (unsigned)t->size;
    switch (t->kind) {
    case 'a':
        named_char(*p, out);
        break;
    case 'c':
        plain_char(*p, out);
        break;
    case 'd':
        (void)snprintf(out, 40, "%lld", (long long)((int64_t)(u << drop) >> drop));
        break;
    case 'u':
        (void)snprintf(out, 40, "%llu", (unsigned long long)u);
        break;
    case 'o':
        (void)snprintf(out, 40, "%0*llo", t->width, (unsigned long long)u);
        break;
    case 'x':
        (void)snprintf(out, 40, "%0*llx", t->width, (unsigned long long)u);
        break;
    default:
        if (t->size == 4) {
            float x;
            memcpy(&x, bytes, 4);
            float_text((double)x, true, out);
        } else {
            double x;
            memcpy(&x, bytes, 8);
            float_text(x, false, out);
        }
        break;
    }
}

static void put_address(const dumping *d, uint64_t at)
{
    char text[40];
    if (d->radix == 'n')
        return;
    (void)snprintf(text, sizeof text,
                   d->radix == 'd'   ? "%07llu"
                   : d->radix == 'x' ? "%06llx"
                                     : "%07llo",
                   (unsigned long long)at);
    prog_puts(&prog_out, text);
}

static void put_line(const dumping *d, uint64_t at, const uint8_t *p, size_t n)
{
    for (size_t k = 0; k < d->n_types; k++) {
        const od_type *t = &d->types[k];
        if (k == 0)
            put_address(d, at);
        else
            prog_fill(&prog_out, ' ', d->radix == 'n' ? 0 : d->radix == 'x' ? 6 : 7);
        size_t fields = d->block / t->size, used = (n + t->size - 1) / t->size, pad = t->pad;
        char text[40];
        for (size_t i = 0; i < used; i++) {
            size_t next = t->pad * (fields - 1 - i) / fields;
            number_text(d, t, p + i * t->size, text);
            put_padded(text, t->width + (int)(pad - next));
            pad = next;
        }
        if (t->text) {
            prog_fill(&prog_out, ' ', (fields - used) * (size_t)(t->width + 1) + pad);
            prog_puts(&prog_out, "  >");
            for (size_t i = 0; i < n; i++)
                prog_putc(&prog_out, prog_is_print(p[i]) ? p[i] : '.');
            prog_putc(&prog_out, '<');
        }
        prog_putc(&prog_out, '\n');
    }
}

/* ---- input ----------------------------------------------------------------------------------- */

/* The files one behind the other; false at the end of all. */
static bool next_file(dumping *d)
{
    while (d->n_names > 0) {
        const char *name = *d->names++;
        d->n_names--;
        if (prog_open(&d->r, name)) {
            d->open = true;
            return true;
        }
        d->status = 1;
    }
    return false;
}

static size_t read_all(dumping *d, uint8_t *p, size_t n)
{
    size_t got = 0;
    while (got < n) {
        if (!d->open && !next_file(d))
            break;
        if (d->r.at == d->r.end && !prog_more(&d->r)) {
            d->status |= !prog_close(&d->r);
            d->open = false;
            continue;
        }
        size_t part = d->r.end - d->r.at < n - got ? d->r.end - d->r.at : n - got;
        memcpy(p + got, d->r.p + d->r.at, part);
        d->r.at += part;
        got += part;
    }
    return got;
}

static void skip(dumping *d)
{
    uint8_t block[4096];
    for (uint64_t left = d->skip; left > 0;) {
        size_t want = left < sizeof block ? (size_t)left : sizeof block;
        size_t got = read_all(d, block, want);
        if (got == 0)
            prog_die(0, "cannot skip past end of combined input");
        left -= got;
    }
}

static void dump(dumping *d)
{
    uint8_t *now = prog_zalloc(d->block + 8, 1), *before = prog_zalloc(d->block + 8, 1);
    uint64_t at = d->skip, left = d->has_limit ? d->limit : UINT64_MAX;
    bool first = true, starred = false;
    while (!prog_out.error && left > 0) {
        size_t want = d->block < left ? d->block : (size_t)left;
        size_t n = read_all(d, now, want);
        if (n == 0)
            break;
        left -= n;
        memset(now + n, 0, d->block - n);
        if (!d->all && !first && n == d->block && memcmp(now, before, n) == 0) {
            if (!starred)
                prog_puts(&prog_out, "*\n");
            starred = true;
        } else {
            put_line(d, at, now, n);
            starred = false;
        }
        first = false;
        at += n;
        uint8_t *swap = now;
        now = before;
        before = swap;
        if (n < want)
            break;
    }
    if (d->radix != 'n') {
        put_address(d, at);
        prog_putc(&prog_out, '\n');
    }
    free(now);
    free(before);
}

/* ---- options --------------------------------------------------------------------------------- */

static size_t common_multiple(size_t a, size_t b)
{
    size_t x = a, y = b;
    while (y) {
        size_t t = x % y;
        x = y;
        y = t;
    }
    return a / x * b;
}

static void lay_out(dumping *d, bool has_width, uint64_t width)
{
    if (d->n_types == 0)
        add_types(d, "o2");
    size_t multiple = 1, columns = 0;
    for (size_t i = 0; i < d->n_types; i++)
        multiple = common_multiple(multiple, d->types[i].size);
    d->block = multiple < 16 ? 16 / multiple * multiple : multiple;
    if (has_width) {
        if (width == 0 || width % multiple) {
            prog_warn(0, "warning: invalid width %llu; using %zu instead",
                      (unsigned long long)width, multiple);
            width = multiple;
        }
        d->block = (size_t)width;
    }
    for (size_t i = 0; i < d->n_types; i++) {
        size_t c = (size_t)(d->types[i].width + 1) * (d->block / d->types[i].size);
        columns = c > columns ? c : columns;
    }
    for (size_t i = 0; i < d->n_types; i++)
        d->types[i].pad = columns - (size_t)(d->types[i].width + 1) * (d->block / d->types[i].size);
}

static uint64_t number(const char *text, const char *what)
{
    uint64_t n = 0;
    const char *digits = text;
    if (digits[0] == '0' && (digits[1] | 32) == 'x') {
        char *end;
        n = strtoull(text, &end, 16);
        if (!*end)
            return n;
    }
    prog_num state = prog_uint(text, "bEGKkMmPTYZ0", &n);
    if (state == PROG_NUM_OVERFLOW)
        prog_die(0, "%s argument %s too large", what, prog_quote(text));
    if (state == PROG_NUM_SUFFIX)
        prog_die(0, "invalid suffix in %s argument %s", what, prog_quote(text));
    if (state)
        prog_die(0, "invalid %s argument %s", what, prog_quote(text));
    if (digits[0] == '0' && digits[1] && strspn(digits, "01234567") == strlen(digits))
        n = strtoull(text, NULL, 8);
    return n;
}

int text_od(int argc, char **argv)
{
    enum { ENDIAN = 256 };
    static const prog_long longs[] = {{"skip-bytes", PROG_ARG, 'j'},
                                      {"address-radix", PROG_ARG, 'A'},
                                      {"read-bytes", PROG_ARG, 'N'},
                                      {"format", PROG_ARG, 't'},
                                      {"output-duplicates", PROG_NO_ARG, 'v'},
                                      {"width", PROG_MAY_ARG, 'w'},
                                      {"endian", PROG_ARG, ENDIAN},
                                      {0}};
    static const struct {
        char c;
        const char *type;
    } short_types[] = {{'a', "a"},  {'b', "o1"}, {'c', "c"},  {'d', "u2"}, {'f', "fF"},
                       {'i', "dI"}, {'l', "dL"}, {'o', "o2"}, {'s', "d2"}, {'x', "x2"},
                       {'h', "x2"}, {'B', "o2"}, {'D', "u4"}, {'e', "fD"}, {'F', "fD"},
                       {'H', "x4"}, {'I', "dL"}, {'L', "dL"}, {'O', "o4"}, {'X', "x4"}};
    prog_opts o = {
        .argc = argc, .argv = argv, .shorts = "A:aBbcDdeFfHhIij:LlN:OosXxt:vw::", .longs = longs};
    dumping d = {.radix = 'o'};
    bool has_width = false;
    uint64_t width = 32;
    for (int c; (c = prog_opt(&o)) != -1;)
        switch (c) {
        case 'A':
            if (!strchr("doxn", *o.arg) || !*o.arg)
                prog_die(0,
                         "invalid output address radix '%c'; it must be one character from "
                         "[doxn]",
                         *o.arg);
            d.radix = *o.arg;
            break;
        case 'j':
            d.skip = number(o.arg, "-j");
            break;
        case 'N':
            d.limit = number(o.arg, "-N");
            d.has_limit = true;
            break;
        case 't':
            add_types(&d, o.arg);
            break;
        case 'v':
            d.all = true;
            break;
        case 'w':
            has_width = true;
            width = o.arg ? number(o.arg, "-w") : 32;
            if (width > 1 << 24)
                prog_die(0, "-w argument %s too large", prog_quote(o.arg));
            break;
        case ENDIAN:
            d.swap = *o.arg == 'b';
            break;
        default:
            for (size_t i = 0; i < BX_COUNT(short_types); i++)
                if (short_types[i].c == c)
                    add_types(&d, short_types[i].type);
            break;
        }
    static char dash[] = "-", *only[] = {dash};
    d.names = o.next < argc ? argv + o.next : only;
    d.n_names = o.next < argc ? argc - o.next : 1;
    if (!next_file(&d))
        return 1;
    skip(&d);
    lay_out(&d, has_width, width);
    dump(&d);
    if (d.open)
        d.status |= !prog_close(&d.r);
    free(d.types);
    return d.status;
}
