/* `git -C x push` is `git push` to whoever denies that: options in front of a subcommand are looked
 * through. */
#include "policy/command_internal.h"

enum { MAX_READINGS = 32 };

typedef struct globals {
    const char *name, *first, *second;
} globals;

static const globals table[] = {
#define BX_GLOBALS(name, first, second) {name, first, second},
#include "policy/command_globals.def"
#undef BX_GLOBALS
};

typedef struct reading {
    bx_str words; /* the command's */
    const globals *g;
    void (*seen)(void *ctx, bx_str words, bool sure);
    void *ctx;
    unsigned told;
} reading;

static const globals *find(bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(table); i++) {
        if (bx_word_is(name, table[i].name))
            return &table[i];
    }
    return NULL;
}

static bx_str word_at(bx_str words, size_t at)
{
    const char *end = at < words.n ? memchr(words.p + at, ' ', words.n - at) : NULL;
    size_t to = end ? (size_t)(end - words.p) : words.n;
    return at < words.n ? (bx_str){words.p + at, to - at} : BX_LIT("");
}

static size_t behind(bx_str words, size_t at) { return at + word_at(words, at).n + 1; }

static bool is_in(bx_str word, const char *list)
{
    while (*list) {
        size_t n = strcspn(list, " ");
        if (bx_str_eq(word, (bx_str){list, n}))
            return true;
        list += n + (list[n] == ' ');
    }
    return false;
}

static bool is_option(bx_str w) { return w.n > 1 && (w.p[0] == '-' || w.p[0] == '+'); }

static bool is_open(bx_str w) { return w.n && w.p[0] == BX_WILD_ANY; }

/* The words up to `head`, and those from `from` on. */
static void tell(reading *r, size_t head, size_t from, bool sure)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LINE_MAX_BYTES);
    if (from >= r->words.n || r->told++ == MAX_READINGS)
        return;
    (void)bx_buf_add(&text, r->words.p, head);
    (void)bx_buf_add_str(&text, bx_str_from(r->words, from));
    if (text.fail == BX_OK)
        r->seen(r->ctx, bx_buf_str(&text), sure);
}

/* Behind the options that begin at `at`.  *ret_open: what comes there may be more of them. */
static size_t skip(const reading *r, size_t at, const char *valued, bool *ret_open)
{
    while (is_option(word_at(r->words, at))) {
        bx_str w = word_at(r->words, at);
        at = behind(r->words, at);
        if (bx_str_eq(w, BX_LIT("--")))
            break;
        if (is_in(w, valued)) {
            bx_str value = word_at(r->words, at);
            if (is_open(value) && value.n > 1) /* it may be nothing, and the rest a word */
                break;
            at = behind(r->words, at);
        }
    }
    *ret_open = is_open(word_at(r->words, at));
    return at;
}

/* Each place where the subcommand may stand, if any of the options took a value. */
static void tell_each(reading *r, size_t first)
{
    bool after_option = false;
    for (size_t at = first; at < r->words.n; at = behind(r->words, at)) {
        bx_str w = word_at(r->words, at);
        bool is = is_option(w);
        if (!is && at > first)
            tell(r, first, at, false);
        if (!is && !after_option)
            return;
        after_option = is;
    }
}

void bx_command_see_through(bx_str words, void (*seen)(void *ctx, bx_str words, bool sure),
                            void *ctx)
{
    reading r = {.words = words, .seen = seen, .ctx = ctx, .g = find(word_at(words, 0))};
    size_t first = behind(words, 0), second;
    bool open = false, below_open = false;
    bool has = is_option(word_at(words, first));
    bool deep = r.g && strcmp(r.g->second, "-") != 0;
    if (!has && (!deep || !is_option(word_at(words, behind(words, first)))))
        return;
    size_t at = r.g ? skip(&r, first, r.g->first, &open) : first;
    if (r.g && at > first)
        tell(&r, first, at, !open);
    if (deep && at < words.n) {
        second = behind(words, at);
        size_t below = skip(&r, second, r.g->second, &below_open);
        if (below > second && below < words.n) {
            BX_AUTO_BUF text = bx_buf_init(BX_LINE_MAX_BYTES);
            (void)bx_buf_add(&text, words.p, first);
            (void)bx_buf_add(&text, words.p + at, second - at);
            (void)bx_buf_add_str(&text, bx_str_from(words, below));
            if (text.fail == BX_OK)
                seen(ctx, bx_buf_str(&text), !open && !below_open);
        }
    }
    if (has)
        tell_each(&r, first);
}
