/* text/wc.c - wc (POSIX wc; GNU). */
#include "programs/text/text.h"

#include <sys/stat.h>
#include <unistd.h>

const char text_wc_help[] =
    "Usage: wc [OPTION]... [FILE]...\n"
    "Print the numbers of lines, words and bytes of each FILE, and their sums.\n"
    "\n"
    "  -c, --bytes            bytes\n"
    "  -m, --chars            characters of UTF-8\n"
    "  -l, --lines            lines (newlines)\n"
    "      --files0-from=F    the names come from F, each with a NUL behind it\n"
    "  -L, --max-line-length  columns of the widest line\n"
    "  -w, --words            words\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a b\\nc\\n' | wc\n"
    "        2       3       6\n"
    "  $ printf 'a b\\nc\\n' | wc -l\n"
    "  2\n";

typedef struct counts {
    uint64_t lines, words, chars, bytes, width;
} counts;

typedef struct wc_options {
    bool lines, words, chars, bytes, width;
    unsigned columns;
} wc_options;

static void print_counts(const wc_options *w, const counts *n, const char *name)
{
    const struct {
        bool wanted;
        uint64_t n;
    } all[] = {{w->lines, n->lines},
               {w->words, n->words},
               {w->chars, n->chars},
               {w->bytes, n->bytes},
               {w->width, n->width}};
    bool some = false;
    for (size_t i = 0; i < BX_COUNT(all); i++)
        if (all[i].wanted) {
            if (some)
                prog_putc(&prog_out, ' ');
            prog_put_uint(&prog_out, all[i].n, w->columns, ' ');
            some = true;
        }
    if (name) {
        prog_putc(&prog_out, ' ');
        prog_puts(&prog_out, strchr(name, '\n') ? prog_quotef(name) : name);
    }
    prog_putc(&prog_out, '\n');
}

typedef struct word_state {
    bool in_word;
    uint64_t column;
} word_state;

/* Spaces of Unicode that part words (iswspace), without those that do not break. */
static bool is_wide_space(uint32_t cp)
{
    return cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a && cp != 0x2007) || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x205f || cp == 0x3000 || cp == 0xa0 || cp == 0x2007 ||
           cp == 0x202f || cp == 0x2060 || cp == 0x85;
}

static void end_width(counts *n, word_state *s)
{
    if (s->column > n->width)
        n->width = s->column;
    s->column = 0;
}

/* A character that is no ASCII byte. */
static void count_wide(uint32_t cp, counts *n, word_state *s)
{
    if (cp == PROG_BAD_CHAR)
        return;
    n->chars++;
    int width = prog_width(cp);
    if (width > 0)
        s->column += (unsigned)width;
    if (is_wide_space(cp)) {
        n->words += s->in_word;
        s->in_word = false;
    } else if (width >= 0 && cp >= 0xa0) {
        s->in_word = true;
    }
}

static void count_ascii(uint8_t c, counts *n, word_state *s)
{
    n->chars++;
    switch (c) {
    case '\n':
        n->lines++;
        end_width(n, s);
        break;
    case '\r':
    case '\f':
        end_width(n, s);
        break;
    case '\t':
        s->column += 8 - s->column % 8;
        break;
    case ' ':
        s->column++;
        break;
    case '\v':
        break;
    default:
        if (c > 0x20 && c < 0x7f) {
            s->column++;
            s->in_word = true;
        }
        return;
    }
    n->words += s->in_word;
    s->in_word = false;
}

/* Words alone, where all bytes are ASCII: 256-entry classes; 1 is a printing byte, 2 a space. */
static const uint8_t classes[256] = {[9] = 2,  [10] = 2, [11] = 2,        [12] = 2,
                                     [13] = 2, [32] = 2, [33 ... 126] = 1};

static void count_words_ascii(const uint8_t *p, size_t n, counts *c, word_state *s)
{
    bool in_word = s->in_word;
    uint64_t words = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t class = classes[p[i]];
        words += in_word & (class >> 1);
        in_word = (in_word | class) & !(class >> 1);
    }
    s->in_word = in_word;
    c->words += words;
    c->chars += n;
    c->lines += prog_count(p, n, '\n');
}

static bool has_high(const uint8_t *p, size_t n)
{
    uint64_t any = 0, word;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        memcpy(&word, p + i, 8);
        any |= word;
    }
    for (; i < n; i++)
        any |= (uint64_t)p[i] << 56;
    return any & UINT64_C(0x8080808080808080);
}

