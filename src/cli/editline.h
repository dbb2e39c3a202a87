/* cli/editline.h - libedit, loaded when an interactive shell begins.
 *
 * Nobody but `boxagnts sh` at a terminal needs it, and a machine that lacks it loses keys of the
 * line editor, nothing else.  So it is neither linked nor needed to build: what is used of its
 * interface (editline(3), the ABI of soname libedit.so.2) is declared here.  Main thread loads;
 * the functions are for one thread at a time. */
#ifndef BX_CLI_EDITLINE_H
#define BX_CLI_EDITLINE_H

#include <stdio.h>
#include <wchar.h>

#include "base/error.h"

typedef struct editline EditLine;
typedef struct history History;
typedef struct bx_el_event {
    int num;
    const char *str;
} bx_el_event;
typedef struct bx_el_line {
    const char *buffer, *cursor, *end;
} bx_el_line;

typedef char *(*bx_el_prompt)(EditLine *);
typedef int (*bx_el_getc)(EditLine *, wchar_t *); /* 1 got one, 0 the end, -1 failed */
typedef unsigned char (*bx_el_function)(EditLine *, int ch);

/* el_set, el_get */
enum {
    BX_EL_EDITOR = 2,
    BX_EL_SIGNAL = 3,
    BX_EL_BIND = 4,
    BX_EL_ADDFN = 9,
    BX_EL_HIST = 10,
    BX_EL_GETCFN = 13,
    BX_EL_CLIENTDATA = 14,
    BX_EL_PREP_TERM = 16,
    BX_EL_PROMPT_ESC = 21,
};
/* What a function of a key answers. */
enum { BX_CC_REFRESH = 4, BX_CC_ERROR = 6, BX_CC_REDISPLAY = 8 };
/* history */
enum { BX_H_SETSIZE = 1, BX_H_ENTER = 10, BX_H_SETUNIQUE = 20 };

#define BX_EDITLINE_FUNCTIONS(X) \
    X(el_init, EditLine *, (const char *program, FILE *in, FILE *out, FILE *err)) \
    X(el_end, void, (EditLine *)) \
    X(el_gets, const char *, (EditLine *, int *ret_n)) \
    X(el_set, int, (EditLine *, int op, ...)) \
    X(el_get, int, (EditLine *, int op, ...)) \
    X(el_line, const bx_el_line *, (EditLine *)) \
    X(el_insertstr, int, (EditLine *, const char *)) \
    X(el_resize, void, (EditLine *)) \
    X(el_source, int, (EditLine *, const char *file)) \
    X(history_init, History *, (void)) \
    X(history_end, void, (History *)) \
    X(history, int, (History *, bx_el_event *, int op, ...))

typedef struct bx_editline {
#define BX_EDITLINE_FIELD(name, type, args) type(*name) args;
    BX_EDITLINE_FUNCTIONS(BX_EDITLINE_FIELD)
#undef BX_EDITLINE_FIELD
} bx_editline;

/* The library, for good; NULL: there is none, or it lacks one of these. */
const bx_editline *bx_editline_load(void);

#endif
