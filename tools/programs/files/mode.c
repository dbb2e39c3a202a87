/* files/mode.c - modes and owners, real ones or what stands for them. */
#include "mode.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __wasm__

enum { OWNER = 1000, BLOCK = 4096 };

static void fill_in(struct stat *st)
{
    st->st_uid = OWNER;
    st->st_gid = OWNER;
    st->st_mode &= (mode_t)~07777;
    if (S_ISDIR(st->st_mode)) {
        st->st_mode |= 0755;
        if (st->st_size == 0)
            st->st_size = BLOCK;
    } else if (S_ISLNK(st->st_mode)) {
        st->st_mode |= 0777;
    } else {
        st->st_mode |= 0644;
    }
    st->st_blksize = BLOCK;
    st->st_blocks = S_ISLNK(st->st_mode) ? 0 : (st->st_size + BLOCK - 1) / BLOCK * (BLOCK / 512);
}

void mode_find_x(int dir, const char *path, struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return;
    char head[4];
    int fd = openat(dir, path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof head);
    if (fd >= 0)
        (void)close(fd);
    if ((n >= 2 && memcmp(head, "#!", 2) == 0) || (n == 4 && memcmp(head, "\0asm", 4) == 0) ||
        strncmp(path, "/bin/", 5) == 0)
        st->st_mode |= 0111;
}

const char *mode_user(uint32_t uid) { return uid == OWNER ? "user" : uid == 0 ? "root" : NULL; }
const char *mode_group(uint32_t gid) { return mode_user(gid); }

bool mode_user_id(const char *name, uint32_t *ret)
{
    *ret = strcmp(name, "root") == 0 ? 0 : OWNER;
    return *ret == 0 || strcmp(name, "user") == 0;
}

bool mode_group_id(const char *name, uint32_t *ret) { return mode_user_id(name, ret); }
uint32_t mode_uid(void) { return OWNER; }
uint32_t mode_gid(void) { return OWNER; }
mode_t mode_umask(void) { return 022; }

int mode_set(const char *path, mode_t mode)
{
    struct stat st;
    (void)mode;
    return stat(path, &st);
}

#else
#include <grp.h>
#include <pwd.h>

static void fill_in(struct stat *st) { (void)st; }

void mode_find_x(int dir, const char *path, struct stat *st) { (void)dir, (void)path, (void)st; }

const char *mode_user(uint32_t uid)
{
    const struct passwd *p = getpwuid(uid);
    return p ? p->pw_name : NULL;
}

const char *mode_group(uint32_t gid)
{
    const struct group *g = getgrgid(gid);
    return g ? g->gr_name : NULL;
}

bool mode_user_id(const char *name, uint32_t *ret)
{
    const struct passwd *p = getpwnam(name);
    if (p)
        *ret = p->pw_uid;
    return p != NULL;
}

bool mode_group_id(const char *name, uint32_t *ret)
{
    const struct group *g = getgrnam(name);
    if (g)
        *ret = g->gr_gid;
    return g != NULL;
}

uint32_t mode_uid(void) { return geteuid(); }
uint32_t mode_gid(void) { return getegid(); }

mode_t mode_umask(void)
{
    mode_t mask = umask(022);
    (void)umask(mask);
    return mask;
}

int mode_set(const char *path, mode_t mode) { return chmod(path, mode); }

#endif

int mode_stat(int dir, const char *path, bool follow, struct stat *ret)
{
    if (fstatat(dir, path, ret, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    fill_in(ret);
    return 0;
}

int mode_fstat(int fd, struct stat *ret)
{
    if (fstat(fd, ret) != 0)
        return -1;
    fill_in(ret);
    return 0;
}

uint64_t mode_blocks(const struct stat *st) { return (uint64_t)st->st_blocks; }

void mode_letters(mode_t mode, char ret[12])
{
    char type = '?';
    if (S_ISREG(mode))
        type = '-';
    else if (S_ISDIR(mode))
        type = 'd';
    else if (S_ISLNK(mode))
        type = 'l';
    else if (S_ISCHR(mode))
        type = 'c';
    else if (S_ISBLK(mode))
        type = 'b';
    else if (S_ISFIFO(mode))
        type = 'p';
    else if (S_ISSOCK(mode))
        type = 's';
    memcpy(ret, "?rwxrwxrwx", 11);
    ret[0] = type;
    for (int i = 0; i < 9; i++)
        if (!(mode & (0400u >> i)))
            ret[i + 1] = '-';
    if (mode & 04000)
        ret[3] = mode & 0100 ? 's' : 'S';
    if (mode & 02000)
        ret[6] = mode & 0010 ? 's' : 'S';
    if (mode & 01000)
        ret[9] = mode & 0001 ? 't' : 'T';
}

/* ---- modes as text --------------------------------------------------------------------------- */

static mode_t permissions(const char **s, mode_t mode, bool is_dir, mode_t who)
{
    mode_t bits = 0;
    if (**s == 'u' || **s == 'g' || **s == 'o') {
        mode_t three = mode >> (**s == 'u' ? 6 : **s == 'g' ? 3 : 0) & 7;
        ++*s;
        return (three * 0111) & who;
    }
    for (;; ++*s) {
        switch (**s) {
        case 'r':
            bits |= 0444 & who;
            break;
        case 'w':
            bits |= 0222 & who;
            break;
        case 'x':
            bits |= 0111 & who;
            break;
        case 'X':
            if (is_dir || (mode & 0111))
                bits |= 0111 & who;
            break;
        case 's':
            bits |= 06000 & who;
            break;
        case 't':
            bits |= 01000 & who;
            break;
        default:
            return bits;
        }
    }
}

static bool octal(const char *s, mode_t *ret)
{
    mode_t v = 0;
    if (!*s)
        return false;
    for (; *s >= '0' && *s <= '7'; s++) {
        v = v * 8 + (mode_t)(*s - '0');
        if (v > 07777)
            return false;
    }
    *ret = v;
    return !*s;
}

bool mode_change(const char *text, mode_t mode, bool is_dir, mode_t umask_bits, mode_t *ret)
{
    mode_t exact;
    if (octal(text, &exact)) {
        /* set-id bits of directories stay unless five digits name them */
        *ret = exact | (is_dir && strlen(text) < 5 ? mode & 06000 : 0);
        return true;
    }
    mode &= 07777;
    const char *s = text;
    do {
        mode_t who = 0;
        for (; *s && strchr("ugoa", *s); s++)
            who |= *s == 'u' ? 04700 : *s == 'g' ? 02070 : *s == 'o' ? 01007 : 07777;
        mode_t mask = who ? 07777 : (mode_t)(07777 & ~umask_bits);
        mode_t all = who ? who : 07777;
        if (*s != '+' && *s != '-' && *s != '=')
            return false;
        while (*s == '+' || *s == '-' || *s == '=') {
            char op = *s++;
            mode_t bits;
            if (*s >= '0' && *s <= '7') {
                char digits[6] = "";
                size_t n = strspn(s, "01234567");
                if (n > 5)
                    return false;
                memcpy(digits, s, n);
                if (!octal(digits, &bits))
                    return false;
                s += n;
                all = 07777;
                mask = 07777;
            } else {
                bits = permissions(&s, mode, is_dir, all) & mask;
            }
            if (op == '+')
                mode |= bits;
            else if (op == '-')
                mode &= ~bits;
            else
                mode = (mode & ~(all & (mask | ~(mode_t)0))) | bits |
                       (is_dir ? mode & 06000 & all : 0);
        }
        if (*s && *s != ',')
            return false;
    } while (*s && *++s);
    *ret = mode;
    return true;
}
