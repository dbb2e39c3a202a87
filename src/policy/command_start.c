/* Programs that start others: what they start is a command of the line as well. */
#include "base/ascii.h"
#include "policy/command_internal.h"

typedef enum how {
    CARRIES,  /* its words from some place on are a command */
    ESCORTS,  /* the same, and it does something of its own: it has to be allowed itself */
    COLLECTS, /* xargs: the same, with more words that are not known */
    SHELLS,   /* sh -c TEXT */
    EVALUATES,
    TRAPS,
    SEARCHES, /* find -exec … ; */
    HIDES,    /* runs a file */
    RENAMES,  /* alias */
    SWITCHES, /* options of the shell */
    MOVES,
    NEUTRAL
} how;

typedef struct starter {
    const char *name, *with; /* short options that take the next word, where they are letters */
    how how;
    unsigned skip; /* words of its own behind the options */
} starter;

static const starter starters[] = {
    {"sudo", "ugpCchrtTUDR", ESCORTS, 0},
    {"doas", "uC", ESCORTS, 0},
    {"env", "uC", CARRIES, 0},
    {"timeout", "ks", CARRIES, 1},
    {"nice", "n", CARRIES, 0},
    {"ionice", "cnp", CARRIES, 0},
    {"nohup", "", CARRIES, 0},
    {"setsid", "", CARRIES, 0},
    {"stdbuf", "ioe", CARRIES, 0},
    {"time", "fo", CARRIES, 0},
    {"command", "", CARRIES, 0},
    {"builtin", "", CARRIES, 0},
    {"exec", "a", CARRIES, 0},
    {"busybox", "", CARRIES, 0},
    {"watch", "nd", ESCORTS, 0},
    {"chroot", "", ESCORTS, 1},
    {"flock", "wE", ESCORTS, 1},
    {"strace", "eopsEuaXS", ESCORTS, 0},
    {"xargs", "IELnPsda", COLLECTS, 0},
    {"parallel", "", HIDES, 0},
    {"bash", "", SHELLS, 0},
    {"sh", "", SHELLS, 0},
    {"dash", "", SHELLS, 0},
    {"ash", "", SHELLS, 0},
    {"zsh", "", SHELLS, 0},
    {"ksh", "", SHELLS, 0},
    {"eval", "", EVALUATES, 0},
    {"trap", "", TRAPS, 0},
    {"find", "", SEARCHES, 0},
    {"source", "", HIDES, 0},
    {"mapfile", "", HIDES, 0}, /* -C runs what it names */
    {"readarray", "", HIDES, 0},
    {"compgen", "", HIDES, 0},
    {"fc", "", HIDES, 0},
    {"history", "", HIDES, 0}, /* fc and !! run what it has been given */
    {".", "", HIDES, 0},
    {"alias", "", RENAMES, 0},
    {"set", "", SWITCHES, 0},
    {"shopt", "", SWITCHES, 0},
    {"hash", "", SWITCHES, 0},
    {"jobs", "", SWITCHES, 0},
    {"cd", "", MOVES, 0},
    {"pushd", "", MOVES, 0},
    {"popd", "", MOVES, 0},
    {"pwd", "", NEUTRAL, 0},
    {"true", "", NEUTRAL, 0},
    {"false", "", NEUTRAL, 0},
    {":", "", NEUTRAL, 0},
    {"echo", "", NEUTRAL, 0},
    {"printf", "", NEUTRAL, 0},
    {"test", "", NEUTRAL, 0},
    {"[", "", NEUTRAL, 0},
    {"exit", "", NEUTRAL, 0},
    {"return", "", NEUTRAL, 0},
    {"break", "", NEUTRAL, 0},
    {"continue", "", NEUTRAL, 0},
    {"shift", "", NEUTRAL, 0},
    {"wait", "", NEUTRAL, 0},
    {"sleep", "", NEUTRAL, 0},
    {"type", "", NEUTRAL, 0},
    {"which", "", NEUTRAL, 0},
    /* These only read: what rules deny is out of the grant, and what options write is judged. */
    {"cat", "", NEUTRAL, 0},
    {"tac", "", NEUTRAL, 0},
    {"head", "", NEUTRAL, 0},
    {"tail", "", NEUTRAL, 0},
    {"wc", "", NEUTRAL, 0},
    {"nl", "", NEUTRAL, 0},
    {"rev", "", NEUTRAL, 0},
    {"cut", "", NEUTRAL, 0},
    {"tr", "", NEUTRAL, 0},
    {"fold", "", NEUTRAL, 0},
    {"fmt", "", NEUTRAL, 0},
    {"expand", "", NEUTRAL, 0},
    {"unexpand", "", NEUTRAL, 0},
    {"column", "", NEUTRAL, 0},
    {"paste", "", NEUTRAL, 0},
    {"join", "", NEUTRAL, 0},
    {"comm", "", NEUTRAL, 0},
    {"uniq", "", NEUTRAL, 0},
    {"sort", "", NEUTRAL, 0},
    {"seq", "", NEUTRAL, 0},
    {"grep", "", NEUTRAL, 0},
    {"egrep", "", NEUTRAL, 0},
    {"fgrep", "", NEUTRAL, 0},
    {"ls", "", NEUTRAL, 0},
    {"stat", "", NEUTRAL, 0},
    {"du", "", NEUTRAL, 0},
    {"diff", "", NEUTRAL, 0},
    {"cmp", "", NEUTRAL, 0},
    {"basename", "", NEUTRAL, 0},
    {"dirname", "", NEUTRAL, 0},
    {"realpath", "", NEUTRAL, 0},
    {"readlink", "", NEUTRAL, 0},
    {"sha256sum", "", NEUTRAL, 0},
    {"md5sum", "", NEUTRAL, 0},
    {"jq", "", NEUTRAL, 0},
};

