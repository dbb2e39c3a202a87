/* The functions of awk. */
#include <math.h>
#include <time.h>
#include <unistd.h>
#include <wctype.h>

#include "programs/lines/awk.h"

#include "programs/common/prog_text.h"

typedef enum fn {
    F_LENGTH,
    F_SUBSTR,
    F_INDEX,
    F_SPLIT,
    F_SUB,
    F_GSUB,
    F_GENSUB,
    F_MATCH,
    F_SPRINTF,
    F_TOLOWER,
    F_TOUPPER,
    F_SIN,
    F_COS,
    F_ATAN2,
    F_EXP,
    F_LOG,
    F_SQRT,
    F_INT,
    F_RAND,
    F_SRAND,
    F_SYSTEM,
    F_CLOSE,
    F_FFLUSH,
    F_STRFTIME,
    F_MKTIME,
    F_SYSTIME,
    F_STRTONUM,
    F_AND,
    F_OR,
    F_XOR,
    F_LSHIFT,
    F_RSHIFT,
    F_COMPL,
    F_ASORT,
    F_ASORTI,
    F_ISARRAY,
    F_TYPEOF,
    F_PATSPLIT,
    F_MKBOOL,
    F_COUNT,
} fn;

static const struct {
    char name[9];
    uint8_t min, max; /* arguments */
} table[F_COUNT] = {{"length", 0, 1},    {"substr", 2, 3},   {"index", 2, 2},    {"split", 2, 4},
                    {"sub", 2, 3},       {"gsub", 2, 3},     {"gensub", 3, 4},   {"match", 2, 3},
                    {"sprintf", 1, 255}, {"tolower", 1, 1},  {"toupper", 1, 1},  {"sin", 1, 1},
                    {"cos", 1, 1},       {"atan2", 2, 2},    {"exp", 1, 1},      {"log", 1, 1},
                    {"sqrt", 1, 1},      {"int", 1, 1},      {"rand", 0, 0},     {"srand", 0, 1},
                    {"system", 1, 1},    {"close", 1, 2},    {"fflush", 0, 1},   {"strftime", 0, 3},
                    {"mktime", 1, 2},    {"systime", 0, 0},  {"strtonum", 1, 1}, {"and", 2, 255},
                    {"or", 2, 255},      {"xor", 2, 255},    {"lshift", 2, 2},   {"rshift", 2, 2},
                    {"compl", 1, 1},     {"asort", 1, 3},    {"asorti", 1, 3},   {"isarray", 1, 1},
                    {"typeof", 1, 1},    {"patsplit", 2, 4}, {"mkbool", 1, 1}};

int32_t awk_builtin_named(const char *name, size_t n)
{
    for (int32_t i = 0; i < F_COUNT; i++)
        if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0)
            return i;
    return -1;
}

bool awk_builtin_bare(int32_t builtin) { return builtin == F_LENGTH; }

static awk_str *arg_str(awk_node *n)
{
    awk_val v = awk_eval(n);
    awk_str *s = awk_to_str(&v);
    awk_drop(&v);
    return s;
}

static bx_str view(const awk_str *s) { return (bx_str){s->p, s->n}; }

/* --- characters --------------------------------------------------------------------------------
 */

static bool is_ascii(bx_str s)
{
    uint8_t any = 0;
    for (size_t i = 0; i < s.n; i++)
        any |= (uint8_t)s.p[i];
    return any < 0x80;
}

static size_t char_length(bx_str s, size_t at)
{
    uint32_t cp;
    return (s.p[at] & 0x80) ? prog_utf8(s.p + at, s.n - at, &cp) : 1;
}

static size_t count_chars(bx_str s)
{
    if (is_ascii(s))
        return s.n;
    size_t n = 0;
    for (size_t i = 0; i < s.n; n++)
        i += char_length(s, i);
    return n;
}

/* Characters before byte `at`. */
static size_t chars_before(bx_str s, size_t at) { return count_chars((bx_str){s.p, at}); }

