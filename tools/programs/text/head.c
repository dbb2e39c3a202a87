/* text/head.c - head and tail (POSIX head, tail; GNU). */
#include "programs/text/text.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct ends_options {
    uint64_t n;
    bool bytes, elide; /* elide: head -n -N; tail: -n +N */
    bool quiet, verbose, follow, several, headed;
    char delimiter;
    uint64_t sleep_ns;
} ends_options;

static const char suffixes[] = "bkKmMGTPEZY0";

static void header(ends_options *e, const char *name)
{
    if (e->quiet || !(e->several || e->verbose))
        return;
    prog_puts(&prog_out, e->headed ? "\n==> " : "==> ");
    prog_puts(&prog_out, strcmp(name, "-") == 0 ? "standard input" : name);
    prog_puts(&prog_out, " <==\n");
    e->headed = true;
}

static uint64_t read_count(const char *text, bool bytes)
{
    uint64_t n = 0;
    prog_num state = prog_uint(text, suffixes, &n);
    const char *what = bytes ? "invalid number of bytes" : "invalid number of lines";
    if (state == PROG_NUM_OVERFLOW)
        return UINT64_MAX; /* more than there can be */
    if (state)
        prog_die(0, "%s: %s", what, prog_quote(text));
    return n;
}

static bool ends_open(prog_reader *r, const char *name)
{
    int error = prog_try_open(r, name);
    if (error)
        prog_warn(error, "cannot open %s for reading", prog_quoteaf(name));
    return error == 0;
}

/* ---- head ------------------------------------------------------------------------------------ */

const char text_head_help[] =
    "Usage: head [OPTION]... [FILE]...\n"
    "Print the first 10 lines of each FILE.\n"
    "\n"
    "  -c, --bytes=[-]N        the first N bytes; with -: all but the last N\n"
    "  -n, --lines=[-]N, -N    the first N lines; with -: all but the last N\n"
    "  -q, --quiet, --silent   no headers with the names\n"
    "  -v, --verbose           always headers\n"
    "  -z, --zero-terminated   lines end in NUL\n"
    "N may have a suffix: b 512, kB 1000, K 1024, MB, M, and so on.\n"
    "\n"
    "Examples:\n"
    "  $ seq 5 | head -n 2\n"
    "  1\n"
    "  2\n"
    "  $ seq 5 | head -n -3\n"
    "  1\n"
    "  2\n"
    "  $ printf abcdef | head -c 3; echo\n"
    "  abc\n";

static void head_first(prog_reader *r, uint64_t n, const ends_options *e)
{
    bx_str block;
    while (n > 0 && !prog_out.error && prog_block(r, &block)) {
        size_t used = block.n;
        if (e->bytes) {
            if (used > n)
                used = (size_t)n;
            n -= used;
        } else {
            const uint8_t *p = (const uint8_t *)block.p, *end = p + block.n;
            uint64_t lines;
            if (n > block.n || (lines = prog_count(p, block.n, (uint8_t)e->delimiter)) < n) {
                n -= n > block.n ? prog_count(p, block.n, (uint8_t)e->delimiter) : lines;
            } else {
                for (; n > 0; n--)
                    p = prog_find(p, end, (uint8_t)e->delimiter) + 1;
                used = (size_t)((const char *)p - block.p);
            }
        }
        prog_write(&prog_out, block.p, used);
        r->at -= block.n - used;
    }
    prog_unread(r);
}

/* All but the last n: what is certain not to be among them goes out. */
static void head_but_last(prog_reader *r, uint64_t n, const ends_options *e)
{
    if (n == 0) {
        head_first(r, UINT64_MAX, &(ends_options){.bytes = true});
        return;
    }
    size_t counted = 0; /* bytes behind r->at that are counted */
    uint64_t lines = 0;
    for (;;) {
        const uint8_t *p = r->p + r->at;
        size_t have = r->end - r->at;
        if (e->bytes) {
            if (have > n) {
                prog_write(&prog_out, p, (size_t)(have - n));
                r->at += (size_t)(have - n);
            }
        } else {
            lines += prog_count(p + counted, have - counted, (uint8_t)e->delimiter);
            const uint8_t *from = p;
            for (; lines > n; lines--)
                p = prog_find(p, r->p + r->end, (uint8_t)e->delimiter) + 1;
            prog_write(&prog_out, from, (size_t)(p - from));
            r->at += (size_t)(p - from);
            counted = r->end - r->at;
        }
        if (!prog_more(r))
            break;
    }
    /* the last line may be without its end: then it counts as one */
    if (!e->bytes && r->end > r->at && r->p[r->end - 1] != (uint8_t)e->delimiter && lines == n) {
        const uint8_t *p = r->p + r->at, *hit = prog_find(p, r->p + r->end, (uint8_t)e->delimiter);
        if (n > 0 && hit < r->p + r->end)
            prog_write(&prog_out, p, (size_t)(hit + 1 - p));
    }
    r->at = r->end;
}

