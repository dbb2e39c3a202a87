#include "os/file_id.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "os/clock.h"

static char dir[] = "/tmp/bx-file-id-XXXXXX";

static int make(const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? fd : -1;
}

/* Time stamps advance in steps: wait until a further change gets another one. */
static void next_step(void) { (void)usleep(50000); }

static void an_unchanged_file_is_equal(void)
{
    bx_file_id a, b;
    int fd = make("a", "one");
    if (fd >= 0 && !bx_file_id_of(fd, &a))
        SKIP("the file system of /tmp does not keep change times itself");
    CHECK(fd >= 0 && bx_file_id_of(fd, &b) && bx_file_id_equal(&a, &b) && a.size == 3);
    (void)close(fd);
}

/* Each way to change what a file holds shows, with its old size and modification time put back. */
static void every_change_shows(void)
{
    bx_file_id was, is;
    int fd = make("b", "one");
    if (fd >= 0 && !bx_file_id_of(fd, &was))
        SKIP("the file system of /tmp does not keep change times itself");
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    next_step();
    CHECK(pwrite(fd, "two", 3, 0) == 3 && futimens(fd, times) == 0);
    CHECK(bx_file_id_of(fd, &is) && is.size == was.size && is.mtime_ns == was.mtime_ns);
    CHECK(!bx_file_id_equal(&was, &is));
    int other = make("c", "one");
    CHECK(other >= 0 && bx_file_id_of(other, &is) && !bx_file_id_equal(&was, &is));
    (void)close(other);
    (void)close(fd);
}

static void what_is_not_a_file_has_none(void)
{
    bx_file_id id = {.ino = 7};
    int d = open(dir, O_RDONLY | O_CLOEXEC), null = open("/dev/null", O_RDONLY | O_CLOEXEC),
        proc = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    CHECK(d >= 0 && null >= 0 && proc >= 0);
    CHECK(!bx_file_id_of(d, &id) && !bx_file_id_of(null, &id) && !bx_file_id_of(proc, &id));
    CHECK(!bx_file_id_of(-1, &id) && id.ino == 7);
    (void)close(d);
    (void)close(null);
    (void)close(proc);
}

static void settled_is_a_matter_of_seconds(void)
{
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME), second = 1000000000;
    CHECK(!bx_file_id_is_settled(&(bx_file_id){.ctime_ns = now}));
    CHECK(!bx_file_id_is_settled(
        &(bx_file_id){.ctime_ns = now + 100 * second})); /* a clock set back */
    CHECK(bx_file_id_is_settled(&(bx_file_id){.ctime_ns = now - 3 * second}));
}

static void clean(void)
{
    char cmd[64];
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    CHECK(system(cmd) == 0);
}

BXT_MAIN(if (!mkdtemp(dir)) return 99; RUN(an_unchanged_file_is_equal); RUN(every_change_shows);
         RUN(what_is_not_a_file_has_none); RUN(settled_is_a_matter_of_seconds); RUN(clean);)
