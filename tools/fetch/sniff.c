#include "fetch/sniff.h"

#include "fetch/ascii.h"
#include "lib/filetype.h"

enum { LOOK = 1024, SLIP = 16 /* bytes of text to one that no text holds */ };

bx_str wf_media_type(bx_str header)
{
    size_t n = 0;
    while (n < header.n && header.p[n] != ';' && header.p[n] != ',')
        n++;
    return wf_trim((bx_str){header.p, n});
}

/* Past the parameter that begins at `at`; a quoted value may hold semicolons. */
static size_t param_end(bx_str s, size_t at)
{
    bool quoted = false;
    for (; at < s.n && (quoted || s.p[at] != ';'); at++) {
        if (quoted && s.p[at] == '\\')
            at++;
        else if (s.p[at] == '"')
            quoted = !quoted;
    }
    return at < s.n ? at : s.n;
}

bx_str wf_media_charset(bx_str header)
{
    size_t at = 0;
    while (at < header.n && header.p[at] != ';')
        at++;
    while (at < header.n) {
        size_t end = param_end(header, at + 1);
        bx_str param = wf_trim((bx_str){header.p + at + 1, end - at - 1});
        at = end;
        if (param.n < 8 || !bx_str_eq_nocase((bx_str){param.p, 8}, BX_LIT("charset=")))
            continue;
        bx_str value = wf_trim(bx_str_from(param, 8));
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = (bx_str){value.p + 1, value.n - 2};
        return value;
    }
    return (bx_str){0};
}

static bool is(bx_str type, const char *const *names)
{
    for (; *names; names++)
        if (bx_str_eq_nocase(type, bx_str_of(*names)))
            return true;
    return false;
}

static bool ends(bx_str type, const char *suffix)
{
    size_t n = strlen(suffix);
    return type.n >= n && bx_str_eq_nocase(bx_str_from(type, type.n - n), bx_str_of(suffix));
}

/* BINARY: the type says nothing about text. */
static wf_kind by_type(bx_str type)
{
    static const char *const html[] = {"text/html", "application/xhtml+xml", NULL};
    static const char *const markdown[] = {"text/markdown", "text/x-markdown", NULL};
    static const char *const json[] = {"application/json", "text/json", NULL};
    static const char *const xml[] = {"text/xml", "application/xml", NULL};
    static const char *const text[] = {
        "application/javascript", "application/ecmascript", "application/x-javascript",
        "application/yaml",       "application/x-yaml",     "application/toml",
        "application/x-ndjson",   "application/jsonl",      "application/sql",
        "application/x-sh",       "application/graphql",    "application/x-www-form-urlencoded",
        "application/typescript", "message/rfc822",         NULL};
    if (is(type, html))
        return WF_KIND_HTML;
    if (is(type, markdown))
        return WF_KIND_MARKDOWN;
    if (is(type, json) || ends(type, "+json"))
        return WF_KIND_JSON;
    if (is(type, xml) || ends(type, "+xml"))
        return WF_KIND_XML;
    if (is(type, text) || (type.n > 5 && bx_str_eq_nocase((bx_str){type.p, 5}, BX_LIT("text/"))))
        return WF_KIND_TEXT;
    return WF_KIND_BINARY;
}

/* "Binary data bytes" of the MIME sniffing standard, section 3, in the first part of `s`. */
static size_t binary_bytes(bx_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && i < LOOK; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1b;
    }
    return n;
}

static bool begins_markup(bx_str s, const char *const *names)
{
    for (; *names; names++) {
        size_t n = strlen(*names);
        if (s.n >= n && bx_str_eq_nocase((bx_str){s.p, n}, bx_str_of(*names)))
            return true;
    }
    return false;
}

/* No type that means text, but no bytes that mean otherwise. */
static wf_kind by_bytes(bx_str body, bool known_type)
{
    static const char *const html[] = {"<!doctype html", "<html", "<head", "<body", NULL};
    static const char *const xml[] = {"<?xml", "<svg", "<rss", "<feed", NULL};
    if (bx_str_starts(body, BX_LIT("\xef\xbb\xbf")))
        body = bx_str_from(body, 3);
    bx_str s = wf_trim((bx_str){body.p, body.n < LOOK ? body.n : LOOK});
    if (begins_markup(s, html))
        return WF_KIND_HTML;
    if (begins_markup(s, xml))
        return WF_KIND_XML;
    if (!known_type && s.n && (s.p[0] == '{' || s.p[0] == '['))
        return WF_KIND_JSON;
    return WF_KIND_TEXT;
}

wf_sniffed wf_sniff(bx_str content_type, bx_str body, bool wide)
{
    static const char *const vague[] = {"",
                                        "application/octet-stream",
                                        "binary/octet-stream",
                                        "unknown/unknown",
                                        "application/unknown",
                                        "*/*",
                                        NULL};
    if (body.n == 0)
        return (wf_sniffed){.kind = WF_KIND_EMPTY};
    bx_str type = wf_media_type(content_type);
    const bx_file_format *mark =
        bx_file_format_of((const uint8_t *)body.p, body.n < LOOK ? body.n : LOOK);
    wf_kind kind = by_type(type);
    /* A stray control in what is said to be text is a slip; many are not. */
    size_t controls = wide ? 0 : binary_bytes(body), look = body.n < LOOK ? body.n : LOOK;
    bool binary = controls > 0 && (kind == WF_KIND_BINARY || mark || controls * SLIP > look);
    if (kind == WF_KIND_BINARY && !binary && !mark && is(type, vague))
        kind = by_bytes(body, type.n > 0);
    if (binary || (mark && kind == WF_KIND_TEXT))
        kind = WF_KIND_BINARY;
    return (wf_sniffed){kind, kind == WF_KIND_BINARY && mark ? mark->name : NULL};
}
