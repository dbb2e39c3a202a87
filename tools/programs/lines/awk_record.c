/* Records, fields, and the special variables that say how they are made. */
#include "programs/lines/awk.h"

#include "programs/common/prog_text.h"
#include "regex/find.h"

awk_machine awk_m = {.convfmt = NULL};

/* --- special variables -------------------------------------------------------------------------
 */

static awk_val *cell(int32_t slot) { return &awk_p.globals[slot]; }

static void set_cell(int32_t slot, awk_val v)
{
    awk_drop(cell(slot));
    *cell(slot) = v;
}

static awk_str *string_of(int32_t slot) { return awk_to_str(cell(slot)); }

static void replace(awk_str **to, awk_str *with)
{
    if (*to)
        awk_unref(*to);
    *to = with;
}

static void replace_z(char **to, awk_str *with)
{
    free(*to);
    *to = prog_strndup(with->p, with->n);
    awk_unref(with);
}

static bx_code try_compile(const char *p, size_t n, bool fold, bx_posix **ret, bx_error *err)
{
    bx_posix_options o = {
        .extended = true, .lenient = true, .awk = true, .captures = true, .fold = fold};
    return bx_posix_new((bx_str){p, n}, &o, ret, err);
}

static bx_posix *compile(const char *p, size_t n, bool fold)
{
    bx_error err;
    bx_posix *x;
    if (try_compile(p, n, fold, &x, &err) != BX_OK)
        awk_fatal("invalid regexp: %s: /%.*s/", err.msg, (int)(n > 200 ? 200 : n), p);
    return x;
}

static void set_widths(const awk_str *s)
{
    free(awk_m.widths);
    awk_m.widths = NULL;
    awk_m.n_widths = 0;
    size_t cap = 0;
    for (size_t i = 0; i < s->n;) {
        size_t end, skip = 0;
        double d = awk_parse_number(s->p + i, s->n - i, &end);
        if (end == 0 && s->p[i] == '*') {
            d = 1e9;
            end = 1;
        }
        if (end == 0)
            break;
        i += end;
        if (i < s->n && s->p[i] == ':') {
            skip = (size_t)d;
            i++;
            bool rest = i < s->n && s->p[i] == '*';
            d = rest ? 1e9 : awk_parse_number(s->p + i, s->n - i, &end);
            i += rest ? 1 : end;
        }
        awk_m.widths = prog_realloc(awk_m.widths, cap += 2, sizeof *awk_m.widths);
        awk_m.widths[2 * awk_m.n_widths] = skip;
        awk_m.widths[2 * awk_m.n_widths++ + 1] = d < 0 ? 0 : (size_t)d;
        while (i < s->n && prog_is_space(s->p[i]))
            i++;
    }
}

static void set_split(const awk_str *fs)
{
    awk_m.split_regex = NULL;
    if (fs->n == 1 && fs->p[0] == ' ') {
        awk_m.split = SPLIT_BLANKS;
    } else if (fs->n == 0) {
        awk_m.split = SPLIT_EACH;
    } else if (fs->n == 1) {
        awk_m.split = SPLIT_CHAR;
        awk_m.split_char = fs->p[0];
    } else {
        awk_m.split = SPLIT_REGEX;
        awk_m.split_regex = awk_regex((bx_str){fs->p, fs->n});
    }
}

static void set_rs(const awk_str *rs)
{
    bool is_char = rs->n == 1 && !(awk_m.ignore_case && prog_is_alpha(rs->p[0]));
    awk_m.rs = rs->n == 0 ? RS_PARAGRAPH : is_char ? RS_CHAR : RS_REGEX;
    if (is_char)
        awk_m.rs_char = rs->p[0];
    else if (rs->n > 0)
        awk_m.rs_regex = awk_regex((bx_str){rs->p, rs->n});
    awk_m.rs_has_begin = memchr(rs->p, '^', rs->n) != NULL;
}

