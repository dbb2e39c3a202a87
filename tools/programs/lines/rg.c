/* rg: the common flags of ripgrep 13, over the walk of the tools that search. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/lines/grep.h"

#include "programs/common/prog_text.h"
#include "programs/lines/lines.h"
#include "search/types.h"
#include "search/walk.h"

enum {
    O_HIDDEN = 256,
    O_FILES,
    O_HEADING,
    O_PLAIN,
    O_DEPTH,
    O_WITHOUT,
    O_COLOR,
    O_NO_IGNORE,
    O_TYPES
};

typedef struct settings {
    prog_buf pattern;
    bool has_pattern, fixed, smart, files, heading, hidden, no_ignore, has_types, has_not_types;
    unsigned unrestricted;
    uint64_t max_depth;
    bx_types types, not_types;
    bx_globs *globs;
    bool any_selected, any_error, printed;
    prog_reader r;
    grep_matcher m;
} settings;

static const prog_long longs[] = {{"after-context", PROG_ARG, 'A'},
                                  {"before-context", PROG_ARG, 'B'},
                                  {"context", PROG_ARG, 'C'},
                                  {"color", PROG_ARG, O_COLOR},
                                  {"count", PROG_NO_ARG, 'c'},
                                  {"case-sensitive", PROG_NO_ARG, 's'},
                                  {"smart-case", PROG_NO_ARG, 'S'},
                                  {"ignore-case", PROG_NO_ARG, 'i'},
                                  {"files", PROG_NO_ARG, O_FILES},
                                  {"files-with-matches", PROG_NO_ARG, 'l'},
                                  {"files-without-match", PROG_NO_ARG, O_WITHOUT},
                                  {"file", PROG_ARG, 'f'},
                                  {"fixed-strings", PROG_NO_ARG, 'F'},
                                  {"glob", PROG_ARG, 'g'},
                                  {"heading", PROG_NO_ARG, O_HEADING},
                                  {"no-heading", PROG_NO_ARG, O_PLAIN},
                                  {"hidden", PROG_NO_ARG, '.'},
                                  {"invert-match", PROG_NO_ARG, 'v'},
                                  {"line-number", PROG_NO_ARG, 'n'},
                                  {"no-line-number", PROG_NO_ARG, 'N'},
                                  {"line-regexp", PROG_NO_ARG, 'x'},
                                  {"max-count", PROG_ARG, 'm'},
                                  {"max-depth", PROG_ARG, O_DEPTH},
                                  {"no-filename", PROG_NO_ARG, 'I'},
                                  {"no-ignore", PROG_NO_ARG, O_NO_IGNORE},
                                  {"no-messages", PROG_NO_ARG, O_PLAIN + 100},
                                  {"null", PROG_NO_ARG, '0'},
                                  {"only-matching", PROG_NO_ARG, 'o'},
                                  {"quiet", PROG_NO_ARG, 'q'},
                                  {"regexp", PROG_ARG, 'e'},
                                  {"replace", PROG_ARG, 'r'},
                                  {"sort", PROG_ARG, 'j'},
                                  {"text", PROG_NO_ARG, 'a'},
                                  {"type", PROG_ARG, 't'},
                                  {"type-not", PROG_ARG, 'T'},
                                  {"type-list", PROG_NO_ARG, O_TYPES},
                                  {"unrestricted", PROG_NO_ARG, 'u'},
                                  {"with-filename", PROG_NO_ARG, 'H'},
                                  {"word-regexp", PROG_NO_ARG, 'w'},
                                  {0}};

/* --- options -----------------------------------------------------------------------------------
 */

static size_t number(const char *arg)
{
    return (size_t)prog_uint_or_die(arg, "", 0, SIZE_MAX - 1, "invalid number");
}

static void add_pattern(settings *s, bx_str text)
{
    static const char special[] = "\\.+*?()|[]{}^$#&-~";
    if (s->has_pattern)
        prog_buf_putc(&s->pattern, '|');
    s->has_pattern = true;
    prog_buf_put(&s->pattern, "(?:", 3);
    for (size_t i = 0; i < text.n; i++) {
        if (s->fixed && text.p[i] && strchr(special, text.p[i]))
            prog_buf_putc(&s->pattern, '\\');
        prog_buf_putc(&s->pattern, text.p[i]);
    }
    prog_buf_putc(&s->pattern, ')');
}

static void add_file(settings *s, const char *name)
{
    prog_reader r;
    bx_str line;
    if (!prog_open(&r, name))
        prog_exit(2);
    while (prog_line(&r, '\n', &line, NULL))
        add_pattern(s, line);
    (void)prog_close(&r);
}

static void add_glob(settings *s, const char *glob)
{
    bx_error err;
    if ((!s->globs && bx_globs_new(&s->globs, &err) != BX_OK) ||
        bx_globs_add(s->globs, bx_str_of(glob), &err) != BX_OK)
        prog_die(0, "%s", err.msg);
}

