#include "cli/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <termios.h>

#include "app/policy_files.h"
#include "base/limits.h"
#include "cli/command.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "sandbox/module.h"

enum { MAX_LINE = 4 << 20, MAX_PASSWORD = 1024, CTRL_C = 3 };

bx_code bx_cli_registry(const char *workspace, bx_registry **ret, bx_error *err)
{
    char home[BX_MAX_PATH];
    bool has_home = bx_home_dir(home, sizeof home, NULL) == BX_OK;
    const char *at = workspace ? workspace : ".";
    bool trusted = false;
    struct stat st;
    if (stat(at, &st) != 0)
        return bx_fail_errno(err, errno, "workspace %s", at);
    if (!S_ISDIR(st.st_mode))
        return bx_fail(err, BX_EINVAL, "workspace %s: not a directory", at);
    if (has_home && bx_policy_is_trusted(at, &trusted, NULL) != BX_OK)
        trusted = false;
    const bx_registry_config cfg = {
        .home = has_home ? home : NULL, .workspace = at, .workspace_is_trusted = trusted};
    return bx_registry_open(&cfg, ret, err);
}

void bx_cli_tell_problems(const bx_tool_list *l)
{
    for (size_t i = 0; i < l->n_problems; i++)
        bx_cli_complain("note: %s is refused: %s", l->problems[i].path, l->problems[i].words);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool ends_in(bx_str s, const char *end)
{
    size_t n = strlen(end);
    return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* DIR/NAME.wasm for the one tool of a directory: the one with a manifest, or the only module. */
static bx_code find_in(const char *dir, bx_buf *wasm, bx_error *err)
{
    static const char *const ends[] = {BX_TOOL_MANIFEST, BX_TOOL_WASM};
    size_t found = 0;
    for (size_t k = 0; k < BX_COUNT(ends) && !found; k++) {
        DIR *d = opendir(dir);
        if (!d)
            return bx_fail_errno(err, errno, "%s", dir);
        for (const struct dirent *e; (e = readdir(d));) {
            bx_str name = bx_str_of(e->d_name);
            if (ends_in(name, ends[k]) && !found++)
                (void)bx_buf_addf(wasm, "%s/%.*s" BX_TOOL_WASM, dir,
                                  (int)(name.n - strlen(ends[k])), name.p);
        }
        (void)closedir(d);
    }
    if (found == 1)
        return bx_buf_check(wasm, err);
    return found ? bx_fail(err, BX_EINVAL, "%s: %zu tools; name the one", dir, found)
                 : bx_fail(err, BX_ENOENT, "%s: no tool in it", dir);
}

static bx_code find_module(const char *word, bx_buf *wasm, bx_error *err)
{
    struct stat st;
    bx_str path = bx_str_of(word);
    if (stat(word, &st) == 0 && S_ISDIR(st.st_mode))
        return find_in(word, wasm, err);
    if (ends_in(path, BX_TOOL_MANIFEST))
        (void)bx_buf_addf(wasm, "%.*s" BX_TOOL_WASM, (int)(path.n - strlen(BX_TOOL_MANIFEST)),
                          word);
    else if (ends_in(path, BX_TOOL_WASM))
        (void)bx_buf_add_z(wasm, word);
    else
        return bx_fail(err, BX_ENOENT, "%s: no such directory, and no NAME.wasm", word);
    return bx_buf_check(wasm, err);
}

bx_code bx_cli_tool_files(const char *word, bx_buf *wasm, bx_tool_files *ret, bx_error *err)
{
    *ret = (bx_tool_files){.manifest = NULL};
    bx_code rc = find_module(word, wasm, err);
    if (rc != BX_OK)
        return rc;
    const char *slash = strrchr(wasm->p, '/');
    BX_AUTOFREE char *dir =
        slash ? bx_strndup(wasm->p, (size_t)(slash - wasm->p) + 1) : bx_strndup(".", 1);
    if (!dir)
        return bx_fail(err, BX_ENOMEM, "%s", word);
    BX_AUTOCLOSE int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return bx_fail_errno(err, errno, "%s", dir);
    bx_str name = bx_str_of(slash ? slash + 1 : wasm->p);
    name.n -= strlen(BX_TOOL_WASM);
    const bx_tool_at at = {.dir = fd, .name = name};
    return bx_wrap(bx_tool_files_read(&at, ret, err), err, "%s", wasm->p);
}

bx_code bx_cli_describe(const bx_tool_files *f, bx_json **ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    bx_code rc = bx_module_describe_bytes("the module", bx_buf_str(&f->wasm), &text, err);
    return rc == BX_OK ? bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, ret, err) : rc;
}

/* ---- people ---------------------------------------------------------------------------------- */

void bx_cli_print_lines(bx_str text)
{
    while (text.n) {
        bx_str line = bx_cli_line(&text);
        bx_cli_show(stdout, line, MAX_LINE);
        (void)putchar('\n');
    }
}

bool bx_cli_can_ask(void) { return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO); }

bool bx_cli_ask(const char *question)
{
    char line[16] = "";
    if (!bx_cli_can_ask())
        return false;
    (void)printf("%s [y/N] ", question);
    (void)fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return strcmp(line, "y") == 0 || strcmp(line, "yes") == 0;
}

/* Byte by byte: what follows the line is somebody else's.  Without `signals` Ctrl-C is a byte, so
 * that it leaves no terminal behind that shows nothing. */
static bx_code read_line(int fd, bool signals, bx_buf *ret, bx_error *err)
{
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bx_fail_errno(err, errno, "read the password");
        if (n > 0 && c == CTRL_C && !signals)
            return bx_fail(err, BX_ECANCELLED, "no password was given");
        if (n == 0 || c == '\n')
            return bx_buf_check(ret, err);
        (void)bx_buf_add_c(ret, c);
    }
}

bx_code bx_cli_password(const char *prompt, bx_buf *ret, bx_error *err)
{
    *ret = bx_buf_init(MAX_PASSWORD);
    if (!isatty(STDIN_FILENO))
        return read_line(STDIN_FILENO, true, ret, err);
    struct termios was, now;
    bool hidden = tcgetattr(STDIN_FILENO, &was) == 0;
    if (hidden) {
        now = was;
        now.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        now.c_cc[VEOL] = CTRL_C; /* it ends the line, and is not waiting for Enter */
        hidden = tcsetattr(STDIN_FILENO, TCSAFLUSH, &now) == 0;
    }
    (void)fprintf(stderr, "%s: ", prompt); /* who sees it can type: nothing of it is shown */
    (void)fflush(stderr);
    bx_code rc = read_line(STDIN_FILENO, !hidden, ret, err);
    if (hidden)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    (void)fputc('\n', stderr);
    return rc;
}
