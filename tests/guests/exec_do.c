/* exec_do WORD [ARGS…]: does one small thing, so that the tests of `boxagnts exec` see from outside
 * what a flag did.  Ends with 1 and the error's name on standard error when the thing failed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return 1;
}

static int do_args(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("[%s]\n", argv[i]);
    return 0;
}

static int do_env(void)
{
    for (char **e = environ; e && *e; e++)
        puts(*e);
    return 0;
}

static int copy(int from)
{
    char block[4096];
    ssize_t n;
    while ((n = read(from, block, sizeof block)) > 0)
        if (write(STDOUT_FILENO, block, (size_t)n) != n)
            return failed("write");
    return n < 0 ? failed("read") : 0;
}

static int do_cat(const char *path)
{
    int fd = open(path, O_RDONLY);
    return fd < 0 ? failed(path) : copy(fd);
}

static int do_put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        return failed(path);
    return 0;
}

/* Write standard input to PATH, close it, look at it once more, remove it while it is open. */
static int do_round(const char *path)
{
    char block[4096];
    ssize_t n;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        return failed(path);
    while ((n = read(STDIN_FILENO, block, sizeof block)) > 0)
        if (write(fd, block, (size_t)n) != n)
            return failed("write");
    if (close(fd) != 0)
        return failed("close");
    fd = open(path, O_RDONLY);
    return fd < 0 || unlink(path) != 0 || close(fd) != 0 ? failed(path) : 0;
}

/* Open PATH until it was read `times` times; every different content is printed once. */
static int do_hammer(const char *path, long times)
{
    char seen[8][64];
    int n_seen = 0;
    for (long i = 0; i < times;) {
        char got[64] = "";
        int fd = open(path, O_RDONLY);
        if (fd < 0)
            continue;
        bool is_new = read(fd, got, sizeof got - 1) > 0;
        close(fd);
        i++;
        for (int k = 0; k < n_seen; k++)
            is_new = is_new && strcmp(seen[k], got) != 0;
        if (is_new && n_seen < 8) {
            memcpy(seen[n_seen++], got, sizeof got);
            fputs(got, stdout);
        }
    }
    return 0;
}

static int do_list(const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    if (n < 0)
        return failed(path);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
            puts(names[i]->d_name);
    return 0;
}

static int do_grow(long mib)
{
    for (long i = 0; i < mib * 16; i++)
        if (__builtin_wasm_memory_grow(0, 1) == SIZE_MAX) {
            printf("refused\n");
            return 0;
        }
    printf("grew\n");
    return 0;
}

static long deep(long n);
static long (*volatile next)(long) = deep;

static long deep(long n) { return n == 0 ? 0 : next(n - 1) + 1; }

static int do_count(long n)
{
    volatile long i = 0;
    while (i < n)
        i = i + 1;
    printf("%ld\n", i);
    return 0;
}

static int do_clock(void)
{
    struct timespec a, b;
    if (clock_gettime(CLOCK_REALTIME, &a) != 0 || clock_gettime(CLOCK_REALTIME, &b) != 0)
        return failed("clock");
    printf("%lld.%09ld %lld.%09ld\n", (long long)a.tv_sec, a.tv_nsec, (long long)b.tv_sec,
           b.tv_nsec);
    return 0;
}

static int do_random(void)
{
    unsigned char bytes[16];
    if (getentropy(bytes, sizeof bytes) != 0)
        return failed("random");
    for (size_t i = 0; i < sizeof bytes; i++)
        printf("%02x", bytes[i]);
    puts("");
    return 0;
}

static int do_sleep(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    return nanosleep(&t, NULL) == 0 ? 0 : failed("sleep");
}

/* Say that it runs, then wait for the end: computing, or inside the host. */
static int do_forever(bool computing)
{
    fputs("begun\n", stdout);
    fflush(stdout);
    for (volatile unsigned i = 0;;)
        if (computing)
            i = i + 1;
        else
            (void)do_sleep(3600000);
}

static int do_bytes(long n, char c)
{
    for (long i = 0; i < n; i++)
        putchar(c);
    return 0;
}

static int with_number(const char *word, long n)
{
    if (strcmp(word, "exit") == 0)
        exit((int)n);
    if (strcmp(word, "grow") == 0)
        return do_grow(n);
    if (strcmp(word, "recurse") == 0)
        return printf("%ld\n", next(n)) > 0 ? 0 : 1;
    if (strcmp(word, "count") == 0)
        return do_count(n);
    if (strcmp(word, "sleep") == 0)
        return do_sleep(n);
    if (strcmp(word, "print") == 0)
        return do_bytes(n, 'x');
    if (strcmp(word, "junk") == 0)
        return do_bytes(n, (char)0xff);
    fprintf(stderr, "exec_do: no '%s'\n", word);
    return 2;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "args", *a = argc > 2 ? argv[2] : "",
               *b = argc > 3 ? argv[3] : "";
    if (strcmp(word, "args") == 0)
        return do_args(argc, argv);
    if (strcmp(word, "env") == 0)
        return do_env();
    if (strcmp(word, "stdin") == 0)
        return copy(STDIN_FILENO);
    if (strcmp(word, "cat") == 0)
        return do_cat(a);
    if (strcmp(word, "put") == 0)
        return do_put(a, b);
    if (strcmp(word, "round") == 0)
        return do_round(a);
    if (strcmp(word, "list") == 0)
        return do_list(a);
    if (strcmp(word, "hammer") == 0)
        return do_hammer(a, strtol(b, NULL, 10));
    if (strcmp(word, "mkdir") == 0)
        return mkdir(a, 0777) == 0 ? 0 : failed(a);
    if (strcmp(word, "clock") == 0)
        return do_clock();
    if (strcmp(word, "random") == 0)
        return do_random();
    if (strcmp(word, "both") == 0)
        return fputs("to stdout\n", stdout) >= 0 && fputs("to stderr\n", stderr) >= 0 ? 0 : 1;
    if (strcmp(word, "spin") == 0 || strcmp(word, "doze") == 0)
        return do_forever(word[0] == 's');
    if (strcmp(word, "trap") == 0)
        __builtin_trap();
    return with_number(word, strtol(a, NULL, 10));
}