static void add_type(bx_types *to, const char *name)
{
    if (!bx_types_add(to, bx_str_of(name)))
        prog_die(0, "unrecognized file type: %s", name);
}

static bool set_flag(int c, settings *s)
{
    switch (c) {
    case 'i':
    case 's':
    case 'S':
        grep_o.fold = c == 'i';
        s->smart = c == 'S';
        return true;
    case 'w':
        return grep_o.word = true;
    case 'x':
        return grep_o.whole = true;
    case 'v':
        return grep_o.invert = true;
    case 'n':
    case 'N':
        grep_o.numbers = c == 'n';
        return true;
    case 'o':
        return grep_o.only = true;
    case 'q':
        return grep_o.quiet = true;
    case 'H':
    case 'I':
        grep_o.names = c == 'H';
        return true;
    case 'c':
        grep_o.list = GREP_COUNT;
        return true;
    case 'l':
        grep_o.list = GREP_WITH;
        return true;
    case O_WITHOUT:
        grep_o.list = GREP_WITHOUT;
        return true;
    case '0':
        return grep_o.null_names = true;
    case 'a':
        grep_o.binary = GREP_TEXT;
        return true;
    case '.':
        return s->hidden = true;
    case 'u':
        s->unrestricted++;
        return true;
    case O_NO_IGNORE:
        return s->no_ignore = true;
    case O_FILES:
        return s->files = true;
    case O_HEADING:
        return s->heading = true;
    default:
        return false;
    }
}

static void set_option(int c, const prog_opts *o, settings *s)
{
    if (set_flag(c, s))
        return;
    switch (c) {
    case 'e':
        add_pattern(s, bx_str_of(o->arg));
        break;
    case 'f':
        add_file(s, o->arg);
        break;
    case 'A':
    case 'B':
    case 'C':
        grep_o.has_context = true;
        if (c != 'B')
            grep_o.after = number(o->arg);
        if (c != 'A')
            grep_o.before = number(o->arg);
        break;
    case 'm':
        grep_o.max = number(o->arg);
        break;
    case 'g':
        add_glob(s, o->arg);
        break;
    case 'r':
        grep_o.replace = o->arg;
        break;
    case 't':
        s->has_types = true;
        add_type(&s->types, o->arg);
        break;
    case 'T':
        s->has_not_types = true;
        add_type(&s->not_types, o->arg);
        break;
    case O_DEPTH:
        s->max_depth = number(o->arg);
        break;
    case O_COLOR:
        grep_o.color = strcmp(o->arg, "always") == 0 || strcmp(o->arg, "ansi") == 0;
        break;
    default:
        break;
    }
}

static void compile(settings *s)
{
    bx_error err;
    prog_buf b = {0};
    prog_buf_put(&b, grep_o.whole ? "^(?:" : "", grep_o.whole ? 4 : 0);
    prog_buf_put(&b, s->pattern.p, s->pattern.n);
    prog_buf_put(&b, grep_o.whole ? ")$" : "", grep_o.whole ? 2 : 0);
    bx_regex_options o = {.fold = s->smart      ? BX_CASE_SMART
                                  : grep_o.fold ? BX_CASE_INSENSITIVE
                                                : BX_CASE_SENSITIVE,
                          .word = grep_o.word,
                          .lines = true,
                          .captures = true,
                          .patient = true};
    if (bx_regex_new((bx_str){b.p, b.n}, &o, &s->m.perl, &err) != BX_OK)
        prog_die(0, "regex parse error: %s", err.msg);
    prog_buf_free(&b);
}

/* --- searching ---------------------------------------------------------------------------------
 */

static void search_open(settings *s, const char *name, bool with_name)
{
    bool found = grep_stream(&s->m, &s->r, name, with_name);
    s->any_selected |= found;
    if (s->r.error) {
        prog_warn(s->r.error, "%s", name);
        s->any_error = true;
    }
    if (found && grep_o.quiet)
        prog_exit(0);
}

static void search(settings *s, int fd, const char *name, bool with_name)
{
    s->r.fd = fd;
    s->r.at = s->r.end = 0;
    s->r.eof = false;
    s->r.error = 0;
    search_open(s, name, with_name);
}

static bool is_wanted(void *ctx, const bx_walk_entry *e)
{
    const settings *s = ctx;
    if (s->has_types && !bx_types_match(&s->types, e->name))
        return false;
    return !(s->has_not_types && bx_types_match(&s->not_types, e->name));
}

static size_t depth_of(bx_str rel)
{
    size_t n = 1;
    for (size_t i = 0; i < rel.n; i++)
        n += rel.p[i] == '/';
    return n;
}

static char *absolute(const char *path)
{
    char cwd[4096];
    prog_buf b = {0};
    if (path[0] != '/') {
        if (!getcwd(cwd, sizeof cwd))
            prog_die(errno, "getcwd");
        prog_buf_put(&b, cwd, strlen(cwd));
        prog_buf_putc(&b, '/');
    }
    prog_buf_put(&b, path, strlen(path));
    return prog_buf_z(&b);
}

