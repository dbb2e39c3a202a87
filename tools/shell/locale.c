/* shell/locale.c - LC_ALL, LC_CTYPE and LANG: whether a character is UTF-8 or a byte. */
#include "shell/case.h"
#include "shell/vars_in.h"

static bool is_c(const char *s) { return strcmp(s, "C") == 0 || strcmp(s, "POSIX") == 0; }

/* Is it a locale of UTF-8?  There are no others but C. */
static bool is_utf8(const char *s)
{
    for (const char *dot = strchr(s, '.'); dot; dot = NULL)
        return (dot[1] | 32) == 'u' && (dot[2] | 32) == 't' && (dot[3] | 32) == 'f' &&
               (dot[4] == '8' || (dot[4] == '-' && dot[5] == '8'));
    return false;
}

void sh_locale_changed_(const char *assigned)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    sh_bytes = false; /* without any of them: not as bash, which is then in the locale C */
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        const char *value = sh_get(names[i]);
        if (!value || !*value)
            continue;
        sh_bytes = !is_utf8(value);
        bool starts = assigned && !*assigned;
        if (sh_bytes && !is_c(value) && i < 2 && starts)
            sh_error_plain(sh_shell, "warning: setlocale: %s: cannot change locale (%s)", names[i],
                           value);
        else if (sh_bytes && !is_c(value) && i < 2 && assigned && strcmp(assigned, names[i]) == 0)
            sh_error(sh_shell,
                     "warning: setlocale: %s: cannot change locale (%s): No such file or directory",
                     names[i], value);
        return;
    }
}
