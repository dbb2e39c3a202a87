/* Options by which a program starts another, or writes a file, that is for something else. */
#include "base/ascii.h"
#include "policy/command_internal.h"

/* Options are told apart as getopt does: "-o", "-oFILE" and "-bo FILE" are the same, and long ones
 * may be shortened.  Lists are words with a space between them. */
typedef struct program {
    const char *name;
    const char *valued; /* short options that take a value */
    const char *runs;   /* options whose value is text for a shell */
    const char *hides;  /* options that start something which is not one command's text */
    const char *writes; /* options whose value is a file that is written */
    bool (*read)(scan *s, const bx_words *w, size_t of); /* instead of all that */
} program;

static bool read_sed(scan *s, const bx_words *w, size_t of);
static bool read_awk(scan *s, const bx_words *w, size_t of);
static bool read_git(scan *s, const bx_words *w, size_t of);
static bool read_in_out(scan *s, const bx_words *w, size_t of);

static const program programs[] = {
    {"sort", "kStToT", "--compress-program", "", "-o --output", NULL},
    {"shuf", "ino", "", "", "-o --output", NULL},
    {"split", "abClnt", "--filter", "", "", NULL},
    {"time", "fo", "", "", "-o --output", NULL},
    {"tree", "LPIo", "", "", "-o", NULL},
    {"tar", "fCTXIFbgHKLNV", "-I --use-compress-program --to-command",
     "-F --checkpoint-action --rsh-command --info-script --new-volume-script", "", NULL},
    {"rsync", "efTBM", "", "-e --rsh --rsync-path", "", NULL},
    {"rg", "efgtTmABCrjMEd", "--pre --hostname-bin", "", "", NULL},
    {"fd", "eEtSdcj", "", "-x -X --exec --exec-batch", "", NULL},
    {"man", "PH", "-P --pager -H --html", "", "", NULL},
    {"zip", "", "", "--unzip-command", "", NULL},
    {"install", "gmotS", "--strip-program", "", "", NULL},
    {"curl", "AbcCdDeEFhHKmoPQrtTuUwxXYyz", "",
     "-K --config -O -J --remote-name --remote-name-all --output-dir",
     "-o --output -c --cookie-jar -D --dump-header --trace --trace-ascii --stderr --libcurl "
     "--etag-save --hsts --alt-svc",
     NULL},
    {"uniq", "fswN", "", "", "", read_in_out},
    {"xxd", "cglonsR", "", "", "", read_in_out},
    {"git", "", "", "", "", read_git},
    {"sed", "", "", "", "", read_sed},
    {"gsed", "", "", "", "", read_sed},
    {"awk", "", "", "", "", read_awk},
    {"gawk", "", "", "", "", read_awk},
    {"mawk", "", "", "", "", read_awk},
    {"nawk", "", "", "", "", read_awk},
};

static const program *find(bx_str name)
{
    name = bx_word_base(name);
    for (size_t i = 0; i < BX_COUNT(programs); i++) {
        if (bx_word_is(name, programs[i].name))
            return &programs[i];
    }
    return NULL;
}

bool bx_options_known(bx_str name) { return find(name) != NULL; }

/* ---- one option after the other -------------------------------------------------------------- */

typedef struct option {
    bx_str name;  /* "-o" is "o", "--output" is "--output", as it is written */
    bx_str value; /* known where has_value */
    bool has_value;
} option;

typedef struct options { /* where one is in the words */
    const bx_words *w;
    const char *valued;
    size_t i, k; /* the word, and the letter in it */
    bool over;
} options;

/* The next option.  False: `at` is an operand, or the end. */
static bool next_option(options *o, option *ret)
{
    const bx_words *w = o->w;
    if (o->over || o->i >= w->n)
        return false;
    bx_str t = w->at[o->i];
    if (o->k == 0 && bx_str_eq(t, BX_LIT("--"))) {
        o->over = true;
        o->i++;
        return false;
    }
    if (t.n < 2 || t.p[0] != '-')
        return false;
    if (t.p[1] == '-') {
        const char *sign = memchr(t.p, '=', t.n);
        size_t n = sign ? (size_t)(sign - t.p) : t.n;
        bx_str value = sign              ? bx_str_from(t, n + 1)
                       : o->i + 1 < w->n ? w->at[o->i + 1]
                                         : BX_LIT("");
        *ret = (option){.name = {t.p, n}, .value = value, .has_value = sign != NULL};
        o->i++;
        return true;
    }
    size_t k = o->k ? o->k : 1;
    *ret = (option){.name = {t.p + k, 1}};
    o->k = k + 1 < t.n ? k + 1 : 0;
    o->i += o->k == 0;
    if (strchr(o->valued, t.p[k])) {
        ret->has_value = true;
        ret->value = o->k ? bx_str_from(t, k + 1) : o->i < w->n ? w->at[o->i] : BX_LIT("");
        o->i += 1;
        o->k = 0;
    }
    return true;
}

