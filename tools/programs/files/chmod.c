/* files/chmod.c - chmod, chown, chgrp, install. */
#include "copy.h"
#include "files.h"
#include "path.h"
#include "walk.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char chmod_help[] =
    "Usage: chmod [OPTION]... MODE[,MODE]... FILE...\n"
    "  or:  chmod [OPTION]... --reference=RFILE FILE...\n"
    "Set modes. In the sandbox files have none: MODE is checked, and that FILE is there; scripts\n"
    "that begin with #! and WebAssembly programs can be run anyway.\n"
    "\n"
    "  -c, --changes         say what changes\n"
    "  -f, --silent, --quiet  fewer error messages\n"
    "  -v, --verbose         say what is done for each file\n"
    "      --reference=RFILE  the mode of RFILE\n"
    "  -R, --recursive       and all that is in directories\n"
    "\n"
    "Examples:\n"
    "  $ printf '#!/bin/sh\\necho hi\\n' > s; chmod +x s && test -x s && echo ok\n"
    "  ok\n";

typedef struct changer {
    const char *mode;
    mode_t reference;
    bool has_reference, recursive, changes, verbose, quiet;
} changer;

static bool chmod_one(const changer *c, const char *path, bool is_arg)
{
    struct stat st;
    if (mode_stat(AT_FDCWD, path, true, &st) != 0) {
        struct stat link;
        if (!c->quiet && errno == ENOENT && lstat(path, &link) == 0)
            prog_warn(0, "cannot operate on dangling symlink %s", prog_quoteaf(path));
        else if (!c->quiet)
            prog_warn(errno, "cannot access %s", prog_quoteaf(path));
        return false;
    }
    (void)is_arg;
    mode_find_x(AT_FDCWD, path, &st);
    mode_t old = st.st_mode & 07777, mode = c->reference;
    if (!c->has_reference)
        (void)mode_change(c->mode, old, S_ISDIR(st.st_mode), mode_umask(), &mode);
    if (mode_set(path, mode) != 0) {
        if (!c->quiet)
            prog_warn(errno, "changing permissions of %s", prog_quoteaf(path));
        return false;
    }
    if (c->verbose || (c->changes && mode != old)) {
        char from[12], to[12];
        mode_letters(old, from);
        mode_letters(mode, to);
        if (mode != old)
            prog_printf(&prog_out, "mode of %s changed from %04o (%s) to %04o (%s)\n",
                        prog_quoteaf(path), (unsigned)old, from + 1, (unsigned)mode, to + 1);
        else
            prog_printf(&prog_out, "mode of %s retained as %04o (%s)\n", prog_quoteaf(path),
                        (unsigned)mode, to + 1);
    }
    return true;
}

static bool chmod_tree(const changer *c, const char *path)
{
    if (!c->recursive)
        return chmod_one(c, path, true);
    walk *w = walk_new(path, WALK_FOLLOW_ROOT);
    walk_entry e;
    bool ok = true;
    while (walk_next(w, &e)) {
        if (e.kind == WALK_DIR_END)
            continue;
        if (e.kind == WALK_UNREADABLE) {
            prog_warn(e.error, "cannot read directory %s", prog_quoteaf(e.path));
            ok = false;
            continue;
        }
        if (e.depth > 0 && walk_stat(w, &e) && S_ISLNK(e.st.st_mode))
            continue;
        ok &= chmod_one(c, e.path, e.depth == 0);
    }
    walk_free(w);
    return ok;
}

/* Modes like -x look like options: they become operands. */
static bool is_mode_option(const char *s)
{
    return s[0] == '-' && s[1] && strspn(s + 1, "rwxXstugoa,=+-01234567") == strlen(s + 1);
}