static int head_file(const char *name, ends_options *e)
{
    prog_reader r;
    if (!ends_open(&r, name))
        return 1;
    header(e, name);
    if (e->elide)
        head_but_last(&r, e->n, e);
    else
        head_first(&r, e->n, e);
    if (r.error) {
        prog_warn(r.error, "error reading %s", prog_quoteaf(name));
        r.error = 0;
        (void)prog_close(&r);
        return 1;
    }
    return !prog_close(&r);
}

/* -5, -5c, -20k as the first word: rewritten as -n 5. */
static char *old_head(ends_options *e, const char *word)
{
    size_t digits = strspn(word, "0123456789");
    char *text = prog_strndup(word, digits);
    e->bytes = false;
    char unit = 0;
    for (const char *p = word + digits; *p; p++) {
        if (*p == 'c')
            e->bytes = true;
        else if (*p == 'b' || *p == 'k' || *p == 'm') {
            e->bytes = true;
            unit = *p;
        } else if (*p == 'l')
            e->bytes = false;
        else if (*p == 'q') {
            e->quiet = true;
            e->verbose = false;
        } else if (*p == 'v') {
            e->verbose = true;
            e->quiet = false;
        } else if (*p == 'z')
            e->delimiter = '\0';
        else
            prog_usage("invalid trailing option -- %c", *p);
    }
    prog_buf b = {text, digits, digits + 1};
    if (unit)
        prog_buf_putc(&b, unit);
    return prog_buf_z(&b);
}

static void end_options(prog_opts *o, ends_options *e, bool tail)
{
    for (int c; (c = prog_opt(o)) != -1;)
        switch (c) {
        case 'c':
        case 'n': {
            e->bytes = c == 'c';
            const char *text = o->arg;
            e->elide = *text == (tail ? '+' : '-');
            if (*text == '-')
                text++;
            e->n = read_count(text, e->bytes);
            break;
        }
        case 'q':
            e->quiet = true;
            e->verbose = false;
            break;
        case 'v':
            e->verbose = true;
            e->quiet = false;
            break;
        case 'z':
            e->delimiter = '\0';
            break;
        case 'f':
        case 'F':
            e->follow = true;
            break;
        case 's': {
            char *end;
            double seconds = strtod(o->arg, &end);
            if (end == o->arg || *end || !(seconds >= 0))
                prog_die(0, "invalid number of seconds: %s", prog_quote(o->arg));
            e->sleep_ns = seconds > 1e6 ? UINT64_C(1000000000000000) : (uint64_t)(seconds * 1e9);
            break;
        }
        default:
            if (prog_is_digit(c) && tail)
                prog_die(0, "option used in invalid context -- %c", c);
            if (prog_is_digit(c))
                prog_usage("invalid trailing option -- %c", c);
            break;
        }
}