static size_t skip_chars(bx_str s, size_t at, double chars)
{
    for (; chars >= 1 && at < s.n; chars--)
        at += char_length(s, at);
    return at;
}

static awk_val substr(awk_node *a)
{
    awk_str *s = arg_str(a);
    bx_str t = view(s);
    double from = trunc(awk_eval_num(a->next)), to = INFINITY;
    from = from >= 1 ? from : 1;
    if (a->next->next) {
        double n = trunc(awk_eval_num(a->next->next));
        to = n > 0 ? from + n : from;
    }
    awk_val v;
    if (to <= from) {
        v = awk_text("", 0);
    } else if (is_ascii(t)) {
        size_t begin = from > (double)t.n ? t.n : (size_t)from - 1;
        size_t end = to > (double)t.n ? t.n : (size_t)to - 1;
        v = begin == 0 && end == t.n ? awk_string(awk_ref(s)) : awk_text(t.p + begin, end - begin);
    } else {
        size_t begin = skip_chars(t, 0, from - 1);
        size_t end = isinf(to) ? t.n : skip_chars(t, begin, to - from);
        v = awk_text(t.p + begin, end - begin);
    }
    awk_unref(s);
    return v;
}

static awk_val index_of(awk_node *a)
{
    awk_str *s = arg_str(a), *t = arg_str(a->next);
    const char *hit = t->n == 0 ? s->p : s->n ? memmem(s->p, s->n, t->p, t->n) : NULL;
    double d = hit ? (double)chars_before(view(s), (size_t)(hit - s->p)) + 1 : 0;
    awk_unref(s);
    awk_unref(t);
    return awk_number(d);
}

static awk_val change_case(awk_node *a, bool upper)
{
    awk_str *s = arg_str(a), *out;
    bx_str t = view(s);
    if (is_ascii(t)) {
        out = awk_str_sized(t.n);
        for (size_t i = 0; i < t.n; i++)
            out->p[i] = (char)(upper ? prog_upper(t.p[i]) : prog_lower(t.p[i]));
    } else {
        prog_buf b = {0};
        for (size_t i = 0; i < t.n;) {
            uint32_t cp;
            char bytes[4];
            size_t n = prog_utf8(t.p + i, t.n - i, &cp);
            uint32_t to = cp == PROG_BAD_CHAR ? cp
                          : upper             ? (uint32_t)towupper((wint_t)cp)
                                              : (uint32_t)towlower((wint_t)cp);
            if (to == cp)
                prog_buf_put(&b, t.p + i, n);
            else
                prog_buf_put(&b, bytes, prog_utf8_put(to, bytes));
            i += n;
        }
        out = awk_str_new(b.p, b.n);
        prog_buf_free(&b);
    }
    awk_unref(s);
    return awk_string(out);
}

static awk_array *array_of(awk_node *n)
{
    return n->kind == N_GLOBAL || n->kind == N_LOCAL || n->kind == N_SPECIAL || n->kind == N_INDEX
               ? awk_eval_array(n)
               : NULL;
}

static bool names_array(awk_node *n)
{
    if (n->kind == N_GLOBAL || n->kind == N_SPECIAL)
        return awk_p.globals[n->slot].type == AWK_ARRAY;
    if (n->kind == N_LOCAL) {
        const awk_val *v = &awk_m.frame[n->slot];
        while (v->type == AWK_CELL)
            v = v->cell;
        return v->type == AWK_ARRAY;
    }
    if (n->kind == N_INDEX && names_array(n->a)) {
        awk_array *a = awk_eval_array(n->a);
        awk_str *key = arg_str(n->b);
        const awk_val *v = awk_array_find(a, key->p, key->n);
        awk_unref(key);
        return v && v->type == AWK_ARRAY;
    }
    return false;
}

static awk_val length(awk_node *a)
{
    if (!a)
        return awk_number((double)count_chars(awk_record()));
    if (names_array(a))
        return awk_number((double)awk_array_count(awk_eval_array(a)));
    awk_str *s = arg_str(a);
    double d = (double)count_chars(view(s));
    awk_unref(s);
    return awk_number(d);
}