static bx_str first_of(bx_str text)
{
    const char *end = memchr(text.p, ' ', text.n);
    return (bx_str){text.p, end ? (size_t)(end - text.p) : text.n};
}

static size_t count(bx_str text)
{
    size_t n = 0;
    for (; text.n; n++)
        text = bx_str_from(text, first_of(text).n + 1);
    return n;
}

/* All `n` words and the text they point into, in one block. */
static bx_str *copy_words(bx_str text, size_t n)
{
    bx_str *at = bx_realloc(NULL, n * sizeof *at + text.n);
    if (!at)
        return NULL;
    text.p = memcpy(at + n, text.p, text.n);
    for (size_t i = 0; i < n; i++) {
        at[i] = first_of(text);
        text = bx_str_from(text, at[i].n + 1);
    }
    return at;
}

bx_str bx_word_base(bx_str w)
{
    const char *slash = w.n ? memrchr(w.p, '/', w.n) : NULL;
    return slash ? bx_str_from(w, (size_t)(slash + 1 - w.p)) : w;
}

static const starter *find(bx_str name)
{
    name = bx_word_base(name);
    for (size_t i = 0; i < BX_COUNT(starters); i++) {
        if (bx_word_is(name, starters[i].name))
            return &starters[i];
    }
    return NULL;
}

/* ---- a command made of words ----------------------------------------------------------------- */

static bool put(scan *s, bx_str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!bx_scan_put(s, text.p[i]))
            return false;
    }
    return true;
}

static bool put_word(scan *s, bx_str w, bx_str hole)
{
    if (hole.n && memmem(w.p, w.n, hole.p, hole.n))
        return bx_scan_put(s, BX_WILD_ANY) && bx_scan_put(s, ' ');
    bool vanishes = w.n == 1 && w.p[0] == BX_WILD_ANY;
    return put(s, w) && (vanishes || bx_scan_put(s, ' '));
}

static size_t assignment_end(bx_str w)
{
    size_t n = 0;
    while (n < w.n && (bx_is_alnum(w.p[n]) || w.p[n] == '_'))
        n++;
    return n && n < w.n && w.p[n] == '=' ? n : 0;
}

typedef struct inner {
    size_t from, to; /* of the words */
    bx_str hole;     /* what is replaced by something unknown */
    bool more;       /* unknown words follow */
} inner;

static bool add_inner(scan *s, const bx_words *w, const inner *of, size_t within)
{
    scan below = bx_scan_below(s, s->in, s->in.n);
    size_t i = of->from, begin = 0;
    bool ok = s->depth <= BX_LINE_MAX_DEPTH || bx_scan_doubt(s, "it is nested too deeply");
    below.within = (int32_t)within;
    for (; ok && i < of->to && assignment_end(w->at[i]); i++)
        ok = put_word(&below, w->at[i], of->hole);
    begin = below.buf.n;
    for (; ok && i < of->to; i++)
        ok = put_word(&below, w->at[i], of->hole);
    if (ok && of->more)
        ok = bx_scan_put(&below, BX_WILD_ANY);
    if (ok && below.buf.n)
        ok = bx_scan_add(&below, begin);
    bx_scan_done(&below);
    return ok;
}

