/* shell/start.c - finding and starting programs, and waiting for those in the foreground. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/run.h"
#include "shell/unparse.h"

enum { INTERPRETERS_MAX = 4, SHEBANG_MAX = 256 };

bool sh_is_executable(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode))
        return false;
#ifdef __wasm__ /* there are no permission bits */
    return true;
#else
    return access(path, X_OK) == 0;
#endif
}

static char *join_path(const char *dir, size_t n, const char *name)
{
    sh_buf b = {0};
    if (n == 0)
        sh_buf_c(&b, '.');
    sh_buf_add(&b, dir, n);
    if (n == 0 || dir[n - 1] != '/')
        sh_buf_c(&b, '/');
    sh_buf_z(&b, name);
    return sh_buf_take(&b);
}

/* Looks through a list of directories; files that cannot be run are remembered, as bash does. */
char *sh_search_path(const char *path, const char *name, bool executable)
{
    char *other = NULL;
    for (const char *p = path;;) {
        const char *end = strchrnul(p, ':');
        char *full = join_path(p, (size_t)(end - p), name);
        struct stat st;
        if (executable ? sh_is_executable(full) : stat(full, &st) == 0 && S_ISREG(st.st_mode)) {
            free(other);
            return full;
        }
        if (!other && executable && stat(full, &st) == 0 && S_ISREG(st.st_mode))
            other = full;
        else
            free(full);
        if (!*end)
            return other;
        p = end + 1;
    }
}

char *sh_find_program(shell *sh, const char *name, bool std_path, bool use_hash)
{
    if (strchr(name, '/')) {
        static const char usr[] = "/usr";
        struct stat st;
        bool other = strncmp(name, "/usr/bin/", 9) == 0 && stat(name, &st) != 0 &&
                     stat(name + sizeof usr - 1, &st) == 0;
        return sh_strdup(other ? name + sizeof usr - 1 : name); /* programs are in /bin only */
    }
    const char *path = std_path ? "/bin:/usr/bin" : sh_get("PATH");
    if (!*name)
        return NULL;
    if (use_hash && !std_path) {
        const char *known = sh_hash_find(sh, name);
        if (known)
            return sh_strdup(known);
    }
    char *found = path && *path ? sh_search_path(path, name, true) : NULL;
    if (found && use_hash && !std_path)
        sh_hash_add(sh, name, found);
    return found;
}

/* ---- starting ---- */

static bx_str *environment(shell *sh, const char *path, size_t *ret_n, sh_strs *made)
{
    size_t n = 0, functions = 0;
    char **env = sh_environ(&n);
    for (size_t i = 0; sh_function_name(sh, i); i++)
        functions++;
    bx_str *list = sh_alloc((n + functions + 1) * sizeof *list);
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        if (strncmp(env[i], "_=", 2) != 0)
            list[used++] = bx_str_of(env[i]);
    if (path) {
        char *underscore = sh_format("_=%s", path);
        sh_strs_add(made, underscore);
        list[used++] = bx_str_of(underscore);
    }
    const char *name;
    for (size_t i = 0; (name = sh_function_name(sh, i)) != NULL; i++) {
        uint32_t flags;
        if (!sh_function_flags(sh, name, 0, 0, &flags) || !(flags & SH_FUNCTION_EXPORTED))
            continue;
        sh_buf text = {0}, entry = {0};
        (void)sh_function_text(sh, name, &text);
        const char *body = strstr(sh_buf_str(&text), "()");
        sh_buf_z(&entry, "BASH_FUNC_");
        sh_buf_z(&entry, name);
        sh_buf_z(&entry, "%%=");
        sh_buf_z(&entry, body ? body : text.p);
        sh_buf_done(&text);
        size_t size = entry.n;
        char *owned = sh_buf_take(&entry);
        sh_strs_add(made, owned);
        list[used++] = (bx_str){owned, size};
    }
    *ret_n = used;
    return list;
}

static int32_t fork_failed(shell *sh, int error, int *ret_status)
{
    sh_error(sh, "fork: retry: %s", sh_strerror(error));
    *ret_status = 254;
    sh_exit(sh, 254);
    return -1;
}