/* --- substitution ------------------------------------------------------------------------------
 */

/* sub and gsub: & is the match; of backslashes before it two are one, and an odd one makes it an
 * ampersand.  Other backslashes are themselves. */
static void put_sub(prog_buf *out, bx_str with, bx_str match)
{
    for (size_t i = 0; i < with.n; i++) {
        size_t run = 0;
        while (i + run < with.n && with.p[i + run] == '\\')
            run++;
        bool before_match = i + run < with.n && with.p[i + run] == '&';
        for (size_t k = before_match ? run / 2 : run; k > 0; k--)
            prog_buf_putc(out, '\\');
        i += run;
        if (i >= with.n)
            return;
        if (before_match && run % 2 == 0)
            prog_buf_put(out, match.p, match.n);
        else
            prog_buf_putc(out, with.p[i]);
    }
}

static void put_gensub(prog_buf *out, bx_str with, bx_str s, const bx_span *g)
{
    for (size_t i = 0; i < with.n; i++) {
        char c = with.p[i];
        size_t group = SIZE_MAX;
        if (c == '&') {
            group = 0;
        } else if (c == '\\' && i + 1 < with.n) {
            char d = with.p[++i];
            if (prog_is_digit(d))
                group = (size_t)(d - '0');
            else
                c = d;
        }
        if (group == SIZE_MAX)
            prog_buf_putc(out, c);
        else if (g[group].from != SIZE_MAX)
            prog_buf_put(out, s.p + g[group].from, g[group].to - g[group].from);
    }
}

typedef struct substitution {
    bx_posix *regex;
    bx_str with;
    bool all, is_gensub, plain; /* plain: nothing in `with` is special */
    double which;               /* the first to be replaced */
} substitution;

/* How many; what comes of it in `out`, where any was. */
static double substitute(const substitution *u, bx_str s, prog_buf *out)
{
    bx_span g[10];
    size_t from = 0, done = 0, last = SIZE_MAX;
    double count = 0, replaced = 0;
    while (from <= s.n && awk_find(u->regex, s, from, g, u->is_gensub ? 10 : 1)) {
        bool is_empty = g[0].from == g[0].to, counts = !(is_empty && g[0].from == last);
        last = g[0].to;
        count += counts;
        if (counts && count >= u->which) {
            prog_buf_put(out, s.p + done, g[0].from - done);
            if (u->plain)
                prog_buf_put(out, u->with.p, u->with.n);
            else if (u->is_gensub)
                put_gensub(out, u->with, s, g);
            else
                put_sub(out, u->with, (bx_str){s.p + g[0].from, g[0].to - g[0].from});
            done = g[0].to;
            replaced++;
            if (!u->all)
                break;
        }
        if (!is_empty)
            from = g[0].to;
        else
            from = g[0].to < s.n ? g[0].to + char_length(s, g[0].to) : s.n + 1;
    }
    if (replaced > 0)
        prog_buf_put(out, s.p + done, s.n - done);
    return replaced;
}

static bool is_plain(bx_str with)
{
    return with.n == 0 || (!memchr(with.p, '&', with.n) && !memchr(with.p, '\\', with.n));
}

static awk_val sub(awk_node *a, bool all)
{
    bx_posix *regex = awk_node_regex(a);
    awk_str *with = arg_str(a->next), *target;
    awk_node *to = a->next->next;
    while (to && to->kind == N_GROUP)
        to = to->a;
    static prog_buf out; /* kept from call to call */
    out.n = 0;
    double index = 0; /* what the target's index has to do is done once */
    awk_val *place = NULL, field;
    if (!to) {
        target = awk_str_new(awk_record().p, awk_record().n);
    } else if (to->kind == N_FIELD) {
        index = awk_eval_num(to->a);
        field = awk_field(index);
        target = awk_to_str(&field);
        awk_drop(&field);
    } else if (to->kind == N_INDEX) {
        place = awk_element(to);
        target = awk_to_str(place);
    } else {
        target = arg_str(to);
    }
    substitution u = {
        .regex = regex, .with = view(with), .all = all, .plain = is_plain(view(with))};
    double n = substitute(&u, view(target), &out);
    if (n > 0) {
        if (!to) {
            awk_set_record(out.p, out.n);
        } else if (to->kind == N_FIELD) {
            awk_set_field(index, awk_text(out.p, out.n));
        } else if (place) {
            awk_drop(place);
            *place = awk_text(out.p, out.n);
        } else if (to->kind == N_GLOBAL || to->kind == N_LOCAL || to->kind == N_SPECIAL) {
            awk_assign(to, awk_text(out.p, out.n));
        }
    }
    awk_unref(with);
    awk_unref(target);
    return awk_number(n);
}

