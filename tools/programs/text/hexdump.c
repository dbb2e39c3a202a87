/* text/hexdump.c - hexdump (util-linux; BSD): each line is printed by format strings. */
#include "programs/text/text.h"

#include <stdio.h>
#include <unistd.h>

const char text_hexdump_help[] =
    "Usage: hexdump [OPTION]... [FILE]...\n"
    "Print bytes as numbers of two bytes in hexadecimal digits, or as FORMATs say.\n"
    "\n"
    "  -b           octal bytes\n"
    "  -c           characters\n"
    "  -C           hexadecimal bytes and text\n"
    "  -d           decimal numbers of two bytes\n"
    "  -e FORMAT    [ITERATIONS][/BYTES] \"format\" ...; %_a[dox] %_A[dox] %_c %_p %_u %d %x ...\n"
    "  -f FILE      FORMATs from FILE\n"
    "  -n N         at most N bytes\n"
    "  -o           octal numbers of two bytes\n"
    "  -s N         begin behind N bytes\n"
    "  -v           do not print * for equal lines\n"
    "  -x           hexadecimal numbers of two bytes\n"
    "\n"
    "Examples:\n"
    "  $ printf 'hello\\n' | hexdump -C\n"
    "  00000000  68 65 6c 6c 6f 0a                                 |hello.|\n"
    "  00000006\n"
    "  $ printf 'AB' | hexdump -v -e '/1 \"%02x \"'; echo\n"
    "  41 42 \n";

typedef struct piece { /* text, or a conversion with what stands around it */
    char *text;        /* of a conversion: flags, width and precision */
    char kind;         /* 0 text; a A address; c p u; d i o u x X numbers as D..; s; f */
    char radix;        /* of addresses */
    size_t bytes;
} piece;

typedef struct unit {
    uint64_t times;
    size_t bytes; /* of one iteration */
    bool has_times;
    piece *p;
    size_t n, cap;
} unit;

typedef struct line_format {
    unit *u;
    size_t n, cap, bytes;
} line_format;

typedef struct hexdumping {
    line_format *f;
    size_t n, cap, block;
    uint64_t skip, limit;
    bool has_limit, all;
    char **names;
    int n_names;
    prog_reader r;
    bool open;
    int status;
    char address_radix; /* of the last %_A; 0: none */
    const char *address_text;
    char *end_text;
} hexdumping;

/* ---- formats -----------------------------------------------------------------------------------
 */

static BX_NORETURN void bad_format(const char *format) { prog_die(0, "bad format {%s}", format); }

static piece *add_piece(unit *u)
{
    u->p = prog_grow(u->p, &u->cap, u->n, sizeof *u->p);
    u->p[u->n] = (piece){0};
    return &u->p[u->n++];
}

static void add_text(unit *u, prog_buf *b)
{
    if (b->n == 0)
        return;
    piece *p = add_piece(u);
    p->text = prog_strndup(b->p, b->n);
    p->bytes = 0;
    b->n = 0;
}

static const char *add_conversion(unit *u, const char *s, const char *whole, size_t unit_bytes)
{
    const char *start = s;
    s += strspn(s, "-+ #0");
    s += strspn(s, "0123456789");
    size_t precision = 0;
    if (*s == '.') {
        s++;
        for (; prog_is_digit(*s); s++)
            if (precision < 4096)
                precision = precision * 10 + (size_t)(*s - '0');
    }
    piece *p = add_piece(u);
    p->text = prog_strndup(start, (size_t)(s - start));
    if (*s == '_') {
        s++;
        p->kind = *s;
        if (*s == 'a' || *s == 'A') {
            p->radix = s[1];
            if (!s[1] || !strchr("dox", s[1]))
                bad_format(whole);
            return s + 2;
        }
        if (*s != 'c' && *s != 'p' && *s != 'u')
            bad_format(whole);
        p->kind = *s == 'u' ? 'U' : *s;
        p->bytes = 1;
        return s + 1;
    }
    switch (*s) {
    case 'c':
        p->kind = 'C';
        p->bytes = 1;
        break;
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        p->kind = *s;
        p->bytes = unit_bytes ? unit_bytes : 4;
        if (p->bytes != 1 && p->bytes != 2 && p->bytes != 4 && p->bytes != 8)
            prog_die(0, "bad byte count for conversion character %c", *s);
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
        p->kind = *s;
        p->bytes = unit_bytes ? unit_bytes : 8;
        if (p->bytes != 4 && p->bytes != 8)
            prog_die(0, "bad byte count for conversion character %c", *s);
        break;
    case 's':
        p->kind = 's';
        p->bytes = unit_bytes ? unit_bytes : precision;
        if (p->bytes == 0)
            prog_die(0, "%%s requires a precision or a byte count");
        break;
    default:
        prog_die(0, "bad conversion character %%%c", *s ? *s : ' ');
    }
    return s + 1;
}