/* Is the option, or may a shortened one be, in the list? */
static bool is_in(const option *o, const char *list)
{
    while (*list) {
        size_t n = strcspn(list, " ");
        bx_str one = {list, n};
        bool is_long = n > 2 && list[1] == '-';
        if (is_long ? o->name.n > 2 && (bx_str_starts(one, o->name) ||
                                        (!bx_word_is_known(o->name) && bx_wild_must(o->name, one)))
                    : o->name.n == 1 && (o->name.p[0] == list[1] || o->name.p[0] == BX_WILD_ANY))
            return true;
        list += n + (list[n] == ' ');
    }
    return false;
}

static bool runs(scan *s, bx_str value, size_t of)
{
    const bx_words text = {.at = &value, .n = 1};
    return bx_scan_add_text(s, &text, 0, 1, of);
}

static bool one_option(scan *s, const program *p, const option *o, size_t of)
{
    if (is_in(o, p->hides))
        return bx_scan_add_unknown(s, of);
    if (is_in(o, p->runs) && !runs(s, o->value, of))
        return false;
    return !is_in(o, p->writes) || bx_scan_add_write(s, o->value, of);
}

/* tar takes its first word for options without a dash as well. */
static bool read_bundle(scan *s, const program *p, const bx_words *w, size_t of)
{
    bool bare = strcmp(p->name, "tar") == 0 && w->n > 1 && w->at[1].n && w->at[1].p[0] != '-';
    for (size_t k = 0; bare && k < w->at[1].n; k++) {
        if (w->at[1].p[k] == 'I' || w->at[1].p[k] == 'F')
            return bx_scan_add_unknown(s, of);
    }
    return true;
}

bool bx_scan_options(scan *s, const bx_words *w, size_t i)
{
    const program *p = find(w->at[0]);
    options at = {.w = w, .i = 1};
    option o;
    if (!p)
        return true;
    if (p->read)
        return p->read(s, w, i);
    at.valued = p->valued;
    if (!read_bundle(s, p, w, i))
        return false;
    for (; at.i < w->n && !at.over; at.i += !at.over) {
        while (next_option(&at, &o)) {
            if (!one_option(s, p, &o, i))
                return false;
        }
        bool may_be = at.i < w->n && !at.over && w->at[at.i].n && w->at[at.i].p[0] == BX_WILD_ANY;
        if (may_be && !bx_scan_add_open(s, i))
            return false;
    }
    return true;
}

/* ---- uniq, xxd: the second operand is written ------------------------------------------------ */

/* Which word is the second one depends on options that are told apart by neither: all behind the
 * first count, and of xxd, which takes none behind an operand, all words. */
static bool read_in_out(scan *s, const bx_words *w, size_t of)
{
    const program *p = find(w->at[0]);
    options at = {.w = w, .i = 1, .valued = p->valued};
    option o;
    for (size_t n = 0; at.i < w->n; at.i++) {
        while (next_option(&at, &o))
            ;
        bool names = at.i < w->n && n++ > 0 && !bx_str_eq(w->at[at.i], BX_LIT("-"));
        if (names && !bx_scan_add_write(s, w->at[at.i], of))
            return false;
        at.over = at.over || strcmp(p->name, "xxd") == 0;
    }
    return true;
}

/* ---- sed, awk: a script is a program --------------------------------------------------------- */

static bool judge_script(scan *s, bx_str text, unsigned (*judge)(bx_str), size_t of)
{
    BX_AUTO_BUF plain = bx_buf_init(BX_LINE_MAX_BYTES);
    if (!bx_word_is_known(text))
        return bx_scan_add_unknown(s, of);
    for (size_t i = 0; i < text.n; i++)
        (void)bx_buf_add_c(&plain, text.p[i] == BX_WILD_SPACE ? ' ' : text.p[i]);
    if (plain.fail != BX_OK)
        return bx_scan_doubt(s, "it is too long");
    unsigned may = judge(bx_buf_str(&plain));
    if ((may & BX_SCRIPT_STARTS) && !bx_scan_add_unknown(s, of))
        return false;
    const char any = BX_WILD_ANY;
    return !(may & BX_SCRIPT_WRITES) || bx_scan_add_write(s, (bx_str){&any, 1}, of);
}

