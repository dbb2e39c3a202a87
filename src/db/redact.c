#include "db/redact.h"

#include "base/ascii.h"
#include "db/redact_line.h"

enum {
    MIN_LONG = 5,                       /* "-storepass", as some write long options */
    MAX_NAME = 64,                      /* bytes of a name that count; of a longer one the last */
    MIN_BEARER = 8,                     /* characters of what follows "Bearer" and "Basic" */
    MAX_DEPTH = BX_JSON_MAX_DEPTH - 16, /* of what is written */
    MAX_PEM = 32768,                    /* bytes of a private key without an end */
};

static const bx_str mark = {BX_REDACTED, sizeof BX_REDACTED - 1};

/* What is to be replaced in a text. */
typedef struct range {
    size_t from, to;
} range;

static bool is_word(char c) { return bx_is_alnum(c) || c == '_'; }
static bool is_name(char c) { return is_word(c) || c == '-' || c == '.'; }
static bool is_token(char c) { return is_name(c) || (c && strchr("+/=~", c)); }
static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool starts_ci(bx_str s, bx_str with)
{
    if (s.n < with.n)
        return false;
    for (size_t i = 0; i < with.n; i++) {
        if (bx_lower(s.p[i]) != with.p[i])
            return false;
    }
    return true;
}

/* ---- by name --------------------------------------------------------------------------------- */

static bool ends(const char *name, size_t n, const char *word)
{
    size_t w = strlen(word);
    return n >= w && memcmp(name + n - w, word, w) == 0;
}

/* "db_pass", "DB-PASS", "pass": a last part of its own, for "compass" is none. */
static bool last_part_is(bx_str name, bx_str word)
{
    if (name.n < word.n || !starts_ci(bx_str_from(name, name.n - word.n), word))
        return false;
    return name.n == word.n || !bx_is_alnum(name.p[name.n - word.n - 1]);
}

bool bx_redact_is_secret_name(bx_str name)
{
    static const bx_str inside[] = {
        {"password", 8},         {"passwd", 6},    {"passphrase", 10},   {"secret", 6},
        {"apikey", 6},           {"accesskey", 9}, {"privkey", 7},       {"cookie", 6},
        {"credential", 10},      {"bearer", 6},    {"privatekey", 10},   {"authorization", 13},
        {"authkey", 7},          {"signkey", 7},   {"signingkey", 10},   {"encryptionkey", 13},
        {"accountkey", 10},      {"passcode", 8},  {"amzsignature", 12}, {"googsignature", 13},
        {"accesssignature", 15},
    };
    static const bx_str whole[] = {{"auth", 4},  {"jwt", 3},       {"otp", 3},
                                   {"xauth", 5}, {"storepass", 9}, {"keypass", 7}};
    static const bool begins[256] = {['p'] = true, ['s'] = true, ['a'] = true, ['c'] = true,
                                     ['b'] = true, ['e'] = true, ['g'] = true};
    enum { SHORTEST = 6 };
    char plain[MAX_NAME];
    size_t n = 0;
    bx_str tail = name.n > MAX_NAME ? bx_str_from(name, name.n - MAX_NAME) : name;
    for (size_t i = 0; i < tail.n; i++) {
        if (bx_is_alnum(tail.p[i]))
            plain[n++] = bx_lower(tail.p[i]);
    }
    for (size_t at = 0; at + SHORTEST <= n; at++) {
        if (!begins[(unsigned char)plain[at]])
            continue;
        for (size_t i = 0; i < BX_COUNT(inside); i++) {
            if (plain[at] == inside[i].p[0] &&
                bx_str_starts((bx_str){plain + at, n - at}, inside[i]))
                return true;
        }
    }
    for (size_t i = 0; i < BX_COUNT(whole); i++) {
        if (bx_str_eq((bx_str){plain, n}, whole[i]))
            return true;
    }
    /* Of a shell: where it is. */
    if (bx_str_eq((bx_str){plain, n}, BX_LIT("pwd")) ||
        bx_str_eq((bx_str){plain, n}, BX_LIT("oldpwd")))
        return false;
    return ends(plain, n, "token") || ends(plain, n, "pwd") || last_part_is(tail, BX_LIT("pass"));
}

/* ---- in text: what stands under a name ------------------------------------------------------- */