int chmod_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"changes", PROG_NO_ARG, 'c'},
                                      {"recursive", PROG_NO_ARG, 'R'},
                                      {"no-preserve-root", PROG_NO_ARG, 257},
                                      {"preserve-root", PROG_NO_ARG, 257},
                                      {"quiet", PROG_NO_ARG, 'f'},
                                      {"reference", PROG_ARG, 256},
                                      {"silent", PROG_NO_ARG, 'f'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    changer c = {0};
    char **words = prog_alloc((size_t)(argc + 1) * sizeof *words);
    int n = 0;
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        only_operands |= strcmp(argv[i], "--") == 0;
        if (!only_operands && !c.mode && is_mode_option(argv[i]))
            c.mode = argv[i];
        else
            words[n++] = argv[i];
    }
    words[n] = NULL;
    prog_opts o = {.argc = n, .argv = words, .shorts = "Rcfv", .longs = longs};
    for (int k; (k = prog_opt(&o)) != -1;) {
        c.recursive |= k == 'R';
        c.changes |= k == 'c';
        c.quiet |= k == 'f';
        c.verbose |= k == 'v';
        if (k == 256) {
            struct stat st;
            if (mode_stat(AT_FDCWD, o.arg, true, &st) != 0)
                prog_die(errno, "failed to get attributes of %s", prog_quoteaf(o.arg));
            c.reference = st.st_mode & 07777;
            c.has_reference = true;
        }
    }
    if (!c.has_reference && !c.mode && o.next < n)
        c.mode = words[o.next++];
    if (!c.has_reference && !c.mode)
        prog_usage("missing operand");
    if (o.next >= n && c.has_reference)
        prog_usage("missing operand");
    if (o.next >= n)
        prog_usage("missing operand after %s", prog_quote(c.mode));
    mode_t checked;
    if (!c.has_reference && !mode_change(c.mode, 0, false, 0, &checked))
        prog_usage("invalid mode: %s", prog_quote(c.mode));
    bool ok = true;
    for (int i = o.next; i < n; i++)
        ok &= chmod_tree(&c, words[i]);
    free(words);
    return ok ? 0 : 1;
}

/* ---- chown, chgrp --------------------------------------------------------------------------- */

const char chown_help[] =
    "Usage: chown [OPTION]... [OWNER][:[GROUP]] FILE...\n"
    "  or:  chown [OPTION]... --reference=RFILE FILE...\n"
    "Set owner and group. In the sandbox all files are the user's: only that can be said.\n"
    "\n"
    "  -c, --changes, -v, --verbose  say what is done\n"
    "  -f, --silent, --quiet    fewer error messages\n"
    "  -h, --no-dereference     links themselves\n"
    "      --from=OWNER:GROUP   only files that are theirs\n"
    "      --reference=RFILE    as RFILE\n"
    "  -R, --recursive          and all that is in directories\n"
    "\n"
    "Examples:\n"
    "  $ touch f; chown \"$(id -un)\" f && echo ok\n"
    "  ok\n";

const char chgrp_help[] =
    "Usage: chgrp [OPTION]... GROUP FILE...\n"
    "  or:  chgrp [OPTION]... --reference=RFILE FILE...\n"
    "Set the group. In the sandbox all files are the user's: only that can be said.\n"
    "\n"
    "  -c, --changes, -v, --verbose  say what is done\n"
    "  -f, --silent, --quiet    fewer error messages\n"
    "  -h, --no-dereference     links themselves\n"
    "      --reference=RFILE    as RFILE\n"
    "  -R, --recursive          and all that is in directories\n"
    "\n"
    "Examples:\n"
    "  $ touch f; chgrp \"$(id -gn)\" f && echo ok\n"
    "  ok\n";

static bool number_or(bool (*by_name)(const char *, uint32_t *), const char *s, uint32_t *ret)
{
    uint64_t v;
    if (by_name(s, ret))
        return true;
    if (*s < '0' || *s > '9' || prog_uint(s, "", &v) != PROG_NUM_OK || v > UINT32_MAX)
        return false;
    *ret = (uint32_t)v;
    return true;
}

typedef struct owner {
    bool has_user, has_group;
    uint32_t user, group;
} owner;

static void parse_owner(const char *text, bool group_only, owner *ret)
{
    *ret = (owner){0};
    if (group_only) {
        ret->has_group = true;
        if (!number_or(mode_group_id, text, &ret->group))
            prog_die(0, "invalid group: %s", prog_quote(text));
        return;
    }
    const char *colon = strchr(text, ':');
    char *user = prog_strndup(text, colon ? (size_t)(colon - text) : strlen(text));
    ret->has_user = *user != '\0';
    if (ret->has_user && !number_or(mode_user_id, user, &ret->user))
        prog_die(0, "invalid user: %s", prog_quote(text));
    if (colon && colon[1]) {
        ret->has_group = true;
        if (!number_or(mode_group_id, colon + 1, &ret->group))
            prog_die(0, "invalid group: %s", prog_quote(text));
    }
    free(user);
}

