/* files/stat.c - stat. */
#include "files.h"
#include "mode.h"
#include "path.h"
#include "programs/common/prog_io.h"
#include "programs/date/date_format.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char stat_help[] =
    "Usage: stat [OPTION]... FILE...\n"
    "Show what is known of files.\n"
    "\n"
    "  -c, --format=FORMAT   use FORMAT, with a newline behind it\n"
    "      --printf=FORMAT   the same with \\n and other escapes, and no newline\n"
    "  -f, --file-system     of the file system, not the file\n"
    "  -L, --dereference     follow links\n"
    "  -t, --terse           in one line\n"
    "\n"
    "FORMAT: %a %A mode, %b blocks of %B bytes, %C context, %d %D device, %f raw mode, %F type,\n"
    "%g %G group, %h links, %i inode, %m mount point, %n name, %N quoted name, %o best block,\n"
    "%s size, %t %T device type, %u %U user, %w %W birth, %x %X access, %y %Y change of contents,\n"
    "%z %Z change of status (X: in seconds).\n"
    "With -f: %a %b %c %d %f %i %l %n %s %S %t %T.\n"
    "\n"
    "Examples:\n"
    "  $ printf abc > f; stat -c '%n %s %F' f\n"
    "  f 3 regular file\n"
    "  $ mkdir d; stat --printf='%A\\n' d\n"
    "  drwxr-xr-x\n";

static const char *type_of(const struct stat *st)
{
    return S_ISREG(st->st_mode)    ? st->st_size == 0 ? "regular empty file" : "regular file"
           : S_ISDIR(st->st_mode)  ? "directory"
           : S_ISLNK(st->st_mode)  ? "symbolic link"
           : S_ISCHR(st->st_mode)  ? "character special file"
           : S_ISBLK(st->st_mode)  ? "block special file"
           : S_ISFIFO(st->st_mode) ? "fifo"
           : S_ISSOCK(st->st_mode) ? "socket"
                                   : "weird file";
}

typedef struct field { /* flags, width and precision of a directive */
    char flags[8];
    int width, precision; /* -1: none */
} field;

static void put_text(const field *f, const char *s)
{
    int n = (int)strlen(s);
    if (f->precision >= 0 && f->precision < n)
        n = f->precision;
    int fill = f->width > n ? f->width - n : 0;
    bool left = strchr(f->flags, '-') != NULL;
    if (!left)
        prog_fill(&prog_out, ' ', (size_t)fill);
    prog_write(&prog_out, s, (size_t)n);
    if (left)
        prog_fill(&prog_out, ' ', (size_t)fill);
}

static void put_number(const field *f, uint64_t v, unsigned base, bool negative)
{
    char digits[70];
    int n = 0;
    do
        digits[n++] = "0123456789abcdef"[v % base];
    while ((v /= base) > 0);
    if (strchr(f->flags, '#') && base == 8 && digits[n - 1] != '0')
        digits[n++] = '0';
    while (n < f->precision && n < 64)
        digits[n++] = '0';
    const char *prefix = strchr(f->flags, '#') && base == 16 ? "0x" : "";
    const char *sign = negative                ? "-"
                       : strchr(f->flags, '+') ? "+"
                       : strchr(f->flags, ' ') ? " "
                                               : "";
    int fill = f->width - n - (int)strlen(prefix) - (int)strlen(sign);
    bool left = strchr(f->flags, '-') != NULL, zero = !left && strchr(f->flags, '0');
    if (!left && !zero)
        prog_fill(&prog_out, ' ', fill > 0 ? (size_t)fill : 0);
    prog_puts(&prog_out, sign);
    prog_puts(&prog_out, prefix);
    if (zero)
        prog_fill(&prog_out, '0', fill > 0 ? (size_t)fill : 0);
    for (int i = n; i-- > 0;)
        prog_putc(&prog_out, digits[i]);
    if (left)
        prog_fill(&prog_out, ' ', fill > 0 ? (size_t)fill : 0);
}

static void put_time(const field *f, struct timespec at)
{
    prog_buf b = {0};
    date_format(&b, BX_LIT("%Y-%m-%d %H:%M:%S.%N %z"), tz_of_env(), at);
    put_text(f, prog_buf_z(&b));
    prog_buf_free(&b);
}

/* Seconds; with a precision, so many digits behind the point. */
static void put_seconds(const field *f, struct timespec at)
{
    if (f->precision < 0) {
        int64_t s = at.tv_sec;
        put_number(f, s < 0 ? 0 - (uint64_t)s : (uint64_t)s, 10, s < 0);
        return;
    }
    char text[64], digits[10];
    (void)snprintf(digits, sizeof digits, "%09ld", (long)at.tv_nsec);
    int k = f->precision > 9 ? 9 : f->precision;
    (void)snprintf(text, sizeof text, k ? "%lld.%.*s" : "%lld", (long long)at.tv_sec, k, digits);
    field g = *f;
    g.precision = -1;
    put_text(&g, text);
}

