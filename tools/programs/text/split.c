/* text/split.c - split (POSIX split; GNU). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char text_split_help[] =
    "Usage: split [OPTION]... [FILE [PREFIX]]\n"
    "Cut FILE into PREFIXaa, PREFIXab, ...: 1000 lines each, PREFIX being x.\n"
    "\n"
    "  -a, --suffix-length=N         letters behind PREFIX (2, more where needed)\n"
    "      --additional-suffix=S     S behind these\n"
    "  -b, --bytes=SIZE              SIZE bytes each\n"
    "  -C, --line-bytes=SIZE         whole lines, at most SIZE bytes\n"
    "  -d, --numeric-suffixes[=N]    numbers from N (0) instead of letters\n"
    "  -x, --hex-suffixes[=N]        hexadecimal numbers\n"
    "  -e, --elide-empty-files       with -n: no empty files\n"
    "  -l, --lines=N, -N             N lines each\n"
    "  -n, --number=CHUNKS           N files; K/N only the K-th, to standard output;\n"
    "                                l/N and l/K/N without cutting lines; r/N and r/K/N\n"
    "                                line by line in turn\n"
    "  -t, --separator=C             lines end in C; \\0 is NUL\n"
    "  -u, --unbuffered              ignored\n"
    "      --verbose                 say which files are made\n"
    "\n"
    "Examples:\n"
    "  $ seq 5 | split -l 2 - p; cat pac; ls\n"
    "  5\n"
    "  paa\n"
    "  pab\n"
    "  pac\n"
    "  $ printf abcdef > f; split -n 2/3 f; echo\n"
    "  cd\n";

enum { BY_LINES, BY_BYTES, BY_LINE_BYTES, BY_CHUNKS };

typedef struct splitting {
    int by;
    uint64_t size;     /* lines or bytes */
    char chunks;       /* 'n', 'l', 'r' */
    uint64_t k, count; /* of chunks; k 0: all */
    bool elide, verbose, auto_length;
    char end;
    const char *prefix, *more, *digits;
    size_t n_digits, length;
    uint64_t start;
    uint64_t next; /* number of the next file, from start on */
    bool open;
    prog_writer w;
    char *name;
} splitting;

/* PREFIX and the suffix of file number n.  Without -a suffixes grow: after "yz" come "zaaa" to
 * "zyzz", and so on, so that names stay in order. */
static char *file_name(const splitting *s, uint64_t n)
{
    size_t base = s->n_digits, length = s->length, extra = 0;
    uint64_t capacity = 1;
    if (s->auto_length) {
        /* with one digit reserved for growing: base^(length-1) * (base-1) names of each length */
        uint64_t names = base - 1;
        for (size_t i = 1; i < length; i++)
            names *= base;
        while (n >= names) {
            n -= names;
            if (__builtin_mul_overflow(names, base, &names))
                break;
            extra++;
        }
        length += extra;
    } else {
        for (size_t i = 0; i < length && capacity < UINT64_MAX / base; i++)
            capacity *= base;
        if (n >= capacity)
            prog_die(0, "output file suffixes exhausted");
    }
    prog_buf b = {0};
    prog_buf_put(&b, s->prefix, strlen(s->prefix));
    for (size_t i = 0; i < extra; i++)
        prog_buf_putc(&b, s->digits[base - 1]);
    prog_buf_room(&b, length);
    for (size_t i = length; i > 0; i--) {
        b.p[b.n + i - 1] = s->digits[n % base];
        n /= base;
    }
    b.n += length;
    prog_buf_put(&b, s->more, strlen(s->more));
    return prog_buf_z(&b);
}

static void end_file(splitting *s)
{
    if (!s->open)
        return;
    int error = prog_writer_close(&s->w);
    if (error)
        prog_die(error, "%s", prog_quotef(s->name));
    free(s->name);
    s->open = false;
}

