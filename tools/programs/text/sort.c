/* text/sort.c - sort: options, reading, what does not fit into memory, checking (POSIX sort; GNU).
 */
#include "programs/text/sort.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char text_sort_help[] =
    "Usage: sort [OPTION]... [FILE]...\n"
    "Print the lines of all FILEs sorted, by bytes.\n"
    "\n"
    "  -b, --ignore-leading-blanks  keys begin behind their blanks\n"
    "  -d, --dictionary-order       blanks, letters and digits only\n"
    "  -f, --ignore-case            as if all letters were upper case\n"
    "  -g, --general-numeric-sort   by floating-point numbers\n"
    "  -i, --ignore-nonprinting     printing characters only\n"
    "  -M, --month-sort             JAN < ... < DEC, all else before\n"
    "  -h, --human-numeric-sort     numbers as 2K, 1G\n"
    "  -n, --numeric-sort           numbers, of any length\n"
    "  -R, --random-sort            shuffled, equal keys together\n"
    "      --random-source=FILE     the shuffle's seed\n"
    "  -r, --reverse                the other way round\n"
    "      --sort=WORD              general-numeric, human-numeric, month, numeric, random, "
    "version\n"
    "  -V, --version-sort           version numbers\n"
    "  -c, --check[=diagnose-first] say whether it is sorted, and where not\n"
    "  -C, --check=quiet            the same without words\n"
    "      --files0-from=F          the names come from F, each with a NUL behind it\n"
    "  -k, --key=F[.C][OPTS][,F[.C][OPTS]]  sort by this part; OPTS of bdfgiMhnRrV\n"
    "  -m, --merge                  the FILEs are sorted already\n"
    "  -o, --output=FILE            write to FILE, which may be one of the input\n"
    "  -s, --stable                 leave the order of lines with equal keys\n"
    "  -S, --buffer-size=SIZE       how much is kept in memory at once\n"
    "  -t, --field-separator=C      fields are separated by C\n"
    "  -T, --temporary-directory=D  for what does not fit; /tmp\n"
    "      --parallel=N, --batch-size=N, --compress-program=P  ignored\n"
    "  -u, --unique                 only the first of lines with equal keys\n"
    "  -z, --zero-terminated        lines end in NUL\n"
    "\n"
    "Examples:\n"
    "  $ printf 'b 10\\na 9\\n' | sort\n"
    "  a 9\n"
    "  b 10\n"
    "  $ printf 'b 10\\na 9\\n' | sort -k2,2nr\n"
    "  b 10\n"
    "  a 9\n"
    "  $ printf 'x\\ny\\nx\\n' > f; sort -u -o f f; cat f\n"
    "  x\n"
    "  y\n";

enum { MERGE_AT_ONCE = 60, MORE_MAX = 16 << 20 };

typedef struct sorting {
    sort_rules rules;
    prog_buf text; /* what is read and not written yet; lines point into it */
    size_t lines;  /* ends of lines in it */
    size_t budget; /* bytes that text and lines may take together before they are sorted */
    const char *temporary;
    sort_input *runs; /* sorted parts in files that have no name any more, or are named */
    size_t n_runs, cap_runs;
} sorting;

void sort_fail(int error, const char *what, const char *name)
{
    prog_die(error, "%s: %s", what, prog_quotef(name));
}

/* ---- one part in memory
 * ---------------------------------------------------------------------------- */

/* Lines of text.p[0..n), which ends with a line's end. */
static sort_item *split_lines(const sort_rules *r, const prog_buf *b, size_t n, size_t *ret_n)
{
    const uint8_t *p = (const uint8_t *)b->p, *end = p + n;
    size_t count = prog_count(p, n, (uint8_t)r->end), i = 0;
    sort_item *lines = prog_realloc(NULL, count, sizeof *lines * (r->plain ? 1 : 2));
    for (; p < end; i++) {
        const uint8_t *stop = prog_find(p, end, (uint8_t)r->end);
        lines[i] = (sort_item){.p = (const char *)p, .n = (size_t)(stop - p)};
        p = stop + 1;
    }
    *ret_n = i;
    return lines;
}

