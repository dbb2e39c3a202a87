#include "fetch/html_attr.h"

#include "fetch/ascii.h"

size_t wf_attr_number(const wf_tok *tok, const char *name, size_t fallback, size_t max)
{
    bx_str s;
    size_t n = 0;
    if (!wf_tok_attr(tok, name, &s))
        return fallback;
    s = wf_trim(s);
    if (s.n == 0 || !bx_is_digit(s.p[0]))
        return fallback;
    for (size_t i = 0; i < s.n && bx_is_digit(s.p[i]) && n <= max; i++)
        n = n * 10 + (size_t)(s.p[i] - '0');
    return n < max ? n : max;
}

bool wf_attr_is(const wf_tok *tok, const char *name, const char *value)
{
    bx_str s;
    return wf_tok_attr(tok, name, &s) && bx_str_eq_nocase(wf_trim(s), bx_str_of(value));
}

static bool language_char(char ch)
{
    return bx_is_alnum(ch) || ch == '+' || ch == '#' || ch == '-' || ch == '_' || ch == '.';
}

static void set_language(char *language, bx_str name)
{
    static const char *const none[] = {"default", "none", "plaintext", "text", "notranslate"};
    if (name.n == 0 || name.n > WF_MAX_LANGUAGE)
        return;
    for (size_t i = 0; i < BX_COUNT(none); i++)
        if (bx_str_eq_nocase(name, bx_str_of(none[i])))
            return;
    for (size_t i = 0; i < name.n; i++)
        if (!language_char(name.p[i]))
            return;
    memcpy(language, name.p, name.n);
    language[name.n] = '\0';
}

void wf_attr_language(const wf_tok *tok, char *language)
{
    static const bx_str prefix[] = {
        {"language-", 9}, {"lang-", 5}, {"highlight-source-", 17}, {"highlight-", 10}};
    bx_str s;
    if (language[0] || !wf_tok_attr(tok, "class", &s))
        return;
    bool next = false;
    for (size_t i = 0; i < s.n && !language[0];) {
        size_t end = i;
        while (end < s.n && !bx_is_space(s.p[end]))
            end++;
        bx_str word = {s.p + i, end - i};
        if (next)
            set_language(language, word);
        next = bx_str_eq(word, BX_LIT("sourceCode"));
        for (size_t k = 0; k < BX_COUNT(prefix) && !language[0]; k++)
            if (bx_str_starts(word, prefix[k])) {
                set_language(language, bx_str_from(word, prefix[k].n));
                break;
            }
        i = end + 1;
    }
}