int sh_spawn(shell *sh, const char *name, const char *path, char *const *argv, size_t argc,
             const sh_fdmap *map, unsigned flags, bool clean, int32_t *ret)
{
    sh_strs made = {0};
    size_t n_env = 0;
    bx_str *env = clean ? sh_alloc(sizeof *env) : environment(sh, path, &n_env, &made);
    bx_str few[16];
    bx_str *args = argc <= BX_COUNT(few) ? few : sh_alloc(argc * sizeof *args);
    for (size_t i = 0; i < argc; i++)
        args[i] = bx_str_of(argv[i]);
    bx_fd_map fds[SH_FD_MAX];
    size_t n_fds = 0;
    for (int fd = 0; fd < map->top; fd++)
        if (map->own[fd] >= 0)
            fds[n_fds++] = (bx_fd_map){fd, map->own[fd]};
    char *real = sh_get("PWD") ? NULL : sh_cwd_physical();
    const char *cwd = real ? real : sh_cwd(sh);
    bx_start s = {.size = sizeof s,
                  .flags = flags,
                  .name = bx_str_of(name),
                  .args = args,
                  .n_args = argc,
                  .env = env,
                  .n_env = n_env,
                  .cwd = bx_str_of(cwd),
                  .fds = fds,
                  .n_fds = n_fds};
    (void)sh_flush(sh);
    int error = bx_process_start(&s, ret);
    free(real);
    if (args != few)
        free(args);
    free(env);
    sh_strs_done(&made);
    return error;
}

/* What this very program is called, to start it again. */
const char *sh_self(void)
{
#ifdef __wasm__
    return "bash";
#else
    static char path[4096];
    if (!path[0]) {
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
    }
    return path;
#endif
}

static const char *interpreter_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
#ifndef __wasm__
    if (strcmp(base, "bash") == 0 || strcmp(base, "sh") == 0)
        return sh_self();
#endif
    return base;
}

enum file_kind { FILE_PROGRAM, FILE_SCRIPT, FILE_TEXT, FILE_BINARY, FILE_UNREADABLE };

/* What kind of file a path is; for a script its interpreter and argument. */
static enum file_kind look_at(const char *path, char interpreter[SHEBANG_MAX], char **ret_argument)
{
    *ret_argument = NULL;
    char head[SHEBANG_MAX];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return FILE_UNREADABLE;
    ssize_t n = read(fd, head, sizeof head - 1);
    (void)close(fd);
    if (n < 0)
        return FILE_UNREADABLE;
    head[n] = '\0';
    if (n >= 4 && (memcmp(head, "\0asm", 4) == 0 || memcmp(head, "\177ELF", 4) == 0))
        return FILE_PROGRAM;
    if (n >= 2 && head[0] == '#' && head[1] == '!') {
        char *end = strchrnul(head, '\n');
        *end = '\0';
        char *p = head + 2 + strspn(head + 2, " \t");
        size_t length = strcspn(p, " \t\r");
        memcpy(interpreter, p, length);
        interpreter[length] = '\0';
        p += length;
        p += strspn(p, " \t");
        size_t rest = strlen(p);
        while (rest > 0 && (p[rest - 1] == ' ' || p[rest - 1] == '\t' || p[rest - 1] == '\r'))
            rest--;
        if (rest > 0)
            *ret_argument = sh_strndup(p, rest);
        return FILE_SCRIPT;
    }
    const char *nul = memchr(head, '\0', (size_t)n), *line = memchr(head, '\n', (size_t)n);
    return nul && (!line || nul < line) ? FILE_BINARY : FILE_TEXT;
}

static int32_t start_script(shell *sh, const char *path, char *const *argv, size_t argc,
                            const sh_fdmap *map, unsigned flags, int *ret_error)
{
    char interpreter[SHEBANG_MAX];
    char *argument = NULL;
    enum file_kind kind = look_at(path, interpreter, &argument);
    int32_t pid = -1;
    if (kind == FILE_PROGRAM || kind == FILE_UNREADABLE) {
        *ret_error = sh_spawn(sh, path, path, argv, argc, map, flags, false, &pid);
        return *ret_error ? -1 : pid;
    }
    if (kind == FILE_BINARY) {
        *ret_error = ENOEXEC;
        return -1;
    }
    const char *name = kind == FILE_TEXT ? sh_self() : interpreter_name(interpreter);
    const char *shown = kind == FILE_TEXT ? "bash" : interpreter;
    const char *base = strrchr(interpreter, '/');
    if (kind == FILE_SCRIPT && base && strcmp(base, "/env") == 0 && argument) {
        char *word = argument;
        if (strncmp(word, "-S", 2) == 0)
            word += 2 + strspn(word + 2, " \t");
        char *copy = sh_strdup(word);
        free(argument);
        argument = NULL;
        size_t n = strcspn(copy, " \t");
        if (copy[n])
            argument = sh_strdup(copy + n + strspn(copy + n, " \t"));
        copy[n] = '\0';
        (void)bx_strndup;
        size_t room = strlen(copy);
        memcpy(interpreter, copy, room < SHEBANG_MAX ? room + 1 : SHEBANG_MAX - 1);
        free(copy);
        name = interpreter_name(interpreter);
    }
    sh_strs args = {0};
    sh_strs_add(&args, sh_strdup(shown));
    if (argument)
        sh_strs_add(&args, argument);
    sh_strs_add(&args, sh_strdup(path));
    for (size_t i = 1; i < argc; i++)
        sh_strs_add(&args, sh_strdup(argv[i]));
    *ret_error = sh_spawn(sh, name, path, args.v, args.n, map, flags, false, &pid);
    if (*ret_error == ENOENT)
        *ret_error = -ENOENT;
    sh_strs_done(&args);
    return *ret_error ? -1 : pid;
}

