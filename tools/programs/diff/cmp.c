/* cmp: two files byte by byte. */
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"
#include "programs/diff/box.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char cmp_help_text[] =
    "Usage: cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]\n"
    "Compare two files byte by byte.\n"
    "\n"
    "  -b, --print-bytes          print differing bytes\n"
    "  -i, --ignore-initial=SKIP  skip the first SKIP bytes of both; SKIP1:SKIP2 of each\n"
    "  -l, --verbose              numbers and values of all differing bytes\n"
    "  -n, --bytes=LIMIT          compare at most LIMIT bytes\n"
    "  -s, --quiet, --silent      only the exit status\n"
    "\n"
    "Without FILE2, or as -, standard input.  SKIP and LIMIT may have the suffixes\n"
    "kB 1000, K 1024, MB, M and so on.  Exit status: 0 same, 1 different, 2 trouble.\n"
    "\n"
    "Examples:\n"
    "  $ printf 'abc\\n' > x; printf 'abd\\n' > y; cmp x y\n"
    "  x y differ: byte 3, line 1\n"
    "  $ cmp -bl x y\n"
    "  3 143 c    144 d\n";
const char *const cmp_help = cmp_help_text;

typedef struct cmp_side {
    const char *name;
    prog_reader r;
    uint64_t skip;
} cmp_side;

typedef struct cmp_state {
    cmp_side side[2];
    bool bytes, all, quiet;
    uint64_t limit, at, line; /* bytes compared so far, lines begun */
    bool differs;
    unsigned width; /* of the numbers with -l */
} cmp_state;

/* As cat -t shows it. */
static void visible(unsigned char c, char out[8])
{
    size_t n = 0;
    if (c >= 128) {
        out[n++] = 'M';
        out[n++] = '-';
        c = (unsigned char)(c - 128);
    }
    if (c < 32 || c == 127) {
        out[n++] = '^';
        c ^= 64;
    }
    out[n++] = (char)c;
    out[n] = '\0';
}

static void tell(const cmp_state *s, unsigned char a, unsigned char b)
{
    char x[8], y[8];
    visible(a, x);
    visible(b, y);
    if (s->all) {
        prog_put_uint(&prog_out, s->at + 1, s->width, ' ');
        if (s->bytes)
            prog_printf(&prog_out, " %3o %-4s %3o %s\n", a, x, b, y);
        else
            prog_printf(&prog_out, " %3o %3o\n", a, b);
        return;
    }
    prog_printf(&prog_out, "%s %s differ: byte ", s->side[0].name, s->side[1].name);
    prog_put_uint(&prog_out, s->at + 1, 0, ' ');
    prog_puts(&prog_out, ", line ");
    prog_put_uint(&prog_out, s->line, 0, ' ');
    if (s->bytes)
        prog_printf(&prog_out, " is %3o %s %3o %s", a, x, b, y);
    prog_putc(&prog_out, '\n');
}

static size_t lines_in(const uint8_t *p, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    return lines;
}

/* Compare n bytes; false: nothing more is to be said. */
static bool compare(cmp_state *s, const uint8_t *a, const uint8_t *b, size_t n)
{
    if (memcmp(a, b, n) == 0) {
        s->at += n;
        s->line += s->all || s->quiet ? 0 : lines_in(a, n);
        return true;
    }
    s->differs = true;
    if (s->quiet)
        return false;
    for (size_t i = 0; i < n; i++, s->at++) {
        if (a[i] != b[i]) {
            tell(s, a[i], b[i]);
            if (!s->all)
                return false;
        }
        s->line += a[i] == '\n';
    }
    return true;
}

static void at_end(const cmp_state *s, int shorter, bool mid_line)
{
    if (s->quiet)
        return;
    (void)prog_flush(&prog_out);
    const char *name = s->side[shorter].name;
    unsigned long long at = s->at, line = s->line;
    if (at == 0)
        prog_warn(0, "EOF on %s which is empty", name);
    else if (s->all)
        prog_warn(0, "EOF on %s after byte %llu", name, at);
    else if (mid_line)
        prog_warn(0, "EOF on %s after byte %llu, in line %llu", name, at, line);
    else
        prog_warn(0, "EOF on %s after byte %llu, line %llu", name, at, line - 1);
}