static void put_owner(const field *f, const char *name) { put_text(f, name ? name : "UNKNOWN"); }

/* Directives of our own: as %N, without quotes; the numbers of the device. */
enum { BARE_NAME = 1, DEVICE = 2 };

static void put_name(const field *f, const char *path, const struct stat *st, bool is_bare)
{
    prog_buf b = {0};
    const char *q = is_bare ? path : prog_quoteaf(path);
    prog_buf_put(&b, q, strlen(q));
    if (S_ISLNK(st->st_mode)) {
        char *target = path_link(path);
        q = !target ? "" : is_bare ? target : prog_quoteaf(target);
        prog_buf_put(&b, " -> ", 4);
        prog_buf_put(&b, q, strlen(q));
        free(target);
    }
    put_text(f, prog_buf_z(&b));
    prog_buf_free(&b);
}

static bool directive(const field *f, char c, const char *path, const struct stat *st)
{
    char letters[12];
    switch (c) {
    case 'a':
        put_number(f, st->st_mode & 07777, 8, false);
        break;
    case 'A':
        mode_letters(st->st_mode, letters);
        put_text(f, letters);
        break;
    case 'b':
        put_number(f, mode_blocks(st), 10, false);
        break;
    case 'B':
        put_number(f, 512, 10, false);
        break;
    case 'C':
        put_text(f, "?");
        break;
    case 'd':
        put_number(f, st->st_dev, 10, false);
        break;
    case 'D':
        put_number(f, st->st_dev, 16, false);
        break;
    case DEVICE: {
        uint64_t d = st->st_dev;
        put_number(f, ((d >> 8) & 0xfff) | ((d >> 32) & 0xfffff000), 10, false);
        prog_putc(&prog_out, ',');
        put_number(f, (d & 0xff) | ((d >> 12) & 0xffffff00), 10, false);
        break;
    }
    case 'f':
        put_number(f, st->st_mode, 16, false);
        break;
    case 'F':
        put_text(f, type_of(st));
        break;
    case 'g':
    case 'u':
        put_number(f, c == 'g' ? st->st_gid : st->st_uid, 10, false);
        break;
    case 'G':
        put_owner(f, mode_group(st->st_gid));
        break;
    case 'U':
        put_owner(f, mode_user(st->st_uid));
        break;
    case 'h':
        put_number(f, st->st_nlink, 10, false);
        break;
    case 'i':
        put_number(f, st->st_ino, 10, false);
        break;
    case 'm':
        put_text(f, "/");
        break;
    case 'n':
        put_text(f, path);
        break;
    case 'N':
    case BARE_NAME:
        put_name(f, path, st, c == BARE_NAME);
        break;
    case 'o':
        put_number(f, (uint64_t)st->st_blksize, 10, false);
        break;
    case 'r':
        put_number(f, st->st_rdev, 10, false);
        break;
    case 'R':
    case 't':
    case 'T':
        put_number(f, st->st_rdev, 16, false);
        break;
    case 's':
        put_number(f, (uint64_t)st->st_size, 10, false);
        break;
    case 'w':
        put_text(f, "-");
        break;
    case 'W':
        put_number(f, 0, 10, false);
        break;
    case 'x':
    case 'y':
    case 'z':
        put_time(f, c == 'x' ? st->st_atim : c == 'y' ? st->st_mtim : st->st_ctim);
        break;
    case 'X':
    case 'Y':
    case 'Z':
        put_seconds(f, c == 'X' ? st->st_atim : c == 'Y' ? st->st_mtim : st->st_ctim);
        break;
    default:
        return false;
    }
    return true;
}

/* The file system cannot be asked: there is a name and a block size, the rest is 0. */
static bool fs_directive(const field *f, char c, const char *path)
{
    switch (c) {
    case 'n':
        put_text(f, path);
        return true;
    case 'T':
        put_text(f, "UNKNOWN (0x0)");
        return true;
    case 's':
    case 'S':
        put_number(f, 4096, 10, false);
        return true;
    case 'l':
        put_number(f, 255, 10, false);
        return true;
    case 'a':
    case 'b':
    case 'c':
    case 'd':
    case 'f':
    case 'i':
    case 't':
        put_number(f, 0, 10, false);
        return true;
    default:
        return false;
    }
}

