/* files/find_print.c - find -printf and -ls. */
#include "find.h"
#include "programs/date/date_format.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

prog_writer *find_file(find *f, const char *name)
{
    if (strcmp(name, "/dev/stdout") == 0)
        return &prog_out;
    for (size_t i = 0; i < f->n_files; i++)
        if (strcmp(f->file_names[i], name) == 0)
            return f->files[i];
    prog_writer *w = prog_zalloc(1, sizeof *w);
    w->name = name;
    w->fd = strcmp(name, "/dev/stderr") == 0 ? 2 : open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (w->fd < 0)
        prog_die(errno, "'%s'", name);
    f->files = prog_grow(f->files, &f->files_cap, f->n_files, sizeof(prog_writer *));
    f->file_names = prog_grow(f->file_names, &f->names_cap, f->n_files, sizeof(char *));
    f->file_names[f->n_files] = name;
    f->files[f->n_files++] = w;
    return w;
}

/* The character that an escape at s (behind the backslash) stands for; *n its length.  -1: none. */
static int escape(const char *s, size_t *n)
{
    static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
    *n = 1;
    if (*s >= '0' && *s <= '7') {
        int v = 0;
        size_t i = 0;
        for (; i < 3 && s[i] >= '0' && s[i] <= '7'; i++)
            v = v * 8 + (s[i] - '0');
        *n = i;
        return v & 255;
    }
    const char *hit = *s ? strchr(from, *s) : NULL;
    return hit ? (unsigned char)to[hit - from] : -1;
}

static size_t flags_and_width(const char *s) { return strspn(s, "-+ #0123456789."); }

static bool is_directive(char c) { return c && strchr("abcdDfFgGhHiklmMnpPsStuUyYZ%", c); }

void find_check_format(find *f, const char *format)
{
    (void)f;
    for (const char *s = format; *s; s++) {
        if (*s == '\\' && s[1]) {
            size_t n;
            if (*++s != 'c' && escape(s, &n) < 0)
                prog_warn(0, "warning: unrecognized escape `\\%c'", *s);
        } else if (*s == '%') {
            s += 1 + flags_and_width(s + 1);
            if (!*s)
                prog_die(0, "error: %% at end of format string");
            if (strchr("ABCT", *s)) {
                if (!s[1])
                    prog_die(0, "error: %%%c must be followed by a directive", *s);
                s++;
            } else if (!is_directive(*s)) {
                prog_warn(0, "warning: unrecognized format directive `%%%c'", *s);
            }
        }
    }
}

static struct timespec time_of(const struct stat *st, char which)
{
    return which == 'a' || which == 'A'   ? st->st_atim
           : which == 'c' || which == 'C' ? st->st_ctim
                                          : st->st_mtim;
}

static void put_fraction(prog_buf *b, long ns)
{
    char digits[11];
    for (int i = 9; i-- > 0; ns /= 10)
        digits[i + 1] = (char)('0' + ns % 10);
    digits[0] = '.';
    digits[10] = '0';
    prog_buf_put(b, digits, 11);
}

static void format_time(prog_buf *b, struct timespec at, char k)
{
    const tz *z = tz_of_env();
    switch (k) {
    case '@':
        date_format(b, BX_LIT("%s"), z, at);
        put_fraction(b, at.tv_nsec);
        return;
    case '+':
        date_format(b, BX_LIT("%Y-%m-%d+%H:%M:%S"), z, at);
        put_fraction(b, at.tv_nsec);
        return;
    case 0: /* %t */
        date_format(b, BX_LIT("%a %b %e %H:%M:%S"), z, at);
        put_fraction(b, at.tv_nsec);
        date_format(b, BX_LIT(" %Y"), z, at);
        return;
    default: {
        char format[2] = {'%', k};
        date_format(b, (bx_str){format, 2}, z, at);
        if (k == 'S' || k == 'T' || k == 'X')
            put_fraction(b, at.tv_nsec);
        if (k == 'r') { /* the fraction stands before " AM" */
            prog_buf tail = {0};
            prog_buf_put(&tail, b->p + b->n - 3, 3);
            b->n -= 3;
            put_fraction(b, at.tv_nsec);
            prog_buf_put(b, tail.p, 3);
            prog_buf_free(&tail);
        }
    }
    }
}

static void put_uint(prog_buf *b, uint64_t v)
{
    char d[20];
    size_t n = prog_digits(v, d);
    prog_buf_put(b, d, n);
}

static void put_owner(prog_buf *b, uint32_t id, bool user, bool number)
{
    const char *name = number ? NULL : user ? mode_user(id) : mode_group(id);
    if (name)
        prog_buf_put(b, name, strlen(name));
    else
        put_uint(b, id);
}

