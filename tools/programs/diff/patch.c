/* patch: changes made by diff, applied. */
#include "programs/common/prog_text.h"
#include "programs/diff/box.h"
#include "programs/diff/patch.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char patch_help_text[] =
    "Usage: patch [OPTION]... [ORIGFILE [PATCHFILE]]\n"
    "Apply what diff made to its originals.\n"
    "\n"
    "  -p, --strip=NUM           take NUM leading components off file names\n"
    "  -i, --input=PATCHFILE     read PATCHFILE instead of standard input\n"
    "  -o, --output=FILE         write the result to FILE (-: standard output)\n"
    "  -r, --reject-file=FILE    write rejects to FILE (-: nowhere)\n"
    "  -d, --directory=DIR       change to DIR first\n"
    "  -R, --reverse             the patch was made with old and new swapped\n"
    "  -N, --forward             skip patches that are reversed or applied already\n"
    "  -F, --fuzz=NUM            lines of context that may be ignored (2)\n"
    "  -l, --ignore-whitespace   blanks match any blanks\n"
    "  -u, -c, -n, -e            the patch is unified, context, normal, an ed script\n"
    "                            (ed scripts are refused)\n"
    "  -E, --remove-empty-files  remove files that become empty\n"
    "  -b, --backup              keep the originals\n"
    "      --no-backup-if-mismatch  keep none where a hunk did not fit exactly\n"
    "  -z, --suffix=SUFFIX       of what is kept (.orig)\n"
    "  -B, --prefix=PREFIX       in front of its name\n"
    "  -f, --force               ask nothing, apply anyway\n"
    "  -t, --batch               ask nothing, reverse where that fits\n"
    "  -s, --quiet, --silent     say nothing but errors\n"
    "      --dry-run             change nothing\n"
    "      --verbose             accepted\n"
    "\n"
    "Exit status: 0; 1 a hunk was rejected; 2 trouble.\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\n' > f; printf 'a\\nB\\n' > g; diff -u f g > p; patch f p\n"
    "  patching file f\n"
    "  $ cat f\n"
    "  a\n"
    "  B\n"
    "  $ patch -R f < p; cat f\n"
    "  patching file f\n"
    "  a\n"
    "  b\n";
const char *const patch_help = patch_help_text;

enum { DRY_RUN = 256, NO_MISMATCH, MISMATCH, VERBOSE, BINARY, IGNORED };

static struct {
    const char *operand, *input, *output, *reject, *suffix, *prefix;
    long strip; /* -1: only the last component */
    size_t fuzz;
    bool reverse, forward, blanks, remove_empty, backup, backup_mismatch, force, batch, quiet, dry;
    prog_buf written; /* with -o: all results so far */
    int status;
} o = {.strip = -1, .fuzz = 2, .suffix = ".orig", .prefix = "", .backup_mismatch = true};

static void say(const char *format, ...) BX_PRINTF(1, 2);

static void say(const char *format, ...)
{
    if (o.quiet)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    prog_write(&prog_out, text,
               n < 0                      ? 0
               : (size_t)n < sizeof(text) ? (size_t)n
                                          : sizeof(text) - 1);
}

/* ---- which file --------------------------------------------------------------------------------
 */

/* The name without its first components; NULL where none is left, or it leads out. */
static char *stripped(bx_str name)
{
    if (name.n == 0 || (name.n == 9 && memcmp(name.p, "/dev/null", 9) == 0) ||
        memchr(name.p, '\0', name.n))
        return NULL;
    size_t at = 0, last = 0;
    long left = o.strip;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] != '/')
            continue;
        while (i + 1 < name.n && name.p[i + 1] == '/')
            i++;
        last = i + 1;
        if (left > 0) {
            left--;
            at = last;
        }
    }
    if (o.strip < 0)
        at = last;
    if (left > 0 || at == name.n)
        return NULL;
    char *s = prog_strndup(name.p + at, name.n - at);
    bool outside = *s == '/';
    for (const char *p = s; (p = strstr(p, "..")) != NULL; p += 2)
        outside |= (p == s || p[-1] == '/') && (p[2] == '\0' || p[2] == '/');
    if (outside) {
        static char *told;
        if (!told || strcmp(told, s) != 0)
            say("Ignoring potentially dangerous file name %s\n", s);
        free(told);
        told = prog_strndup(s, strlen(s));
        free(s);
        return NULL;
    }
    return s;
}

