/* common/prog_opt.c - options as glibc's getopt_long reads them, with its messages. */
#include "programs/common/prog.h"
#include "programs/common/prog_io.h"

enum { OPT_HELP = -2, OPT_VERSION = -3 };

static const prog_long standard[] = {{"help", PROG_NO_ARG, OPT_HELP},
                                     {"version", PROG_NO_ARG, OPT_VERSION}};

/* The i-th long option: the program's own, then --help and --version. */
static const prog_long *long_at(const prog_opts *o, size_t i)
{
    size_t n = 0;
    for (; o->longs && o->longs[n].name; n++)
        if (n == i)
            return &o->longs[n];
    return i - n < BX_COUNT(standard) ? &standard[i - n] : NULL;
}

static BX_NORETURN void ambiguous(const prog_opts *o, const char *name, size_t n)
{
    prog_buf b = {0};
    const prog_long *l;
    for (size_t i = 0; (l = long_at(o, i)); i++)
        if (strncmp(l->name, name, n) == 0) {
            prog_buf_put(&b, " '--", 4);
            prog_buf_put(&b, l->name, strlen(l->name));
            prog_buf_putc(&b, '\'');
        }
    prog_usage("option '--%s' is ambiguous; possibilities:%s", name, prog_buf_z(&b));
}

static const prog_long *find_long(const prog_opts *o, const char *name, size_t n)
{
    const prog_long *found = NULL, *l;
    bool twice = false;
    for (size_t i = 0; (l = long_at(o, i)); i++) {
        if (strncmp(l->name, name, n) != 0)
            continue;
        if (l->name[n] == '\0')
            return l;
        if (found && (found->value != l->value || found->arg != l->arg))
            twice = true;
        if (!found)
            found = l;
    }
    if (twice)
        ambiguous(o, name, n);
    if (!found)
        prog_usage("unrecognized option '--%s'", name);
    return found;
}

static int take_long(prog_opts *o, const char *word)
{
    size_t n = strcspn(word, "=");
    const prog_long *l = find_long(o, word, n);
    o->arg = NULL;
    if (word[n] == '=') {
        if (l->arg == PROG_NO_ARG)
            prog_usage("option '--%s' doesn't allow an argument", l->name);
        o->arg = o->argv[o->next - 1] + (word - o->argv[o->next - 1]) + n + 1;
    } else if (l->arg == PROG_ARG) {
        if (o->next >= o->argc)
            prog_usage("option '--%s' requires an argument", l->name);
        o->arg = o->argv[o->next++];
    }
    if (l->value == OPT_HELP) {
        prog_puts(&prog_out, prog_self->help);
        prog_exit(0);
    }
    if (l->value == OPT_VERSION) {
        prog_printf(&prog_out, "%s (BoxAgnts) 1\n", prog_self->name);
        prog_exit(0);
    }
    return l->value;
}

static int take_short(prog_opts *o)
{
    const char *shorts = o->shorts + (*o->shorts == '+' || *o->shorts == '-');
    char c = *o->rest++;
    const char *hit = c == ':' ? NULL : strchr(shorts, c);
    if (!hit)
        prog_usage("invalid option -- '%c'", c);
    o->arg = NULL;
    if (hit[1] == ':') {
        if (*o->rest) {
            o->arg = o->argv[o->next - 1] + (o->rest - o->argv[o->next - 1]);
        } else if (hit[2] != ':') {
            if (o->next >= o->argc)
                prog_usage("option requires an argument -- '%c'", c);
            o->arg = o->argv[o->next++];
        }
        o->rest = NULL;
    }
    return (unsigned char)c;
}

/* Operands argv[first..k) stand before what was just taken, argv[k..next): move them behind it. */
static void rotate(prog_opts *o, int k)
{
    int operands = k - o->first, taken = o->next - k;
    if (operands == 0) {
        o->first = o->next;
        return;
    }
    for (int i = 0; i < taken; i++) {
        char *word = o->argv[k + i];
        memmove(o->argv + o->first + i + 1, o->argv + o->first + i,
                (size_t)operands * sizeof *o->argv);
        o->argv[o->first + i] = word;
    }
    o->first += taken;
}

int prog_opt(prog_opts *o)
{
    if (o->next == 0)
        o->next = o->first = 1;
    if (o->rest && *o->rest) {
        int at = o->next, value = take_short(o);
        if (o->next > at) /* its argument was the next word */
            rotate(o, at);
        return value;
    }
    o->rest = NULL;
    int k = o->next;
    bool stop = *o->shorts == '+', in_order = *o->shorts == '-';
    while (!stop && !in_order && k < o->argc && (o->argv[k][0] != '-' || !o->argv[k][1]))
        k++;
    if (k >= o->argc || o->argv[k][0] != '-' || !o->argv[k][1]) {
        if (in_order && k < o->argc) {
            o->arg = o->argv[k];
            o->next = o->first = k + 1;
            return 1;
        }
        o->next = o->first;
        return -1;
    }
    const char *word = o->argv[k];
    o->next = k + 1;
    if (strcmp(word, "--") == 0) {
        rotate(o, k);
        o->next = o->first;
        return -1;
    }
    int value;
    if (word[1] == '-') {
        value = take_long(o, word + 2);
    } else {
        o->rest = word + 1;
        value = take_short(o);
    }
    rotate(o, k);
    return value;
}
