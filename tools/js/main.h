/* js/main.h - what main was given. */
#ifndef BX_JS_MAIN_H
#define BX_JS_MAIN_H

extern int js_argc;
extern char **js_argv;

#endif
