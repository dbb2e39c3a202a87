/* Primaries: files, strings, numbers. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/cond_int.h"

bool sh_is_unary(bx_str op)
{
    return op.n == 2 && op.p[0] == '-' && strchr("abcdefghknoprstuvwxzGLNORS", op.p[1]);
}

static int index_of(const char *names, bx_str op)
{
    int i = 0;
    for (const char *s = names; *s; s += strlen(s) + 1, i++) {
        if (strlen(s) == op.n && memcmp(s, op.p, op.n) == 0)
            return i;
    }
    return -1;
}

static const char number_ops[] = "-eq\0-ne\0-lt\0-le\0-gt\0-ge\0";

bool sh_is_number_op(bx_str op) { return index_of(number_ops, op) >= 0; }

bool sh_is_binary(bx_str op)
{
    return sh_is_number_op(op) || index_of("=\0==\0!=\0<\0>\0-nt\0-ot\0-ef\0", op) >= 0;
}

bool sh_compare(bx_str op, int64_t a, int64_t b)
{
    switch (index_of(number_ops, op)) {
    case 0:
        return a == b;
    case 1:
        return a != b;
    case 2:
        return a < b;
    case 3:
        return a <= b;
    case 4:
        return a > b;
    default:
        return a >= b;
    }
}

bool sh_decimal(bx_str s, int64_t *ret)
{
    size_t i = 0, end = s.n;
    while (i < end && strchr(" \t\n\r\v\f", s.p[i]))
        i++;
    while (end > i && strchr(" \t\n\r\v\f", s.p[end - 1]))
        end--;
    bool negative = i < end && s.p[i] == '-';
    if (i < end && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    uint64_t v = 0, most = (uint64_t)INT64_MAX + negative;
    if (i == end)
        return false;
    for (; i < end; i++) {
        unsigned d = (unsigned)((unsigned char)s.p[i] - '0');
        if (d > 9 || v > (most - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *ret = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

int sh_text_order(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* ---- files */

#ifdef __wasi__
/* There are no permission bits: a directory, what is in /bin, and what says that it is a program.
 */
static bool executable(const char *path, const struct stat *st)
{
    char head[4] = "";
    if (S_ISDIR(st->st_mode) || strncmp(path, "/bin/", 5) == 0)
        return true;
    int fd = S_ISREG(st->st_mode) ? open(path, O_RDONLY) : -1;
    if (fd < 0)
        return false;
    ssize_t n = read(fd, head, sizeof head);
    (void)close(fd);
    return (n >= 2 && memcmp(head, "#!", 2) == 0) || (n == 4 && memcmp(head, "\0asm", 4) == 0);
}
#endif

static bool may(const char *path, char op, const struct stat *st)
{
#ifdef __wasi__
    return op != 'x' || executable(path, st);
#else
    (void)st;
    return faccessat(AT_FDCWD, path, op == 'r' ? R_OK : op == 'w' ? W_OK : X_OK, AT_EACCESS) == 0;
#endif
}

static bool owned(char op, const struct stat *st)
{
#ifdef __wasi__
    (void)op;
    (void)st;
    return true;
#else
    return op == 'O' ? st->st_uid == geteuid() : st->st_gid == getegid();
#endif
}

static bool file(char op, const char *path)
{
    struct stat st;
    bool link = op == 'L' || op == 'h';
    if (!*path || (link ? lstat(path, &st) : stat(path, &st)) != 0)
        return false;
    switch (op) {
    case 'L':
    case 'h':
        return S_ISLNK(st.st_mode);
    case 'f':
        return S_ISREG(st.st_mode);
    case 'd':
        return S_ISDIR(st.st_mode);
    case 'b':
        return S_ISBLK(st.st_mode);
    case 'c':
        return S_ISCHR(st.st_mode);
    case 'p':
        return S_ISFIFO(st.st_mode);
    case 'S':
        return S_ISSOCK(st.st_mode);
    case 's':
        return st.st_size > 0;
    case 'g':
        return st.st_mode & S_ISGID;
    case 'u':
        return st.st_mode & S_ISUID;
    case 'k':
        return st.st_mode & S_ISVTX;
    case 'r':
    case 'w':
    case 'x':
        return may(path, op, &st);
    case 'O':
    case 'G':
        return owned(op, &st);
    case 'N':
        return st.st_mtim.tv_sec > st.st_atim.tv_sec ||
               (st.st_mtim.tv_sec == st.st_atim.tv_sec && st.st_mtim.tv_nsec > st.st_atim.tv_nsec);
    default:
        return true; /* -a -e */
    }
}

int sh_unary(const sh_cond_env *env, char op, bx_str arg, bool *bad)
{
    int64_t fd;
    switch (op) {
    case 'z':
        return arg.n != 0;
    case 'n':
        return arg.n == 0;
    case 'v':
        return !env->is_set(env->ctx, arg);
    case 'R':
        return !env->is_nameref(env->ctx, arg);
    case 'o':
        return !env->option(env->ctx, arg);
    case 't':
        if (!sh_decimal(arg, &fd)) {
            *bad = true;
            return 2;
        }
        return !(fd >= 0 && fd <= INT32_MAX && isatty((int)fd));
    default:
        break;
    }
    char *path = sh_strndup(arg.p, arg.n);
    bool is = file(op, path);
    free(path);
    return !is;
}

bool sh_file_binary(bx_str op, bx_str a, bx_str b)
{
    struct stat sa, sb;
    char *pa = sh_strndup(a.p, a.n), *pb = sh_strndup(b.p, b.n);
    bool has_a = stat(pa, &sa) == 0, has_b = stat(pb, &sb) == 0, same_file = false;
    if (has_a && has_b && op.p[1] == 'e') {
        same_file = sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
        if (sa.st_ino == 0) /* a system without inode numbers: the same name only */
            same_file = bx_str_eq(a, b);
    }
    free(pa);
    free(pb);
    if (op.p[1] == 'e')
        return same_file;
    bool newer = op.p[1] == 'n';
    if (!has_a || !has_b)
        return newer ? has_a && !has_b : has_b && !has_a;
    int64_t d = (int64_t)sa.st_mtim.tv_sec - sb.st_mtim.tv_sec;
    if (d == 0)
        d = (int64_t)sa.st_mtim.tv_nsec - sb.st_mtim.tv_nsec;
    return newer ? d > 0 : d < 0;
}
