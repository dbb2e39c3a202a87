/* system/bc_lex.c - bc's text in words. */
#include "bc.h"

#include <unistd.h>

static const char *const words[BC_W_COUNT] = {
    "auto",   "break",  "continue", "define", "else",   "for",   "halt",   "if",
    "length", "limits", "print",    "quit",   "random", "read",  "return", "scale",
    "sqrt",   "void",   "warranty", "while",  "ibase",  "obase", "last"};

static int raw(bc_lexer *l)
{
    if (l->memory.p) {
        if (l->memory.n == 0)
            return -1;
        int c = (uint8_t)l->memory.p[0];
        l->memory = bx_str_from(l->memory, 1);
        return c;
    }
    if (l->in.at == l->in.end)
        (void)prog_flush(&prog_out);
    return prog_getc(&l->in);
}

static int get(bc_lexer *l)
{
    int c = l->back;
    if (c >= 0)
        l->back = -1;
    else
        c = raw(l);
    if (c == '\n')
        l->line++;
    return c;
}

static void unget(bc_lexer *l, int c)
{
    if (c == '\n')
        l->line--;
    l->back = c;
}

static bool is_digit(int c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }
static bool is_letter(int c) { return c >= 'a' && c <= 'z'; }

/* The byte behind a backslash and newline, where one begins here. */
static int get_joined(bc_lexer *l)
{
    int c = get(l);
    while (c == '\\') {
        int d = get(l);
        if (d != '\n') {
            unget(l, d);
            return c;
        }
        c = get(l);
    }
    return c;
}

static void number(bc_lexer *l, int c)
{
    bool point = false;
    while (is_digit(c) || (c == '.' && !point)) {
        point |= c == '.';
        prog_buf_putc(&l->text, (char)c);
        c = get_joined(l);
    }
    unget(l, c);
    /* the integer part's leading zeros are no digits of it */
    size_t zeros = 0;
    while (zeros + 1 < l->text.n && l->text.p[zeros] == '0' && l->text.p[zeros + 1] != '.')
        zeros++;
    memmove(l->text.p, l->text.p + zeros, l->text.n - zeros);
    l->text.n -= zeros;
    l->token = BC_T_NUMBER;
    if (l->text.n == 1 && l->text.p[0] == '.')
        l->token = BC_T_WORD + BC_W_LAST;
}

static void name(bc_lexer *l, int c)
{
    while (is_letter(c) || (c >= '0' && c <= '9') || c == '_') {
        prog_buf_putc(&l->text, (char)c);
        c = get(l);
    }
    unget(l, c);
    l->token = BC_T_NAME;
    for (int i = 0; i < BC_W_COUNT; i++)
        if (bx_str_eq((bx_str){l->text.p, l->text.n}, bx_str_of(words[i])))
            l->token = BC_T_WORD + i;
}

static void string(bc_lexer *l)
{
    int c;
    while ((c = get(l)) >= 0 && c != '"')
        prog_buf_putc(&l->text, (char)c);
    l->token = c < 0 ? BC_T_END : BC_T_STRING;
}

/* "/" was read: true when a comment began, which is passed over. */
static bool comment(bc_lexer *l)
{
    int c = get(l);
    if (c != '*') {
        unget(l, c);
        return false;
    }
    for (int before = 0; (c = get(l)) >= 0; before = c)
        if (before == '*' && c == '/')
            return true;
    prog_warn(0, "EOF encountered in a comment.");
    return true;
}

/* An operator that begins with `c`, which `=` or itself may follow. */
static int operator_token(bc_lexer *l, int c)
{
    int d = get(l);
    if (d == '=' && strchr("+-*/%^", c)) {
        prog_buf_putc(&l->text, (char)c);
        return BC_T_ASSIGN;
    }
    if (d == '=' && strchr("<>!=", c))
        return c == '<' ? BC_T_LE : c == '>' ? BC_T_GE : c == '!' ? BC_T_NE : BC_T_EQ;
    if (d == c && strchr("+-&|", c))
        return c == '+' ? BC_T_INC : c == '-' ? BC_T_DEC : c == '&' ? BC_T_AND : BC_T_OR;
    unget(l, d);
    if (c == '=')
        prog_buf_putc(&l->text, '=');
    return c == '=' ? BC_T_ASSIGN : c;
}