static awk_val gensub(awk_node *a)
{
    bx_posix *regex = awk_node_regex(a);
    awk_node *how_node = a->next->next, *to = how_node->next;
    awk_str *with = arg_str(a->next), *how = arg_str(how_node);
    awk_str *target = to ? arg_str(to) : awk_str_new(awk_record().p, awk_record().n);
    prog_buf out = {0};
    size_t end;
    substitution u = {.regex = regex, .with = view(with), .is_gensub = true};
    u.plain = is_plain(u.with);
    u.all = how->n > 0 && (how->p[0] | 0x20) == 'g';
    u.which = u.all ? 1 : awk_parse_number(how->p, how->n, &end);
    u.which = u.which < 1 ? 1 : floor(u.which);
    double n = substitute(&u, view(target), &out);
    awk_val v = n > 0 ? awk_text(out.p, out.n) : awk_string(awk_ref(target));
    prog_buf_free(&out);
    awk_unref(with);
    awk_unref(how);
    awk_unref(target);
    return v;
}

static void put_group(awk_array *to, size_t i, bx_str s, bx_span g)
{
    static const char *const names[] = {"start", "length"};
    awk_val *v = awk_array_at(to, (double)i);
    awk_drop(v);
    *v = awk_input(s.p + g.from, g.to - g.from);
    for (size_t k = 0; k < 2; k++) {
        prog_buf key = {0};
        awk_str *number = awk_num_to_str((double)i, "%.6g");
        prog_buf_put(&key, number->p, number->n);
        prog_buf_put(&key, awk_m.subsep->p, awk_m.subsep->n);
        prog_buf_put(&key, names[k], strlen(names[k]));
        v = awk_array_get(to, key.p, key.n);
        awk_drop(v);
        *v = awk_number(k == 0 ? (double)chars_before(s, g.from) + 1
                               : (double)count_chars((bx_str){s.p + g.from, g.to - g.from}));
        prog_buf_free(&key);
        awk_unref(number);
    }
}

enum { MATCH_GROUPS = 100 };

static awk_val match(awk_node *a)
{
    awk_str *s = arg_str(a);
    bx_posix *regex = awk_node_regex(a->next);
    awk_array *to = a->next->next ? awk_eval_array(a->next->next) : NULL;
    bx_span g[MATCH_GROUPS];
    size_t groups = to ? bx_posix_groups(regex) : 1;
    groups = groups > MATCH_GROUPS ? MATCH_GROUPS : groups;
    bool found = awk_find(regex, view(s), 0, g, groups);
    double start = found ? (double)chars_before(view(s), g[0].from) + 1 : 0;
    double len = found ? (double)count_chars((bx_str){s->p + g[0].from, g[0].to - g[0].from}) : -1;
    awk_p.globals[V_RSTART] = awk_number(start);
    awk_p.globals[V_RLENGTH] = awk_number(len);
    if (to) {
        awk_array_clear(to);
        for (size_t i = 0; found && i < groups; i++)
            if (g[i].from != SIZE_MAX)
                put_group(to, i, view(s), g[i]);
    }
    awk_unref(s);
    return awk_number(start);
}

/* --- splitting and sorting ---------------------------------------------------------------------
 */

