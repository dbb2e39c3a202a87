#include "db/redact_line.h"

#include "db/redact.h"

enum { LOOK_BACK = 256, FIRST_WORDS = 5, MAX_TAG = 160 };

#define LETTERS "paPwUAbk" /* of the options below */

/* `letter`: the option; `needs`: a word that stands between program and option; `apart`: its value
 * may be the next word; `behind`: the value begins behind this character, if it has one. */
static const struct secret_option {
    const char *program, *needs;
    char letter, behind;
    bool apart;
} options[] = {
    {"mysql", NULL, 'p', 0, false},
    {"mysqldump", NULL, 'p', 0, false},
    {"mysqladmin", NULL, 'p', 0, false},
    {"mysqlimport", NULL, 'p', 0, false},
    {"mysqlcheck", NULL, 'p', 0, false},
    {"mysqlsh", NULL, 'p', 0, false},
    {"mariadb", NULL, 'p', 0, false},
    {"mariadb-dump", NULL, 'p', 0, false},
    {"mariadb-admin", NULL, 'p', 0, false},
    {"sshpass", NULL, 'p', 0, true},
    {"redis-cli", NULL, 'a', 0, true},
    {"valkey-cli", NULL, 'a', 0, true},
    {"mongo", NULL, 'p', 0, true},
    {"mongosh", NULL, 'p', 0, true},
    {"mongodump", NULL, 'p', 0, true},
    {"mongorestore", NULL, 'p', 0, true},
    {"docker", "login", 'p', 0, true},
    {"podman", "login", 'p', 0, true},
    {"nerdctl", "login", 'p', 0, true},
    {"buildah", "login", 'p', 0, true},
    {"skopeo", "login", 'p', 0, true},
    {"helm", "login", 'p', 0, true},
    {"oras", "login", 'p', 0, true},
    {"az", "login", 'p', 0, true},
    {"oc", "login", 'p', 0, true},
    {"ldapsearch", NULL, 'w', 0, true},
    {"ldapmodify", NULL, 'w', 0, true},
    {"ldapadd", NULL, 'w', 0, true},
    {"ldapdelete", NULL, 'w', 0, true},
    {"ldapwhoami", NULL, 'w', 0, true},
    {"sqlcmd", NULL, 'P', 0, true},
    {"bcp", NULL, 'P', 0, true},
    {"zip", NULL, 'P', 0, true},
    {"unzip", NULL, 'P', 0, true},
    {"7z", NULL, 'p', 0, false},
    {"7za", NULL, 'p', 0, false},
    {"7zz", NULL, 'p', 0, false},
    {"unrar", NULL, 'p', 0, false},
    {"rar", NULL, 'p', 0, false},
    {"smbclient", NULL, 'U', '%', true},
    {"rpcclient", NULL, 'U', '%', true},
    {"ipmitool", NULL, 'P', 0, true},
    {"snmpwalk", NULL, 'A', 0, true},
    {"snmpget", NULL, 'A', 0, true},
    {"curl", NULL, 'U', ':', true},
    {"curl", NULL, 'b', 0, true},
    {"openssl", NULL, 'k', 0, true},
    {"xfreerdp", NULL, 'p', 0, true},
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool ends_command(char c) { return strchr(";|&\n(`", c) != NULL; } /* a NUL too */

static size_t word_end(bx_str t, size_t at)
{
    while (at < t.n && !is_blank(t.p[at]) && !ends_command(t.p[at]))
        at++;
    return at;
}

static size_t behind_blanks(bx_str t, size_t at)
{
    while (at < t.n && is_blank(t.p[at]))
        at++;
    return at;
}

/* Where the command begins; of a JSON text, behind `"command":"`.  False: further away than is
 * looked. */
static bool command_begin(bx_str t, size_t i, size_t *ret)
{
    size_t at = i;
    while (at > 0 && i - at < LOOK_BACK && !ends_command(t.p[at - 1]) && t.p[at - 1] != '"')
        at--;
    *ret = at;
    return i - at < LOOK_BACK;
}

static bool is_word(bx_str w, const char *name)
{
    size_t n = strlen(name);
    bool ends = w.n >= n && memcmp(w.p + w.n - n, name, n) == 0;
    return ends && (w.n == n || w.p[w.n - n - 1] == '/');
}

static bool has_word(bx_str t, const char *word)
{
    const char *at = t.n ? memmem(t.p, t.n, word, strlen(word)) : NULL;
    return at && (at == t.p || is_blank(at[-1]));
}

/* The option of one of the first words, which may stand behind sudo and variables. */
static const struct secret_option *find_option(bx_str t, size_t i)
{
    size_t at, n = 0;
    if (!command_begin(t, i, &at))
        return NULL;
    bx_str command = {t.p + at, i - at};
    for (at = behind_blanks(t, at); at < i && n++ < FIRST_WORDS; at = behind_blanks(t, at)) {
        size_t end = word_end(t, at);
        bx_str w = {t.p + at, end - at};
        for (size_t k = 0; k < BX_COUNT(options); k++) {
            if (options[k].letter == t.p[i + 1] && is_word(w, options[k].program) &&
                (!options[k].needs || has_word(command, options[k].needs)))
                return &options[k];
        }
        at = end > at ? end : at + 1;
    }
    return NULL;
}

bool bx_redact_short_option(bx_str t, size_t i, size_t *ret)
{
    if (i + 1 >= t.n || !strchr(LETTERS, t.p[i + 1]) || !t.p[i + 1])
        return false;
    const struct secret_option *o = find_option(t, i);
    size_t at = i + 2;
    bool apart = at < t.n && is_blank(t.p[at]);
    if (!o || at >= t.n || (apart && !o->apart))
        return false;
    at = behind_blanks(t, at);
    size_t end = word_end(t, at);
    const char *sign = o->behind && at < end ? memchr(t.p + at, o->behind, end - at) : NULL;
    if (at == end || (apart && t.p[at] == '-') || (o->behind && !sign))
        return false;
    *ret = sign ? (size_t)(sign + 1 - t.p) : at;
    return true;
}

bool bx_redact_words(bx_str t, size_t i, size_t *ret)
{
    bx_str rest = bx_str_from(t, i);
    bool netrc = bx_str_starts(rest, BX_LIT("login "));
    if (!netrc && !bx_str_starts(rest, BX_LIT("set ")))
        return false;
    size_t at = behind_blanks(t, i + (netrc ? 6 : 4)), end = word_end(t, at);
    if (netrc) {
        at = behind_blanks(t, end);
        end = word_end(t, at);
    }
    bx_str name = {t.p + at, end - at};
    if (netrc ? !bx_str_eq(name, BX_LIT("password")) : !bx_redact_is_secret_name(name))
        return false;
    *ret = behind_blanks(t, end);
    return *ret > end && *ret < t.n && t.p[*ret] != '-';
}

bool bx_redact_element(bx_str t, size_t i, size_t *ret_from, size_t *ret_to)
{
    size_t at = i, end;
    while (at > 0 && i - at < MAX_TAG && t.p[at - 1] != '<' && t.p[at - 1] != '>' &&
           t.p[at - 1] != '\n')
        at--;
    if (at == 0 || t.p[at - 1] != '<' || t.p[at] == '/' || t.p[at] == '!' || t.p[i - 1] == '/')
        return false;
    end = at;
    while (end < i && !is_blank(t.p[end]))
        end++;
    if (!bx_redact_is_secret_name((bx_str){t.p + at, end - at}))
        return false;
    const char *stop = memchr(t.p + i, '<', t.n - i);
    size_t to = stop ? (size_t)(stop - t.p) : t.n;
    *ret_from = i + 1;
    *ret_to = to;
    return to > i + 1;
}