static int compare_all(cmp_state *s)
{
    uint8_t last = '\n';
    for (;;) {
        prog_reader *r[2] = {&s->side[0].r, &s->side[1].r};
        bool more[2];
        for (int i = 0; i < 2; i++)
            more[i] = s->at < s->limit && (r[i]->at < r[i]->end || prog_more(r[i]));
        for (int i = 0; i < 2; i++)
            if (r[i]->error)
                prog_die(r[i]->error, "%s", s->side[i].name);
        if (!more[0] || !more[1]) {
            if (s->at < s->limit && more[0] != more[1]) {
                at_end(s, more[0] ? 1 : 0, last != '\n');
                s->differs = true;
            }
            return s->differs;
        }
        size_t n = r[0]->end - r[0]->at, k = r[1]->end - r[1]->at;
        n = n < k ? n : k;
        if (n > s->limit - s->at)
            n = (size_t)(s->limit - s->at);
        if (!compare(s, r[0]->p + r[0]->at, r[1]->p + r[1]->at, n))
            return 1;
        last = r[0]->p[r[0]->at + n - 1];
        r[0]->at += n;
        r[1]->at += n;
    }
}

static uint64_t count(const char *p, const char *what)
{
    uint64_t n;
    if (prog_uint(p, "kKMGTPEZY0", &n) != PROG_NUM_OK)
        diff_usage("invalid %s value '%s'", what, p);
    return n;
}

static void skips(cmp_state *s, char *arg)
{
    char *colon = strchr(arg, ':');
    if (colon)
        *colon = '\0';
    s->side[0].skip = count(arg, "--ignore-initial");
    s->side[1].skip = colon ? count(colon + 1, "--ignore-initial") : s->side[0].skip;
}

/* Begin to read behind what is skipped. */
static void start(cmp_side *side)
{
    if (strcmp(side->name, "-") == 0)
        side->r = (prog_reader){.fd = 0, .name = "-"};
    else {
        int fd = open(side->name, O_RDONLY);
        if (fd < 0)
            prog_die(errno, "%s", side->name);
        side->r = (prog_reader){.fd = fd, .name = side->name};
    }
    for (uint64_t left = side->skip; left > 0;) {
        if (side->r.at == side->r.end && !prog_more(&side->r))
            break;
        size_t n = side->r.end - side->r.at;
        n = n < left ? n : (size_t)left;
        side->r.at += n;
        left -= n;
    }
}

/* As wide as the largest number that can come. */
static unsigned number_width(const cmp_state *s)
{
    uint64_t least = s->limit;
    for (int i = 0; i < 2; i++) {
        struct stat st;
        if (fstat(s->side[i].r.fd, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        uint64_t size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
        size = size > s->side[i].skip ? size - s->side[i].skip : 0;
        least = size < least ? size : least;
    }
    char digits[20];
    return (unsigned)prog_digits(least == UINT64_MAX ? INT64_MAX : least, digits);
}

int cmp_run(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"print-bytes", PROG_NO_ARG, 'b'},
        {"ignore-initial", PROG_ARG, 'i'},
        {"verbose", PROG_NO_ARG, 'l'},
        {"bytes", PROG_ARG, 'n'},
        {"quiet", PROG_NO_ARG, 's'},
        {"silent", PROG_NO_ARG, 's'},
        {0},
    };
    prog_status = prog_usage_status = 2;
    cmp_state s = {.limit = UINT64_MAX, .line = 1};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bci:ln:s", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        switch (c) {
        case 'b':
        case 'c':
            s.bytes = true;
            break;
        case 'i':
            skips(&s, o.arg);
            break;
        case 'l':
            s.all = true;
            break;
        case 'n':
            s.limit = count(o.arg, "--bytes");
            break;
        default:
            s.quiet = true;
            break;
        }
    if (s.all && s.quiet)
        diff_usage("options -l and -s are incompatible");
    int left = argc - o.next;
    char **operand = argv + o.next;
    if (left < 1)
        diff_usage("missing operand after '%s'", argv[argc - 1]);
    if (left > 4)
        diff_usage("extra operand '%s'", operand[4]);
    for (int i = 2; i < left; i++)
        s.side[i - 2].skip = count(operand[i], "SKIP");
    s.side[0].name = operand[0];
    s.side[1].name = left > 1 ? operand[1] : "-";
    if (strcmp(s.side[0].name, s.side[1].name) == 0 && s.side[0].skip == s.side[1].skip &&
        strcmp(s.side[0].name, "-") == 0)
        return 0;
    start(&s.side[0]);
    start(&s.side[1]);
    s.width = s.all ? number_width(&s) : 0;
    return compare_all(&s);
}