bool bx_scan_add_unknown(scan *s, size_t within)
{
    const bx_words none = {.n = 0};
    return add_inner(s, &none, &(inner){.more = true}, within);
}

bool bx_scan_add_some(scan *s, const char *name, size_t within)
{
    const bx_str one = bx_str_of(name);
    const bx_words some = {.at = &one, .n = 1};
    return add_inner(s, &some, &(inner){.to = 1, .more = true}, within);
}

/* ---- options --------------------------------------------------------------------------------- */

/* The word behind the options of `st`.  *ret_hole: what -I of xargs names.  False: one of them is
 * not known for what it is. */
static bool skip_options(const bx_words *w, const starter *st, size_t *ret, bx_str *ret_hole)
{
    const bool collects = st->how == COLLECTS, splits = strcmp(st->name, "env") == 0;
    size_t i = 1;
    for (; i < w->n; i++) {
        bx_str o = w->at[i];
        if (!bx_word_is_known(o))
            return false;
        if (bx_str_eq(o, BX_LIT("--"))) {
            i++;
            break;
        }
        if (o.n < 2 || o.p[0] != '-')
            break;
        if (o.p[1] == '-') { /* --name=value holds its value; which others have one is not known */
            const char *sign = memchr(o.p, '=', o.n);
            if (!sign && strlen(st->with) > 0)
                return false;
            if (splits && bx_str_starts(o, BX_LIT("--s")))
                return false;
            if (collects && bx_str_starts(o, BX_LIT("--r")))
                *ret_hole = bx_str_from(o, (size_t)(sign + 1 - o.p));
            continue;
        }
        size_t k = 1; /* -e, -i and -l of xargs take what follows in the word, if anything does */
        while (k < o.n && !strchr(st->with, o.p[k]) && !(collects && strchr("eil", o.p[k]))) {
            if (splits && o.p[k] == 'S')
                return false;
            k++;
        }
        bool optional = collects && k < o.n && strchr("eil", o.p[k]);
        if (k < o.n && o.p[k] == 'I')
            *ret_hole = k + 1 < o.n ? bx_str_from(o, k + 1) : i + 1 < w->n ? w->at[i + 1] : o;
        if (optional && o.p[k] == 'i')
            *ret_hole = k + 1 < o.n ? bx_str_from(o, k + 1) : BX_LIT("{}");
        i += k + 1 == o.n && !optional;
    }
    *ret = i + st->skip;
    return true;
}

/* Long options without a value that are met often; they make no difference to what is started. */
static bool has_flag(const bx_words *w, const char *flag)
{
    return w->n > 1 && bx_str_eq(w->at[1], bx_str_of(flag));
}

/* Of env: "-" is -i, -C another directory, and what has a '=' is a variable, whatever its name.
 * False: of a name that shells do not take. */
static bool skip_variables(scan *s, const bx_words *w, size_t *at)
{
    for (size_t i = 1; i < *at && i < w->n; i++) {
        bx_str o = w->at[i];
        s->out->moves = s->out->moves || bx_str_starts(o, BX_LIT("--c")) ||
                        (o.n > 1 && o.p[0] == '-' && o.p[1] != '-' && memchr(o.p, 'C', o.n));
    }
    *at += *at < w->n && bx_str_eq(w->at[*at], BX_LIT("-"));
    for (size_t i = *at; i < w->n && memchr(w->at[i].p, '=', w->at[i].n); i++) {
        if (!assignment_end(w->at[i]) || bx_is_digit(w->at[i].p[0]))
            return false;
    }
    return true;
}

static bool carries(scan *s, const bx_words *w, const starter *st, size_t within)
{
    inner of = {.to = w->n, .more = st->how == COLLECTS};
    if (strcmp(st->name, "command") == 0 && (has_flag(w, "-v") || has_flag(w, "-V"))) {
        s->out->commands[within].neutral = true;
        return true;
    }
    if (!skip_options(w, st, &of.from, &of.hole))
        return bx_scan_add_unknown(s, within);
    if (strcmp(st->name, "env") == 0 && !skip_variables(s, w, &of.from))
        return bx_scan_add_unknown(s, within);
    if (of.from >= w->n)
        return !of.more || bx_scan_add_unknown(s, within);
    return add_inner(s, w, &of, within);
}

/* ---- text that is a script ------------------------------------------------------------------- */