static void parse_unit_text(unit *u, const char *s, size_t n, const char *whole)
{
    static const char escapes[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"";
    char *text = prog_strndup(s, n);
    prog_buf b = {0};
    size_t unit_bytes = u->bytes, sum = 0;
    for (const char *p = text; *p;) {
        if (*p == '\\' && p[1]) {
            const char *hit = NULL;
            for (const char *q = escapes; *q && !hit; q += 2)
                if (*q == p[1])
                    hit = q;
            prog_buf_putc(&b, hit ? hit[1] : p[1]);
            p += 2;
        } else if (*p == '%' && p[1] == '%') {
            prog_buf_putc(&b, '%');
            p += 2;
        } else if (*p == '%') {
            add_text(u, &b);
            p = add_conversion(u, p + 1, whole, unit_bytes);
            sum += u->p[u->n - 1].bytes;
        } else {
            prog_buf_putc(&b, *p++);
        }
    }
    add_text(u, &b);
    if (!u->bytes)
        u->bytes = sum;
    prog_buf_free(&b);
    free(text);
}

static void add_format(hexdumping *h, const char *text)
{
    line_format f = {0};
    const char *s = text;
    for (;;) {
        while (prog_is_space(*s))
            s++;
        if (!*s)
            break;
        unit u = {.times = 1};
        char *end;
        if (prog_is_digit(*s)) {
            u.times = strtoull(s, &end, 10);
            u.has_times = true;
            s = end;
            if (u.times > 1 << 20)
                bad_format(text);
            while (prog_is_space(*s))
                s++;
        }
        if (*s == '/') {
            s++;
            while (prog_is_space(*s))
                s++;
            if (!prog_is_digit(*s))
                bad_format(text);
            u.bytes = (size_t)strtoull(s, &end, 10);
            s = end;
            if (u.bytes > 1 << 16)
                bad_format(text);
            while (prog_is_space(*s))
                s++;
        }
        if (*s != '"')
            bad_format(text);
        const char *from = ++s;
        while (*s && *s != '"')
            s += *s == '\\' && s[1] ? 2 : 1;
        if (*s != '"')
            bad_format(text);
        parse_unit_text(&u, from, (size_t)(s - from), text);
        s++;
        f.u = prog_grow(f.u, &f.cap, f.n, sizeof *f.u);
        f.u[f.n++] = u;
        f.bytes += (size_t)u.times * u.bytes;
    }
    h->f = prog_grow(h->f, &h->cap, h->n, sizeof *h->f);
    h->f[h->n++] = f;
}

/* ---- printing ----------------------------------------------------------------------------------
 */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_with(const char *flags, const char *more, uint64_t n, char *out, size_t size)
{
    char format[128];
    (void)snprintf(format, sizeof format, "%%%.64s%s", flags, more);
    (void)snprintf(out, size, format, n);
}

static void put_with_double(const char *flags, char kind, double x, char *out, size_t size)
{
    char format[128];
    (void)snprintf(format, sizeof format, "%%%.64s%c", flags, kind);
    (void)snprintf(out, size, format, x);
}

static void put_with_text(const char *flags, const char *text, char *out, size_t size)
{
    char format[128];
    (void)snprintf(format, sizeof format, "%%%.64ss", flags);
    (void)snprintf(out, size, format, text);
}
#pragma GCC diagnostic pop

static const char *char_text(char kind, uint8_t c, char out[8])
{
    static const char names[] = "nulsohstxetxeotenqackbelbs ht lf vt ff cr so si dledc1dc2dc3dc4"
                                "naksynetbcanem subescfs gs rs us ";
    static const char escapes[] = "a\ab\bf\fn\nr\rt\tv\v";
    if (kind == 'U') {
        if (c < 32) {
            memcpy(out, names + 3 * c, 3);
            out[3] = '\0';
            if (out[2] == ' ')
                out[2] = '\0';
        } else if (c == 127) {
            memcpy(out, "del", 4);
        } else if (prog_is_print(c)) {
            memcpy(out, (char[]){(char)c, '\0'}, 2);
        } else {
            (void)snprintf(out, 8, "%02x", c);
        }
        return out;
    }
    if (c == 0)
        return memcpy(out, "\\0", 3);
    for (const char *p = escapes; *p; p += 2)
        if (p[1] == (char)c)
            return memcpy(out, (char[]){'\\', *p, '\0'}, 3);
    if (prog_is_print(c))
        return memcpy(out, (char[]){(char)c, '\0'}, 2);
    (void)snprintf(out, 8, "%03o", c);
    return out;
}

static void piece_text(const piece *p, const uint8_t *bytes, char *out, size_t size)
{
    uint64_t n = 0;
    char small[8];
    if (p->bytes <= 8)
        memcpy(&n, bytes, p->bytes);
    unsigned drop = 64 - 8 * (unsigned)(p->bytes && p->bytes <= 8 ? p->bytes : 8);
    switch (p->kind) {
    case 'p':
    case 'C':
        small[0] = prog_is_print(*bytes) || p->kind == 'C' ? (char)*bytes : '.';
        small[1] = '\0';
        put_with_text(p->text, small, out, size);
        break;
    case 'c':
    case 'U':
        put_with_text(p->text, char_text(p->kind, *bytes, small), out, size);
        break;
    case 'd':
    case 'i':
        put_with(p->text, "lld", (uint64_t)((int64_t)(n << drop) >> drop), out, size);
        break;
    case 'o':
        put_with(p->text, "llo", n, out, size);
        break;
    case 'u':
        put_with(p->text, "llu", n, out, size);
        break;
    case 'x':
        put_with(p->text, "llx", n, out, size);
        break;
    case 'X':
        put_with(p->text, "llX", n, out, size);
        break;
    case 's': {
        char *text = prog_strndup((const char *)bytes, p->bytes);
        put_with_text(p->text, text, out, size);
        free(text);
        break;
    }
    default: {
        double x;
        float f;
        memcpy(&x, bytes, 8);
        if (p->bytes == 4) {
            memcpy(&f, bytes, 4);
            x = (double)f;
        }
        put_with_double(p->text, p->kind, x, out, size);
        break;
    }
    }
}

static void address_text(const char *flags, char radix, uint64_t at, char *out, size_t size)
{
    put_with(flags, radix == 'd' ? "lld" : radix == 'o' ? "llo" : "llx", at, out, size);
}

/* Blanks where a conversion has no bytes any more: as wide as it would be. */
static size_t blank_width(const piece *p)
{
    static const uint8_t zeros[1 << 16];
    char text[1024];
    if (p->kind == 's') {
        put_with_text(p->text, "", text, sizeof text);
        return strlen(text);
    }
    if (p->kind == 'c' || p->kind == 'U' || p->kind == 'p' || p->kind == 'C') {
        put_with_text(p->text, "", text, sizeof text);
        return strlen(text);
    }
    /* the field's width alone counts */
    const char *s = p->text + strspn(p->text, "-+ #0");
    (void)zeros;
    return (size_t)strtoull(s, NULL, 10);
}

static void put_unit(hexdumping *h, const unit *u, const uint8_t *p, size_t *at, size_t n,
                     uint64_t address)
{
    char text[1024];
    for (uint64_t i = 0; i < u->times; i++) {
        bool last = i + 1 == u->times;
        size_t base = *at;
        for (size_t k = 0; k < u->n; k++) {
            const piece *q = &u->p[k];
            if (q->kind == 'A') {
                h->address_radix = q->radix;
                h->address_text = q->text;
                continue;
            }
            if (q->kind == 'a') {
                address_text(q->text, q->radix, address + *at, text, sizeof text);
                prog_puts(&prog_out, text);
                continue;
            }
            if (q->kind == 0) {
                const char *s = q->text;
                size_t length = strlen(s);
                /* the blanks at the end of an iterated unit are not printed the last time */
                if (last && k + 1 == u->n && u->has_times && u->times > 1)
                    while (length > 0 && prog_is_space(s[length - 1]))
                        length--;
                prog_write(&prog_out, s, length);
                continue;
            }
            if (*at >= n) {
                prog_fill(&prog_out, ' ', blank_width(q));
            } else {
                piece_text(q, p + *at, text, sizeof text);
                prog_puts(&prog_out, text);
            }
            *at += q->bytes;
        }
        if (*at < base + u->bytes)
            *at = base + u->bytes;
    }
}

static bool has_address_end(const line_format *f)
{
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = 0; k < f->u[i].n; k++)
            if (f->u[i].p[k].kind == 'A')
                return true;
    return false;
}

