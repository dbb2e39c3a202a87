#include "search/ignore.h"

#include "base/buf.h"
#include "search/ignore_key.h"

enum { KEY_LENGTHS = 256 }; /* longer keys than that share one bit */

typedef struct rule {
    uint32_t hash;       /* of kind and key */
    uint32_t next;       /* in its chain: number of an earlier rule; 0: none.  The first is 1 */
    uint32_t key_at;     /* in `bytes` */
    uint32_t pattern_at; /* in `bytes`; unless is_whole */
    uint16_t key_n, pattern_n;
    uint8_t kind;
    bool is_whole, negated, dirs_only, name_only, is_broken;
    bx_pattern *pattern; /* compiled when it is first needed */
} rule;

struct bx_rules {
    rule *r;
    size_t n, cap;
    size_t skipped;
    bx_buf bytes;
    uint32_t *chains; /* by hash: the last rule's number, or 0 */
    size_t n_chains;  /* a power of two */
    uint32_t none;    /* the chain of those without a key */
    uint32_t of_kind[BX_KEY_KINDS];
    uint32_t lengths[BX_KEY_KINDS][KEY_LENGTHS / 32]; /* lengths of keys there are */
};

void bx_rules_free(bx_rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++)
        bx_pattern_free(r->r[i].pattern);
    free(r->r);
    free(r->chains);
    bx_buf_done(&r->bytes);
    free(r);
}

size_t bx_rules_count(const bx_rules *r) { return r->n; }

size_t bx_rules_skipped(const bx_rules *r) { return r->skipped; }

/* ---- hashing: FNV-1a, so that the hash of a text leads to that of a longer one --------------- */

static const uint32_t HASH_BEGIN = 2166136261u;

static uint32_t hash_byte(uint32_t h, char b) { return (h ^ (uint8_t)b) * 16777619u; }

static uint32_t hash_as(uint32_t h, bx_key_kind kind)
{
    h ^= (uint32_t)kind * 0x9e3779b9u;
    h ^= h >> 15;
    return h * 0x85ebca6bu;
}

/* A suffix is hashed from its end. */
static uint32_t hash_key(bx_key_kind kind, const char *p, size_t n)
{
    uint32_t h = HASH_BEGIN;
    for (size_t i = 0; i < n; i++)
        h = hash_byte(h, kind == BX_KEY_SUFFIX ? p[n - 1 - i] : p[i]);
    return hash_as(h, kind);
}

static size_t slot(const bx_rules *r, uint32_t hash) { return (hash >> 7) & (r->n_chains - 1); }

static unsigned length_bit(size_t n) { return n < KEY_LENGTHS ? (unsigned)n : KEY_LENGTHS - 1; }

static bool has_length(const bx_rules *r, bx_key_kind kind, size_t n)
{
    unsigned bit = length_bit(n);
    return r->lengths[kind][bit / 32] >> (bit % 32) & 1;
}

/* ---- parsing -------------------------------------------------------------------------------- */

static bx_code add_rule(bx_rules *r, const rule *new, bx_error *err)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 16;
        rule *more = bx_realloc(r->r, cap * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "no memory for ignore rules");
        r->r = more;
        r->cap = cap;
    }
    r->r[r->n++] = *new;
    return BX_OK;
}

/* Spaces at the end go, unless a backslash stands before the first of them. */
static bx_str trim(bx_str line)
{
    size_t end = 0;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == ' ')
            continue;
        if (line.p[i] == '\\' && ++i == line.n)
            return line;
        end = i + 1;
    }
    return (bx_str){line.p, end};
}

