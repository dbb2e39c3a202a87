#include "os/watch.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

enum { TOOLS = 1, SKILLS, POLICY, NS_PER_MS = 1000000 };

static char root[64];
static bx_watch *w;

static const char *at(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put(const char *name)
{
    int fd = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
}

static void make(const char *name) { BX_ASSERT(mkdir(at(name), 0700) == 0); }

static void move(const char *from, const char *to)
{
    char old[PATH_MAX];
    (void)snprintf(old, sizeof old, "%s", at(from));
    BX_ASSERT(rename(old, at(to)) == 0);
}

static void begin(void)
{
    (void)snprintf(root, sizeof root, "/tmp/bx-watch-XXXXXX");
    BX_ASSERT(mkdtemp(root) && bx_watch_new(&w, NULL) == BX_OK);
}

static void end(void)
{
    char command[128];
    bx_watch_free(w);
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    BX_ASSERT(system(command) == 0);
}

static void add(const char *name, bx_watch_how how, uint64_t tag)
{
    CHECK(bx_watch_add(w, at(name), how, tag, NULL) == BX_OK);
}

/* What was told so far, as bits; nothing is waited for. */
static unsigned told(void)
{
    const bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    unsigned bits = 0;
    uint64_t tag;
    while (bx_watch_next(w, &ctl, bx_now_ns() + NS_PER_MS, &tag))
        bits |= 1U << tag;
    return bits;
}

static void test_files(void)
{
    begin();
    add("boxagnts.yaml", BX_WATCH_PATH, POLICY);
    add("tools", BX_WATCH_PATH, TOOLS);
    CHECK(told() == 0);
    put("other");
    make("else");
    CHECK(told() == 0); /* the control: what nobody watches is not told */
    put("boxagnts.yaml");
    CHECK(told() == 1U << POLICY);
    put("new.yaml");
    CHECK(told() == 0);
    move("new.yaml", "boxagnts.yaml");
    CHECK(told() == 1U << POLICY);
    CHECK(chmod(at("boxagnts.yaml"), 0644) == 0 && told() == 1U << POLICY);
    CHECK(unlink(at("boxagnts.yaml")) == 0 && told() == 1U << POLICY);
    bx_watch_remove(w, POLICY);
    put("boxagnts.yaml");
    CHECK(told() == 0);
    end();
}

/* Directories that are not there, are made, replaced and removed. */
static void test_directories(void)
{
    begin();
    add(".boxagnts/tools", BX_WATCH_PATH, TOOLS);
    make(".boxagnts");
    (void)told();
    put(".boxagnts/other");
    CHECK(told() == 0);
    make(".boxagnts/tools");
    CHECK(told() == 1U << TOOLS);
    put(".boxagnts/tools/a.wasm");
    CHECK(told() == 1U << TOOLS);
    make(".boxagnts/tools/deep");
    CHECK(told() == 1U << TOOLS);
    put(".boxagnts/tools/deep/b");
    CHECK(told() == 0);
    move(".boxagnts", "away");
    CHECK(told() == 1U << TOOLS);
    put("away/tools/b.wasm"); /* no longer under that path */
    CHECK(told() == 0);
    make(".boxagnts");
    make(".boxagnts/tools");
    CHECK(told() == 1U << TOOLS);
    put(".boxagnts/tools/c.wasm");
    CHECK(told() == 1U << TOOLS);
    CHECK(unlink(at(".boxagnts/tools/c.wasm")) == 0 && rmdir(at(".boxagnts/tools")) == 0);
    CHECK(told() == 1U << TOOLS);
    end();
}

static void test_below(void)
{
    begin();
    make("skills");
    make("skills/a");
    make("skills/a/scripts");
    make("elsewhere");
    BX_ASSERT(symlink("../elsewhere", at("skills/link")) == 0);
    add("skills", BX_WATCH_BELOW, SKILLS);
    put("skills/a/SKILL.md");
    CHECK(told() == 1U << SKILLS);
    put("skills/a/scripts/x");
    put("elsewhere/SKILL.md");
    CHECK(told() == 0); /* deeper, and behind a link */
    make("skills/b");
    CHECK(told() == 1U << SKILLS);
    put("skills/b/SKILL.md");
    CHECK(told() == 1U << SKILLS);
    end();
}

/* Another name for a directory takes no news away, and a link tells nothing of where it leads. */
static void test_links(void)
{
    begin();
    make("elsewhere");
    add("boxagnts.yaml", BX_WATCH_PATH, POLICY);
    BX_ASSERT(symlink(".", at("same")) == 0 && symlink("elsewhere", at("link")) == 0);
    add("same/x", BX_WATCH_PATH, TOOLS);
    add("link/x", BX_WATCH_NO_LINKS, SKILLS);
    (void)told();
    put("boxagnts.yaml");
    CHECK(told() == 1U << POLICY);
    put("x");
    CHECK(told() == 1U << TOOLS);
    put("elsewhere/x");
    CHECK(told() == 0);
    add("link/x", BX_WATCH_PATH, TOOLS); /* the control */
    put("elsewhere/x");
    CHECK(told() == 1U << TOOLS);
    end();
}

/* How many directories the kernel tells of. */
static size_t count_of_kernel(void)
{
    char line[256];
    size_t n = 0;
    for (int fd = 3; fd < 64; fd++) {
        (void)snprintf(line, sizeof line, "/proc/self/fdinfo/%d", fd);
        FILE *f = fopen(line, "re");
        while (f && fgets(line, sizeof line, f))
            n += strncmp(line, "inotify wd:", 11) == 0;
        if (f)
            (void)fclose(f);
    }
    return n;
}

static void test_what_nobody_wants_is_given_back(void)
{
    begin();
    make("a");
    make("b");
    add("boxagnts.yaml", BX_WATCH_PATH, POLICY);
    size_t before = count_of_kernel();
    CHECK(before > 0);
    for (int i = 0; i < 3; i++) {
        add(i % 2 ? "a/x" : "b/x", BX_WATCH_NO_LINKS, TOOLS);
        CHECK(count_of_kernel() == before + 1);
        bx_watch_remove(w, TOOLS);
        CHECK(count_of_kernel() == before);
    }
    put("boxagnts.yaml");
    CHECK(told() == 1U << POLICY);
    end();
}

static void test_waits(void)
{
    uint64_t tag;
    begin();
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    BX_ASSERT(bx_ctl_make_cancellable(&ctl, NULL) == BX_OK);
    CHECK(!bx_watch_next(w, &ctl, bx_now_ns() + 2 * (uint64_t)NS_PER_MS, &tag));
    add("f", BX_WATCH_PATH, TOOLS);
    for (int i = 0; i < 100; i++) /* however often, it is told once */
        put("f");
    CHECK(bx_watch_next(w, &ctl, UINT64_MAX, &tag) && tag == TOOLS);
    bx_ctl_cancel(&ctl);
    CHECK(!bx_watch_next(w, &ctl, UINT64_MAX, &tag));
    bx_ctl_done(&ctl);
    end();
}

static void test_refused(void)
{
    bx_error err;
    begin();
    CHECK(bx_watch_add(w, "relative", BX_WATCH_PATH, TOOLS, &err) == BX_EINVAL);
    for (size_t i = 0; i < BX_WATCH_MAX_PATHS; i++)
        BX_ASSERT(bx_watch_add(w, at("f"), BX_WATCH_PATH, TOOLS, &err) == BX_OK);
    CHECK(bx_watch_add(w, at("g"), BX_WATCH_PATH, TOOLS, &err) == BX_ELIMIT);
    bx_watch_remove(w, TOOLS);
    CHECK(bx_watch_add(w, "/", BX_WATCH_BELOW, POLICY, &err) == BX_OK);
    CHECK(bx_watch_add(w, "/no/such/path", BX_WATCH_PATH, POLICY, &err) == BX_OK);
    end();
}

BXT_MAIN(RUN(test_files); RUN(test_directories); RUN(test_below); RUN(test_links);
         RUN(test_what_nobody_wants_is_given_back); RUN(test_waits); RUN(test_refused);)
