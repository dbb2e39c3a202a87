/* common/prog.c - choosing the program, messages, names in quotes, memory. */
#include "programs/common/prog.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/process.h"
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"

const char *prog_name = "";
const prog_entry *prog_self;
int prog_status = 1, prog_usage_status = 1;

/* ---- programs ------------------------------------------------------------------------------- */

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const prog_entry *find(const prog_entry *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static int finish(int status)
{
    int error = prog_flush(&prog_out);
    if (error) {
        prog_out.n = 0;
        prog_warn(error, "write error");
        return prog_status;
    }
    return status;
}

void prog_exit(int status) { _Exit(finish(status)); }

static int list_programs(const char *box, const prog_entry *table, size_t n)
{
    prog_printf(&prog_out, "Usage: %s PROGRAM [ARGUMENT]...\nPrograms:", box);
    for (size_t i = 0; i < n; i++)
        prog_printf(&prog_out, " %s", table[i].name);
    prog_putc(&prog_out, '\n');
    return finish(0);
}

int prog_main(int argc, char **argv, const char *box, const prog_entry *table, size_t n)
{
    bx_process_enter_cwd();
    if (argc < 1)
        return 127;
    prog_name = argv[0];
    const char *name = last_component(argv[0]);
    prog_self = find(table, n, name);
    if (!prog_self || strcmp(name, box) == 0) {
        if (argc < 2 || strcmp(argv[1], "--help") == 0)
            return prog_self ? finish(prog_self->run(argc, argv)) : list_programs(box, table, n);
        const prog_entry *inner = find(table, n, last_component(argv[1]));
        if (inner) {
            argc--;
            argv++;
            prog_name = argv[0];
            prog_self = inner;
        } else if (!prog_self) {
            prog_warn(0, "%s: no such program", argv[1]);
            return 127;
        }
    }
    return finish(prog_self->run(argc, argv));
}

void prog_only_help(int argc, char **argv)
{
    if (argc != 2)
        return;
    if (strcmp(argv[1], "--help") == 0) {
        prog_puts(&prog_out, prog_self->help);
        prog_exit(0);
    }
    if (strcmp(argv[1], "--version") == 0) {
        prog_printf(&prog_out, "%s (BoxAgnts) 1\n", prog_self->name);
        prog_exit(0);
    }
}

/* ---- messages -------------------------------------------------------------------------------- */

static BX_PRINTF(1, 0)
void say(const char *format, va_list args, const char *end, const char *error)
{
    char small[1024];
    (void)prog_flush(&prog_out);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    char *text = small;
    if (n >= (int)sizeof small) {
        text = prog_alloc((size_t)n + 1);
        (void)vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    prog_writer err = {.fd = 2};
    prog_puts(&err, prog_name);
    prog_puts(&err, ": ");
    if (n > 0)
        prog_write(&err, text, (size_t)n);
    prog_puts(&err, error ? ": " : "");
    prog_puts(&err, error ? error : "");
    prog_puts(&err, end);
    (void)prog_flush(&err);
    free(err.p);
    if (text != small)
        free(text);
}

void prog_warn(int error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args, "\n", error ? prog_strerror(error) : NULL);
    va_end(args);
}

void prog_die(int error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args, "\n", error ? prog_strerror(error) : NULL);
    va_end(args);
    prog_exit(prog_status);
}

void prog_warn_file(int error, const char *file) { prog_warn(error, "%s", prog_quotef(file)); }

void prog_usage(const char *format, ...)
{
    (void)prog_flush(&prog_out);
    if (format) {
        va_list args;
        va_start(args, format);
        say(format, args, "\n", NULL);
        va_end(args);
    }
    prog_writer err = {.fd = 2};
    prog_printf(&err, "Try '%s --help' for more information.\n", prog_name);
    (void)prog_flush(&err);
    prog_exit(prog_usage_status);
}

const char *prog_strerror(int error)
{
#ifdef __wasm__
    static const struct {
        int error;
        const char *text;
    } glibc[] = {
        {ENOTCAPABLE, "Permission denied"},
        {ELOOP, "Too many levels of symbolic links"},
        {ENAMETOOLONG, "File name too long"},
        {EXDEV, "Invalid cross-device link"},
        {EBUSY, "Device or resource busy"},
        {ENOMEM, "Cannot allocate memory"},
        {EMFILE, "Too many open files"},
        {ENFILE, "Too many open files in system"},
        {ERANGE, "Numerical result out of range"},
        {EDOM, "Numerical argument out of domain"},
        {EOVERFLOW, "Value too large for defined data type"},
        {ENOTSUP, "Operation not supported"},
        {EIO, "Input/output error"},
        {ESPIPE, "Illegal seek"},
        {EILSEQ, "Invalid or incomplete multibyte or wide character"},
        {ETIMEDOUT, "Connection timed out"},
        {ENOTTY, "Inappropriate ioctl for device"},
    };
    for (size_t i = 0; i < BX_COUNT(glibc); i++)
        if (glibc[i].error == error)
            return glibc[i].text;
#endif
    return strerror(error);
}

/* ---- names in quotes ------------------------------------------------------------------------- */

static const char *keep(prog_buf *b)
{
    static char *kept[8];
    static unsigned turn;
    free(kept[turn % 8]);
    return kept[turn++ % 8] = prog_buf_z(b);
}

