/* policy/limits.h - the limits of one call: names, units, defaults, and their text.
 * Pure values. */
#ifndef BX_POLICY_LIMITS_H
#define BX_POLICY_LIMITS_H

#include "base/error.h"

#define BX_SEC UINT64_C(1000000000)
#define BX_MIB (UINT64_C(1) << 20)

typedef struct bx_limits {
#define BX_LIMIT(field, name, unit, def, max, text) uint64_t field;
#include "policy/limits.def"
#undef BX_LIMIT
} bx_limits;

/* How often each limit refused something. */
typedef struct bx_limit_hits {
#define BX_LIMIT(field, name, unit, def, max, text) uint64_t field;
#include "policy/limits.def"
#undef BX_LIMIT
} bx_limit_hits;

typedef enum bx_unit { BX_UNIT_TIME, BX_UNIT_SIZE, BX_UNIT_COUNT } bx_unit;

bx_limits bx_limits_default(void);

/* "name=value", as in `--limit wall=5s`.  BX_EINVAL quotes what is wrong and lists the
 * names when the name is unknown; zero is refused except for `fuel`. */
BX_NODISCARD bx_code bx_limits_set(bx_limits *l, bx_str text, bx_error *err);

/* As bx_limits_set with name and value apart. */
BX_NODISCARD bx_code bx_limits_set_named(bx_limits *l, bx_str name, bx_str value, bx_error *err);

/* Field by field the smaller of both (fuel: 0 means unlimited). */
bx_limits bx_limits_min(const bx_limits *a, const bx_limits *b);

/* "64MiB", "1.5GiB", "4096", "10KB" -> bytes.  Suffixes B KB MB GB TB (powers of 1000)
 * KiB MiB GiB TiB K M G T (powers of 1024), any case.  Refuses signs, overflow, more than
 * 3 decimals, trailing bytes. */
BX_NODISCARD bx_code bx_size_parse(bx_str text, uint64_t *ret_bytes, bx_error *err);

/* "500ms", "30s", "1.5s", "2m", "1h", "100us", "10ns" -> nanoseconds; a bare number is
 * seconds. */
BX_NODISCARD bx_code bx_time_parse(bx_str text, uint64_t *ret_ns, bx_error *err);

/* Decimal digits with optional '_' separators; full range of uint64_t. */
BX_NODISCARD bx_code bx_count_parse(bx_str text, uint64_t *ret, bx_error *err);

/* The shortest text that parses back to the value: "64MiB", "30s". */
void bx_size_print(uint64_t bytes, char out[32]);
void bx_time_print(uint64_t ns, char out[32]);

/* Rows of the table, for help and docs: i from 0; false past the end. */
typedef struct bx_limit_row {
    const char *name, *text;
    bx_unit unit;
    uint64_t def, max;
} bx_limit_row;
bool bx_limits_row(size_t i, bx_limit_row *ret);
/* The default of the limit `name` as its text is written, "not counted" where it is none; false
 * when there is no such limit. */
bool bx_limits_print_default(const char *name, char out[32]);
uint64_t bx_limits_get(const bx_limits *l, size_t i);
uint64_t bx_limit_hits_get(const bx_limit_hits *h, size_t i);
/* The value of limit `i` as its text is written. */
void bx_limits_print(const bx_limits *l, size_t i, char out[32]);

#endif