static bx_code parse_line(bx_rules *r, bx_str line, bx_key *key, bx_error *err)
{
    rule new = {0};
    line = trim(line);
    if (line.n > 0 && line.p[0] == '!') {
        new.negated = true;
        line = bx_str_from(line, 1);
    }
    if (line.n > 0 && line.p[line.n - 1] == '/') {
        new.dirs_only = true;
        line.n--;
    }
    new.name_only = line.n == 0 || !memchr(line.p, '/', line.n);
    if (line.n > 0 && line.p[0] == '/')
        line = bx_str_from(line, 1);
    if (line.n == 0)
        return BX_OK;
    if (line.n > BX_PATTERN_MAX || r->n == BX_IGNORE_RULES_MAX) {
        r->skipped++;
        return BX_OK;
    }
    if (!bx_key_of(line, new.name_only, key))
        return BX_OK;
    new.kind = (uint8_t)key->kind;
    new.is_whole = key->is_whole;
    new.key_n = (uint16_t)(key->kind == BX_KEY_NONE ? 0 : key->n);
    new.key_at = (uint32_t)r->bytes.n;
    (void)bx_buf_add(&r->bytes, key->p, new.key_n);
    new.pattern_at = (uint32_t)r->bytes.n;
    if (!new.is_whole) {
        new.pattern_n = (uint16_t)line.n;
        (void)bx_buf_add_str(&r->bytes, line);
    }
    bx_code e = bx_buf_check(&r->bytes, err);
    return e == BX_OK ? add_rule(r, &new, err) : e;
}

static bx_code parse_lines(bx_rules *r, bx_str text, bx_error *err)
{
    BX_AUTOFREE bx_key *key = bx_calloc(1, sizeof *key);
    if (!key)
        return bx_fail(err, BX_ENOMEM, "no memory for ignore rules");
    if (bx_str_starts(text, BX_LIT("\xef\xbb\xbf")))
        text = bx_str_from(text, 3);
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        bx_str line = {text.p, end ? (size_t)(end - text.p) : text.n};
        text = bx_str_from(text, line.n + (end != NULL));
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        const char *nul = memchr(line.p, '\0', line.n);
        if (nul)
            line.n = (size_t)(nul - line.p);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        bx_code e = parse_line(r, line, key, err);
        if (e != BX_OK)
            return e;
    }
    return BX_OK;
}

/* ---- the index ------------------------------------------------------------------------------ */

/* Of all runs of BX_GRAM bytes of the key the one that is rarest so far. */
static void choose_gram(const bx_rules *r, rule *one, const uint16_t *used)
{
    uint32_t at = one->key_at, best = UINT32_MAX;
    for (uint32_t i = 0; i + BX_GRAM <= one->key_n; i++) {
        uint32_t h = hash_key(BX_KEY_GRAM, r->bytes.p + at + i, BX_GRAM);
        if (used[slot(r, h)] < best) {
            best = used[slot(r, h)];
            one->hash = h;
            one->key_at = at + i;
        }
    }
    one->key_n = BX_GRAM;
}

static bx_code build_index(bx_rules *r, bx_error *err)
{
    for (r->n_chains = 16; r->n_chains < r->n;)
        r->n_chains *= 2;
    r->chains = bx_calloc(r->n_chains, sizeof *r->chains);
    BX_AUTOFREE uint16_t *used = bx_calloc(r->n_chains, sizeof *used);
    if (!r->chains || !used)
        return bx_fail(err, BX_ENOMEM, "no memory for ignore rules");
    for (size_t i = 0; i < r->n; i++) {
        rule *one = &r->r[i];
        uint32_t *chain = &r->none;
        r->of_kind[one->kind]++;
        if (one->kind == BX_KEY_GRAM)
            choose_gram(r, one, used);
        else if (one->kind != BX_KEY_NONE)
            one->hash = hash_key((bx_key_kind)one->kind, r->bytes.p + one->key_at, one->key_n);
        if (one->kind != BX_KEY_NONE) {
            chain = &r->chains[slot(r, one->hash)];
            if (used[slot(r, one->hash)] < UINT16_MAX)
                used[slot(r, one->hash)]++;
            unsigned bit = length_bit(one->key_n);
            r->lengths[one->kind][bit / 32] |= UINT32_C(1) << (bit % 32);
        }
        one->next = *chain;
        *chain = (uint32_t)i + 1;
    }
    return BX_OK;
}

bx_code bx_rules_parse(bx_str text, bx_rules **ret, bx_error *err)
{
    BX_AUTO(bx_rules) bx_rules *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "no memory for ignore rules");
    /* Each byte of the text is there at most twice, in a key and in a pattern. */
    r->bytes = bx_buf_init((size_t)2 * BX_IGNORE_FILE_MAX);
    if (text.n > BX_IGNORE_FILE_MAX) { /* its last line may be half a rule */
        text.n = BX_IGNORE_FILE_MAX;
        while (text.n > 0 && text.p[text.n - 1] != '\n')
            text.n--;
        r->skipped++;
    }
    bx_code e = parse_lines(r, text, err);
    if (e == BX_OK)
        e = build_index(r, err);
    if (e == BX_OK)
        *ret = BX_TAKE(r);
    return e;
}

