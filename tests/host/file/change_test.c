/* `write` and `edit` as whole calls on the host: what is on disk, what is printed, what is left
 * behind. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "file/edit.h"
#include "file/write.h"

static char dir[64];
static char said[1 << 16];

static const char *path_of(const char *name)
{
    static char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void put(const char *name, const char *text)
{
    int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
}

static bool holds(const char *name, const char *text)
{
    static char have[1 << 16];
    int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, have, sizeof have) : -1;
    if (fd >= 0)
        (void)close(fd);
    return n == (ssize_t)strlen(text) && memcmp(have, text, strlen(text)) == 0;
}

/* Everything in the directory but the two dots. */
static size_t names(void)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    BX_ASSERT(d);
    while (readdir(d))
        n++;
    (void)closedir(d);
    return n - 2;
}

/* One call of a tool with {"path": the file, …rest}; its result into `said`. */
static int call(const char *tool, const char *name, const char *rest)
{
    static union {
        bx_writer writer;
        bx_editor editor;
    } state;
    char json[4096];
    int n = snprintf(json, sizeof json, "{\"path\":\"%s\",%s}", path_of(name), rest);
    int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    BX_ASSERT(in >= 0 && out >= 0 && write(in, json, (size_t)n) == n &&
              lseek(in, 0, SEEK_SET) == 0);
    memset(&state, 0xa5, sizeof state); /* nothing may depend on what was there */
    int rc =
        tool[0] == 'w' ? bx_write_run(&state.writer, in, out) : bx_edit_run(&state.editor, in, out);
    ssize_t size = pread(out, said, sizeof said - 1, 0);
    said[size > 0 ? size : 0] = '\0';
    (void)close(in);
    (void)close(out);
    return rc;
}

static bool good(const char *tool, const char *name, const char *rest)
{
    bool right = call(tool, name, rest) == 0 && strstr(said, "\"isError\":false}\n");
    if (!right)
        printf("# %s\n", said);
    return right;
}

static bool refused(const char *tool, const char *name, const char *rest, const char *why)
{
    bool right =
        call(tool, name, rest) == 0 && strstr(said, "\"isError\":true}\n") && strstr(said, why);
    if (!right)
        printf("# %s\n", said);
    return right;
}

static void calls_follow_each_other(void)
{
    CHECK(good("write", "f", "\"content\":\"a\\nb\\n\"") && holds("f", "a\nb\n"));
    CHECK(strstr(said,
                 "\"created\":true,\"lines\":2,\"bytes\":4,\"hash\":"
                 "\"sha256:911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2\""));
    CHECK(good("edit", "f", "\"old_string\":\"b\",\"new_string\":\"x\"") && holds("f", "a\nx\n"));
    CHECK(good("edit", "f",
               "\"edits\":[{\"old_string\":\"a\",\"new_string\":\"b\"},"
               "{\"old_string\":\"b\",\"new_string\":\"c\"}]"));
    CHECK(holds("f", "c\nx\n") && strstr(said, "\"replacements\":2"));
    CHECK(good("edit", "f", "\"insert_line\":1,\"text\":\"m\"") && holds("f", "c\nm\nx\n"));
    CHECK(good("edit", "f", "\"patch\":\"@@ -1,3 +1,3 @@\\n c\\n-m\\n+n\\n x\\n\"") &&
          holds("f", "c\nn\nx\n"));
    CHECK(good("write", "f", "\"content\":\"end\",\"append\":true") && holds("f", "c\nn\nx\nend"));
    CHECK(good("write", "f", "\"content\":\"AAE=\",\"encoding\":\"base64\"") && names() == 1);
}

static void what_is_refused_changes_nothing(void)
{
    put("f", "a\na\n");
    CHECK(
        refused("edit", "f", "\"old_string\":\"a\",\"new_string\":\"b\"", "2 places (lines 1, 2)"));
    CHECK(refused("edit", "f", "\"old_string\":\"A a\",\"new_string\":\"b\"", "not found"));
    CHECK(refused("edit", "f", "\"patch\":\"@@ -1 +1 @@\\n-q\\n+r\\n\"", "fits nowhere"));
    CHECK(refused("edit", "none", "\"old_string\":\"a\",\"new_string\":\"b\"", "no such file"));
    CHECK(refused("write", "f", "\"content\":\"x\",\"create_only\":true", "already there"));
    CHECK(refused("write", "f/g", "\"content\":\"x\"", "is a file, not a directory"));
    CHECK(refused("edit", ".", "\"old_string\":\"a\",\"new_string\":\"b\"", "is a directory"));
    CHECK(holds("f", "a\na\n") && names() == 1);
}

static void links_and_directories(void)
{
    struct stat st;
    CHECK(symlink("real", path_of("link")) == 0);
    CHECK(good("write", "link", "\"content\":\"a\"") && holds("real", "a"));
    CHECK(good("edit", "link", "\"old_string\":\"a\",\"new_string\":\"b\"") && holds("real", "b"));
    CHECK(lstat(path_of("link"), &st) == 0 && S_ISLNK(st.st_mode) && names() == 3 /* f */);
    CHECK(good("write", "d/e/f", "\"content\":\"x\"") && holds("d/e/f", "x"));
    CHECK(unlink(path_of("d/e/f")) == 0 && rmdir(path_of("d/e")) == 0 && rmdir(path_of("d")) == 0);
    CHECK(unlink(path_of("link")) == 0 && unlink(path_of("real")) == 0);
    CHECK(unlink(path_of("f")) == 0);
}

/* Wherever memory ends: the file is what it was or what it was to become, and nothing is left
 * behind. */
static void memory_may_end_anywhere(void)
{
    static const struct {
        const char *tool, *rest, *after;
    } cases[] = {
        {"write", "\"content\":\"new\\n\"", "new\n"},
        {"write", "\"content\":\"new\\n\",\"append\":true", "a\nb\nnew\n"},
        {"edit", "\"old_string\":\"b\\n\",\"new_string\":\"x\\n\"", "a\nx\n"},
        {"edit", "\"edits\":[{\"old_string\":\"b\",\"new_string\":\"\",\"replace_all\":true}]",
         "a\n\n"},
        {"edit", "\"insert_line\":0,\"text\":\"x\"", "x\na\nb\n"},
        {"edit", "\"patch\":\"--- a/f\\n+++ b/f\\n@@ -1,2 +1 @@\\n-a\\n b\\n\"", "b\n"},
        {"edit", "\"old_string\":\"nothing like it\",\"new_string\":\"x\"", "a\nb\n"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        for (long k = 0, left = 0; left == 0; k++) {
            put("f", "a\nb\n");
            bx_test_fail_alloc = k;
            int rc = call(cases[i].tool, "f", cases[i].rest);
            left = bx_test_fail_alloc > 0;
            bx_test_fail_alloc = -1;
            CHECK(rc == 0 && strstr(said, "\"isError\":") && names() == 1 && k < 1000);
            CHECK(holds("f", cases[i].after) || (!left && holds("f", "a\nb\n")));
        }
    }
}

static void made(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, sizeof dir, "%s/bx_change_XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    BX_ASSERT(mkdtemp(dir));
}

static void removed(void)
{
    (void)unlink(path_of("f"));
    (void)rmdir(dir);
}

BXT_MAIN(made(); RUN(calls_follow_each_other); RUN(what_is_refused_changes_nothing);
         RUN(links_and_directories); RUN(memory_may_end_anywhere); removed();)
