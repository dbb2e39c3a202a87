/* Input and output of awk: records, getline, redirections, pipes. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/lines/awk.h"

#include "lib/process.h"
#include "programs/common/prog_text.h"
#include "programs/lines/shell.h"
#include "regex/find.h"

typedef struct stream {
    awk_str *name;
    char how; /* '>' 'a' '|': output; '<' a file, 'c' a command: input; '&' both */
    prog_writer w;
    prog_reader r;
    bool read; /* a record of it */
    int32_t pid;
    bool is_open_w, is_open_r;
    struct stream *next;
} stream;

static stream *streams;
static prog_reader input; /* of the operands */
static bool input_read;   /* a record of it */
static bool input_is_open, input_begun, input_over, used_operand;
static double next_operand = 1;

/* --- records -----------------------------------------------------------------------------------
 */

static void set_rt(const char *p, size_t n)
{
    if (!awk_m.uses_rt)
        return;
    awk_drop(&awk_p.globals[V_RT]);
    awk_p.globals[V_RT] = awk_text(p, n);
}

static bool read_char(prog_reader *r, bx_str *ret)
{
    bool ended;
    if (!prog_line(r, awk_m.rs_char, ret, &ended))
        return false;
    set_rt(&awk_m.rs_char, ended);
    return true;
}

static bool read_paragraph(prog_reader *r, bx_str *ret)
{
    for (;;) {
        while (r->at < r->end && r->p[r->at] == '\n')
            r->at++;
        if (r->at < r->end)
            break;
        if (!prog_more(r))
            return false;
    }
    for (size_t looked = 0;;) {
        const uint8_t *p = r->p + r->at;
        size_t n = r->end - r->at;
        const uint8_t *hit = n > looked ? memmem(p + looked, n - looked, "\n\n", 2) : NULL;
        if (hit) {
            size_t end = (size_t)(hit - p), after = end;
            for (;;) {
                while (r->at + after < r->end && r->p[r->at + after] == '\n')
                    after++;
                if (r->at + after < r->end || !prog_more(r))
                    break;
            }
            *ret = (bx_str){(const char *)r->p + r->at, end};
            set_rt((const char *)r->p + r->at + end, after - end);
            r->at += after;
            return true;
        }
        looked = n > 0 ? n - 1 : 0;
        if (prog_more(r))
            continue;
        bool feed = n > 0 && r->p[r->at + n - 1] == '\n';
        *ret = (bx_str){(const char *)r->p + r->at, n - feed};
        set_rt("\n", feed);
        r->at = r->end;
        return true;
    }
}

/* How far back a separator that is being looked for may have begun. */
enum { SEPARATOR_MAX = 4096 };

/* A byte in front of what is to be read: then it is not the begin of the file, where ^ matches. */
static void keep_before(prog_reader *r)
{
    if (r->at > 0)
        return;
    if (r->end == r->cap) {
        r->p = prog_realloc(r->p, r->cap + PROG_READ_BLOCK, 1);
        r->cap += PROG_READ_BLOCK;
    }
    memmove(r->p + 1, r->p, r->end);
    r->p[0] = '\n';
    r->at = 1;
    r->end++;
}

static bool find_separator(const prog_reader *r, size_t from, bool begins, bx_span *ret)
{
    size_t before = !begins && awk_m.rs_has_begin;
    bx_str s = {(const char *)r->p + r->at - before, r->end - r->at + before};
    if (!awk_find(awk_m.rs_regex, s, from + before, ret, 1))
        return false;
    ret->from -= before;
    ret->to -= before;
    return true;
}

