/* ${…}: name, subscript, operator, operands. */
#include "shell/parse_int.h"

static void take(sh_parser *p)
{
    sh_text_c(&p->raw, sh_in(p));
    sh_in_skip(p);
}

static bool is_special(int c) { return c != END && c && strchr("@*#?-$!", c); }
static bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* The name; false: none. */
static bool name(sh_parser *p, sh_param *m)
{
    size_t from = p->raw.n;
    int c = sh_in(p);
    if (is_digit(c)) {
        m->name_kind = SH_NAME_POSITIONAL;
        for (; is_digit(c); c = sh_in(p)) {
            m->number = m->number > 100000000 ? 1000000000 : m->number * 10 + (uint32_t)(c - '0');
            take(p);
        }
    } else if (sh_name_char(c)) {
        for (; sh_name_char(c); c = sh_in(p))
            take(p);
    } else if (is_special(c)) {
        m->name_kind = SH_NAME_SPECIAL;
        m->special = (char)c;
        take(p);
    } else {
        return false;
    }
    m->name = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    return true;
}

static bool subscript(sh_parser *p, sh_param *m)
{
    take(p);
    int c = sh_in(p);
    if ((c == '@' || c == '*') && sh_in_at(p, 1) == ']') {
        m->subscript = c == '@' ? SH_SUB_AT : SH_SUB_STAR;
        take(p);
    } else {
        m->subscript = SH_SUB_INDEX;
        m->index = sh_arith_read(
            p, (word_ctx){
                   .q = Q_BRACKET, .quoted = true, .single = true, .stop = '}', .blanks = true});
        if (m->index->word->n_parts == 0)
            return false;
    }
    if (sh_in(p) != ']')
        return false;
    take(p);
    return true;
}

/* ${#…: is it a length?  ${!…: is it an indirection? */
static bool prefix_applies(sh_parser *p, int c)
{
    int next = sh_in_at(p, 1);
    if (sh_name_char(next))
        return true;
    if (!is_special(next))
        return false;
    int after = sh_in_at(p, 2);
    return after == '}' ||
           (c == '!' && next != '@' && next != '*' && next != '?' && next != '-' && after != END);
}

static sh_word *pattern(sh_parser *p, char stop)
{
    return sh_word_inner(p, (word_ctx){.q = Q_BRACE, .single = true, .stop = stop});
}

static void substring(sh_parser *p, sh_param *m)
{
    m->op = SH_OP_SUBSTRING;
    m->offset = sh_arith_read(p, (word_ctx){.q = Q_OFFSET, .quoted = true});
    if (sh_in(p) == ':') {
        take(p);
        m->length = sh_arith_read(p, (word_ctx){.q = Q_BRACE, .quoted = true});
    }
}

static void replace(sh_parser *p, sh_param *m)
{
    m->op = SH_OP_REPLACE;
    int c = sh_in(p);
    if (c == '/') {
        m->twice = true;
        take(p);
    } else if (c == '#' || c == '%') {
        m->op = c == '#' ? SH_OP_REPLACE_START : SH_OP_REPLACE_END;
        take(p);
    }
    bool anchored = m->op != SH_OP_REPLACE;
    if (anchored && sh_in(p) == '/')
        m->arg = sh_word_literal(p, (bx_str){"", 0}, (bx_str){"", 0}, false);
    else
        m->arg = pattern(p, '/');
    if (sh_in(p) == '/') {
        take(p);
        m->arg2 = pattern(p, 0);
    }
}

static bool alternative(sh_parser *p, sh_param *m, int c, bool quoted)
{
    m->op = c == '-'   ? SH_OP_DEFAULT
            : c == '=' ? SH_OP_ASSIGN
            : c == '?' ? SH_OP_ERROR
                       : SH_OP_ALTERNATE;
    take(p);
    m->arg = sh_word_inner(p, (word_ctx){.q = Q_BRACE,
                                         .quoted = quoted,
                                         .single = !quoted,
                                         .assign = p->in_value && !quoted && m->op != SH_OP_ASSIGN,
                                         .splits = true});
    return true;
}