int text_head(int argc, char **argv)
{
    static const prog_long longs[] = {{"bytes", PROG_ARG, 'c'},
                                      {"lines", PROG_ARG, 'n'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"silent", PROG_NO_ARG, 'q'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    ends_options e = {.n = 10, .delimiter = '\n'};
    if (argc > 1 && argv[1][0] == '-' && prog_is_digit(argv[1][1])) {
        char *count = old_head(&e, argv[1] + 1);
        e.n = read_count(count, e.bytes);
        free(count);
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "c:n:qvz0123456789", .longs = longs};
    end_options(&o, &e, false);
    e.several = argc - o.next > 1;
    if (o.next == argc)
        return head_file("-", &e);
    int status = 0;
    for (int i = o.next; i < argc; i++)
        status |= head_file(argv[i], &e);
    return status;
}

/* ---- tail ------------------------------------------------------------------------------------ */

const char text_tail_help[] =
    "Usage: tail [OPTION]... [FILE]...\n"
    "Print the last 10 lines of each FILE.\n"
    "\n"
    "  -c, --bytes=[+]N        the last N bytes; with +: from byte N on\n"
    "  -f, --follow, -F        go on with what is added to the file, without end\n"
    "  -n, --lines=[+]N, -N    the last N lines; with +: from line N on\n"
    "  -q, --quiet, --silent   no headers with the names\n"
    "  -s, --sleep-interval=S  with -f: look each S seconds (1)\n"
    "  -v, --verbose           always headers\n"
    "  -z, --zero-terminated   lines end in NUL\n"
    "N may have a suffix: b 512, kB 1000, K 1024, MB, M, and so on.\n"
    "\n"
    "Examples:\n"
    "  $ seq 5 | tail -n 2\n"
    "  4\n"
    "  5\n"
    "  $ seq 5 | tail -n +4\n"
    "  4\n"
    "  5\n";

static void tail_from(prog_reader *r, uint64_t n, const ends_options *e)
{
    uint64_t skip = n > 0 ? n - 1 : 0;
    bx_str block;
    while (skip > 0 && prog_block(r, &block)) {
        size_t used = block.n;
        if (e->bytes) {
            if (used > skip)
                used = (size_t)skip;
            skip -= used;
        } else {
            const uint8_t *p = (const uint8_t *)block.p, *end = p + block.n;
            uint64_t lines = prog_count(p, block.n, (uint8_t)e->delimiter);
            if (lines < skip) {
                skip -= lines;
            } else {
                for (; skip > 0; skip--)
                    p = prog_find(p, end, (uint8_t)e->delimiter) + 1;
                used = (size_t)((const char *)p - block.p);
            }
        }
        r->at -= block.n - used;
    }
    while (!prog_out.error && prog_block(r, &block))
        prog_write(&prog_out, block.p, block.n);
}

/* Where the last n lines (or bytes) of p[0..len) begin; *missing: how many are not there. */
static size_t last_of(const uint8_t *p, size_t len, uint64_t n, const ends_options *e)
{
    if (e->bytes)
        return len > n ? len - (size_t)n : 0;
    const uint8_t *end = p + len;
    if (n == 0)
        return len;
    if (len > 0 && end[-1] == (uint8_t)e->delimiter)
        end--;
    for (; n > 0; n--) {
        const uint8_t *hit = prog_find_last(p, end, (uint8_t)e->delimiter);
        if (!hit)
            return 0;
        end = hit;
    }
    return (size_t)(end + 1 - p);
}

/* A file one can seek in is read from its end, in blocks that double. */
static bool tail_seek(prog_reader *r, const ends_options *e)
{
    struct stat st;
    if (fstat(r->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    off_t start = lseek(r->fd, 0, SEEK_CUR);
    if (start < 0 || st.st_size <= start || st.st_size - start < PROG_BLOCK)
        return false;
    off_t size = st.st_size - start;
    size_t want = PROG_BLOCK;
    if (e->bytes && e->n < (uint64_t)size)
        return lseek(r->fd, st.st_size - (off_t)e->n, SEEK_SET) >= 0 && (tail_from(r, 0, e), true);
    for (;; want *= 4) {
        off_t at = (off_t)want < size ? st.st_size - (off_t)want : start;
        if (lseek(r->fd, at, SEEK_SET) < 0)
            return false;
        prog_buf b = {0};
        prog_read_rest(r, &b);
        size_t from = last_of((uint8_t *)b.p, b.n, e->n, e);
        if (from > 0 || at == start || r->error) {
            prog_write(&prog_out, b.p + from, b.n - from);
            prog_buf_free(&b);
            return true;
        }
        prog_buf_free(&b);
        r->eof = false;
    }
}

/* A pipe: what cannot be among the last n is dropped as soon as the buffer would have to grow. */
static void tail_pipe(prog_reader *r, const ends_options *e)
{
    for (;;) {
        if (r->end == r->cap && r->end > 0)
            r->at += last_of(r->p + r->at, r->end - r->at,
                             e->bytes || e->n == UINT64_MAX ? e->n : e->n + 1, e);
        if (!prog_more(r))
            break;
    }
    if (r->end == r->at)
        return;
    const uint8_t *p = r->p + r->at;
    size_t from = last_of(p, r->end - r->at, e->n, e);
    prog_write(&prog_out, p + from, r->end - r->at - from);
    r->at = r->end;
}

static void tail_pause(const ends_options *e)
{
    struct timespec t = {(time_t)(e->sleep_ns / 1000000000), (long)(e->sleep_ns % 1000000000)};
    (void)nanosleep(&t, NULL);
}

static void tail_follow(prog_reader *files, const char *const *names, size_t n, ends_options *e)
{
    size_t last = n - 1;
    for (;;) {
        bool any = false, alive = false;
        for (size_t i = 0; i < n; i++) {
            struct stat st;
            if (files[i].fd < 0 || (fstat(files[i].fd, &st) == 0 && !S_ISREG(st.st_mode)))
                continue; /* a pipe has ended */
            alive = true;
            off_t at = lseek(files[i].fd, 0, SEEK_CUR);
            if (at > st.st_size) {
                prog_warn(0, "%s: file truncated", prog_quotef(names[i]));
                (void)lseek(files[i].fd, 0, SEEK_SET);
            }
            files[i].eof = false;
            bx_str block;
            while (prog_block(&files[i], &block)) {
                if (last != i)
                    header(e, names[i]);
                last = i;
                prog_write(&prog_out, block.p, block.n);
                any = true;
            }
        }
        if (prog_flush(&prog_out) || !alive)
            return;
        if (!any)
            tail_pause(e);
    }
}

static int tail_files(const char *const *names, size_t n, ends_options *e)
{
    int status = 0;
    prog_reader *files = prog_zalloc(n, sizeof *files);
    for (size_t i = 0; i < n; i++) {
        prog_reader r = {.name = names[i]};
        if (!ends_open(&r, names[i])) {
            files[i].fd = -1;
            status = 1;
            continue;
        }
        header(e, names[i]);
        if (e->elide)
            tail_from(&r, e->n, e);
        else if (!tail_seek(&r, e))
            tail_pipe(&r, e);
        if (r.error) {
            prog_warn(r.error, "error reading %s", prog_quoteaf(names[i]));
            r.error = 0;
            status = 1;
        }
        if (e->follow)
            files[i] = r;
        else
            (void)prog_close(&r);
    }
    if (e->follow)
        tail_follow(files, names, n, e);
    free(files);
    return status;
}

/* -5, +5, -5f, -20c as the first word and with at most one file behind it. */
static bool old_tail(int argc, char **argv, ends_options *e)
{
    if (argc < 2 || argc > 3)
        return false;
    const char *word = argv[1];
    if (!((word[0] == '-' && prog_is_digit(word[1])) ||
          (word[0] == '+' && (prog_is_digit(word[1]) || strchr("bclf", word[1])))))
        return false;
    size_t digits = strspn(word + 1, "0123456789");
    const char *p = word + 1 + digits;
    bool bytes = *p == 'c' || *p == 'b';
    uint64_t unit = *p == 'b' ? 512 : 1;
    if (*p == 'c' || *p == 'b' || *p == 'l')
        p++;
    bool follow = *p == 'f';
    if (p[follow])
        return false;
    uint64_t n = 10;
    if (digits > 0) {
        char *text = prog_strndup(word + 1, digits);
        n = read_count(text, bytes);
        free(text);
    }
    if (__builtin_mul_overflow(n, unit, &n))
        n = UINT64_MAX;
    e->n = n;
    e->bytes = bytes;
    e->follow = follow;
    e->elide = word[0] == '+';
    return true;
}

int text_tail(int argc, char **argv)
{
    static const prog_long longs[] = {{"bytes", PROG_ARG, 'c'},
                                      {"lines", PROG_ARG, 'n'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"silent", PROG_NO_ARG, 'q'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {"follow", PROG_MAY_ARG, 'f'},
                                      {"retry", PROG_NO_ARG, 'r'},
                                      {"sleep-interval", PROG_ARG, 's'},
                                      {"pid", PROG_ARG, 'p'},
                                      {0}};
    ends_options e = {.n = 10, .delimiter = '\n', .sleep_ns = 1000000000};
    if (old_tail(argc, argv, &e)) {
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "c:n:fFqs:vz0123456789", .longs = longs};
    end_options(&o, &e, true);
    size_t n = (size_t)(argc - o.next);
    e.several = n > 1;
    if (e.n == 0 && !e.elide && !e.follow)
        return 0;
    static const char *const only[] = {"-"};
    return n ? tail_files((const char *const *)(argv + o.next), n, &e) : tail_files(only, 1, &e);
}
