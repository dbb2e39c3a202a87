#include "programs/common/prog_text.h"
#include "programs/diff/lines.h"

typedef struct table {
    uint32_t *slots; /* numbers of `keys`, from 1 */
    size_t mask;
    struct key {
        uint32_t hash;
        size_t n;
        const char *p;
    } *keys; /* one for each class */
    size_t n, cap;
} table;

static uint32_t hash_of(const char *p, size_t n)
{
    uint64_t h = n * 0x9E3779B97F4A7C15u;
    while (n >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = (h ^ word) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
        p += 8;
        n -= 8;
    }
    uint64_t word = 0;
    memcpy(&word, p, n);
    h = (h ^ word) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(h ^ h >> 32);
}

static uint32_t class_of(table *t, bx_str line)
{
    uint32_t hash = hash_of(line.p, line.n);
    for (size_t at = hash & t->mask;; at = (at + 1) & t->mask) {
        uint32_t k = t->slots[at];
        if (k == 0) {
            t->keys = prog_grow(t->keys, &t->cap, t->n, sizeof(*t->keys));
            t->keys[t->n++] = (struct key){hash, line.n, line.p};
            t->slots[at] = (uint32_t)t->n;
            return (uint32_t)t->n;
        }
        const struct key *key = &t->keys[k - 1];
        if (key->hash == hash && key->n == line.n && memcmp(key->p, line.p, line.n) == 0)
            return k;
    }
}

/* What of a line counts, into `out`, which has room: eight times the line. */
static size_t normal_form(bx_str line, const diff_how *how, char *out)
{
    bool tabs = how->space == DIFF_SPACE_TAB || how->space == DIFF_SPACE_TAB_TRAILING;
    size_t n = 0, column = 0;
    for (size_t i = 0; i < line.n; i++) {
        int c = (unsigned char)line.p[i];
        if (how->space == DIFF_SPACE_ALL && prog_is_space(c))
            continue;
        if (how->space == DIFF_SPACE_CHANGE && prog_is_space(c)) {
            if (n > 0 && out[n - 1] == ' ')
                continue;
            c = ' ';
        }
        if (tabs && c == '\t') {
            do
                out[n++] = ' ';
            while (++column % how->tab != 0);
            continue;
        }
        column = c == '\b' ? column - (column > 0) : c == '\r' ? 0 : column + 1;
        out[n++] = (char)(how->fold ? prog_lower(c) : c);
    }
    if (how->space >= DIFF_SPACE_TRAILING)
        while (n > 0 && prog_is_space((unsigned char)out[n - 1]))
            n--;
    return n;
}

static bx_str key_of(const diff_text *t, size_t i, const diff_how *how, prog_buf *room)
{
    bx_str line = diff_line(t, i);
    bool unended = diff_unended(t, i) && !how->completes;
    if (how->space == DIFF_SPACE_EXACT && !how->fold)
        return (bx_str){line.p, line.n - unended};
    line.n--;
    bool tabs = how->space == DIFF_SPACE_TAB || how->space == DIFF_SPACE_TAB_TRAILING;
    prog_buf_room(room, line.n * (tabs ? how->tab : 1) + 1);
    bx_str key = {room->p + room->n, normal_form(line, how, room->p + room->n)};
    if (unended && how->space < DIFF_SPACE_TRAILING)
        room->p[room->n + key.n++] = '\n';
    return key;
}

void diff_classes(const diff_text *text[2], const size_t n[2], size_t from, const diff_how *how,
                  uint32_t *ret[2], size_t *ret_count)
{
    table t = {.mask = 63};
    while (t.mask / 2 < n[0] + n[1])
        t.mask = t.mask * 2 + 1;
    t.slots = prog_zalloc(t.mask + 1, sizeof(*t.slots));
    /* normal forms stay where they are made: chunks, each with room for the line that comes */
    bool tabs = how->space == DIFF_SPACE_TAB || how->space == DIFF_SPACE_TAB_TRAILING;
    prog_buf room = {0};
    char **chunks = NULL;
    size_t n_chunks = 0, cap_chunks = 0;
    for (int f = 0; f < 2; f++) {
        ret[f] = prog_zalloc(n[f] + 1, sizeof(*ret[f]));
        for (size_t i = 0; i < n[f]; i++) {
            size_t need = diff_line(text[f], from + i).n * (tabs ? how->tab : 1) + 1;
            if (how->space != DIFF_SPACE_EXACT || how->fold)
                if (room.cap - room.n < need) {
                    chunks = prog_grow(chunks, &cap_chunks, n_chunks, sizeof(*chunks));
                    room = (prog_buf){0};
                    prog_buf_room(&room, need < PROG_BLOCK ? PROG_BLOCK : need);
                    chunks[n_chunks++] = room.p;
                }
            bx_str key = key_of(text[f], from + i, how, &room);
            size_t before = t.n;
            ret[f][i] = class_of(&t, key);
            if (t.n != before && key.p == room.p + room.n)
                room.n += key.n;
        }
    }
    *ret_count = t.n + 1;
    for (size_t i = 0; i < n_chunks; i++)
        free(chunks[i]);
    free(chunks);
    free(t.slots);
    free(t.keys);
}