/* "$NAME" or "${NAME}" and nothing else says where the secret is, not what it is. */
static bool is_reference(bx_str v)
{
    if (v.n < 2 || v.p[0] != '$')
        return false;
    bool braces = v.p[1] == '{';
    if (braces && v.p[v.n - 1] != '}')
        return false;
    for (size_t i = braces ? 2 : 1; i < v.n - (braces ? 1 : 0); i++) {
        if (!is_word(v.p[i]))
            return false;
    }
    return true;
}

/* Where the value ends that begins at `at`: at its quote, or where a word does. */
static size_t value_end(bx_str t, size_t at, char quote, bool escaped, bool line)
{
    size_t i = at;
    for (; i < t.n && t.p[i] != '\n' && t.p[i] != '\r'; i++) {
        char c = t.p[i];
        if (quote) {
            bool after_slash = i > at && t.p[i - 1] == '\\';
            if (c == quote && after_slash == escaped)
                return escaped ? i - 1 : i;
        } else if (c == '"' || c == '\'' || c == '`' ||
                   (!line && (is_blank(c) || strchr("&;,)}]|<>", c)))) {
            break;
        }
    }
    return i;
}

/* The value that begins behind a separator, at `at`. */
static bool value_range(bx_str t, size_t at, bool line, range *ret)
{
    while (at < t.n && (is_blank(t.p[at]) || t.p[at] == '=' || t.p[at] == '>'))
        at++;
    bool escaped = at + 1 < t.n && t.p[at] == '\\' && (t.p[at + 1] == '"' || t.p[at + 1] == '\'');
    at += escaped;
    char quote = at < t.n && (t.p[at] == '"' || t.p[at] == '\'') ? t.p[at] : '\0';
    at += quote != '\0';
    if (bx_str_starts(bx_str_from(t, at), mark))
        return false;
    size_t end = value_end(t, at, quote, escaped, line);
    if (!quote && bx_str_starts(bx_str_from(t, at), BX_LIT("${")) && end < t.n && t.p[end] == '}')
        end++;
    bx_str value = {t.p + at, end - at};
    if (value.n == 0 || is_reference(value))
        return false;
    *ret = (range){at, end};
    return true;
}

static bool is_whole_line(bx_str name)
{
    return last_part_is(name, BX_LIT("authorization")) || last_part_is(name, BX_LIT("cookie"));
}

/* At a '=' or ':' behind a name.  A header's value is the rest of its line. */
static bool after_separator(bx_str t, size_t i, range *ret)
{
    size_t end = i;
    while (end > 0 && (is_blank(t.p[end - 1]) || strchr("\"'\\]", t.p[end - 1])) && i - end < 4)
        end--;
    size_t from = end;
    while (from > 0 && is_name(t.p[from - 1]) && end - from < MAX_NAME)
        from--;
    bx_str name = {t.p + from, end - from};
    if (name.n == 0 || !bx_redact_is_secret_name(name))
        return false;
    return value_range(t, i + 1, t.p[i] == ':' && is_whole_line(name), ret);
}

/* The password of USER:PASSWORD, which begins at `at`. */
static bool user_and(bx_str t, size_t at, range *ret)
{
    range user;
    if (!value_range(t, at, false, &user))
        return false;
    const char *colon = memchr(t.p + user.from, ':', user.to - user.from);
    size_t from = colon ? (size_t)(colon - t.p) + 1 : user.to;
    *ret = (range){from, user.to};
    return from < user.to && !bx_str_starts(bx_str_from(t, from), mark);
}

/* "--password VALUE", and "-u USER:PASSWORD", "-uUSER:PASSWORD", "--user=USER:PASSWORD" of curl.
 * At the '-'. */
static bool after_option(bx_str t, size_t i, range *ret)
{
    size_t end = i;
    while (end < t.n && (t.p[end] == '-' || is_name(t.p[end])))
        end++;
    bx_str name = {t.p + i, end - i};
    if (end >= t.n)
        return false;
    if (bx_str_eq(name, BX_LIT("--user")) && t.p[end] == '=')
        return user_and(t, end + 1, ret);
    if (bx_str_starts(name, BX_LIT("-u")) && t.p[end] == ':') /* "-ume:…" */
        return user_and(t, i + 2, ret);
    size_t from;
    if (bx_redact_short_option(t, i, &from) && value_range(t, from, false, ret))
        return true;
    if (!is_blank(t.p[end]))
        return false;
    if (bx_str_eq(name, BX_LIT("-u")) || bx_str_eq(name, BX_LIT("--user")) ||
        bx_str_eq(name, BX_LIT("--proxy-user")))
        return user_and(t, end, ret);
    bool is_long = bx_str_starts(name, BX_LIT("--")) || name.n >= MIN_LONG;
    if (!is_long || !bx_redact_is_secret_name(name))
        return false;
    while (end < t.n && is_blank(t.p[end]))
        end++;
    return end < t.n && t.p[end] != '-' && value_range(t, end, false, ret);
}

