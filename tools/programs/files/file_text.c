/* files/file_text.c - text: its encoding, its line ends, and which language it looks like. */
#include "file.h"
#include "programs/common/prog_text.h"

#include <string.h>

typedef enum encoding {
    ASCII,
    UTF8,
    UTF8_BOM,
    UTF16LE,
    UTF16BE,
    UTF32LE,
    UTF32BE,
    LATIN1,
    EXTENDED,
    DATA
} encoding;

static const struct {
    const char *text, *mime;
} encodings[] = {{"ASCII", "us-ascii"},
                 {"Unicode text, UTF-8", "utf-8"},
                 {"Unicode text, UTF-8 (with BOM)", "utf-8"},
                 {"Unicode text, UTF-16, little-endian", "utf-16le"},
                 {"Unicode text, UTF-16, big-endian", "utf-16be"},
                 {"Unicode text, UTF-32, little-endian", "utf-32le"},
                 {"Unicode text, UTF-32, big-endian", "utf-32be"},
                 {"ISO-8859", "iso-8859-1"},
                 {"Non-ISO extended-ASCII", "unknown-8bit"},
                 {"data", "binary"}};

/* Control characters that text has: bell, backspace, tab, newline, form feed, return, escape. */
static bool is_text_control(uint8_t c)
{
    return (c >= 7 && c <= 13 && c != 11) || c == 27 || c == 11;
}

static encoding encoding_of(const uint8_t *p, size_t n)
{
    if (n >= 4 && memcmp(p, "\xff\xfe\0\0", 4) == 0)
        return UTF32LE;
    if (n >= 4 && memcmp(p, "\0\0\xfe\xff", 4) == 0)
        return UTF32BE;
    if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
        return UTF16LE;
    if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
        return UTF16BE;
    bool high = false, c1 = false, utf8 = true;
    for (size_t i = 0; i < n;) {
        if (p[i] < 128) {
            if ((p[i] < 32 && !is_text_control(p[i])) || p[i] == 127)
                return DATA;
            i++;
            continue;
        }
        uint32_t cp;
        size_t len = prog_utf8(p + i, n - i, &cp);
        high = true;
        if (cp == PROG_BAD_CHAR) {
            bool cut = n - i < 4 && n == FILE_HEAD;
            utf8 = utf8 && cut;
            len = 1;
        }
        for (size_t k = 0; k < len; k++)
            c1 |= p[i + k] < 0xa0 && p[i + k] != 0x85;
        i += len;
    }
    if (!high)
        return ASCII;
    if (utf8)
        return n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? UTF8_BOM : UTF8;
    return c1 ? EXTENDED : LATIN1;
}

const char *file_encoding(const uint8_t *p, size_t n)
{
    return n == 0 ? "binary" : encodings[encoding_of(p, n)].mime;
}

/* ---- JSON and CSV --------------------------------------------------------------------------- */

typedef struct cursor {
    const uint8_t *p, *end;
    unsigned depth;
    bool nested; /* an array or object was seen */
} cursor;

static void blanks(cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
        c->p++;
}

static bool json_string(cursor *c)
{
    for (c->p++; c->p < c->end && *c->p != '"'; c->p++) {
        if (*c->p < 32)
            return false;
        if (*c->p == '\\' && ++c->p == c->end)
            return false;
    }
    return c->p < c->end && c->p++;
}

static bool json_scalar(cursor *c)
{
    static const char *const words[] = {"true", "false", "null"};
    if (*c->p == '"')
        return json_string(c);
    for (size_t i = 0; i < 3; i++) {
        size_t k = strlen(words[i]);
        if ((size_t)(c->end - c->p) >= k && memcmp(c->p, words[i], k) == 0) {
            c->p += k;
            return true;
        }
    }
    const uint8_t *from = c->p;
    bool digit = false;
    for (; c->p < c->end && strchr("+-0123456789.eE", *c->p) && *c->p; c->p++)
        digit |= prog_is_digit(*c->p);
    return digit && c->p > from;
}

