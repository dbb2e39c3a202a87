/* text/text.h - the box of programs that work on text: their entries, and what several share. */
#ifndef TEXT_H
#define TEXT_H

#include "programs/common/prog.h"
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"

#define TEXT_PROGRAM(name, function) \
    int text_##function(int argc, char **argv); \
    extern const char text_##function##_help[];
#include "programs/text/text.def"
#undef TEXT_PROGRAM

/* Positions of cut -bcf, numfmt --field: 1-based, merged and in order. */
typedef struct text_range {
    uint64_t from, to; /* to UINT64_MAX: up to the end */
} text_range;

typedef struct text_ranges {
    text_range *p; /* n of them; freed by the owner */
    size_t n;
} text_ranges;

enum text_ranges_for { TEXT_FOR_BYTES, TEXT_FOR_FIELDS, TEXT_FOR_NUMFMT };

/* Read LIST; errors end the program with the messages of cut and numfmt. */
void text_ranges_read(const char *list, enum text_ranges_for what, bool complement,
                      text_ranges *ret);

/* The one byte of a NUL-terminated option, or false. */
bool text_one_byte(const char *arg, char *ret);

#endif