/* ---- in text: what looks like one ------------------------------------------------------------ */

static const struct token {
    bx_str prefix;
    size_t min; /* characters after it */
} tokens[] = {
#define BX_TOKEN(prefix, min) {{prefix, sizeof prefix - 1}, min},
#include "db/redact_tokens.def"
#undef BX_TOKEN
};

/* Most words are shorter than every token. */
enum { SHORTEST_TOKEN = 15 };
#define BX_TOKEN(prefix, min) \
    _Static_assert(sizeof prefix - 1 + (min) >= SHORTEST_TOKEN, "a shorter token");
#include "db/redact_tokens.def"
#undef BX_TOKEN

static size_t token_end(bx_str t, size_t at)
{
    while (at < t.n && is_token(t.p[at]))
        at++;
    return at;
}

static bool known_prefix(bx_str t, size_t i, range *ret)
{
    bx_str rest = bx_str_from(t, i);
    size_t n = 0;
    while (n < rest.n && is_name(rest.p[n]))
        n++;
    *ret = (range){i, i + n};
    for (size_t k = 0; n >= SHORTEST_TOKEN && k < BX_COUNT(tokens); k++) {
        if (rest.p[0] == tokens[k].prefix.p[0] && bx_str_starts(rest, tokens[k].prefix) &&
            n >= tokens[k].prefix.n + tokens[k].min)
            return true;
    }
    return false;
}

/* RFC 7519: three parts of base64url, of which the first begins as every JSON object does. */
static bool web_token(bx_str t, size_t i, range *ret)
{
    if (!bx_str_starts(bx_str_from(t, i), BX_LIT("eyJ")))
        return false;
    size_t end = i, dots = 0;
    for (; end < t.n && is_name(t.p[end]); end++)
        dots += t.p[end] == '.';
    *ret = (range){i, end};
    return dots == 2 && end - i > 20;
}

static bool has_digit_or_case(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return true;
    }
    return s.n >= 24;
}

/* "Bearer TOKEN", "Basic TOKEN"; not the words of a sentence. */
static bool scheme(bx_str t, size_t i, range *ret)
{
    bx_str rest = bx_str_from(t, i);
    size_t n = starts_ci(rest, BX_LIT("bearer")) ? 6 : starts_ci(rest, BX_LIT("basic")) ? 5 : 0;
    size_t at = i + n;
    at += n && at + 1 < t.n && t.p[at] == '\\'; /* a blank of a shell's word */
    if (n == 0 || at >= t.n || !is_blank(t.p[at]))
        return false;
    while (at < t.n && is_blank(t.p[at]))
        at++;
    *ret = (range){at, token_end(t, at)};
    bx_str value = {t.p + at, ret->to - at};
    return value.n >= MIN_BEARER && has_digit_or_case(value);
}

/* RFC 7468, for every kind of private key. */
static bool private_key(bx_str t, size_t i, range *ret)
{
    static const char end_mark[] = "-----END";
    bx_str rest = bx_str_from(t, i);
    if (!bx_str_starts(rest, BX_LIT("-----BEGIN ")))
        return false;
    size_t line = rest.n < 80 ? rest.n : 80;
    const char *label = memmem(rest.p, line, "PRIVATE KEY", 11);
    if (!label)
        return false;
    rest.n = rest.n < MAX_PEM ? rest.n : MAX_PEM;
    const char *end = memmem(label, rest.n - (size_t)(label - rest.p), end_mark, 8);
    const char *close = NULL;
    if (end)
        close = memmem(end + 8, rest.n - (size_t)(end + 8 - rest.p), "-----", 5);
    *ret = (range){i, i + (close ? (size_t)(close - rest.p) + 5 : rest.n)};
    return true;
}

