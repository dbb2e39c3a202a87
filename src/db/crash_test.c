/* A writer that is killed, or finds no room: what was promised is there, and the rest is whole. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/test.h"
#include "db/testkit.h"
#include "os/random.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#ifndef SLOW
#define SLOW 0
#endif
enum { ROUNDS = SLOW ? 50 : 300 };

static bool one_call(test_record *t, int64_t *ret_id)
{
    return bx_audit_begin(t->audit, &(bx_audit_call){.tool = BX_LIT("read")}, ret_id, &t->err) ==
               BX_OK &&
           bx_audit_end(t->audit, *ret_id, &(bx_audit_result){.result = BX_LIT("x")}, &t->err) ==
               BX_OK;
}

/* Tells the number of each call once its begin was written, or with `ends` its end, which is
 * written `at_once` or not, until it is killed. */
static bool ends, at_once;
BX_NORETURN static void write_for_ever(const char *dir, int to)
{
    const bx_audit_result end = {.result = BX_LIT("x"), .at_once = at_once};
    test_record t;
    if (!test_open_at(&t, dir, false))
        _exit(2);
    for (;;) {
        int64_t id = 0;
        if (bx_audit_begin(t.audit, &(bx_audit_call){.tool = BX_LIT("read")}, &id, &t.err) !=
                BX_OK ||
            (!ends && write(to, &id, sizeof id) != sizeof id) ||
            bx_audit_end(t.audit, id, &end, &t.err) != BX_OK ||
            (ends && write(to, &id, sizeof id) != sizeof id))
            _exit(3);
    }
}

static bool see_one(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                    bx_audit_state state)
{
    (void)begin;
    (void)end;
    *(bx_audit_state *)ctx = state;
    return true;
}

/* At any moment, or within a moment after its first call.  The last call that was told; 0: none. */
static int64_t kill_a_writer(const char *dir, bx_rng *rng, bool wait, bool *ret_died)
{
    int pipe_fd[2];
    int64_t id = 0, next;
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        write_for_ever(dir, pipe_fd[1]);
    (void)close(pipe_fd[1]);
    if (wait && read(pipe_fd[0], &id, sizeof id) != sizeof id)
        return -1;
    const struct timespec t = {0, (long)(bx_rng_next(rng) % 3000000)};
    (void)nanosleep(&t, NULL);
    int status = 0;
    (void)kill(pid, SIGKILL);
    *ret_died = waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
    while (read(pipe_fd[0], &next, sizeof next) == sizeof next)
        id = next;
    (void)close(pipe_fd[0]);
    return id;
}

static bx_code check_pages(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "PRAGMA integrity_check";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    *(bool *)ctx = rc == BX_OK && row && bx_str_eq(bx_db_text(s, 0), BX_LIT("ok"));
    return rc;
}

static void killed_writers_leave_a_whole_record(void)
{
    char dir[TEST_DIR];
    CHECK(test_dir(dir));
    bx_rng rng = bx_rng_seeded(17);
    int64_t seen_to = 1;
    for (int i = 0; i < ROUNDS; i++) {
        bool died = false;
        int64_t id = kill_a_writer(dir, &rng, i % 4 != 0, &died);
        CHECK(id >= 0 && died);
        test_record t;
        bx_audit_verdict v;
        bx_audit_state state = BX_AUDIT_RUNNING;
        CHECK(test_open_at(&t, dir, true));
        CHECK(bx_audit_verify(t.audit, seen_to, NULL, 0, &v, &t.err) == BX_OK && v.whole);
        CHECK(v.last.id >= id);
        seen_to = v.last.id > 0 ? v.last.id : 1;
        if (id > 0) {
            CHECK(bx_audit_get(t.audit, id, see_one, &state, &t.err) == BX_OK);
            CHECK(state != BX_AUDIT_RUNNING); /* its process is gone */
        }
        test_close_only(&t);
    }
    test_record t;
    bx_audit_verdict v;
    CHECK(test_open_at(&t, dir, true));
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
    bool sound = false;
    CHECK(bx_db_read(t.db, check_pages, &sound, &t.err) == BX_OK && sound);
    test_seen seen;
    CHECK(test_list(&t, &seen) && seen.all > 0 && seen.unfinished > 0 && seen.unfinished <= ROUNDS);
    test_close(&t);
}