static bool read_regex(prog_reader *r, bool begins, bx_str *ret)
{
    if (r->at == r->end && !prog_more(r))
        return false;
    for (size_t looked = 0;;) {
        if (!begins && awk_m.rs_has_begin)
            keep_before(r);
        bx_str s = {(const char *)r->p + r->at, r->end - r->at};
        bx_span m;
        bool found = find_separator(r, looked, begins, &m);
        while (found && m.to == m.from)
            found = m.to < s.n && find_separator(r, m.to + 1, begins, &m);
        if (found && (m.to < s.n || r->eof || !prog_more(r))) {
            s.p = (const char *)r->p + r->at;
            *ret = (bx_str){s.p, m.from};
            set_rt(s.p + m.from, m.to - m.from);
            r->at += m.to;
            return true;
        }
        if (found)
            continue;
        looked = s.n > SEPARATOR_MAX ? s.n - SEPARATOR_MAX : 0;
        if (prog_more(r))
            continue;
        s.p = (const char *)r->p + r->at;
        *ret = s;
        set_rt("", 0);
        r->at = r->end;
        return true;
    }
}

/* *read: has a record of it been read? */
static bool read_record(prog_reader *r, bool *read, bx_str *ret)
{
    bool begins = !*read;
    *read = true;
    switch (awk_m.rs) {
    case RS_CHAR:
        return read_char(r, ret);
    case RS_PARAGRAPH:
        return read_paragraph(r, ret);
    default:
        return read_regex(r, begins, ret);
    }
}

/* --- operands ----------------------------------------------------------------------------------
 */

/* "name=value": assign it. */
static bool assign_operand(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && (p[i] == '_' || prog_is_alpha(p[i]) || (i > 0 && prog_is_digit(p[i]))))
        i++;
    if (i == 0 || i >= n || p[i] != '=' || (p[0] >= '0' && p[0] <= '9'))
        return false;
    int32_t slot = awk_global(p, i);
    prog_buf b = {0};
    awk_unescape(p + i + 1, n - i - 1, &b);
    awk_val *v = &awk_p.globals[slot];
    awk_drop(v);
    *v = awk_input(b.p, b.n);
    prog_buf_free(&b);
    if (slot < V_SPECIALS)
        awk_special_changed(slot);
    return true;
}

static void open_input(const char *name, size_t n)
{
    char *z = prog_strndup(name, n);
    struct stat st;
    bool is_stdin = strcmp(z, "-") == 0 || strcmp(z, "/dev/stdin") == 0;
    int fd = is_stdin ? 0 : open(z, O_RDONLY);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        awk_warn("command line argument `%s' is a directory: skipped", z);
        (void)close(fd);
        fd = -1;
    } else if (fd < 0) {
        awk_warn("cannot open file `%s' for reading: %s", z, prog_strerror(errno));
        awk_m.exit_status = 2;
    }
    if (fd >= 0) {
        input.fd = fd;
        input.at = input.end = 0;
        input.eof = false;
        input.error = 0;
        input_is_open = true;
        input_begun = false;
        input_read = false;
        awk_m.fnr = 0;
        awk_drop(&awk_p.globals[V_FILENAME]);
        awk_p.globals[V_FILENAME] = awk_text(is_stdin && n == 0 ? "" : z, strlen(z));
    }
    free(z);
}

/* Open the next operand that is a file; false: there is none. */
static bool open_next(void)
{
    while (!input_is_open && !input_over) {
        double argc = awk_to_num(&awk_p.globals[V_ARGC]);
        if (next_operand >= argc) {
            input_over = true;
            if (used_operand)
                return false;
            used_operand = true;
            open_input("-", 1);
            if (input_is_open) {
                awk_drop(&awk_p.globals[V_FILENAME]);
                awk_p.globals[V_FILENAME] = awk_text("", 0);
            }
            break;
        }
        awk_val *args = &awk_p.globals[V_ARGV];
        awk_str *key = awk_num_to_str(next_operand, "%.6g");
        awk_val *v = args->type == AWK_ARRAY ? awk_array_find(args->array, key->p, key->n) : NULL;
        awk_unref(key);
        awk_drop(&awk_p.globals[V_ARGIND]);
        awk_p.globals[V_ARGIND] = awk_number(next_operand);
        next_operand++;
        if (!v)
            continue;
        awk_str *s = awk_to_str(v);
        if (s->n > 0 && !assign_operand(s->p, s->n)) {
            used_operand = true;
            open_input(s->p, s->n);
        }
        awk_unref(s);
    }
    return input_is_open;
}

void awk_next_file(void)
{
    if (!input_is_open)
        return;
    if (input.fd > 0)
        (void)close(input.fd);
    input_is_open = false;
}