static void put_block(hexdumping *h, const uint8_t *p, size_t n, uint64_t address)
{
    for (size_t i = 0; i < h->n; i++) {
        if (has_address_end(&h->f[i])) /* only at the end */
            continue;
        size_t at = 0;
        for (size_t k = 0; k < h->f[i].n; k++)
            put_unit(h, &h->f[i].u[k], p, &at, n, address);
    }
}

static void put_end(hexdumping *h, uint64_t address)
{
    char text[1024];
    for (size_t i = h->n; i-- > 0;) {
        if (!has_address_end(&h->f[i]))
            continue;
        for (size_t k = 0; k < h->f[i].n; k++)
            for (size_t m = 0; m < h->f[i].u[k].n; m++) {
                const piece *q = &h->f[i].u[k].p[m];
                if (q->kind == 'A') {
                    address_text(q->text, q->radix, address, text, sizeof text);
                    prog_puts(&prog_out, text);
                } else if (q->kind == 0) {
                    prog_puts(&prog_out, q->text);
                }
            }
        return; /* the last one that has an address at the end */
    }
}

/* ---- input
 * --------------------------------------------------------------------------------------- */

static bool next_file(hexdumping *h)
{
    while (h->n_names > 0) {
        const char *name = *h->names++;
        h->n_names--;
        if (prog_open(&h->r, name)) {
            h->open = true;
            return true;
        }
        h->status = 1;
    }
    return false;
}

