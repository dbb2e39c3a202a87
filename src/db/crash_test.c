/* A writer that is killed, or finds no room: what was promised is there, and the rest is whole. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/test.h"
#include "db/testkit.h"
#include "os/random.h"

enum { ROUNDS = 250 };

static bool one_call(test_record *t, int64_t *ret_id)
{
    return bx_audit_begin(t->audit, &(bx_audit_call){.tool = BX_LIT("read")}, ret_id, &t->err) ==
               BX_OK &&
           bx_audit_end(t->audit, *ret_id, &(bx_audit_result){.result = BX_LIT("x")}, &t->err) ==
               BX_OK;
}

/* Tells the number of each call once its begin was written, until it is killed. */
BX_NORETURN static void write_for_ever(const char *dir, int to)
{
    test_record t;
    if (!test_open_at(&t, dir, false))
        _exit(2);
    for (;;) {
        int64_t id = 0;
        if (bx_audit_begin(t.audit, &(bx_audit_call){.tool = BX_LIT("read")}, &id, &t.err) !=
                BX_OK ||
            write(to, &id, sizeof id) != sizeof id ||
            bx_audit_end(t.audit, id, &(bx_audit_result){.result = BX_LIT("x")}, &t.err) != BX_OK)
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

/* The last call that was told; 0: none. */
static int64_t kill_a_writer(const char *dir, bx_rng *rng, bool *ret_died)
{
    int pipe_fd[2];
    int64_t id = 0, next;
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        write_for_ever(dir, pipe_fd[1]);
    (void)close(pipe_fd[1]);
    const struct timespec t = {0, (long)(bx_rng_next(rng) % 6000000)};
    (void)nanosleep(&t, NULL);
    int status = 0;
    (void)kill(pid, SIGKILL);
    *ret_died = waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
    while (read(pipe_fd[0], &next, sizeof next) == sizeof next)
        id = next;
    (void)close(pipe_fd[0]);
    return id;
}

static void killed_writers_leave_a_whole_record(void)
{
    char dir[] = "/tmp/boxagnts-db-test.XXXXXX";
    CHECK(mkdtemp(dir));
    bx_rng rng = bx_rng_seeded(17);
    int told = 0;
    for (int i = 0; i < ROUNDS; i++) {
        bool died = false;
        int64_t id = kill_a_writer(dir, &rng, &died);
        CHECK(id >= 0 && died);
        test_record t;
        bx_audit_verdict v;
        bx_audit_state state = BX_AUDIT_RUNNING;
        CHECK(test_open_at(&t, dir, true));
        CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
        CHECK(v.last.id >= id);
        if (id > 0) {
            told++;
            CHECK(bx_audit_get(t.audit, id, see_one, &state, &t.err) == BX_OK);
            CHECK(state != BX_AUDIT_RUNNING); /* its process is gone */
        }
        test_close_only(&t);
    }
    CHECK(told > ROUNDS / 10);
    test_record t;
    CHECK(test_open_at(&t, dir, true));
    test_seen seen;
    CHECK(test_list(&t, &seen) && seen.all > 0 && seen.unfinished > 0 && seen.unfinished <= ROUNDS);
    test_close(&t);
}

/* The control: a process that ends as it should leaves nothing unfinished. */
static void a_writer_that_ends_leaves_none_unfinished(void)
{
    char dir[] = "/tmp/boxagnts-db-test.XXXXXX";
    CHECK(mkdtemp(dir));
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
    char dir[] = "/tmp/boxagnts-db-test.XXXXXX";
    pid_t pids[PROCESSES];
    CHECK(mkdtemp(dir));
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
    char dir[] = "/tmp/boxagnts-db-test.XXXXXX";
    CHECK(mkdtemp(dir));
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

BXT_MAIN(RUN(killed_writers_leave_a_whole_record); RUN(a_writer_that_ends_leaves_none_unfinished);
         RUN(two_processes_write_one_record); RUN(without_room_no_call_begins);)
