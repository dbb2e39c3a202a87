/* system/who.c - what there is to know of user, machine and terminal: id, whoami, groups, logname,
 * uname, arch, hostname, tty, pwd, which, ps. */
#include "programs/common/prog_io.h"
#include "lib/process.h"
#include "programs/files/mode.h"
#include "programs/files/path.h"
#include "programs/files/run.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *user(void)
{
    const char *name = mode_user(mode_uid());
    return name ? name : "user";
}

static const char *group(void)
{
    const char *name = mode_group(mode_gid());
    return name ? name : "user";
}

static void no_operands(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    if (o.next < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next]));
}

static void line(const char *s)
{
    prog_puts(&prog_out, s);
    prog_putc(&prog_out, '\n');
}

/* ---- id ------------------------------------------------------------------------------------- */

const char id_help[] =
    "Usage: id [OPTION]... [USER]\n"
    "Show the user and its groups.\n"
    "\n"
    "  -g, --group   only the group; -G, --groups: all groups; -u, --user: only the user\n"
    "  -n, --name    names, not numbers, with -ugG\n"
    "  -r, --real    (no effect)\n"
    "  -z, --zero    end with NUL\n"
    "\n"
    "Examples:\n"
    "  $ test \"$(id -un)\" = \"$(whoami)\" && echo same\n"
    "  same\n";

int id_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"context", PROG_NO_ARG, 'Z'}, {"group", PROG_NO_ARG, 'g'},
                                      {"groups", PROG_NO_ARG, 'G'},  {"name", PROG_NO_ARG, 'n'},
                                      {"real", PROG_NO_ARG, 'r'},    {"user", PROG_NO_ARG, 'u'},
                                      {"zero", PROG_NO_ARG, 'z'},    {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "agnruzGZ", .longs = longs};
    int what = 0;
    bool name = false, real = false;
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'Z')
            prog_die(0, "--context (-Z) works only on an SELinux-enabled kernel");
        if (c == 'g' || c == 'G' || c == 'u') {
            if (what && what != c)
                prog_die(0, "cannot print \"only\" of more than one choice");
            what = c;
        }
        name |= c == 'n';
        real |= c == 'r';
        if (c == 'z')
            end = '\0';
    }
    if ((name || real) && !what)
        prog_die(0, "cannot print only names or real IDs in default format");
    if (end == '\0' && !what)
        prog_die(0, "option --zero not permitted in default format");
    int status = 0, i = o.next;
    do {
        uint32_t uid = mode_uid(), gid = mode_gid();
        const char *u = user(), *g = group();
        if (i < argc) {
            if (!mode_user_id(argv[i], &uid)) {
                prog_warn(0, "%s: no such user", prog_quote(argv[i]));
                status = 1;
                continue;
            }
            gid = uid;
            u = argv[i];
            g = mode_group(gid) ? mode_group(gid) : u;
        }
        if (!what)
            prog_printf(&prog_out, "uid=%u(%s) gid=%u(%s) groups=%u(%s)", (unsigned)uid, u,
                        (unsigned)gid, g, (unsigned)gid, g);
        else if (name)
            prog_puts(&prog_out, what == 'u' ? u : g);
        else
            prog_printf(&prog_out, "%u", (unsigned)(what == 'u' ? uid : gid));
        prog_putc(&prog_out, end);
    } while (++i < argc);
    return status;
}

const char whoami_help[] = "Usage: whoami\n"
                           "Print the user's name.\n"
                           "\n"
                           "Examples:\n"
                           "  $ test \"$(whoami)\" = \"$(id -un)\" && echo same\n"
                           "  same\n";

int whoami_program(int argc, char **argv)
{
    no_operands(argc, argv);
    line(user());
    return 0;
}

const char logname_help[] = "Usage: logname\n"
                            "Print the user's login name.\n"
                            "\n"
                            "Examples:\n"
                            "  $ logname | wc -l\n"
                            "  1\n";

int logname_program(int argc, char **argv)
{
    no_operands(argc, argv);
    line(user());
    return 0;
}

const char groups_help[] = "Usage: groups [USER]...\n"
                           "Print the groups of USERs, or of this one.\n"
                           "\n"
                           "Examples:\n"
                           "  $ groups | wc -l\n"
                           "  1\n";

