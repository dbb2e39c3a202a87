/* The escapes of prompts: Bash manual 6.9. */
#include <stdio.h>
#include <time.h>

#include "shell/expand_in.h"
#include "shell/history.h"
#include "shell/parse.h"
#include "shell/run.h"

static void put_time(sh_buf *b, const char *format) { sh_time_text(b, format, time(NULL)); }

static void put_directory(sh_buf *b, bool base)
{
    const char *pwd = sh_get("PWD"), *home = sh_get("HOME");
    pwd = pwd ? pwd : "";
    size_t n = home ? strlen(home) : 0;
    bool at_home = n > 1 && strncmp(pwd, home, n) == 0 && (pwd[n] == 0 || pwd[n] == '/');
    if (base) {
        const char *slash = strrchr(pwd, '/');
        if (at_home && pwd[n] == 0)
            sh_buf_c(b, '~');
        else
            sh_buf_z(b, slash && slash[1] ? slash + 1 : pwd);
        return;
    }
    if (at_home)
        sh_buf_c(b, '~');
    sh_buf_z(b, at_home ? pwd + n : pwd);
}

/* \D{format}: returns what of `s` (behind the D) was used. */
static size_t put_format(sh_buf *b, const char *s)
{
    const char *end = *s == '{' ? strchr(s, '}') : NULL;
    if (!end)
        return 0;
    char *format = sh_strndup(s + 1, (size_t)(end - s) - 1);
    put_time(b, *format ? format : "%X");
    free(format);
    return (size_t)(end - s) + 1;
}

static void put_simple(shell *sh, sh_buf *b, char c)
{
    const char *z;
    switch (c) {
    case 'a':
        sh_buf_c(b, '\a');
        break;
    case 'e':
        sh_buf_c(b, '\033');
        break;
    case 'n':
        sh_buf_c(b, '\n');
        break;
    case 'r':
        sh_buf_c(b, '\r');
        break;
    case 'd':
        put_time(b, "%a %b %d");
        break;
    case 't':
        put_time(b, "%H:%M:%S");
        break;
    case 'T':
        put_time(b, "%I:%M:%S");
        break;
    case '@':
        put_time(b, "%I:%M %p");
        break;
    case 'A':
        put_time(b, "%H:%M");
        break;
    case 'h':
    case 'H':
        z = sh_get("HOSTNAME");
        z = z ? z : "localhost";
        sh_buf_add(b, z, c == 'h' ? strcspn(z, ".") : strlen(z));
        break;
    case 'u':
        z = sh_get("USER");
        sh_buf_z(b, z ? z : "user");
        break;
    case 's':
        z = sh->arg0 ? sh->arg0 : "bash";
        sh_buf_z(b, strrchr(z, '/') ? strrchr(z, '/') + 1 : z);
        break;
    case 'v':
        sh_buf_z(b, "5.2");
        break;
    case 'V':
        sh_buf_z(b, "5.2.15");
        break;
    case 'w':
    case 'W':
        put_directory(b, c == 'W');
        break;
    case '$':
        sh_buf_c(b, '$');
        break;
    case 'j':
        sh_buf_int(b, (int64_t)sh_jobs_count(sh));
        break;
    case '!':
        sh_buf_int(b, sh_history_number(sh) - (!sh->prompting && sh_history_number(sh) > 1));
        break;
    case '#':
        sh_buf_c(b, '1');
        break;
    case 'l':
        sh_buf_z(b, "tty");
        break;
    case '[':
    case ']':
        break;
    case '\\':
        sh_buf_z(b, "\\");
        break;
    default:
        sh_buf_c(b, '\\');
        sh_buf_c(b, c);
    }
}

char *sh_expand_prompt(shell *sh, const char *text, bool expand)
{
    sh_buf b = {0};
    for (const char *s = text; *s; s++) {
        uint32_t v;
        size_t k;
        if (*s != '\\' || !s[1]) {
            sh_buf_c(&b, *s);
            continue;
        }
        s++;
        if (*s == '$' && expand) {
            sh_buf_z(&b, "\\$"); /* not to be expanded below */
        } else if (*s == 'D') {
            s += put_format(&b, s + 1);
        } else if ((k = sh_digits(s, strlen(s), 3, 8, &v))) {
            sh_buf_c(&b, (char)v);
            s += k - 1;
        } else if (expand && (*s == 'w' || *s == 'W')) {
            sh_buf dir = {0}; /* what a directory is called is not to be expanded */
            put_directory(&dir, *s == 'W');
            for (const char *c = sh_buf_str(&dir); *c; c++) {
                if (strchr("$`\\", *c) && sh->shopt[SH_SHOPT_PROMPTVARS])
                    sh_buf_c(&b, '\\');
                sh_buf_c(&b, *c);
            }
            sh_buf_done(&dir);
        } else {
            put_simple(sh, &b, *s);
        }
    }
    if (!expand || !sh->shopt[SH_SHOPT_PROMPTVARS] || !strpbrk(sh_buf_str(&b), "$`\\"))
        return sh_buf_take(&b);
    static const sh_source none;
    sh_unit *unit = NULL;
    sh_parse_error err = {0};
    sh_word *w = sh_parse_dquoted((bx_str){sh_buf_str(&b), b.n}, &none, sh->line, &unit, &err);
    char *r = w ? sh_expand_string(sh, w, NULL) : NULL;
    if (!r && sh->unwind == SH_DISCARD)
        sh->unwind = SH_GO; /* a prompt that fails is shown as it is */
    if (!r && sh->unwind == SH_GO)
        r = sh_strndup(b.p, b.n);
    sh_unit_unref(unit);
    sh_buf_done(&b);
    return r;
}