static void put_link(prog_buf *b, const char *path)
{
    for (size_t cap = 256;; cap *= 2) {
        prog_buf_room(b, cap);
        ssize_t n = readlink(path, b->p + b->n, cap);
        if (n < 0)
            return;
        if ((size_t)n < cap) {
            b->n += (size_t)n;
            return;
        }
    }
}

static char type_letter(mode_t mode)
{
    char letters[12];
    mode_letters(mode, letters);
    return letters[0] == '-' ? 'f' : letters[0];
}

static void put_target_type(prog_buf *b, const walk_entry *e)
{
    struct stat st;
    if (!S_ISLNK(e->st.st_mode))
        prog_buf_putc(b, type_letter(e->st.st_mode));
    else if (mode_stat(AT_FDCWD, e->path, true, &st) == 0)
        prog_buf_putc(b, type_letter(st.st_mode));
    else
        prog_buf_putc(b, errno == ENOENT || errno == ENOTDIR ? 'N' : errno == ELOOP ? 'L' : '?');
}

static void put_sparseness(prog_buf *b, const struct stat *st)
{
    if (st->st_size == 0) {
        prog_buf_putc(b, '1');
        return;
    }
    char text[40];
    int n =
        snprintf(text, sizeof text, "%g", 512.0 * (double)mode_blocks(st) / (double)st->st_size);
    prog_buf_put(b, text, (size_t)n);
}

static void put_mode(prog_buf *b, walk_entry *e, bool letters)
{
    mode_find_x(AT_FDCWD, e->path, &e->st);
    char text[24];
    if (letters) {
        mode_letters(e->st.st_mode, text);
        prog_buf_put(b, text, 10);
        return;
    }
    int n = snprintf(text, sizeof text, "%o", (unsigned)(e->st.st_mode & 07777));
    prog_buf_put(b, text, (size_t)n);
}

/* The directory part of the path, as find has it. */
static void put_dir(prog_buf *b, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t cut = n;
    while (cut > 0 && path[cut - 1] != '/')
        cut--;
    if (cut == 0)
        prog_buf_putc(b, '.');
    else
        prog_buf_put(b, path, n == 1 ? 0 : cut - 1);
}

static void put_base(prog_buf *b, const char *path)
{
    size_t n = strlen(path), end = n;
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t cut = end;
    while (cut > 0 && path[cut - 1] != '/')
        cut--;
    if (end == 1 && path[0] == '/')
        cut = 0;
    prog_buf_put(b, path + cut, n - cut);
}

static void directive(find *f, prog_buf *b, char c, char k, walk_entry *e)
{
    const struct stat *st = &e->st;
    switch (c) {
    case 'p':
        prog_buf_put(b, e->path, e->path_n);
        break;
    case 'f':
        put_base(b, e->path);
        break;
    case 'h':
        put_dir(b, e->path);
        break;
    case 'H':
        prog_buf_put(b, f->root, strlen(f->root));
        break;
    case 'P': {
        const char *rest = e->path + (e->depth ? strlen(f->root) : e->path_n);
        if (*rest == '/')
            rest++;
        prog_buf_put(b, rest, strlen(rest));
        break;
    }
    case 'd':
        put_uint(b, e->depth);
        break;
    case 'a':
    case 'c':
    case 't':
        format_time(b, time_of(st, c), 0);
        break;
    case 'A':
    case 'B':
    case 'C':
    case 'T':
        format_time(b, time_of(st, c), k);
        break;
    case 'b':
        put_uint(b, mode_blocks(st));
        break;
    case 'k':
        put_uint(b, (mode_blocks(st) + 1) / 2);
        break;
    case 'D':
        put_uint(b, st->st_dev);
        break;
    case 'F':
        prog_buf_put(b, "unknown", 7);
        break;
    case 'g':
    case 'G':
        put_owner(b, st->st_gid, false, c == 'G');
        break;
    case 'u':
    case 'U':
        put_owner(b, st->st_uid, true, c == 'U');
        break;
    case 'i':
        put_uint(b, st->st_ino);
        break;
    case 'l':
        if (S_ISLNK(st->st_mode))
            put_link(b, e->path);
        break;
    case 'm':
    case 'M':
        put_mode(b, e, c == 'M');
        break;
    case 'n':
        put_uint(b, st->st_nlink);
        break;
    case 's':
        put_uint(b, (uint64_t)st->st_size);
        break;
    case 'S':
        put_sparseness(b, st);
        break;
    case 'y':
        prog_buf_putc(b, type_letter(st->st_mode));
        break;
    case 'Y':
        put_target_type(b, e);
        break;
    default:
        break;
    }
}