static bool chown_one(const owner *w, const char *path, bool follow, bool quiet, bool group_only)
{
    struct stat st;
    if (mode_stat(AT_FDCWD, path, follow, &st) != 0) {
        if (!quiet)
            prog_warn(errno, "cannot access %s", prog_quoteaf(path));
        return false;
    }
    if ((!w->has_user || w->user == st.st_uid) && (!w->has_group || w->group == st.st_gid))
        return true;
#ifndef __wasm__
    if (fchownat(AT_FDCWD, path, w->has_user ? w->user : (uid_t)-1,
                 w->has_group ? w->group : (gid_t)-1, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0)
        return true;
#endif
    if (!quiet)
        prog_warn(EPERM, group_only ? "changing group of %s" : "changing ownership of %s",
                  prog_quoteaf(path));
    return false;
}

static int change_owner(int argc, char **argv, bool group_only)
{
    static const prog_long longs[] = {{"changes", PROG_NO_ARG, 'c'},
                                      {"dereference", PROG_NO_ARG, 257},
                                      {"from", PROG_ARG, 258},
                                      {"no-dereference", PROG_NO_ARG, 'h'},
                                      {"no-preserve-root", PROG_NO_ARG, 257},
                                      {"preserve-root", PROG_NO_ARG, 257},
                                      {"quiet", PROG_NO_ARG, 'f'},
                                      {"recursive", PROG_NO_ARG, 'R'},
                                      {"reference", PROG_ARG, 256},
                                      {"silent", PROG_NO_ARG, 'f'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "HLPRcfhv", .longs = longs};
    owner w;
    const char *reference = NULL;
    bool recursive = false, follow = true, quiet = false, ok = true;
    for (int k; (k = prog_opt(&o)) != -1;) {
        recursive |= k == 'R';
        quiet |= k == 'f';
        follow &= k != 'h';
        if (k == 256)
            reference = o.arg;
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    if (reference) {
        struct stat st;
        if (mode_stat(AT_FDCWD, reference, true, &st) != 0)
            prog_die(errno, "failed to get attributes of %s", prog_quoteaf(reference));
        w = (owner){!group_only, true, st.st_uid, st.st_gid};
    } else {
        if (o.next + 1 >= argc)
            prog_usage("missing operand after %s", prog_quote(argv[o.next]));
        parse_owner(argv[o.next++], group_only, &w);
    }
    for (int i = o.next; i < argc; i++) {
        if (!recursive) {
            ok &= chown_one(&w, argv[i], follow, quiet, group_only);
            continue;
        }
        walk *tree = walk_new(argv[i], 0);
        walk_entry e;
        while (walk_next(tree, &e))
            if (e.kind != WALK_DIR_END)
                ok &= chown_one(&w, e.path, false, quiet, group_only);
        walk_free(tree);
    }
    return ok ? 0 : 1;
}

int chown_program(int argc, char **argv) { return change_owner(argc, argv, false); }
int chgrp_program(int argc, char **argv) { return change_owner(argc, argv, true); }

/* ---- install -------------------------------------------------------------------------------- */

const char install_help[] =
    "Usage: install [OPTION]... SOURCE... DEST\n"
    "  or:  install [OPTION]... -t DIRECTORY SOURCE...\n"
    "  or:  install [OPTION]... -d DIRECTORY...\n"
    "Copy files and set their modes, or make directories.\n"
    "\n"
    "  -b, --backup[=CONTROL]     keep what is replaced: none, numbered, existing, simple\n"
    "  -C, --compare              leave a DEST that is the same already\n"
    "  -d, --directory            make directories, and those above them\n"
    "  -D                         make the directories of DEST first\n"
    "  -g, -o, -s                 (no effect)\n"
    "  -m, --mode=MODE            set the mode as chmod does; rwxr-xr-x by default\n"
    "  -p, --preserve-timestamps  keep the times of the SOURCEs\n"
    "  -S, --suffix=SUFFIX        of backups, instead of ~\n"
    "  -t, --target-directory=DIR copy into DIR\n"
    "  -T, --no-target-directory  take DEST as a file\n"
    "  -v, --verbose              say what is done\n"
    "\n"
    "Examples:\n"
    "  $ echo x > a; install -D -m 644 a d/e/b; cat d/e/b\n"
    "  x\n"
    "  $ install -d p/q; ls p\n"
    "  q\n";

typedef struct installer {
    copy_options c;
    bool dirs, parents, compare, no_dir;
    const char *mode, *target;
} installer;

static bool install_dir(const installer *p, const char *path)
{
    bool ok = true;
    char *copy = prog_strndup(path, strlen(path));
    path_strip(copy);
    size_t n = strlen(copy);
    for (size_t i = 1; ok && i <= n; i++) {
        if (copy[i] != '/' && copy[i] != '\0')
            continue;
        char *part = prog_strndup(copy, i);
        if (!copy_is_dir(part, true)) {
            ok = mkdir(part, 0755) == 0;
            if (!ok)
                prog_warn(errno, "cannot create directory %s", prog_quoteaf(part));
            else if (p->c.verbose)
                prog_printf(&prog_out, "%s: creating directory %s\n", prog_name,
                            prog_quoteaf(part));
        }
        free(part);
    }
    mode_t mode;
    if (ok && p->dirs && mode_change(p->mode, 0, true, 0, &mode))
        (void)mode_set(copy, mode);
    free(copy);
    return ok;
}

static bool same_contents(const char *a, const char *b)
{
    struct stat sa, sb;
    if (stat(a, &sa) != 0 || stat(b, &sb) != 0 || !S_ISREG(sb.st_mode) || sa.st_size != sb.st_size)
        return false;
    prog_reader ra = {.fd = open(a, O_RDONLY), .name = a},
                rb = {.fd = open(b, O_RDONLY), .name = b};
    bool same = ra.fd >= 0 && rb.fd >= 0;
    for (int c = 0; same && c >= 0;) {
        c = prog_getc(&ra);
        same = c == prog_getc(&rb);
    }
    if (ra.fd >= 0)
        (void)prog_close(&ra);
    if (rb.fd >= 0)
        (void)prog_close(&rb);
    return same;
}

static bool install_one(const installer *p, const char *from, const char *to)
{
    if (copy_is_dir(from, true)) {
        prog_warn(0, "omitting directory %s", prog_quoteaf(from));
        return false;
    }
    if (p->compare && same_contents(from, to))
        return true;
    if (!copy_tree(&p->c, from, to))
        return false;
    mode_t mode;
    if (mode_change(p->mode, 0, false, 0, &mode) && mode_set(to, mode) != 0) {
        prog_warn(errno, "cannot change permissions of %s", prog_quoteaf(to));
        return false;
    }
    return true;
}

static void install_options(installer *p, prog_opts *o)
{
    for (int c; (c = prog_opt(o)) != -1;) {
        switch (c) {
        case 'b':
        case 256:
            p->c.backup = copy_backup_control(o->arg);
            break;
        case 'C':
            p->compare = true;
            break;
        case 'd':
            p->dirs = true;
            break;
        case 'D':
            p->parents = true;
            break;
        case 'm':
            p->mode = o->arg;
            break;
        case 'p':
            p->c.times = true;
            break;
        case 'S':
            p->c.suffix = o->arg;
            p->c.backup = copy_backup_control(NULL);
            break;
        case 't':
            p->target = o->arg;
            break;
        case 'T':
            p->no_dir = true;
            break;
        default:
            p->c.verbose |= c == 'v';
        }
    }
}

int install_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"backup", PROG_MAY_ARG, 256},
                                      {"compare", PROG_NO_ARG, 'C'},
                                      {"directory", PROG_NO_ARG, 'd'},
                                      {"group", PROG_ARG, 'g'},
                                      {"mode", PROG_ARG, 'm'},
                                      {"no-target-directory", PROG_NO_ARG, 'T'},
                                      {"owner", PROG_ARG, 'o'},
                                      {"preserve-timestamps", PROG_NO_ARG, 'p'},
                                      {"strip", PROG_NO_ARG, 's'},
                                      {"suffix", PROG_ARG, 'S'},
                                      {"target-directory", PROG_ARG, 't'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bcCsDdg:m:o:pt:TvS:Z", .longs = longs};
    installer p = {.mode = "0755", .c.remove_first = true};
    install_options(&p, &o);
    mode_t checked;
    if (!mode_change(p.mode, 0, false, 0, &checked))
        prog_die(0, "invalid mode %s", prog_quote(p.mode));
    bool ok = true, into;
    int n = argc - o.next;
    if (p.dirs) {
        if (n == 0)
            prog_usage("missing file operand");
        for (int i = o.next; i < argc; i++)
            ok &= install_dir(&p, argv[i]);
        return ok ? 0 : 1;
    }
    if (p.parents && p.target && !copy_is_dir(p.target, true) && !install_dir(&p, p.target))
        return 1;
    if (p.parents && !p.target && n >= 2) {
        char *dir = path_dir(argv[argc - 1]);
        ok = copy_is_dir(dir, true) || install_dir(&p, dir);
        free(dir);
        if (!ok)
            return 1;
    }
    const char *to;
    copy_target(argv + o.next, n, p.target, p.no_dir, true, &n, &to, &into);
    for (int i = 0; i < n; i++) {
        const char *from = argv[o.next + i];
        char *base = path_base(from),
             *dest = into ? path_join(to, base) : prog_strndup(to, strlen(to));
        ok &= install_one(&p, from, dest);
        free(base);
        free(dest);
    }
    return ok ? 0 : 1;
}
