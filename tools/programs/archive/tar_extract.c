#include "programs/archive/tar.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

typedef struct later { /* what is done when all members are there */
    char *name, *link; /* link NULL: a directory */
    struct timespec mtime;
    uint32_t mode;
} later;

static later *laters;
static size_t n_laters, cap_laters;

static void remember(const char *name, const char *link, const tar_member *m)
{
    laters = prog_grow(laters, &cap_laters, n_laters, sizeof(*laters));
    laters[n_laters++] = (later){.name = prog_strndup(name, strlen(name)),
                                 .link = link ? prog_strndup(link, strlen(link)) : NULL,
                                 .mtime = m->mtime,
                                 .mode = m->mode};
}

static void set_mode(const char *name, int fd, uint32_t mode)
{
#ifndef __wasi__
    static mode_t mask = (mode_t)-1; /* a guest has neither modes nor a mask */
    if (mask == (mode_t)-1) {
        mask = umask(0);
        (void)umask(mask);
    }
    mode_t m = (mode_t)(tar_opt.keep_mode ? mode & 07777 : mode & 0777 & ~mask);
    if (fd >= 0 ? fchmod(fd, m) != 0 : chmod(name, m) != 0)
        tar_fail(errno, "change mode", name);
#else
    (void)name, (void)fd, (void)mode;
#endif
}

static void set_time(const char *name, const struct timespec *mtime)
{
    if (tar_opt.no_mtime)
        return;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, *mtime};
    (void)utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW);
}

/* The directories a name is in. */
static void make_parents(const char *name)
{
    char *path = prog_strndup(name, strlen(name));
    for (char *p = path + (*path == '/'); (p = strchr(p, '/')) != NULL; *p++ = '/') {
        *p = '\0';
        (void)mkdir(path, 0777);
    }
    free(path);
}

/* ---- which members ----------------------------------------------------------------------------
 */

typedef struct wanted {
    tar_names *names;
    bool *seen;
} wanted;

