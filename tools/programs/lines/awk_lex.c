#include "programs/lines/awk_lex.h"

#include "programs/common/prog_text.h"

void awk_syntax_error(const awk_lexer *l, const char *what)
{
    size_t from = l->start < l->n ? l->start : l->n, begin = from, end = from;
    while (begin > 0 && l->p[begin - 1] != '\n')
        begin--;
    while (end < l->n && l->p[end] != '\n')
        end++;
    (void)prog_flush(&prog_out);
    const char *source = awk_p.source;
    unsigned long line = l->line;
    prog_warn(0, "%s:%lu: %.*s", source, line, (int)(end - begin > 400 ? 400 : end - begin),
              l->p + begin);
    prog_warn(0, "%s:%lu: %*s^ %s", source, line, (int)(from - begin > 400 ? 400 : from - begin),
              "", what);
    prog_exit(1);
}

/* --- strings -----------------------------------------------------------------------------------
 */

static unsigned digit_of(char c)
{
    return prog_is_digit(c)                         ? (unsigned)(c - '0')
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10
                                                    : 99;
}

/* A `?' stands for what is no character: a surrogate, or behind the last one. */
static void put_code_point(uint32_t cp, prog_buf *out)
{
    char bytes[4];
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
        awk_warn("invalid `\\u' escape sequence");
        prog_buf_putc(out, '?');
    } else {
        prog_buf_put(out, bytes, prog_utf8_put(cp, bytes));
    }
}

/* Behind a backslash; returns how many bytes it took. */
static size_t unescape_one(const char *p, size_t n, prog_buf *out)
{
    static const char from[] = "\"\\abfnrtv", to[] = "\"\\\a\b\f\n\r\t\v";
    const char *at = p[0] ? strchr(from, p[0]) : NULL;
    if (at) {
        prog_buf_putc(out, to[at - from]);
        return 1;
    }
    unsigned value = 0;
    size_t i = p[0] == 'x' || p[0] == 'u';
    unsigned base = i ? 16 : 8;
    size_t digits = i, max = p[0] == 'u' ? 9 : 3;
    for (; i < n && i < max && digit_of(p[i]) < base; i++)
        value = value * base + digit_of(p[i]);
    if (i > digits) {
        if (p[0] == 'u')
            put_code_point(value, out);
        else
            prog_buf_putc(out, (char)value);
        return i;
    }
    if (p[0] == '\n')
        return 1;
    static bool is_told[256]; /* once for each character, as gawk does */
    bool told = is_told[(unsigned char)p[0]];
    is_told[(unsigned char)p[0]] = true;
    if (digits)
        awk_warn("no hex digits in `\\%c' escape sequence", p[0]);
    else if (!told)
        awk_warn("escape sequence `\\%c' treated as plain `%c'", p[0], p[0]);
    prog_buf_putc(out, p[0]);
    return 1;
}

void awk_unescape(const char *p, size_t n, prog_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\\' && i + 1 < n)
            i += unescape_one(p + i + 1, n - i - 1, out);
        else
            prog_buf_putc(out, p[i]);
    }
}

static void set_text(awk_lexer *l, const char *p, size_t n)
{
    if (l->text)
        awk_unref(l->text);
    l->text = awk_str_new(p, n);
}

static void lex_string(awk_lexer *l)
{
    size_t from = l->at, i = from;
    while (i < l->n && l->p[i] != '"') {
        if (l->p[i] == '\n')
            awk_syntax_error(l, "unterminated string");
        if (l->p[i] == '\\' && i + 1 < l->n) {
            i++;
            if (l->p[i] == '\n')
                l->line++;
        }
        i++;
    }
    if (i >= l->n)
        awk_syntax_error(l, "unterminated string");
    prog_buf b = {0};
    awk_m.line = l->line;
    awk_unescape(l->p + from, i - from, &b);
    set_text(l, b.p, b.n);
    prog_buf_free(&b);
    l->at = i + 1;
    l->tok = T_STRING;
}