/* Fewer components, then a shorter last one, then shorter. */
static bool better(const char *a, const char *b)
{
    size_t slashes[2] = {0, 0}, base[2], n[2] = {strlen(a), strlen(b)};
    const char *s[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        const char *last = strrchr(s[i], '/');
        for (const char *p = s[i]; *p; p++)
            slashes[i] += *p == '/';
        base[i] = strlen(last ? last + 1 : s[i]);
    }
    if (slashes[0] != slashes[1])
        return slashes[0] < slashes[1];
    return base[0] != base[1] ? base[0] < base[1] : n[0] < n[1];
}

static bool exists(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0;
}

/* The name of the file to patch; NULL: there is none.  To be freed. */
static char *choose(const file_patch *p)
{
    if (o.operand)
        return prog_strndup(o.operand, strlen(o.operand));
    char *name[3] = {stripped(p->side[0].name), stripped(p->side[1].name), stripped(p->index)};
    if (p->renames || p->copies) {
        free(name[0]);
        long strip = o.strip;
        if (o.strip > 0)
            o.strip--; /* these have no a/ in front */
        name[0] = stripped(p->from);
        o.strip = strip;
        if (name[0])
            free(name[1]), free(name[2]), name[1] = name[2] = NULL;
    }
    bool creates = p->side[0].absent || p->creates ||
                   (p->n > 0 && p->hunk[0].old_n == 0 && p->hunk[0].old_at == 0);
    int best = -1;
    for (int pass = 0; pass < (creates ? 2 : 1) && best < 0; pass++)
        for (int i = 0; i < 3; i++)
            if (name[i] && (pass == 1 || exists(name[i])) &&
                (best < 0 || better(name[i], name[best])))
                best = i;
    char *chosen = best < 0 ? NULL : name[best];
    for (int i = 0; i < 3; i++)
        if (i != best)
            free(name[i]);
    return chosen;
}

static void tell_missing(const patch_input *in, const file_patch *p)
{
    say("can't find file to patch at input line %zu\n", p->body + 1);
    say("%s", o.strip < 0 ? "Perhaps you should have used the -p or --strip option?\n"
                          : "Perhaps you used the wrong -p or --strip option?\n");
    if (p->body > p->begins) {
        say("The text leading up to this was:\n--------------------------\n");
        for (size_t i = p->begins; i < p->body; i++) {
            bx_str s = diff_line(&in->text, i);
            say("|%.*s", (int)(s.n < 900 ? s.n : 900), s.p);
        }
        say("--------------------------\n");
    }
    if (o.force || o.batch)
        say("No file to patch.  Skipping patch.\n");
    else
        say("File to patch: \nSkip this patch? [y] \nSkipping patch.\n");
    if (p->n > 0)
        say("%zu out of %zu hunk%s ignored\n", p->n, p->n, p->n == 1 ? "" : "s");
}

/* ---- files -------------------------------------------------------------------------------------
 */

static void make_directories(const char *name)
{
    char *path = prog_strndup(name, strlen(name));
    for (char *p = path + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
        *p = '\0';
        (void)mkdir(path, 0777);
    }
    free(path);
}

static void remove_with_directories(const char *name)
{
    if (unlink(name) != 0)
        prog_die(errno, "**** Can't remove file %s", name);
    char *path = prog_strndup(name, strlen(name));
    for (char *slash; (slash = strrchr(path, '/')) != NULL && slash != path;) {
        *slash = '\0';
        if (rmdir(path) != 0)
            break;
    }
    free(path);
}

