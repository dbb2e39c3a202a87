/* files/file_main.c - file [OPTION]... FILE... */
#include "file.h"
#include "files.h"
#include "mode.h"
#include "path.h"
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char file_help[] =
    "Usage: file [OPTION]... FILE...\n"
    "Say what kind of file each is, by its contents.\n"
    "\n"
    "  -b, --brief           without the names\n"
    "  -E                    errors end the program\n"
    "  -f, --files-from F    the names are the lines of F; -: standard input\n"
    "  -F, --separator S     S, not ':', behind names\n"
    "  -i, --mime            MIME type and encoding\n"
    "      --mime-type       only the type\n"
    "      --mime-encoding   only the encoding\n"
    "  -h, --no-dereference  do not follow links (default); -L, --dereference: do\n"
    "  -N, --no-pad          no blanks to line up; -n, --no-buffer (no effect)\n"
    "  -0, --print0          NUL behind names\n"
    "\n"
    "Examples:\n"
    "  $ echo hi > a.txt; echo '{}' > b.json; file a.txt b.json\n"
    "  a.txt:  ASCII text\n"
    "  b.json: JSON text data\n"
    "  $ printf '#!/bin/sh\\n' | file -bi -\n"
    "  text/x-shellscript; charset=us-ascii\n";

void file_say(file_kind *k, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        prog_buf_put(&k->text, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void file_kind_of(const uint8_t *p, size_t n, bool whole, file_kind *ret)
{
    *ret = (file_kind){0};
    (void)whole;
    if (n == 0) {
        file_say(ret, "empty");
        ret->mime = "inode/x-empty";
        ret->encoding = "binary";
        return;
    }
    if (file_binary(p, n, ret)) {
        ret->encoding = file_encoding(p, n);
        return;
    }
    if (n < 2) {
        file_say(ret, "very short file (no magic)");
        ret->encoding = "binary";
        return;
    }
    file_text(p, n, ret);
}

typedef struct options {
    bool brief, follow, no_pad, print0, errors;
    int mime; /* 0, 'i' both, 't' type, 'e' encoding */
    const char *separator;
} options;

static bool contents(const char *path, file_kind *k)
{
    prog_reader r = {.fd = 0, .name = path};
    bool input = strcmp(path, "-") == 0;
    if (!input && (r.fd = open(path, O_RDONLY)) < 0) {
        file_say(k, "cannot open `%s' (%s)", path, prog_strerror(errno));
        return false;
    }
    while (r.end - r.at < FILE_HEAD && prog_more(&r))
        continue;
    size_t n = r.end - r.at;
    bool whole = n <= FILE_HEAD;
    file_kind_of(r.p ? r.p + r.at : (const uint8_t *)"", whole ? n : FILE_HEAD, whole, k);
    uint8_t tail[4];
    if (k->mime && strcmp(k->mime, "application/gzip") == 0 && !input && n >= 18 &&
        lseek(r.fd, -4, SEEK_END) >= 0 && prog_read(r.fd, tail, 4) == 4)
        file_say(k, ", original size modulo 2^32 %u",
                 (unsigned)tail[0] | (unsigned)tail[1] << 8 | (unsigned)tail[2] << 16 |
                     (unsigned)tail[3] << 24);
    if (!input)
        (void)close(r.fd);
    free(r.p);
    return true;
}

static bool kind_of(const options *o, const char *path, file_kind *k)
{
    struct stat st;
    *k = (file_kind){.encoding = "binary"};
    if (strcmp(path, "-") == 0)
        return contents(path, k);
    if (mode_stat(AT_FDCWD, path, o->follow, &st) != 0) {
        file_say(k, "cannot open `%s' (%s)", path, prog_strerror(errno));
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        k->mime = "inode/directory";
        file_say(k, "%sdirectory", st.st_mode & 01000 ? "sticky, " : "");
    } else if (S_ISLNK(st.st_mode)) {
        char *target = path_link(path);
        struct stat there;
        bool broken = stat(path, &there) != 0;
        k->mime = "inode/symlink";
        file_say(k, "%ssymbolic link to %s", broken ? "broken " : "", target ? target : "?");
        free(target);
    } else if (S_ISCHR(st.st_mode)) {
        k->mime = "inode/chardevice";
        file_say(k, "character special");
    } else if (S_ISFIFO(st.st_mode)) {
        k->mime = "inode/fifo";
        file_say(k, "fifo (named pipe)");
    } else if (!S_ISREG(st.st_mode)) {
        k->mime = "inode/socket";
        file_say(k, "socket");
    } else {
        return contents(path, k);
    }
    return true;
}

static bool show(const options *o, const char *path, size_t width)
{
    file_kind k;
    bool ok = kind_of(o, path, &k);
    if (!o->brief) {
        const char *shown = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
        prog_puts(&prog_out, shown);
        if (o->print0)
            prog_putc(&prog_out, '\0');
        prog_puts(&prog_out, o->separator);
        size_t n = prog_text_width(bx_str_of(shown));
        prog_fill(&prog_out, ' ', 1 + (o->no_pad || n > width ? 0 : width - n));
    }
    if (!o->mime || !ok) {
        prog_write(&prog_out, k.text.p, k.text.n);
    } else {
        if (o->mime != 'e')
            prog_puts(&prog_out, k.mime ? k.mime : "application/octet-stream");
        if (o->mime == 'i')
            prog_puts(&prog_out, "; charset=");
        if (o->mime != 't')
            prog_puts(&prog_out, k.encoding);
    }
    prog_putc(&prog_out, '\n');
    prog_buf_free(&k.text);
    prog_check_out();
    return ok || !o->errors;
}

static bool show_listed(const options *o, const char *list)
{
    prog_reader in;
    bx_str line;
    char **names = NULL;
    size_t n = 0, cap = 0, width = 0;
    bool ok = true;
    if (!prog_open(&in, list))
        return false;
    while (prog_line(&in, '\n', &line, NULL)) {
        names = prog_grow(names, &cap, n, sizeof(char *));
        names[n++] = prog_strndup(line.p, line.n);
        size_t w = prog_text_width(line);
        width = w > width ? w : width;
    }
    (void)prog_close(&in);
    for (size_t i = 0; i < n; i++) {
        ok &= show(o, names[i], width);
        free(names[i]);
    }
    free(names);
    return ok;
}

int file_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"brief", PROG_NO_ARG, 'b'},
                                      {"files-from", PROG_ARG, 'f'},
                                      {"separator", PROG_ARG, 'F'},
                                      {"mime", PROG_NO_ARG, 'i'},
                                      {"mime-type", PROG_NO_ARG, 256},
                                      {"mime-encoding", PROG_NO_ARG, 257},
                                      {"no-dereference", PROG_NO_ARG, 'h'},
                                      {"dereference", PROG_NO_ARG, 'L'},
                                      {"no-pad", PROG_NO_ARG, 'N'},
                                      {"no-buffer", PROG_NO_ARG, 'n'},
                                      {"print0", PROG_NO_ARG, '0'},
                                      {"keep-going", PROG_NO_ARG, 'k'},
                                      {"raw", PROG_NO_ARG, 'r'},
                                      {"special-files", PROG_NO_ARG, 's'},
                                      {0}};
    prog_opts op = {.argc = argc, .argv = argv, .shorts = "bEf:F:ihLNn0krs", .longs = longs};
    options o = {.separator = ":"};
    const char *list = NULL;
    for (int c; (c = prog_opt(&op)) != -1;) {
        o.brief |= c == 'b';
        o.errors |= c == 'E';
        o.no_pad |= c == 'N';
        o.print0 |= c == '0';
        if (c == 'L' || c == 'h')
            o.follow = c == 'L';
        if (c == 'f')
            list = op.arg;
        if (c == 'F')
            o.separator = op.arg;
        if (c == 'i' || c == 256 || c == 257)
            o.mime = c == 'i' ? 'i' : c == 256 ? 't' : 'e';
    }
    if (op.next >= argc && !list) {
        prog_writer err = {.fd = 2};
        prog_puts(&err,
                  "Usage: file [-bEhiLNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]\n"
                  "            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]\n"
                  "            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]\n"
                  "            <file> ...\n");
        (void)prog_flush(&err);
        return 1;
    }
    bool ok = !list || show_listed(&o, list);
    size_t width = 0;
    for (int i = op.next; i < argc; i++) {
        const char *shown = strcmp(argv[i], "-") == 0 ? "/dev/stdin" : argv[i];
        size_t w = prog_text_width(bx_str_of(shown));
        width = w > width ? w : width;
    }
    for (int i = op.next; i < argc; i++)
        ok &= show(&o, argv[i], width);
    return ok ? 0 : 1;
}