static awk_val split(awk_node *a, bool patterns)
{
    awk_str *s = arg_str(a), *plain = NULL;
    awk_node *by = a->next->next;
    awk_array *seps = by && by->next ? awk_eval_array(by->next) : NULL;
    bx_posix *regex = NULL;
    if (by && by->kind == N_REGEX && (patterns || by->s->n > 0)) {
        regex = awk_node_regex(by);
    } else {
        plain = !by                   ? awk_to_str(&awk_p.globals[patterns ? V_FPAT : V_FS])
                : by->kind == N_REGEX ? awk_ref(by->s) /* of nothing: as "" */
                                      : arg_str(by);
        if (patterns || plain->n > 1)
            regex = awk_regex(view(plain));
    }
    awk_array *to = awk_eval_array(a->next);
    double n = patterns ? awk_patsplit(view(s), to, seps, regex)
                        : awk_split(view(s), to, seps, regex, plain ? view(plain) : BX_LIT(" "));
    awk_unref(s);
    if (plain)
        awk_unref(plain);
    return awk_number(n);
}

static awk_val asort(awk_node *a, bool indices)
{
    awk_array *from = awk_eval_array(a), *to = a->next ? awk_eval_array(a->next) : from;
    awk_str *how = a->next && a->next->next ? arg_str(a->next->next) : NULL;
    awk_item *items;
    size_t n = awk_array_items(from, &items);
    bx_str order = how ? view(how) : indices ? BX_LIT("@ind_str_asc") : BX_LIT("@val_type_asc");
    if (!awk_sort_items(items, n, order))
        awk_fatal("%s: argument 3 `%.*s' is no order", indices ? "asorti" : "asort", (int)order.n,
                  order.p);
    for (size_t i = 0; i < n && !indices; i++) /* the arrays among them end with their source */
        items[i].val =
            items[i].val.type == AWK_ARRAY ? awk_array_copied(&items[i].val) : items[i].val;
    awk_array_clear(to);
    for (size_t i = 0; i < n; i++) {
        awk_val *v = awk_array_at(to, (double)(i + 1));
        *v = indices ? awk_string(awk_ref(items[i].key)) : awk_copy(&items[i].val);
    }
    awk_items_free(items, n);
    if (how)
        awk_unref(how);
    return awk_number((double)n);
}

/* --- numbers -----------------------------------------------------------------------------------
 */

static uint64_t random_state[2];
static double random_seed = 1, random_before;
static bool random_ready;

static void seed(double d)
{
    uint64_t z;
    memcpy(&z, &d, sizeof z);
    for (int i = 0; i < 2; i++) { /* splitmix64 */
        z += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t x = z;
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        random_state[i] = x ^ (x >> 31);
    }
    random_ready = true;
}

static double random_number(void)
{
    if (!random_ready)
        seed(0);
    uint64_t a = random_state[0], b = random_state[1]; /* xorshift128+ */
    random_state[0] = b;
    a ^= a << 23;
    random_state[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
    return (double)((random_state[1] + b) >> 11) / 9007199254740992.0;
}

static awk_val srand_seed(awk_node *a)
{
    double wanted = a ? awk_eval_num(a) : (double)time(NULL);
    random_before = random_seed;
    random_seed = wanted;
    seed(random_seed);
    return awk_number(random_before);
}

static awk_val strtonum(awk_node *a)
{
    awk_val v = awk_eval(a);
    size_t end;
    double d = 0;
    if (v.type == AWK_NUM)
        return v;
    awk_str *s = awk_to_str(&v);
    size_t i = 0;
    while (i < s->n && prog_is_space(s->p[i]))
        i++;
    if (i + 1 < s->n && s->p[i] == '0' && (s->p[i + 1] | 0x20) == 'x') {
        for (i += 2; i < s->n; i++) {
            int c = prog_lower(s->p[i]);
            if (!prog_is_digit(c) && !(c >= 'a' && c <= 'f'))
                break;
            d = d * 16 + (prog_is_digit(c) ? c - '0' : c - 'a' + 10);
        }
    } else if (i < s->n && s->p[i] == '0' && !memchr(s->p, '.', s->n) && !memchr(s->p, 'e', s->n)) {
        for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '7'; i++)
            d = d * 8 + (s->p[i] - '0');
        if (i < s->n && prog_is_digit(s->p[i]))
            d = awk_parse_number(s->p, s->n, &end);
    } else {
        d = awk_parse_number(s->p, s->n, &end);
    }
    awk_unref(s);
    awk_drop(&v);
    return awk_number(d);
}