/* The text of a regexp, where `\u' is resolved: an ASCII mark among them stands for itself. */
static void set_regex(awk_lexer *l, const char *p, size_t n)
{
    prog_buf b = {0};
    awk_m.line = l->line;
    for (size_t i = 0; i < n; i++) {
        prog_buf_putc(&b, p[i]);
        if (p[i] != '\\' || i + 1 >= n)
            continue;
        i++;
        if (p[i] != 'u' || i + 1 >= n || digit_of(p[i + 1]) >= 16) {
            prog_buf_putc(&b, p[i]);
            continue;
        }
        size_t backslash = b.n - 1;
        i += unescape_one(p + i, n - i, &b) - 1;
        char c = b.p[backslash + 1];
        if ((c & 0x80) || prog_is_alpha(c) || prog_is_digit(c) || prog_is_space(c)) {
            b.n--;
            memmove(b.p + backslash, b.p + backslash + 1, b.n - backslash);
        }
    }
    set_text(l, b.p ? b.p : "", b.n);
    prog_buf_free(&b);
}

void awk_lex_regex(awk_lexer *l)
{
    size_t i = l->start + 1;
    bool in_set = false;
    for (; i < l->n && (l->p[i] != '/' || in_set); i++) {
        if (l->p[i] == '\n') {
            l->start++;
            awk_syntax_error(l, "unterminated regexp");
        }
        if (l->p[i] == '\\' && i + 1 < l->n) {
            i++;
        } else if (l->p[i] == '[' && !in_set) {
            in_set = true;
            i += i + 1 < l->n && l->p[i + 1] == '^';
            i += i + 1 < l->n && l->p[i + 1] == ']';
        } else if (l->p[i] == '[' && i + 1 < l->n && l->p[i + 1] == ':') {
            const char *end = memchr(l->p + i, ']', l->n - i);
            if (end && end[-1] == ':')
                i = (size_t)(end - l->p);
        } else if (l->p[i] == ']') {
            in_set = false;
        }
    }
    if (i >= l->n) {
        l->start++; /* it is the text that has no end */
        awk_syntax_error(l, "unterminated regexp");
    }
    set_regex(l, l->p + l->start + 1, i - l->start - 1);
    l->at = i + 1;
    l->tok = T_REGEX;
}

/* --- names and numbers -------------------------------------------------------------------------
 */

static bool is_name(char c) { return prog_is_alpha(c) || prog_is_digit(c) || c == '_'; }

static const struct {
    const char *name;
    awk_tok tok;
} keywords[] = {{"BEGIN", T_BEGIN},
                {"END", T_ENDRULE},
                {"BEGINFILE", T_BEGINFILE},
                {"ENDFILE", T_ENDFILE},
                {"function", T_FUNCTION},
                {"func", T_FUNCTION},
                {"if", T_IF},
                {"else", T_ELSE},
                {"while", T_WHILE},
                {"for", T_FOR},
                {"do", T_DO},
                {"break", T_BREAK},
                {"continue", T_CONTINUE},
                {"next", T_NEXT},
                {"nextfile", T_NEXTFILE},
                {"exit", T_EXIT},
                {"return", T_RETURN},
                {"delete", T_DELETE},
                {"in", T_IN},
                {"print", T_PRINT},
                {"printf", T_PRINTF},
                {"switch", T_SWITCH},
                {"case", T_CASE},
                {"default", T_DEFAULT},
                {"getline", T_GETLINE}};

static void lex_name(awk_lexer *l)
{
    size_t from = l->at;
    while (l->at < l->n && is_name(l->p[l->at]))
        l->at++;
    bx_str name = {l->p + from, l->at - from};
    for (size_t i = 0; i < BX_COUNT(keywords); i++)
        if (bx_str_eq(name, bx_str_of(keywords[i].name))) {
            l->tok = keywords[i].tok;
            return;
        }
    l->builtin = awk_builtin_named(name.p, name.n);
    set_text(l, name.p, name.n);
    l->tok = l->builtin >= 0                      ? T_BUILTIN
             : l->at < l->n && l->p[l->at] == '(' ? T_FUNC_NAME
                                                  : T_NAME;
}