/* One value, without recursion: a stack of what is open. */
static bool json_value(cursor *c)
{
    uint8_t open[FILE_JSON_NEST_MAX];
    unsigned depth = 0;
    bool want_value = true, first = false;
    for (;;) {
        blanks(c);
        if (c->p == c->end)
            return false;
        if (want_value) {
            if (first && depth && *c->p == (open[depth - 1] == '{' ? '}' : ']')) {
                want_value = false;
                first = false;
                continue;
            }
            if (depth && open[depth - 1] == '{') {
                if (*c->p != '"' || !json_string(c))
                    return false;
                blanks(c);
                if (c->p == c->end || *c->p++ != ':')
                    return false;
                blanks(c);
                if (c->p == c->end)
                    return false;
            }
            first = false;
            if (*c->p == '{' || *c->p == '[') {
                if (depth == FILE_JSON_NEST_MAX)
                    return false;
                open[depth++] = *c->p++;
                c->nested = true;
                first = true;
                continue;
            }
            if (!json_scalar(c))
                return false;
            want_value = false;
        }
        if (depth == 0)
            return true;
        blanks(c);
        if (c->p == c->end)
            return false;
        if (*c->p == ',') {
            c->p++;
            want_value = true;
        } else if (*c->p == (open[depth - 1] == '{' ? '}' : ']')) {
            c->p++;
            depth--;
            if (depth == 0)
                return true;
        } else {
            return false;
        }
    }
}

static bool json(const uint8_t *p, size_t n, file_kind *k)
{
    cursor c = {.p = p, .end = p + n};
    size_t values = 0;
    blanks(&c);
    if (c.p == c.end || (*c.p != '{' && *c.p != '['))
        return false;
    for (; c.p < c.end; values++) {
        const uint8_t *from = c.p;
        if (!json_value(&c))
            return false;
        const uint8_t *to = c.p;
        blanks(&c);
        if ((values > 0 || c.p < c.end) && memchr(from, '\n', (size_t)(to - from)))
            return false;
    }
    file_say(k, values > 1 ? "New Line Delimited JSON text data" : "JSON text data");
    k->mime = values > 1 ? "application/x-ndjson" : "application/json";
    return true;
}

/* Up to ten lines with the same number of commas. */
static bool csv(const uint8_t *p, size_t n, file_kind *k)
{
    size_t lines = 0, commas = 0, first = 0;
    bool quoted = false;
    for (size_t i = 0; i < n && lines < 10; i++) {
        if (p[i] == '"')
            quoted = !quoted;
        else if (!quoted && p[i] == ',')
            commas++;
        else if (!quoted && p[i] == '\n') {
            if (commas == 0 || (lines && commas != first))
                return false;
            first = commas;
            commas = 0;
            lines++;
        }
    }
    if (lines < 3)
        return false;
    file_say(k, "CSV text");
    k->mime = "text/csv";
    return true;
}

/* ---- languages ------------------------------------------------------------------------------ */

typedef struct language {
    const char *name, *mime;
} language;

static bool starts(bx_str s, const char *z) { return bx_str_starts(s, bx_str_of(z)); }