static void put_c_escape(prog_buf *b, unsigned char c)
{
    const char *names = "a\ab\bt\tn\nv\vf\fr\r", *hit = c ? strchr(names, c) : NULL;
    prog_buf_putc(b, '\\');
    if (hit) {
        prog_buf_putc(b, hit[-1]);
        return;
    }
    for (int shift = 6; shift >= 0; shift -= 3)
        prog_buf_putc(b, (char)('0' + (c >> shift & 7)));
}

/* Bytes of the printing character p[0..n) begins with; 0: it is none. */
static size_t printing(const char *p, size_t n)
{
    uint32_t cp;
    size_t used = prog_utf8(p, n, &cp);
    return cp != PROG_BAD_CHAR && cp != 0 && prog_width(cp) >= 0 ? used : 0;
}

static bool all_printing(const char *p, size_t n)
{
    for (size_t i = 0, used; i < n; i += used)
        if ((used = printing(p + i, n - i)) == 0)
            return false;
    return true;
}

/* In words of a shell: 'x', "it's", 'a'$'\n''b'. */
static const char *shell_quoted(const char *name, size_t n)
{
    prog_buf b = {0};
    bool odd = !all_printing(name, n);
    bool has_quote = strchr(name, '\'');
    if (has_quote && !odd && !strpbrk(name, "\"$`\\!")) {
        prog_buf_putc(&b, '"');
        prog_buf_put(&b, name, n);
        prog_buf_putc(&b, '"');
        return keep(&b);
    }
    prog_buf_putc(&b, '\'');
    bool escaping = false;
    for (size_t i = 0, used; i < n; i += used) {
        used = printing(name + i, n - i);
        if (!used) {
            if (!escaping)
                prog_buf_put(&b, "'$'", 3);
            escaping = true;
            put_c_escape(&b, (unsigned char)name[i]);
            used = 1;
            continue;
        }
        if (escaping)
            prog_buf_put(&b, "''", 2);
        escaping = false;
        if (name[i] == '\'')
            prog_buf_put(&b, "'\\''", 4);
        else
            prog_buf_put(&b, name + i, used);
    }
    prog_buf_putc(&b, '\'');
    return keep(&b);
}

const char *prog_quotef(const char *name)
{
    size_t n = strlen(name);
    bool odd = n == 0 || name[0] == '~' || name[0] == '#' || !all_printing(name, n);
    for (size_t i = 0; i < n && !odd; i++)
        odd = strchr(" !\"$&'()*;<=>?[\\^`|:", name[i]) != NULL;
    if (!odd) {
        prog_buf b = {0};
        prog_buf_put(&b, name, n);
        return keep(&b);
    }
    return shell_quoted(name, n);
}

const char *prog_quoteaf(const char *name) { return shell_quoted(name, strlen(name)); }

const char *prog_quote(const char *name)
{
    prog_buf b = {0};
    prog_buf_putc(&b, '\'');
    size_t n = strlen(name);
    for (size_t i = 0, used; i < n; i += used) {
        used = printing(name + i, n - i);
        if (!used) {
            put_c_escape(&b, (unsigned char)name[i]);
            used = 1;
            continue;
        }
        if (name[i] == '\'' || name[i] == '\\')
            prog_buf_putc(&b, '\\');
        prog_buf_put(&b, name + i, used);
    }
    prog_buf_putc(&b, '\'');
    return keep(&b);
}

/* ---- memory ---------------------------------------------------------------------------------- */

void prog_no_memory(void)
{
    prog_writer err = {.fd = 2};
    char room[128];
    err.p = (uint8_t *)room;
    err.cap = sizeof room;
    size_t n = strnlen(prog_name, 64);
    prog_write(&err, prog_name, n);
    prog_write(&err, ": memory exhausted\n", sizeof ": memory exhausted\n" - 1);
    (void)prog_write_all(2, room, err.n);
    _Exit(prog_status);
}

void *prog_alloc(size_t n)
{
    void *p = malloc(n ? n : 1);
    if (!p)
        prog_no_memory();
    return p;
}

void *prog_zalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        prog_no_memory();
    return p;
}

void *prog_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        prog_no_memory();
    p = realloc(p, bytes ? bytes : 1);
    if (!p)
        prog_no_memory();
    return p;
}

char *prog_strndup(const char *p, size_t n)
{
    char *copy = prog_alloc(n + 1);
    if (n)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

void *prog_grow(void *p, size_t *cap, size_t used, size_t size)
{
    if (used < *cap)
        return p;
    size_t more = *cap ? *cap + *cap / 2 + 1 : 16;
    if (more < *cap)
        prog_no_memory();
    p = prog_realloc(p, more, size);
    *cap = more;
    return p;
}

void prog_buf_room(prog_buf *b, size_t more)
{
    size_t need;
    if (__builtin_add_overflow(b->n, more, &need))
        prog_no_memory();
    if (need <= b->cap)
        return;
    size_t cap = b->cap + b->cap / 2 + 64;
    if (cap < need)
        cap = need;
    b->p = prog_realloc(b->p, cap, 1);
    b->cap = cap;
}

void prog_buf_put(prog_buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    prog_buf_room(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void prog_buf_free(prog_buf *b)
{
    free(b->p);
    *b = (prog_buf){0};
}

char *prog_buf_z(prog_buf *b)
{
    prog_buf_room(b, 1);
    b->p[b->n] = '\0';
    return b->p;
}