static void write_file(const char *name, const prog_buf *b)
{
    make_directories(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        prog_die(errno, "**** Can't create file %s", name);
    int error = prog_write_all(fd, b->p, b->n);
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error != 0)
        prog_die(error, "**** Can't write file %s", name);
}

static void keep(const char *name, const diff_text *text)
{
    prog_buf path = {0}, old = {.p = text->p, .n = text->n - text->no_lf};
    prog_buf_put(&path, o.prefix, strlen(o.prefix));
    prog_buf_put(&path, name, strlen(name));
    prog_buf_put(&path, o.suffix, strlen(o.suffix));
    write_file(prog_buf_z(&path), &old);
    prog_buf_free(&path);
}

/* The file, empty when there is none; false: it is not there. */
static bool read_text(const char *name, diff_text *ret)
{
    prog_buf b = {0};
    prog_buf_room(&b, 1);
    int fd = open(name, O_RDONLY);
    bool there = fd >= 0;
    if (!there && errno != ENOENT)
        prog_die(errno, "**** Can't open file %s", name);
    if (there) {
        struct stat st;
        if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
            prog_die(0, "File %s is not a regular file -- refusing to patch", name);
        prog_reader r = {.fd = fd, .name = name};
        prog_read_rest(&r, &b);
        if (!prog_close(&r))
            prog_exit(2);
    }
    prog_buf_room(&b, 1);
    diff_text_set(ret, b.p, b.n);
    return there;
}

/* ---- one patch ---------------------------------------------------------------------------------
 */

typedef enum verdict { GO_ON, REVERSE, SKIP } verdict;

/* The patch fits the other way round. */
static verdict ask_reversal(const char *what)
{
    if (o.forward || !(o.force && o.quiet))
        say("%s", what);
    if (o.forward) {
        say("  Skipping patch.\n");
        return SKIP;
    }
    if (o.force) {
        say("  Applying it anyway.\n");
        return GO_ON;
    }
    if (o.batch) {
        say(o.reverse ? "  Ignoring -R.\n" : "  Assuming -R.\n");
        return REVERSE;
    }
    say(o.reverse ? "  Ignore -R? [n] \n" : "  Assume -R? [n] \n");
    say("Apply anyway? [n] \nSkipping patch.\n");
    return SKIP;
}

typedef struct job {
    file_patch *p;
    char *name, *to; /* to: what it is renamed or copied to, or `name` */
    diff_text text;
    bool there;
    patch_target t;
    prog_buf rejects;
    size_t failed;
    bool mismatch, skip, never; /* never: skipped before anything was tried */
} job;

static bool fits_reversed(job *j, size_t fuzz)
{
    size_t at;
    patch_target t = j->t;
    patch_reverse(j->p);
    bool fits = patch_locate(&t, &j->p->hunk[0], fuzz, &at);
    if (!fits)
        patch_reverse(j->p);
    return fits;
}

/* Where hunk i fits, with as little fuzz as it needs. */
static bool locate(job *j, size_t i, size_t *ret_at, size_t *ret_fuzz)
{
    size_t front, back;
    patch_context(&j->p->hunk[i], &front, &back);
    size_t most = front > back ? front : back, max = o.fuzz < most ? o.fuzz : most;
    bool dared = i > 0 || o.force;
    for (size_t fuzz = 0; fuzz <= max; fuzz++) {
        if (patch_locate(&j->t, &j->p->hunk[i], fuzz, ret_at)) {
            *ret_fuzz = fuzz;
            return true;
        }
        if (dared || !fits_reversed(j, fuzz))
            continue;
        dared = true;
        verdict v = ask_reversal(o.reverse ? "Unreversed patch detected!"
                                           : "Reversed (or previously applied) patch detected!");
        if (v == REVERSE) {
            o.reverse = !o.reverse;
            fuzz--; /* once more, the other way round */
            continue;
        }
        patch_reverse(j->p);
        if (v == SKIP) {
            j->skip = true;
            return false;
        }
    }
    return false;
}