/* GNU sed takes options behind operands too, so what is not known there may be one. */
static bool read_sed(scan *s, const bx_words *w, size_t of)
{
    options at = {.w = w, .i = 1, .valued = "efl"};
    option o;
    size_t operands[MAX_WORDS], n = 0;
    bool scripts = false, in_place = false;
    for (; at.i < w->n; at.i++) {
        while (next_option(&at, &o)) {
            bool e = is_in(&o, "-e --expression");
            if (is_in(&o, "-f --file"))
                return bx_scan_add_unknown(s, of);
            if (e && !judge_script(s, o.value, bx_script_of_sed, of))
                return false;
            at.i += e && o.name.n > 1 && !o.has_value;
            scripts = scripts || e;
            if (is_in(&o, "-i --in-place")) { /* what follows in the word is a suffix */
                in_place = true;
                at.i += at.k != 0;
                at.k = 0;
            }
        }
        if (at.i >= w->n)
            break;
        if (!at.over && w->at[at.i].n && w->at[at.i].p[0] == BX_WILD_ANY)
            return bx_scan_add_unknown(s, of);
        operands[n++] = at.i;
    }
    if (!scripts && n && !judge_script(s, w->at[operands[0]], bx_script_of_sed, of))
        return false;
    for (size_t i = !scripts; in_place && i < n; i++) {
        if (!bx_scan_add_write(s, w->at[operands[i]], of))
            return false;
    }
    return true;
}

static bool read_awk(scan *s, const bx_words *w, size_t of)
{
    options at = {.w = w, .i = 1, .valued = "FveflioEW"};
    option o;
    bool scripts = false;
    while (next_option(&at, &o)) {
        bool e = is_in(&o, "-e --source"), assigns = is_in(&o, "--assign --field-separator");
        if (is_in(&o, "-f -l -i -E -o -W --file --include --load --exec --pretty-print --profile"))
            return bx_scan_add_unknown(s, of);
        if (e && !judge_script(s, o.value, bx_script_of_awk, of))
            return false;
        at.i += (e || assigns) && o.name.n > 1 && !o.has_value;
        scripts = scripts || e;
    }
    return scripts || at.i >= w->n || judge_script(s, w->at[at.i], bx_script_of_awk, of);
}

/* ---- git ------------------------------------------------------------------------------------- */

static bool add_unknown_write(scan *s, size_t of)
{
    const char any = BX_WILD_ANY;
    return bx_scan_add_write(s, (bx_str){&any, 1}, of);
}

static bool has_word(const bx_words *w, size_t from, bx_str word)
{
    for (; from < w->n; from++) {
        if (bx_str_eq(w->at[from], word))
            return true;
    }
    return false;
}

/* Letters of a subcommand's options that start something, or write a file. */
static bool is_letter_of(bx_str verb, const option *o, bool writes)
{
    static const struct {
        const char *verb, *starts, *writes;
    } rows[] = {{"rebase", "x", ""},
                {"difftool", "x", ""},
                {"grep", "O", ""},
                {"clone", "uc", ""},
                {"archive", "", "o"}};
    for (size_t i = 0; i < BX_COUNT(rows) && o->name.n == 1; i++) {
        if (bx_str_eq(verb, bx_str_of(rows[i].verb)) &&
            strchr(writes ? rows[i].writes : rows[i].starts, o->name.p[0]))
            return true;
    }
    return false;
}

/* What configuration is given on the line can name commands. */
static bool read_git(scan *s, const bx_words *w, size_t of)
{
    static const program p = {
        "git",      "",  "", "--upload-pack --receive-pack --exec --extcmd --open-files-in-pager",
        "--output", NULL};
    size_t i = 1;
    for (; i < w->n && w->at[i].n && w->at[i].p[0] == '-'; i++) {
        option o = {.name = w->at[i]};
        const char *sign = memchr(o.name.p, '=', o.name.n);
        o.name.n = sign ? (size_t)(sign - o.name.p) : o.name.n;
        if (bx_str_starts(o.name, BX_LIT("-c")) || is_in(&o, "--config-env --exec-path"))
            return bx_scan_add_unknown(s, of);
        bool moves = bx_str_eq(w->at[i], BX_LIT("-C"));
        s->out->option_moves = s->out->option_moves || moves;
        i += moves || (!sign && is_in(&o, "--git-dir --work-tree --namespace --super-prefix "
                                          "--attr-source"));
    }
    bx_str verb = i < w->n ? w->at[i] : BX_LIT("");
    bool starts = (bx_str_eq(verb, BX_LIT("bisect")) && has_word(w, i, BX_LIT("run"))) ||
                  (bx_str_eq(verb, BX_LIT("submodule")) && has_word(w, i, BX_LIT("foreach"))) ||
                  bx_str_eq(verb, BX_LIT("filter-branch"));
    if (starts)
        return bx_scan_add_unknown(s, of);
    options at = {.w = w, .i = i, .valued = ""};
    option o;
    for (; at.i < w->n && !at.over; at.i += !at.over) {
        while (next_option(&at, &o)) {
            if (is_letter_of(verb, &o, false))
                return bx_scan_add_unknown(s, of);
            if (is_letter_of(verb, &o, true) && !add_unknown_write(s, of))
                return false;
            if (o.name.n > 1 && !one_option(s, &p, &o, of))
                return false;
        }
    }
    return true;
}