void bc_next(bc *b)
{
    bc_lexer *l = &b->lex;
    for (;;) {
        l->text.n = 0;
        int c = get_joined(l);
        if (c == ' ' || c == '\t' || c == '\r')
            continue;
        if (c == '#') {
            while ((c = get(l)) >= 0 && c != '\n')
                continue;
        }
        if (c < 0) {
            l->token = BC_T_END;
        } else if (is_digit(c) || c == '.') {
            number(l, c);
        } else if (is_letter(c)) {
            name(l, c);
        } else if (c == '"') {
            string(l);
        } else if (c == '/' && comment(l)) {
            continue;
        } else if (c && strchr("+-*/%^<>!=&|", c)) {
            l->token = operator_token(l, c);
        } else {
            l->token = c;
            if (!c || !strchr("\n;(){}[],", c)) {
                (void)prog_flush(&prog_out);
                char shown[2] = {(char)c, 0};
                prog_writer err = {.fd = 2};
                prog_printf(&err, "%s %u: illegal character: %s\n", l->name, (unsigned)l->line,
                            shown);
                (void)prog_flush(&err);
                free(err.p);
                continue;
            }
        }
        return;
    }
}

void bc_skip_line(bc *b)
{
    bc_lexer *l = &b->lex;
    if (l->token == '\n' || l->token == BC_T_END)
        return;
    int c;
    while ((c = get(l)) >= 0 && c != '\n')
        continue;
    l->token = c < 0 ? BC_T_END : '\n';
}

static uint32_t hash_of(bx_str s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 16777619u;
    return h;
}

static void grow_table(bc *b)
{
    size_t cap = b->table_cap ? b->table_cap * 2 : 64;
    free(b->table);
    b->table = prog_zalloc(cap, sizeof *b->table);
    b->table_cap = cap;
    for (size_t i = 0; i < b->n_names; i++) {
        size_t at = hash_of(b->names[i].text) & (cap - 1);
        while (b->table[at])
            at = (at + 1) & (cap - 1);
        b->table[at] = (uint32_t)i + 1;
    }
}

uint32_t bc_name_of(bc *b, bx_str text)
{
    if (b->n_names * 2 >= b->table_cap)
        grow_table(b);
    size_t at = hash_of(text) & (b->table_cap - 1);
    for (; b->table[at]; at = (at + 1) & (b->table_cap - 1))
        if (bx_str_eq(b->names[b->table[at] - 1].text, text))
            return b->table[at] - 1;
    b->names = prog_grow(b->names, &b->names_cap, b->n_names, sizeof *b->names);
    b->names[b->n_names] = (bc_name){.text = {prog_strndup(text.p, text.n), text.n}};
    b->table[at] = (uint32_t)++b->n_names;
    return (uint32_t)b->n_names - 1;
}

bc_num *bc_read_number(bc *b)
{
    static bc_lexer from_stdin = {.back = -1};
    bc_lexer *l = b->lex.in.fd == 0 && !b->lex.memory.p ? &b->lex : &from_stdin;
    int c;
    while ((c = get_joined(l)) >= 0 && !is_digit(c) && c != '-' && c != '+' && c != '.')
        continue;
    bool neg = c == '-', point = false;
    if (neg || c == '+')
        c = get_joined(l);
    prog_buf text = {0};
    for (; is_digit(c) || (c == '.' && !point); c = get_joined(l)) {
        point |= c == '.';
        prog_buf_putc(&text, (char)c);
    }
    if (c >= 0 && c != '\n')
        unget(l, c);
    bc_num *r = bc_of_text((bx_str){text.p ? text.p : "", text.n}, b->ibase);
    prog_buf_free(&text);
    if (neg) {
        BX_AUTO(bc_num) bc_num *plus = r;
        r = bc_neg(plus);
    }
    return r;
}