static int32_t start_failed(shell *sh, const char *name, const char *path, int error,
                            int *ret_status)
{
    struct stat st;
    if (error == EAGAIN || error == ENOMEM || error == ENOSYS)
        return fork_failed(sh, error, ret_status);
    *ret_status = 126;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        sh_error(sh, "%s: Is a directory", name);
    } else if (error == -ENOENT) {
        *ret_status = 127;
        sh_error(sh, "%s: cannot execute: required file not found", name);
    } else if (error == ENOEXEC) {
        sh_error(sh, "%s: cannot execute binary file: Exec format error", name);
    } else {
        if (error == ENOENT)
            *ret_status = 127;
        sh_error(sh, "%s: %s", strchr(name, '/') ? name : path, sh_strerror(error));
    }
    return -1;
}

int32_t sh_start(shell *sh, int argc, char **argv, const sh_fdmap *map, unsigned flags,
                 bool std_path, int *ret_status)
{
    char *path = sh_find_program(sh, argv[0], std_path, true);
    int before = sh->err_fd;
    sh->err_fd = map->top > 2 ? map->own[2] : -1;
    int32_t pid = -1;
    if (!path) {
        *ret_status = 127;
        sh_error(sh, "%s: command not found", argv[0]);
    } else {
        struct stat st;
        int error = 0;
        if (strncmp(path, "/bin/", 5) == 0)
            error = sh_spawn(sh, path, path, argv, (size_t)argc, map, flags, false, &pid);
        else if (stat(path, &st) != 0)
            error = errno;
        else if (S_ISDIR(st.st_mode) || !sh_is_executable(path) ||
                 (st.st_size == 0 && strchr(argv[0], '/')))
            error = EACCES; /* an empty file was hardly made to be run */
        else
            pid = start_script(sh, path, argv, (size_t)argc, map, flags, &error);
        if (error) {
            pid = -1;
            (void)start_failed(sh, argv[0], path, error, ret_status);
        }
    }
    sh->err_fd = before;
    free(path);
    return pid;
}

/* ---- waiting ---- */

static const char *signal_words(int sig)
{
    static const char *const words[] = {[1] = "Hangup",
                                        [3] = "Quit",
                                        [4] = "Illegal instruction",
                                        [5] = "Trace/breakpoint trap",
                                        [6] = "Aborted",
                                        [7] = "Bus error",
                                        [8] = "Floating point exception",
                                        [9] = "Killed",
                                        [10] = "User defined signal 1",
                                        [11] = "Segmentation fault",
                                        [12] = "User defined signal 2",
                                        [14] = "Alarm clock",
                                        [15] = "Terminated",
                                        [24] = "CPU time limit exceeded",
                                        [25] = "File size limit exceeded"};
    return sig > 0 && sig < (int)BX_COUNT(words) ? words[sig] : NULL;
}

const char *sh_ended_words(const bx_ended *e)
{
    switch ((bx_ended_kind)e->kind) {
    case BX_ENDED_TRAP:
        return "Program trapped";
    case BX_ENDED_MEMORY:
        return "Out of memory";
    case BX_ENDED_LIMIT:
        return "Limit exceeded";
    case BX_ENDED_FAILED:
        return "Could not be run";
    case BX_ENDED_SIGNAL:
        return signal_words((int)e->signal);
    case BX_ENDED_EXIT:
        break;
    }
    return NULL;
}

