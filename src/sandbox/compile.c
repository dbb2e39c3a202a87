#include "sandbox/compile.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/child.h"
#include "os/fd.h"
#include "sandbox/runtime.h"

enum {
    MEMORY_PER_BYTE = 64, /* of a module, beyond the limit */
    SECONDS_PER_MIB = 10,
    ARGS = 6, /* of the process, its name apart */
    THREADS_MAX = 8,
};

/* The result begins with this; `magic` is written last, so that half of one is none. */
struct head {
    char magic[8];
    uint32_t code; /* bx_eng_code */
    uint32_t pad;
    uint64_t n; /* bytes that follow: code, or the message of an error */
};
static const char magic[8] = {'B', 'X', 'C', 'H', 'I', 'L', 'D', '1'};

uint64_t bx_compile_memory(const bx_limits *l, size_t wasm_bytes)
{
    return l->compile_memory + (uint64_t)wasm_bytes * MEMORY_PER_BYTE;
}

uint64_t bx_compile_seconds(const bx_limits *l, size_t wasm_bytes)
{
    return (l->compile_time + BX_SEC - 1) / BX_SEC + wasm_bytes / BX_MIB * SECONDS_PER_MIB;
}

static bx_code compile_here(const bx_compile_job *job, bx_compiled *ret, bx_error *err)
{
    bx_eng_error e = {0};
    bx_eng_bytes code = {0};
    bx_eng_code rc = bx_engine_compile(job->engine, job->kind, (const uint8_t *)job->wasm.p,
                                       job->wasm.n, &code, &e);
    if (rc != BX_ENG_OK)
        return bx_from_engine(rc, &e, err);
    *ret = (bx_compiled){.p = code.p, .n = code.n, .bytes = code};
    return BX_OK;
}

/* ---- the process ------------------------------------------------------------------------------
 */

static bool write_result(bx_eng_code code, const void *p, size_t n)
{
    struct head h = {.code = (uint32_t)code, .n = n};
    bx_error err;
    if (bx_fd_write_full(STDOUT_FILENO, &h, sizeof h, &err) != BX_OK ||
        bx_fd_write_full(STDOUT_FILENO, p, n, &err) != BX_OK)
        return false;
    return pwrite(STDOUT_FILENO, magic, sizeof magic, 0) == (ssize_t)sizeof magic;
}

static bool compile_input(const bx_engine_config *cfg, bx_code_kind kind)
{
    struct stat st;
    if (fstat(STDIN_FILENO, &st) != 0)
        return false;
    void *wasm = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, STDIN_FILENO, 0);
    bx_engine *engine = NULL;
    bx_eng_error e = {0};
    bx_eng_bytes code = {0};
    if (wasm == MAP_FAILED)
        return false;
    bx_eng_code rc = bx_engine_new(cfg, &engine, &e);
    if (rc == BX_ENG_OK)
        rc = bx_engine_compile(engine, kind, wasm, (size_t)st.st_size, &code, &e);
    return rc == BX_ENG_OK ? write_result(rc, code.p, code.n)
                           : write_result(rc, e.msg, strlen(e.msg));
}

static void *nothing(void *arg) { return arg; }

/* Whether threads can be had: the compiler's pool ends the process where they are refused. */
static bool can_thread(void)
{
    pthread_t t;
    return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0;
}

/* The compiler's pool: as many threads as there are processors, within what memory is meant for. */
static uint32_t threads(uint64_t wanted)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted < 2 || online < 2 || !can_thread())
        return 1;
    char text[24];
    (void)snprintf(text, sizeof text, "%ld", online < THREADS_MAX ? online : THREADS_MAX);
    return setenv("RAYON_NUM_THREADS", text, 1) == 0 ? (uint32_t)online : 1;
}

int bx_compiler_main(int argc, char **argv)
{
    uint64_t arg[ARGS];
    for (int i = 0; i < ARGS; i++) {
        if (i + 1 >= argc || bx_count_parse(bx_str_of(argv[i + 1]), &arg[i], NULL) != BX_OK)
            return 125;
    }
    if (!bx_child_confine(arg[4], arg[5]))
        return 125;
    const bx_engine_config cfg = {
        .fuel = (uint32_t)arg[1],
        .max_wasm_stack = arg[2],
        .compile_threads = threads(arg[3]),
        .memory_max = UINT64_C(4) << 30,
        .table_max = 1,
    };
    /* Nothing is taken down: it is the kernel's, and faster so. */
    _exit(compile_input(&cfg, (bx_code_kind)arg[0]) ? 0 : 125);
}

/* ---- its parent -------------------------------------------------------------------------------
 */

static bx_code over_time(const bx_compile_job *job, bx_error *err)
{
    char amount[32];
    bx_time_print(job->limits->compile_time, amount);
    return bx_fail(err, BX_ELIMIT,
                   "compiling it takes more than %" PRIu64 " s of processor time: over the limit "
                   "compile_time=%s (and %d s for each MiB of the module); raise it with --limit "
                   "compile_time=…",
                   bx_compile_seconds(job->limits, job->wasm.n), amount, SECONDS_PER_MIB);
}

