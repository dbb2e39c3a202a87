/* The options of diff. */
#include "programs/diff/box.h"
#include "programs/diff/diff.h"

diff_options diff_opt;

static const char diff_help_text[] =
    "Usage: diff [OPTION]... FILES\n"
    "Compare FILES line by line: two files, or two directories.\n"
    "\n"
    "      --normal                  the normal form (default)\n"
    "  -q, --brief                   only whether files differ\n"
    "  -s, --report-identical-files  say which files are the same\n"
    "  -c, -C NUM, --context[=NUM]   NUM (3) lines of copied context\n"
    "  -u, -U NUM, --unified[=NUM]   NUM (3) lines of unified context\n"
    "  -e, --ed                      an ed script\n"
    "  -f, --forward-ed              the same in the order of the lines\n"
    "  -n, --rcs                     the form of RCS\n"
    "  -y, --side-by-side            two columns\n"
    "  -W, --width=NUM               at most NUM (130) columns\n"
    "      --left-column             of common lines only the left one\n"
    "      --suppress-common-lines   no common lines\n"
    "  -p, --show-c-function         the C function each hunk is in\n"
    "  -F, --show-function-line=RE   the last line that matches RE\n"
    "  -L, --label LABEL             instead of file name and time (repeatable)\n"
    "  -t, --expand-tabs             tabs as blanks in the output\n"
    "  -T, --initial-tab             a tab in front of each line\n"
    "      --tabsize=NUM             columns between tab stops (8)\n"
    "      --suppress-blank-empty    no blank in front of empty lines\n"
    "  -r, --recursive               directories within directories too\n"
    "      --no-dereference          do not follow symbolic links\n"
    "  -N, --new-file                absent files are empty\n"
    "      --unidirectional-new-file absent first files are empty\n"
    "      --ignore-file-name-case   case of file names does not matter\n"
    "  -x, --exclude=PAT             no files that match PAT\n"
    "  -X, --exclude-from=FILE       the same for the patterns in FILE\n"
    "  -S, --starting-file=FILE      begin with FILE in directories\n"
    "      --from-file=FILE          compare FILE with all operands\n"
    "      --to-file=FILE            compare all operands with FILE\n"
    "  -i, --ignore-case             case does not matter\n"
    "  -E, --ignore-tab-expansion    nor does what is a tab\n"
    "  -Z, --ignore-trailing-space   nor blanks at the end of lines\n"
    "  -b, --ignore-space-change     nor how many blanks there are\n"
    "  -w, --ignore-all-space        nor any blanks\n"
    "  -B, --ignore-blank-lines      nor empty lines\n"
    "  -I, --ignore-matching-lines=RE nor lines that match RE\n"
    "  -a, --text                    every file is text\n"
    "      --strip-trailing-cr       without carriage returns at line ends\n"
    "  -D, --ifdef=NAME              both merged with #ifdef NAME\n"
    "      --GTYPE-group-format=FMT  groups of lines by FMT; GTYPE is old, new,\n"
    "                                unchanged or changed\n"
    "      --line-format=FMT         all lines by FMT\n"
    "      --LTYPE-line-format=FMT   lines by FMT; LTYPE is old, new or unchanged\n"
    "                                (%L the line, %l without line feed, %dn its number)\n"
    "  -d, --minimal                 as few changes as can be\n"
    "      --horizon-lines=NUM       keep NUM equal lines around the changes\n"
    "  -H, --speed-large-files       many small changes in large files\n"
    "      --color[=WHEN]            accepted; there are no colors\n"
    "\n"
    "FILE - is standard input.  Exit status: 0 same, 1 different, 2 trouble.\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\nc\\n' > x; printf 'a\\nB\\nc\\n' > y; diff x y\n"
    "  2c2\n"
    "  < b\n"
    "  ---\n"
    "  > B\n"
    "  $ diff -u --label old --label new x y\n"
    "  --- old\n"
    "  +++ new\n"
    "  @@ -1,3 +1,3 @@\n"
    "   a\n"
    "  -b\n"
    "  +B\n"
    "   c\n"
    "  $ diff -q x y\n"
    "  Files x and y differ\n"
    "  $ diff -i x y && echo same\n"
    "  same\n";
const char *const diff_help = diff_help_text;

enum {
    NORMAL = 256,
    LEFT,
    SUPPRESS,
    LABEL,
    TABSIZE,
    SUPPRESS_EMPTY,
    NO_DEREFERENCE,
    FIRST_NEW,
    FOLD_NAMES,
    EXACT_NAMES,
    FROM_FILE,
    TO_FILE,
    STRIP_CR,
    HORIZON,
    COLOR,
    BINARY,
    LINE_FORMAT,
    OLD_LINE,
    NEW_LINE,
    UNCHANGED_LINE,
    OLD_GROUP,
    NEW_GROUP,
    UNCHANGED_GROUP,
    CHANGED_GROUP,
};

