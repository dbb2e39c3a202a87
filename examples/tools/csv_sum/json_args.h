/* json_args.h - what a tool needs of JSON (RFC 8259): its arguments read, its result printed. */
#ifndef JSON_ARGS_H
#define JSON_ARGS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH = 64, JSON_BYTES = 16 << 20 };

struct json { /* a value in a text that was looked through as a whole; p is NULL for none */
    const char *p, *end;
};

/* ---- the result: an MCP CallToolResult ------------------------------------------------------ */

/* Text inside of a JSON string; what is between two of these calls is yours. */
static inline void print_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if (*s == '\n')
            printf("\\n");
        else if ((unsigned char)*s < 0x20)
            printf("\\u%04x", *s);
        else
            putchar(*s);
    }
}

/* In order: result_begin, the answer's text, result_facts, members of an object, result_end. */
static inline void result_begin(void) { printf("{\"content\":[{\"type\":\"text\",\"text\":\""); }
static inline void result_facts(void) { printf("\"}],\"structuredContent\":{"); }
static inline void result_end(void) { printf("},\"isError\":false}\n"); }

/* The answer is that something was wrong; ends the tool. */
static inline void result_error(const char *why)
{
    result_begin();
    print_text(why);
    printf("\"}],\"isError\":true}\n");
    exit(0);
}

/* ---- reading -------------------------------------------------------------------------------- */

static inline const char *json_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

static inline bool json_is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the string that begins at p, or NULL. */
static inline const char *json_skip_string(const char *p, const char *end)
{
    if (p == end || *p++ != '"')
        return NULL;
    for (; p < end && *p != '"'; p++) {
        if ((unsigned char)*p < 0x20)
            return NULL;
        if (*p != '\\')
            continue;
        if (++p == end || !strchr("\"\\/bfnrtu", *p) || !*p)
            return NULL;
        if (*p == 'u') {
            for (int i = 1; i <= 4; i++) {
                if (end - p <= i || !json_is_hex(p[i]))
                    return NULL;
            }
        }
    }
    return p < end ? p + 1 : NULL;
}

static inline const char *json_skip_digits(const char *p, const char *end)
{
    const char *from = p;
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p > from ? p : NULL;
}

static inline const char *json_skip_number(const char *p, const char *end)
{
    if (p < end && *p == '-')
        p++;
    if (p < end && *p == '0')
        p++;
    else
        p = json_skip_digits(p, end);
    if (p && p < end && *p == '.')
        p = json_skip_digits(p + 1, end);
    if (p && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        p = json_skip_digits(p, end);
    }
    return p;
}

/* Behind the value that begins at p, or NULL. */
static inline const char *json_skip(const char *p, const char *end, int depth)
{
    static const char *const words[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - p) >= n && memcmp(p, words[i], n) == 0)
            return p + n;
    }
    if (p == end || depth == JSON_DEPTH)
        return NULL;
    if (*p == '"')
        return json_skip_string(p, end);
    if (*p != '{' && *p != '[')
        return json_skip_number(p, end);
    bool object = *p == '{';
    char close = object ? '}' : ']';
    p = json_blanks(p + 1, end);
    if (p < end && *p == close)
        return p + 1;
    for (;;) {
        if (object) {
            p = json_skip_string(p, end);
            p = p ? json_blanks(p, end) : NULL;
            if (!p || p == end || *p++ != ':')
                return NULL;
            p = json_blanks(p, end);
        }
        p = json_skip(p, end, depth + 1);
        p = p ? json_blanks(p, end) : NULL;
        if (!p || p == end || (*p != ',' && *p != close))
            return NULL;
        if (*p++ == close)
            return p;
        p = json_blanks(p, end);
    }
}

/* The arguments, all of standard input: an object, or the tool ends with an answer that says so. */
static inline struct json json_read_arguments(void)
{
    size_t n = 0, room = 0, got = 1;
    char *text = NULL;
    while (got) {
        if (n == room) {
            room = room ? room * 2 : 4096;
            text = room > JSON_BYTES ? NULL : realloc(text, room);
            if (!text)
                result_error("the arguments are too long");
        }
        got = fread(text + n, 1, room - n, stdin);
        n += got;
    }
    struct json v = {json_blanks(text, text + n), text + n};
    const char *behind = json_skip(v.p, v.end, 0);
    if (!behind || json_blanks(behind, v.end) != v.end || *v.p != '{')
        result_error("the arguments are no JSON object");
    v.end = behind;
    return v;
}

/* The member of an object by its name; names with escapes are not found. */
static inline struct json json_member(const struct json *object, const char *name)
{
    size_t n = strlen(name);
    const char *end = object->end;
    for (const char *p = json_blanks(object->p + 1, end); p < end && *p == '"';) {
        const char *key = p + 1;
        p = json_skip_string(p, end);
        bool found = (size_t)(p - 1 - key) == n && memcmp(key, name, n) == 0;
        const char *value = json_blanks(json_blanks(p, end) + 1, end);
        p = json_skip(value, end, 0);
        if (found)
            return (struct json){value, p};
        p = json_blanks(json_blanks(p, end) + 1, end);
    }
    return (struct json){NULL, NULL};
}

static inline unsigned json_hex4(const char *p)
{
    char digits[5] = {p[0], p[1], p[2], p[3], 0};
    return (unsigned)strtoul(digits, NULL, 16);
}

static inline char *json_put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* A string as UTF-8, to be freed, a NUL behind its *n bytes; NULL: none, or one holds a NUL. */
static inline char *json_text(struct json v, size_t *n)
{
    if (!v.p || *v.p != '"')
        return NULL;
    char *text = malloc((size_t)(v.end - v.p)), *to = text;
    for (const char *p = v.p + 1; text && p < v.end - 1; p++) {
        static const char names[] = "bfnrt", means[] = "\b\f\n\r\t";
        const char *name = *p == '\\' ? strchr(names, p[1]) : NULL;
        if (*p != '\\') {
            *to++ = *p;
        } else if (*++p == 'u') {
            unsigned c = json_hex4(p + 1);
            p += 4;
            bool low = p[1] == '\\' && p[2] == 'u' && (json_hex4(p + 3) & 0xfc00) == 0xdc00;
            if ((c & 0xfc00) == 0xd800 && low) {
                c = 0x10000 + ((c & 0x3ff) << 10) + (json_hex4(p + 3) & 0x3ff);
                p += 6;
            } else if ((c & 0xf800) == 0xd800) {
                c = 0xfffd; /* half a pair */
            }
            to = json_put_utf8(to, c);
        } else {
            *to++ = name ? means[name - names] : *p;
        }
    }
    if (!text || memchr(text, '\0', (size_t)(to - text))) {
        free(text);
        return NULL;
    }
    *to = '\0';
    *n = (size_t)(to - text);
    return text;
}

static inline bool json_number(struct json v, double *ret)
{
    if (!v.p || (*v.p != '-' && (*v.p < '0' || *v.p > '9')))
        return false;
    *ret = strtod(v.p, NULL);
    return true;
}

static inline bool json_bool(struct json v, bool *ret)
{
    if (!v.p || (*v.p != 't' && *v.p != 'f'))
        return false;
    *ret = *v.p == 't';
    return true;
}

#endif