static void put_lines(const sort_rules *r, const sort_item *l, size_t n, prog_writer *w)
{
    const bool unique = r->unique && r->plain;
    for (size_t i = 0; i < n && !w->error; i++) {
        if (!l[i].p || (unique && i > 0 && l[i].n == l[i - 1].n &&
                        (l[i].n == 0 || memcmp(l[i].p, l[i - 1].p, l[i].n) == 0)))
            continue;
        size_t bytes = l[i].n + 1; /* its end is behind it */
        if (bytes <= 64 && w->cap - w->n >= 80) {
            prog_copy16(w->p + w->n, (const uint8_t *)l[i].p, bytes);
            w->n += bytes;
        } else {
            prog_write(w, l[i].p, bytes);
        }
    }
}

static void sort_part(sorting *s, size_t n, prog_writer *w)
{
    prog_buf_room(&s->text, 80); /* for those that read words behind lines */
    memset(s->text.p + s->text.n, 0, 80);
    if (sort_few(&s->rules, &s->text, n, s->lines, w))
        return;
    size_t count;
    sort_item *lines = split_lines(&s->rules, &s->text, n, &count);
    sort_lines(&s->rules, lines, lines + count, count);
    put_lines(&s->rules, lines, count, w);
    free(lines);
}

/* ---- parts in files
 * ---------------------------------------------------------------------------------- */