static const prog_long longs[] = {
    {"normal", PROG_NO_ARG, NORMAL},
    {"brief", PROG_NO_ARG, 'q'},
    {"report-identical-files", PROG_NO_ARG, 's'},
    {"context", PROG_MAY_ARG, 'C'},
    {"unified", PROG_MAY_ARG, 'U'},
    {"ed", PROG_NO_ARG, 'e'},
    {"forward-ed", PROG_NO_ARG, 'f'},
    {"rcs", PROG_NO_ARG, 'n'},
    {"side-by-side", PROG_NO_ARG, 'y'},
    {"width", PROG_ARG, 'W'},
    {"left-column", PROG_NO_ARG, LEFT},
    {"suppress-common-lines", PROG_NO_ARG, SUPPRESS},
    {"show-c-function", PROG_NO_ARG, 'p'},
    {"show-function-line", PROG_ARG, 'F'},
    {"label", PROG_ARG, LABEL},
    {"expand-tabs", PROG_NO_ARG, 't'},
    {"initial-tab", PROG_NO_ARG, 'T'},
    {"tabsize", PROG_ARG, TABSIZE},
    {"suppress-blank-empty", PROG_NO_ARG, SUPPRESS_EMPTY},
    {"recursive", PROG_NO_ARG, 'r'},
    {"no-dereference", PROG_NO_ARG, NO_DEREFERENCE},
    {"new-file", PROG_NO_ARG, 'N'},
    {"unidirectional-new-file", PROG_NO_ARG, FIRST_NEW},
    {"ignore-file-name-case", PROG_NO_ARG, FOLD_NAMES},
    {"no-ignore-file-name-case", PROG_NO_ARG, EXACT_NAMES},
    {"exclude", PROG_ARG, 'x'},
    {"exclude-from", PROG_ARG, 'X'},
    {"starting-file", PROG_ARG, 'S'},
    {"from-file", PROG_ARG, FROM_FILE},
    {"to-file", PROG_ARG, TO_FILE},
    {"ignore-case", PROG_NO_ARG, 'i'},
    {"ignore-tab-expansion", PROG_NO_ARG, 'E'},
    {"ignore-trailing-space", PROG_NO_ARG, 'Z'},
    {"ignore-space-change", PROG_NO_ARG, 'b'},
    {"ignore-all-space", PROG_NO_ARG, 'w'},
    {"ignore-blank-lines", PROG_NO_ARG, 'B'},
    {"ignore-matching-lines", PROG_ARG, 'I'},
    {"text", PROG_NO_ARG, 'a'},
    {"strip-trailing-cr", PROG_NO_ARG, STRIP_CR},
    {"binary", PROG_NO_ARG, BINARY},
    {"ifdef", PROG_ARG, 'D'},
    {"minimal", PROG_NO_ARG, 'd'},
    {"horizon-lines", PROG_ARG, HORIZON},
    {"speed-large-files", PROG_NO_ARG, 'H'},
    {"color", PROG_MAY_ARG, COLOR},
    {"line-format", PROG_ARG, LINE_FORMAT},
    {"old-line-format", PROG_ARG, OLD_LINE},
    {"new-line-format", PROG_ARG, NEW_LINE},
    {"unchanged-line-format", PROG_ARG, UNCHANGED_LINE},
    {"old-group-format", PROG_ARG, OLD_GROUP},
    {"new-group-format", PROG_ARG, NEW_GROUP},
    {"unchanged-group-format", PROG_ARG, UNCHANGED_GROUP},
    {"changed-group-format", PROG_ARG, CHANGED_GROUP},
    {0},
};

static const char *from_file, *to_file;
static size_t digits; /* of an option like -5, 0: none */
static bool digits_given;

static void set_style(diff_style style)
{
    if (diff_opt.style_given && diff_opt.style != style)
        diff_usage("conflicting output style options");
    diff_opt.style = style;
    diff_opt.style_given = true;
}

static size_t number(const char *s, const char *what)
{
    uint64_t n;
    if (prog_uint(s, "", &n) != PROG_NUM_OK || n > SIZE_MAX / 4)
        diff_usage("invalid %s '%s'", what, s);
    return (size_t)n;
}

static void set_context(const char *arg, diff_style style)
{
    set_style(style);
    size_t n = arg ? number(arg, "context length") : 3;
    if (n > diff_opt.context)
        diff_opt.context = n;
}

