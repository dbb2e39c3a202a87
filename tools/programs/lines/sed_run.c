/* The script of sed at work. */
#include "programs/lines/sed.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/process.h"
#include "programs/common/prog_text.h"
#include "programs/lines/shell.h"

typedef struct appended { /* what comes at the end of the cycle */
    enum { APPEND_TEXT, APPEND_FILE, APPEND_LINE } kind;
    bx_str text;
    prog_buf line; /* LINE: its own memory */
} appended;

typedef struct machine {
    sed_script *s;
    char **names;
    size_t n_names, next_name;
    prog_reader in;
    bool is_open;
    const char *file; /* its name, "-" for standard input */
    sed_output *out;  /* standard output, or the file edited in place */
    sed_output edited;
    char *temporary;
    prog_buf space, hold, spare;
    bool chomped, hold_chomped; /* the line read last into them had its end */
    uint64_t line;
    bool replaced, quits, dropped, deleted,
        restarts; /* dropped: by Q; restarts: D, without reading */
    appended *queue;
    size_t n_queue, cap_queue;
    bx_posix *last; /* the expression used last */
    int status;
} machine;

static char line_end(void) { return sed_o.null_data ? 0 : '\n'; }

/* --- output ------------------------------------------------------------------------------------
 */

static void write_missing(sed_output *o)
{
    if (o->lacks_newline)
        prog_putc(&o->w, line_end());
    o->lacks_newline = false;
}

static void written(const sed_output *o)
{
    if (sed_o.unbuffered || o != &sed_stdout)
        (void)0;
    if (sed_o.unbuffered)
        (void)prog_flush(&((sed_output *)o)->w);
}

static void put_line(const machine *m, sed_output *o, const char *p, size_t n)
{
    write_missing(o);
    prog_write(&o->w, p, n);
    if (m->chomped)
        prog_putc(&o->w, line_end());
    else
        o->lacks_newline = true;
    written(o);
}

static void put_raw(sed_output *o, const char *p, size_t n)
{
    write_missing(o);
    prog_write(&o->w, p, n);
    written(o);
}

/* The text of i or c, which ends with a line feed unless it is empty. */
static void put_text(sed_output *o, bx_str text)
{
    if (text.n == 0)
        return;
    put_raw(o, text.p, text.n - 1);
    prog_putc(&o->w, line_end());
}

/* --- input -------------------------------------------------------------------------------------
 */

