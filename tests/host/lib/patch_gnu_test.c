/* Against GNU patch, over texts by number: our diffs apply there without fuzz and give the same
 * bytes; and a diff applied to a text that has changed since goes the same way here and there. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "lib/diff.h"
#include "lib/patch.h"
#include "texts.h"

extern char **environ;

static char dir[64];

static const char *path_of(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *p = paths[next++ % 8];
    (void)snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static void put(const char *name, bx_str text)
{
    int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
    (void)close(fd);
}

static void get(const char *name, bx_buf *ret)
{
    char *to;
    bx_buf_clear(ret);
    int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    BX_ASSERT(bx_buf_reserve(ret, 1 << 20, &to) == BX_OK);
    ssize_t n = fd >= 0 ? read(fd, to, 1 << 20) : -1;
    ret->n = n > 0 ? (size_t)n : 0;
    if (fd >= 0)
        (void)close(fd);
}

/* Exit status of patch on the files "text" and "patch", into "out", what it says into "said". */
static int run_patch(void)
{
    const char *argv[] = {
        "patch",         "--binary",       "-f", "-u", "-r", "-", "-o", path_of("out"),
        path_of("text"), path_of("patch"), NULL};
    posix_spawn_file_actions_t files;
    int status = -1;
    pid_t pid;
    (void)unlink(path_of("out"));
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_addopen(&files, 1, path_of("said"), O_CREAT | O_TRUNC | O_WRONLY,
                                           0600);
    (void)posix_spawn_file_actions_adddup2(&files, 1, 2);
    int error = posix_spawnp(&pid, "patch", &files, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    if (error)
        return -error;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void diff(bx_str a, bx_str b, bx_buf *ret)
{
    bx_diff_ask ask = {.before = a, .after = b, .path = "f", .max_bytes = 1 << 20};
    bx_diff_stat stat;
    bx_buf_clear(ret);
    BX_ASSERT(bx_diff_unified(&ask, ret, &stat) == BX_OK);
}

static bool is_there(void)
{
    put("text", BX_LIT("a\n"));
    put("patch", BX_LIT("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"));
    return run_patch() == 0;
}

static void our_diffs_apply_there(void)
{
    BX_AUTO_BUF d = bx_buf_init(1 << 22);
    BX_AUTO_BUF out = bx_buf_init(1 << 21);
    BX_AUTO_BUF said = bx_buf_init(1 << 21);
    if (!is_there())
        SKIP("GNU patch is not installed");
    for (uint32_t number = 0; number < 400; number++) {
        texts t = texts_of(number);
        diff(t.a, t.b, &d);
        put("text", t.a);
        put("patch", bx_buf_str(&d));
        int status = d.n > 0 ? run_patch() : 0;
        get("out", &out);
        get("said", &said);
        bool right = d.n == 0 || (status == 0 && bx_str_eq(bx_buf_str(&out), t.b) &&
                                  !strstr(said.p, "offset") && !strstr(said.p, "fuzz"));
        if (!right)
            printf("# text %u, status %d: %s\n# %.2000s\n", number, status, said.p, d.p);
        texts_done(&t);
        CHECK(right);
    }
}

static bool same_way(uint32_t number, const texts *t, bx_str target, bx_buf *d)
{
    BX_AUTO_BUF ours = bx_buf_init(1 << 21);
    BX_AUTO_BUF out = bx_buf_init(1 << 21);
    BX_AUTO_BUF said = bx_buf_init(1 << 21);
    bx_patch_report report = {.notes = bx_buf_init(1 << 16), .why = bx_buf_init(1 << 16)};
    diff(t->a, t->b, d);
    bool wants_crlf = target.n > 0 && memchr(target.p, '\r', target.n) && !strchr(d->p, '\r');
    if (d->n == 0 || wants_crlf) /* there, a diff without CRLF does not fit a text that has it */
        return true;
    put("text", target);
    put("patch", bx_buf_str(d));
    int status = run_patch();
    get("out", &out);
    get("said", &said);
    (void)bx_buf_add_str(&ours, target);
    bx_code rc = bx_patch_apply(&ours, bx_buf_str(d), "/f", &report);
    bool right = (rc == BX_OK) == (status == 0) &&
                 (rc != BX_OK || bx_str_eq(bx_buf_str(&ours), bx_buf_str(&out)));
    if (!right)
        printf("# text %u: rc %d %s%s\n# status %d: %s\n# target %s\n# ours %s\n# there %s\n# "
               "%.2000s\n",
               number, rc, bx_buf_str(&report.notes).p, bx_buf_str(&report.why).p, status,
               bx_buf_str(&said).p, bx_buf_str(&(bx_buf){.p = (char *)(uintptr_t)target.p}).p,
               bx_buf_str(&ours).p, bx_buf_str(&out).p, d->p);
    bx_buf_done(&report.notes);
    bx_buf_done(&report.why);
    return right;
}

static void changed_texts_go_the_same_way(void)
{
    BX_AUTO_BUF d = bx_buf_init(1 << 22);
    if (!is_there())
        SKIP("GNU patch is not installed");
    for (uint32_t number = 0; number < 500; number++) {
        texts t = texts_of(number);
        dice of = {number + 77};
        bx_buf target = bx_buf_init(1 << 21);
        change(&of, t.a, &target, 4 + roll(&of, 40), 20);
        bool right = same_way(number, &t, bx_buf_str(&target), &d);
        bx_buf_done(&target);
        texts_done(&t);
        CHECK(right);
    }
}

static void made(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, sizeof dir, "%s/bx_patch_XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    BX_ASSERT(mkdtemp(dir));
}

static void removed(void)
{
    static const char *const names[] = {"text", "patch", "out", "said"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        (void)unlink(path_of(names[i]));
    (void)rmdir(dir);
}

BXT_MAIN(made(); RUN(our_diffs_apply_there); RUN(changed_texts_go_the_same_way); removed();)