static void apply_hunks(job *j)
{
    for (size_t i = 0; i < j->p->n; i++) {
        hunk *h = &j->p->hunk[i];
        size_t at = 0, fuzz = 0;
        bool done = !j->skip && locate(j, i, &at, &fuzz);
        if (done && h->old_n == 0 && h->old_at == 0 && j->text.n > 0 && j->p->side[0].absent)
            done = false; /* it makes a file that is there */
        ptrdiff_t where = (done ? (ptrdiff_t)at + 1 : (ptrdiff_t)h->old_at) + j->t.grown;
        if (!done) {
            if (!j->skip)
                say("Hunk #%zu FAILED at %td.\n", i + 1, where + (h->old_n == 0));
            patch_put_reject(&j->rejects, j->p, h, j->t.grown, j->failed++ == 0);
            j->mismatch = true;
            continue;
        }
        if (fuzz > 0 || j->t.shift != 0) {
            j->mismatch = true;
            say("Hunk #%zu succeeded at %td", i + 1, where);
            if (fuzz > 0)
                say(" with fuzz %zu", fuzz);
            if (j->t.shift != 0)
                say(" (offset %td line%s)", j->t.shift, j->t.shift == 1 ? "" : "s");
            say(".\n");
        }
        patch_put(&j->t, h, at);
    }
    patch_put_rest(&j->t);
}

static void save_rejects(job *j)
{
    say("%zu out of %zu hunk%s %s", j->failed, j->p->n, j->p->n == 1 ? "" : "s",
        j->skip ? "ignored" : "FAILED");
    prog_buf path = {0};
    prog_buf_put(&path, j->to, strlen(j->to));
    prog_buf_put(&path, ".rej", 5);
    const char *name = o.reject ? o.reject : path.p;
    if (!o.dry && !j->never && strcmp(name, "-") != 0) {
        say(" -- saving rejects to file %s", name);
        write_file(name, &j->rejects);
    }
    say("\n");
    prog_buf_free(&path);
    o.status = 1;
}

/* What the patch made of the file, to where it belongs. */
static void save(job *j)
{
    const file_patch *p = j->p;
    if (o.output) {
        prog_buf_put(&o.written, j->t.out.p, j->t.out.n);
        return;
    }
    bool gone = j->t.out.n == 0 && (p->side[1].absent || o.remove_empty) && !j->failed;
    if (p->side[1].absent && !gone && !j->failed) {
        say("Not deleting file %s as content differs from patch\n", j->name);
        o.status = 1;
    }
    if (o.dry)
        return;
    if (j->there && (o.backup || (o.backup_mismatch && j->mismatch)))
        keep(j->to, &j->text);
    if (gone) {
        if (j->there)
            remove_with_directories(j->name);
        return;
    }
    write_file(j->to, &j->t.out);
    if (p->renames && strcmp(j->to, j->name) != 0)
        remove_with_directories(j->name);
}

static void announce(const job *j)
{
    const char *how = j->p->renames ? "renamed" : "copied";
    bool moved = strcmp(j->to, j->name) != 0;
    say("%s file %s", o.dry ? "checking" : "patching", prog_quotef(o.output ? o.output : j->to));
    if (o.output)
        say(" (read from %s)", prog_quotef(j->name));
    else if (moved)
        say(" (%s from %s)", how, prog_quotef(j->name));
    say("\n");
}

