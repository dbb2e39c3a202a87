/* boxagnts tool new: the files of a tool of one's own. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "cli/skeleton.h"
#include "os/fd.h"

enum { FLAG_LANG, FLAG_DIR, MAX_NAME = 40, MAX_FILE = 1 << 20 };

static const bx_flag flags[] = {
    {"lang", "c|go|js|rust", "the language it is written in", FLAG_LANG},
    {"dir", "DIR", "where it goes: a directory that is not there yet, or empty (default: NAME)",
     FLAG_DIR},
};

/* ^[a-z][a-z0-9_]{0,39}$, as in a manifest. */
static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n && n <= MAX_NAME && !s[n] && s[0] >= 'a' && s[0] <= 'z';
}

static bool is_language(const char *s)
{
    for (size_t i = 0; i < bx_skeletons_count; i++) {
        if (strcmp(bx_skeletons[i].language, s) == 0)
            return true;
    }
    return false;
}

/* `text` with NAME for each @NAME@. */
static void fill(bx_str text, const char *name, bx_buf *to)
{
    static const char place[] = "@NAME@";
    const char *at;
    while ((at = memmem(text.p, text.n, place, strlen(place)))) {
        (void)bx_buf_add(to, text.p, (size_t)(at - text.p));
        (void)bx_buf_add_z(to, name);
        text = bx_str_from(text, (size_t)(at - text.p) + strlen(place));
    }
    (void)bx_buf_add_str(to, text);
}

/* The directory, made if it is not there; refused when there is anything in it. */
static bx_code open_dir(const char *path, int *ret, bx_error *err)
{
    bool made = mkdir(path, 0777) == 0;
    if (!made && errno != EEXIST)
        return bx_fail_errno(err, errno, "%s", path);
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return bx_fail_errno(err, errno, "%s", path);
    if (!made) {
        char entries[1024];
        BX_AUTOCLOSE int list = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ssize_t n = list < 0 ? -1 : getdents64(list, entries, sizeof entries);
        for (ssize_t at = 0; n > 0 && at < n;) {
            const struct dirent64 *e = (const void *)(entries + at);
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
                return bx_fail(err, BX_EINVAL, "%s is there already, and not empty", path);
            at += e->d_reclen;
        }
        if (n < 0)
            return bx_fail_errno(err, errno, "%s", path);
    }
    *ret = bx_fd_take(&fd);
    return BX_OK;
}

/* One file that is not there yet, in a directory that is made if need be. */
static bx_code write_one(int dir, const bx_skeleton *s, const char *name, bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(4096), text = bx_buf_init(MAX_FILE);
    fill(bx_str_of(s->name), name, &path);
    fill((bx_str){s->text, (size_t)(s->end - s->text)}, name, &text);
    bx_code rc = bx_buf_check(&path, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&text, err);
    if (rc != BX_OK)
        return rc;
    char *slash = strchr(path.p, '/');
    if (slash) {
        *slash = '\0';
        if (mkdirat(dir, path.p, 0777) != 0 && errno != EEXIST)
            return bx_fail_errno(err, errno, "%s", path.p);
        *slash = '/';
    }
    BX_AUTOCLOSE int fd =
        openat(dir, path.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return bx_fail_errno(err, errno, "%s", path.p);
    rc = bx_fd_write_full(fd, text.p, text.n, err);
    if (rc == BX_OK)
        (void)printf("%s\n", path.p);
    return bx_wrap(rc, err, "%s", path.p);
}

static bx_code write_all(const char *where, const char *lang, const char *name, bx_error *err)
{
    BX_AUTOCLOSE int dir = -1;
    bx_code rc = open_dir(where, &dir, err);
    for (size_t i = 0; i < bx_skeletons_count && rc == BX_OK; i++) {
        if (strcmp(bx_skeletons[i].language, lang) == 0)
            rc = write_one(dir, &bx_skeletons[i], name, err);
    }
    return rc;
}

/* The Makefile calls `boxagnts`: where no PATH leads to one, which it is. */
static void say_program(void)
{
    char file[PATH_MAX], self[PATH_MAX];
    const char *path = getenv("PATH");
    for (const char *at = path ? path : ""; *at; at += strspn(at, ":")) {
        size_t n = strcspn(at, ":");
        int size = snprintf(file, sizeof file, "%.*s/boxagnts", (int)n, at);
        if (size > 0 && (size_t)size < sizeof file && access(file, X_OK) == 0)
            return;
        at += n;
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return;
    (void)printf(" BOXAGNTS=");
    bx_cli_show(stdout, (bx_str){self, (size_t)n}, MAX_FILE);
}

static int run_new(const bx_args *a)
{
    const char *lang = bx_flag_last(a, FLAG_LANG), *dir = bx_flag_last(a, FLAG_DIR);
    if (a->n_words != 1 || !lang) {
        bx_cli_complain("tool new: %s boxagnts %s",
                        a->n_words == 1 ? "in which language?" : "which name?",
                        bx_cmd_tool_new.usage);
        return EXIT_OURS;
    }
    const char *name = a->words[0];
    if (!is_name(name)) {
        bx_cli_complain("tool new: '%s' is no name of a tool: a lower-case letter, then lower-case "
                        "letters, digits and '_', at most %d in all",
                        name, MAX_NAME);
        return EXIT_OURS;
    }
    if (!is_language(lang)) {
        bx_cli_complain("tool new: no skeleton in '%s'; there is c, go, js and rust", lang);
        return EXIT_OURS;
    }
    bx_error err = {.msg = ""};
    const char *where = dir ? dir : name;
    if (write_all(where, lang, name, &err) != BX_OK) {
        bx_cli_complain("tool new: %s", err.msg);
        return EXIT_OURS;
    }
    (void)printf("next: cd ");
    bx_cli_show(stdout, bx_str_of(where), MAX_FILE);
    (void)printf(" && make test");
    say_program();
    (void)printf("\n");
    return 0;
}

const bx_command bx_cmd_tool_new = {
    .name = "tool new",
    .usage = "tool new NAME --lang c|go|js|rust [--dir DIR]",
    .summary = "begin a tool of your own: manifest, source, build line, test",
    .details =
        "Writes NAME.tool.yaml, the source, a Makefile (make: NAME.wasm; make test: boxagnts tool "
        "check)\n"
        "and a README into a directory of its own.  Nothing that is there is overwritten.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_new,
};