static void count_text(prog_reader *r, const wc_options *w, counts *n)
{
    word_state s = {0};
    while (r->at < r->end || prog_more(r)) {
        const uint8_t *p = r->p + r->at;
        size_t have = r->end - r->at, i = 0;
        if (!w->width && !has_high(p, have)) {
            count_words_ascii(p, have, n, &s);
            n->bytes += have;
            r->at = r->end;
            continue;
        }
        while (i < have) {
            if (p[i] < 0x80) {
                count_ascii(p[i++], n, &s);
                continue;
            }
            uint32_t cp;
            if (have - i < 4 && !r->eof && p[i] >= 0xc2) { /* the rest may come yet */
                r->at += i;
                n->bytes += i;
                i = have = 0;
                if (!prog_more(r))
                    continue;
                break;
            }
            i += prog_utf8(p + i, have - i, &cp);
            count_wide(cp, n, &s);
        }
        n->bytes += i;
        r->at += i;
    }
    end_width(n, &s);
    n->words += s.in_word;
}

static void count_simple(prog_reader *r, const wc_options *w, counts *n)
{
    struct stat st;
    bx_str block;
    if (!w->lines && !w->chars && fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        off_t at = lseek(r->fd, 0, SEEK_CUR);
        if (at >= 0 && st.st_size > at && lseek(r->fd, st.st_size, SEEK_SET) >= 0) {
            n->bytes = (uint64_t)(st.st_size - at);
        }
    }
    while (prog_block(r, &block)) {
        n->bytes += block.n;
        if (w->lines)
            n->lines += prog_count((const uint8_t *)block.p, block.n, '\n');
    }
}

static bool count_file(const char *name, const char *shown, const wc_options *w, counts *total)
{
    prog_reader r;
    if (!prog_open(&r, name))
        return false;
    counts n = {0};
    if (w->words || w->chars || w->width)
        count_text(&r, w, &n);
    else
        count_simple(&r, w, &n);
    bool fine = prog_close(&r);
    print_counts(w, &n, shown);
    total->lines += n.lines;
    total->words += n.words;
    total->chars += n.chars;
    total->bytes += n.bytes;
    if (n.width > total->width)
        total->width = n.width;
    return fine;
}

/* Columns of the numbers, from the sizes of the files. */
static unsigned columns_for(char **names, size_t n, const wc_options *w)
{
    unsigned wanted = (unsigned)(w->lines + w->words + w->chars + w->bytes + w->width);
    if (n <= 1 && wanted == 1)
        return 1;
    uint64_t sum = 0;
    unsigned least = 1;
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if ((strcmp(names[i], "-") == 0 ? fstat(0, &st) : stat(names[i], &st)) != 0)
            continue;
        if (S_ISREG(st.st_mode))
            sum += (uint64_t)st.st_size;
        else
            least = 7;
    }
    char digits[20];
    unsigned columns = (unsigned)prog_digits(sum, digits);
    return columns > least ? columns : least;
}

static size_t names_of(const char *from, char ***ret)
{
    prog_reader r;
    int error = prog_try_open(&r, from);
    if (error)
        prog_die(error, "cannot open %s for reading", prog_quoteaf(from));
    size_t n = 0, cap = 0;
    char **names = NULL;
    bx_str name;
    while (prog_line(&r, '\0', &name, NULL)) {
        names = prog_grow(names, &cap, n, sizeof *names);
        names[n++] = prog_strndup(name.p, name.n);
    }
    (void)prog_close(&r);
    *ret = names;
    return n;
}

int text_wc(int argc, char **argv)
{
    enum { FROM = 256 };
    static const prog_long longs[] = {{"bytes", PROG_NO_ARG, 'c'},
                                      {"chars", PROG_NO_ARG, 'm'},
                                      {"lines", PROG_NO_ARG, 'l'},
                                      {"words", PROG_NO_ARG, 'w'},
                                      {"files0-from", PROG_ARG, FROM},
                                      {"max-line-length", PROG_NO_ARG, 'L'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "clLmw", .longs = longs};
    wc_options w = {0};
    const char *from = NULL;
    for (int c; (c = prog_opt(&o)) != -1;) {
        w.bytes |= c == 'c';
        w.chars |= c == 'm';
        w.lines |= c == 'l';
        w.words |= c == 'w';
        w.width |= c == 'L';
        if (c == FROM)
            from = o.arg;
    }
    if (!(w.bytes || w.chars || w.lines || w.words || w.width))
        w.lines = w.words = w.bytes = true;
    char **names = argv + o.next;
    size_t n = (size_t)(argc - o.next);
    if (from) {
        if (n > 0) {
            prog_warn(0, "extra operand %s\nfile operands cannot be combined with --files0-from",
                      prog_quoteaf(names[0]));
            prog_usage(NULL);
        }
        n = names_of(from, &names);
        if (n == 0)
            return 0;
    }
    static char dash[] = "-", *only[] = {dash};
    bool fine = true;
    counts total = {0};
    if (n == 0) {
        w.columns = columns_for(only, 1, &w);
        return !count_file("-", NULL, &w, &total);
    }
    w.columns = columns_for(names, n, &w);
    for (size_t i = 0; i < n; i++) {
        if (!*names[i]) {
            prog_warn(0, "invalid zero-length file name");
            fine = false;
            continue;
        }
        fine &= count_file(names[i], names[i], &w, &total);
    }
    if (n > 1)
        print_counts(&w, &total, "total");
    return !fine;
}