int sh_ended_status(shell *sh, const bx_ended *e, bool tell)
{
    sh->children_cpu_us += e->cpu_us;
    const char *words = tell ? sh_ended_words(e) : NULL;
    if (words && e->kind == BX_ENDED_SIGNAL && e->signal == 15) {
        sh_err_put(sh, "Terminated\n", 11);
    } else if (words) {
        bx_buf text = bx_buf_init(1u << 20);
        if (sh->command)
            sh_unparse_command(&text, sh->command);
        sh_error(sh, "%5d %-23s %s", e->pid, words, text.p ? text.p : "");
        bx_buf_done(&text);
    }
    if (sh_trap_text(sh, 17))
        sh_signal_note(sh, 17);
    return e->code & 255;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void sh_deadline_set(shell *sh, uint64_t from_now_ns) { sh->deadline_ns = now_ns() + from_now_ns; }

uint64_t sh_deadline_left(shell *sh)
{
    if (!sh->deadline_ns)
        return BX_WAIT_FOREVER;
    uint64_t now = now_ns();
    return now < sh->deadline_ns ? sh->deadline_ns - now : 0;
}

bool sh_deadline_past(shell *sh)
{
    if (sh_deadline_left(sh) > 0)
        return false;
    sh->timed_out = true;
    sh_exit(sh, 124);
    return true;
}

int sh_wait_child(shell *sh, int32_t pid)
{
    bx_ended e;
    int error;
    do {
        error = bx_process_wait(pid, sh_deadline_left(sh), &e);
        if (error == ETIMEDOUT && sh_deadline_past(sh)) {
            if (bx_process_kill(pid, 9) == 0)
                (void)!bx_process_wait(pid, BX_WAIT_FOREVER, &e);
            return 124;
        }
    } while (error == EINTR || error == ETIMEDOUT);
    if (error)
        return 127;
    return sh_ended_status(sh, &e, true);
}

static int not_found_handle(shell *sh, sh_func *f, int argc, char **argv, const sh_redir *r)
{
    char **args = sh_alloc(((size_t)argc + 2) * sizeof *args);
    args[0] = f->name;
    for (int i = 0; i < argc; i++)
        args[i + 1] = argv[i];
    sh_subshell s;
    sh_subshell_enter(sh, &s);
    sh_undo *undo = NULL;
    if (sh_redirect(sh, r, &undo) == 0)
        (void)sh_func_call(sh, f, argc + 1, args);
    sh_redirect_undo(sh, &undo);
    free(args);
    return sh_subshell_leave(sh, &s);
}

int sh_run_program(shell *sh, int argc, char **argv, const sh_redir *r, unsigned flags)
{
    sh_func *handle = strchr(argv[0], '/') ? NULL : sh_func_find(sh, "command_not_found_handle");
    if (handle) {
        char *path = sh_find_program(sh, argv[0], false, true);
        free(path);
        if (!path)
            return sh->status = not_found_handle(sh, handle, argc, argv, r);
    }
    sh_fdmap *map = sh_alloc(sizeof *map);
    sh_fdmap_init(sh, map);
    int status = sh_redirect_map(sh, r, map);
    if (status == 0) {
        int32_t pid = sh_start(sh, argc, argv, map, 0, (flags & SH_RUN_STD_PATH) != 0, &status);
        sh_fdmap_done(map);
        if (pid >= 0)
            status = sh_wait_child(sh, pid);
    } else {
        sh_fdmap_done(map);
    }
    free(map);
    return sh->status = status;
}

int sh_exec_program(shell *sh, int argc, char **argv, const char *arg0, bool clean)
{
    int status = 0;
    sh_fdmap *map = sh_alloc(sizeof *map);
    sh_fdmap_init(sh, map);
    int32_t pid = -1;
    char *path = sh_find_program(sh, argv[0], false, true);
    if (!path) {
        sh_error(sh, "exec: %s: not found", argv[0]);
        status = 127;
    } else if (arg0 || clean) {
        char **copy = sh_alloc(((size_t)argc + 1) * sizeof *copy);
        memcpy(copy, argv, (size_t)argc * sizeof *copy);
        if (arg0)
            copy[0] = (char *)(uintptr_t)arg0;
        int error = sh_spawn(sh, path, path, copy, (size_t)argc, map, 0, clean, &pid);
        free(copy);
        if (error)
            (void)start_failed(sh, argv[0], path, error, &status);
    } else {
        pid = sh_start(sh, argc, argv, map, 0, false, &status);
    }
    free(path);
    free(map);
    if (pid >= 0)
        status = sh_wait_child(sh, pid);
    if (pid < 0 && (sh->interactive || sh->shopt[SH_SHOPT_EXECFAIL]))
        return status;
    if (pid >= 0)
        sh_trap_forget(sh, SH_TRAP_EXIT);
    sh_exit(sh, status);
    return status;
}