void awk_special_changed(int32_t slot)
{
    awk_str *s;
    switch (slot) {
    case V_NF:
        awk_set_nf(awk_to_num(cell(V_NF)));
        break;
    case V_NR:
        awk_m.nr = awk_to_num(cell(V_NR));
        break;
    case V_FNR:
        awk_m.fnr = awk_to_num(cell(V_FNR));
        break;
    case V_OFS:
        (void)awk_record(); /* changed fields are joined by what OFS was when they changed */
        replace(&awk_m.ofs, string_of(slot));
        break;
    case V_ORS:
        replace(&awk_m.ors, string_of(slot));
        break;
    case V_SUBSEP:
        replace(&awk_m.subsep, string_of(slot));
        break;
    case V_CONVFMT:
        replace_z(&awk_m.convfmt, string_of(slot));
        break;
    case V_OFMT:
        replace_z(&awk_m.ofmt, string_of(slot));
        break;
    case V_IGNORECASE: {
        awk_val v = *cell(slot);
        awk_m.ignore_case = awk_to_bool(&v);
        set_rs(s = string_of(V_RS));
        awk_unref(s);
        if (awk_m.split == SPLIT_CHAR || awk_m.split == SPLIT_REGEX) {
            (void)awk_nf();
            set_split(s = string_of(V_FS));
            awk_unref(s);
        }
        break;
    }
    case V_FS:
    case V_FPAT:
    case V_FIELDWIDTHS:
    case V_RS:
        if (slot != V_RS)
            (void)awk_nf(); /* the present record is split by the rules it was read under */
        s = string_of(slot);
        if (slot == V_FS)
            set_split(s);
        else if (slot == V_RS)
            set_rs(s);
        else if (slot == V_FPAT) {
            awk_m.split = SPLIT_FPAT;
            awk_m.split_regex = awk_regex((bx_str){s->p, s->n});
        } else {
            awk_m.split = SPLIT_WIDTHS;
            set_widths(s);
        }
        awk_unref(s);
        break;
    default:
        break;
    }
}

awk_val *awk_special(int32_t slot)
{
    if (slot == V_NF)
        set_cell(V_NF, awk_number((double)awk_nf()));
    else if (slot == V_NR)
        set_cell(V_NR, awk_number(awk_m.nr));
    else if (slot == V_FNR)
        set_cell(V_FNR, awk_number(awk_m.fnr));
    return cell(slot);
}

extern char **environ;

void awk_specials_init(int argc, char **argv, int from)
{
    static const struct {
        int32_t slot;
        const char *z;
    } strings[] = {{V_FS, " "},        {V_OFS, " "},        {V_ORS, "\n"},   {V_RS, "\n"},
                   {V_SUBSEP, "\034"}, {V_CONVFMT, "%.6g"}, {V_OFMT, "%.6g"}};
    for (size_t i = 0; i < BX_COUNT(strings); i++) {
        set_cell(strings[i].slot, awk_text(strings[i].z, strlen(strings[i].z)));
        awk_special_changed(strings[i].slot);
    }
    set_cell(V_RSTART, awk_number(0));
    set_cell(V_RLENGTH, awk_number(0));
    set_cell(V_FILENAME, awk_text("", 0));
    set_cell(V_RT, awk_text("", 0));
    set_cell(V_ERRNO, awk_text("", 0));
    set_cell(V_ARGIND, awk_number(0));
    set_cell(V_IGNORECASE, awk_number(0));
    set_cell(V_FPAT, awk_text("[^[:space:]]+", 13));
    set_cell(V_FIELDWIDTHS, awk_text("", 0));
    awk_array *env = awk_array_new(), *args = awk_array_new(), *info = awk_array_new();
    for (char **e = environ; e && *e; e++) {
        const char *eq = strchr(*e, '=');
        if (!eq)
            continue;
        awk_val *v = awk_array_get(env, *e, (size_t)(eq - *e));
        awk_drop(v);
        *v = awk_input(eq + 1, strlen(eq + 1));
    }
    *awk_array_at(args, 0) = awk_text(prog_name, strlen(prog_name));
    for (int i = from; i < argc; i++)
        *awk_array_at(args, i - from + 1) = awk_input(argv[i], strlen(argv[i]));
    set_cell(V_ENVIRON, (awk_val){.type = AWK_ARRAY, .array = env});
    set_cell(V_ARGV, (awk_val){.type = AWK_ARRAY, .array = args});
    set_cell(V_ARGC, awk_number(argc - from + 1));
    awk_array_set_z(info, "version", awk_text("5.2.1", 5));
    awk_array_set_z(info, "FS", awk_text("FS", 2));
    awk_array_set_z(info, "pid", awk_number(1));
    set_cell(V_PROCINFO, (awk_val){.type = AWK_ARRAY, .array = info});
}

/* --- regular expressions, kept ------------------------------------------------------------------
 */

