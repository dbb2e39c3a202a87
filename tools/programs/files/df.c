/* files/df.c - df: its tables, of the one file system there is. */
#include "files.h"
#include "programs/common/prog_io.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char df_help[] =
    "Usage: df [OPTION]... [FILE]...\n"
    "Show file systems. A sandbox is not told how large they are: sizes are shown as '-'.\n"
    "\n"
    "  -B, --block-size=SIZE      in blocks of SIZE\n"
    "  -h, --human-readable       as -H, in powers of 1024\n"
    "  -H, --si                   in powers of 1000\n"
    "  -i, --inodes               inodes instead of blocks\n"
    "  -k, -m                     as -B 1K, -B 1M\n"
    "      --output[=LIST]        these columns: source fstype itotal iused iavail ipcent\n"
    "                             size used avail pcent file target\n"
    "  -P, --portability          the header of POSIX\n"
    "  -T, --print-type           with the type\n"
    "      --total                with a line of sums\n"
    "  -a, -l, -t, -x, --sync     accepted\n"
    "\n"
    "Examples:\n"
    "  $ df -h . | head -n 1\n"
    "  Filesystem      Size  Used Avail Use% Mounted on\n";

enum { SOURCE, TYPE, ITOTAL, IUSED, IAVAIL, IPCENT, SIZE, USED, AVAIL, PCENT, NAME, TARGET };
enum { O_OUTPUT = 256, O_TOTAL, O_SYNC, COLUMNS_MAX = 64 };

typedef struct column {
    const char *name, *head, *value, *total;
    unsigned width; /* at least */
    bool left;
} column;

static const column columns[] = {
    [SOURCE] = {"source", "Filesystem", "sandbox", "total", 14, true},
    [TYPE] = {"fstype", "Type", "sandbox", "-", 4, true},
    [ITOTAL] = {"itotal", "Inodes", "-", "-", 5, false},
    [IUSED] = {"iused", "IUsed", "-", "-", 5, false},
    [IAVAIL] = {"iavail", "IFree", "-", "-", 5, false},
    [IPCENT] = {"ipcent", "IUse%", "-", "-", 4, false},
    [SIZE] = {"size", "", "-", "-", 5, false},
    [USED] = {"used", "Used", "-", "-", 5, false},
    [AVAIL] = {"avail", "Avail", "-", "-", 5, false},
    [PCENT] = {"pcent", "Use%", "-", "-", 4, false},
    [NAME] = {"file", "File", "-", "-", 1, true},
    [TARGET] = {"target", "Mounted on", "/", "-", 0, true},
};

typedef struct table {
    unsigned char list[COLUMNS_MAX]; /* of columns */
    size_t n;
    bool human, inodes, posix, type, output, sums;
    uint64_t block;
    char size[48]; /* the header of SIZE */
} table;

/* As GNU tells a block size: by the powers it can be divided by more often. */
static void size_header(table *t)
{
    static const char letters[] = " kMGTPE";
    uint64_t by_1000 = t->block, by_1024 = t->block, unit = 1;
    bool more = false, is_binary = false;
    do {
        bool d1000 = by_1000 % 1000 == 0, d1024 = by_1024 % 1024 == 0;
        by_1000 /= 1000;
        by_1024 /= 1024;
        more = d1000 && d1024 && by_1000 && by_1024;
        is_binary = d1024 && !d1000;
    } while (more);
    uint64_t base = is_binary ? 1024 : 1000;
    size_t power = 0;
    for (; t->block / unit >= base && power < sizeof letters - 2; power++)
        unit *= base;
    uint64_t whole = t->block / unit, rest = t->block % unit;
    uint64_t tenths = rest ? rest / (unit / 10 ? unit / 10 : 1) + (rest % (unit / 10) != 0) : 0;
    char suffix[3] = {is_binary && power == 1 ? 'K' : letters[power], is_binary ? 0 : 'B', 0};
    char *shown = power ? suffix : suffix + 1;
    if (rest && whole < 10 && tenths < 10)
        (void)snprintf(t->size, sizeof t->size, "%llu.%llu%s-blocks", (unsigned long long)whole,
                       (unsigned long long)tenths, shown);
    else
        (void)snprintf(t->size, sizeof t->size, "%llu%s-blocks",
                       (unsigned long long)(whole + (rest != 0)), shown);
}

static const char *head_of(const table *t, unsigned c)
{
    bool is_wide = !t->human && !t->output;
    if (c == SIZE)
        return t->size;
    if (c == AVAIL && is_wide)
        return "Available";
    return c == PCENT && is_wide && t->posix ? "Capacity" : columns[c].head;
}

static void add(table *t, unsigned c)
{
    if (t->n < COLUMNS_MAX)
        t->list[t->n++] = (unsigned char)c;
}

