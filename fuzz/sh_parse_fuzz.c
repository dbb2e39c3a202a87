/* Shell source: whatever parses prints, and what is printed parses to the same print. */
#include "base/buf.h"
#include "shell/parse.h"
#include "shell/unparse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_PRINT = 1 << 22 };

static unsigned options(void *ctx)
{
    (void)ctx;
    return SH_SYNTAX_EXTGLOB;
}

/* The prints of all commands up to the first error, a line each. */
static bool print_all(bx_str text, bx_buf *out)
{
    const sh_source source = {.options = options};
    sh_parser *p = sh_parser_new(&source, text, 1);
    sh_unit *u;
    sh_parse_error err = {.n = 0};
    sh_parse_result r;
    while ((r = sh_parser_next(p, &u, &err)) == SH_PARSED) {
        if (u->cmd) {
            sh_unparse_command(out, u->cmd);
            bx_buf_add_c(out, '\n');
        }
        sh_unit_unref(u);
    }
    BX_ASSERT(r != SH_PARSE_ERROR || (err.n > 0 && err.messages[0].text.n > 0));
    sh_parser_free(p);
    return out->fail == BX_OK;
}

/* bash prints some things in a form that reads differently: here-documents within other
 * constructs, and what holds backslash-newlines or quotes of its own. */
static bool is_faithful(bx_str s)
{
    return !memmem(s.p, s.n, "<<", 2) && !memchr(s.p, '\\', s.n) && !memchr(s.p, '`', s.n) &&
           !memmem(s.p, s.n, "coproc", 6) && !memmem(s.p, s.n, "time", 4) &&
           !memchr(s.p, '[', s.n) && !memchr(s.p, '!', s.n) && !memchr(s.p, '#', s.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str text = {(const char *)data, size};
    BX_AUTO_BUF first = bx_buf_init(MAX_PRINT), second = bx_buf_init(MAX_PRINT);
    if (!print_all(text, &first) || !is_faithful(text))
        return 0;
    if (print_all(bx_buf_str(&first), &second))
        BX_ASSERT(bx_str_eq(bx_buf_str(&first), bx_buf_str(&second)));
    return 0;
}
