/* codec/yaml.h - YAML (1.2, core schema) read as the JSON document it stands for.  Pure; any
 * thread.
 *
 * What a manifest or a configuration is written in, and no more: one document, keys that are text,
 * the scalars that JSON has.  Other tags, infinities, NaN and a second document are refused.  An
 * alias is a copy of what its anchor named, so what aliases can grow a text to is bounded by the
 * maximum of the result. */
#ifndef BX_CODEC_YAML_H
#define BX_CODEC_YAML_H

#include "codec/json.h"

enum {
    BX_YAML_MAX_BYTES = 256 << 10, /* of a text */
    BX_YAML_MAX_JSON = 1 << 20,    /* of the JSON it stands for, aliases resolved */
    BX_YAML_MAX_DEPTH = 32,
    BX_YAML_MAX_ANCHORS = 64,
    BX_YAML_MAX_MARKS = 65536,
};

/* BX_EINVAL: no YAML of this kind, a key twice in one mapping; BX_ELIMIT: over one of the maxima.
 * Where a place in the text can be named, messages begin with "line L, column C", which count
 * from 1. */
BX_NODISCARD bx_code bx_yaml_parse(bx_str text, bx_json **ret, bx_error *err);

typedef struct bx_yaml_mark { /* both count from 1 */
    uint32_t line, column;
    uint32_t offset; /* in the JSON text; of no use to others */
} bx_yaml_mark;

/* Where everything stands: one mark for each value, and one for each key in front of its value's,
 * in the order of the document. */
typedef struct bx_yaml_marks {
    bx_yaml_mark *at; /* owned */
    size_t n;
} bx_yaml_marks;
void bx_yaml_marks_done(bx_yaml_marks *m);

/* The same for files in which each thing is to stand where it counts: an anchor or an alias is
 * BX_EINVAL, and messages of keys that come twice name the place as well.  A text with nothing but
 * comments is the value null, without a mark.  `marks` is set with *ret. */
BX_NODISCARD bx_code bx_yaml_parse_marked(bx_str text, bx_json **ret, bx_yaml_marks *marks,
                                          bx_error *err);

#endif
