/* port/jq_config.h - what the sources of jq are told about the system they are compiled for: that
 * of a guest (wasi-libc).  Included in front of every one of them. */
#ifndef BX_JQ_CONFIG_H
#define BX_JQ_CONFIG_H

#define USE_DECNUM              1
#define HAVE_LIBONIG            1
#define IEEE_8087               1

#define HAVE_ALLOCA_H           1
#define HAVE_ATEXIT             1
#define HAVE_GETENTROPY         1
#define HAVE_GETTIMEOFDAY       1
#define HAVE_GMTIME             1
#define HAVE_GMTIME_R           1
#define HAVE_ISATTY             1
#define HAVE_LOCALTIME_R        1
#define HAVE_MEMMEM             1
#define HAVE_PTHREAD_KEY_CREATE 1
#define HAVE_PTHREAD_ONCE       1
#define HAVE_SETENV             1
#define HAVE_STRFTIME           1
#define HAVE_STRPTIME           1
#define HAVE_TIMEGM             1
#define HAVE_TM_TM_GMT_OFF      1

#define HAVE_ACOS               1
#define HAVE_ACOSH              1
#define HAVE_ASIN               1
#define HAVE_ASINH              1
#define HAVE_ATAN               1
#define HAVE_ATAN2              1
#define HAVE_ATANH              1
#define HAVE_CBRT               1
#define HAVE_CEIL               1
#define HAVE_COPYSIGN           1
#define HAVE_COS                1
#define HAVE_COSH               1
#define HAVE_DREM               1
#define HAVE_ERF                1
#define HAVE_ERFC               1
#define HAVE_EXP                1
#define HAVE_EXP10              1
#define HAVE_EXP2               1
#define HAVE_EXPM1              1
#define HAVE_FABS               1
#define HAVE_FDIM               1
#define HAVE_FLOOR              1
#define HAVE_FMA                1
#define HAVE_FMAX               1
#define HAVE_FMIN               1
#define HAVE_FMOD               1
#define HAVE_FREXP              1
#define HAVE_GAMMA              1
#define HAVE_HYPOT              1
#define HAVE_J0                 1
#define HAVE_J1                 1
#define HAVE_JN                 1
#define HAVE_LDEXP              1
#define HAVE_LGAMMA             1
#define HAVE_LGAMMA_R           1
#define HAVE_LOG                1
#define HAVE_LOG10              1
#define HAVE_LOG1P              1
#define HAVE_LOG2               1
#define HAVE_LOGB               1
#define HAVE_MODF               1
#define HAVE_NEARBYINT          1
#define HAVE_NEXTAFTER          1
#define HAVE_NEXTTOWARD         1
#define HAVE_POW                1
#define HAVE_REMAINDER          1
#define HAVE_RINT               1
#define HAVE_ROUND              1
#define HAVE_SCALB              1
#define HAVE_SCALBLN            1
#define HAVE_SIGNIFICAND        1
#define HAVE_SIN                1
#define HAVE_SINH               1
#define HAVE_SQRT               1
#define HAVE_TAN                1
#define HAVE_TANH               1
#define HAVE_TGAMMA             1
#define HAVE_TRUNC              1
#define HAVE_Y0                 1
#define HAVE_Y1                 1
#define HAVE_YN                 1

/* A message and an exit status instead of a trap. */
#include <math.h>
#include <stdlib.h>
_Noreturn void bx_jq_abort(void);
#define abort bx_jq_abort

/* In the zone of TZ, also a named one (date/tz.h). */
#include <time.h>
struct tm *bx_jq_localtime_r(const time_t *t, struct tm *ret);
time_t bx_jq_mktime(struct tm *tm);
time_t bx_jq_timegm(struct tm *tm);
size_t bx_jq_strftime(char *ret, size_t max, const char *format, const struct tm *tm);
#define localtime_r bx_jq_localtime_r
#define mktime      bx_jq_mktime
#define timegm      bx_jq_timegm
#define strftime    bx_jq_strftime

#ifdef __wasi__
/* The same for an argument that is a double; without long double, whose helpers in compiler-rt have
 * other signatures than the ABI that jq is compiled for (guests.cmake). */
#define nexttoward nextafter

static inline double gamma(double x) { return lgamma(x); /* as glibc has it */ }

/* The absolute name without "." and ".."; symbolic links stay.  `ret` has to be NULL or of
 * PATH_MAX bytes.  NULL and errno. */
char *bx_jq_realpath(const char *path, char *ret);
#define realpath bx_jq_realpath
#endif

#endif
