/* bc: its numbers, whose laws must hold, and its language.  Input beginning with '#': two numbers
 * in lines; else a program, of which a bounded number of steps runs. */
#include "programs/system/bc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(void *to, char c) { prog_buf_putc(to, c); }

/* The digits of the first line, and a point; where it ends. */
static bx_str number(const uint8_t **p, const uint8_t *end, char text[100])
{
    size_t n = 0;
    bool point = false;
    for (; *p < end && **p != '\n'; ++*p) {
        char c = (char)**p;
        if (n < 99 && ((c >= '0' && c <= '9') || (c == '.' && !point))) {
            point |= c == '.';
            text[n++] = c;
        }
    }
    if (n == 0 || (n == 1 && text[0] == '.'))
        text[0] = '0', n = 1;
    *p += *p < end;
    return (bx_str){text, n};
}

static void check_text(const bc_num *a, unsigned base)
{
    prog_buf b = {0};
    BX_AUTO(bc_num) bc_num *whole = bc_trunc(a, 0);
    bc_print(whole, base, drop, &b);
    bool neg = b.p[0] == '-';
    bx_str digits = {b.p + neg, b.n - neg};
    if (digits.n > 1 || base <= 10) {
        BX_AUTO(bc_num) bc_num *back = bc_of_text(digits, base);
        BX_AUTO(bc_num) bc_num *same = neg ? bc_neg(back) : bc_ref(back);
        BX_ASSERT(bc_cmp(same, whole) == 0);
    }
    prog_buf_free(&b);
}

static void check_numbers(const uint8_t *p, const uint8_t *end)
{
    char ta[100], tb[100];
    size_t scale = p < end ? *p++ % 40 : 0;
    BX_AUTO(bc_num)
    bc_num *a = bc_of_text(number(&p, end, ta), 10), *b = bc_of_text(number(&p, end, tb), 10);
    BX_AUTO(bc_num) bc_num *sum = bc_add(a, b), *back = bc_sub(sum, b);
    BX_ASSERT(bc_cmp(back, a) == 0);
    BX_AUTO(bc_num) bc_num *product = bc_mul(a, b, 300), *other = bc_mul(b, a, 300);
    BX_ASSERT(bc_cmp(product, other) == 0);
    if (!bc_is_zero(b)) {
        BX_AUTO(bc_num)
        bc_num *q = bc_div(a, b, scale), *r = bc_mod(a, b, scale), *qb = bc_mul(q, b, 400),
               *again = bc_add(qb, r);
        BX_ASSERT(bc_cmp(again, a) == 0);
        BX_AUTO(bc_num) bc_num *exact = bc_div(product, b, 300);
        BX_ASSERT(bc_cmp(exact, a) == 0);
    }
    BX_AUTO(bc_num) bc_num *root = bc_sqrt(a, scale), *square = bc_mul(root, root, 400);
    BX_ASSERT(bc_cmp(square, a) <= 0);
    check_text(a, 2);
    check_text(a, 16);
    check_text(sum, 10);
    check_text(product, 7);
}

static void check_program(const uint8_t *p, size_t n)
{
    static const char *const names[] = {"ibase", "obase", "scale", "last"};
    static prog_buf text;
    if (memchr(p, '^', n) || memchr(p, '*', n) || memmem(p, n, "scale", 5) ||
        memmem(p, n, "read", 4))
        return; /* numbers would grow without end */
    text.n = 0;
    prog_buf_put(&text, p, n);
    bc b = {.ibase = 10, .obase = 10, .line_length = 70, .budget = 5000};
    for (size_t i = 0; i < BC_SPECIALS; i++)
        (void)bc_name_of(&b, bx_str_of(names[i]));
    b.lex = (bc_lexer){.back = -1, .name = "(fuzz)", .memory = {prog_buf_z(&text), n}};
    bc_run_input(&b);
    bc_done(&b);
    prog_out.n = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '#')
        check_numbers(data + 1, data + size);
    else if (size > 0 && size < 4000)
        check_program(data, size);
    return 0;
}
