#include "fetch/charset.h"

#include "fetch/ascii.h"
#include "fetch/charset_multi.h"
#include "fetch/html_tok.h"

/* The standard asks for 1024 bytes; browsers start over when the declaration comes later. */
enum { PRESCAN = 65536 };

static const struct label {
    const char *label;
    wf_charset cs;
} labels[] = {
#define CHARSET_LABEL(label, cs) {label, cs},
#include "fetch/charset_labels.def"
#undef CHARSET_LABEL
};

static const struct single {
    const char *name;
    uint16_t upper[128];
} singles[] = {
#define CHARSET_SINGLE(id, name, ...) {name, {__VA_ARGS__}},
#include "fetch/charset_tables.def"
#undef CHARSET_SINGLE
};

/* Names of the encodings before the single-byte ones. */
static const char *const others[] = {
    [CS_NONE] = "",
    [CS_UTF_8] = "utf-8",
    [CS_UTF_16LE] = "utf-16le",
    [CS_UTF_16BE] = "utf-16be",
    [CS_GBK] = "gbk",
    [CS_GB18030] = "gb18030",
    [CS_BIG5] = "big5",
    [CS_EUC_JP] = "euc-jp",
    [CS_ISO_2022_JP] = "iso-2022-jp",
    [CS_SHIFT_JIS] = "shift_jis",
    [CS_EUC_KR] = "euc-kr",
    [CS_REPLACEMENT] = "replacement",
    [CS_X_USER_DEFINED] = "x-user-defined",
};
static bool is_single(wf_charset cs) { return cs > CS_X_USER_DEFINED; }

static const struct single *single_of(wf_charset cs)
{
    return &singles[cs - CS_X_USER_DEFINED - 1];
}

const char *wf_charset_name(wf_charset cs)
{
    return is_single(cs) ? single_of(cs)->name : others[cs];
}

wf_charset wf_charset_find(bx_str label)
{
    label = wf_trim(label);
    for (size_t i = 0; i < BX_COUNT(labels); i++)
        if (bx_str_eq_nocase(label, bx_str_of(labels[i].label)))
            return labels[i].cs;
    return CS_NONE;
}

/* The value of "charset=..." in a Content-Type (HTML standard, "extracting a character encoding
 * from a meta element"); n = 0: none. */
static bx_str charset_param(bx_str content)
{
    for (;;) {
        size_t at = wf_find_nocase(content, "charset");
        if (at == SIZE_MAX)
            return (bx_str){0};
        content = wf_trim(bx_str_from(content, at + 7));
        if (content.n && content.p[0] == '=')
            break;
    }
    content = wf_trim(bx_str_from(content, 1));
    if (content.n && (content.p[0] == '"' || content.p[0] == '\'')) {
        const char *end = memchr(content.p + 1, content.p[0], content.n - 1);
        return end ? (bx_str){content.p + 1, (size_t)(end - content.p) - 1} : (bx_str){0};
    }
    size_t n = 0;
    while (n < content.n && !bx_is_space(content.p[n]) && content.p[n] != ';')
        n++;
    content.n = n;
    return content;
}

static wf_charset from_meta(const wf_tok *tok)
{
    bx_str value, equiv, label = {0};
    if (wf_tok_attr(tok, "charset", &value))
        label = value;
    else if (wf_tok_attr(tok, "content", &value) && wf_tok_attr(tok, "http-equiv", &equiv) &&
             bx_str_eq_nocase(wf_trim(equiv), BX_LIT("content-type")))
        label = charset_param(value);
    wf_charset cs = wf_charset_find(label);
    /* It was readable as ASCII, so it is no UTF-16. */
    if (cs == CS_UTF_16LE || cs == CS_UTF_16BE)
        return CS_UTF_8;
    return cs == CS_X_USER_DEFINED ? CS_WINDOWS_1252 : cs;
}