static bool starts_fold(bx_str s, const char *z)
{
    size_t n = strlen(z);
    if (s.n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (prog_lower((unsigned char)s.p[i]) != z[i])
            return false;
    return true;
}

static const char *interpreter(bx_str line, prog_buf *own, language *l)
{
    static const struct {
        const char *program, *text, *mime;
    } known[] = {{"bash", "Bourne-Again shell script", "text/x-shellscript"},
                 {"sh", "POSIX shell script", "text/x-shellscript"},
                 {"dash", "a /bin/dash script", "text/x-shellscript"},
                 {"zsh", "Paul Falstad's zsh script", "text/x-shellscript"},
                 {"ksh", "Korn shell script", "text/x-shellscript"},
                 {"fish", "fish shell script", "text/x-shellscript"},
                 {"python", "Python script", "text/x-script.python"},
                 {"perl", "Perl script", "text/x-perl"},
                 {"ruby", "Ruby script", "text/x-ruby"},
                 {"node", "Node.js script", "application/javascript"},
                 {"awk", "awk script", "text/x-awk"},
                 {"gawk", "GNU awk script", "text/x-gawk"},
                 {"lua", "Lua script", "text/x-lua"},
                 {"php", "PHP script", "text/x-php"},
                 {"tclsh", "Tcl script", "text/x-tcl"},
                 {"make", "makefile script", "text/x-makefile"}};
    bx_str rest = bx_str_from(line, 2);
    while (rest.n && prog_is_blank(rest.p[0]))
        rest = bx_str_from(rest, 1);
    size_t end = 0;
    while (end < rest.n && !prog_is_space(rest.p[end]))
        end++;
    bx_str program = {rest.p, end}, after = bx_str_from(rest, end);
    size_t slash = program.n;
    while (slash > 0 && program.p[slash - 1] != '/')
        slash--;
    bx_str base = bx_str_from(program, slash);
    if (bx_str_eq(base, BX_LIT("env"))) {
        while (after.n && (prog_is_blank(after.p[0]) || starts(after, "-S")))
            after = bx_str_from(after, after.p[0] == '-' ? 2 : 1);
        size_t k = 0;
        while (k < after.n && !prog_is_space(after.p[k]))
            k++;
        base = (bx_str){after.p, k};
    }
    size_t letters = base.n;
    while (letters > 0 && (prog_is_digit(base.p[letters - 1]) || base.p[letters - 1] == '.'))
        letters--;
    for (size_t i = 0; i < BX_COUNT(known); i++)
        if (bx_str_eq((bx_str){base.p, letters}, bx_str_of(known[i].program))) {
            *l = (language){known[i].text, known[i].mime};
            return l->name;
        }
    prog_buf_put(own, "a ", 2);
    size_t stop = 0;
    while (stop < rest.n && rest.p[stop] != '\n' && rest.p[stop] != '\r')
        stop++;
    prog_buf_put(own, rest.p, stop);
    prog_buf_put(own, " script", 7);
    *l = (language){prog_buf_z(own), "text/plain"};
    return l->name;
}

static bool next_line(bx_str *rest, bx_str *line)
{
    if (rest->n == 0)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *line = (bx_str){rest->p, n};
    *rest = bx_str_from(*rest, n + (end != NULL));
    return true;
}

static bool is_mail(bx_str s)
{
    static const char *const fields[] = {
        "From:", "To:", "Subject:", "Date:", "Received:", "Message-ID:", "Return-Path:"};
    bx_str line;
    size_t hits = 0, lines = 0;
    while (next_line(&s, &line) && line.n && lines++ < 20)
        for (size_t i = 0; i < BX_COUNT(fields); i++)
            hits += starts(line, fields[i]);
    return hits >= 2;
}

/* What the first lines look like; name NULL: nothing in particular. */
static language by_lines(bx_str s)
{
    bx_str rest = s, line, before = {0};
    bool c = false, cpp = false, java = false;
    unsigned python = 0;
    for (size_t lines = 0; lines < 400 && next_line(&rest, &line); lines++, before = line) {
        if (starts(line, "#include") || starts(line, "#define ") || starts(line, "#ifndef ") ||
            starts(line, "#pragma "))
            c = true;
        if (starts(line, "#include <iostream") || starts(line, "namespace ") ||
            starts(line, "using namespace") || starts(line, "template<") ||
            starts(line, "template <") || (c && starts(line, "class ")))
            cpp = true;
        if (starts(line, "import java") ||
            (starts(line, "package ") && line.n && line.p[line.n - 1] == ';') ||
            starts(line, "public class "))
            java = true;
        bool colon = line.n && line.p[line.n - 1] == ':';
        python += (starts(line, "def ") && colon) || (starts(line, "class ") && colon) ||
                  (starts(line, "from ") && memmem(line.p, line.n, " import ", 8)) ||
                  (starts(line, "import ") && !memchr(line.p, ';', line.n) &&
                   !memchr(line.p, '"', line.n) && !memchr(line.p, '\'', line.n)) ||
                  starts(line, "if __name__ ==");
        if (line.n && line.p[0] == '\t' && before.n && before.p[0] != '\t' && before.p[0] != ' ' &&
            memchr(before.p, ':', before.n) && !memchr(before.p, '{', before.n) && !c && !java)
            return (language){"makefile script", "text/x-makefile"};
    }
    if (cpp)
        return (language){"C++ source", "text/x-c++"};
    if (c)
        return (language){"C source", "text/x-c"};
    if (java)
        return (language){"Java source", "text/x-java"};
    if (python)
        return (language){"Python script", "text/x-script.python"};
    return (language){0};
}

static language by_start(bx_str s)
{
    bx_str rest = s, first = {0}, second = {0}, third = {0};
    (void)next_line(&rest, &first);
    (void)next_line(&rest, &second);
    (void)next_line(&rest, &third);
    bx_str trimmed = s;
    while (trimmed.n && prog_is_space(trimmed.p[0]))
        trimmed = bx_str_from(trimmed, 1);
    if (starts(first, "diff "))
        return (language){"diff output", "text/x-diff"};
    if (starts(first, "--- ") && starts(second, "+++ ") && starts(third, "@@"))
        return (language){"unified diff output", "text/x-diff"};
    if (starts(first, "*** ") && starts(second, "--- "))
        return (language){"context diff output", "text/x-diff"};
    if (starts_fold(trimmed, "<!doctype html") || starts_fold(trimmed, "<html") ||
        starts_fold(trimmed, "<head") || starts_fold(trimmed, "<title"))
        return (language){"HTML document", "text/html"};
    if (starts(trimmed, "<?xml"))
        return (language){"XML 1.0 document", "text/xml"};
    if (starts(trimmed, "<?php"))
        return (language){"PHP script", "text/x-php"};
    if (starts(first, "\\documentclass") || starts(first, "\\documentstyle"))
        return (language){"LaTeX 2e document", "text/x-tex"};
    if (starts(first, "From ") || is_mail(s))
        return (language){starts(first, "Return-Path:") ? "SMTP mail" : "news or mail",
                          "message/rfc822"};
    return by_lines(s);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void lines(const uint8_t *p, size_t n, file_kind *k)
{
    size_t lf = 0, crlf = 0, cr = 0, nel = 0, longest = 0, length = 0;
    bool escapes = false, overstrike = false;
    for (size_t i = 0; i < n; i++) {
        bool ends = true;
        if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n') {
            crlf++;
            i++;
        } else if (p[i] == '\n') {
            lf++;
        } else if (p[i] == '\r') {
            cr++;
        } else if (p[i] == 0x85 && (i == 0 || p[i - 1] < 128)) {
            nel++;
        } else {
            ends = false;
            length++;
            escapes |= p[i] == 27;
            overstrike |= p[i] == 8;
        }
        if (ends || i + 1 == n) {
            longest = length > longest ? length : longest;
            length = ends ? 0 : length;
        }
    }
    if (longest > 300)
        file_say(k, ", with very long lines (%zu)", longest);
    if (!lf && !crlf && !cr && !nel) {
        file_say(k, ", with no line terminators");
    } else if (crlf || cr || nel) {
        const char *comma = "";
        file_say(k, ", with");
        if (crlf)
            file_say(k, " CRLF"), comma = ",";
        if (cr)
            file_say(k, "%s CR", comma), comma = ",";
        if (lf)
            file_say(k, "%s LF", comma), comma = ",";
        if (nel)
            file_say(k, "%s NEL", comma);
        file_say(k, " line terminators");
    }
    if (escapes)
        file_say(k, ", with escape sequences");
    if (overstrike)
        file_say(k, ", with overstriking");
}

void file_text(const uint8_t *p, size_t n, file_kind *k)
{
    encoding e = encoding_of(p, n);
    bx_str s = {(const char *)p, n};
    k->encoding = encodings[e].mime;
    if (e == DATA) {
        file_say(k, "data");
        return;
    }
    k->mime = "text/plain";
    if (e >= UTF16LE && e <= UTF32BE) {
        file_say(k, "%s%s", encodings[e].text, e <= UTF16BE ? " text" : "");
        bool ends = e > UTF16BE;
        for (size_t i = 0; !ends && i + 1 < n; i += 2)
            ends = (e == UTF16LE ? p[i] | p[i + 1] << 8 : p[i] << 8 | p[i + 1]) == '\n';
        if (!ends)
            file_say(k, ", with no line terminators");
        return;
    }
    if (e == UTF8_BOM)
        s = bx_str_from(s, 3);
    if (e != LATIN1 && e != EXTENDED && (json(p, n, k) || csv(p, n, k)))
        return;
    if (starts(s, "<svg") ||
        (starts(s, "<?xml") && memmem(s.p, s.n < 4096 ? s.n : 4096, "<svg", 4))) {
        k->mime = "image/svg+xml";
        file_say(k, "SVG Scalable Vector Graphics image");
        return;
    }
    language l = {0};
    prog_buf own = {0};
    bool script = starts(s, "#!");
    if (script)
        (void)interpreter(s, &own, &l);
    else
        l = by_start(s);
    if (script && strcmp(l.name, "Perl script") == 0) {
        k->mime = l.mime;
        file_say(k, "Perl script text executable");
        return;
    }
    if (l.name) {
        bool node = strcmp(l.name, "Node.js script") == 0;
        file_say(k, node ? "%s executable, " : "%s, ", l.name);
        script &= !node;
        k->mime = l.mime;
        script |= strcmp(l.name, "Python script") == 0;
    }
    file_say(k, "%s text%s", encodings[e].text, script ? " executable" : "");
    lines(p, n, k);
    prog_buf_free(&own);
}