/* An operator that may be doubled, with a pattern behind it. */
static bool doubled(sh_parser *p, sh_param *m, int c)
{
    m->op = c == '#'   ? SH_OP_PREFIX
            : c == '%' ? SH_OP_SUFFIX
            : c == '^' ? SH_OP_UPPER
            : c == ',' ? SH_OP_LOWER
                       : SH_OP_TOGGLE;
    take(p);
    if (sh_in(p) == c) {
        m->twice = true;
        take(p);
    }
    if (m->op < SH_OP_UPPER || sh_in(p) != '}')
        m->arg = pattern(p, 0);
    return true;
}

/* The operator and its operands, up to the closing brace; false: not one of them. */
static bool operator_of(sh_parser *p, sh_param *m, bool quoted)
{
    int c = sh_in(p);
    switch (c) {
    case '}':
        return true;
    case '-':
    case '=':
    case '?':
    case '+':
        return alternative(p, m, c, quoted);
    case ':': {
        int next = sh_in_at(p, 1);
        take(p);
        if (next != END && next != '}' && strchr("-=?+", next)) {
            m->colon = true;
            return alternative(p, m, next, quoted);
        }
        if (next == '}')
            return false;
        substring(p, m);
        return true;
    }
    case '#':
    case '%':
    case '^':
    case ',':
    case '~':
        return doubled(p, m, c);
    case '/':
        take(p);
        replace(p, m);
        return true;
    case '@':
        if (sh_in_at(p, 1) == END || !strchr("QEPAaUuLkK", sh_in_at(p, 1)) || sh_in_at(p, 2) != '}')
            return false;
        take(p);
        m->op = SH_OP_TRANSFORM;
        m->letter = (char)sh_in(p);
        take(p);
        return true;
    default:
        return false;
    }
}

static bool contents(sh_parser *p, sh_param *m, bool quoted)
{
    bool length = false;
    int c = sh_in(p);
    if ((c == '#' || c == '!') && prefix_applies(p, c)) {
        length = c == '#';
        m->indirect = !length;
        take(p);
    }
    if (!name(p, m))
        return false;
    if (m->name_kind == SH_NAME_VARIABLE && sh_in(p) == '[' && !subscript(p, m))
        return false;
    c = sh_in(p);
    if (length) {
        m->op = SH_OP_LENGTH;
        return c == '}';
    }
    if (m->indirect && m->name_kind == SH_NAME_VARIABLE) {
        if (m->subscript == SH_SUB_NONE && (c == '*' || c == '@') && sh_in_at(p, 1) == '}') {
            m->op = SH_OP_NAMES;
            m->letter = (char)c;
            m->indirect = false;
            take(p);
            return true;
        }
        if ((m->subscript == SH_SUB_AT || m->subscript == SH_SUB_STAR) && c == '}') {
            m->op = SH_OP_KEYS;
            m->indirect = false;
            return true;
        }
    }
    return operator_of(p, m, quoted);
}

void sh_param_braced(sh_parser *p, bool quoted)
{
    sh_param *m = sh_new(p, sizeof *m);
    size_t from = p->raw.n - 2; /* "${" */
    int32_t line = p->line;
    m->braced = true;
    bool good = contents(p, m, quoted) && sh_in(p) == '}';
    if (!good && !p->failed) {
        (void)sh_word_inner(p, (word_ctx){.q = Q_BRACE, .quoted = quoted, .single = !quoted});
        m->op = SH_OP_BAD;
        m->index = NULL;
        m->subscript = SH_SUB_NONE;
    }
    if (p->failed)
        return;
    if (sh_in(p) != '}') {
        sh_fail_match(p, line, '}');
        return;
    }
    take(p);
    if (m->op == SH_OP_BAD)
        m->raw = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    sh_part_push(p, SH_PART_PARAM, quoted)->param = m;
}