static wf_charset prescan(bx_str body)
{
    bx_str head = {body.p, body.n < PRESCAN ? body.n : PRESCAN};
    if (bx_str_starts(head, BX_LIT("<?xml"))) {
        const char *end = memchr(head.p, '>', head.n);
        bx_str decl = {head.p, end ? (size_t)(end - head.p) : 0};
        size_t at = wf_find_nocase(decl, "encoding");
        bx_str rest = at == SIZE_MAX ? (bx_str){0} : wf_trim(bx_str_from(decl, at + 8));
        if (rest.n > 2 && rest.p[0] == '=') {
            rest = wf_trim(bx_str_from(rest, 1));
            const char *quote = rest.n > 1 ? memchr(rest.p + 1, rest.p[0], rest.n - 1) : NULL;
            wf_charset cs = CS_NONE;
            if (quote)
                cs = wf_charset_find((bx_str){rest.p + 1, (size_t)(quote - rest.p) - 1});
            if (cs != CS_NONE)
                return cs == CS_UTF_16LE || cs == CS_UTF_16BE ? CS_UTF_8 : cs;
        }
    }
    wf_tokenizer t;
    wf_tokenizer_init(&t, head);
    for (;;) {
        wf_tok tok = wf_tok_next(&t);
        t.raw = WF_TAG_OTHER; /* the prescan knows no raw text */
        if (tok.kind == WF_TOK_EOF)
            return CS_NONE;
        wf_charset cs =
            tok.kind == WF_TOK_START && tok.tag == WF_TAG_META ? from_meta(&tok) : CS_NONE;
        if (cs != CS_NONE)
            return cs;
    }
}

wf_charset wf_charset_sniff(bx_str body, bx_str header_label, bool markup)
{
    if (bx_str_starts(body, BX_LIT("\xef\xbb\xbf")))
        return CS_UTF_8;
    if (bx_str_starts(body, BX_LIT("\xfe\xff")))
        return CS_UTF_16BE;
    if (bx_str_starts(body, BX_LIT("\xff\xfe")))
        return CS_UTF_16LE;
    wf_charset cs = wf_charset_find(header_label);
    if (cs == CS_NONE && markup)
        cs = prescan(body);
    if (cs != CS_NONE)
        return cs;
    return wf_is_utf8(body, true) ? CS_UTF_8 : CS_WINDOWS_1252;
}

/* ---- UTF-8 ----------------------------------------------------------------------------- */

/* Bytes of the character at the front of `s`; 0: none, *ret_bad bytes to replace by one U+FFFD;
 * *ret_open: only the end of `s` stands in the way (Encoding standard 8.1.1). */