/* A patch that creates what is there, or deletes what is not; true: to be skipped. */
static bool contradicts(job *j)
{
    file_patch *p = j->p;
    bool makes = p->side[0].absent && j->there && j->text.n > 0;
    bool deletes = p->side[1].absent && !j->there;
    bool empties =
        !deletes && p->n == 1 && p->hunk[0].new_n == 0 && p->hunk[0].new_at == 0 && j->text.n == 0;
    if ((!makes && !deletes && !empties) || o.output || p->renames || p->copies)
        return false;
    char what[600];
    (void)snprintf(what, sizeof(what), "The next patch%s would %s the file %.400s,\nwhich %s!",
                   o.reverse ? ", when reversed," : "",
                   makes     ? "create"
                   : empties ? "empty out"
                             : "delete",
                   j->name,
                   makes     ? "already exists"
                   : empties ? "is already empty"
                             : "does not exist");
    verdict v = ask_reversal(what);
    if (v == REVERSE) {
        patch_reverse(p);
        o.reverse = !o.reverse;
    }
    return v == SKIP;
}

static void do_patch(const patch_input *in, file_patch *p)
{
    bool reverse = o.reverse;
    if (o.reverse)
        patch_reverse(p);
    job j = {.p = p, .name = choose(p)};
    for (int i = 0; i < 2; i++) { /* as rejects tell them */
        char *told = stripped(p->side[i].name);
        if (told)
            p->side[i].name = (bx_str){told, strlen(told)};
    }
    if (!j.name) {
        tell_missing(in, p);
        o.status = 1;
        return;
    }
    if (p->binary) {
        say("File %s: git binary diffs are not supported.\n", j.name);
        o.status = 1;
        free(j.name);
        return;
    }
    long strip = o.strip;
    if (o.strip > 0)
        o.strip--;
    j.to = (p->renames || p->copies) && !o.operand ? stripped(p->to) : NULL;
    o.strip = strip;
    if (!j.to)
        j.to = prog_strndup(j.name, strlen(j.name));
    j.there = read_text(j.name, &j.text);
    j.t = (patch_target){.text = &j.text, .blanks = o.blanks};
    j.skip = j.never = contradicts(&j);
    if (!j.skip)
        announce(&j);
    apply_hunks(&j);
    if (!j.skip)
        save(&j);
    if (j.failed > 0)
        save_rejects(&j);
    o.reverse = reverse;
    free(j.name);
    free(j.to);
    prog_buf_free(&j.t.out);
    prog_buf_free(&j.rejects);
    diff_text_done(&j.text);
}

