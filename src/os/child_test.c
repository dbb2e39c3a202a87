#include "os/child.h"

#include <signal.h>
#include <stdio.h>

#include "base/test.h"
#include "os/fd.h"

static int in = -1, out = -1;

static bx_code run_shell(const char *script, const bx_ctl *ctl, bx_child_end *end, bx_error *err)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const bx_child c = {.program = "/bin/sh", .argv = argv, .in = in, .out = out};
    return bx_child_run(&c, ctl, end, err);
}

static bool begin(const char *input)
{
    bx_error err;
    return bx_memfd("in", &in, &err) == BX_OK && bx_memfd("out", &out, &err) == BX_OK &&
           bx_fd_write_full(in, input, strlen(input), &err) == BX_OK && lseek(in, 0, SEEK_SET) == 0;
}

static void done(void)
{
    (void)close(in);
    (void)close(out);
}

static void it_reads_and_writes(void)
{
    bx_child_end end;
    char text[32] = "";
    CHECK(begin("hello"));
    CHECK(in > 2 && out > 2);
    CHECK(run_shell("cat; echo lost >&2; echo \"$HOME\"", NULL, &end, NULL) == BX_OK);
    CHECK(end.stop == BX_STOP_NONE && end.signal == 0 && end.memory_bytes > 0);
    CHECK(pread(out, text, sizeof text - 1, 0) == 6 && strcmp(text, "hello\n") == 0);
    done();
}

static void its_end_is_told(void)
{
    bx_child_end end;
    CHECK(begin(""));
    CHECK(run_shell("kill -9 $$", NULL, &end, NULL) == BX_OK && end.signal == SIGKILL);
    CHECK(run_shell("exit 3", NULL, &end, NULL) == BX_OK && end.signal == 0);
    done();
}

static void commands_of_the_host(void)
{
    bx_error err = {.msg = ""};
    int status = -1;
    const char *const good[] = {"sh", "-c", "test -n \"$PATH\" && ! read x", NULL};
    const char *const bad[] = {"sh", "-c", "exit 7", NULL};
    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    const char *const none[] = {"boxagnts-has-no-such-command", NULL};
    CHECK(bx_command_run(good, &status, &err) == BX_OK && status == 0);
    CHECK(bx_command_run(bad, &status, &err) == BX_OK && status == 7);
    CHECK(bx_command_run(killed, &status, &err) == BX_OK && status == 128 + SIGKILL);
    CHECK(bx_command_run(none, &status, &err) == BX_ENOENT && strstr(err.msg, "no command"));
}

static void a_deadline_or_a_cancel_ends_it(void)
{
    bx_child_end end;
    CHECK(begin(""));
    bx_ctl soon = bx_ctl_init(bx_now_ns() + 20000000);
    CHECK(run_shell("sleep 60", &soon, &end, NULL) == BX_OK);
    CHECK(end.stop == BX_STOP_DEADLINE && end.signal == SIGKILL);
    bx_ctl cancelled = bx_ctl_init(UINT64_MAX);
    bx_ctl_cancel(&cancelled);
    CHECK(run_shell("sleep 60", &cancelled, &end, NULL) == BX_OK);
    CHECK(end.stop == BX_STOP_CANCELLED && end.signal == SIGKILL);
    done();
}

static void what_cannot_be_started(void)
{
    bx_child_end end;
    bx_error err;
    const char *const argv[] = {"x", NULL};
    CHECK(begin(""));
    const char *const programs[] = {"/nonexistent/program", "/etc/passwd", "/"};
    for (size_t i = 0; i < BX_COUNT(programs); i++) {
        const bx_child c = {.program = programs[i], .argv = argv, .in = in, .out = out};
        CHECK(bx_child_run(&c, NULL, &end, &err) == BX_EUNSUPPORTED);
        CHECK(strstr(err.msg, programs[i]) != NULL);
    }
    done();
}

BXT_MAIN(RUN(it_reads_and_writes); RUN(its_end_is_told); RUN(commands_of_the_host);
         RUN(a_deadline_or_a_cancel_ends_it); RUN(what_cannot_be_started);)