/* "://user:password@", and a token in the place of the user.  At the ':'. */
static bool in_url(bx_str t, size_t i, range *ret)
{
    if (!bx_str_starts(bx_str_from(t, i), BX_LIT("://")))
        return false;
    size_t from = i + 3, at = 0, colon = 0;
    for (size_t k = from; k < t.n && (unsigned char)t.p[k] > ' ' && !strchr("/?#\"'`<>\\", t.p[k]);
         k++) {
        if (t.p[k] == '@')
            at = k;
        else if (t.p[k] == ':' && !colon && !at)
            colon = k;
    }
    if (!at)
        return false;
    *ret = (range){colon ? colon + 1 : from, at};
    bx_str value = {t.p + ret->from, ret->to - ret->from};
    return !bx_str_starts(value, mark) && !is_reference(value) && value.n >= (colon ? 1 : 16);
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool known(const bx_redactor *r, bx_str t, size_t i, range *ret)
{
    for (size_t k = 0; r && k < r->n; k++) {
        bx_str s = r->secrets[k];
        if (s.n >= BX_REDACT_MIN_KNOWN && bx_str_starts(bx_str_from(t, i), s)) {
            *ret = (range){i, i + s.n};
            return true;
        }
    }
    return false;
}

/* Characters at which something may begin; most are none.  Of those in words only where one begins,
 * so that none is read more often than once. */
enum { SIGN = 1, OF_WORD = 2, NAME = 4 };
static const uint8_t kinds[256] = {
    ['='] = SIGN,
    [':'] = SIGN,
    ['>'] = SIGN,
    ['-'] = SIGN | NAME,
    ['.'] = NAME,
    ['_'] = NAME,
    ['0' ... '9'] = NAME,
    ['A' ... 'B'] = SIGN | OF_WORD | NAME,
    ['G'] = SIGN | OF_WORD | NAME,
    ['N'] = SIGN | OF_WORD | NAME,
    ['P'] = SIGN | OF_WORD | NAME,
    ['S'] = SIGN | OF_WORD | NAME,
    ['b'] = SIGN | OF_WORD | NAME,
    ['d' ... 'h'] = SIGN | OF_WORD | NAME,
    ['l'] = SIGN | OF_WORD | NAME,
    ['n'] = SIGN | OF_WORD | NAME,
    ['p'] = SIGN | OF_WORD | NAME,
    ['r' ... 's'] = SIGN | OF_WORD | NAME,
    ['w' ... 'y'] = SIGN | OF_WORD | NAME,
    ['C' ... 'F'] = NAME,
    ['H' ... 'M'] = NAME,
    ['O'] = NAME,
    ['Q' ... 'R'] = NAME,
    ['T' ... 'Z'] = NAME,
    ['a'] = NAME,
    ['c'] = NAME,
    ['i' ... 'k'] = NAME,
    ['m'] = NAME,
    ['o'] = NAME,
    ['q'] = NAME,
    ['t' ... 'v'] = NAME,
    ['z'] = NAME,
};

static bool element(bx_str t, size_t i, range *ret)
{
    return bx_redact_element(t, i, &ret->from, &ret->to) &&
           !bx_str_starts(bx_str_from(t, ret->from), mark);
}

static bool find_at(bx_str t, size_t i, range *ret)
{
    char c = t.p[i];
    if (c == '=')
        return after_separator(t, i, ret);
    if (c == ':')
        return in_url(t, i, ret) || after_separator(t, i, ret);
    if (c == '-')
        return private_key(t, i, ret) ||
               ((i == 0 || !is_name(t.p[i - 1])) && after_option(t, i, ret));
    if (c == '>')
        return element(t, i, ret);
    if (c == 'b' || c == 'B')
        return scheme(t, i, ret);
    size_t from;
    if ((c == 's' || c == 'l') && bx_redact_words(t, i, &from))
        return value_range(t, from, false, ret);
    return c == 'e' ? web_token(t, i, ret) : known_prefix(t, i, ret);
}

/* The first secret at or behind `at`. */
static bool find(const bx_redactor *r, bx_str t, size_t at, range *ret)
{
    bool any_known = r && r->n;
    unsigned before = at > 0 ? kinds[(unsigned char)t.p[at - 1]] : 0;
    for (size_t i = at; i < t.n; i++) {
        unsigned kind = kinds[(unsigned char)t.p[i]];
        if (any_known && known(r, t, i, ret))
            return true;
        bool begins = (kind & SIGN) && !((kind & OF_WORD) && (before & NAME));
        if (begins && find_at(t, i, ret))
            return true;
        before = kind;
    }
    return false;
}

/* What stands between a sign and its secret, "-u me:" as an example, may hold one that is known. */
static void add_between(const bx_redactor *r, bx_str text, bx_buf *out)
{
    size_t done = 0;
    range at;
    for (size_t i = 0; r && r->n && i < text.n; i++) {
        if (!known(r, text, i, &at))
            continue;
        (void)bx_buf_add(out, text.p + done, i - done);
        (void)bx_buf_add_str(out, mark);
        done = at.to;
        i = at.to - 1;
    }
    (void)bx_buf_add_str(out, bx_str_from(text, done));
}

/* Could what would be hidden be a command, or end one, or an option?  "PASSWORD= x" runs x, and
 * "find . -name token: -delete" is no search. */
static bool may_run(bx_str t, range at)
{
    for (size_t i = at.from; i < at.to; i++) {
        if ((unsigned char)t.p[i] < ' ' || strchr("$`;|&<>(){}\\\"'", t.p[i]) ||
            (t.p[i] == '-' && (i == at.from || is_blank(t.p[i - 1]))))
            return true;
    }
    size_t i = at.from;
    while (i > 0 && is_blank(t.p[i - 1]))
        i--;
    return i < at.from && i > 0 && t.p[i - 1] == '=';
}

/* Of words of a command the first one, and what follows "Bearer", unless all of them are in quotes:
 * the others say what it does. */
static void shorten(bx_str t, range *at)
{
    size_t end = at->from;
    char quote = end > 0 ? t.p[end - 1] : '\0';
    bool quoted = (quote == '\'' || quote == '"') && at->to < t.n && t.p[at->to] == quote;
    if (quoted || memchr(t.p + end, '\n', at->to - end)) /* a key in PEM */
        return;
    while (end < at->to && !is_blank(t.p[end]))
        end++;
    const bx_str first = {t.p + at->from, end - at->from};
    if ((first.n == 6 && starts_ci(first, BX_LIT("bearer"))) ||
        (first.n == 5 && starts_ci(first, BX_LIT("basic")))) { /* the token behind it */
        while (end < at->to && is_blank(t.p[end]))
            end++;
        while (end < at->to && !is_blank(t.p[end]))
            end++;
    }
    at->to = end > at->from ? end : at->to;
}

static void redact(const bx_redact_rule *rule, bx_str text, bx_buf *out)
{
    size_t done = 0;
    for (range at; find(rule->secrets, text, done, &at); done = at.to) {
        range is;
        bool judged = rule->shows_commands && !known(rule->secrets, text, at.from, &is);
        if (judged)
            shorten(text, &at);
        add_between(rule->secrets, (bx_str){text.p + done, at.from - done}, out);
        if (judged && may_run(text, at))
            (void)bx_buf_add(out, text.p + at.from, at.to - at.from);
        else
            (void)bx_buf_add_str(out, mark);
    }
    if (done < text.n)
        (void)bx_buf_add(out, text.p + done, text.n - done);
}

void bx_redact_text(const bx_redactor *r, bx_str text, bx_buf *out)
{
    const bx_redact_rule rule = {.secrets = r};
    redact(&rule, text, out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_text(const bx_redact_rule *rule, bx_str text, bx_json_out *o)
{
    range at;
    if (!find(rule->secrets, text, 0, &at) && (!rule->big || text.n <= rule->inline_max)) {
        bx_json_out_string(o, text);
        return;
    }
    BX_AUTO_BUF plain = bx_buf_init(64 + text.n * mark.n);
    redact(rule, text, &plain);
    if (plain.fail != BX_OK)
        o->buf->fail = plain.fail; /* what is written now goes nowhere */
    if (rule->big && plain.n > rule->inline_max)
        rule->big(rule->ctx, bx_buf_str(&plain), o);
    else
        bx_json_out_string(o, bx_buf_str(&plain));
}

void bx_redact_string(const bx_redactor *r, bx_str text, bx_json_out *o)
{
    const bx_redact_rule rule = {.secrets = r};
    put_text(&rule, text, o);
}

/* Where a value stands. */
typedef struct place {
    bool secret; /* under a secret's name */
    int depth;
    bool commands; /* names are those of commands: they say nothing of what stands there */
} place;

static void put(const bx_redact_rule *rule, const bx_json_val *v, place at, bx_json_out *o);

/* {"name": "Authorization", "value": "…"}: what stands under `value` is called by another member.
 */
static bool names_a_secret(const bx_json_val *object)
{
    static const char *const members[] = {"name", "key", "header"};
    for (size_t i = 0; i < BX_COUNT(members); i++) {
        bx_str name;
        if (bx_json_str(bx_json_get(object, bx_str_of(members[i])), &name) &&
            bx_redact_is_secret_name(name))
            return true;
    }
    return false;
}

static void put_key(const bx_redact_rule *rule, bx_str key, bx_json_out *o)
{
    range at;
    if (!find(rule->secrets, key, 0, &at)) {
        bx_json_out_key(o, key);
        return;
    }
    BX_AUTO_BUF plain = bx_buf_init(64 + key.n * mark.n);
    redact(rule, key, &plain);
    if (plain.fail != BX_OK)
        o->buf->fail = plain.fail;
    bx_json_out_key(o, bx_buf_str(&plain));
}

static void put_object(const bx_redact_rule *rule, const bx_json_val *v, place at, bx_json_out *o)
{
    bx_json_iter it = bx_json_iter_of(v);
    bx_str key;
    bool pair = !at.secret && names_a_secret(v);
    bx_json_out_begin_object(o);
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        put_key(rule, key, o);
        bool secret =
            at.secret || bx_redact_is_secret_name(key) || (pair && bx_str_eq(key, BX_LIT("value")));
        bool commands = at.commands || (rule->shows_commands && at.depth == 0 &&
                                        bx_str_eq(key, BX_LIT("functions")));
        put(rule, e, (place){secret && !commands, at.depth + 1, commands}, o);
    }
    bx_json_out_end_object(o);
}

/* ["curl", "--password", "…"]: an option and its value as two elements. */
static void put_array(const bx_redact_rule *rule, const bx_json_val *v, place at, bx_json_out *o)
{
    bx_json_iter it = bx_json_iter_of(v);
    bool next = false;
    bx_json_out_begin_array(o);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        put(rule, e, (place){at.secret || next, at.depth + 1, at.commands}, o);
        bx_str s = BX_LIT("");
        (void)bx_json_str(e, &s);
        next = bx_str_starts(s, BX_LIT("-")) && !memchr(s.p, '=', s.n) && !memchr(s.p, ' ', s.n) &&
               (bx_redact_is_secret_name(s) || bx_str_eq(s, BX_LIT("-u")) ||
                bx_str_eq(s, BX_LIT("--user")));
    }
    bx_json_out_end_array(o);
}

/* What is nested deeper than a row may be, as the text of itself. */
static void put_deep(const bx_redact_rule *rule, const bx_json_val *v, bool secret, bx_json_out *o)
{
    BX_AUTO_BUF text = bx_buf_init(o->buf->max);
    bx_json_out inner = bx_json_out_on(&text);
    put(rule, v, (place){.secret = secret}, &inner);
    if (text.fail != BX_OK)
        o->buf->fail = text.fail;
    bx_json_out_string(o, bx_buf_str(&text));
}

static void put(const bx_redact_rule *rule, const bx_json_val *v, place at, bx_json_out *o)
{
    bx_str s;
    bx_json_type type = bx_json_type_of(v);
    bool container = type == BX_JSON_OBJECT || type == BX_JSON_ARRAY;
    if (container && at.depth == MAX_DEPTH)
        put_deep(rule, v, at.secret, o);
    else if (type == BX_JSON_OBJECT)
        put_object(rule, v, at, o);
    else if (type == BX_JSON_ARRAY)
        put_array(rule, v, at, o);
    else if (at.secret && rule->shows_commands && bx_json_str(v, &s) && may_run(s, (range){0, s.n}))
        put_text(rule, s, o);
    else if (at.secret && (type == BX_JSON_STRING || type == BX_JSON_INT || type == BX_JSON_DOUBLE))
        bx_json_out_string(o, mark);
    else if (bx_json_str(v, &s))
        put_text(rule, s, o);
    else
        bx_json_out_value(o, v);
}

void bx_redact_value(const bx_redact_rule *rule, const bx_json_val *v, bx_json_out *o)
{
    put(rule, v, (place){.secret = false}, o);
}