static bool below(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    return strncmp(dir, name, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

static bool is_wanted(const wanted *w, const char *name)
{
    bool excluded = tar_is_excluded(name);
    if (w->names->n == 0)
        return !excluded;
    size_t n = strlen(name);
    char *bare = prog_strndup(name, n > 1 && name[n - 1] == '/' ? n - 1 : n);
    bool any = false;
    for (size_t i = 0; i < w->names->n; i++) {
        const char *s = w->names->p[i];
        bool hit = tar_opt.wildcards
                       ? fnmatch(s, bare, FNM_LEADING_DIR) == 0 || fnmatch(s, name, 0) == 0
                   : tar_opt.no_recursion ? strcmp(s, bare) == 0 || strcmp(s, name) == 0
                                          : below(s, name);
        if (hit)
            w->seen[i] = any = true;
    }
    free(bare);
    return any && !excluded; /* it was seen all the same: nothing is missing from the archive */
}

/* ---- one member --------------------------------------------------------------------------------
 */

static bool put(int fd, const void *p, size_t n, int *ret_error)
{
    if (fd == STDOUT_FILENO)
        prog_write(&prog_out, p, n);
    else if (*ret_error == 0)
        *ret_error = prog_write_all(fd, p, n);
    return *ret_error == 0;
}

/* A hole of `n` bytes: zeros where the file is no file. */
static void put_hole(int fd, uint64_t n, int *error)
{
    static const uint8_t none[4096];
    if (fd != STDOUT_FILENO && n <= INT64_MAX && lseek(fd, (off_t)n, SEEK_CUR) >= 0)
        return;
    for (; n > 0; n -= n < sizeof(none) ? n : sizeof(none))
        if (!put(fd, none, n < sizeof(none) ? (size_t)n : sizeof(none), error))
            return;
}

bool tar_copy(tar_in *in, const tar_member *m, int fd)
{
    static uint8_t room[PROG_BLOCK];
    int error = 0;
    if (!m->sparse) {
        for (size_t n; (n = tar_data(in, room, sizeof(room))) > 0;)
            (void)put(fd, room, n, &error);
    } else {
        uint64_t at = 0;
        for (size_t i = 0; i < m->n_map; i++) {
            uint64_t left = m->map[i].n;
            if (m->map[i].at < at || m->map[i].at > m->real_size ||
                left > m->real_size - m->map[i].at) {
                prog_warn(0, "%s: invalid sparse archive member", m->name);
                tar_status = 2;
                return false;
            }
            if (m->map[i].at > at)
                put_hole(fd, m->map[i].at - at, &error);
            for (size_t n; left > 0; left -= n) {
                n = tar_data(in, room, left < sizeof(room) ? (size_t)left : sizeof(room));
                if (n == 0)
                    break;
                (void)put(fd, room, n, &error);
            }
            at = m->map[i].at + m->map[i].n;
        }
        if (at < m->real_size && fd == STDOUT_FILENO)
            put_hole(fd, m->real_size - at, &error);
        else if (fd != STDOUT_FILENO && error == 0 && ftruncate(fd, (off_t)m->real_size) != 0)
            error = errno;
    }
    if (error)
        errno = error;
    return error == 0;
}

/* A name that is taken: whether it may be replaced, and then it is gone. */
static bool make_room(const char *name, const tar_member *m)
{
    struct stat st;
    if (lstat(name, &st) != 0)
        return errno == ENOENT;
    if (tar_opt.skip_old)
        return false;
    if (tar_opt.keep) {
        tar_fail(EEXIST, "open", name);
        return false;
    }
    if (tar_opt.keep_newer && st.st_mtim.tv_sec >= m->mtime.tv_sec) {
        prog_warn(0, "Current %s is newer or same age", prog_quote(name));
        return false;
    }
    if (S_ISDIR(st.st_mode) ? rmdir(name) != 0 : unlink(name) != 0) {
        tar_fail(S_ISDIR(st.st_mode) ? EISDIR : errno, "open", name);
        return false;
    }
    return true;
}

static void extract_file(tar_in *in, const tar_member *m, const char *name)
{
    /* O_EXCL: never through a link that stands there */
    int flags = O_WRONLY | O_CREAT | O_EXCL, fd = open(name, flags, 0666);
    if (fd < 0 && errno == ENOENT) {
        make_parents(name);
        fd = open(name, flags, 0666);
    }
    if (fd < 0 && (errno == EEXIST || errno == EISDIR)) {
        if (!make_room(name, m))
            return;
        fd = open(name, flags, 0666);
    }
    if (fd < 0) {
        tar_fail(errno, "open", name);
        return;
    }
    bool ok = tar_copy(in, m, fd);
    set_mode(name, fd, m->mode);
    if (close(fd) != 0 || !ok)
        tar_fail(errno, "write", name);
    set_time(name, &m->mtime);
}

static void extract_directory(const tar_member *m, const char *name)
{
    struct stat st;
    int made = mkdir(name, 0777);
    if (made != 0 && errno == ENOENT) {
        make_parents(name);
        made = mkdir(name, 0777);
    }
    if (made != 0 && (errno != EEXIST || lstat(name, &st) != 0)) {
        tar_fail(errno, "mkdir", name);
        return;
    }
    if (made != 0 && !S_ISDIR(st.st_mode)) { /* a link or a file: replaced, not followed */
        if (!make_room(name, m))
            return;
        if (mkdir(name, 0777) != 0) {
            tar_fail(errno, "mkdir", name);
            return;
        }
    }
    remember(name, NULL, m);
}

static bool leads_up(const char *link)
{
    for (const char *p = link; *p; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            return true;
        p += n;
    }
    return false;
}

static bool leads_out(const char *link) { return *link == '/' || leads_up(link); }

static void refuse_name(const char *name)
{
    (void)prog_flush(&prog_out);
    prog_warn(0, "%s: Member name contains '..'", name);
    tar_status = 2;
}

/* Not linkat(): wasi-libc's finds no name in the working directory. */
static int link_to(const char *target, const char *name) { return link(target, name); }

static void make_link(const char *name, const char *link, const tar_member *m, bool hard)
{
    char *target = hard ? tar_name(link, "hard link targets")
                        : tar_transform(prog_strndup(link, strlen(link)), 's');
    if (!target)
        return;
    for (int try = 0; try < 2; try++) {
        if ((hard ? link_to(target, name) : symlink(target, name)) == 0)
            break;
        if (try == 0 && errno == ENOENT)
            make_parents(name);
        else if (try == 0 && errno == EEXIST && make_room(name, m))
            continue;
        else {
            if (errno != EEXIST || try == 1) {
                prog_warn(errno,
                          hard ? "%s: Cannot hard link to %s" : "%s: Cannot create symlink to %s",
                          name, prog_quote(target));
                tar_status = 2;
            }
            break;
        }
    }
    if (!hard)
        set_time(name, &m->mtime);
    free(target);
}

/* An empty file until all members are there. */
static void put_stand_in(const tar_member *m, const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 && errno == ENOENT) {
        make_parents(name);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    }
    if (fd < 0 && errno == EEXIST && make_room(name, m))
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        tar_fail(errno, "open", name);
        return;
    }
    close(fd);
    remember(name, m->link, m);
}