static void begin_file(splitting *s)
{
    end_file(s);
    s->name = file_name(s, s->start + s->next++);
    if (s->verbose)
        prog_printf(&prog_out, "creating file %s\n", prog_quoteaf(s->name));
    int fd = open(s->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        prog_die(errno, "%s", prog_quotef(s->name));
    s->w = (prog_writer){.fd = fd};
    s->open = true;
}

static void put(splitting *s, const char *p, size_t n)
{
    prog_write(&s->w, p, n);
    if (s->w.error)
        prog_die(s->w.error, "%s", prog_quotef(s->name));
}

static void by_lines(splitting *s, prog_reader *r)
{
    uint64_t left = 0;
    while (r->at < r->end || prog_more(r)) {
        const uint8_t *p = r->p + r->at, *end = r->p + r->end;
        if (left == 0) {
            begin_file(s);
            left = s->size;
        }
        const uint8_t *from = p;
        while (p < end && left > 0) {
            p = prog_find(p, end, (uint8_t)s->end);
            if (p < end) {
                p++;
                left--;
            }
        }
        put(s, (const char *)from, (size_t)(p - from));
        r->at += (size_t)(p - from);
    }
}

static void by_bytes(splitting *s, prog_reader *r)
{
    uint64_t left = 0;
    while (r->at < r->end || prog_more(r)) {
        if (left == 0) {
            begin_file(s);
            left = s->size;
        }
        size_t n = r->end - r->at;
        if (n > left)
            n = (size_t)left;
        put(s, (const char *)r->p + r->at, n);
        r->at += n;
        left -= n;
    }
}

static void by_line_bytes(splitting *s, prog_reader *r)
{
    uint64_t used = 0;
    bx_str line;
    bool ended;
    while (prog_line(r, s->end, &line, &ended)) {
        size_t n = line.n + ended;
        const char *p = line.p; /* its end stands behind it */
        if (s->open && used > 0 && n > s->size - used) {
            used = 0;
            end_file(s);
        }
        while (n > 0) {
            if (!s->open || used == s->size) {
                begin_file(s);
                used = 0;
            }
            size_t part = n < s->size - used ? n : (size_t)(s->size - used);
            put(s, p, part);
            p += part;
            n -= part;
            used += part;
        }
    }
}

/* ---- chunks ------------------------------------------------------------------------------------
 */

static void put_chunk(splitting *s, uint64_t i, const char *p, size_t n)
{
    if (s->k == 0) {
        if (n > 0 || !s->elide) {
            begin_file(s);
            put(s, p, n);
        }
    } else if (s->k == i) {
        prog_write(&prog_out, p, n);
    }
}

static void chunks_of_bytes(splitting *s, const prog_buf *b)
{
    uint64_t at = 0;
    for (uint64_t i = 1; i <= s->count; i++) {
        uint64_t end = i == s->count ? b->n : b->n / s->count * i;
        /* the rest goes to the last one */
        put_chunk(s, i, b->p + at, (size_t)(end - at));
        at = end;
    }
}

/* A line belongs to the chunk that holds its first byte. */
static void chunks_of_lines(splitting *s, const prog_buf *b)
{
    uint64_t size = b->n / s->count;
    size_t at = 0;
    const uint8_t *p = (const uint8_t *)b->p;
    for (uint64_t i = 1; i <= s->count; i++) {
        uint64_t limit = i == s->count ? b->n : size * i;
        size_t from = at;
        if (at < limit) {
            const uint8_t *hit =
                prog_find(p + (limit > 0 ? limit - 1 : 0), p + b->n, (uint8_t)s->end);
            at = hit < p + b->n ? (size_t)(hit - p) + 1 : b->n;
        }
        put_chunk(s, i, b->p + from, at - from);
    }
}

static void chunks_in_turn(splitting *s, const prog_buf *b)
{
    const uint8_t *p = (const uint8_t *)b->p, *end = p + b->n;
    prog_buf *parts = s->k ? NULL : prog_zalloc((size_t)s->count, sizeof *parts);
    for (uint64_t i = 0; p < end; i = (i + 1) % s->count) {
        const uint8_t *stop = prog_find(p, end, (uint8_t)s->end);
        stop += stop < end;
        if (parts)
            prog_buf_put(&parts[i], p, (size_t)(stop - p));
        else if (i + 1 == s->k)
            prog_write(&prog_out, p, (size_t)(stop - p));
        p = stop;
    }
    for (uint64_t i = 0; parts && i < s->count; i++) {
        put_chunk(s, i + 1, parts[i].p, parts[i].n);
        prog_buf_free(&parts[i]);
    }
    free(parts);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static void set_by(splitting *s, int by, uint64_t size, bool *given)
{
    if (*given)
        prog_usage("cannot split in more than one way");
    *given = true;
    s->by = by;
    s->size = size;
}

static uint64_t size_of(const char *text, const char *what)
{
    uint64_t n = 0;
    prog_num state = prog_uint(text, "bEGKkMmPTYZ0", &n);
    if (state == PROG_NUM_OVERFLOW)
        return UINT64_MAX;
    if (state || n == 0)
        prog_die(0, "%s: %s", what, prog_quote(text));
    return n;
}

static void set_chunks(splitting *s, const char *text)
{
    s->chunks = 'n';
    if ((*text == 'l' || *text == 'r') && text[1] == '/') {
        s->chunks = *text;
        text += 2;
    }
    const char *slash = strchr(text, '/');
    if (slash) {
        char *k = prog_strndup(text, (size_t)(slash - text));
        s->count = prog_uint_or_die(slash + 1, "", 1, UINT64_MAX, "invalid number of chunks");
        s->k = prog_uint_or_die(k, "", 1, s->count, "invalid chunk number");
        free(k);
        return;
    }
    s->count = prog_uint_or_die(text, "", 1, UINT64_MAX, "invalid number of chunks");
}

enum { ADDITIONAL = 256, VERBOSE };

static void set_digits(splitting *s, int c, const char *arg)
{
    s->digits = c == 'd' ? "0123456789" : "0123456789abcdef";
    s->n_digits = strlen(s->digits);
    s->start = 0;
    if (!arg)
        return;
    for (const char *p = arg; *p; p++) {
        const char *hit = strchr(s->digits, *p);
        if (!hit || s->start > UINT64_MAX / 32)
            prog_usage("%s: invalid start value for %s suffix", prog_quote(arg),
                       c == 'd' ? "numerical" : "hexadecimal");
        s->start = s->start * s->n_digits + (uint64_t)(hit - s->digits);
    }
    s->auto_length = false;
}

static void take_option(splitting *s, int c, const char *arg, bool *given)
{
    static prog_buf digits;
    switch (c) {
    case 'a':
        s->length = (size_t)prog_uint_or_die(arg, "", 0, 1 << 20, "invalid suffix length");
        s->auto_length = s->length == 0;
        if (s->length == 0)
            s->length = 2;
        break;
    case ADDITIONAL:
        if (strchr(arg, '/'))
            prog_usage("invalid suffix %s, contains directory separator", prog_quote(arg));
        s->more = arg;
        break;
    case 'b':
        set_by(s, BY_BYTES, size_of(arg, "invalid number of bytes"), given);
        break;
    case 'C':
        set_by(s, BY_LINE_BYTES, size_of(arg, "invalid number of bytes"), given);
        break;
    case 'l':
        set_by(s, BY_LINES, size_of(arg, "invalid number of lines"), given);
        break;
    case 'n':
        set_by(s, BY_CHUNKS, 0, given);
        set_chunks(s, arg);
        break;
    case 'd':
    case 'x':
        set_digits(s, c, arg);
        break;
    case 'e':
        s->elide = true;
        break;
    case 't':
        if (!*arg)
            prog_die(0, "empty record separator");
        if (arg[1] && strcmp(arg, "\\0") != 0)
            prog_die(0, "multi-character separator %s", prog_quote(arg));
        s->end = arg[1] ? '\0' : *arg;
        break;
    case VERBOSE:
        s->verbose = true;
        break;
    default:
        if (prog_is_digit(c)) {
            if (*given && !digits.n)
                prog_usage("cannot split in more than one way");
            *given = true;
            prog_buf_putc(&digits, (char)c);
            s->by = BY_LINES;
            s->size = size_of(prog_buf_z(&digits), "invalid number of lines");
        }
        break;
    }
}

/* Suffixes as long as the number of chunks needs. */
static void fit_length(splitting *s, bool has_length)
{
    if (s->by != BY_CHUNKS || s->k)
        return;
    size_t need = 1;
    for (uint64_t n = s->start + s->count - 1; n >= s->n_digits; n /= s->n_digits)
        need++;
    if (has_length && s->length < need)
        prog_die(0, "the suffix length needs to be at least %zu", need);
    if (!has_length && need > s->length)
        s->length = need;
    s->auto_length = false;
}

int text_split(int argc, char **argv)
{
    static const prog_long longs[] = {{"bytes", PROG_ARG, 'b'},
                                      {"lines", PROG_ARG, 'l'},
                                      {"line-bytes", PROG_ARG, 'C'},
                                      {"number", PROG_ARG, 'n'},
                                      {"elide-empty-files", PROG_NO_ARG, 'e'},
                                      {"unbuffered", PROG_NO_ARG, 'u'},
                                      {"suffix-length", PROG_ARG, 'a'},
                                      {"additional-suffix", PROG_ARG, ADDITIONAL},
                                      {"numeric-suffixes", PROG_MAY_ARG, 'd'},
                                      {"hex-suffixes", PROG_MAY_ARG, 'x'},
                                      {"separator", PROG_ARG, 't'},
                                      {"verbose", PROG_NO_ARG, VERBOSE},
                                      {0}};
    prog_opts o = {
        .argc = argc, .argv = argv, .shorts = "0123456789C:a:b:del:n:t:ux", .longs = longs};
    splitting s = {.size = 1000,
                   .end = '\n',
                   .prefix = "x",
                   .more = "",
                   .digits = "abcdefghijklmnopqrstuvwxyz",
                   .n_digits = 26,
                   .length = 2,
                   .auto_length = true};
    bool given = false, has_length = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        take_option(&s, c, o.arg, &given);
        has_length |= c == 'a' && !s.auto_length;
    }
    if (argc - o.next > 2)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 2]));
    fit_length(&s, has_length);
    const char *name = o.next < argc ? argv[o.next] : "-";
    if (o.next + 1 < argc)
        s.prefix = argv[o.next + 1];
    prog_reader r;
    int error = prog_try_open(&r, name);
    if (error)
        prog_die(error, "cannot open %s for reading", prog_quoteaf(name));
    if (s.by == BY_CHUNKS) {
        prog_buf b = {0};
        prog_read_rest(&r, &b);
        if (r.error)
            prog_die(r.error, "%s", prog_quotef(name));
        (s.chunks == 'n'   ? chunks_of_bytes
         : s.chunks == 'l' ? chunks_of_lines
                           : chunks_in_turn)(&s, &b);
        prog_buf_free(&b);
    } else {
        (s.by == BY_BYTES ? by_bytes : s.by == BY_LINES ? by_lines : by_line_bytes)(&s, &r);
    }
    end_file(&s);
    return !prog_close(&r);
}