/* `b` in the width and by the flags at spec[0..n). */
static void put_padded(prog_writer *out, const prog_buf *b, const char *spec, size_t n, bool number)
{
    bool left = false, zero = false, has_max = false;
    size_t i = 0, width = 0, max = 0;
    for (; i < n && strchr("-+ #0", spec[i]); i++) {
        left |= spec[i] == '-';
        zero |= spec[i] == '0';
    }
    for (; i < n && spec[i] >= '0' && spec[i] <= '9'; i++)
        width = width > 100000 ? width : width * 10 + (size_t)(spec[i] - '0');
    if (i < n && spec[i] == '.')
        for (has_max = true, i++; i < n && spec[i] >= '0' && spec[i] <= '9'; i++)
            max = max > 100000 ? max : max * 10 + (size_t)(spec[i] - '0');
    size_t shown = has_max && !number && max < b->n ? max : b->n;
    size_t fill = width > shown ? width - shown : 0;
    if (!left)
        prog_fill(out, zero && number ? '0' : ' ', fill);
    prog_write(out, b->p, shown);
    if (left)
        prog_fill(out, ' ', fill);
}

static bool needs_stat(char c) { return !strchr("pfhHPd%", c); }

bool find_printf(find *f, find_node *t, walk_entry *e)
{
    static prog_buf b;
    prog_writer *out = t->out ? t->out : &prog_out;
    for (const char *s = t->text; *s; s++) {
        if (*s == '\\' && s[1]) {
            size_t n = 1;
            if (s[1] == 'c') {
                (void)prog_flush(out);
                return true;
            }
            int c = escape(s + 1, &n);
            if (c < 0)
                prog_putc(out, '\\');
            prog_putc(out, c < 0 ? s[1] : c);
            s += n;
            continue;
        }
        if (*s != '%') {
            prog_putc(out, *s);
            continue;
        }
        const char *spec = s + 1;
        size_t n = flags_and_width(spec);
        s = spec + n;
        bool timed = strchr("ABCT", *s) != NULL;
        if (*s == '%' || (!timed && !is_directive(*s))) {
            if (*s != '%')
                prog_putc(out, '%');
            prog_putc(out, *s);
            continue;
        }
        char c = *s, k = timed ? *++s : 0;
        if (needs_stat(c) && !walk_stat(f->walk, e)) {
            prog_warn(errno, "'%s'", e->path);
            f->status = 1;
            return false;
        }
        b.n = 0;
        if (c == 'm' && memchr(spec, '#', n))
            prog_buf_putc(&b, '0');
        directive(f, &b, c, k, e);
        put_padded(out, &b, spec, n, c == 'd' || c == 'm');
    }
    prog_check_out();
    return true;
}

/* ---- -ls ------------------------------------------------------------------------------------ */

static void put_escaped(prog_writer *out, const char *s)
{
    static const char from[] = "\a\b\f\n\r\t\v\\ \"", to[] = "abfnrtv\\ \"";
    for (; *s; s++) {
        const char *hit = strchr(from, *s);
        if (hit) {
            prog_putc(out, '\\');
            prog_putc(out, to[hit - from]);
        } else if ((unsigned char)*s < 32 || *s == 127) {
            prog_printf(out, "\\%03o", (unsigned)(unsigned char)*s);
        } else {
            prog_putc(out, *s);
        }
    }
}

bool find_ls(find *f, find_node *t, walk_entry *e)
{
    prog_writer *out = t->out ? t->out : &prog_out;
    const struct stat *st = &e->st;
    mode_find_x(AT_FDCWD, e->path, &e->st);
    char letters[12];
    mode_letters(st->st_mode, letters);
    prog_buf user = {0}, group = {0}, date = {0};
    put_owner(&user, st->st_uid, true, false);
    put_owner(&group, st->st_gid, false, false);
    struct timespec at = st->st_mtim;
    int64_t age = f->now.tv_sec - at.tv_sec;
    bool recent = age < 31556952 / 2 && age > -3600;
    date_format(&date, recent ? BX_LIT("%b %e %H:%M") : BX_LIT("%b %e  %Y"), tz_of_env(), at);
    prog_printf(out, "%9llu %6llu %s %3llu %-8s %-8s ", (unsigned long long)st->st_ino,
                (unsigned long long)((mode_blocks(st) + 1) / 2), letters,
                (unsigned long long)st->st_nlink, prog_buf_z(&user), prog_buf_z(&group));
    prog_printf(out, "%8lld %s ", (long long)st->st_size, prog_buf_z(&date));
    put_escaped(out, e->path);
    if (S_ISLNK(st->st_mode)) {
        prog_buf target = {0};
        put_link(&target, e->path);
        prog_puts(out, " -> ");
        put_escaped(out, prog_buf_z(&target));
        prog_buf_free(&target);
    }
    prog_putc(out, '\n');
    prog_buf_free(&user);
    prog_buf_free(&group);
    prog_buf_free(&date);
    return true;
}