static void extract(tar_in *in, const tar_member *m, const char *name)
{
    switch (m->type) {
    case '5':
    case 'D':
        extract_directory(m, name);
        break;
    case '1':
        make_link(name, m->link, m, true);
        break;
    case '2':
        /* a link out of here is made last: no member is written through it */
        if (leads_out(m->link) && !tar_opt.absolute)
            put_stand_in(m, name);
        else
            make_link(name, m->link, m, false);
        break;
    case '3':
    case '4':
    case '6':
        tar_fail(ENOTSUP, "mknod", name);
        break;
    default:
        extract_file(in, m, name);
        break;
    }
}

static void finish(void)
{
    for (size_t i = 0; i < n_laters; i++)
        if (laters[i].link) {
            tar_member m = {.mtime = laters[i].mtime};
            struct stat st;
            if (lstat(laters[i].name, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != 0)
                continue; /* a later member took its place */
            (void)unlink(laters[i].name);
            make_link(laters[i].name, laters[i].link, &m, false);
        }
    for (size_t i = n_laters; i-- > 0;)
        if (!laters[i].link) {
            set_mode(laters[i].name, -1, laters[i].mode);
            set_time(laters[i].name, &laters[i].mtime);
        }
}

/* ---- -d ---------------------------------------------------------------------------------------
 */

static void differs(const char *name, const char *how)
{
    prog_printf(&prog_out, "%s: %s\n", name, how);
    tar_status = tar_status ? tar_status : 1;
}

static void compare_data(tar_in *in, const char *name)
{
    static uint8_t a[PROG_BLOCK], b[PROG_BLOCK];
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        tar_fail(errno, "open", name);
        return;
    }
    for (size_t n; (n = tar_data(in, a, sizeof(a))) > 0;) {
        size_t got = 0;
        for (ssize_t k; got < n && (k = prog_read(fd, b + got, n - got)) > 0;)
            got += (size_t)k;
        if (got != n || memcmp(a, b, n) != 0) {
            differs(name, "Contents differ");
            break;
        }
    }
    close(fd);
}