static size_t read_all(hexdumping *h, uint8_t *p, size_t n)
{
    size_t got = 0;
    while (got < n) {
        if (!h->open && !next_file(h))
            break;
        if (h->r.at == h->r.end && !prog_more(&h->r)) {
            h->status |= !prog_close(&h->r);
            h->open = false;
            continue;
        }
        size_t part = h->r.end - h->r.at < n - got ? h->r.end - h->r.at : n - got;
        memcpy(p + got, h->r.p + h->r.at, part);
        h->r.at += part;
        got += part;
    }
    return got;
}

static void dump(hexdumping *h)
{
    uint8_t *now = prog_zalloc(h->block + 16, 1), *before = prog_zalloc(h->block + 16, 1);
    uint64_t at = 0, left = h->has_limit ? h->limit : UINT64_MAX;
    while (at < h->skip) {
        size_t want = h->skip - at < h->block ? (size_t)(h->skip - at) : h->block;
        size_t got = read_all(h, now, want);
        at += got;
        if (got < want)
            break;
    }
    bool first = true, starred = false, any = false;
    while (left > 0 && !prog_out.error) {
        size_t want = h->block < left ? h->block : (size_t)left;
        size_t n = read_all(h, now, want);
        if (n == 0)
            break;
        any = true;
        left -= n;
        memset(now + n, 0, h->block - n);
        if (!h->all && !first && n == h->block && memcmp(now, before, n) == 0) {
            if (!starred)
                prog_puts(&prog_out, "*\n");
            starred = true;
        } else {
            put_block(h, now, n, at);
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
    if (any || at > 0)
        put_end(h, at);
    free(now);
    free(before);
}

static void read_formats(hexdumping *h, const char *name)
{
    prog_reader r;
    if (!prog_open(&r, name))
        prog_exit(1);
    bx_str line;
    while (prog_line(&r, '\n', &line, NULL)) {
        char *text = prog_strndup(line.p, line.n);
        char *s = text + strspn(text, " \t");
        if (*s && *s != '#')
            add_format(h, s);
        free(text);
    }
    (void)prog_close(&r);
}

static void add_standard(hexdumping *h, int c)
{
    add_format(h, c == 'C' ? "\"%08.8_Ax\n\"" : "\"%07.7_Ax\n\"");
    switch (c) {
    case 'b':
        add_format(h, "\"%07.7_ax \" 16/1 \"%03o \" \"\\n\"");
        break;
    case 'c':
        add_format(h, "\"%07.7_ax \" 16/1 \"%3_c \" \"\\n\"");
        break;
    case 'C':
        add_format(h, "\"%08.8_ax  \" 8/1 \"%02x \" \"  \" 8/1 \"%02x \" ");
        add_format(h, "\"  |\" 16/1 \"%_p\" \"|\\n\"");
        break;
    case 'd':
        add_format(h, "\"%07.7_ax \" 8/2 \"  %05u \" \"\\n\"");
        break;
    case 'o':
        add_format(h, "\"%07.7_ax \" 8/2 \" %06o \" \"\\n\"");
        break;
    case 'x':
        add_format(h, "\"%07.7_ax \" 8/2 \"   %04x \" \"\\n\"");
        break;
    default:
        add_format(h, "\"%07.7_ax \" 8/2 \"%04x \" \"\\n\"");
        break;
    }
}

static uint64_t number(const char *text)
{
    uint64_t n = 0;
    if (text[0] == '0' && (text[1] | 32) == 'x')
        return strtoull(text, NULL, 16);
    if (prog_uint(text, "bKkMGTPEZY0", &n) != PROG_NUM_OK)
        prog_die(0, "failed to parse length: %s", prog_quote(text));
    return n;
}

int text_hexdump(int argc, char **argv)
{
    static const prog_long longs[] = {{"one-byte-octal", PROG_NO_ARG, 'b'},
                                      {"one-byte-char", PROG_NO_ARG, 'c'},
                                      {"canonical", PROG_NO_ARG, 'C'},
                                      {"two-bytes-decimal", PROG_NO_ARG, 'd'},
                                      {"two-bytes-octal", PROG_NO_ARG, 'o'},
                                      {"two-bytes-hex", PROG_NO_ARG, 'x'},
                                      {"format", PROG_ARG, 'e'},
                                      {"format-file", PROG_ARG, 'f'},
                                      {"length", PROG_ARG, 'n'},
                                      {"skip", PROG_ARG, 's'},
                                      {"no-squeezing", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bcCde:f:n:os:vx", .longs = longs};
    hexdumping h = {0};
    for (int c; (c = prog_opt(&o)) != -1;)
        switch (c) {
        case 'e':
            add_format(&h, o.arg);
            break;
        case 'f':
            read_formats(&h, o.arg);
            break;
        case 'n':
            h.limit = number(o.arg);
            h.has_limit = true;
            break;
        case 's':
            h.skip = number(o.arg);
            break;
        case 'v':
            h.all = true;
            break;
        default:
            add_standard(&h, c);
            break;
        }
    if (h.n == 0)
        add_standard(&h, 0);
    for (size_t i = 0; i < h.n; i++)
        h.block = h.f[i].bytes > h.block ? h.f[i].bytes : h.block;
    if (h.block == 0)
        h.block = 1;
    if (h.block > 1 << 20)
        prog_die(0, "a line of more than 1 MiB");
    /* a last unit that says no number of iterations takes what is left of the line */
    for (size_t i = 0; i < h.n; i++) {
        line_format *f = &h.f[i];
        unit *u = f->n ? &f->u[f->n - 1] : NULL;
        if (u && !u->has_times && u->bytes && f->bytes < h.block) {
            u->times += (h.block - f->bytes) / u->bytes;
            u->has_times = u->times > 1;
        }
    }
    static char dash[] = "-", *only[] = {dash};
    h.names = o.next < argc ? argv + o.next : only;
    h.n_names = o.next < argc ? argc - o.next : 1;
    dump(&h);
    if (h.open)
        h.status |= !prog_close(&h.r);
    return h.status;
}
