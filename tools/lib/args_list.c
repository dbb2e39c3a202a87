#include "lib/args_list.h"

#include <yyjson/yyjson.h>

#include "lib/out.h"

size_t bx_arg_list(bx_args *a, const char *name, size_t max)
{
    char limit[24];
    if (a->n_asked == BX_ARGS_MAX)
        abort();
    a->asked[a->n_asked++] = name;
    yyjson_val *v = yyjson_obj_get(a->root, name);
    if (!v)
        return 0;
    size_t n = yyjson_arr_size(v); /* 0 of what is no array */
    if (!yyjson_is_arr(v))
        bx_arg_wrong(a, name, "expected a list of objects", NULL);
    else if (n == 0)
        bx_arg_wrong(a, name, "an empty list", NULL);
    else if (n > max)
        bx_arg_wrong(a, name, "more than ", bx_digits((int64_t)max, limit), " items", NULL);
    return n <= max ? n : 0;
}

size_t bx_arg_texts(bx_args *a, const char *name, bx_str *ret, size_t max)
{
    char number[24];
    if (a->n_asked == BX_ARGS_MAX)
        abort();
    a->asked[a->n_asked++] = name;
    yyjson_val *v = yyjson_obj_get(a->root, name), *e;
    size_t i, n;
    if (!v)
        return 0;
    if (!yyjson_is_arr(v) || yyjson_arr_size(v) > max) {
        bx_arg_wrong(a, name, "expected a list of at most ", bx_digits((int64_t)max, number),
                     " strings", NULL);
        return 0;
    }
    yyjson_arr_foreach(v, i, n, e)
    {
        const char *s = yyjson_get_str(e);
        ret[i] = (bx_str){s, yyjson_get_len(e)};
        if (!s || memchr(s, '\0', ret[i].n)) {
            bx_arg_wrong(a, name, "item ", bx_digits((int64_t)i + 1, number),
                         ": expected a string without U+0000", NULL);
            return 0;
        }
    }
    return n;
}

static void wrong_item(bx_args *a, const char *name, size_t i, const char *why)
{
    char number[24];
    bx_arg_wrong(a, name, "item ", bx_digits((int64_t)i + 1, number), ": ", why, NULL);
}

void bx_arg_item(bx_args *a, const char *name, size_t i, bx_args *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->root = yyjson_arr_get(yyjson_obj_get(a->root, name), i);
    if (!yyjson_is_obj(ret->root))
        wrong_item(a, name, i, "expected an object");
}

void bx_arg_item_end(bx_args *a, const char *name, size_t i, bx_args *item)
{
    bx_error err;
    if (bx_args_end(item, &err) != BX_OK)
        wrong_item(a, name, i, err.msg);
    bx_args_done(item);
}
