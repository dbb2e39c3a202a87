/* text/xxd.c - xxd (as it comes with vim) and strings (POSIX; binutils). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <unistd.h>

const char text_xxd_help[] = "Usage: xxd [OPTION]... [INFILE [OUTFILE]]\n"
                             "Print bytes in hexadecimal digits, or make bytes of them (-r).\n"
                             "\n"
                             "  -b          binary digits\n"
                             "  -c N        N bytes a line (16; -i 12, -p 30, -b 6)\n"
                             "  -d          offsets in decimal digits\n"
                             "  -e          groups as numbers of little order\n"
                             "  -g N        N bytes a group (2; -e 4, -b 1)\n"
                             "  -i          as an array of C\n"
                             "  -l N        at most N bytes\n"
                             "  -n NAME     name of the array of -i\n"
                             "  -o N        add N to offsets\n"
                             "  -p          digits only\n"
                             "  -r          the other way round; with -p from digits only\n"
                             "  -s [+-]N    begin at byte N; - from the end\n"
                             "  -u          upper-case digits\n"
                             "\n"
                             "Examples:\n"
                             "  $ printf 'hello\\n' | xxd\n"
                             "  00000000: 6865 6c6c 6f0a                           hello.\n"
                             "  $ echo 68690a | xxd -r -p\n"
                             "  hi\n";

typedef struct xxd_options {
    bool binary, decimal, little, c_array, plain, revert, upper;
    uint64_t columns, group, limit;
    bool has_columns, has_group, has_limit;
    int64_t seek, offset;
    bool seek_end;
    const char *name;
} xxd_options;

static const char *digits_of(const xxd_options *x)
{
    return x->upper ? "0123456789ABCDEF" : "0123456789abcdef";
}

static void put_hex_byte(const xxd_options *x, uint8_t c)
{
    prog_putc(&prog_out, digits_of(x)[c >> 4]);
    prog_putc(&prog_out, digits_of(x)[c & 15]);
}

static void put_offset(const xxd_options *x, uint64_t at)
{
    char text[24];
    if (x->decimal) {
        size_t n = prog_digits(at, text);
        prog_fill(&prog_out, '0', n < 8 ? 8 - n : 0);
        prog_write(&prog_out, text, n);
        return;
    }
    unsigned shift = 28;
    while (shift < 60 && at >> shift >> 4)
        shift += 4;
    for (;; shift -= 4) {
        prog_putc(&prog_out, "0123456789abcdef"[at >> shift & 15]);
        if (shift == 0)
            break;
    }
}

static void put_line(const xxd_options *x, uint64_t at, const uint8_t *p, size_t n)
{
    put_offset(x, at);
    prog_puts(&prog_out, ": ");
    size_t columns = (size_t)x->columns, group = (size_t)x->group, cell = x->binary ? 8 : 2;
    size_t per_group = group ? group : columns;
    for (size_t i = 0; i < columns; i++) {
        size_t k = i; /* of a number of little order: from its end */
        if (x->little)
            k = i / per_group * per_group + (per_group - 1 - i % per_group);
        if (x->little ? k < n : i < n) {
            if (x->binary)
                for (int bit = 7; bit >= 0; bit--)
                    prog_putc(&prog_out, '0' + (p[k] >> bit & 1));
            else
                put_hex_byte(x, p[k]);
        } else {
            prog_fill(&prog_out, ' ', cell);
        }
        if (group && (i + 1) % group == 0 && i + 1 < columns)
            prog_putc(&prog_out, ' ');
    }
    prog_puts(&prog_out, group && columns % group && x->little ? "   " : "  ");
    for (size_t i = 0; i < n; i++)
        prog_putc(&prog_out, prog_is_print(p[i]) ? p[i] : '.');
    prog_putc(&prog_out, '\n');
}

static size_t fill_block(prog_reader *r, size_t n)
{
    while (r->end - r->at < n && prog_more(r))
        continue;
    return r->end - r->at < n ? r->end - r->at : n;
}