static void write_output(void)
{
    if (strcmp(o.output, "-") == 0)
        prog_write(&prog_out, o.written.p, o.written.n);
    else if (!o.dry)
        write_file(o.output, &o.written);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static const prog_long longs[] = {
    {"strip", PROG_ARG, 'p'},
    {"input", PROG_ARG, 'i'},
    {"output", PROG_ARG, 'o'},
    {"reject-file", PROG_ARG, 'r'},
    {"directory", PROG_ARG, 'd'},
    {"reverse", PROG_NO_ARG, 'R'},
    {"forward", PROG_NO_ARG, 'N'},
    {"fuzz", PROG_ARG, 'F'},
    {"ignore-whitespace", PROG_NO_ARG, 'l'},
    {"unified", PROG_NO_ARG, 'u'},
    {"context", PROG_NO_ARG, 'c'},
    {"normal", PROG_NO_ARG, 'n'},
    {"ed", PROG_NO_ARG, 'e'},
    {"remove-empty-files", PROG_NO_ARG, 'E'},
    {"backup", PROG_NO_ARG, 'b'},
    {"no-backup-if-mismatch", PROG_NO_ARG, NO_MISMATCH},
    {"backup-if-mismatch", PROG_NO_ARG, MISMATCH},
    {"suffix", PROG_ARG, 'z'},
    {"prefix", PROG_ARG, 'B'},
    {"force", PROG_NO_ARG, 'f'},
    {"batch", PROG_NO_ARG, 't'},
    {"quiet", PROG_NO_ARG, 's'},
    {"silent", PROG_NO_ARG, 's'},
    {"dry-run", PROG_NO_ARG, DRY_RUN},
    {"verbose", PROG_NO_ARG, VERBOSE},
    {"binary", PROG_NO_ARG, BINARY},
    {"posix", PROG_NO_ARG, IGNORED},
    {"version-control", PROG_ARG, IGNORED},
    {"reject-format", PROG_ARG, IGNORED},
    {"merge", PROG_MAY_ARG, IGNORED + 1},
    {0},
};

static size_t number(const char *s, const char *what)
{
    uint64_t n;
    if (prog_uint(s, "", &n) != PROG_NUM_OK || n > INT32_MAX)
        prog_die(0, "**** %s %s is not a number", what, s);
    return (size_t)n;
}

static void take_option(int c, char *arg, patch_input *in)
{
    switch (c) {
    case 'p':
        o.strip = (long)number(arg, "strip count");
        break;
    case 'i':
        o.input = arg;
        break;
    case 'o':
        o.output = arg;
        break;
    case 'r':
        o.reject = arg;
        break;
    case 'd':
        if (chdir(arg) != 0)
            prog_die(errno, "**** Can't change to directory %s", arg);
        break;
    case 'R':
        o.reverse = true;
        break;
    case 'N':
        o.forward = true;
        break;
    case 'F':
        o.fuzz = number(arg, "fuzz factor");
        break;
    case 'l':
        o.blanks = true;
        break;
    case 'u':
        in->only = PATCH_UNIFIED;
        break;
    case 'c':
        in->only = PATCH_CONTEXT;
        break;
    case 'n':
        in->only = PATCH_PLAIN;
        break;
    case 'e':
        in->only = PATCH_ED;
        break;
    case 'E':
        o.remove_empty = true;
        break;
    case 'b':
        o.backup = true;
        break;
    case NO_MISMATCH:
        o.backup_mismatch = false;
        break;
    case MISMATCH:
        o.backup_mismatch = true;
        break;
    case 'z':
        o.suffix = arg;
        break;
    case 'B':
        o.prefix = arg;
        o.suffix = "";
        break;
    case 'f':
        o.force = true;
        break;
    case 't':
        o.batch = true;
        break;
    case 's':
        o.quiet = true;
        break;
    case DRY_RUN:
        o.dry = true;
        break;
    case IGNORED + 1:
        prog_die(0, "**** --merge is not supported");
    default:
        break;
    }
}

int patch_run(int argc, char **argv)
{
    prog_status = prog_usage_status = 2;
    patch_input in = {0};
    prog_opts opts = {.argc = argc,
                      .argv = argv,
                      .shorts = "bB:cd:eEfF:i:lnNo:p:r:RstTuvV:x:Y:z:Z",
                      .longs = longs};
    for (int c; (c = prog_opt(&opts)) != -1;)
        take_option(c, opts.arg, &in);
    int left = argc - opts.next;
    if (left > 2)
        prog_usage("%s: extra operand", argv[opts.next + 2]);
    o.operand = left > 0 ? argv[opts.next] : NULL;
    if (left > 1)
        o.input = argv[opts.next + 1];
    prog_reader r = {.fd = 0, .name = "-"};
    prog_buf b = {0};
    if (o.input && strcmp(o.input, "-") != 0) {
        int fd = open(o.input, O_RDONLY);
        if (fd < 0)
            prog_die(errno, "**** Can't open patch file %s", prog_quotef(o.input));
        r = (prog_reader){.fd = fd, .name = o.input};
    }
    prog_read_rest(&r, &b);
    if (!prog_close(&r))
        return 2;
    prog_buf_room(&b, 1);
    diff_text_set(&in.text, b.p, b.n);
    bool any = false;
    for (file_patch p; patch_next(&in, &p); any = true) {
        do_patch(&in, &p);
        patch_done(&p);
        prog_check_out();
    }
    if (!any && in.text.n > 0)
        prog_die(0, "**** Only garbage was found in the patch input.");
    if (o.output && any)
        write_output();
    return o.status;
}
