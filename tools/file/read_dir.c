/* A directory as a list of its entries. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/read_parts.h"

enum {
    CHUNK = 64 << 10,     /* names are kept in pieces of that size, which never move */
    ENTRIES_MAX = 100000, /* reading and sorting more takes seconds */
    NAMES_MAX = 24 << 20, /* bytes of all names */
    ENTRY_ROOM = 120,     /* output of an entry beside its name, text and structured part */
    NAME_ROOM = 7,        /* output for each byte of a name, at most */
    FIRST = 256,
};

typedef struct chunk {
    struct chunk *before;
    size_t used;
    char text[CHUNK];
} chunk;

typedef struct listing {
    chunk *names;
    size_t bytes;
    const char **of; /* the names, sorted in the end */
    size_t n, cap;
    size_t shown; /* of them, from `begin` on */
    size_t begin;
} listing;

typedef struct entry {
    const char *type;
    char mark; /* behind its name: '/', or nothing */
    int64_t size;
    char target[1024]; /* of a link, as far as it fits */
} entry;

static void listing_done(listing *l)
{
    while (l->names) {
        chunk *before = l->names->before;
        free(l->names);
        l->names = before;
    }
    free(l->of);
}

static const char *keep(listing *l, const char *name)
{
    size_t n = strlen(name) + 1;
    if (n > CHUNK || l->bytes + n > NAMES_MAX)
        return NULL;
    if (!l->names || CHUNK - l->names->used < n) {
        chunk *c = bx_realloc(NULL, sizeof *c);
        if (!c)
            return NULL;
        c->before = l->names;
        c->used = 0;
        l->names = c;
    }
    char *to = l->names->text + l->names->used;
    memcpy(to, name, n);
    l->names->used += n;
    l->bytes += n;
    return to;
}

static bool add(listing *l, const char *name)
{
    if (l->n == ENTRIES_MAX)
        return false;
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : FIRST;
        const char **of = bx_realloc(l->of, cap * sizeof *of);
        if (!of)
            return false;
        l->of = of;
        l->cap = cap;
    }
    const char *kept = keep(l, name);
    if (kept)
        l->of[l->n++] = kept;
    return kept != NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* 0, or errno; EOVERFLOW: more names than are held. */
static int collect(listing *l, DIR *d)
{
    const struct dirent *e;
    for (errno = 0; (e = readdir(d)); errno = 0) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (!add(l, e->d_name))
            return EOVERFLOW;
    }
    if (errno == 0 && l->n > 0)
        qsort(l->of, l->n, sizeof *l->of, by_name);
    return errno;
}

static entry look(int fd, const char *name)
{
    struct stat st;
    entry e = {.type = "unknown", .size = -1};
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return e; /* carved out of the grant, or gone meanwhile */
    if (S_ISDIR(st.st_mode)) {
        e.type = "directory";
        e.mark = '/';
    } else if (S_ISREG(st.st_mode)) {
        e.type = "file";
        e.size = st.st_size;
    } else if (S_ISLNK(st.st_mode)) {
        e.type = "link";
        ssize_t n = readlinkat(fd, name, e.target, sizeof e.target - 1);
        e.target[n > 0 ? n : 0] = '\0';
    } else {
        e.type = "other";
    }
    return e;
}

/* A line feed within a name would begin a line that no entry has. */
static void put_name(bx_result *r, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c < 0x20)
            bx_text_put(r, (char[3]){(char)0xe2, (char)0x90, (char)(0x80 + c)}, 3);
        else
            bx_text_put(r, name, 1);
    }
}

static void put_entry(bx_reader *r, const char *name, const entry *e)
{
    put_name(&r->result, name);
    if (e->mark)
        bx_text_put(&r->result, &e->mark, 1);
    if (e->size >= 0) {
        bx_text_puts(&r->result, "\t");
        bx_text_int(&r->result, e->size);
        bx_text_puts(&r->result, e->size == 1 ? " byte" : " bytes");
    } else if (e->target[0]) {
        bx_text_puts(&r->result, "\tlink to ");
        put_name(&r->result, e->target);
    } else if (!e->mark) {
        bx_text_puts(&r->result, "\t");
        bx_text_puts(&r->result, e->type);
    }
    bx_text_puts(&r->result, "\n");
}