int groups_program(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    int status = 0;
    while (prog_opt(&o) != -1)
        continue;
    if (o.next >= argc) {
        line(group());
        return 0;
    }
    for (int i = o.next; i < argc; i++) {
        uint32_t id;
        if (!mode_user_id(argv[i], &id)) {
            prog_warn(0, "%s: no such user", prog_quote(argv[i]));
            status = 1;
            continue;
        }
        const char *g = mode_group(id);
        prog_printf(&prog_out, "%s : %s\n", argv[i], g ? g : argv[i]);
    }
    return status;
}

/* ---- uname, arch, hostname ------------------------------------------------------------------ */

/* Scripts ask for Linux to know which commands there are: those of GNU, as here. */
static const char *const facts[] = {"Linux",  "boxagnts", "6.1.0-wasi", "#1 BoxAgnts",
                                    "wasm32", "unknown",  "unknown",    "GNU/Linux"};

const char uname_help[] =
    "Usage: uname [OPTION]...\n"
    "Say what system this is; without OPTION as -s.\n"
    "\n"
    "  -a, --all             all of it, but unknown -p and -i\n"
    "  -s, --kernel-name; -n, --nodename; -r, --kernel-release; -v, --kernel-version\n"
    "  -m, --machine; -p, --processor; -i, --hardware-platform; -o, --operating-system\n"
    "\n"
    "Examples:\n"
    "  $ uname -s\n"
    "  Linux\n";

int uname_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'},
                                      {"kernel-name", PROG_NO_ARG, 's'},
                                      {"sysname", PROG_NO_ARG, 's'},
                                      {"nodename", PROG_NO_ARG, 'n'},
                                      {"kernel-release", PROG_NO_ARG, 'r'},
                                      {"release", PROG_NO_ARG, 'r'},
                                      {"kernel-version", PROG_NO_ARG, 'v'},
                                      {"machine", PROG_NO_ARG, 'm'},
                                      {"processor", PROG_NO_ARG, 'p'},
                                      {"hardware-platform", PROG_NO_ARG, 'i'},
                                      {"operating-system", PROG_NO_ARG, 'o'},
                                      {0}};
    static const char letters[] = "snrvmpio";
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "asnrvmpio", .longs = longs};
    unsigned shown = 0;
    for (int c; (c = prog_opt(&o)) != -1;) {
        const char *hit = strchr(letters, c);
        shown |= hit ? 1u << (hit - letters) : 0x9fu;
    }
    if (o.next < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next]));
    if (!shown)
        shown = 1;
    bool first = true;
    for (size_t i = 0; i < BX_COUNT(facts); i++) {
        if (!(shown >> i & 1))
            continue;
        prog_printf(&prog_out, "%s%s", first ? "" : " ", facts[i]);
        first = false;
    }
    prog_putc(&prog_out, '\n');
    return 0;
}

const char arch_help[] = "Usage: arch\n"
                         "Print the machine's kind.\n"
                         "\n"
                         "Examples:\n"
                         "  $ test \"$(arch)\" = \"$(uname -m)\" && echo same\n"
                         "  same\n";

int arch_program(int argc, char **argv)
{
    no_operands(argc, argv);
    line(facts[4]);
    return 0;
}

const char hostname_help[] = "Usage: hostname [-f|-s|-d|-i|-I]\n"
                             "Print the machine's name, which cannot be set.\n"
                             "\n"
                             "Examples:\n"
                             "  $ hostname\n"
                             "  boxagnts\n";

int hostname_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"fqdn", PROG_NO_ARG, 'f'},   {"long", PROG_NO_ARG, 'f'},       {"short", PROG_NO_ARG, 's'},
        {"domain", PROG_NO_ARG, 'd'}, {"ip-address", PROG_NO_ARG, 'i'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "fsdiI", .longs = longs};
    int what = 0;
    for (int c; (c = prog_opt(&o)) != -1;)
        what = c;
    if (o.next < argc)
        prog_die(0, "you must be root to change the host name");
    line(what == 'd' ? "" : what == 'i' || what == 'I' ? "127.0.0.1" : facts[1]);
    return 0;
}

/* ---- tty, pwd, which ------------------------------------------------------------------------ */

const char tty_help[] = "Usage: tty [-s]\n"
                        "Print the terminal that standard input is; status 1 if it is none.\n"
                        "\n"
                        "  -s, --silent, --quiet  print nothing\n"
                        "\n"
                        "Examples:\n"
                        "  $ tty < /dev/null; echo $?\n"
                        "  not a tty\n"
                        "  1\n";