static void compare(tar_in *in, const tar_member *m, const char *name)
{
    struct stat st;
    if (lstat(name, &st) != 0) {
        prog_warn(errno, "%s: Warning: Cannot stat", name);
        tar_status = tar_status ? tar_status : 1;
        return;
    }
    bool file = m->type == '0' || m->type == '1';
    if (file != S_ISREG(st.st_mode) || (m->type == '5') != S_ISDIR(st.st_mode)) {
        differs(name, "File type differs");
        return;
    }
#ifndef __wasi__
    if (m->type != '2' && (st.st_mode & 07777) != m->mode)
        differs(name, "Mode differs");
#endif
    if (m->type == '2') {
        char to[4096];
        ssize_t n = readlink(name, to, sizeof(to));
        if (n < 0 || (size_t)n != strlen(m->link) || memcmp(to, m->link, (size_t)n) != 0)
            differs(name, "Symlink differs");
        return;
    }
    if (m->type == '0') {
        if (st.st_mtim.tv_sec != m->mtime.tv_sec)
            differs(name, "Mod time differs");
        if ((uint64_t)st.st_size != (m->sparse ? m->real_size : m->size))
            differs(name, "Size differs");
        else if (!m->sparse)
            compare_data(in, name);
    }
}

/* ---- the command -------------------------------------------------------------------------------
 */

static void one_top(void)
{
    static char *dir;
    if (!tar_opt.one_top_dir) {
        const char *s = strrchr(tar_opt.file, '/');
        s = s ? s + 1 : tar_opt.file;
        size_t n = strlen(s);
        const char *tar = strstr(s, ".t");
        dir = prog_strndup(s, tar && tar != s ? (size_t)(tar - s) : n);
        tar_opt.one_top_dir = dir;
    }
}

static char *under_top(char *name)
{
    const char *top = tar_opt.one_top_dir, *rest = name;
    while (rest[0] == '.' && rest[1] == '/')
        rest += 2;
    if (below(top, rest))
        return name;
    prog_buf b = {0};
    prog_buf_put(&b, top, strlen(top));
    prog_buf_putc(&b, '/');
    prog_buf_put(&b, rest, strlen(rest));
    free(name);
    return prog_buf_z(&b);
}

static void do_member(tar_in *in, const tar_member *m)
{
    if (tar_opt.what == 't') {
        free(tar_safe_name(m->name, "member names")); /* for what it tells */
        if (m->type == '1')
            free(tar_safe_name(m->link, "hard link targets"));
        tar_show(&prog_out, m, m->name, tar_opt.verbose > 0);
        return;
    }
    char *name = tar_name(m->name, "member names");
    if (!name)
        return;
    if (!tar_opt.absolute && leads_up(m->name)) {
        refuse_name(m->name);
        free(name);
        return;
    }
    if (tar_opt.one_top)
        name = under_top(name);
    if (tar_opt.verbose)
        tar_show(&prog_out, m, m->name, tar_opt.verbose > 1);
    if (tar_opt.what == 'd')
        compare(in, m, name);
    else if (!tar_opt.to_stdout)
        extract(in, m, name);
    else if (m->type == '0')
        (void)tar_copy(in, m, STDOUT_FILENO);
    free(name);
}

void tar_extract(tar_names *operands)
{
    tar_in in;
    tar_member m;
    tar_open(&in, tar_opt.file);
    if (tar_opt.dir && chdir(tar_opt.dir) != 0) {
        prog_warn(errno, "%s: Cannot open", tar_opt.dir);
        prog_die(0, "Error is not recoverable: exiting now");
    }
    if (tar_opt.one_top)
        one_top();
    wanted w = {operands, prog_zalloc(operands->n + 1, 1)};
    while (tar_next(&in, &m)) {
        if (is_wanted(&w, m.name))
            do_member(&in, &m);
        tar_member_free(&m);
        prog_check_out();
    }
    finish();
    for (size_t i = 0; i < operands->n && !in.dead; i++)
        if (!w.seen[i]) {
            (void)prog_flush(&prog_out);
            prog_warn(0, "%s: Not found in archive", operands->p[i]);
            tar_status = 2;
        }
    free(w.seen);
    if (in.dead)
        prog_exit(2);
}
