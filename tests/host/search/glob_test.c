/* The glob tool in its native build: call after call in one process, with arguments of every kind.
 */
#include "search/glob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static char top[200];
static bx_glob_call call;

/* The result of a call whose arguments are `format` with the directory of the test for each %s. */
static const char *answer(const char *format)
{
    static char have[1 << 16], arguments[8192];
    int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    size_t n = 0;
    for (const char *p = format; *p && n < 4000; p++) {
        if (p[0] == '%' && p[1] == 's') {
            n += (size_t)snprintf(arguments + n, sizeof arguments - n, "%s", top);
            p++;
        } else {
            arguments[n++] = *p;
        }
    }
    if (write(in, arguments, n) != (ssize_t)n || lseek(in, 0, SEEK_SET) != 0)
        return "";
    int rc = bx_glob_run(&call, in, out);
    ssize_t got = pread(out, have, sizeof have - 1, 0);
    have[got < 0 ? 0 : got] = '\0';
    (void)close(in);
    (void)close(out);
    return rc == 0 ? have : "another exit code";
}

static bool says(const char *format, const char *wanted)
{
    const char *have = answer(format);
    if (!strstr(have, wanted))
        printf("# %s\n# has no %s\n# %.1000s\n", format, wanted, have);
    return strstr(have, wanted) != NULL;
}

static bool make(const char *name)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    (void)close(fd);
    return fd >= 0;
}

static void prepare(void)
{
    char sub[300];
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(top, sizeof top, "%s/glob-%d", tmp ? tmp : "/tmp", (int)getpid());
    (void)snprintf(sub, sizeof sub, "%s/sub", top);
    CHECK(mkdir(top, 0755) == 0 && mkdir(sub, 0755) == 0);
    CHECK(make("a.c") && make("sub/b.c") && make("sub/\xff.c") && make("sub/n\nl"));
}

static void finds(void)
{
    CHECK(says("{\"pattern\":\"a.?\",\"path\":\"%s\"}", "/a.c\"],\"truncated\":false"));
    CHECK(says("{\"pattern\":\"%s/sub/b*\"}", "/sub/b.c\"]"));
    CHECK(says("{\"pattern\":\"sub/*\",\"path\":\"%s\",\"limit\":1}", "\"next_offset\":1"));
    CHECK(says("{\"pattern\":\"sub/*\",\"path\":\"%s\",\"limit\":3}", "\"next_offset\":null"));
    CHECK(says("{\"pattern\":\"sub/*\",\"path\":\"%s\",\"limit\":1,\"sort\":\"time\"}",
               "\"truncated\":true,\"next_offset\":1"));
    CHECK(says("{\"pattern\":\"*\",\"path\":\"%s\",\"type\":\"any\"}",
               "\"types\":[\"file\",\"directory\",\"file\",\"file\",\"file\"]"));
}

static void shows_names_of_any_bytes(void)
{
    CHECK(says("{\"pattern\":\"n*\",\"path\":\"%s\"}", "/sub/n\xe2\x90\x8al\\n\"}"));
    CHECK(says("{\"pattern\":\"n*\",\"path\":\"%s\"}", "/sub/n\\nl\"]"));
    CHECK(says("{\"pattern\":\"?.c\",\"path\":\"%s/sub\"}", "/sub/\xef\xbf\xbd.c\"]"));
}

static void refuses(void)
{
    CHECK(says("", "\"isError\":true"));
    CHECK(says("{}", "\\\"pattern\\\""));
    CHECK(says("{\"pattern\":\"*\",\"type\":\"dir\"}", "expected file, directory, link or any"));
    CHECK(says("{\"pattern\":\"*\",\"sort\":\"time\",\"offset\":199001}", "at most 200000"));
    CHECK(says("{\"pattern\":\"*\",\"path\":\"%s/a.c\"}", "is no directory"));
    CHECK(says("{\"pattern\":\"*\",\"path\":\"%s/none\"}", "no such file"));
    CHECK(says("{\"pattern\":\"%s/*\",\"path\":\"%s/sub\"}", "does not lie below path"));
    CHECK(says("{\"pattern\":\"!%s/*\",\"path\":\"%s\"}", "relative to path"));
    CHECK(says("{\"pattern\":\"a/../b\",\"path\":\"%s\"}", "name the directory with path"));
    CHECK(says("{\"pattern\":\"/\",\"path\":\"%s\"}", "does not lie below path"));
}

static void every_allocation_may_fail(void)
{
    for (long k = 0; k < 60; k++) {
        bx_test_fail_alloc = k;
        const char *have = answer("{\"pattern\":\"{a,b}.c\",\"path\":\"%s\",\"sort\":\"time\"}");
        bx_test_fail_alloc = -1;
        CHECK(strstr(have, "\"isError\":"));
    }
}

static void put_away(void)
{
    char command[300];
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    CHECK(system(command) == 0);
}

BXT_MAIN(RUN(prepare); RUN(finds); RUN(shows_names_of_any_bytes); RUN(refuses);
         RUN(every_allocation_may_fail); RUN(put_away);)
