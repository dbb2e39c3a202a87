/* What the sources of jq need and the system of a guest lacks, and its main. */
#include "lib/process.h"
#include "programs/date/tz.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#undef abort
#undef strftime
#undef timegm

int bx_jq_main(int argc, char **argv);

void *bx_jq_keys[BX_JQ_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    static pthread_key_t used;
    (void)destructor;
    if (used == BX_JQ_KEYS_MAX)
        return EAGAIN;
    *key = used++;
    return 0;
}

int pthread_once(pthread_once_t *once, void (*routine)(void))
{
    if (*once != 0)
        return 0;
    *once = 1;
    routine();
    return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    bx_jq_keys[key] = (void *)(uintptr_t)value;
    return 0;
}

void bx_jq_abort(void)
{
    fflush(stdout);
    _Exit(5); /* what is wrong was said before */
}

#ifdef __wasi__
/* jq asks for it where there is no entropy to be had. */
pid_t getpid(void) { return 1; }

_Noreturn void __assert_fail(const char *what, const char *file, int line, const char *function);

_Noreturn void __assert_fail(const char *what, const char *file, int line, const char *function)
{
    fprintf(stderr, "jq: %s:%d: %s: %s\n", file, line, function, what);
    bx_jq_abort();
}

char *bx_jq_realpath(const char *path, char *ret)
{
    char full[2 * PATH_MAX];
    size_t n = 0;
    if (strlen(path) >= PATH_MAX || (*path != '/' && !getcwd(full, PATH_MAX))) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    if (*path != '/')
        n = strlen(full);
    for (const char *p = path; *p;) {
        size_t part = strcspn(p, "/");
        if (part == 2 && p[0] == '.' && p[1] == '.') {
            while (n > 0 && full[--n] != '/')
                ;
        } else if (part > 0 && !(part == 1 && *p == '.')) {
            if (n == 0 || full[n - 1] != '/')
                full[n++] = '/';
            memcpy(full + n, p, part);
            n += part;
        }
        p += part + (p[part] == '/');
    }
    if (n == 0)
        full[n++] = '/';
    full[n] = '\0';
    if (n >= PATH_MAX || access(full, F_OK) != 0)
        return NULL;
    if (!ret)
        ret = malloc(n + 1);
    return ret ? memcpy(ret, full, n + 1) : NULL;
}
#endif

/* ---- time ---- */

struct tm *bx_jq_localtime_r(const time_t *t, struct tm *ret)
{
    tz_time local;
    tz_local(tz_of_env(), *t, &local);
    if (local.year - 1900 > INT_MAX || local.year - 1900 < INT_MIN) {
        errno = EOVERFLOW;
        return NULL;
    }
    memset(ret, 0, sizeof *ret);
    ret->tm_year = (int)(local.year - 1900);
    ret->tm_mon = local.month;
    ret->tm_mday = local.day;
    ret->tm_hour = local.hour;
    ret->tm_min = local.minute;
    ret->tm_sec = local.second;
    ret->tm_wday = local.weekday;
    ret->tm_yday = local.yearday;
    ret->tm_isdst = local.is_dst;
    ret->tm_gmtoff = local.east;
    ret->tm_zone = local.zone;
    return ret;
}

time_t bx_jq_mktime(struct tm *tm)
{
    tz_time local = {.year = (int64_t)tm->tm_year + 1900,
                     .month = tm->tm_mon,
                     .day = tm->tm_mday,
                     .hour = tm->tm_hour,
                     .minute = tm->tm_min,
                     .second = tm->tm_sec};
    int64_t t;
    if (!tz_unix(tz_of_env(), &local, &t))
        return -1;
    time_t result = (time_t)t;
    return bx_jq_localtime_r(&result, tm) ? result : -1;
}

time_t bx_jq_timegm(struct tm *tm)
{
    time_t t = timegm(tm);
    tm->tm_zone = "GMT"; /* as glibc calls it */
    return t;
}