static size_t put_escape(const char *s)
{
    static const char from[] = "abefnrtv\\\"", to[] = "\a\b\033\f\n\r\t\v\\\"";
    const char *hit = *s ? strchr(from, *s) : NULL;
    if (hit) {
        prog_putc(&prog_out, to[hit - from]);
        return 1;
    }
    if (*s >= '0' && *s <= '7') {
        int v = 0;
        size_t n = 0;
        for (; n < 3 && s[n] >= '0' && s[n] <= '7'; n++)
            v = v * 8 + (s[n] - '0');
        prog_putc(&prog_out, v & 255);
        return n;
    }
    if (*s == 'x') {
        int v = 0;
        size_t n = 1;
        for (; n < 3; n++) {
            int c = s[n] | 32;
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
                break;
            v = v * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
        }
        if (n > 1) {
            prog_putc(&prog_out, v);
            return n;
        }
    }
    if (!*s) {
        prog_warn(0, "warning: backslash at end of format");
        prog_putc(&prog_out, '\\');
        return 0;
    }
    prog_warn(0, "warning: unrecognized escape '\\%c'", *s);
    prog_putc(&prog_out, *s);
    return 1;
}

static int take_number(const char **s)
{
    int v = 0;
    for (; **s >= '0' && **s <= '9'; ++*s)
        v = v > 100000 ? v : v * 10 + (**s - '0');
    return v;
}

static void put_format(const char *format, bool escapes, bool fs, const char *path,
                       const struct stat *st)
{
    for (const char *s = format; *s;) {
        if (*s == '\\' && escapes) {
            s++;
            s += put_escape(s);
            continue;
        }
        if (*s != '%') {
            prog_putc(&prog_out, *s++);
            continue;
        }
        const char *from = s++;
        field f = {.width = 0, .precision = -1};
        size_t n = strspn(s, "'-+ #0I");
        memcpy(f.flags, s, n < 7 ? n : 7);
        s += n;
        f.width = take_number(&s);
        if (*s == '.') {
            s++;
            f.precision = *s >= '0' && *s <= '9' ? take_number(&s) : 9;
        }
        if (*s == 'H' || *s == 'L')
            s++;
        if (*s == '%' && s == from + 1) {
            prog_putc(&prog_out, '%');
            s++;
            continue;
        }
        if (*s == '\0' || *s == '%') {
            if (s > from + 1 || *s)
                prog_die(0, "%s: invalid directive", prog_quote(from));
            prog_putc(&prog_out, '%');
            continue;
        }
        if (!(fs ? fs_directive(&f, *s, path) : directive(&f, *s, path, st)))
            prog_putc(&prog_out, '?');
        s++;
    }
}

static const char long_format[] = "  File: %\1\n"
                                  "  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
                                  "Device: %\2\tInode: %-11i Links: %h\n"
                                  "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
                                  "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
static const char terse_format[] = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
static const char fs_format[] = "  File: \"%n\"\n"
                                "    ID: %-8i Namelen: %-7l Type: %T\n"
                                "Block size: %-10s Fundamental block size: %S\n"
                                "Blocks: Total: %-10b Free: %-10f Available: %a\n"
                                "Inodes: Total: %-10c Free: %d\n";
static const char fs_terse[] = "%n %i %l %t %s %S %b %f %a %c %d\n";

int stat_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"dereference", PROG_NO_ARG, 'L'},
                                      {"file-system", PROG_NO_ARG, 'f'},
                                      {"format", PROG_ARG, 'c'},
                                      {"printf", PROG_ARG, 256},
                                      {"cached", PROG_ARG, 257},
                                      {"terse", PROG_NO_ARG, 't'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "c:fLt", .longs = longs};
    const char *format = NULL;
    bool escapes = false, fs = false, follow = false, terse = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'c' || c == 256) {
            format = o.arg;
            escapes = c == 256;
        }
        fs |= c == 'f';
        follow |= c == 'L';
        terse |= c == 't';
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    bool newline = format && !escapes;
    if (!format)
        format = fs ? (terse ? fs_terse : fs_format) : terse ? terse_format : long_format;
    int status = 0;
    for (int i = o.next; i < argc; i++) {
        struct stat st;
        bool input = strcmp(argv[i], "-") == 0 && !fs;
        if ((input ? mode_fstat(0, &st) : mode_stat(AT_FDCWD, argv[i], follow, &st)) != 0) {
            if (input)
                prog_warn(errno, "cannot stat standard input");
            else
                prog_warn(errno, "%s %s",
                          fs ? "cannot read file system information for" : "cannot statx",
                          prog_quoteaf(argv[i]));
            status = 1;
            continue;
        }
        if (!input)
            mode_find_x(AT_FDCWD, argv[i], &st);
        put_format(format, escapes, fs, argv[i], &st);
        if (newline)
            prog_putc(&prog_out, '\n');
    }
    return status;
}
