/* awk: the command line. */
#include "programs/lines/awk.h"

#include <locale.h>

#include "programs/lines/lines.h"

enum { O_POSIX = 256, O_IGNORED };

static const prog_long longs[] = {{"field-separator", PROG_ARG, 'F'},
                                  {"assign", PROG_ARG, 'v'},
                                  {"file", PROG_ARG, 'f'},
                                  {"source", PROG_ARG, 'e'},
                                  {"exec", PROG_ARG, 'E'},
                                  {"posix", PROG_NO_ARG, O_POSIX},
                                  {"traditional", PROG_NO_ARG, O_IGNORED},
                                  {"re-interval", PROG_NO_ARG, O_IGNORED},
                                  {"characters-as-bytes", PROG_NO_ARG, O_IGNORED},
                                  {"sandbox", PROG_NO_ARG, O_IGNORED},
                                  {"non-decimal-data", PROG_NO_ARG, O_IGNORED},
                                  {"optimize", PROG_NO_ARG, O_IGNORED},
                                  {"lint", PROG_MAY_ARG, O_IGNORED},
                                  {0}};

typedef struct settings {
    prog_buf program;
    bool has_program;
    const char **assign; /* of -v */
    size_t n_assign, cap_assign;
    const char *separator;
} settings;

static void add_file(settings *s, const char *name)
{
    prog_reader r;
    if (s->has_program)
        prog_buf_putc(&s->program, '\n');
    s->has_program = true;
    prog_status = 2;
    if (!prog_open(&r, name)) {
        prog_exit(2);
    }
    prog_read_rest(&r, &s->program);
    if (!prog_close(&r))
        prog_exit(2);
    awk_p.source = name;
}

static void add_source(settings *s, const char *text)
{
    if (s->has_program)
        prog_buf_putc(&s->program, '\n');
    s->has_program = true;
    prog_buf_put(&s->program, text, strlen(text));
}

static void assign(const char *text)
{
    const char *eq = strchr(text, '=');
    if (!eq || eq == text)
        awk_fatal("`%s' argument to `-v' not in `var=value' form", text);
    prog_buf b = {0};
    int32_t slot = awk_global(text, (size_t)(eq - text));
    awk_unescape(eq + 1, strlen(eq + 1), &b);
    awk_drop(&awk_p.globals[slot]);
    awk_p.globals[slot] = awk_input(b.p, b.n);
    prog_buf_free(&b);
    if (slot < V_SPECIALS)
        awk_special_changed(slot);
}

static void set_separator(const char *text)
{
    prog_buf b = {0};
    awk_unescape(text, strlen(text), &b);
    awk_drop(&awk_p.globals[V_FS]);
    awk_p.globals[V_FS] = awk_text(b.p, b.n);
    awk_special_changed(V_FS);
    prog_buf_free(&b);
}

static void set_option(int c, const prog_opts *o, settings *s)
{
    switch (c) {
    case 'F':
        s->separator = o->arg;
        break;
    case 'v':
        s->assign = prog_grow(s->assign, &s->cap_assign, s->n_assign, sizeof *s->assign);
        s->assign[s->n_assign++] = o->arg;
        break;
    case 'f':
    case 'E':
        add_file(s, o->arg);
        break;
    case 'e':
        add_source(s, o->arg);
        break;
    default:
        break;
    }
}

int awk_main(int argc, char **argv)
{
    settings s = {0};
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    prog_status = prog_usage_status = 2;
    awk_p.source = "cmd. line";
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+F:v:f:e:E:W:bcCnOPrsS", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        set_option(c, &o, &s);
    if (!s.has_program) {
        if (o.next >= argc)
            prog_usage(NULL);
        add_source(&s, argv[o.next++]);
    }
    (void)awk_global("NF", 2);
    awk_m.line = 1;
    awk_m.convfmt = prog_strndup("%.6g", 4);
    awk_m.ofmt = prog_strndup("%.6g", 4);
    awk_parse(s.program.p ? s.program.p : "", s.program.n);
    awk_specials_init(argc, argv, o.next);
    if (s.separator)
        set_separator(s.separator);
    for (size_t i = 0; i < s.n_assign; i++)
        assign(s.assign[i]);
    int status = awk_run();
    (void)awk_close_all();
    return status;
}
