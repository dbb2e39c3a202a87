/* values.wit in C: functions over every kind of value, to be called by `boxagnts exec --invoke`.  A
 * result that has memory of its own is the argument's: the bindings hand both over. */
#include "values.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool exports_sample_values_echo_of_bool(bool v) { return v; }
uint8_t exports_sample_values_echo_of_u8(uint8_t v) { return v; }
int8_t exports_sample_values_echo_of_s8(int8_t v) { return v; }
uint16_t exports_sample_values_echo_of_u16(uint16_t v) { return v; }
int16_t exports_sample_values_echo_of_s16(int16_t v) { return v; }
uint32_t exports_sample_values_echo_of_u32(uint32_t v) { return v; }
int32_t exports_sample_values_echo_of_s32(int32_t v) { return v; }
uint64_t exports_sample_values_echo_of_u64(uint64_t v) { return v; }
int64_t exports_sample_values_echo_of_s64(int64_t v) { return v; }
float exports_sample_values_echo_of_f32(float v) { return v; }
double exports_sample_values_echo_of_f64(double v) { return v; }
uint32_t exports_sample_values_echo_of_char(uint32_t v) { return v; }

void exports_sample_values_echo_of_string(values_string_t *v, values_string_t *ret) { *ret = *v; }
void exports_sample_values_echo_of_bytes(values_list_u8_t *v, values_list_u8_t *ret) { *ret = *v; }

void exports_sample_values_echo_of_lists(values_list_list_s32_t *v, values_list_list_s32_t *ret)
{
    *ret = *v;
}

void exports_sample_values_echo_of_tuple(values_tuple3_u8_string_bool_t *v,
                                         values_tuple3_u8_string_bool_t *ret)
{
    *ret = *v;
}

void exports_sample_values_echo_of_record(exports_sample_values_echo_item_t *v,
                                          exports_sample_values_echo_item_t *ret)
{
    *ret = *v;
}

void exports_sample_values_echo_of_variant(exports_sample_values_echo_shape_t *v,
                                           exports_sample_values_echo_shape_t *ret)
{
    *ret = *v;
}

exports_sample_values_echo_colour_t exports_sample_values_echo_of_enum(
    exports_sample_values_echo_colour_t v)
{
    return v;
}

exports_sample_values_echo_rights_t exports_sample_values_echo_of_flags(
    exports_sample_values_echo_rights_t v)
{
    return v;
}

bool exports_sample_values_echo_of_option(uint32_t *maybe_v, uint32_t *ret)
{
    if (maybe_v)
        *ret = *maybe_v;
    return maybe_v != NULL;
}

bool exports_sample_values_echo_of_nested(values_option_u32_t *maybe_v, values_option_u32_t *ret)
{
    if (maybe_v)
        *ret = *maybe_v;
    return maybe_v != NULL;
}

bool exports_sample_values_echo_of_result(exports_sample_values_echo_result_u32_string_t *v,
                                          uint32_t *ret, values_string_t *err)
{
    if (v->is_err)
        *err = v->val.err;
    else
        *ret = v->val.ok;
    return !v->is_err;
}

bool exports_sample_values_echo_of_empty_result(exports_sample_values_echo_result_void_void_t *v)
{
    return !v->is_err;
}

bool exports_sample_values_echo_divide(int32_t a, int32_t b, values_string_t *maybe_note,
                                       int32_t *ret, values_string_t *err)
{
    if (b != 0 && !(a == INT32_MIN && b == -1)) {
        *ret = a / b;
        return true;
    }
    if (maybe_note)
        *err = *maybe_note;
    else
        values_string_dup(err, b == 0 ? "division by zero" : "overflow");
    return false;
}

/* Also what it prints has to arrive: a function has the streams a command has. */
void exports_sample_values_echo_nothing(void)
{
    puts("nothing was asked");
    fflush(stdout);
}

void exports_sample_values_echo_zeroes(uint32_t n, values_list_u8_t *ret)
{
    *ret = (values_list_u8_t){calloc(n ? n : 1, 1), n};
    if (!ret->ptr)
        abort();
}

void exports_sample_values_echo_fail(void) { __builtin_trap(); }

void exports_sample_values_echo_spin(void)
{
    for (volatile unsigned i = 0;;)
        i = i + 1;
}

void exports_values_greet(values_string_t *name, values_string_t *ret)
{
    static const char HELLO[] = "hello, ";
    size_t n = sizeof HELLO - 1 + name->len;
    char *text = malloc(n);
    if (!text)
        abort();
    memcpy(text, HELLO, sizeof HELLO - 1);
    memcpy(text + sizeof HELLO - 1, name->ptr, name->len);
    values_string_free(name);
    *ret = (values_string_t){(uint8_t *)text, n};
}