static size_t utf8_char(bx_str s, size_t *ret_bad, bool *ret_open)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t need;
    unsigned char low = 0x80, high = 0xbf;
    *ret_bad = 1;
    *ret_open = false;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf) {
        need = 2;
    } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
        need = 3;
        low = p[0] == 0xe0 ? 0xa0 : 0x80;
        high = p[0] == 0xed ? 0x9f : 0xbf;
    } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        need = 4;
        low = p[0] == 0xf0 ? 0x90 : 0x80;
        high = p[0] == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    for (size_t i = 1; i < need; i++) {
        *ret_bad = i;
        if (i == s.n) {
            *ret_open = true;
            return 0;
        }
        if (p[i] < low || p[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return need;
}

static size_t ascii_run(bx_str s, size_t at)
{
    size_t i = at;
    for (; s.n - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, s.p + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

/* Offset of the first byte that is no UTF-8; s.n: all of it is. */
static size_t utf8_valid_to(bx_str s, bool *ret_open)
{
    size_t at = 0, bad;
    *ret_open = false;
    while ((at = ascii_run(s, at)) < s.n) {
        size_t n = utf8_char(bx_str_from(s, at), &bad, ret_open);
        if (n == 0)
            return at;
        at += n;
    }
    return s.n;
}

bool wf_is_utf8(bx_str s, bool cut)
{
    bool open;
    return utf8_valid_to(s, &open) == s.n || (cut && open);
}

static void utf8_replace(bx_str s, bool cut, bx_buf *out)
{
    for (;;) {
        bool open;
        size_t at = utf8_valid_to(s, &open), bad;
        (void)bx_buf_add(out, s.p, at);
        if (at == s.n || (open && cut))
            return;
        s = bx_str_from(s, at);
        (void)utf8_char(s, &bad, &open);
        wf_add_utf8(out, 0xfffd);
        s = bx_str_from(s, bad);
    }
}

/* ---- the others ------------------------------------------------------------------------ */

static void from_utf16(bx_str s, bool big, bool cut, bx_buf *out)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;
    uint32_t lead = 0;
    for (; i + 1 < s.n; i += 2) {
        uint32_t u = big ? (uint32_t)(p[i] << 8 | p[i + 1]) : (uint32_t)(p[i + 1] << 8 | p[i]);
        if (lead && u >= 0xdc00 && u <= 0xdfff) {
            wf_add_utf8(out, 0x10000 + ((lead - 0xd800) << 10) + (u - 0xdc00));
            lead = 0;
            continue;
        }
        if (lead)
            wf_add_utf8(out, 0xfffd);
        lead = u >= 0xd800 && u <= 0xdbff ? u : 0;
        if (!lead)
            wf_add_utf8(out, u); /* a lone trail becomes U+FFFD there */
    }
    if (!cut && (lead || i < s.n))
        wf_add_utf8(out, 0xfffd);
}

static void from_single(bx_str s, const uint16_t *upper, bx_buf *out)
{
    for (size_t at = 0; at < s.n;) {
        size_t end = ascii_run(s, at);
        (void)bx_buf_add(out, s.p + at, end - at);
        for (at = end; at < s.n && (unsigned char)s.p[at] >= 0x80; at++)
            wf_add_utf8(out, upper[(unsigned char)s.p[at] - 0x80]);
    }
}

static void from_unknown(bx_str s, bx_buf *out)
{
    for (size_t i = 0; i < s.n; i++)
        wf_add_utf8(out, (unsigned char)s.p[i] < 0x80 ? (unsigned char)s.p[i] : 0xfffd);
}

static void from_user_defined(bx_str s, bx_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];
        wf_add_utf8(out, b < 0x80 ? b : 0xf780u + b - 0x80);
    }
}

bx_code wf_charset_to_utf8(wf_charset cs, bx_str body, bool cut, bx_buf *scratch, bx_str *ret)
{
    bx_buf_clear(scratch);
    bx_code rc = BX_OK;
    if (cs == CS_NONE || cs == CS_UTF_8) {
        if (bx_str_starts(body, BX_LIT("\xef\xbb\xbf")))
            body = bx_str_from(body, 3);
        if (wf_is_utf8(body, false)) {
            *ret = body;
            return BX_OK;
        }
        utf8_replace(body, cut, scratch);
    } else if (cs == CS_UTF_16LE || cs == CS_UTF_16BE) {
        bool big = cs == CS_UTF_16BE;
        if (bx_str_starts(body, big ? BX_LIT("\xfe\xff") : BX_LIT("\xff\xfe")))
            body = bx_str_from(body, 2);
        from_utf16(body, big, cut, scratch);
    } else if (is_single(cs)) {
        from_single(body, single_of(cs)->upper, scratch);
    } else if (cs == CS_X_USER_DEFINED) {
        from_user_defined(body, scratch);
    } else if (!wf_charset_multi(cs, body, cut, scratch)) {
        from_unknown(body, scratch);
        rc = BX_EUNSUPPORTED;
    }
    if (scratch->fail != BX_OK)
        return scratch->fail;
    *ret = bx_buf_str(scratch);
    return rc;
}