bool bx_scan_add_text(scan *s, const bx_words *w, size_t from, size_t to, size_t within)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LINE_MAX_BYTES);
    for (size_t i = from; i < to; i++) {
        if (!bx_word_is_known(w->at[i]))
            return bx_scan_add_unknown(s, within);
        for (size_t k = 0; k < w->at[i].n; k++) {
            char c = w->at[i].p[k];
            (void)bx_buf_add_c(&text, c == BX_WILD_SPACE ? ' ' : c);
        }
        (void)bx_buf_add_c(&text, ' ');
    }
    if (text.fail != BX_OK)
        return bx_scan_doubt(s, "it is too long");
    return bx_scan_text(s, bx_buf_str(&text), (int32_t)within);
}

/* Letters of options, none of which makes a word an option with a long name. */
static bool is_bundle(bx_str o)
{
    for (size_t k = 1; k < o.n; k++) {
        if (!strchr("abcefhiklmnoprstuvxBCDEHPTO", o.p[k]) || memchr(o.p + 1, o.p[k], k - 1))
            return false;
    }
    return o.n > 1 && o.n < 7; /* -rcfile */
}

/* -c may stand before other options; its text is the first word behind them all. */
static bool shells(scan *s, const bx_words *w, size_t within)
{
    bool opaque = s->out->commands[within].opaque, c = false;
    size_t i = 1;
    s->out->commands[within].opaque = true;
    for (; i < w->n; i++) {
        bx_str o = w->at[i];
        if (!bx_word_is_known(o))
            return bx_scan_add_unknown(s, within);
        if (bx_str_eq(o, BX_LIT("--")) || bx_str_eq(o, BX_LIT("-"))) {
            i++;
            break;
        }
        if (o.n == 0 || (o.p[0] != '-' && o.p[0] != '+'))
            break;
        if (!is_bundle(o)) /* it may be anything, with a value or without */
            return bx_scan_add_unknown(s, within);
        bool value = memchr(o.p, 'o', o.n) || memchr(o.p, 'O', o.n);
        if (value && o.n > 2)
            return bx_scan_add_unknown(s, within);
        c = c || (o.p[0] == '-' && memchr(o.p, 'c', o.n));
        i += value;
    }
    if (!c)
        return true; /* a file, or what it reads */
    if (i >= w->n)
        return bx_scan_add_unknown(s, within);
    s->out->commands[within].opaque = opaque;
    s->out->commands[within].carrier = true;
    s->out->makes = s->out->makes || i + 1 < w->n; /* its arguments */
    return bx_scan_add_text(s, w, i, i + 1, within);
}

static bool is_one_of(bx_str w, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bx_word_is(w, names[i]))
            return true;
    }
    return false;
}

static bool may_be_one_of(bx_str w, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bx_wild_must(w, bx_str_of(names[i])))
            return true;
    }
    return false;
}

/* -delete is what rm would do, and is judged so. */
static bool searches(scan *s, const bx_words *w, size_t within)
{
    static const char *const starts[] = {"-exec", "-execdir", "-ok", "-okdir"};
    static const char *const writes[] = {"-fprint", "-fprint0", "-fprintf", "-fls"};
    static const char *const deletes[] = {"-delete"};
    for (size_t i = 1; i < w->n; i++) {
        bx_str o = w->at[i];
        bool is = is_one_of(o, starts, BX_COUNT(starts));
        if (!bx_word_is_known(o) && (may_be_one_of(o, starts, BX_COUNT(starts)) ||
                                     may_be_one_of(o, writes, BX_COUNT(writes)) ||
                                     may_be_one_of(o, deletes, BX_COUNT(deletes))))
            return bx_scan_add_unknown(s, within);
        if (is_one_of(o, deletes, BX_COUNT(deletes)) && !bx_scan_add_some(s, "rm", within))
            return false;
        if (is_one_of(o, writes, BX_COUNT(writes)) && i + 1 < w->n &&
            !bx_scan_add_write(s, w->at[++i], within))
            return false;
        if (!is)
            continue;
        inner of = {.from = i + 1, .to = i + 1, .hole = BX_LIT("{}")};
        while (of.to < w->n && !bx_str_eq(w->at[of.to], BX_LIT(";")) &&
               !bx_str_eq(w->at[of.to], BX_LIT("+")))
            of.to++;
        s->out->moves = s->out->moves || bx_str_eq(o, bx_str_of(starts[1])) ||
                        bx_str_eq(o, bx_str_of(starts[3]));
        if (!add_inner(s, w, &of, within))
            return false;
        i = of.to;
    }
    return true;
}

static size_t behind_dashes(const bx_words *w)
{
    return w->n > 1 && bx_str_eq(w->at[1], BX_LIT("--")) ? 2 : 1;
}