extern void awk_run_file_rules(bool begins);

bool awk_next_record(bx_str *ret)
{
    for (;;) {
        if (!open_next())
            return false;
        if (!input_begun) {
            input_begun = true;
            awk_run_file_rules(true);
            if (!input_is_open)
                continue;
        }
        if (read_record(&input, &input_read, ret)) {
            awk_m.nr++;
            awk_m.fnr++;
            return true;
        }
        if (input.error)
            awk_warn("error reading input file: %s", prog_strerror(input.error));
        awk_run_file_rules(false);
        awk_next_file();
    }
}

/* --- streams -----------------------------------------------------------------------------------
 */

static stream *find(bx_str name, const char *kinds)
{
    for (stream *s = streams; s; s = s->next)
        if (strchr(kinds, s->how) && bx_str_eq((bx_str){s->name->p, s->name->n}, name))
            return s;
    return NULL;
}

static stream *add(bx_str name, char how)
{
    stream *s = prog_zalloc(1, sizeof *s);
    s->name = awk_str_new(name.p, name.n);
    s->how = how;
    s->pid = -1;
    s->next = streams;
    return streams = s;
}

static void set_errno(int error)
{
    const char *text = prog_strerror(error);
    awk_drop(&awk_p.globals[V_ERRNO]);
    awk_p.globals[V_ERRNO] = awk_text(text, strlen(text));
}

void awk_flush_all(void)
{
    (void)prog_flush(&prog_out);
    for (stream *s = streams; s; s = s->next)
        if (s->is_open_w)
            (void)prog_flush(&s->w);
}

static void open_command(stream *s, bool reads, bool writes)
{
    int to[2] = {0, 0}, from[2] = {1, 1};
    int error = 0;
    if (writes)
        error = bx_process_pipe(0, to);
    if (!error && reads)
        error = bx_process_pipe(0, from);
    if (error)
        awk_fatal("cannot open pipe `%s': %s", s->name->p, prog_strerror(error));
    awk_flush_all();
    bx_str command = {s->name->p, s->name->n};
    error = shell_start(command, to[0], from[1], &s->pid);
    if (writes)
        (void)close(to[0]);
    if (reads)
        (void)close(from[1]);
    if (error)
        awk_fatal("cannot open pipe `%.*s': %s", (int)s->name->n, s->name->p, prog_strerror(error));
    s->w.fd = to[1];
    s->r.fd = from[0];
    s->is_open_w = writes;
    s->is_open_r = reads;
}

static void open_output(stream *s)
{
    bx_str name = {s->name->p, s->name->n};
    if (bx_str_eq(name, BX_LIT("/dev/stderr"))) {
        s->w.fd = 2;
    } else {
        char *z = prog_strndup(name.p, name.n);
        s->w.fd = open(z, O_WRONLY | O_CREAT | (s->how == 'a' ? O_APPEND : O_TRUNC), 0666);
        if (s->w.fd < 0)
            awk_fatal("cannot redirect to `%s': %s", z, prog_strerror(errno));
        free(z);
    }
    s->is_open_w = true;
}

prog_writer *awk_output(bx_str name, char how)
{
    if (how != '|' && how != '&' &&
        (bx_str_eq(name, BX_LIT("/dev/stdout")) || bx_str_eq(name, BX_LIT("-"))))
        return &prog_out;
    if (name.n == 0)
        awk_fatal("expression for `%s' redirection has null string value", how == '>'   ? ">"
                                                                           : how == 'a' ? ">>"
                                                                                        : "|");
    stream *s = find(name, how == '|' ? "|" : how == '&' ? "&" : ">a");
    if (s && s->is_open_w)
        return &s->w;
    if (!s)
        s = add(name, how);
    if (how == '|' || how == '&')
        open_command(s, how == '&', true);
    else
        open_output(s);
    return &s->w;
}

/* The exit status as gawk's close() tells it. */
static int end_command(stream *s)
{
    int status = s->pid >= 0 ? shell_wait(s->pid) : 0;
    s->pid = -1;
    return status;
}