static void lex_number(awk_lexer *l)
{
    size_t end, n = l->n - l->at;
    const char *p = l->p + l->at;
    l->tok = T_NUMBER;
    if (n > 2 && p[0] == '0' && (p[1] | 0x20) == 'x' && digit_of(p[2]) < 16) {
        double d = 0;
        for (end = 2; end < n && digit_of(p[end]) < 16; end++)
            d = d * 16 + digit_of(p[end]);
        l->num = d;
        l->at += end;
        return;
    }
    l->num = awk_parse_number(p, n, &end);
    bool octal = p[0] == '0' && end > 1;
    for (size_t i = 0; i < end; i++)
        octal &= p[i] >= '0' && p[i] <= '7';
    if (octal) {
        l->num = 0;
        for (size_t i = 0; i < end; i++)
            l->num = l->num * 8 + (p[i] - '0');
    }
    l->at += end;
}

/* --- the next one ------------------------------------------------------------------------------
 */

static const struct {
    char text[4];
    awk_tok tok;
} marks[] = {
    {"**=", T_POW_ASSIGN}, {"+=", T_ADD_ASSIGN}, {"-=", T_SUB_ASSIGN}, {"*=", T_MUL_ASSIGN},
    {"/=", T_DIV_ASSIGN},  {"%=", T_MOD_ASSIGN}, {"^=", T_POW_ASSIGN}, {"==", T_EQ},
    {"<=", T_LE},          {">=", T_GE},         {"!=", T_NE},         {"++", T_INCR},
    {"--", T_DECR},        {"&&", T_AND},        {"||", T_OR},         {">>", T_APPEND},
    {"!~", T_NOTILDE},     {"**", T_CARET},      {"|&", T_PIPE_BOTH},  {"{", T_LBRACE},
    {"}", T_RBRACE},       {"(", T_LPAREN},      {")", T_RPAREN},      {"[", T_LBRACKET},
    {"]", T_RBRACKET},     {";", T_SEMI},        {",", T_COMMA},       {"+", T_PLUS},
    {"-", T_MINUS},        {"*", T_STAR},        {"/", T_SLASH},       {"%", T_PERCENT},
    {"^", T_CARET},        {"!", T_NOT},         {">", T_GT},          {"<", T_LT},
    {"|", T_PIPE},         {"?", T_QUESTION},    {":", T_COLON},       {"~", T_TILDE},
    {"$", T_DOLLAR},       {"@", T_AT},          {"=", T_ASSIGN}};

static void skip_blanks(awk_lexer *l)
{
    while (l->at < l->n) {
        char c = l->p[l->at];
        if (c == ' ' || c == '\t' || c == '\r') {
            l->at++;
        } else if (c == '\\' && l->at + 1 < l->n && l->p[l->at + 1] == '\n') {
            l->at += 2;
            l->line++;
        } else if (c == '\\' && l->at + 2 < l->n && l->p[l->at + 1] == '\r' &&
                   l->p[l->at + 2] == '\n') {
            l->at += 3;
            l->line++;
        } else if (c == '#') {
            while (l->at < l->n && l->p[l->at] != '\n')
                l->at++;
        } else {
            return;
        }
    }
}

void awk_lex_next(awk_lexer *l)
{
    l->last = l->tok;
    if (l->tok == T_NEWLINE)
        l->line++;
    skip_blanks(l);
    l->start = l->at;
    if (l->at >= l->n) {
        l->tok = T_END;
        return;
    }
    char c = l->p[l->at];
    if (c == '\n') {
        l->at++;
        l->tok = T_NEWLINE;
        return;
    }
    if (c == '"') {
        l->at++;
        lex_string(l);
        return;
    }
    if (prog_is_digit(c) || (c == '.' && l->at + 1 < l->n && prog_is_digit(l->p[l->at + 1]))) {
        lex_number(l);
        return;
    }
    if (is_name(c)) {
        lex_name(l);
        return;
    }
    for (size_t i = 0; i < BX_COUNT(marks); i++) {
        size_t n = strlen(marks[i].text);
        if (l->n - l->at >= n && memcmp(l->p + l->at, marks[i].text, n) == 0) {
            l->at += n;
            l->tok = marks[i].tok;
            return;
        }
    }
    awk_syntax_error(l, "syntax error");
}