/* How many of the calls whose end was told have none. */
static int lost_ends(bool now)
{
    char dir[TEST_DIR];
    int lost = 0;
    bx_rng rng = bx_rng_seeded(18);
    ends = true;
    at_once = now;
    if (!test_dir(dir))
        return -1;
    for (int i = 0; i < ROUNDS / 5; i++) {
        bool died = false;
        bx_audit_state state = BX_AUDIT_RUNNING;
        int64_t id = kill_a_writer(dir, &rng, true, &died);
        test_record t;
        if (id <= 0 || !died || !test_open_at(&t, dir, true) ||
            bx_audit_get(t.audit, id, see_one, &state, &t.err) != BX_OK)
            return -1;
        lost += state != BX_AUDIT_DONE;
        test_close_only(&t);
    }
    ends = at_once = false;
    return lost;
}

static void ends_that_are_written_at_once_are_there(void)
{
    CHECK(lost_ends(true) == 0);
    CHECK(lost_ends(false) > 0); /* the control: one that is queued may be lost */
}

/* The control: a process that ends as it should leaves nothing unfinished. */
static void a_writer_that_ends_leaves_none_unfinished(void)
{
    char dir[TEST_DIR];
    CHECK(test_dir(dir));
    pid_t pid = fork();
    if (pid == 0) {
        test_record t;
        int64_t id = 0;
        bool good = test_open_at(&t, dir, false);
        for (int i = 0; i < 100 && good; i++)
            good = one_call(&t, &id);
        if (good)
            test_close_only(&t);
        _exit(good ? 0 : 1);
    }
    int status = 1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    test_record t;
    test_seen seen;
    CHECK(test_open_at(&t, dir, true));
    CHECK(test_list(&t, &seen) && seen.all == 100 && seen.unfinished == 0);
    test_close(&t);
}

/* Two processes at once: one chain. */
static void two_processes_write_one_record(void)
{
    enum { PROCESSES = 3, EACH = 100 };
    char dir[TEST_DIR];
    pid_t pids[PROCESSES];
    CHECK(test_dir(dir));
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            test_record t;
            int64_t id = 0;
            bool good = test_open_at(&t, dir, i == 0);
            for (int k = 0; k < EACH && good; k++)
                good = one_call(&t, &id);
            if (good)
                test_close_only(&t);
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;
        CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
    }
    test_record t;
    bx_audit_verdict v;
    CHECK(test_open_at(&t, dir, true));
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
    CHECK(v.rows == (int64_t)2 * PROCESSES * EACH);
    test_close(&t);
}

/* No file may grow beyond 200 kB: calls go on until there is no room, then none begins. */
BX_NORETURN static void fill_up(const char *dir)
{
    test_record t;
    int64_t id = 0, n = 0;
    const struct rlimit l = {200 << 10, RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (!test_open_at(&t, dir, true) || setrlimit(RLIMIT_FSIZE, &l) != 0)
        _exit(2);
    while (n < 10000 && one_call(&t, &id))
        n++;
    bool told = strstr(t.err.msg, "no room to write") && strstr(t.err.msg, "cannot be recorded");
    if (!told)
        printf("# %s\n", t.err.msg);
    (void)fflush(stdout);
    bool refused = !one_call(&t, &id); /* and so is the next */
    _exit(n > 10 && n < 10000 && told && refused ? 0 : 3);
}

static void without_room_no_call_begins(void)
{
    char dir[TEST_DIR];
    CHECK(test_dir(dir));
    pid_t pid = fork();
    if (pid == 0)
        fill_up(dir);
    int status = 1;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    test_record t;
    int64_t id = 0;
    bx_audit_verdict v;
    CHECK(test_open_at(&t, dir, true));
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole && v.rows > 20);
    CHECK(one_call(&t, &id)); /* with room again it goes on */
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
    test_close(&t);
}

BXT_MAIN(RUN(killed_writers_leave_a_whole_record); RUN(ends_that_are_written_at_once_are_there);
         RUN(a_writer_that_ends_leaves_none_unfinished); RUN(two_processes_write_one_record);
         RUN(without_room_no_call_begins);)