static void add_list(table *t, const char *list)
{
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ","), c = 0;
        while (c < BX_COUNT(columns) &&
               (strlen(columns[c].name) != n || memcmp(columns[c].name, at, n) != 0))
            c++;
        if (c == BX_COUNT(columns))
            prog_usage("option --output: field '%.*s' unknown", (int)n, at);
        add(t, (unsigned)c);
        at += n + (at[n] == ',');
    }
}

static void choose(table *t)
{
    static const char whole[] = {SOURCE, TYPE, ITOTAL, IUSED, IAVAIL, IPCENT,
                                 SIZE,   USED, AVAIL,  PCENT, NAME,   TARGET};
    if (t->n == 0 && t->output)
        for (size_t i = 0; i < sizeof whole; i++)
            add(t, (unsigned char)whole[i]);
    if (t->n == 0) {
        add(t, SOURCE);
        if (t->type)
            add(t, TYPE);
        for (unsigned i = 0; i < 4; i++)
            add(t, (t->inodes ? ITOTAL : SIZE) + i);
        add(t, TARGET);
    }
    if (t->human)
        (void)snprintf(t->size, sizeof t->size, "Size");
    else if (t->posix)
        (void)snprintf(t->size, sizeof t->size, "%llu-blocks", (unsigned long long)t->block);
    else
        size_header(t);
}

/* One line; `file`: the operand it is of, NULL without; `kind` 0: the header, 1: values, 2: sums.
 */
static void put_line(const table *t, int kind, const char *file)
{
    for (size_t i = 0; i < t->n; i++) {
        const column *c = &columns[t->list[i]];
        const char *head = head_of(t, t->list[i]);
        const char *text = kind == 0 ? head : kind == 1 ? c->value : c->total;
        if (kind == 1 && t->list[i] == NAME && file)
            text = file;
        size_t width = c->width > strlen(head) ? c->width : strlen(head), n = strlen(text);
        if (t->list[i] == TYPE && width < strlen(c->value))
            width = strlen(c->value);
        if (i > 0)
            prog_putc(&prog_out, ' ');
        if (!c->left && n < width)
            prog_fill(&prog_out, ' ', width - n);
        prog_puts(&prog_out, text);
        if (c->left && i + 1 < t->n && n < width)
            prog_fill(&prog_out, ' ', width - n);
    }
    prog_putc(&prog_out, '\n');
}

static void set_option(table *t, int c, const char *arg)
{
    switch (c) {
    case 'B':
    case 'k':
    case 'm': {
        static const char units[] = "kKMGTPE0";
        char with_one[32];
        const char *size = c == 'k' ? "1K" : c == 'm' ? "1M" : arg;
        if (*size < '0' || *size > '9') {
            (void)snprintf(with_one, sizeof with_one, "1%s", size);
            size = with_one;
        }
        t->block = prog_uint_or_die(size, units, 1, UINT64_MAX, "invalid --block-size argument");
        t->human = false;
        break;
    }
    case 'h':
    case 'H':
        t->human = true;
        break;
    case O_OUTPUT:
        t->output = true;
        if (arg)
            add_list(t, arg);
        break;
    default:
        t->inodes |= c == 'i';
        t->posix |= c == 'P';
        t->type |= c == 'T';
        t->sums |= c == O_TOTAL;
    }
}

int df_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'},
                                      {"block-size", PROG_ARG, 'B'},
                                      {"human-readable", PROG_NO_ARG, 'h'},
                                      {"si", PROG_NO_ARG, 'H'},
                                      {"inodes", PROG_NO_ARG, 'i'},
                                      {"local", PROG_NO_ARG, 'l'},
                                      {"output", PROG_MAY_ARG, O_OUTPUT},
                                      {"portability", PROG_NO_ARG, 'P'},
                                      {"print-type", PROG_NO_ARG, 'T'},
                                      {"sync", PROG_NO_ARG, O_SYNC},
                                      {"no-sync", PROG_NO_ARG, O_SYNC},
                                      {"total", PROG_NO_ARG, O_TOTAL},
                                      {"type", PROG_ARG, 't'},
                                      {"exclude-type", PROG_ARG, 'x'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "aB:hHiklmPTt:vx:", .longs = longs};
    table t = {.block = 1024};
    int status = 0;
    for (int c; (c = prog_opt(&o)) != -1;)
        set_option(&t, c, o.arg);
    choose(&t);
    bool any = false;
    for (int i = o.next; i < argc; i++) {
        if (access(argv[i], F_OK) != 0) {
            prog_warn_file(errno, argv[i]);
            status = 1;
            continue;
        }
        if (!any)
            put_line(&t, 0, NULL);
        any = true;
        put_line(&t, 1, argv[i]);
    }
    if (o.next >= argc) {
        put_line(&t, 0, NULL);
        put_line(&t, 1, NULL);
    }
    if (t.sums && (any || o.next >= argc))
        put_line(&t, 2, NULL);
    return status;
}
