/* ft: the file tool of the foreign tests, in C for the wasi-libc that Zig carries (docs/foreign.md
 * has the contract).
 *
 * Besides the common commands: poll, utimensat, mmap emulation, telldir and seekdir, realpath,
 * pwritev, one large write. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *name_of(int error)
{
    static char other[32];

    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTCAPABLE:
        return "denied";
    case EEXIST:
        return "exists";
    case EINVAL:
        return "invalid";
    case EISDIR:
        return "is a directory";
    case ENOENT:
        return "not found";
    case ENOTDIR:
        return "not a directory";
    case ENOTEMPTY:
        return "not empty";
    case EXDEV:
        return "crosses devices";
    case EDQUOT:
        return "quota";
    case EMFILE:
        return "too many open files";
    case ENOSPC:
        return "no space";
    case ELOOP:
        return "too many links";
    default:
        snprintf(other, sizeof other, "errno %d", error);
        return other;
    }
}

static int at(const char *path, int failed)
{
    if (!failed)
        return 0;
    int error = errno;
    fflush(stdout);
    fprintf(stderr, "ft: %s: %s\n", path, name_of(error));
    return 1;
}

static int usage(const char *text)
{
    fprintf(stderr, "ft: %s\n", text);
    return 2;
}

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode) ? "dir" : S_ISREG(mode) ? "file" : S_ISLNK(mode) ? "link" : "other";
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory, sorted; NULL when it cannot be read.  (scandir of this libc asks for
 * the status of "..", which no directory of a grant has.) */
static char **list(const char *path, size_t *ret_n)
{
    DIR *dir = opendir(path);
    size_t n = 0, room = 16;
    char **names = dir ? malloc(room * sizeof *names) : NULL;
    struct dirent *entry;

    errno = dir ? 0 : errno;
    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (n == room)
            names = realloc(names, (room *= 2) * sizeof *names);
        names[n++] = strdup(entry->d_name);
    }
    if (!dir || errno != 0)
        return NULL;
    closedir(dir);
    qsort(names, n, sizeof *names, by_name);
    *ret_n = n;
    return names;
}

static int tree(const char *path, int depth, int most)
{
    size_t n = 0;
    char **names = list(path, &n);

    if (!names)
        return at(path, 1);
    for (size_t i = 0; i < n; i++) {
        char below[4096];
        struct stat st;
        snprintf(below, sizeof below, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
                 names[i]);
        if (lstat(below, &st) != 0)
            return at(below, 1);
        printf("%*s%s %s", depth * 2, "", names[i], kind_of(st.st_mode));
        if (S_ISREG(st.st_mode))
            printf(" %lld", (long long)st.st_size);
        putchar('\n');
        if (S_ISDIR(st.st_mode) && depth + 1 < most && tree(below, depth + 1, most) != 0)
            return 1;
        free(names[i]);
    }
    free(names);
    return 0;
}

static int head(const char *path, long most)
{
    FILE *in = path ? fopen(path, "r") : stdin;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (!in)
        return at(path, 1);
    while (most-- > 0 && (n = getline(&line, &room, in)) > 0)
        fwrite(line, 1, (size_t)n, stdout);
    free(line);
    return at(path ? path : "stdin", ferror(in));
}

static int count(const char *path)
{
    static unsigned char piece[65536];
    int fd = path ? open(path, O_RDONLY) : 0;
    long long bytes = 0, lines = 0;
    uint32_t sum = 0;
    ssize_t n;

    if (fd < 0)
        return at(path, 1);
    while ((n = read(fd, piece, sizeof piece)) > 0) {
        bytes += n;
        for (ssize_t i = 0; i < n; i++) {
            lines += piece[i] == '\n';
            sum = (sum << 1 | sum >> 31) ^ piece[i];
        }
    }
    if (n == 0)
        printf("%lld %lld %08" PRIx32 "\n", lines, bytes, sum);
    return at(path ? path : "stdin", n < 0);
}

static int fill(const char *path, long long bytes)
{
    static unsigned char piece[65536];
    int fd = strcmp(path, "-") == 0 ? 1 : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd < 0)
        return at(path, 1);
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = (unsigned char)(i % 251);
    for (long long done = 0; done < bytes;) {
        size_t begin = (size_t)(done % (long long)sizeof piece), n = sizeof piece - begin;
        ssize_t k =
            write(fd, piece + begin, bytes - done < (long long)n ? (size_t)(bytes - done) : n);
        if (k < 0)
            return at(path, 1);
        done += k;
    }
    return 0;
}