enum { KEPT = 256 };

typedef struct kept {
    awk_str *text;
    bx_posix *x;
    bool fold;
} kept;

static kept cache[KEPT];

/* One that is thrown out of the cache may still be FS or RS. */
static bool in_use(const bx_posix *x) { return x == awk_m.split_regex || x == awk_m.rs_regex; }

bx_posix *awk_regex(bx_str text)
{
    uint32_t h = 2166136261u ^ awk_m.ignore_case;
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (uint8_t)text.p[i]) * 16777619u;
    for (unsigned i = 0; i < 4; i++) {
        kept *k = &cache[(h + i) % KEPT];
        if (k->text && k->fold == awk_m.ignore_case && k->text->n == text.n &&
            memcmp(k->text->p, text.p, text.n) == 0)
            return k->x;
    }
    bx_posix *x = compile(text.p, text.n, awk_m.ignore_case);
    kept *k = &cache[h % KEPT];
    for (unsigned i = 0; i < 4; i++)
        if (!cache[(h + i) % KEPT].text || !in_use(cache[(h + i) % KEPT].x)) {
            k = &cache[(h + i) % KEPT];
            if (!k->text)
                break;
        }
    if (k->text) {
        awk_unref(k->text);
        if (!in_use(k->x))
            bx_posix_free(k->x);
    }
    *k = (kept){awk_str_new(text.p, text.n), x, awk_m.ignore_case};
    return x;
}

void awk_check_regex(awk_node *n, size_t line)
{
    bx_error err;
    if (try_compile(n->s->p, n->s->n, awk_m.ignore_case, &n->regex[awk_m.ignore_case], &err) ==
        BX_OK)
        return;
    (void)prog_flush(&prog_out);
    prog_warn(0, "%s:%lu: error: %s: /%.*s/", awk_p.source, (unsigned long)line, err.msg,
              (int)(n->s->n > 200 ? 200 : n->s->n), n->s->p);
    prog_exit(1);
}

bx_posix *awk_node_regex(awk_node *n)
{
    if (n->kind == N_REGEX) {
        bx_posix **x = &n->regex[awk_m.ignore_case];
        if (!*x)
            *x = compile(n->s->p, n->s->n, awk_m.ignore_case);
        return *x;
    }
    if (n->kind == N_GROUP && n->a->kind == N_REGEX)
        return awk_node_regex(n->a);
    awk_val v = awk_eval(n);
    awk_str *s = awk_to_str(&v);
    bx_posix *x = awk_regex((bx_str){s->p, s->n});
    awk_unref(s);
    awk_drop(&v);
    return x;
}

bool awk_find(bx_posix *x, bx_str s, size_t from, bx_span *ret, size_t count)
{
    bx_hit hit = bx_posix_find(x, (const uint8_t *)s.p, s.n, from, ret, count);
    if (hit == BX_HIT_GAVE_UP)
        awk_fatal("regular expression needs too many steps");
    return hit == BX_HIT;
}

bool awk_matches(bx_posix *x, bx_str s)
{
    bx_hit hit = bx_posix_test(x, (const uint8_t *)s.p, s.n, 0);
    if (hit == BX_HIT_GAVE_UP)
        awk_fatal("regular expression needs too many steps");
    return hit == BX_HIT;
}

/* --- splitting ---------------------------------------------------------------------------------
 */

static void drop_field(size_t i)
{
    awk_drop(&awk_m.fields[i]);
    awk_m.fields[i] = (awk_val){0};
}

static void forget_fields(void)
{
    for (size_t i = 1; i <= awk_m.nf; i++)
        if (awk_m.fields[i].type != AWK_NONE)
            drop_field(i);
    awk_m.nf = 0;
}

static void room_for_fields(size_t n)
{
    if (n < awk_m.cap_fields)
        return;
    size_t cap = awk_m.cap_fields ? awk_m.cap_fields : 32;
    while (cap <= n)
        cap *= 2;
    awk_m.fields = prog_realloc(awk_m.fields, cap, sizeof *awk_m.fields);
    awk_m.spans = prog_realloc(awk_m.spans, cap, sizeof *awk_m.spans);
    memset(awk_m.fields + awk_m.cap_fields, 0, (cap - awk_m.cap_fields) * sizeof *awk_m.fields);
    awk_m.cap_fields = cap;
}