static uint64_t bits_of(awk_node *a, const char *name)
{
    double d = awk_eval_num(a);
    if (d < 0)
        awk_fatal("%s: received a negative value", name);
    return d < 18446744073709551616.0 ? (uint64_t)d : UINT64_MAX;
}

static awk_val bits(awk_node *a, fn f)
{
    const char *name = table[f].name;
    uint64_t v = bits_of(a, name);
    if (f == F_COMPL)
        return awk_number((double)(~v & ((UINT64_C(1) << 53) - 1)));
    for (awk_node *n = a->next; n; n = n->next) {
        uint64_t w = bits_of(n, name);
        v = f == F_AND      ? v & w
            : f == F_OR     ? v | w
            : f == F_XOR    ? v ^ w
            : w > 63        ? 0
            : f == F_LSHIFT ? v << w
                            : v >> w;
    }
    return awk_number((double)v);
}

static awk_val math(awk_node *a, fn f)
{
    double d = awk_eval_num(a);
    switch (f) {
    case F_SIN:
        return awk_number(sin(d));
    case F_COS:
        return awk_number(cos(d));
    case F_ATAN2:
        return awk_number(atan2(d, awk_eval_num(a->next)));
    case F_EXP:
        d = exp(d);
        return awk_number(d);
    case F_LOG:
        if (d < 0)
            awk_warn("log: received negative argument %g", d);
        return awk_number(log(d));
    case F_SQRT:
        if (d < 0)
            awk_warn("sqrt: called with negative argument %g", d);
        return awk_number(sqrt(d));
    default:
        return awk_number(d < 0 ? ceil(d) : floor(d));
    }
}

/* --- time --------------------------------------------------------------------------------------
 */

static awk_val format_time(awk_node *a)
{
    awk_str *format = a ? arg_str(a) : awk_str_new("%a %b %e %H:%M:%S %Z %Y", 23);
    time_t t = a && a->next ? (time_t)awk_eval_num(a->next) : time(NULL);
    bool utc = a && a->next && a->next->next && awk_eval_num(a->next->next) != 0;
    struct tm tm;
    if (!(utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm))) {
        awk_unref(format);
        return awk_text("", 0);
    }
    prog_buf b = {0};
    prog_buf_put(&b, format->p, format->n);
    char *z = prog_buf_z(&b);
    size_t cap = 256 + 64 * format->n;
    char *out = prog_alloc(cap);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    size_t n = strftime(out, cap, z, &tm);
#pragma GCC diagnostic pop
    awk_val v = awk_text(out, n);
    free(out);
    prog_buf_free(&b);
    awk_unref(format);
    return v;
}

static awk_val make_time(awk_node *a)
{
    awk_str *s = arg_str(a);
    bool utc = a->next && awk_eval_num(a->next) != 0;
    double f[7] = {0, 0, 0, 0, 0, 0, -1};
    size_t at = 0, n = 0, end;
    for (; n < 7; n++) {
        f[n] = awk_parse_number(s->p + at, s->n - at, &end);
        if (end == 0)
            break;
        at += end;
    }
    awk_unref(s);
    if (n < 6)
        return awk_number(-1);
    struct tm tm = {.tm_year = (int)f[0] - 1900,
                    .tm_mon = (int)f[1] - 1,
                    .tm_mday = (int)f[2],
                    .tm_hour = (int)f[3],
                    .tm_min = (int)f[4],
                    .tm_sec = (int)f[5],
                    .tm_isdst = n > 6 ? (int)f[6] : -1};
    return awk_number((double)(utc ? timegm(&tm) : mktime(&tm)));
}

/* --- the rest ----------------------------------------------------------------------------------
 */