static int patch(const char *path, const char *text, off_t offset)
{
    char whole[256];
    int fd = open(path, O_RDWR);

    if (fd < 0)
        return at(path, 1);
    struct iovec pieces[2] = {{(void *)text, 1}, {(void *)(text + 1), strlen(text) - 1}};
    ssize_t done = pwritev(fd, pieces, 2, offset);
    /* A component writes one piece at a time. */
    if (done < 0 || pwrite(fd, text + done, strlen(text + done), offset + done) < 0)
        return at(path, 1);
    off_t end = lseek(fd, 0, SEEK_END);
    ssize_t n = pread(fd, whole, sizeof whole, 0);
    if (end < 0 || n < 0)
        return at(path, 1);
    printf("%lld \"%.*s\"\n", (long long)end, (int)n, whole);
    return at("before the beginning", lseek(fd, -end - 1, SEEK_CUR) < 0);
}

static int write_file(const char *path, const char *text, int how)
{
    int fd = open(path, O_WRONLY | how, 0644);

    return at(path, fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0);
}

static int show_stat(const char *path, int flags)
{
    struct stat st;

    if (fstatat(AT_FDCWD, path, &st, flags) != 0)
        return at(path, 1);
    printf("%s %lld %lld.%09ld\n", kind_of(st.st_mode), (long long)st.st_size,
           (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec);
    return 0;
}

static int touch(const char *path, const char *seconds)
{
    double when = strtod(seconds, NULL);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)when}};

    times[1].tv_nsec = (long)((when - (double)times[1].tv_sec) * 1e9 + 0.5);
    return at(path, utimensat(AT_FDCWD, path, times, 0) != 0);
}

static int copy_file(const char *from, const char *to)
{
    struct stat st;
    int in = open(from, O_RDONLY);

    if (in < 0 || fstat(in, &st) != 0)
        return at(from, 1);
    char *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
    if (map == MAP_FAILED)
        return at(from, 1);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0)
        return at(from, 1);
    if (ftruncate(out, st.st_size) != 0 || write(out, map, (size_t)st.st_size) != st.st_size)
        return at(to, 1);
    printf("%lld\n", (long long)st.st_size);
    return at(to, munmap(map, (size_t)st.st_size) != 0);
}

static int remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int failed = at(path, !dir);

    while (!failed && (entry = readdir(dir))) {
        char below[4096];
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        failed = at(below, lstat(below, &st) != 0);
        if (!failed && S_ISDIR(st.st_mode))
            failed = remove_tree(below);
        else if (!failed)
            failed = at(below, unlink(below) != 0);
    }
    if (dir)
        closedir(dir);
    return failed ? failed : at(path, rmdir(path) != 0);
}

static int make_parents(const char *path)
{
    char below[4096];

    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(below, sizeof below, "%.*s", (int)i, path);
        struct stat st;
        if (stat(below, &st) == 0 && S_ISDIR(st.st_mode))
            continue;
        if (mkdir(below, 0755) != 0 && errno != EEXIST)
            return at(path, 1);
    }
    return 0;
}

/* Reads a directory one entry at a time, goes back to a remembered place and compares what follows.
 */
static int rewind_dir(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char seen[256] = "";
    long place = 0;
    int n = 0;

    if (!dir)
        return at(path, 1);
    while ((entry = readdir(dir))) {
        if (n == 3)
            snprintf(seen, sizeof seen, "%s", entry->d_name);
        if (++n == 3)
            place = telldir(dir);
    }
    seekdir(dir, place);
    entry = readdir(dir);
    int same = entry && strcmp(entry->d_name, seen) == 0;
    rewinddir(dir);
    int again = 0;
    while (readdir(dir))
        again++;
    closedir(dir);
    printf("%d %s %s\n", n, same ? "same" : "differs", again == n ? "same" : "differs");
    return 0;
}

/* A megabyte with one write: a stream that may wait takes all of it, as POSIX says of pipes. */
static int whole(void)
{
    static char piece[1 << 20];
    memset(piece, 'x', sizeof piece);
    ssize_t n = write(1, piece, sizeof piece);
    fprintf(stderr, "ft: %zd\n", n);
    return n < 0;
}

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* poll on a file (always ready), then on standard input with a timeout. */
static int polls(const char *path)
{
    struct pollfd one = {.fd = open(path, O_RDONLY), .events = POLLIN};

    if (one.fd < 0)
        return at(path, 1);
    int ready = poll(&one, 1, 1000);
    printf("file %d %s\n", ready, one.revents & POLLIN ? "in" : "-");
    one = (struct pollfd){.fd = 99, .events = POLLIN};
    ready = poll(&one, 1, 50);
    printf("closed %d %s\n", ready < 0 ? -1 : ready,
           ready < 0 || one.revents & POLLNVAL ? "nval" : "-");
    one = (struct pollfd){.fd = 0, .events = POLLIN};
    long long begin = now_ms();
    ready = poll(&one, 1, 60);
    long long took = now_ms() - begin;
    printf("stdin %d %s\n", ready, ready == 0 ? (took >= 60 ? "waited" : "too short") : "at once");
    return 0;
}

