/* grep, egrep, fgrep: POSIX grep with the options of GNU 3.8. */
#include "programs/lines/grep.h"

#include "programs/common/prog_text.h"
#include "programs/lines/lines.h"
#include "regex/find.h"

grep_options grep_o;

/* --- matching ----------------------------------------------------------------------------------
 */

BX_NORETURN static void gave_up(void) { prog_die(0, "exceeded the limit of steps of a search"); }

static void warn(void *ctx, const char *what)
{
    (void)ctx;
    prog_warn(0, "warning: %s", what);
}

static void compile_perl(bx_str pattern, grep_matcher *ret)
{
    bx_error err;
    prog_buf whole = {0};
    if (grep_o.whole)
        prog_buf_put(&whole, "^(?:", 4);
    prog_buf_put(&whole, pattern.p, pattern.n);
    if (grep_o.whole)
        prog_buf_put(&whole, ")$", 2);
    bx_posix_options o = {
        .perl = true, .fold = grep_o.fold, .word = grep_o.word, .lines = !grep_o.null_lines};
    if (bx_posix_new((bx_str){whole.p, whole.n}, &o, &ret->posix, &err) != BX_OK)
        prog_die(0, "%s", err.msg);
    prog_buf_free(&whole);
}

void grep_compile(bx_str pattern, bool is_empty, grep_matcher *ret)
{
    bx_error err;
    *ret = (grep_matcher){.nothing = is_empty};
    prog_status = 2;
    if (grep_o.syntax == GREP_PERL) {
        compile_perl(pattern, ret);
        return;
    }
    bx_posix_options o = {.extended = grep_o.syntax == GREP_EXTENDED,
                          .fixed = grep_o.syntax == GREP_FIXED,
                          .lenient = true,
                          .alternatives = true,
                          .fold = grep_o.fold,
                          .word = grep_o.word,
                          .whole = grep_o.whole,
                          .lines = !grep_o.null_lines,
                          .warn = warn};
    if (bx_posix_new(pattern, &o, &ret->posix, &err) != BX_OK)
        prog_die(0, "%s", err.msg);
}

bool grep_find(grep_matcher *m, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    if (m->nothing)
        return false;
    bx_hit hit = m->posix ? bx_posix_find(m->posix, p, n, from, ret, 1)
                          : bx_regex_find(m->perl, p, n, from, ret);
    if (hit == BX_HIT_GAVE_UP)
        gave_up();
    return hit == BX_HIT;
}

/* Records that end with NUL, one after the other. */
static bool find_record(grep_matcher *m, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    while (from < n) {
        bx_span match;
        size_t end = bx_find_byte(p, from, n, 0);
        end = end == SIZE_MAX ? n : end;
        *ret = (bx_span){from, end};
        if (grep_find(m, p + from, end - from, 0, &match))
            return true;
        from = end + 1;
    }
    return false;
}

bool grep_find_line(grep_matcher *m, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    if (m->nothing)
        return false;
    if (grep_o.null_lines)
        return find_record(m, p, n, from, ret);
    bx_hit hit = m->posix ? bx_posix_find_line(m->posix, p, n, from, ret)
                          : bx_regex_find_line(m->perl, p, n, from, ret);
    if (hit == BX_HIT_GAVE_UP)
        gave_up();
    return hit == BX_HIT;
}

/* --- options -----------------------------------------------------------------------------------
 */

enum {
    O_INCLUDE = 256,
    O_EXCLUDE,
    O_EXCLUDE_DIR,
    O_EXCLUDE_FROM,
    O_COLOR,
    O_LABEL,
    O_BINARY,
    O_LINE_BUFFERED,
    O_SEPARATOR,
    O_NO_SEPARATOR,
    O_NO_IGNORE_CASE,
};