/* %Z and %z by what the time says of its zone; the C library knows none. */
size_t bx_jq_strftime(char *ret, size_t max, const char *format, const struct tm *tm)
{
    char *made = malloc(strlen(format) * 9 + 1), *to = made;
    if (!made)
        return 0;
    int minutes = (int)(tm->tm_gmtoff < 0 ? -tm->tm_gmtoff : tm->tm_gmtoff) / 60;
    for (const char *s = format; *s; s++) {
        if (s[0] != '%' || !s[1]) {
            *to++ = *s;
        } else if (*++s == 'Z') {
            const char *zone = tm->tm_zone ? tm->tm_zone : "UTC";
            size_t n = strnlen(zone, 16);
            memcpy(to, zone, n);
            to += n;
        } else if (*s == 'z') {
            *to++ = tm->tm_gmtoff < 0 ? '-' : '+';
            for (int v = minutes / 60 * 100 + minutes % 60, unit = 1000; unit > 0; unit /= 10)
                *to++ = (char)('0' + v / unit % 10);
        } else {
            *to++ = '%';
            *to++ = *s;
        }
    }
    *to = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    size_t n = strftime(ret, max, made, tm);
#pragma GCC diagnostic pop
    free(made);
    return n;
}

static const char help[] =
    "Usage: jq [OPTION]... FILTER [FILE]...\n"
    "       jq [OPTION]... --args FILTER [STRING]...\n"
    "       jq [OPTION]... --jsonargs FILTER [JSON]...\n"
    "Apply a filter to JSON texts: jq 1.8.2 (https://jqlang.org/manual/v1.8).\n"
    "\n"
    "  -n, --null-input          the single input is null\n"
    "  -R, --raw-input           each line is a string instead of JSON\n"
    "  -s, --slurp               all inputs in one array (with -R: one string)\n"
    "  -c, --compact-output      each result on one line\n"
    "  -r, --raw-output          strings without quotes and escapes\n"
    "      --raw-output0         the same, a NUL after each result\n"
    "  -j, --join-output         as -r, nothing after each result\n"
    "  -a, --ascii-output        other characters as \\u escapes\n"
    "  -S, --sort-keys           keys of objects in order\n"
    "  -C, --color-output        with colors\n"
    "  -M, --monochrome-output   without colors\n"
    "      --tab                 indent with tabs\n"
    "      --indent N            indent with N blanks, at most 7\n"
    "      --unbuffered          write out after each result\n"
    "      --stream              parse in streaming fashion: paths and leaves\n"
    "      --stream-errors       the same, a parse error is an array\n"
    "      --seq                 texts are those of application/json-seq\n"
    "  -f, --from-file           FILTER is the name of a file that holds it\n"
    "  -L, --library-path DIR    look for modules in DIR\n"
    "      --arg NAME VALUE      $NAME is the string VALUE\n"
    "      --argjson NAME JSON   $NAME is the value of JSON\n"
    "      --slurpfile NAME FILE $NAME is an array of the JSON texts in FILE\n"
    "      --rawfile NAME FILE   $NAME is the content of FILE as a string\n"
    "      --args                the remaining operands are strings: $ARGS.positional\n"
    "      --jsonargs            the remaining operands are JSON: $ARGS.positional\n"
    "  -e, --exit-status         exit status 1 when the last result is false or null,\n"
    "                            4 when there is none\n"
    "  -V, --version             the version\n"
    "      --build-configuration what it was built with\n"
    "  -h, --help                this text\n"
    "\n"
    "Exit status: 0; 2 usage or a file that cannot be read; 3 FILTER does not compile;\n"
    "5 an error in the input or while running.\n"
    "\n"
    "Examples:\n"
    "  $ echo '{\"a\":[1,2,3]}' | jq -c '.a | map(. * 2)'\n"
    "  [2,4,6]\n"
    "  $ echo '[{\"n\":\"x\",\"v\":1},{\"n\":\"y\",\"v\":5}]' | jq -r '.[] | select(.v > 2) | .n'\n"
    "  y\n"
    "  $ jq -n --arg who you '{hello: $who}'\n"
    "  {\n"
    "    \"hello\": \"you\"\n"
    "  }\n";

int main(int argc, char **argv)
{
    static char out[65536];
    bx_process_enter_cwd();
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? 2 : 0;
    if (!isatty(STDOUT_FILENO))
        setvbuf(stdout, out, _IOFBF, sizeof(out));
    return bx_jq_main(argc, argv);
}
