/* port/config.h - what Oniguruma is told about the system it is compiled for. */
#ifndef BX_ONIGURUMA_CONFIG_H
#define BX_ONIGURUMA_CONFIG_H

#define HAVE_ALLOCA      1
#define HAVE_ALLOCA_H    1
#define HAVE_INTTYPES_H  1
#define HAVE_STDINT_H    1
#define HAVE_STDIO_H     1
#define HAVE_STDLIB_H    1
#define HAVE_STRING_H    1
#define HAVE_STRINGS_H   1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H    1
#define SIZEOF_INT       4
#define SIZEOF_LONG      __SIZEOF_LONG__
#define SIZEOF_LONG_LONG 8
#define SIZEOF_VOIDP     __SIZEOF_POINTER__
#define STDC_HEADERS     1

#endif