static void dump(const xxd_options *x, prog_reader *r, uint64_t at)
{
    uint64_t left = x->has_limit ? x->limit : UINT64_MAX;
    size_t n;
    while (!prog_out.error && left > 0 && (n = fill_block(r, (size_t)x->columns)) > 0) {
        if (n > left)
            n = (size_t)left;
        if (x->plain) {
            for (size_t i = 0; i < n; i++)
                put_hex_byte(x, r->p[r->at + i]);
            prog_putc(&prog_out, '\n');
        } else {
            put_line(x, at + (uint64_t)x->offset, r->p + r->at, n);
        }
        r->at += n;
        at += n;
        left -= n;
    }
}

static void dump_c(const xxd_options *x, prog_reader *r, const char *file)
{
    const char *name = x->name ? x->name : strcmp(file, "-") != 0 ? file : NULL;
    char *identifier = name ? prog_strndup(name, strlen(name)) : NULL;
    for (char *p = identifier; p && *p; p++)
        if (!prog_is_alpha(*p) && !prog_is_digit(*p))
            *p = '_';
    const char *more = name && prog_is_digit(*name) ? "__" : "";
    if (name)
        prog_printf(&prog_out, "unsigned char %s%s[] = {\n", more, identifier);
    uint64_t total = 0, left = x->has_limit ? x->limit : UINT64_MAX;
    for (int c; left > 0 && (c = prog_getc(r)) >= 0; left--, total++) {
        prog_puts(&prog_out, total == 0 ? "  " : total % x->columns == 0 ? ",\n  " : ", ");
        prog_puts(&prog_out, x->upper ? "0X" : "0x");
        put_hex_byte(x, (uint8_t)c);
    }
    if (total > 0)
        prog_putc(&prog_out, '\n');
    if (name) {
        prog_puts(&prog_out, "};\n");
        prog_printf(&prog_out, "unsigned int %s%s_len = %llu;\n", more, identifier,
                    (unsigned long long)total);
    }
    free(identifier);
}

/* ---- the other way round ------------------------------------------------------------------------
 */