/* Room for what an entry is at most, its structured part too, which is printed later. */
static bool has_room(bx_reader *r, size_t bytes)
{
    bx_read_view *v = &r->view;
    uint64_t size = 2 * (NAME_ROOM * (uint64_t)bytes + ENTRY_ROOM);
    if (bytes + 40 > (size_t)r->ask.max_bytes - v->used)
        return false;
    if (bx_out_room(&r->result.out, size + r->rest) < size + r->rest) {
        v->is_output_full = true;
        return false;
    }
    v->used += bytes + 40;
    r->rest += size / 2;
    return true;
}

static void put_head(bx_reader *r, const listing *l)
{
    bx_text_puts(&r->result, "[directory of ");
    bx_text_int(&r->result, (int64_t)l->n);
    bx_text_puts(&r->result, l->n == 1 ? " entry, hidden ones included]\n"
                                       : " entries, hidden ones included]\n");
}

static void put_entries(bx_reader *r, int fd, listing *l)
{
    size_t end = (size_t)r->ask.ranges[0].limit;
    end = end < l->n - l->begin ? l->begin + end : l->n;
    for (size_t i = l->begin; i < end; i++) {
        entry e = look(fd, l->of[i]);
        if (!has_room(r, strlen(l->of[i]) + strlen(e.target)))
            break;
        put_entry(r, l->of[i], &e);
        l->shown++;
    }
    if (l->begin + l->shown < l->n)
        bx_read_note(
            r, "more entries follow: go on with offset=", (int64_t)(l->begin + l->shown + 1), "");
}

static void field_entries(bx_out *o, int fd, const listing *l)
{
    bx_out_key(o, "entries");
    bx_out_open(o, '[');
    for (size_t i = 0; i < l->shown; i++) {
        const char *name = l->of[l->begin + i];
        entry e = look(fd, name);
        bx_out_open(o, '{');
        bx_read_field_str(o, "name", name);
        bx_read_field_str(o, "type", e.type);
        if (e.size >= 0)
            bx_read_field_int(o, "size_bytes", e.size);
        bx_out_close(o, '}');
    }
    bx_out_close(o, ']');
}

static int show(bx_reader *r, int fd, listing *l)
{
    char number[24], total[24];
    int64_t offset = r->ask.ranges[0].offset;
    if (offset > 1 && (uint64_t)offset > l->n)
        return bx_result_fail(&r->result, "offset ", bx_digits(offset, number),
                              " is past the end: ", r->ask.path, " has ",
                              bx_digits((int64_t)l->n, total), " entries", NULL);
    l->begin = (size_t)offset - 1;
    r->view = (bx_read_view){.total = -1};
    bx_text_begin(&r->result);
    put_head(r, l);
    put_entries(r, fd, l);
    bx_text_end(&r->result);
    size_t end = l->begin + l->shown;
    bool is_more = end < l->n;
    bx_out *o = bx_structured_begin(&r->result);
    bx_out_open(o, '{');
    bx_read_field_str(o, "path", r->ask.path);
    bx_read_field_str(o, "type", "directory");
    field_entries(o, fd, l);
    bx_read_field_int(o, "total_entries", (int64_t)l->n);
    bx_read_field_bool(o, "more", is_more);
    bx_read_field_int(o, "next_offset", is_more ? (int64_t)end + 1 : -1);
    bx_read_field_bool(o, "truncated", is_more && (int64_t)l->shown < r->ask.ranges[0].limit);
    return bx_read_fields_end(r, false);
}

static int list(bx_reader *r, int fd, listing *l)
{
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY); /* closedir closes it */
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d)
        return bx_read_fail_file(r, errno);
    int error = collect(l, d);
    (void)closedir(d);
    if (error == EOVERFLOW)
        return bx_result_fail(
            &r->result, r->ask.path,
            " holds more than 100000 entries, too many to be listed; find files in "
            "it by a pattern",
            NULL);
    return error ? bx_read_fail_file(r, error) : show(r, fd, l);
}

int bx_read_directory(bx_reader *r, int fd)
{
    if (r->ask.has_pages || r->ask.has_cells || r->ask.has_list)
        return bx_result_fail(&r->result, r->ask.path,
                              " is a directory; its entries are chosen with offset and limit",
                              NULL);
    listing l = {.n = 0};
    int rc = list(r, fd, &l);
    listing_done(&l);
    return rc;
}