int tty_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"silent", PROG_NO_ARG, 's'}, {"quiet", PROG_NO_ARG, 's'}, {0}};
    prog_usage_status = 2;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "s", .longs = longs};
    bool silent = false;
    for (int c; (c = prog_opt(&o)) != -1;)
        silent = true;
    if (o.next < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next]));
    bool is = isatty(0) == 1;
    if (!silent)
        line(is ? "/dev/tty" : "not a tty");
    return is ? 0 : 1;
}

const char pwd_help[] = "Usage: pwd [OPTION]...\n"
                        "Print the working directory.\n"
                        "\n"
                        "  -L, --logical   as PWD has it, even with links in it\n"
                        "  -P, --physical  without links (default)\n"
                        "\n"
                        "Examples:\n"
                        "  $ mkdir d; ln -s d l; cd l; pwd -P | sed 's/.*\\///'\n"
                        "  d\n";

int pwd_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"logical", PROG_NO_ARG, 'L'}, {"physical", PROG_NO_ARG, 'P'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "LP", .longs = longs};
    bool logical = getenv("POSIXLY_CORRECT") != NULL;
    for (int c; (c = prog_opt(&o)) != -1;)
        logical = c == 'L';
    if (o.next < argc)
        prog_warn(0, "ignoring non-option arguments");
    const char *pwd = getenv("PWD");
    struct stat a, b;
    if (logical && pwd && pwd[0] == '/' && !strstr(pwd, "/./") && !strstr(pwd, "/../") &&
        stat(pwd, &a) == 0 && stat(".", &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev) {
        line(pwd);
        return 0;
    }
    char *cwd = run_cwd(), *real = path_real(cwd, PATH_NONE, false);
    line(real ? real : cwd);
    free(cwd);
    free(real);
    return 0;
}

const char which_help[] = "Usage: which [-a] NAME...\n"
                          "Print where in PATH each command lies; status 1 when one is not there.\n"
                          "\n"
                          "  -a, --all     all places, not only the first\n"
                          "  -s, --silent  print nothing\n"
                          "\n"
                          "Examples:\n"
                          "  $ which nosuchcommand; echo $?\n"
                          "  1\n";

static bool is_program(const char *path)
{
    struct stat st;
    if (mode_stat(AT_FDCWD, path, true, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    mode_find_x(AT_FDCWD, path, &st);
    return (st.st_mode & 0111) != 0;
}

int which_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'}, {"silent", PROG_NO_ARG, 's'}, {0}};
    prog_usage_status = 2;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "as", .longs = longs};
    bool all = false, silent = false, ok = true;
    for (int c; (c = prog_opt(&o)) != -1;) {
        all |= c == 'a';
        silent |= c == 's';
    }
    if (o.next >= argc)
        return 1;
    for (int i = o.next; i < argc; i++) {
        const char *path = getenv("PATH");
        bool found = false;
        if (strchr(argv[i], '/')) {
            found = is_program(argv[i]);
            if (found && !silent)
                line(argv[i]);
            ok &= found;
            continue;
        }
        for (const char *s = path ? path : "/bin"; s && (!found || all);) {
            size_t n = strcspn(s, ":");
            char *dir = n ? prog_strndup(s, n) : prog_strndup(".", 1),
                 *full = path_join(dir, argv[i]);
            if (is_program(full)) {
                found = true;
                if (!silent)
                    line(full);
            }
            free(dir);
            free(full);
            s = s[n] ? s + n + 1 : NULL;
        }
        ok &= found;
    }
    return ok ? 0 : 1;
}

/* ---- ps ------------------------------------------------------------------------------------- */

const char ps_help[] = "Usage: ps [OPTION]...\n"
                       "Show this process and the one that started it: others are not seen from a\n"
                       "sandbox. Options are accepted and have no effect.\n"
                       "\n"
                       "Examples:\n"
                       "  $ ps | head -n 1\n"
                       "      PID TTY          TIME CMD\n";

int ps_program(int argc, char **argv)
{
    prog_only_help(argc, argv);
    int32_t own = 0, parent = 0;
    bx_process_self(&own, &parent);
    prog_puts(&prog_out, "    PID TTY          TIME CMD\n");
    if (parent)
        prog_printf(&prog_out, "%7d ?        00:00:00 -\n", (int)parent);
    prog_printf(&prog_out, "%7d ?        00:00:00 ps\n", (int)own);
    return 0;
}