static int close_stream(stream *s)
{
    int status = 0;
    if (s->is_open_w) {
        int error = s->w.fd == 2 ? prog_flush(&s->w) : prog_writer_close(&s->w);
        status = error ? -1 : 0;
        if (error)
            set_errno(error);
    }
    if (s->is_open_r) {
        if (s->r.fd > 0)
            (void)close(s->r.fd);
        free(s->r.p);
    }
    s->is_open_w = s->is_open_r = false;
    if (s->pid >= 0)
        status = end_command(s);
    for (stream **link = &streams; *link; link = &(*link)->next)
        if (*link == s) {
            *link = s->next;
            break;
        }
    awk_unref(s->name);
    free(s);
    return status;
}

int awk_close(bx_str name)
{
    static const char none[] = "close of redirection that was never opened";
    int status = -1;
    bool found = false;
    for (stream *s = streams, *next; s; s = next) {
        next = s->next;
        if (bx_str_eq((bx_str){s->name->p, s->name->n}, name)) {
            if (s->how == '|')
                (void)prog_flush(&prog_out);
            status = close_stream(s);
            found = true;
            break;
        }
    }
    if (!found) {
        awk_drop(&awk_p.globals[V_ERRNO]);
        awk_p.globals[V_ERRNO] = awk_text(none, sizeof none - 1);
    }
    return status;
}

int awk_close_to(bx_str name)
{
    stream *s = find(name, "&");
    if (!s || !s->is_open_w)
        return -1;
    s->is_open_w = false;
    return prog_writer_close(&s->w) ? -1 : 0;
}

int awk_close_all(void)
{
    int status = prog_flush(&prog_out);
    while (streams)
        (void)close_stream(streams);
    return status;
}

int awk_flush(bx_str name)
{
    int status = -1;
    for (stream *s = streams; s; s = s->next)
        if (s->is_open_w && bx_str_eq((bx_str){s->name->p, s->name->n}, name))
            status = prog_flush(&s->w) ? -1 : 0;
    if (bx_str_eq(name, BX_LIT("/dev/stdout")))
        status = prog_flush(&prog_out) ? -1 : 0;
    return status;
}

int awk_system(bx_str command)
{
    int32_t pid;
    awk_flush_all();
    int error = shell_start(command, 0, 1, &pid);
    if (error) {
        set_errno(error);
        return -1;
    }
    return shell_wait(pid);
}

/* --- getline -----------------------------------------------------------------------------------
 */

static bool open_reader(stream *s)
{
    bx_str name = {s->name->p, s->name->n};
    char *z = prog_strndup(name.p, name.n);
    struct stat st;
    bool is_stdin = bx_str_eq(name, BX_LIT("-")) || bx_str_eq(name, BX_LIT("/dev/stdin"));
    s->r.fd = is_stdin ? 0 : open(z, O_RDONLY);
    free(z);
    if (s->r.fd >= 0 && fstat(s->r.fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        (void)close(s->r.fd);
        s->r.fd = -1;
        errno = EISDIR;
    }
    s->is_open_r = s->r.fd >= 0;
    return s->is_open_r;
}

int awk_getline(awk_node *n, bx_str source, bool is_command, bx_str *ret)
{
    (void)n;
    if (!is_command && input_is_open && input.fd == 0 &&
        (bx_str_eq(source, BX_LIT("-")) || bx_str_eq(source, BX_LIT("/dev/stdin"))))
        return read_record(&input, &input_read, ret) ? 1 : 0;
    if (source.n == 0)
        awk_fatal("expression for `%s' redirection has null string value", is_command ? "|" : "<");
    stream *s = find(source, is_command ? "c&" : "<");
    if (!s) {
        s = add(source, is_command ? 'c' : '<');
        if (is_command) {
            open_command(s, true, false);
        } else if (!open_reader(s)) {
            set_errno(errno);
            (void)close_stream(s);
            return -1;
        }
    }
    if (s->how == '&')
        (void)prog_flush(&s->w);
    if (!s->is_open_r)
        return -1;
    if (read_record(&s->r, &s->read, ret))
        return 1;
    return s->r.error ? -1 : 0;
}
