/* sb_ends.c - one guest that can end in every way; argv[1] says how.  Used by src/sandbox tests. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int sink;

static int deeper(int n)
{
    volatile char frame[256];
    if (n < 0)
        return 0;
    frame[n & 255] = (char)n;
    return deeper(n + 1) + frame[(n * 7) & 255];
}

static int echo(void)
{
    char buf[4096];
    ssize_t n;
    while ((n = read(0, buf, sizeof buf)) > 0) {
        if (write(1, buf, (size_t)n) != n)
            return 1;
    }
    return n < 0;
}

static int flood(void)
{
    char line[4096];
    memset(line, 'x', sizeof line);
    for (;;) {
        if (write(1, line, sizeof line) < 0)
            return 3;
    }
}

/* Ask for memory until it is refused; then abort, or say so and end well. */
static int eat(int abort_after)
{
    size_t pages = 0;
    while (__builtin_wasm_memory_grow(0, 16) != (size_t)-1)
        pages += 16;
    if (abort_after)
        __builtin_trap();
    printf("refused after %zu pages\n", pages);
    return 0;
}

static int show(int argc, char **argv)
{
    extern char **environ;
    for (int i = 0; i < argc; i++)
        printf("arg %s\n", argv[i]);
    for (char **e = environ; e && *e; e++)
        printf("env %s\n", *e);
    return 0;
}

/* Open the directory "/w" again and again, never closing it, until that is refused. */
static int hold(void)
{
    int n = 0;
    while (open("/w", O_RDONLY | O_DIRECTORY) >= 0)
        n++;
    printf("%d: %s\n", n, strerror(errno));
    return 0;
}

static int sleep_for(long seconds, long ns)
{
    struct timespec t = {seconds, ns};
    return nanosleep(&t, NULL);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    if (strcmp(how, "exit") == 0)
        return atoi(argv[2]);
    if (strcmp(how, "show") == 0)
        return show(argc, argv);
    if (strcmp(how, "echo") == 0)
        return echo();
    if (strcmp(how, "trap") == 0)
        __builtin_trap();
    if (strcmp(how, "oob") == 0)
        return *(volatile int *)(uintptr_t)0xfffffff0u;
    if (strcmp(how, "stack") == 0)
        return deeper(argc);
    if (strcmp(how, "eat-abort") == 0)
        return eat(1);
    if (strcmp(how, "eat") == 0)
        return eat(0);
    if (strcmp(how, "flood") == 0)
        return flood();
    if (strcmp(how, "hold") == 0)
        return hold();
    if (strcmp(how, "sleep") == 0)
        return sleep_for(3600, 0);
    if (strcmp(how, "nap") == 0)
        return sleep_for(0, 1000000);
    if (strcmp(how, "spin") == 0) {
        for (;;)
            sink++;
    }
    fprintf(stderr, "how?\n");
    return 64;
}