static bx_code over_memory(const bx_compile_job *job, bx_error *err)
{
    char amount[32];
    bx_size_print(job->limits->compile_memory, amount);
    return bx_fail(err, BX_ELIMIT,
                   "compiling it takes more memory than %" PRIu64 " MiB: over the limit "
                   "compile_memory=%s (and %d times the module's size); raise it with --limit "
                   "compile_memory=…",
                   bx_compile_memory(job->limits, job->wasm.n) >> 20, amount, MEMORY_PER_BYTE);
}

/* It ended without a result. */
static bx_code say_why(const bx_compile_job *job, const bx_child_end *end, bx_error *err)
{
    if (end->stop == BX_STOP_DEADLINE)
        return bx_fail(
            err, BX_ETIMEOUT,
            "the deadline passed while it was compiled (once it has been, the cache has its "
            "code)");
    if (end->stop == BX_STOP_CANCELLED)
        return bx_fail(err, BX_ECANCELLED, "cancelled while it was compiled");
    if (end->signal == SIGXCPU || end->signal == SIGKILL)
        return over_time(job, err);
    /* Out of memory ends the compiler by SIGABRT, as its own defects do, or it cannot even say so.
     */
    if ((end->signal == SIGABRT || !end->signal) &&
        end->memory_bytes > bx_compile_memory(job->limits, job->wasm.n) / 4)
        return over_memory(job, err);
    if (end->signal)
        return bx_fail(err, BX_EINTERNAL, "the compiler was ended by signal %d", end->signal);
    return bx_fail(err, BX_EIO, "the compiler ended without a result");
}

static bx_code read_result(const bx_compile_job *job, int fd, const bx_child_end *end,
                           bx_compiled *ret, bx_error *err)
{
    struct head h;
    struct stat st;
    if (end->stop != BX_STOP_NONE || fstat(fd, &st) != 0 ||
        pread(fd, &h, sizeof h, 0) != (ssize_t)sizeof h ||
        memcmp(h.magic, magic, sizeof magic) != 0 || h.n != (uint64_t)st.st_size - sizeof h)
        return say_why(job, end, err);
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return bx_fail_errno(err, errno, "map %lld bytes of code", (long long)st.st_size);
    const char *p = (const char *)map + sizeof h;
    if (h.code == BX_ENG_OK) {
        *ret = (bx_compiled){
            .p = (const uint8_t *)p, .n = (size_t)h.n, .map = map, .map_n = (size_t)st.st_size};
        return BX_OK;
    }
    bx_eng_error e = {.code = (bx_eng_code)h.code};
    (void)snprintf(e.msg, sizeof e.msg, "%.*s", (int)(h.n < sizeof e.msg ? h.n : sizeof e.msg - 1),
                   p);
    (void)munmap(map, (size_t)st.st_size);
    return bx_from_engine(e.code, &e, err);
}

static bx_code compile_beside(const bx_compile_job *job, bx_compiled *ret, bx_error *err)
{
    BX_AUTOCLOSE int in = -1, out = -1;
    bx_code rc = bx_memfd("wasm", &in, err);
    if (rc == BX_OK)
        rc = bx_memfd("code", &out, err);
    if (rc == BX_OK)
        rc = bx_fd_write_full(in, job->wasm.p, job->wasm.n, err);
    if (rc != BX_OK)
        return rc;
    const uint64_t numbers[ARGS] = {(uint64_t)job->kind,
                                    job->config.fuel,
                                    job->config.max_wasm_stack,
                                    job->config.compile_threads,
                                    bx_compile_seconds(job->limits, job->wasm.n),
                                    bx_compile_memory(job->limits, job->wasm.n)};
    char text[ARGS][24];
    const char *argv[ARGS + 2] = {BX_COMPILER_NAME};
    for (int i = 0; i < ARGS; i++) {
        (void)snprintf(text[i], sizeof text[i], "%" PRIu64, numbers[i]);
        argv[i + 1] = text[i];
    }
    const bx_child c = {.program = job->program, .argv = argv, .in = in, .out = out};
    bx_child_end end;
    rc = bx_child_run(&c, job->ctl, &end, err);
    return rc == BX_OK ? read_result(job, out, &end, ret, err) : rc;
}

/* Files in memory count as files: their size must not be limited. */
static bool can_run_beside(const bx_compile_job *job)
{
    struct rlimit size;
    return job->program && getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur == RLIM_INFINITY;
}

bx_code bx_compile(const bx_compile_job *job, bx_compiled *ret, bx_error *err)
{
    if (!job->program && !job->here)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "its code is not in the cache, and nothing may compile it: name the program "
                       "boxagnts as `compiler`, or let `compile_in_process` for modules you trust");
    if (!can_run_beside(job))
        return compile_here(job, ret, err);
    return compile_beside(job, ret, err);
}

void bx_compiled_done(bx_compiled *c)
{
    bx_eng_bytes_free(c->bytes);
    if (c->map)
        (void)munmap(c->map, c->map_n);
    *c = (bx_compiled){.p = NULL};
}