/* With -p and -l it tells something; "-" is no text. */
static bool traps(scan *s, const bx_words *w, size_t within)
{
    size_t at = behind_dashes(w);
    bool tells = at == 1 && w->n > 1 && w->at[1].n && w->at[1].p[0] == '-';
    return at >= w->n || tells || bx_str_eq(w->at[at], BX_LIT("-")) ||
           bx_scan_add_text(s, w, at, at + 1, within);
}

/* Lines of the history run again (set -H), names that mean another file (hash -p), jobs -x. */
static bool switches(const bx_words *w)
{
    static const char *const options[] = {"history", "histexpand"};
    const char first = w->at[0].p[0]; /* set, shopt, hash, jobs */
    const char letter = first == 'h' ? 'p' : first == 'j' ? 'x' : 'H';
    for (size_t i = 1; i < w->n; i++) {
        bx_str o = w->at[i];
        if ((o.n > 1 && o.p[0] == '-' && memchr(o.p, letter, o.n)) ||
            is_one_of(o, options, BX_COUNT(options)))
            return true;
    }
    return false;
}

/* printf -v NAME, wait -p NAME. */
static bool sets_variable(const bx_words *w)
{
    bx_str name = bx_word_base(w->at[0]);
    if (bx_str_eq(name, BX_LIT("printf")))
        return w->n < 2 || !bx_word_is_known(w->at[1]) || bx_str_starts(w->at[1], BX_LIT("-"));
    bool sets = false;
    for (size_t i = 1; i < w->n && bx_str_eq(name, BX_LIT("wait")); i++)
        sets =
            sets || (w->at[i].n > 1 && w->at[i].p[0] == '-' && memchr(w->at[i].p, 'p', w->at[i].n));
    return sets;
}

static bool started(scan *s, const bx_words *w, const starter *st, size_t i)
{
    bx_line_command *c = &s->out->commands[i];
    switch (st->how) {
    case CARRIES:
    case COLLECTS:
        c->carrier = true;
        s->out->makes = s->out->makes || st->how == COLLECTS;
        return carries(s, w, st, i);
    case ESCORTS:
        return carries(s, w, st, i);
    case SHELLS:
        return shells(s, w, i);
    case EVALUATES:
        c->carrier = true;
        return bx_scan_add_text(s, w, behind_dashes(w), w->n, i);
    case TRAPS:
        c->carrier = true;
        return traps(s, w, i);
    case SEARCHES:
        return searches(s, w, i);
    case HIDES:
        c->opaque = true;
        return true;
    case SWITCHES:
        c->opaque = c->opaque || switches(w);
        return true;
    case RENAMES:
        return w->n < 2 || bx_scan_doubt(s, "it has an alias");
    case MOVES:
        s->out->moves = true;
        c->neutral = true;
        return true;
    case NEUTRAL:
        c->neutral = !sets_variable(w);
        return true;
    }
    return true;
}

/* /bin/echo is echo; ./echo may be anything. */
static bool is_of_system(bx_str name)
{
    bx_str base = bx_word_base(name);
    bx_str dir = {name.p, name.n - base.n};
    return bx_str_eq(dir, BX_LIT("/bin/")) || bx_str_eq(dir, BX_LIT("/usr/bin/"));
}

/* A file of the directory, or one found along a changed path, may be a script. */
bool bx_scan_started(scan *s, size_t i)
{
    bx_line_command *c = &s->out->commands[i];
    if (c->words == c->end)
        return true;
    bx_str text = bx_line_words(s->out, c), name = first_of(text);
    const starter *st = bx_word_is_known(name) ? find(name) : NULL;
    bool has_options = bx_word_is_known(name) && bx_options_known(name);
    if (memchr(name.p, '/', name.n) && !is_of_system(name))
        c->opaque = true;
    if (!st && !has_options)
        return true;
    bx_words w = {.n = count(text)};
    if (w.n > MAX_WORDS)
        return bx_scan_doubt(s, "a command has too many words");
    BX_AUTOFREE bx_str *at = copy_words(text, w.n); /* the text moves when it gets more */
    if (!at) {
        s->out->failed = BX_ENOMEM;
        return bx_scan_doubt(s, "out of memory");
    }
    w.at = at;
    bool ok = !st || started(s, &w, st, i);
    if (memchr(at[0].p, '/', at[0].n) && !is_of_system(at[0])) {
        c = &s->out->commands[i]; /* they may have moved */
        c->neutral = c->carrier = false;
    }
    return ok && (!has_options || bx_scan_options(s, &w, i));
}