static void begin_in_place(machine *m)
{
    struct stat st;
    if (strcmp(m->file, "-") == 0 || fstat(m->in.fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        prog_status = 4;
        prog_die(0, "couldn't edit %s: not a regular file", m->file);
    }
    const char *slash = strrchr(m->file, '/');
    size_t dir = slash ? (size_t)(slash - m->file) + 1 : 0;
    for (unsigned i = 0; i < 10000; i++) {
        char name[] = "sed000000", digits[20];
        size_t n = prog_digits(i, digits);
        memcpy(name + 9 - n, digits, n);
        prog_buf b = {0};
        prog_buf_put(&b, m->file, dir);
        prog_buf_put(&b, name, 9);
        int fd = open(prog_buf_z(&b), O_WRONLY | O_CREAT | O_EXCL, st.st_mode & 0777);
        if (fd >= 0) {
            m->temporary = b.p;
            m->edited = (sed_output){.w = {.fd = fd}};
            m->out = &m->edited;
            return;
        }
        int error = errno;
        if (error != EEXIST) {
            prog_status = 4;
            prog_die(error, "couldn't open temporary file %s", prog_buf_z(&b));
        }
        prog_buf_free(&b);
    }
    prog_status = 4;
    prog_die(EEXIST, "couldn't open temporary file");
}

/* The name of the backup: the suffix behind the name, or in place of each *, which is the name. */
static char *backup_name(const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    prog_buf b = {0};
    if (!strchr(sed_o.suffix, '/'))
        prog_buf_put(&b, file, (size_t)(base - file));
    if (!strchr(sed_o.suffix, '*'))
        prog_buf_put(&b, base, strlen(base));
    for (const char *s = sed_o.suffix; *s; s++) {
        if (*s == '*')
            prog_buf_put(&b, base, strlen(base));
        else
            prog_buf_putc(&b, *s);
    }
    return prog_buf_z(&b);
}

static void end_in_place(machine *m)
{
    int error = prog_writer_close(&m->edited.w);
    prog_status = 4;
    if (error)
        prog_die(error, "couldn't write to %s", m->temporary);
    if (sed_o.suffix) {
        char *backup = backup_name(m->file);
        if (rename(m->file, backup) != 0)
            prog_die(errno, "cannot rename %s", m->file);
        free(backup);
    }
    if (rename(m->temporary, m->file) != 0)
        prog_die(errno, "cannot rename %s", m->temporary);
    free(m->temporary);
    m->out = &sed_stdout;
}

static bool is_directory(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each file has its own line numbers and ranges. */
static void begin_anew(machine *m)
{
    m->line = 0;
    for (size_t i = 0; i < m->s->n; i++)
        m->s->c[i].active = m->s->c[i].begun = false;
}

/* Open the next operand that can be; false: there is none. */
static bool open_next(machine *m)
{
    while (m->next_name < m->n_names) {
        const char *name = m->names[m->next_name++];
        bool is_stdin = strcmp(name, "-") == 0 && !sed_o.in_place;
        int fd = is_stdin ? 0 : open(name, O_RDONLY);
        if (fd < 0) {
            prog_warn(errno, "can't read %s", name);
            m->status = 2;
            continue;
        }
        if (is_directory(fd)) {
            prog_status = 4;
            if (!sed_o.in_place)
                prog_die(0, "read error on %s: Is a directory", name);
            prog_warn(0, "couldn't edit %s: not a regular file", name);
            m->status = 4;
            (void)close(fd);
            continue;
        }
        m->file = name;
        m->in.fd = fd;
        m->in.eof = false;
        m->in.at = m->in.end = 0;
        m->is_open = true;
        if (sed_o.separate)
            begin_anew(m);
        if (sed_o.in_place)
            begin_in_place(m);
        return true;
    }
    return false;
}

static void close_input(machine *m)
{
    if (m->in.error) {
        prog_warn(m->in.error, "read error on %s", m->file);
        m->status = 2;
    }
    if (m->in.fd > 0)
        (void)close(m->in.fd);
    m->is_open = false;
    if (sed_o.in_place)
        end_in_place(m);
}

/* Is there a byte still to read in the present file? */
static bool has_more(machine *m)
{
    return m->is_open && (m->in.at < m->in.end || prog_more(&m->in));
}

/* Is the present line the last one?  Files behind it are opened to find out. */
static bool is_last(machine *m)
{
    if (has_more(m))
        return false;
    if (sed_o.separate || sed_o.in_place)
        return true;
    while (m->is_open || m->next_name < m->n_names) {
        if (m->is_open)
            close_input(m);
        if (!open_next(m))
            return true;
        if (has_more(m))
            return false;
    }
    return true;
}

/* The next line behind what `space` holds. */
static bool read_line(machine *m)
{
    bx_str line;
    for (;;) {
        if (!m->is_open && !open_next(m))
            return false;
        if (prog_line(&m->in, line_end(), &line, &m->chomped))
            break;
        close_input(m);
    }
    prog_buf_put(&m->space, line.p, line.n);
    m->line++;
    return true;
}

/* --- what is appended --------------------------------------------------------------------------
 */

static void append(machine *m, appended a)
{
    m->queue = prog_grow(m->queue, &m->cap_queue, m->n_queue, sizeof *m->queue);
    m->queue[m->n_queue++] = a;
}

static void copy_file(machine *m, const char *name)
{
    prog_reader r = {.fd = strcmp(name, "/dev/stdin") == 0 ? 0 : open(name, O_RDONLY)};
    bx_str block;
    if (r.fd < 0)
        return;
    while (prog_block(&r, &block))
        put_raw(m->out, block.p, block.n);
    if (r.fd > 0)
        (void)close(r.fd);
    free(r.p);
}

static void flush_queue(machine *m)
{
    for (size_t i = 0; i < m->n_queue; i++) {
        appended *a = &m->queue[i];
        if (a->kind == APPEND_TEXT) {
            put_raw(m->out, a->text.p, a->text.n);
        } else if (a->kind == APPEND_FILE) {
            copy_file(m, a->text.p);
        } else {
            write_missing(m->out);
            prog_write(&m->out->w, a->line.p, a->line.n);
            prog_putc(&m->out->w, line_end());
            prog_buf_free(&a->line);
        }
    }
    m->n_queue = 0;
}

static void end_cycle(machine *m)
{
    if (!sed_o.quiet && !m->deleted)
        put_line(m, m->out, m->space.p, m->space.n);
    flush_queue(m);
}

/* n and N: the next line; without one the program ends as GNU's does. */
static bool next_line(machine *m, bool joins)
{
    if (is_last(m)) {
        if (sed_o.posix && joins)
            m->deleted = true;
        return false;
    }
    if (joins) {
        prog_buf_putc(&m->space, line_end());
        flush_queue(m);
    } else {
        end_cycle(m);
        m->space.n = 0;
    }
    return read_line(m);
}

static void queue_line(machine *m, sed_command *c)
{
    bx_str line;
    appended a = {.kind = APPEND_LINE};
    if (!c->reader) {
        c->reader = prog_zalloc(1, sizeof *c->reader);
        c->reader->fd = strcmp(c->text.p, "/dev/stdin") == 0 ? 0 : open(c->text.p, O_RDONLY);
    }
    if (c->reader->fd < 0 || !prog_line(c->reader, line_end(), &line, NULL))
        return;
    prog_buf_put(&a.line, line.p, line.n);
    append(m, a);
}

/* --- addresses ---------------------------------------------------------------------------------
 */

static bx_posix *use(machine *m, bx_posix *x)
{
    if (x)
        m->last = x;
    prog_status = 1;
    if (!m->last)
        prog_die(0, "-e expression #1, char 0: no previous regular expression");
    return m->last;
}

static bool holds(machine *m, const sed_address *a)
{
    switch (a->kind) {
    case SED_LINE:
        return m->line == a->n;
    case SED_STEP:
        return a->step == 0 ? m->line == a->n : m->line >= a->n && (m->line - a->n) % a->step == 0;
    case SED_LAST:
        return is_last(m);
    case SED_REGEX: {
        bx_hit hit = bx_posix_test(use(m, a->regex), (const uint8_t *)m->space.p, m->space.n, 0);
        if (hit == BX_HIT_GAVE_UP)
            prog_die(0, "regular expression needs too many steps");
        return hit == BX_HIT;
    }
    default:
        return false;
    }
}

/* A range begins with this line: does it go on behind it? */
static void begin_range(machine *m, sed_command *c)
{
    c->active = c->begun = true;
    switch (c->a2.kind) {
    case SED_LINE:
    case SED_ZERO:
        c->end = c->a2.n;
        c->active = m->line < c->end;
        break;
    case SED_PLUS:
        c->end = m->line + c->a2.n;
        c->active = c->a2.n > 0;
        break;
    case SED_MULTIPLE:
        c->end = c->a2.n ? (m->line + c->a2.n - 1) / c->a2.n * c->a2.n : m->line;
        c->active = m->line < c->end;
        break;
    case SED_LAST:
        c->active = !is_last(m);
        break;
    default:
        break;
    }
}

static bool is_number_end(const sed_address *a)
{
    return a->kind == SED_LINE || a->kind == SED_ZERO || a->kind == SED_PLUS ||
           a->kind == SED_MULTIPLE;
}

/* A range from a line number on begins late where the command was not reached before, unless its
 * end is behind as well. */
static bool begins_range(machine *m, const sed_command *c)
{
    if (c->a1.kind != SED_LINE || c->begun || (c->a2.kind == SED_LINE && c->a2.n < m->line) ||
        c->a2.kind == SED_ZERO)
        return holds(m, &c->a1);
    return c->a1.n <= m->line;
}

static bool selects(machine *m, sed_command *c)
{
    if (c->a1.kind == SED_NONE)
        return true;
    if (c->a2.kind == SED_NONE)
        return holds(m, &c->a1);
    if (!c->begun && c->a1.kind == SED_ZERO)
        c->active = c->begun = true;
    if (c->active) {
        if (is_number_end(&c->a2)) {
            c->active = m->line < c->end;
            if (m->line <= c->end)
                return true;
            return c->a1.kind == SED_LINE ? false
                   : holds(m, &c->a1)     ? (begin_range(m, c), true)
                                          : false;
        }
        c->active = !holds(m, &c->a2);
        return true;
    }
    if (!begins_range(m, c))
        return false;
    begin_range(m, c);
    return true;
}

/* --- commands ----------------------------------------------------------------------------------
 */

static void put_number(machine *m)
{
    write_missing(m->out);
    prog_put_uint(&m->out->w, m->line, 0, ' ');
    prog_putc(&m->out->w, '\n');
    written(m->out);
}

/* One byte as `l` shows it. */
static size_t shown(uint8_t c, char out[4])
{
    static const char from[] = "\a\b\f\n\r\t\v\\", to[] = "abfnrtv\\";
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        out[0] = '\\';
        out[1] = to[at - from];
        return 2;
    }
    if (prog_is_print(c)) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    out[1] = (char)('0' + (c >> 6));
    out[2] = (char)('0' + (c >> 3 & 7));
    out[3] = (char)('0' + (c & 7));
    return 4;
}

static void list(machine *m, uint64_t width)
{
    width = width == UINT64_MAX ? sed_o.width : width;
    size_t limit = width > 1 ? (size_t)width - 1 : SIZE_MAX, column = 0;
    prog_writer *w = &m->out->w;
    write_missing(m->out);
    for (size_t i = 0; i < m->space.n; i++) {
        char piece[4];
        size_t n = shown((uint8_t)m->space.p[i], piece);
        if (column + n > limit && column > 0) {
            prog_write(w, "\\\n", 2);
            column = 0;
        }
        prog_write(w, piece, n);
        column += n;
    }
    prog_putc(w, '$');
    prog_putc(w, sed_o.null_data ? '\0' : '\n');
    written(m->out);
}

static size_t first_line(const machine *m)
{
    const char *end = m->space.n ? memchr(m->space.p, line_end(), m->space.n) : NULL;
    return end ? (size_t)(end - m->space.p) : m->space.n;
}

/* Run a command; its output is added to `out`. */
static void run_command(bx_str command, prog_buf *out)
{
    int ends[2], error = bx_process_pipe(0, ends);
    int32_t pid;
    (void)prog_flush(&sed_stdout.w);
    if (error)
        prog_die(error, "couldn't run command");
    error = shell_start(command, 0, ends[1], &pid);
    (void)close(ends[1]);
    if (error)
        prog_die(error, "error running command");
    prog_reader r = {.fd = ends[0]};
    prog_read_rest(&r, out);
    (void)close(ends[0]);
    free(r.p);
    (void)shell_wait(pid);
}

static void execute(machine *m, const sed_command *c)
{
    prog_buf out = {0};
    if (c->text.n > 0) {
        run_command(c->text, &out);
        put_raw(m->out, out.p, out.n);
        prog_buf_free(&out);
        return;
    }
    run_command((bx_str){m->space.p, m->space.n}, &out);
    if (out.n > 0 && out.p[out.n - 1] == line_end())
        out.n--;
    prog_buf_free(&m->space);
    m->space = out;
}

static void swap(prog_buf *a, prog_buf *b)
{
    prog_buf t = *a;
    *a = *b;
    *b = t;
}

static void substitute(machine *m, const sed_command *c)
{
    const sed_subst *s = c->subst;
    if (!sed_substitute(s, use(m, s->regex), (bx_str){m->space.p, m->space.n}, &m->spare))
        return;
    swap(&m->space, &m->spare);
    m->replaced = true;
    if (s->print == 2)
        put_line(m, m->out, m->space.p, m->space.n);
    if (s->eval) {
        prog_buf out = {0};
        run_command((bx_str){m->space.p, m->space.n}, &out);
        if (out.n > 0 && out.p[out.n - 1] == line_end())
            out.n--;
        prog_buf_free(&m->space);
        m->space = out;
    }
    if (s->print == 1)
        put_line(m, m->out, m->space.p, m->space.n);
    if (s->file)
        put_line(m, s->file->w.fd == 1 ? m->out : s->file, m->space.p, m->space.n);
}

static void swap_flags(bool *a, bool *b)
{
    bool t = *a;
    *a = *b;
    *b = t;
}

static void append_buf(prog_buf *to, const prog_buf *from)
{
    prog_buf_putc(to, line_end());
    prog_buf_put(to, from->p, from->n);
}

static void set_buf(prog_buf *to, const prog_buf *from)
{
    to->n = 0;
    prog_buf_put(to, from->p, from->n);
}

static void put_to_file(machine *m, sed_output *o, size_t n)
{
    put_line(m, o == &sed_stdout ? m->out : o, m->space.p, n);
}

/* Commands that only touch the two spaces.  False: it is none of them. */
static bool run_plain(machine *m, sed_command *c)
{
    switch (c->c) {
    case 'g':
        set_buf(&m->space, &m->hold);
        m->chomped = m->hold_chomped;
        return true;
    case 'G':
        append_buf(&m->space, &m->hold);
        m->chomped = m->hold_chomped;
        return true;
    case 'h':
        set_buf(&m->hold, &m->space);
        m->hold_chomped = m->chomped;
        return true;
    case 'H':
        append_buf(&m->hold, &m->space);
        m->hold_chomped = m->chomped;
        return true;
    case 'x':
        swap(&m->space, &m->hold);
        swap_flags(&m->chomped, &m->hold_chomped);
        return true;
    case 'z':
        m->space.n = 0;
        return true;
    case 'y':
        sed_translate(c->map, (bx_str){m->space.p, m->space.n}, &m->spare);
        swap(&m->space, &m->spare);
        return true;
    case 's':
        substitute(m, c);
        return true;
    default:
        return false;
    }
}

static void put_first(machine *m, sed_output *o)
{
    size_t n = first_line(m);
    bool chomped = m->chomped;
    m->chomped |= n < m->space.n;
    put_line(m, o, m->space.p, n);
    m->chomped = chomped;
}

/* Commands that print, or will.  False: it is none of them. */
static bool run_output(machine *m, sed_command *c)
{
    switch (c->c) {
    case 'p':
        put_line(m, m->out, m->space.p, m->space.n);
        return true;
    case 'P':
        put_first(m, m->out);
        return true;
    case 'w':
        put_to_file(m, c->file, m->space.n);
        return true;
    case 'W':
        put_first(m, c->file == &sed_stdout ? m->out : c->file);
        return true;
    case '=':
        put_number(m);
        return true;
    case 'l':
        list(m, c->value);
        return true;
    case 'i':
        put_text(m->out, c->text);
        return true;
    case 'a':
        append(m, (appended){.kind = APPEND_TEXT, .text = c->text});
        return true;
    case 'r':
        append(m, (appended){.kind = APPEND_FILE, .text = c->text});
        return true;
    case 'R':
        queue_line(m, c);
        return true;
    case 'F':
        put_raw(m->out, m->file, strlen(m->file));
        prog_putc(&m->out->w, '\n');
        return true;
    case 'e':
        execute(m, c);
        return true;
    default:
        return false;
    }
}

static void delete_first_line(machine *m)
{
    size_t n = first_line(m);
    m->deleted = true;
    if (n == m->space.n)
        return;
    memmove(m->space.p, m->space.p + n + 1, m->space.n - n - 1);
    m->space.n -= n + 1;
    m->restarts = true;
}

/* Commands that change what runs next: the number of the next command; m->s->n ends the cycle. */
static size_t run_flow(machine *m, sed_command *c, size_t at)
{
    const size_t end = m->s->n;
    switch (c->c) {
    case 'b':
        return c->jump;
    case 't':
    case 'T': {
        bool jumps = m->replaced == (c->c == 't');
        m->replaced = false;
        return jumps ? c->jump : at + 1;
    }
    case 'd':
        m->deleted = true;
        return end;
    case 'D':
        delete_first_line(m);
        return end;
    case 'c':
        if (c->a2.kind == SED_NONE || !c->active || c->negated)
            put_text(m->out, c->text);
        m->deleted = true;
        return end;
    case 'n':
        return next_line(m, false) ? at + 1 : end;
    case 'N':
        return next_line(m, true) ? at + 1 : end;
    case 'q':
    case 'Q':
        m->quits = true;
        m->deleted |= c->c == 'Q';
        m->status = (int)(c->value & 255);
        if (c->c == 'Q')
            m->n_queue = 0;
        return end;
    default:
        return at + 1;
    }
}

static void run_cycle(machine *m)
{
    const sed_script *s = m->s;
    m->deleted = m->restarts = false;
    for (size_t i = 0; i < s->n;) {
        sed_command *c = &s->c[i];
        if (selects(m, c) == c->negated)
            i = c->c == '{' ? c->jump + 1 : i + 1;
        else if (run_plain(m, c) || run_output(m, c))
            i++;
        else
            i = run_flow(m, c, i);
    }
    end_cycle(m);
}

int sed_run(sed_script *s, char **names, size_t n)
{
    static char dash[] = "-";
    char *standard[] = {dash};
    machine m = {.s = s, .names = n ? names : standard, .n_names = n ? n : 1, .out = &sed_stdout};
    m.file = "-";
    m.chomped = m.hold_chomped = true;
    prog_status = 4;
    while (!m.quits) {
        if (!m.restarts) {
            m.space.n = 0;
            m.replaced = false;
            if (!read_line(&m))
                break;
        }
        run_cycle(&m);
    }
    if (m.is_open) {
        if (!sed_o.in_place)
            prog_unread(&m.in);
        close_input(&m);
    }
    free(m.in.p);
    return m.status;
}