static inline void add_field(size_t from, size_t n)
{
    if (awk_m.nf + 1 >= awk_m.cap_fields)
        room_for_fields(awk_m.nf + 1);
    awk_m.spans[++awk_m.nf] = (awk_span){from, n};
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/* Fields of the record up to number `want`; true: that was all of them. */
static bool split_blanks(size_t want)
{
    const char *p = awk_m.record.p;
    size_t n = awk_m.record.n, i = awk_m.split_at;
    for (;;) {
        while (i < n && is_blank(p[i]))
            i++;
        if (i >= n)
            return true;
        size_t from = i;
        while (i < n && !is_blank(p[i]))
            i++;
        add_field(from, i - from);
        if (awk_m.nf >= want) {
            awk_m.split_at = i;
            return false;
        }
    }
}

static bool split_char(size_t want)
{
    const char *p = awk_m.record.p;
    size_t n = awk_m.record.n, i = awk_m.split_at;
    if (n == 0)
        return true;
    for (;;) {
        const char *hit = i < n ? memchr(p + i, awk_m.split_char, n - i) : NULL;
        size_t end = hit ? (size_t)(hit - p) : n;
        if (awk_m.rs == RS_PARAGRAPH) {
            const char *feed = end > i ? memchr(p + i, '\n', end - i) : NULL;
            end = feed ? (size_t)(feed - p) : end;
        }
        add_field(i, end - i);
        if (end >= n)
            return true;
        i = end + 1;
        if (awk_m.nf >= want) {
            awk_m.split_at = i;
            return false;
        }
    }
}

/* In paragraphs, too, only what matches separates, as in gawk. */
static void split_regex(void)
{
    bx_str s = {awk_m.record.p, awk_m.record.n};
    size_t from = 0, at = 0;
    bx_span m;
    if (s.n == 0)
        return;
    while (at <= s.n && awk_find(awk_m.split_regex, s, at, &m, 1)) {
        if (m.to == m.from) {
            at = m.to + 1;
            continue;
        }
        add_field(from, m.from - from);
        from = at = m.to;
    }
    add_field(from, s.n - from);
}

static size_t char_length(const char *p, size_t n)
{
    uint32_t cp;
    return (p[0] & 0x80) ? prog_utf8(p, n, &cp) : 1;
}

static void split_each(void)
{
    for (size_t i = 0; i < awk_m.record.n;) {
        size_t n = char_length(awk_m.record.p + i, awk_m.record.n - i);
        add_field(i, n);
        i += n;
    }
}

static void split_fpat(void)
{
    bx_str s = {awk_m.record.p, awk_m.record.n};
    size_t at = 0, last = SIZE_MAX;
    bx_span m;
    while (at <= s.n && awk_find(awk_m.split_regex, s, at, &m, 1)) {
        bool is_empty = m.to == m.from;
        if (!(is_empty && m.from == last) && !(is_empty && m.from == s.n && s.n == 0))
            add_field(m.from, m.to - m.from);
        last = m.to;
        at = m.to + is_empty;
        if (!is_empty && at < s.n)
            at = m.to;
    }
}

static void split_widths(void)
{
    size_t at = 0, n = awk_m.record.n;
    const char *p = awk_m.record.p;
    for (size_t i = 0; i < awk_m.n_widths && at < n; i++) {
        for (size_t k = awk_m.widths[2 * i]; k > 0 && at < n; k--)
            at += char_length(p + at, n - at);
        size_t from = at;
        for (size_t k = awk_m.widths[2 * i + 1]; k > 0 && at < n; k--)
            at += char_length(p + at, n - at);
        add_field(from, at - from);
    }
}

static void split_to(size_t want)
{
    if (awk_m.is_split || awk_m.nf >= want)
        return;
    switch (awk_m.split) {
    case SPLIT_BLANKS:
        awk_m.is_split = split_blanks(want);
        return;
    case SPLIT_CHAR:
        awk_m.is_split = split_char(want);
        return;
    case SPLIT_REGEX:
        split_regex();
        break;
    case SPLIT_EACH:
        split_each();
        break;
    case SPLIT_FPAT:
        split_fpat();
        break;
    case SPLIT_WIDTHS:
        split_widths();
        break;
    }
    awk_m.is_split = true;
}

/* --- the record --------------------------------------------------------------------------------
 */

void awk_set_record(const char *p, size_t n)
{
    forget_fields();
    awk_m.record.n = 0;
    prog_buf_put(&awk_m.record, p, n);
    awk_m.is_split = awk_m.is_stale = false;
    awk_m.split_at = 0;
    awk_drop(&awk_m.whole);
    awk_m.whole = (awk_val){0};
}

size_t awk_nf(void)
{
    split_to(SIZE_MAX);
    return awk_m.nf;
}

static const awk_val *made_field(size_t i)
{
    awk_val *v = &awk_m.fields[i];
    if (v->type == AWK_NONE)
        *v = awk_input(awk_m.record.p + awk_m.spans[i].from, awk_m.spans[i].n);
    return v;
}

/* Make $0 of the fields. */
static void rebuild(void)
{
    prog_buf b = {0};
    for (size_t i = 1; i <= awk_m.nf; i++) {
        if (i > 1)
            prog_buf_put(&b, awk_m.ofs->p, awk_m.ofs->n);
        awk_val *v = &awk_m.fields[i];
        if (v->type == AWK_NONE) {
            awk_span s = awk_m.spans[i];
            size_t at = b.n;
            prog_buf_put(&b, awk_m.record.p + s.from, s.n);
            awk_m.spans[i].from = at;
            continue;
        }
        awk_str *s = awk_to_str(v);
        awk_m.spans[i] = (awk_span){b.n, s->n};
        prog_buf_put(&b, s->p, s->n);
        awk_unref(s);
    }
    prog_buf_free(&awk_m.record);
    awk_m.record = b;
    awk_m.is_stale = false;
    awk_drop(&awk_m.whole);
    awk_m.whole = (awk_val){0};
}

bx_str awk_record(void)
{
    if (awk_m.is_stale)
        rebuild();
    return (bx_str){awk_m.record.p ? awk_m.record.p : "", awk_m.record.n};
}

static size_t field_index(double index)
{
    if (index < 0)
        awk_fatal("attempt to access field %d", index < -1e9 ? -1000000000 : (int)index);
    if (!(index < 50e6))
        awk_fatal("there is no field that far behind");
    return (size_t)index;
}

awk_val awk_field(double index)
{
    size_t i = field_index(index);
    if (i == 0) {
        bx_str s = awk_record();
        if (awk_m.whole.type == AWK_NONE)
            awk_m.whole = awk_input(s.p, s.n);
        return awk_copy(&awk_m.whole);
    }
    split_to(i);
    if (i > awk_m.nf) {
        static awk_str *empty; /* a field that is not there is a string */
        if (!empty)
            empty = awk_str_new("", 0);
        return awk_string(awk_ref(empty));
    }
    return awk_copy(made_field(i));
}

double awk_field_num(size_t i)
{
    size_t end;
    if (i == 0) {
        bx_str s = awk_record();
        return awk_parse_number(s.p, s.n, &end);
    }
    split_to(i);
    if (i > awk_m.nf)
        return 0;
    if (awk_m.fields[i].type != AWK_NONE)
        return awk_to_num(&awk_m.fields[i]);
    return awk_parse_number(awk_m.record.p + awk_m.spans[i].from, awk_m.spans[i].n, &end);
}

void awk_field_write(prog_writer *w, size_t i)
{
    if (i == 0) {
        bx_str s = awk_record();
        prog_write(w, s.p, s.n);
        return;
    }
    split_to(i);
    if (i > awk_m.nf)
        return;
    awk_val *v = &awk_m.fields[i];
    if (v->type == AWK_NONE)
        prog_write(w, awk_m.record.p + awk_m.spans[i].from, awk_m.spans[i].n);
    else if (v->type == AWK_NUM) {
        awk_str *s = awk_num_to_str(v->num, awk_m.ofmt);
        prog_write(w, s->p, s->n);
        awk_unref(s);
    } else {
        prog_write(w, v->s->p, v->s->n);
    }
}

/* Fields up to `n`; those that are new are empty. */
static void extend(size_t n)
{
    room_for_fields(n);
    while (awk_m.nf < n) {
        awk_m.nf++;
        awk_m.fields[awk_m.nf] = awk_text("", 0);
    }
}

void awk_set_field(double index, awk_val v)
{
    size_t i = field_index(index);
    if (i == 0) {
        awk_str *s = awk_to_str(&v);
        awk_set_record(s->p, s->n);
        awk_unref(s);
        if (v.type == AWK_STR) /* $0 itself is what it was given; its fields are input */
            awk_m.whole = v;
        else
            awk_drop(&v);
        return;
    }
    (void)awk_nf();
    if (i > awk_m.nf)
        extend(i);
    if (v.type == AWK_NUM) { /* as a string from now on, by CONVFMT */
        awk_str *s = awk_to_str(&v);
        v = (awk_val){.type = AWK_STRNUM, .s = s, .num = v.num};
    } else if (v.type == AWK_NONE) {
        v = awk_text("", 0);
    }
    awk_drop(&awk_m.fields[i]);
    awk_m.fields[i] = v;
    awk_m.is_stale = true;
}

void awk_set_nf(double nf)
{
    size_t n = field_index(nf);
    (void)awk_nf();
    for (size_t i = n + 1; i <= awk_m.nf; i++)
        drop_field(i);
    if (n < awk_m.nf)
        awk_m.nf = n;
    extend(n);
    awk_m.is_stale = true;
}

/* --- split() and patsplit() --------------------------------------------------------------------
 */

static void put_piece(awk_array *a, size_t index, const char *p, size_t n, bool is_input)
{
    awk_val *v = awk_array_at(a, (double)index);
    awk_drop(v);
    *v = is_input ? awk_input(p, n) : awk_text(p, n);
}

static size_t split_words(bx_str s, awk_array *a, awk_array *seps)
{
    size_t count = 0, i = 0;
    for (;;) {
        size_t gap = i;
        while (i < s.n && is_blank(s.p[i]))
            i++;
        if (seps && (count == 0 ? i > gap : true) && (i > gap))
            put_piece(seps, count, s.p + gap, i - gap, false);
        if (i >= s.n)
            return count;
        size_t from = i;
        while (i < s.n && !is_blank(s.p[i]))
            i++;
        put_piece(a, ++count, s.p + from, i - from, true);
    }
}

double awk_split(bx_str s, awk_array *a, awk_array *seps, bx_posix *by, bx_str plain)
{
    size_t count = 0, from = 0;
    awk_array_clear(a);
    if (seps)
        awk_array_clear(seps);
    if (s.n == 0)
        return 0;
    if (!by && plain.n == 1 && plain.p[0] == ' ')
        return (double)split_words(s, a, seps);
    if (!by && plain.n == 0) {
        for (size_t i = 0; i < s.n;) {
            size_t n = char_length(s.p + i, s.n - i);
            put_piece(a, ++count, s.p + i, n, true);
            i += n;
            if (seps && i < s.n)
                put_piece(seps, count, "", 0, false);
        }
        return (double)count;
    }
    size_t at = 0;
    for (;;) {
        bx_span m = {SIZE_MAX, 0};
        if (by) {
            while (at <= s.n && awk_find(by, s, at, &m, 1) && m.to == m.from) {
                at = m.to + 1;
                m.from = SIZE_MAX;
            }
            if (at > s.n)
                m.from = SIZE_MAX;
        } else {
            const char *hit = from < s.n ? memchr(s.p + from, plain.p[0], s.n - from) : NULL;
            if (hit)
                m = (bx_span){(size_t)(hit - s.p), (size_t)(hit - s.p) + 1};
        }
        if (m.from == SIZE_MAX || m.to == m.from)
            break;
        put_piece(a, ++count, s.p + from, m.from - from, true);
        if (seps)
            put_piece(seps, count, s.p + m.from, m.to - m.from, false);
        from = at = m.to;
    }
    put_piece(a, ++count, s.p + from, s.n - from, true);
    return (double)count;
}

double awk_patsplit(bx_str s, awk_array *a, awk_array *seps, bx_posix *by)
{
    size_t count = 0, at = 0, done = 0, last = SIZE_MAX;
    bx_span m;
    awk_array_clear(a);
    if (seps)
        awk_array_clear(seps);
    while (at <= s.n && s.n > 0 && awk_find(by, s, at, &m, 1)) {
        bool is_empty = m.to == m.from;
        if (!(is_empty && m.from == last)) {
            if (seps)
                put_piece(seps, count, s.p + done, m.from - done, false);
            put_piece(a, ++count, s.p + m.from, m.to - m.from, true);
            done = m.to;
        }
        last = m.to;
        at = m.to + is_empty;
    }
    if (seps)
        put_piece(seps, count, s.p + done, s.n - done, false);
    return (double)count;
}