static int temporary_file(const sorting *s)
{
    static unsigned turn;
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_REALTIME, &t);
    for (unsigned tries = 0; tries < 100; tries++) {
        prog_buf name = {0};
        char digits[20];
        prog_buf_put(&name, s->temporary, strlen(s->temporary));
        prog_buf_put(&name, "/sort", 5);
        prog_buf_put(
            &name, digits,
            prog_digits((uint64_t)t.tv_nsec * 1000003 + (uint64_t)t.tv_sec + turn++, digits));
        int fd = open(prog_buf_z(&name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        int error = errno;
        if (fd >= 0)
            (void)unlink(name.p);
        prog_buf_free(&name);
        if (fd >= 0)
            return fd;
        if (error != EEXIST)
            prog_die(error, "cannot create temporary file in %s", prog_quoteaf(s->temporary));
    }
    prog_die(EEXIST, "cannot create temporary file in %s", prog_quoteaf(s->temporary));
}

static void run_ends(sorting *s, prog_writer *w)
{
    int error = prog_flush(w);
    if (error)
        prog_die(error, "write failed: %s", prog_quoteaf(s->temporary));
    if (lseek(w->fd, 0, SEEK_SET) < 0)
        prog_die(errno, "cannot seek in %s", prog_quoteaf(s->temporary));
    s->runs = prog_grow(s->runs, &s->cap_runs, s->n_runs, sizeof *s->runs);
    s->runs[s->n_runs++] = (sort_input){s->temporary, w->fd};
    free(w->p);
}

/* Many inputs are merged to one, in order. */
static void merge_runs(sorting *s)
{
    prog_writer w = {.fd = temporary_file(s)};
    size_t n = s->n_runs;
    sort_merge(&s->rules, s->runs, n, &w);
    s->n_runs = 0;
    run_ends(s, &w);
}

static void spill(sorting *s)
{
    const uint8_t *p = (const uint8_t *)s->text.p;
    const uint8_t *last = prog_find_last(p, p + s->text.n, (uint8_t)s->rules.end);
    if (!last)
        return; /* one line longer than all: it must fit */
    size_t n = (size_t)(last + 1 - p);
    prog_writer w = {.fd = temporary_file(s)};
    sort_part(s, n, &w);
    run_ends(s, &w);
    memmove(s->text.p, s->text.p + n, s->text.n - n);
    s->text.n -= n;
    s->lines = 0;
    if (s->n_runs >= MERGE_AT_ONCE)
        merge_runs(s);
}

/* ---- reading
 * ------------------------------------------------------------------------------------------ */

static void read_input(sorting *s, const char *name)
{
    prog_reader r;
    int error = prog_try_open(&r, name);
    if (error)
        sort_fail(error, "cannot read", name);
    struct stat st;
    if (fstat(r.fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (uint64_t)st.st_size < s->budget / 2)
        prog_buf_room(&s->text, (size_t)st.st_size + 256);
    for (;;) {
        size_t room = s->text.cap - s->text.n;
        if (room < 4096) {
            size_t more = s->text.n < PROG_READ_BLOCK ? PROG_READ_BLOCK : s->text.n;
            prog_buf_room(&s->text, more < MORE_MAX ? more : MORE_MAX);
            room = s->text.cap - s->text.n;
        }
        uint8_t *to = (uint8_t *)s->text.p + s->text.n;
        ssize_t n = prog_read(r.fd, to, room < MORE_MAX ? room : MORE_MAX);
        if (n < 0)
            sort_fail(errno, "read failed", name);
        if (n == 0)
            break;
        s->text.n += (size_t)n;
        s->lines += prog_count(to, (size_t)n, (uint8_t)s->rules.end);
        if (s->text.n + s->lines * sizeof(sort_item) * (s->rules.plain ? 1 : 2) >= s->budget)
            spill(s);
    }
    if (s->text.n > 0 && s->text.p[s->text.n - 1] != s->rules.end)
        prog_buf_putc(&s->text, s->rules.end);
    (void)prog_close(&r);
}

static void open_output(const char *name)
{
    if (!name || strcmp(name, "-") == 0)
        return;
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        sort_fail(errno, "open failed", name);
    prog_out.fd = fd;
    prog_out.name = name;
}

static int end_output(const char *name)
{
    int error = prog_flush(&prog_out);
    if (!error && prog_out.fd != 1 && close(prog_out.fd) != 0)
        error = errno;
    prog_out.error = 0;
    prog_out.fd = 1;
    if (error)
        prog_die(error, "write failed: %s",
                 name && strcmp(name, "-") != 0 ? prog_quoteaf(name) : "'standard output'");
    return 0;
}

static int sort_files(sorting *s, char **names, size_t n, const char *output)
{
    for (size_t i = 0; i < n; i++)
        read_input(s, names[i]);
    if (s->n_runs == 0) {
        open_output(output);
        prog_write_slow(&prog_out, "", 0);
        sort_part(s, s->text.n, &prog_out);
        return end_output(output);
    }
    spill(s);
    open_output(output);
    sort_merge(&s->rules, s->runs, s->n_runs, &prog_out);
    return end_output(output);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino != 0 &&
                                 x.st_ino == y.st_ino && x.st_dev == y.st_dev);
}

static int merge_files(sorting *s, char **names, size_t n, const char *output)
{
    bool over_itself = false;
    for (size_t i = 0; i < n && output; i++)
        over_itself |= is_same_file(names[i], output);
    /* inputs that are sorted give the same when they are sorted again, stably */
    if (over_itself || n > MERGE_AT_ONCE)
        return sort_files(s, names, n, output);
    sort_input *in = prog_zalloc(n, sizeof *in);
    for (size_t i = 0; i < n; i++) {
        prog_reader r;
        int error = prog_try_open(&r, names[i]);
        if (error)
            sort_fail(error, "cannot read", names[i]);
        in[i] = (sort_input){names[i], r.fd};
    }
    open_output(output);
    sort_merge(&s->rules, in, n, &prog_out);
    free(in);
    return end_output(output);
}

/* ---- checking
 * ------------------------------------------------------------------------------------------ */

static int check_file(const sort_rules *r, const char *name, bool quiet)
{
    prog_reader in;
    int error = prog_try_open(&in, name);
    if (error)
        sort_fail(error, "cannot read", name);
    prog_buf last = {0};
    uint64_t number = 0;
    bx_str line;
    while (prog_line(&in, r->end, &line, NULL)) {
        if (number++ > 0) {
            bx_str before = {last.p, last.n};
            sort_line a = {0, before.p, before.n}, b = {0, line.p, line.n};
            int c = sort_compare(r, &a, &b);
            if (c > 0 || (c == 0 && r->unique)) {
                if (!quiet) {
                    prog_writer err = {.fd = 2};
                    prog_printf(&err, "%s: %s:%llu: disorder: ", prog_name, name,
                                (unsigned long long)number);
                    prog_write(&err, line.p, line.n);
                    prog_putc(&err, '\n');
                    (void)prog_flush(&err);
                    free(err.p);
                }
                return 1;
            }
        }
        last.n = 0;
        prog_buf_put(&last, line.p, line.n);
    }
    if (in.error)
        sort_fail(in.error, "read failed", name);
    prog_buf_free(&last);
    return 0;
}

/* ---- options
 * --------------------------------------------------------------------------------------------- */

typedef struct sort_options {
    sorting s;
    const char *output, *names_from, *random_source;
    bool merge;
    int check; /* 'c', 'C' or 0 */
    size_t cap_keys;
} sort_options;

static void set_tab(sort_rules *r, const char *text)
{
    int tab = (unsigned char)text[0];
    if (!*text)
        prog_die(0, "empty tab");
    if (text[1]) {
        if (strcmp(text, "\\0") != 0)
            prog_die(0, "multi-character tab %s", prog_quote(text));
        tab = 0;
    }
    if (r->tab >= 0 && r->tab != tab)
        prog_die(0, "incompatible tabs");
    r->tab = tab;
}

static void set_size(sorting *s, const char *text)
{
    uint64_t n = 0;
    size_t length = strlen(text);
    prog_num state = PROG_NUM_INVALID;
    if (length > 1 && text[length - 1] == '%' && prog_is_digit(text[0]))
        return;
    if (length > 0 && prog_is_digit(text[length - 1])) { /* without unit: KiB */
        state = prog_uint(text, "", &n);
        if (n > UINT64_MAX / 1024)
            state = PROG_NUM_OVERFLOW;
        n *= 1024;
    } else {
        state = prog_uint(text, "bEGgKkMmPTtYZ", &n);
        if (state == PROG_NUM_OK && text[length - 1] == 'b')
            n /= 512;
    }
    if (state == PROG_NUM_SUFFIX)
        prog_die(0, "invalid suffix in --buffer-size argument %s", prog_quote(text));
    if (state == PROG_NUM_INVALID)
        prog_die(0, "invalid --buffer-size argument %s", prog_quote(text));
    if (state == PROG_NUM_OK && n < s->budget)
        s->budget = n < 65536 ? 65536 : (size_t)n;
}

static void set_sort_word(sort_key *k, const char *word)
{
    static const struct {
        const char *word;
        char letter;
    } words[] = {{"general-numeric", 'g'}, {"human-numeric", 'h'}, {"month", 'M'},
                 {"numeric", 'n'},         {"random", 'R'},        {"version", 'V'}};
    for (size_t i = 0; i < BX_COUNT(words); i++)
        if (*word && strncmp(words[i].word, word, strlen(word)) == 0) {
            (void)sort_key_letter(k, words[i].letter, true, true);
            return;
        }
    prog_usage_status = 1;
    prog_warn(0, "invalid argument %s for '--sort'", prog_quote(word));
    prog_writer err = {.fd = 2};
    prog_puts(&err, "Valid arguments are:\n");
    for (size_t i = 0; i < BX_COUNT(words); i++)
        prog_printf(&err, "  - '%s'\n", words[i].word);
    (void)prog_flush(&err);
    prog_usage(NULL);
}

static void add_key(sort_options *o, const sort_key *k)
{
    sort_rules *r = &o->s.rules;
    r->keys = prog_grow(r->keys, &o->cap_keys, r->n_keys, sizeof *r->keys);
    r->keys[r->n_keys++] = *k;
}

static void set_check(sort_options *o, int kind, const char *how)
{
    if (how) {
        if (strcmp(how, "quiet") == 0 || strcmp(how, "silent") == 0)
            kind = 'C';
        else if (strcmp(how, "diagnose-first") != 0)
            prog_usage("invalid argument %s for '--check'", prog_quote(how));
    }
    if (o->check && o->check != kind)
        prog_die(0, "options '-cC' are incompatible");
    o->check = kind;
}

enum { SORT_WORD = 256, RANDOM_SOURCE, FROM, IGNORED };

static void take_option(sort_options *o, int c, char *arg)
{
    sort_rules *r = &o->s.rules;
    switch (c) {
    case 'c':
    case 'C':
        set_check(o, c, arg);
        break;
    case 'k': {
        sort_key k;
        sort_key_parse(arg, &k);
        add_key(o, &k);
        break;
    }
    case 'm':
        o->merge = true;
        break;
    case 'o':
        if (o->output && strcmp(o->output, arg) != 0)
            prog_die(0, "multiple output files specified");
        o->output = arg;
        break;
    case 's':
        r->stable = true;
        break;
    case 'S':
        set_size(&o->s, arg);
        break;
    case 't':
        set_tab(r, arg);
        break;
    case 'T':
        o->s.temporary = arg;
        break;
    case 'u':
        r->unique = true;
        break;
    case 'z':
        r->end = '\0';
        break;
    case SORT_WORD:
        set_sort_word(&r->global, arg);
        break;
    case RANDOM_SOURCE:
        o->random_source = arg;
        break;
    case FROM:
        o->names_from = arg;
        break;
    default:
        if (c < 256)
            (void)sort_key_letter(&r->global, (char)c, true, true);
        break;
    }
}

static void seed_random(sort_options *o)
{
    uint64_t seed = 0;
    if (o->random_source) {
        prog_reader r;
        int error = prog_try_open(&r, o->random_source);
        if (error)
            sort_fail(error, "open failed", o->random_source);
        for (int i = 0, c; i < 16 && (c = prog_getc(&r)) >= 0; i++)
            seed = seed * 257 + (unsigned)c;
        (void)prog_close(&r);
    } else if (getentropy(&seed, sizeof seed) != 0) {
        seed = (uint64_t)time(NULL);
    }
    o->s.rules.seed = seed;
}

static size_t names_from(sort_options *o, char ***ret)
{
    prog_reader r;
    int error = prog_try_open(&r, o->names_from);
    if (error)
        sort_fail(error, "open failed", o->names_from);
    size_t n = 0, cap = 0;
    char **names = NULL;
    bx_str name;
    while (prog_line(&r, '\0', &name, NULL)) {
        if (name.n == 0)
            prog_die(0, "%s:%zu: invalid zero-length file name", prog_quotef(o->names_from), n + 1);
        names = prog_grow(names, &cap, n, sizeof *names);
        names[n++] = prog_strndup(name.p, name.n);
    }
    if (!prog_close(&r))
        prog_exit(2);
    if (n == 0)
        prog_die(0, "no input from %s", prog_quoteaf(o->names_from));
    *ret = names;
    return n;
}

/* Options and operands in one order, so that +1 -2 may stand anywhere before a --. */
static size_t take_words(sort_options *o, int argc, char **argv)
{
    static const prog_long longs[] = {{"ignore-leading-blanks", PROG_NO_ARG, 'b'},
                                      {"dictionary-order", PROG_NO_ARG, 'd'},
                                      {"ignore-case", PROG_NO_ARG, 'f'},
                                      {"general-numeric-sort", PROG_NO_ARG, 'g'},
                                      {"ignore-nonprinting", PROG_NO_ARG, 'i'},
                                      {"month-sort", PROG_NO_ARG, 'M'},
                                      {"human-numeric-sort", PROG_NO_ARG, 'h'},
                                      {"numeric-sort", PROG_NO_ARG, 'n'},
                                      {"random-sort", PROG_NO_ARG, 'R'},
                                      {"random-source", PROG_ARG, RANDOM_SOURCE},
                                      {"reverse", PROG_NO_ARG, 'r'},
                                      {"sort", PROG_ARG, SORT_WORD},
                                      {"version-sort", PROG_NO_ARG, 'V'},
                                      {"batch-size", PROG_ARG, IGNORED},
                                      {"check", PROG_MAY_ARG, 'c'},
                                      {"compress-program", PROG_ARG, IGNORED},
                                      {"files0-from", PROG_ARG, FROM},
                                      {"key", PROG_ARG, 'k'},
                                      {"merge", PROG_NO_ARG, 'm'},
                                      {"output", PROG_ARG, 'o'},
                                      {"stable", PROG_NO_ARG, 's'},
                                      {"buffer-size", PROG_ARG, 'S'},
                                      {"field-separator", PROG_ARG, 't'},
                                      {"temporary-directory", PROG_ARG, 'T'},
                                      {"parallel", PROG_ARG, IGNORED},
                                      {"unique", PROG_NO_ARG, 'u'},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts opts = {
        .argc = argc, .argv = argv, .shorts = "-bcCdfghik:mMno:rRsS:t:T:uVy:z", .longs = longs};
    size_t n = 0;
    for (int c; (c = prog_opt(&opts)) != -1;) {
        if (c != 1) {
            take_option(o, c, opts.arg);
            continue;
        }
        sort_key k;
        if (opts.arg[0] == '+' && sort_key_old(opts.arg, true, &k)) {
            const char *second = opts.next < argc ? argv[opts.next] : "";
            if (second[0] == '-' && prog_is_digit(second[1])) {
                opts.next++;
                opts.first = opts.next;
                if (!sort_key_old(second, false, &k))
                    prog_die(0, "stray character in field spec: invalid field specification %s",
                             prog_quote(second));
            }
            add_key(o, &k);
            continue;
        }
        argv[1 + n++] = opts.arg; /* words before it are used up */
    }
    for (int i = opts.next; i < argc; i++)
        argv[1 + n++] = argv[i];
    return n;
}

int text_sort(int argc, char **argv)
{
    prog_status = prog_usage_status = 2;
    sort_options o = {.s = {.rules = {.tab = -1, .end = '\n'}}};
    /* 256 MiB are what a call has, unless it is told otherwise */
    o.s.budget = sizeof(void *) == 4 ? (size_t)144 << 20 : (size_t)1 << 30;
    const char *directory = getenv("TMPDIR");
    o.s.temporary = directory && *directory ? directory : "/tmp";
    size_t n = take_words(&o, argc, argv);
    char **names = argv + 1;
    static char dash[] = "-", *only[] = {dash};
    if (o.names_from) {
        if (n > 0) {
            prog_warn(0, "extra operand %s\nfile operands cannot be combined with --files0-from",
                      prog_quoteaf(names[0]));
            prog_usage(NULL);
        }
        n = names_from(&o, &names);
    } else if (n == 0) {
        names = only;
        n = 1;
    }
    sort_rules_finish(&o.s.rules);
    for (size_t i = 0; i < o.s.rules.n_keys; i++)
        if (o.s.rules.keys[i].by == SORT_RANDOM) {
            seed_random(&o);
            break;
        }
    if (o.check) {
        if (n > 1)
            prog_die(0, "extra operand %s not allowed with -%c", prog_quoteaf(names[1]), o.check);
        if (o.output)
            prog_die(0, "options '-%co' are incompatible", o.check);
        return check_file(&o.s.rules, names[0], o.check == 'C');
    }
    return o.merge ? merge_files(&o.s, names, n, o.output) : sort_files(&o.s, names, n, o.output);
}