static const prog_long longs[] = {{"after-context", PROG_ARG, 'A'},
                                  {"basic-regexp", PROG_NO_ARG, 'G'},
                                  {"before-context", PROG_ARG, 'B'},
                                  {"binary", PROG_NO_ARG, 'U'},
                                  {"binary-files", PROG_ARG, O_BINARY},
                                  {"byte-offset", PROG_NO_ARG, 'b'},
                                  {"color", PROG_MAY_ARG, O_COLOR},
                                  {"colour", PROG_MAY_ARG, O_COLOR},
                                  {"context", PROG_ARG, 'C'},
                                  {"count", PROG_NO_ARG, 'c'},
                                  {"dereference-recursive", PROG_NO_ARG, 'R'},
                                  {"devices", PROG_ARG, 'D'},
                                  {"directories", PROG_ARG, 'd'},
                                  {"exclude", PROG_ARG, O_EXCLUDE},
                                  {"exclude-dir", PROG_ARG, O_EXCLUDE_DIR},
                                  {"exclude-from", PROG_ARG, O_EXCLUDE_FROM},
                                  {"extended-regexp", PROG_NO_ARG, 'E'},
                                  {"file", PROG_ARG, 'f'},
                                  {"files-with-matches", PROG_NO_ARG, 'l'},
                                  {"files-without-match", PROG_NO_ARG, 'L'},
                                  {"fixed-regexp", PROG_NO_ARG, 'F'},
                                  {"fixed-strings", PROG_NO_ARG, 'F'},
                                  {"group-separator", PROG_ARG, O_SEPARATOR},
                                  {"ignore-case", PROG_NO_ARG, 'i'},
                                  {"include", PROG_ARG, O_INCLUDE},
                                  {"initial-tab", PROG_NO_ARG, 'T'},
                                  {"invert-match", PROG_NO_ARG, 'v'},
                                  {"label", PROG_ARG, O_LABEL},
                                  {"line-buffered", PROG_NO_ARG, O_LINE_BUFFERED},
                                  {"line-number", PROG_NO_ARG, 'n'},
                                  {"line-regexp", PROG_NO_ARG, 'x'},
                                  {"max-count", PROG_ARG, 'm'},
                                  {"no-filename", PROG_NO_ARG, 'h'},
                                  {"no-group-separator", PROG_NO_ARG, O_NO_SEPARATOR},
                                  {"no-ignore-case", PROG_NO_ARG, O_NO_IGNORE_CASE},
                                  {"no-messages", PROG_NO_ARG, 's'},
                                  {"null", PROG_NO_ARG, 'Z'},
                                  {"null-data", PROG_NO_ARG, 'z'},
                                  {"only-matching", PROG_NO_ARG, 'o'},
                                  {"perl-regexp", PROG_NO_ARG, 'P'},
                                  {"quiet", PROG_NO_ARG, 'q'},
                                  {"recursive", PROG_NO_ARG, 'r'},
                                  {"regexp", PROG_ARG, 'e'},
                                  {"silent", PROG_NO_ARG, 'q'},
                                  {"text", PROG_NO_ARG, 'a'},
                                  {"unix-byte-offsets", PROG_NO_ARG, 'u'},
                                  {"with-filename", PROG_NO_ARG, 'H'},
                                  {"word-regexp", PROG_NO_ARG, 'w'},
                                  {0}};

typedef struct patterns {
    prog_buf text;
    bool any, any_line; /* an option gave patterns; there was at least one */
} patterns;

static void add_patterns(patterns *p, bx_str text)
{
    if (p->any_line)
        prog_buf_putc(&p->text, '\n');
    prog_buf_put(&p->text, text.p, text.n);
    p->any = p->any_line = true;
}

static void add_file(patterns *p, const char *name)
{
    prog_reader r;
    prog_buf b = {0};
    if (!prog_open(&r, name))
        prog_exit(2);
    prog_read_rest(&r, &b);
    if (!prog_close(&r))
        prog_exit(2);
    p->any = true;
    if (b.n > 0)
        add_patterns(p, (bx_str){b.p, b.p[b.n - 1] == '\n' ? b.n - 1 : b.n});
    prog_buf_free(&b);
}

static void add_glob(grep_globs *g, const char *glob)
{
    g->p = prog_grow(g->p, &g->cap, g->n, sizeof *g->p);
    g->p[g->n++] = glob;
}

static void add_dir_glob(const char *glob)
{
    size_t n = strlen(glob);
    while (n > 1 && glob[n - 1] == '/')
        n--;
    add_glob(&grep_o.exclude_dirs, prog_strndup(glob, n));
}

static void add_globs_of(const char *name)
{
    prog_reader r;
    bx_str line;
    if (!prog_open(&r, name))
        prog_exit(2);
    while (prog_line(&r, '\n', &line, NULL))
        if (line.n > 0)
            add_glob(&grep_o.exclude, prog_strndup(line.p, line.n));
    (void)prog_close(&r);
}