static int hex(int c)
{
    if (prog_is_digit(c))
        return c - '0';
    c = prog_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void revert_plain(prog_reader *r)
{
    int value = -1, before = -1, first = -1; /* the last three characters: digits, or -1 */
    bool begun = false;
    for (int c; (c = prog_getc(r)) >= 0 && !prog_out.error;) {
        if (c == '\n' || prog_is_space(c))
            continue;
        int digit = hex(c);
        if (digit < 0 && !begun)
            continue;
        begun = true;
        first = before;
        before = value;
        value = digit;
        if (before >= 0 && value >= 0) {
            prog_putc(&prog_out, before << 4 | value);
            value = -1;
        } else if (value < 0 && before < 0 && first < 0) { /* no digits any more in this line */
            while (c >= 0 && c != '\n')
                c = prog_getc(r);
        }
    }
}

/* Lines as they are printed: offset, colon, digits up to two blanks or so many as a line has. */
static void revert_line(const xxd_options *x, bx_str line, uint64_t *at)
{
    size_t i = 0;
    uint64_t offset = 0;
    while (i < line.n && prog_is_blank(line.p[i]))
        i++;
    size_t start = i;
    for (; i < line.n && hex((unsigned char)line.p[i]) >= 0; i++)
        offset = offset << 4 | (uint64_t)hex((unsigned char)line.p[i]);
    if (i == start || i >= line.n || line.p[i] != ':')
        return;
    i++;
    offset += (uint64_t)x->seek;
    if (offset > *at) { /* a hole is zeros */
        if (offset - *at > (uint64_t)1 << 32)
            prog_die(0, "Sorry, cannot seek.");
        prog_fill(&prog_out, 0, (size_t)(offset - *at));
        *at = offset;
    }
    for (uint64_t n = 0; n < x->columns; n++) {
        size_t blanks = 0;
        while (i < line.n && line.p[i] == ' ') {
            i++;
            blanks++;
        }
        if (n > 0 && blanks > 1)
            return;
        if (x->binary) {
            unsigned value = 0, k = 0;
            for (; k < 8 && i < line.n && (line.p[i] == '0' || line.p[i] == '1'); k++)
                value = value << 1 | (unsigned)(line.p[i++] - '0');
            if (k < 8)
                return;
            prog_putc(&prog_out, (int)value);
        } else {
            if (i + 1 >= line.n || hex((unsigned char)line.p[i]) < 0 ||
                hex((unsigned char)line.p[i + 1]) < 0)
                return;
            prog_putc(&prog_out,
                      hex((unsigned char)line.p[i]) << 4 | hex((unsigned char)line.p[i + 1]));
            i += 2;
        }
        ++*at;
    }
}

static void revert(const xxd_options *x, prog_reader *r)
{
    uint64_t at = 0;
    bx_str line;
    if (x->plain) {
        revert_plain(r);
        return;
    }
    while (!prog_out.error && prog_line(r, '\n', &line, NULL))
        revert_line(x, line, &at);
}

static int64_t number(const char *text)
{
    char *end;
    int64_t n = strtoll(text, &end, 0);
    if (end == text)
        prog_die(0, "%s: not a number", text);
    return n;
}

static void defaults(xxd_options *x)
{
    if (!x->has_columns)
        x->columns = x->c_array ? 12 : x->plain ? 30 : x->binary ? 6 : 16;
    if (!x->has_group)
        x->group = x->binary ? 1 : x->little ? 4 : 2;
    if (x->columns == 0 && !x->plain) /* as if it were not said */
        x->columns = x->c_array ? 12 : x->binary ? 6 : 16;
    if (x->columns == 0 || (x->columns > 256 && !x->plain && !x->c_array)) {
        if (x->columns != 0 || !x->plain)
            prog_die(0, "invalid number of columns (max. 256).");
        x->columns = PROG_READ_BLOCK / 4;
    }
    if (x->little && x->group & (x->group - 1))
        prog_die(0, "number of octets per group must be a power of 2 with -e.");
    if (x->group > x->columns)
        x->group = x->columns;
}

/* Names of options may be cut short: -plain, -ps, -cols. */
static char letter_of(const char *word)
{
    static const char *const names[] = {"bits",   "cols", "decimal",    "groupsize", "include",
                                        "len",    "name", "postscript", "plain",     "ps",
                                        "revert", "seek", "uppercase",  "offset"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (strcmp(names[i], word) == 0 || (word[0] && !word[1] && names[i][0] == word[0]))
            return names[i][0];
    return word[0] == 'e' && !word[1] ? 'e' : '\0';
}

/* Options up to the first operand; its index. */
static int take_options(xxd_options *x, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *word = argv[i] + 1;
        word += *word == '-';
        if (!*word) {
            i++;
            break;
        }
        char c = letter_of(word);
        const char *arg = NULL;
        if (!c && strchr("cglosn", *word)) {
            c = *word;
            arg = word + 1;
        }
        if (c && strchr("cglosn", c) && !arg) {
            if (++i == argc)
                prog_die(0, "option requires an argument -- '%c'", c);
            arg = argv[i];
        }
        switch (c) {
        case 'b':
            x->binary = true;
            break;
        case 'd':
            x->decimal = true;
            break;
        case 'e':
            x->little = true;
            break;
        case 'i':
            x->c_array = true;
            break;
        case 'p':
            x->plain = true;
            break;
        case 'r':
            x->revert = true;
            break;
        case 'u':
            x->upper = true;
            break;
        case 'c':
            x->columns = (uint64_t)number(arg);
            x->has_columns = true;
            break;
        case 'g':
            x->group = (uint64_t)number(arg);
            x->has_group = true;
            break;
        case 'l':
            x->limit = (uint64_t)number(arg);
            x->has_limit = true;
            break;
        case 'o':
            x->offset = number(arg);
            break;
        case 'n':
            x->name = arg;
            break;
        case 's':
            x->seek = number(arg + (*arg == '+'));
            x->seek_end = x->seek < 0;
            break;
        default:
            prog_usage("unknown option: %s", argv[i]);
        }
    }
    return i;
}

int text_xxd(int argc, char **argv)
{
    prog_only_help(argc, argv);
    xxd_options x = {0};
    int i = take_options(&x, argc, argv);
    defaults(&x);
    const char *name = i < argc ? argv[i] : "-";
    prog_reader r;
    prog_status = 2;
    if (!prog_open(&r, name))
        return 2;
    if (i + 1 < argc && strcmp(argv[i + 1], "-") != 0) {
        int fd = open(argv[i + 1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0)
            prog_die(errno, "%s", argv[i + 1]);
        prog_out.fd = fd;
    }
    uint64_t at = 0;
    if (x.revert) {
        revert(&x, &r);
        return !prog_close(&r);
    }
    if (x.seek) {
        off_t to = lseek(r.fd, x.seek, x.seek_end ? SEEK_END : SEEK_SET);
        if (to < 0) { /* a pipe: read over it */
            prog_status = 4;
            if (x.seek_end)
                prog_die(0, "Sorry, cannot seek.");
            for (int64_t n = 0; n < x.seek && prog_getc(&r) >= 0; n++)
                continue;
            to = x.seek;
        }
        at = (uint64_t)to;
    }
    if (x.c_array)
        dump_c(&x, &r, name);
    else
        dump(&x, &r, at);
    return !prog_close(&r);
}

/* ---- strings ------------------------------------------------------------------------------------
 */

const char text_strings_help[] =
    "Usage: strings [OPTION]... [FILE]...\n"
    "Print runs of printing characters.\n"
    "\n"
    "  -a, --all            ignored: files are always read whole\n"
    "  -f, --print-file-name  before each\n"
    "  -n, --bytes=N, -N    of at least N characters (4)\n"
    "  -t, --radix=R        before each its offset: d, o or x\n"
    "  -w, --include-all-whitespace  newlines and such are part of it\n"
    "\n"
    "Examples:\n"
    "  $ printf 'ab\\0hello\\1' | strings\n"
    "  hello\n";

typedef struct strings_options {
    uint64_t least;
    char radix;
    bool names, white;
} strings_options;

static void put_run(const strings_options *s, const char *name, uint64_t at, const prog_buf *b)
{
    if (s->names)
        prog_printf(&prog_out, "%s: ", name);
    if (s->radix == 'd')
        prog_printf(&prog_out, "%7llu ", (unsigned long long)at);
    if (s->radix == 'o')
        prog_printf(&prog_out, "%7llo ", (unsigned long long)at);
    if (s->radix == 'x')
        prog_printf(&prog_out, "%7llx ", (unsigned long long)at);
    prog_write(&prog_out, b->p, b->n);
    prog_putc(&prog_out, '\n');
}

static void strings_file(prog_reader *r, void *arg)
{
    const strings_options *s = arg;
    prog_buf run = {0};
    uint64_t at = 0, start = 0;
    bx_str block;
    const char *name = strcmp(r->name, "-") == 0 ? "{standard input}" : r->name;
    while (!prog_out.error && prog_block(r, &block))
        for (size_t i = 0; i < block.n; i++, at++) {
            unsigned char c = (unsigned char)block.p[i];
            if (prog_is_print(c) || c == '\t' || (s->white && prog_is_space(c))) {
                if (run.n == 0)
                    start = at;
                prog_buf_putc(&run, (char)c);
                continue;
            }
            if (run.n >= s->least)
                put_run(s, name, start, &run);
            run.n = 0;
        }
    if (run.n >= s->least)
        put_run(s, name, start, &run);
    prog_buf_free(&run);
}

int text_strings(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'},
                                      {"print-file-name", PROG_NO_ARG, 'f'},
                                      {"bytes", PROG_ARG, 'n'},
                                      {"radix", PROG_ARG, 't'},
                                      {"include-all-whitespace", PROG_NO_ARG, 'w'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "afn:t:ow0123456789", .longs = longs};
    strings_options s = {.least = 4};
    uint64_t old = 0;
    for (int c; (c = prog_opt(&o)) != -1;) {
        s.names |= c == 'f';
        s.white |= c == 'w';
        if (c == 'n')
            s.least = prog_uint_or_die(o.arg, "", 1, SIZE_MAX, "invalid minimum string length");
        if (c == 't') {
            if (!strchr("dox", *o.arg) || !*o.arg || o.arg[1])
                prog_usage("invalid radix: %s", o.arg);
            s.radix = *o.arg;
        }
        if (c == 'o')
            s.radix = 'o';
        if (prog_is_digit(c) && old < 1 << 30)
            s.least = old = old * 10 + (uint64_t)(c - '0');
    }
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), strings_file, &s);
}
