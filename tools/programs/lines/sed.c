/* sed: POSIX sed with the options of GNU sed 4.9. */
#include "programs/lines/sed.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "programs/lines/lines.h"

sed_options sed_o;
sed_output sed_stdout, sed_stderr;
static sed_output *outputs;

enum { O_POSIX = 256, O_DEBUG, O_SANDBOX, O_FOLLOW };

static const prog_long longs[] = {{"quiet", PROG_NO_ARG, 'n'},
                                  {"silent", PROG_NO_ARG, 'n'},
                                  {"expression", PROG_ARG, 'e'},
                                  {"file", PROG_ARG, 'f'},
                                  {"in-place", PROG_MAY_ARG, 'i'},
                                  {"line-length", PROG_ARG, 'l'},
                                  {"regexp-extended", PROG_NO_ARG, 'E'},
                                  {"separate", PROG_NO_ARG, 's'},
                                  {"null-data", PROG_NO_ARG, 'z'},
                                  {"zero-terminated", PROG_NO_ARG, 'z'},
                                  {"unbuffered", PROG_NO_ARG, 'u'},
                                  {"binary", PROG_NO_ARG, 'b'},
                                  {"posix", PROG_NO_ARG, O_POSIX},
                                  {"debug", PROG_NO_ARG, O_DEBUG},
                                  {"sandbox", PROG_NO_ARG, O_SANDBOX},
                                  {"follow-symlinks", PROG_NO_ARG, O_FOLLOW},
                                  {0}};

sed_output *sed_open_output(bx_str name)
{
    if (bx_str_eq(name, BX_LIT("/dev/stdout")))
        return &sed_stdout;
    if (bx_str_eq(name, BX_LIT("/dev/stderr"))) {
        sed_stderr.w.fd = 2;
        return &sed_stderr;
    }
    for (sed_output *o = outputs; o; o = o->next)
        if (strcmp(o->name, name.p) == 0)
            return o;
    sed_output *o = prog_zalloc(1, sizeof *o);
    o->w.fd = open(name.p, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (o->w.fd < 0) {
        prog_status = 4;
        prog_die(errno, "couldn't open file %s", name.p);
    }
    o->name = prog_strndup(name.p, name.n);
    o->next = outputs;
    return outputs = o;
}

static void begin_chunk(sed_script *s, const char *file, unsigned number)
{
    if (s->n_chunks > 0)
        prog_buf_putc(&s->text, '\n');
    s->chunks = prog_grow(s->chunks, &s->cap_chunks, s->n_chunks, sizeof *s->chunks);
    s->chunks[s->n_chunks++] = (sed_chunk){s->text.n, file, number};
}

static void add_file(sed_script *s, const char *name)
{
    prog_reader r = {.fd = strcmp(name, "-") == 0 ? 0 : open(name, O_RDONLY), .name = name};
    if (r.fd < 0)
        prog_die(errno, "couldn't open file %s", name);
    begin_chunk(s, name, 0);
    prog_read_rest(&r, &s->text);
    if (!prog_close(&r))
        prog_exit(2);
    if (s->text.n > 0 && s->text.p[s->text.n - 1] == '\n')
        s->text.n--;
}

static void set_width(const char *arg)
{
    if (prog_uint(arg, "", &sed_o.width) != PROG_NUM_OK)
        prog_die(0, "invalid line length: %s", arg);
}

static void set_option(int c, const prog_opts *o, sed_script *s, unsigned *expressions)
{
    switch (c) {
    case 'n':
        sed_o.quiet = true;
        break;
    case 'e':
        begin_chunk(s, NULL, ++*expressions);
        prog_buf_put(&s->text, o->arg, strlen(o->arg));
        break;
    case 'f':
        add_file(s, o->arg);
        break;
    case 'i':
        sed_o.in_place = sed_o.separate = true;
        sed_o.suffix = o->arg && *o->arg ? o->arg : NULL;
        break;
    case 'l':
        set_width(o->arg);
        break;
    case 'E':
    case 'r':
        sed_o.extended = true;
        break;
    case 's':
        sed_o.separate = true;
        break;
    case 'z':
        sed_o.null_data = true;
        break;
    case 'u':
        sed_o.unbuffered = true;
        break;
    case O_POSIX:
        sed_o.posix = true;
        break;
    case O_SANDBOX:
        sed_o.sandbox = true;
        break;
    default:
        break;
    }
}

/* As GNU sed: the help, to standard error. */
BX_NORETURN static void no_script(void)
{
    (void)prog_write_all(2, prog_self->help, strlen(prog_self->help));
    prog_exit(1);
}

static int close_outputs(void)
{
    int error = prog_flush(&sed_stdout.w);
    (void)prog_flush(&sed_stderr.w);
    for (sed_output *o = outputs; o; o = o->next) {
        int one = prog_writer_close(&o->w);
        if (one)
            prog_warn(one, "couldn't flush %s", o->name);
        error = error ? error : one;
    }
    return error;
}

int sed_main(int argc, char **argv)
{
    sed_o = (sed_options){.width = 70};
    sed_stdout = (sed_output){.w = {.fd = 1}};
    sed_stderr = (sed_output){.w = {.fd = 2}};
    outputs = NULL;
    sed_script s = {0};
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    unsigned expressions = 0;
    prog_usage_status = prog_status = 1;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bsnrzuEe:f:l:i::s", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        set_option(c, &o, &s, &expressions);
    if (s.n_chunks == 0) {
        if (o.next >= argc)
            no_script();
        begin_chunk(&s, NULL, 1);
        prog_buf_put(&s.text, argv[o.next], strlen(argv[o.next]));
        o.next++;
    }
    sed_compile(&s);
    int status = sed_run(&s, argv + o.next, (size_t)(argc - o.next));
    return close_outputs() ? 4 : status;
}