static awk_val format(awk_node *a, size_t n)
{
    awk_val *args = prog_zalloc(n, sizeof *args);
    size_t i = 0;
    for (awk_node *k = a; k; k = k->next)
        args[i++] = awk_eval(k);
    prog_buf out = {0};
    awk_format(&out, args, n);
    awk_val v = awk_text(out.p, out.n);
    prog_buf_free(&out);
    for (i = 0; i < n; i++)
        awk_drop(&args[i]);
    free(args);
    return v;
}

static awk_val with_name(awk_node *a, fn f)
{
    if (!a) {
        awk_flush_all();
        return awk_number(0);
    }
    awk_str *s = arg_str(a);
    if (f == F_CLOSE && a->next) {
        awk_str *end = arg_str(a->next);
        bool is_to = bx_str_eq(view(end), BX_LIT("to"));
        awk_unref(end);
        if (is_to) {
            int closed = awk_close_to(view(s));
            awk_unref(s);
            return awk_number(closed);
        }
    }
    int status = f == F_SYSTEM  ? awk_system(view(s))
                 : f == F_CLOSE ? awk_close(view(s))
                 : s->n == 0    ? (awk_flush_all(), 0)
                                : awk_flush(view(s));
    awk_unref(s);
    return awk_number(status);
}

static awk_val type_of(awk_node *a)
{
    const char *z;
    if (names_array(a)) {
        z = "array";
    } else {
        bool is_var = a->kind == N_GLOBAL || a->kind == N_LOCAL || a->kind == N_INDEX;
        awk_val v = awk_eval(a);
        awk_settle(&v);
        z = v.type == AWK_NUM      ? "number"
            : v.type == AWK_STR    ? "string"
            : v.type == AWK_STRNUM ? "strnum"
            : is_var               ? "untyped"
                                   : "unassigned";
        awk_drop(&v);
    }
    return awk_text(z, strlen(z));
}

static void check_count(const awk_node *n)
{
    const char *name = table[n->slot].name;
    if (n->num < table[n->slot].min)
        awk_fatal("%g is invalid as number of arguments for %s", n->num, name);
    if (n->num > table[n->slot].max)
        awk_fatal("%g is invalid as number of arguments for %s", n->num, name);
}

awk_val awk_builtin(awk_node *n)
{
    awk_node *a = n->a;
    fn f = (fn)n->slot;
    check_count(n);
    switch (f) {
    case F_LENGTH:
        return length(a);
    case F_SUBSTR:
        return substr(a);
    case F_INDEX:
        return index_of(a);
    case F_SPLIT:
    case F_PATSPLIT:
        return split(a, f == F_PATSPLIT);
    case F_SUB:
    case F_GSUB:
        return sub(a, f == F_GSUB);
    case F_GENSUB:
        return gensub(a);
    case F_MATCH:
        return match(a);
    case F_SPRINTF:
        return format(a, (size_t)n->num);
    case F_TOLOWER:
    case F_TOUPPER:
        return change_case(a, f == F_TOUPPER);
    case F_RAND:
        return awk_number(random_number());
    case F_SRAND:
        return srand_seed(a);
    case F_SYSTEM:
    case F_CLOSE:
    case F_FFLUSH:
        return with_name(a, f);
    case F_STRFTIME:
        return format_time(a);
    case F_MKTIME:
        return make_time(a);
    case F_SYSTIME:
        return awk_number((double)time(NULL));
    case F_STRTONUM:
        return strtonum(a);
    case F_AND:
    case F_OR:
    case F_XOR:
    case F_LSHIFT:
    case F_RSHIFT:
    case F_COMPL:
        return bits(a, f);
    case F_ASORT:
    case F_ASORTI:
        return asort(a, f == F_ASORTI);
    case F_ISARRAY:
        return awk_number(names_array(a) && array_of(a));
    case F_TYPEOF:
        return type_of(a);
    case F_MKBOOL:
        return awk_number(awk_eval_num(a) != 0);
    default:
        return math(a, f);
    }
}