static void space(diff_space s)
{
    diff_space *at = &diff_opt.how.space;
    bool tab = *at == DIFF_SPACE_TAB || *at == DIFF_SPACE_TAB_TRAILING;
    bool trailing = *at == DIFF_SPACE_TRAILING || *at == DIFF_SPACE_TAB_TRAILING;
    if ((s == DIFF_SPACE_TAB && trailing) || (s == DIFF_SPACE_TRAILING && tab))
        s = DIFF_SPACE_TAB_TRAILING;
    if (s > *at)
        *at = s;
}

static void exclude(const char *pattern)
{
    diff_names *x = &diff_opt.exclude;
    x->p = prog_grow(x->p, &x->cap, x->n, sizeof(*x->p));
    x->p[x->n++] = pattern;
}

static void exclude_from(const char *name)
{
    prog_reader r;
    bx_str line;
    if (!prog_open(&r, name))
        prog_exit(DIFF_TROUBLE);
    while (prog_line(&r, '\n', &line, NULL))
        if (line.n > 0)
            exclude(prog_strndup(line.p, line.n));
    if (!prog_close(&r))
        prog_exit(DIFF_TROUBLE);
}

static void format(const char **at, const char *f)
{
    if (*at && strcmp(*at, f) != 0)
        diff_usage("conflicting line format options");
    *at = f;
    set_style(DIFF_FORMAT);
}

static void ifdef(const char *name)
{
    static const char *const parts[] = {
        [DIFF_OLD] = "#ifndef @\n%<#endif /* ! @ */\n",
        [DIFF_NEW] = "#ifdef @\n%>#endif /* @ */\n",
        [DIFF_UNCHANGED] = "%=",
        [DIFF_CHANGED] = "#ifndef @\n%<#else /* @ */\n%>#endif /* @ */\n",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        prog_buf b = {0};
        for (const char *p = parts[i]; *p; p++)
            if (*p == '@')
                for (const char *q = name; *q; q++)
                    prog_buf_put(&b, "%%", *q == '%' ? 1 : 0), prog_buf_putc(&b, *q);
            else
                prog_buf_putc(&b, *p);
        if (!diff_opt.group_format[i])
            diff_opt.group_format[i] = prog_buf_z(&b);
    }
    set_style(DIFF_FORMAT);
}

static void label(const char *s)
{
    if (!diff_opt.label[0])
        diff_opt.label[0] = s;
    else if (!diff_opt.label[1])
        diff_opt.label[1] = s;
    else
        diff_usage("too many file label options");
}

/* Options that say how the result is shown; false: it is none of them. */
static bool take_output_option(int o, char *arg)
{
    diff_options *d = &diff_opt;
    switch (o) {
    case NORMAL:
        set_style(DIFF_NORMAL);
        break;
    case 'q':
        d->brief = true;
        break;
    case 's':
        d->identical = true;
        break;
    case 'c':
        set_context(NULL, DIFF_CONTEXT);
        break;
    case 'C':
        set_context(arg, DIFF_CONTEXT);
        break;
    case 'u':
        set_context(NULL, DIFF_UNIFIED);
        break;
    case 'U':
        set_context(arg, DIFF_UNIFIED);
        break;
    case 'e':
        set_style(DIFF_ED);
        break;
    case 'f':
        set_style(DIFF_FORWARD_ED);
        break;
    case 'n':
        set_style(DIFF_RCS);
        break;
    case 'y':
        set_style(DIFF_SIDE);
        break;
    case 'W':
        d->width = number(arg, "width");
        break;
    case LEFT:
        d->left_column = true;
        break;
    case SUPPRESS:
        d->suppress_common = true;
        break;
    case 'p':
        diff_pattern_add(&d->function, "^[[:alpha:]$_]");
        break;
    case 'F':
        diff_pattern_add(&d->function, arg);
        break;
    case LABEL:
    case 'L':
        label(arg);
        break;
    case 't':
        d->expand_tabs = true;
        break;
    case 'T':
        d->initial_tab = true;
        break;
    case TABSIZE:
        d->how.tab = number(arg, "tabsize");
        break;
    case SUPPRESS_EMPTY:
        d->suppress_empty = true;
        break;
    case 'D':
        ifdef(arg);
        break;
    case LINE_FORMAT:
        for (int i = 0; i < 3; i++)
            format(&d->line_format[i], arg);
        break;
    case OLD_LINE:
    case NEW_LINE:
    case UNCHANGED_LINE:
        format(&d->line_format[o - OLD_LINE], arg);
        break;
    case OLD_GROUP:
    case NEW_GROUP:
    case UNCHANGED_GROUP:
    case CHANGED_GROUP:
        format(&d->group_format[o - OLD_GROUP], arg);
        break;
    case COLOR:
        if (arg && strcmp(arg, "always") != 0 && strcmp(arg, "never") != 0 &&
            strcmp(arg, "auto") != 0)
            diff_usage("invalid color '%s'", arg);
        break;
    default:
        return false;
    }
    return true;
}