static int nap(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    long long begin = now_ms();

    if (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL) != 0)
        return at("sleep", 1);
    puts(now_ms() - begin >= ms ? "slept" : "too short");
    return 0;
}

static int real_path(const char *path)
{
    char *real = realpath(path, NULL);

    if (!real)
        return at(path, 1);
    puts(real);
    free(real);
    return 0;
}

struct options {
    long lines, depth, offset;
    int parents, recursive, append, exclusive;
    const char *path, *other;
};

static int files(const char *command, const struct options *o)
{
    const char *path = o->path, *other = o->other ? o->other : "";

    if (strcmp(command, "head") == 0)
        return head(path, o->lines);
    if (strcmp(command, "count") == 0)
        return count(path);
    if (!path)
        return usage("a required argument was not provided");
    if (strcmp(command, "tree") == 0)
        return tree(path, 0, (int)o->depth);
    if (strcmp(command, "write") == 0)
        return write_file(path, other,
                          o->append      ? O_CREAT | O_APPEND
                          : o->exclusive ? O_CREAT | O_EXCL
                                         : O_CREAT | O_TRUNC);
    if (strcmp(command, "patch") == 0)
        return patch(path, other, o->offset);
    if (strcmp(command, "size") == 0)
        return at(path, truncate(path, strtoll(other, NULL, 10)) != 0);
    if (strcmp(command, "stat") == 0)
        return show_stat(path, 0);
    if (strcmp(command, "lstat") == 0)
        return show_stat(path, AT_SYMLINK_NOFOLLOW);
    if (strcmp(command, "touch") == 0)
        return touch(path, other);
    if (strcmp(command, "mkdir") == 0)
        return o->parents ? make_parents(path) : at(path, mkdir(path, 0755) != 0);
    if (strcmp(command, "rm") == 0)
        return o->recursive ? remove_tree(path) : at(path, unlink(path) != 0);
    if (strcmp(command, "rmdir") == 0)
        return at(path, rmdir(path) != 0);
    if (strcmp(command, "mv") == 0)
        return at(path, rename(path, other) != 0);
    if (strcmp(command, "cp") == 0)
        return copy_file(path, other);
    if (strcmp(command, "link") == 0)
        return at(path, link(path, other) != 0);
    if (strcmp(command, "symlink") == 0)
        return at(other, symlink(path, other) != 0);
    if (strcmp(command, "readlink") == 0) {
        char to[256];
        ssize_t n = readlink(path, to, sizeof to);
        if (n >= 0)
            printf("%.*s\n", (int)n, to);
        return at(path, n < 0);
    }
    if (strcmp(command, "fill") == 0)
        return fill(path, strtoll(other, NULL, 10));
    if (strcmp(command, "rewind") == 0)
        return rewind_dir(path);
    if (strcmp(command, "poll") == 0)
        return polls(path);
    if (strcmp(command, "real") == 0)
        return real_path(path);
    return usage("unrecognized subcommand");
}

int main(int argc, char **argv)
{
    struct options o = {.lines = 10, .depth = 64};
    int c;

    if (argc < 2)
        return usage("a subcommand is required");
    const char *command = argv[1], *first = argc > 2 ? argv[2] : NULL;
    if (strcmp(command, "args") == 0) {
        for (int i = 2; i < argc; i++)
            printf("[%s]\n", argv[i]);
        return 0;
    }
    if (strcmp(command, "env") == 0 && !first) {
        for (char **each = environ; *each; each++)
            puts(*each);
        return 0;
    }
    if (strcmp(command, "env") == 0) {
        const char *value = getenv(first);
        if (!value) {
            fprintf(stderr, "ft: %s: unset\n", first);
            return 1;
        }
        puts(value);
        return 0;
    }
    if (strcmp(command, "exit") == 0)
        exit(first ? (int)strtol(first, NULL, 10) : 0);
    if (strcmp(command, "sleep") == 0)
        return nap(first ? strtol(first, NULL, 10) : 0);
    if (strcmp(command, "panic") == 0)
        abort();
    if (strcmp(command, "whole") == 0)
        return whole();
    optind = 2;
    opterr = 0;
    while ((c = getopt(argc, argv, "n:d:o:prax")) != -1) {
        switch (c) {
        case 'n':
            o.lines = strtol(optarg, NULL, 10);
            break;
        case 'd':
            o.depth = strtol(optarg, NULL, 10);
            break;
        case 'o':
            o.offset = strtol(optarg, NULL, 10);
            break;
        case 'p':
            o.parents = 1;
            break;
        case 'r':
            o.recursive = 1;
            break;
        case 'a':
            o.append = 1;
            break;
        case 'x':
            o.exclusive = 1;
            break;
        default:
            return usage("unexpected argument");
        }
    }
    o.path = argv[optind];
    o.other = o.path ? argv[optind + 1] : NULL;
    return files(command, &o);
}