static size_t context_of(const char *arg)
{
    uint64_t n;
    prog_num got = prog_uint(arg, "", &n);
    if (got == PROG_NUM_OVERFLOW || (got == PROG_NUM_OK && n >= SIZE_MAX))
        return SIZE_MAX - 1;
    if (got != PROG_NUM_OK)
        prog_die(0, "%s: invalid context length argument", arg);
    return (size_t)n;
}

static void set_max(const char *arg)
{
    int64_t n;
    prog_num got = prog_int(arg, "", &n);
    if (got == PROG_NUM_INVALID || got == PROG_NUM_SUFFIX)
        prog_die(0, "invalid max count");
    grep_o.max = n < 0 || got == PROG_NUM_OVERFLOW ? UINT64_MAX : (uint64_t)n;
}

static void set_binary(const char *arg)
{
    if (strcmp(arg, "binary") == 0)
        grep_o.binary = GREP_BINARY;
    else if (strcmp(arg, "text") == 0)
        grep_o.binary = GREP_TEXT;
    else if (strcmp(arg, "without-match") == 0)
        grep_o.binary = GREP_SKIP;
    else
        prog_die(0, "unknown binary-files type");
}

static void set_dirs(const char *arg)
{
    if (strcmp(arg, "read") == 0)
        grep_o.dirs = GREP_DIRS_READ;
    else if (strcmp(arg, "recurse") == 0)
        grep_o.dirs = GREP_DIRS_RECURSE;
    else if (strcmp(arg, "skip") == 0)
        grep_o.dirs = GREP_DIRS_SKIP;
    else
        prog_die(0, "invalid argument '%s' for '--directories'", arg);
}

static void set_color(const char *arg)
{
    if (!arg || strcmp(arg, "auto") == 0 || strcmp(arg, "tty") == 0)
        grep_o.color = false;
    else if (strcmp(arg, "always") == 0 || strcmp(arg, "yes") == 0 || strcmp(arg, "force") == 0)
        grep_o.color = true;
    else if (strcmp(arg, "never") == 0 || strcmp(arg, "no") == 0 || strcmp(arg, "none") == 0)
        grep_o.color = false;
    else
        prog_usage(NULL);
}

/* Options that are a letter alone.  False: it is none of them. */
static bool set_plain(int c)
{
    static const struct {
        char letter;
        bool *flag;
    } flags[] = {{'b', &grep_o.offsets}, {'i', &grep_o.fold},       {'y', &grep_o.fold},
                 {'n', &grep_o.numbers}, {'o', &grep_o.only},       {'q', &grep_o.quiet},
                 {'s', &grep_o.silent},  {'v', &grep_o.invert},     {'w', &grep_o.word},
                 {'x', &grep_o.whole},   {'z', &grep_o.null_lines}, {'Z', &grep_o.null_names},
                 {'T', &grep_o.tab}};
    for (size_t i = 0; i < BX_COUNT(flags); i++)
        if (flags[i].letter == c)
            return *flags[i].flag = true;
    switch (c) {
    case 'E':
        grep_o.syntax = GREP_EXTENDED;
        return true;
    case 'F':
        grep_o.syntax = GREP_FIXED;
        return true;
    case 'G':
        grep_o.syntax = GREP_BASIC;
        return true;
    case 'P':
        grep_o.syntax = GREP_PERL;
        return true;
    case 'H':
    case 'h':
        grep_o.names = c == 'H';
        return true;
    case 'c':
        grep_o.list = grep_o.list == GREP_LINES ? GREP_COUNT : grep_o.list;
        return true;
    case 'l':
    case 'L':
        grep_o.list = c == 'l' ? GREP_WITH : GREP_WITHOUT;
        return true;
    case 'R':
    case 'r':
        grep_o.dirs = GREP_DIRS_RECURSE;
        grep_o.follow = c == 'R';
        return true;
    case 'a':
        grep_o.binary = GREP_TEXT;
        return true;
    case 'I':
        grep_o.binary = GREP_SKIP;
        return true;
    case O_NO_IGNORE_CASE:
        grep_o.fold = false;
        return true;
    case O_LINE_BUFFERED:
        grep_o.line_buffered = true;
        return true;
    case O_NO_SEPARATOR:
        grep_o.separator = NULL;
        return true;
    default:
        return c == 'U' || c == 'u';
    }
}