static void take_option(int o, char *arg)
{
    diff_options *d = &diff_opt;
    if (take_output_option(o, arg))
        return;
    switch (o) {
    case 'r':
        d->recursive = true;
        break;
    case NO_DEREFERENCE:
        d->no_dereference = true;
        break;
    case 'N':
        d->new_file = true;
        break;
    case FIRST_NEW:
    case 'P':
        d->new_first = true;
        break;
    case FOLD_NAMES:
        d->fold_names = true;
        break;
    case EXACT_NAMES:
        d->fold_names = false;
        break;
    case 'x':
        exclude(arg);
        break;
    case 'X':
        exclude_from(arg);
        break;
    case 'S':
        d->start = arg;
        break;
    case FROM_FILE:
        from_file = arg;
        break;
    case TO_FILE:
        to_file = arg;
        break;
    case 'i':
        d->how.fold = true;
        break;
    case 'E':
        space(DIFF_SPACE_TAB);
        break;
    case 'Z':
        space(DIFF_SPACE_TRAILING);
        break;
    case 'b':
        space(DIFF_SPACE_CHANGE);
        break;
    case 'w':
        space(DIFF_SPACE_ALL);
        break;
    case 'B':
        d->blank_lines = true;
        break;
    case 'I':
        diff_pattern_add(&d->ignore, arg);
        break;
    case 'a':
        d->text = true;
        break;
    case STRIP_CR:
        d->strip_cr = true;
        break;
    case 'd':
        d->how.minimal = true;
        break;
    case HORIZON:
        d->how.horizon = number(arg, "horizon length");
        break;
    case 'H':
        d->how.fast = true;
        break;
    case 'h':
    case BINARY:
        break;
    default: /* a digit: -5 is -U 5 or -C 5 */
        digits = digits > SIZE_MAX / 100 ? digits : digits * 10 + (size_t)(o - '0');
        digits_given = true;
        break;
    }
}

/* The command as recursion tells it: all options, in shell quotes where they need some. */
static const char *command_of(char **argv, int n)
{
    prog_buf b = {0};
    prog_buf_put(&b, "diff", 4);
    for (int i = 1; i < n; i++) {
        const char *q = prog_quotef(argv[i]);
        prog_buf_putc(&b, ' ');
        prog_buf_put(&b, q, strlen(q));
    }
    return prog_buf_z(&b);
}

static void finish_options(void)
{
    diff_options *d = &diff_opt;
    if (digits_given) {
        if (!d->style_given)
            set_style(DIFF_CONTEXT);
        d->context = digits;
    }
    if (d->function.n > 0 && !d->style_given)
        set_context(NULL, DIFF_CONTEXT);
    if ((d->style == DIFF_CONTEXT || d->style == DIFF_UNIFIED) && d->context > d->how.horizon)
        d->how.horizon = d->context;
    if (d->style == DIFF_SIDE && d->width == 0)
        d->width = 130;
    d->how.completes = d->style == DIFF_ED || d->style == DIFF_FORWARD_ED;
    if (d->style != DIFF_CONTEXT && d->style != DIFF_UNIFIED)
        d->context = 0;
}

int diff_run(int argc, char **argv)
{
    prog_status = prog_usage_status = DIFF_TROUBLE;
    diff_opt.how.tab = 8;
    prog_opts o = {.argc = argc,
                   .argv = argv,
                   .shorts = "0123456789abBcC:dD:eEfF:hHiI:nNpPqrsS:tTuU:wW:x:X:yZL:",
                   .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        take_option(c, o.arg);
    finish_options();
    diff_opt.command = command_of(argv, o.next);
    int left = argc - o.next, status = DIFF_SAME;
    char **name = argv + o.next;
    if (from_file && to_file)
        diff_usage("--from-file and --to-file both specified");
    if (from_file || to_file) {
        for (int i = 0; i < left; i++) {
            int one = from_file ? diff_names_compare(from_file, name[i], false)
                                : diff_names_compare(name[i], to_file, false);
            status = one > status ? one : status;
        }
        return status;
    }
    if (left < 2)
        diff_usage("missing operand after '%s'", argv[argc - 1]);
    if (left > 2)
        diff_usage("extra operand '%s'", name[2]);
    return diff_names_compare(name[0], name[1], false);
}