/* ---- judging -------------------------------------------------------------------------------- */

typedef struct question {
    bx_rules *r;
    bx_str path, name;
    bool is_dir;
    uint32_t best; /* number of the last rule known to match; 0: none */
} question;

static bool matches(question *q, rule *one)
{
    if (one->is_whole)
        return true;
    if (!one->pattern && !one->is_broken) {
        bx_str text = {q->r->bytes.p + one->pattern_at, one->pattern_n};
        if (bx_pattern_compile(text, BX_DIALECT_GIT, &one->pattern, NULL) != BX_OK) {
            one->is_broken = true; /* too many sets, or no memory */
            q->r->skipped++;
        }
    }
    return one->pattern && bx_pattern_match(one->pattern, one->name_only ? q->name : q->path);
}

/* The rules of a chain that stand behind the best one so far, the last first. */
static void try_chain(question *q, uint32_t chain, bx_key_kind kind, uint32_t hash, bx_str key)
{
    for (uint32_t i = chain; i > q->best;) {
        rule *one = &q->r->r[i - 1];
        bool has_key = one->kind == kind && one->hash == hash && one->key_n == key.n &&
                       (key.n == 0 || memcmp(q->r->bytes.p + one->key_at, key.p, key.n) == 0);
        if (has_key && (q->is_dir || !one->dirs_only) && matches(q, one))
            q->best = i;
        i = one->next;
    }
}

static void try_key(question *q, bx_key_kind kind, uint32_t h, const char *p, size_t n)
{
    if (!has_length(q->r, kind, n))
        return;
    h = hash_as(h, kind);
    try_chain(q, q->r->chains[slot(q->r, h)], kind, h, (bx_str){p, n});
}

static void try_name(question *q)
{
    bx_str name = q->name;
    uint32_t h = HASH_BEGIN;
    if (q->r->of_kind[BX_KEY_NAME] + q->r->of_kind[BX_KEY_PREFIX] > 0) {
        for (size_t i = 0; i < name.n; i++) {
            h = hash_byte(h, name.p[i]);
            try_key(q, BX_KEY_PREFIX, h, name.p, i + 1);
        }
        try_key(q, BX_KEY_NAME, h, name.p, name.n);
    }
    h = HASH_BEGIN;
    for (size_t n = 1; q->r->of_kind[BX_KEY_SUFFIX] > 0 && n <= name.n; n++) {
        h = hash_byte(h, name.p[name.n - n]);
        try_key(q, BX_KEY_SUFFIX, h, name.p + name.n - n, n);
    }
}

static void try_path(question *q)
{
    bx_str path = q->path;
    uint32_t h = HASH_BEGIN;
    if (q->r->of_kind[BX_KEY_PATH] + q->r->of_kind[BX_KEY_HEAD] > 0) {
        for (size_t i = 0; i < path.n; i++) {
            if (path.p[i] == '/')
                try_key(q, BX_KEY_HEAD, h, path.p, i);
            h = hash_byte(h, path.p[i]);
        }
        try_key(q, BX_KEY_PATH, h, path.p, path.n);
    }
    for (size_t i = 0; q->r->of_kind[BX_KEY_GRAM] > 0 && i + BX_GRAM <= path.n; i++) {
        h = hash_key(BX_KEY_GRAM, path.p + i, BX_GRAM);
        try_chain(q, q->r->chains[slot(q->r, h)], BX_KEY_GRAM, h, (bx_str){path.p + i, BX_GRAM});
    }
}

bx_ignored bx_rules_judge(bx_rules *r, bx_str path, bool is_dir)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    question q = {.r = r, .path = path, .name = bx_str_from(path, at), .is_dir = is_dir};
    if (r->n == 0)
        return BX_IGNORED_UNSAID;
    try_name(&q);
    try_path(&q);
    try_chain(&q, r->none, BX_KEY_NONE, 0, (bx_str){"", 0});
    if (q.best == 0)
        return BX_IGNORED_UNSAID;
    return r->r[q.best - 1].negated ? BX_IGNORED_NO : BX_IGNORED_YES;
}