static void search_tree(settings *s, const char *shown)
{
    bx_error err;
    char *root = absolute(shown ? shown : ".");
    bx_walk_options how = {.root = root,
                           .types = BX_WALK_FILES,
                           .hidden = s->hidden || s->unrestricted > 1,
                           .ignore = !s->no_ignore && s->unrestricted == 0,
                           .globs = s->globs,
                           .globs_override = true,
                           .want = is_wanted,
                           .ctx = s};
    bx_walk *w;
    bx_walk_entry e;
    if (bx_walk_open(&how, &w, &err) != BX_OK)
        prog_die(0, "%s: %s", shown ? shown : ".", prog_strerror(err.sys));
    while (bx_walk_next(w, &e)) {
        if (depth_of(e.rel) > s->max_depth)
            continue;
        prog_buf name = {0};
        if (shown) {
            prog_buf_put(&name, shown, strlen(shown));
            if (name.n > 0 && name.p[name.n - 1] != '/')
                prog_buf_putc(&name, '/');
        }
        prog_buf_put(&name, e.rel.p, e.rel.n);
        const char *z = prog_buf_z(&name);
        if (s->files) {
            prog_puts(&prog_out, z);
            prog_putc(&prog_out, grep_o.null_names ? 0 : '\n');
            s->any_selected = true;
        } else {
            int fd = bx_walk_open_file(w, &e);
            if (fd >= 0) {
                search(s, fd, z, grep_o.names != 0);
                (void)close(fd);
            } else {
                prog_warn(errno, "%s", z);
                s->any_error = true;
            }
        }
        prog_buf_free(&name);
    }
    bx_walk_close(w);
    free(root);
}

static void search_operand(settings *s, const char *name, bool several)
{
    struct stat st;
    if (strcmp(name, "-") == 0) {
        search(s, 0, "<stdin>", grep_o.names > 0 || (several && grep_o.names < 0));
        return;
    }
    int fd = -1;
    if (stat(name, &st) != 0 || (!S_ISDIR(st.st_mode) && (fd = open(name, O_RDONLY)) < 0)) {
        prog_warn(0, "%s: %s (os error %d)", name, prog_strerror(errno), errno);
        s->any_error = true;
    } else if (S_ISDIR(st.st_mode)) {
        search_tree(s, name);
    } else if (s->files) {
        prog_puts(&prog_out, name);
        prog_putc(&prog_out, '\n');
        s->any_selected = true;
    } else {
        search(s, fd, name, grep_o.names > 0 || (several && grep_o.names < 0));
    }
    if (fd > 0)
        (void)close(fd);
}

/* A pipe of the call shows nothing of itself, not even to fstat; the input of the call itself is of
 * no type, or a pipe where another runtime tells, and there may be none: either counts if there is
 * something in it. */
static bool reads_stdin(settings *s)
{
    struct stat st;
    if (fstat(0, &st) != 0)
        return errno != EBADF;
    if (S_ISREG(st.st_mode))
        return true;
    if ((st.st_mode & S_IFMT) != 0 && !S_ISFIFO(st.st_mode))
        return false;
    s->r = (prog_reader){.fd = 0};
    return prog_more(&s->r);
}

int rg_main(int argc, char **argv)
{
    static settings s;
    s = (settings){.max_depth = UINT64_MAX};
    grep_o = (grep_options){.names = -1, .max = UINT64_MAX, .separator = "--", .is_rg = true};
    prog_usage_status = prog_status = 2;
    prog_opts o = {.argc = argc,
                   .argv = argv,
                   .shorts = "A:B:C:FHILNST:Uace:f:g:ij:lm:nopqr:st:uvwx0.",
                   .longs = longs};
    for (int i = 1; i < argc; i++) /* before the patterns: they are read by it */
        s.fixed |= strcmp(argv[i], "-F") == 0 || strcmp(argv[i], "--fixed-strings") == 0;
    for (int c; (c = prog_opt(&o)) != -1;)
        set_option(c, &o, &s);
    if (!s.has_pattern && !s.files) {
        if (o.next >= argc)
            prog_usage("the following required arguments were not provided: <PATTERN>");
        add_pattern(&s, bx_str_of(argv[o.next++]));
    }
    if (grep_o.list != GREP_LINES || grep_o.quiet)
        grep_o.before = grep_o.after = 0;
    if (!s.files)
        compile(&s);
    if (o.next >= argc) {
        if (!s.files && reads_stdin(&s))
            search_open(&s, "<stdin>", grep_o.names > 0);
        else
            search_tree(&s, NULL);
    }
    for (int i = o.next; i < argc; i++)
        search_operand(&s, argv[i], argc - o.next > 1);
    free(s.r.p);
    return s.any_error && !(grep_o.quiet && s.any_selected) ? 2 : s.any_selected ? 0 : 1;
}