typedef struct context {
    size_t before, after, both;
} context;

static void set_with_arg(int c, const prog_opts *o, patterns *p, context *x)
{
    switch (c) {
    case 'e':
        add_patterns(p, bx_str_of(o->arg));
        break;
    case 'f':
        add_file(p, o->arg);
        break;
    case 'A':
        x->after = context_of(o->arg);
        break;
    case 'B':
        x->before = context_of(o->arg);
        break;
    case 'C':
        x->both = context_of(o->arg);
        break;
    case 'm':
        set_max(o->arg);
        break;
    case 'd':
        set_dirs(o->arg);
        break;
    case O_BINARY:
        set_binary(o->arg);
        break;
    case O_COLOR:
        set_color(o->arg);
        break;
    case O_LABEL:
        grep_o.label = o->arg;
        break;
    case O_SEPARATOR:
        grep_o.separator = o->arg;
        break;
    case O_INCLUDE:
        add_glob(&grep_o.include, o->arg);
        break;
    case O_EXCLUDE:
        add_glob(&grep_o.exclude, o->arg);
        break;
    case O_EXCLUDE_DIR:
        add_dir_glob(o->arg);
        break;
    case O_EXCLUDE_FROM:
        add_globs_of(o->arg);
        break;
    default:
        break;
    }
}

static void parse_options(prog_opts *o, patterns *p)
{
    context x = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    size_t digits = SIZE_MAX;
    int last_digit_at = -1;
    for (int c; (c = prog_opt(o)) != -1;) {
        if (prog_is_digit(c)) {
            bool goes_on = digits != SIZE_MAX && last_digit_at == o->next;
            digits = (goes_on ? digits : 0) * 10 + (size_t)(c - '0');
            if (digits > 1000000000)
                digits = 1000000000;
            last_digit_at = o->next;
        } else if (!set_plain(c)) {
            set_with_arg(c, o, p, &x);
        }
    }
    grep_o.has_context =
        digits != SIZE_MAX || x.both != SIZE_MAX || x.before != SIZE_MAX || x.after != SIZE_MAX;
    size_t both = digits != SIZE_MAX ? digits : x.both != SIZE_MAX ? x.both : 0;
    grep_o.before = x.before != SIZE_MAX ? x.before : both;
    grep_o.after = x.after != SIZE_MAX ? x.after : both;
}

static int run(int argc, char **argv, int syntax)
{
    grep_o = (grep_options){.names = -1, .max = UINT64_MAX, .separator = "--"};
    grep_o.syntax = (__typeof__(grep_o.syntax))syntax;
    prog_usage_status = prog_status = 2;
    prog_opts o = {.argc = argc,
                   .argv = argv,
                   .shorts = "0123456789A:B:C:D:EFGHILPRTUabcd:e:f:hilm:noqrsuvwxyzZ",
                   .longs = longs};
    patterns p = {0};
    parse_options(&o, &p);
    if (!p.any) {
        if (o.next >= argc) {
            static const char usage[] = "Usage: grep [OPTION]... PATTERNS [FILE]...\n"
                                        "Try 'grep --help' for more information.\n";
            (void)prog_write_all(2, usage, sizeof usage - 1);
            prog_exit(2);
        }
        add_patterns(&p, bx_str_of(argv[o.next++]));
    }
    if (grep_o.list != GREP_LINES || grep_o.quiet)
        grep_o.before = grep_o.after = 0;
    grep_matcher m;
    grep_compile((bx_str){p.text.p, p.text.n}, !p.any_line, &m);
    bool selects_none =
        p.any_line && p.text.n == 0 && grep_o.invert && !grep_o.whole && !grep_o.word;
    if ((grep_o.max == 0 || selects_none) && grep_o.list != GREP_WITHOUT)
        prog_exit(1);
    return grep_files(&m, argv + o.next, (size_t)(argc - o.next));
}

int grep_main(int argc, char **argv) { return run(argc, argv, GREP_BASIC); }
int egrep_main(int argc, char **argv) { return run(argc, argv, GREP_EXTENDED); }
int fgrep_main(int argc, char **argv) { return run(argc, argv, GREP_FIXED); }
