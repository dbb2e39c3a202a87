#include "codec/json.h"

#include <math.h>

#include "base/test.h"

static bx_json *parsed(const char *text)
{
    bx_json *j = NULL;
    return bx_json_parse(bx_str_of(text), BX_JSON_MAX_DEPTH, &j, NULL) == BX_OK ? j : NULL;
}

static void access_by_type(void)
{
    BX_AUTO(bx_json)
    bx_json *j = parsed(" {\"s\":\"a\\u00e9\\n\\u0000b\",\"n\":null,\"t\":true,\"f\":false,\"i\":-"
                        "7,\"d\":1.5,\"a\":[1,[2],{}],\"o\":{\"x\":{\"y\":\"z\"}}} ");
    CHECK(j);
    const bx_json_val *r = bx_json_root(j);
    CHECK(bx_json_type_of(r) == BX_JSON_OBJECT && bx_json_size(r) == 8);
    bx_str s;
    bool b;
    int64_t i;
    double d;
    CHECK(bx_json_str(bx_json_get(r, BX_LIT("s")), &s) &&
          bx_str_eq(s, (bx_str){"a\xC3\xA9\n\0b", 6}) && s.p[6] == '\0');
    CHECK(bx_json_type_of(bx_json_get(r, BX_LIT("n"))) == BX_JSON_NULL);
    CHECK(bx_json_bool(bx_json_get(r, BX_LIT("t")), &b) && b);
    CHECK(bx_json_bool(bx_json_get(r, BX_LIT("f")), &b) && !b);
    CHECK(bx_json_int64(bx_json_get(r, BX_LIT("i")), &i) && i == -7);
    CHECK(bx_json_double(bx_json_get(r, BX_LIT("i")), &d) && d == -7.0);
    CHECK(bx_json_double(bx_json_get(r, BX_LIT("d")), &d) && d == 1.5);
    CHECK(
        bx_json_str(bx_json_get(bx_json_get(bx_json_get(r, BX_LIT("o")), BX_LIT("x")), BX_LIT("y")),
                    &s) &&
        bx_str_eq(s, BX_LIT("z")));
    CHECK(bx_str_eq(bx_json_text(bx_json_get(bx_json_get(r, BX_LIT("o")), BX_LIT("x")), "y"),
                    BX_LIT("z")));
    CHECK(bx_json_text(r, "i").n == 0 && bx_json_text(r, "none").n == 0 &&
          bx_json_text(NULL, "x").p != NULL);
    CHECK(bx_json_get(r, BX_LIT("S")) == NULL && bx_json_get(r, BX_LIT("")) == NULL);
    CHECK(bx_json_get(bx_json_get(r, BX_LIT("none")), BX_LIT("x")) == NULL);
    CHECK(bx_json_get(bx_json_get(r, BX_LIT("a")), BX_LIT("x")) == NULL);
    CHECK(bx_json_type_of(NULL) == BX_JSON_NONE && bx_json_size(NULL) == 0);
}

static void wrong_types_leave_the_result_alone(void)
{
    BX_AUTO(bx_json) bx_json *j = parsed("[null,true,1,1.0,\"1\",[],{}]");
    CHECK(j);
    bx_json_iter it = bx_json_iter_of(bx_json_root(j));
    size_t n = 0;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL)); n++) {
        bx_str s = BX_LIT("was");
        bool b = true;
        int64_t i = 77;
        uint64_t u = 77;
        double d = 77;
        CHECK(bx_json_str(v, &s) == (n == 4) && (n == 4 || bx_str_eq(s, BX_LIT("was"))));
        CHECK(bx_json_bool(v, &b) == (n == 1));
        CHECK(bx_json_int64(v, &i) == (n == 2) && i == (n == 2 ? 1 : 77));
        CHECK(bx_json_uint64(v, &u) == (n == 2) && u == (n == 2 ? 1 : 77));
        CHECK(bx_json_double(v, &d) == (n == 2 || n == 3) && (d == 77) == (n != 2 && n != 3));
    }
    CHECK(n == 7);
}

static void integers_are_exact(void)
{
    static const struct {
        const char *text;
        bool i, u;
        int64_t iv;
        uint64_t uv;
    } cases[] = {
        {"0", true, true, 0, 0},
        {"-1", true, false, -1, 0},
        {"9007199254740993", true, true, 9007199254740993, 9007199254740993},
        {"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
        {"9223372036854775808", false, true, 0, UINT64_C(1) << 63},
        {"18446744073709551615", false, true, 0, UINT64_MAX},
        {"18446744073709551616", false, false, 0, 0},
        {"-9223372036854775808", true, false, INT64_MIN, 0},
        {"-9223372036854775809", false, false, 0, 0},
        {"1.0", false, false, 0, 0},
        {"1e3", false, false, 0, 0},
    };
    for (size_t k = 0; k < BX_COUNT(cases); k++) {
        BX_AUTO(bx_json) bx_json *j = parsed(cases[k].text);
        int64_t i = 0;
        uint64_t u = 0;
        CHECK(j);
        CHECK(bx_json_int64(bx_json_root(j), &i) == cases[k].i && i == cases[k].iv);
        CHECK(bx_json_uint64(bx_json_root(j), &u) == cases[k].u && u == cases[k].uv);
        CHECK((bx_json_type_of(bx_json_root(j)) == BX_JSON_INT) == (cases[k].i || cases[k].u));
    }
}

static void iteration(void)
{
    BX_AUTO(bx_json) bx_json *j = parsed("{\"a\":[1,[2,3],4],\"\":{\"k\":5},\"c\":6}");
    CHECK(j);
    BX_AUTO_BUF seen = bx_buf_init(200);
    bx_json_iter it = bx_json_iter_of(bx_json_root(j));
    bx_str key;
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));)
        (void)bx_buf_addf(&seen, "%.*s=%s/%zu;", (int)key.n, key.p,
                          bx_json_type_name(bx_json_type_of(v)), bx_json_size(v));
    CHECK(bx_str_eq(bx_buf_str(&seen), BX_LIT("a=array/3;=object/1;c=integer/0;")));
    it = bx_json_iter_of(bx_json_get(bx_json_root(j), BX_LIT("a")));
    const bx_json_val *one = bx_json_next(&it, &key), *two = bx_json_next(&it, NULL),
                      *four = bx_json_next(&it, NULL);
    int64_t x = 0;
    CHECK(key.n == 0 && bx_json_int64(one, &x) && x == 1 && bx_json_size(two) == 2 &&
          bx_json_int64(four, &x) && x == 4);
    CHECK(bx_json_next(&it, NULL) == NULL && bx_json_next(&it, NULL) == NULL);
    it = bx_json_iter_of(four);
    CHECK(bx_json_next(&it, NULL) == NULL);
    it = bx_json_iter_of(NULL);
    CHECK(bx_json_next(&it, NULL) == NULL);
}

static void refused_texts(void)
{
    static const struct {
        const char *text;
        const char *says;
    } bad[] = {
        {"", "line 1, column 1: no JSON text"},
        {" ", "line 1, column "},
        {"{", "line 1, column 2: "},
        {"{\n  \"a\": 1,\n  \"b\" 2\n}", "line 3, column 7: "},
        {"[\"\xC3\xA9\", x]", "line 1, column 7: "}, /* characters, not bytes */
        {"[1,]", "line 1, column 3: trailing comma"},
        {"{\"a\":1,}", "line 1, column 7: trailing comma"},
        {"{a:1}", "line 1, column 2: "},
        {"[1] 2", "line 1, column 5: "},
        {"01", "line 1, column "},
        {"+1", "line 1, column 1: "},
        {"1.", "line 1, column "},
        {".5", "line 1, column 1: "},
        {"0x10", "line 1, column "},
        {"NaN", "line 1, column 1: "},
        {"Infinity", "line 1, column 1: "},
        {"1e999", "line 1, column "},
        {"tru", "line 1, column 4: unexpected end"},
        {"True", "line 1, column 1: "},
        {"'a'", "line 1, column 1: "},
        {"\"a", "line 1, column "},
        {"\"\t\"", "line 1, column "},
        {"\"\\x\"", "line 1, column "},
        {"\"\\ud800\"", "line 1, column "},
        {"\"\\udc00\\ud800\"", "line 1, column "},
        {"\"\\u12\"", "line 1, column "},
        {"\"\xFF\"", "line 1, column "},
        {"\"\xED\xA0\x80\"", "line 1, column "},
        {"\"\xC0\xAF\"", "line 1, column "},
        {"// c\n1", "line 1, column 1: "},
        {"[1 /* c */]", "line 1, column 4: "},
        {"]", "line 1, column 1: "},
        {"[}", "line 1, column 2: "},
        {"\xEF\xBB\xBF{}", "line 1, column 1: "},
        {"{\"a\":1,\"b\":2,\"a\":3}", "line 1, column 14: the key \"a\" comes twice"},
        {"{\"a\":1,\n \"\\u0061\":2}", "line 2, column 2: the key \"a\" comes twice"},
        {"[0,{\"x\":[{\"\":1,\"\":2}]}]", "line 1, column 16: the key \"\" comes twice"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_json *j = NULL;
        bx_error err = {.msg = ""};
        bx_code rc = bx_json_parse(bx_str_of(bad[i].text), BX_JSON_MAX_DEPTH, &j, &err);
        if (rc != BX_EINVAL || !strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, rc ? err.msg : "accepted");
        CHECK(rc == BX_EINVAL && !j);
        CHECK(strstr(err.msg, bad[i].says) == err.msg);
    }
    bx_json *j = NULL;
    CHECK(bx_json_parse((bx_str){"1\0", 2}, 9, &j, NULL) == BX_EINVAL);
    CHECK(bx_json_parse((bx_str){NULL, 0}, 9, &j, NULL) == BX_EINVAL);
}

static void keys_may_repeat_in_different_objects(void)
{
    BX_AUTO(bx_json)
    bx_json *j = parsed("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}],\"aa\":1,\"A\":2}");
    CHECK(j);
}

static void depth(void)
{
    char text[2 * 70 + 1];
    for (unsigned n = 63; n <= 65; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        BX_AUTO(bx_json) bx_json *j = NULL;
        BX_AUTO(bx_json) bx_json *again = NULL;
        bx_error err = {.msg = ""};
        bx_code want = n <= 64 ? BX_OK : BX_ELIMIT;
        CHECK(bx_json_parse((bx_str){text, 2 * n}, BX_JSON_MAX_DEPTH, &j, &err) == want);
        CHECK(n <= 64 ||
              strstr(err.msg, "line 1, column 65: arrays and objects nest deeper than 64"));
        CHECK(bx_json_parse((bx_str){text, 2 * n}, 1000, &again, NULL) ==
              want); /* no way around the maximum */
    }
    BX_AUTO(bx_json) bx_json *flat = NULL;
    BX_AUTO(bx_json) bx_json *deep = NULL;
    CHECK(bx_json_parse(BX_LIT("[{\"[[\\\"[[\":[]},[]]"), 3, &flat, NULL) == BX_OK);
    CHECK(bx_json_parse(BX_LIT("[{\"[[\\\"[[\":[]},[]]"), 2, &deep, NULL) == BX_ELIMIT);
    CHECK(bx_json_parse(BX_LIT("1"), 0, &deep, NULL) == BX_OK);
    bx_json *none = NULL;
    CHECK(bx_json_parse(BX_LIT("[]"), 0, &none, NULL) == BX_ELIMIT);
}

static void many_keys(void)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 20);
    (void)bx_buf_add_z(&b, "{\"k0\":0");
    for (int i = 1; i < 20000; i++)
        (void)bx_buf_addf(&b, ",\"k%d\":%d", i, i);
    BX_AUTO(bx_json) bx_json *j = NULL;
    BX_AUTO_BUF twice = bx_buf_init(1 << 20);
    (void)bx_buf_add_str(&twice, bx_buf_str(&b));
    (void)bx_buf_add_z(&twice, ",\"k777\":0}");
    (void)bx_buf_add_z(&b, "}");
    CHECK(bx_json_parse(bx_buf_str(&b), 1, &j, NULL) == BX_OK &&
          bx_json_size(bx_json_root(j)) == 20000);
    bx_json *none = NULL;
    bx_error err;
    CHECK(bx_json_parse(bx_buf_str(&twice), 1, &none, &err) == BX_EINVAL &&
          strstr(err.msg, "\"k777\""));
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_json) bx_json *j = NULL;
        rc = bx_json_parse(BX_LIT("{\"a\":[1,2,3],\"b\":\"text\"}"), 9, &j, NULL);
    });
}

/* ---- writing ------------------------------------------------------------------------------ */

static void writes_a_whole_document(void)
{
    BX_AUTO_BUF b = bx_buf_init(1000);
    bx_json_out o = bx_json_out_on(&b);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("s"));
    bx_json_out_string(&o, BX_LIT("x"));
    bx_json_out_key(&o, BX_LIT("a"));
    bx_json_out_begin_array(&o);
    bx_json_out_int(&o, INT64_MIN);
    bx_json_out_uint(&o, UINT64_MAX);
    bx_json_out_begin_array(&o);
    bx_json_out_end_array(&o);
    bx_json_out_begin_object(&o);
    bx_json_out_end_object(&o);
    bx_json_out_bool(&o, true);
    bx_json_out_bool(&o, false);
    bx_json_out_null(&o);
    bx_json_out_raw(&o, BX_LIT("{\"r\":1}"));
    bx_json_out_end_array(&o);
    bx_json_out_key(&o, BX_LIT("d"));
    bx_json_out_double(&o, 0.1);
    bx_json_out_end_object(&o);
    CHECK(bx_json_out_end(&o, NULL) == BX_OK);
    CHECK(
        bx_str_eq(bx_buf_str(&b),
                  BX_LIT("{\"s\":\"x\",\"a\":[-9223372036854775808,18446744073709551615,[],{},true,"
                         "false,null,{\"r\":1}],\"d\":0.1}")));
}

static void strings_are_escaped(void)
{
    static const struct {
        bx_str in;
        const char *out;
    } cases[] = {
        {{"", 0}, "\"\""},
        {{"a\"b\\c/d", 7}, "\"a\\\"b\\\\c/d\""},
        {{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
        {{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\\u007f\""},
        /* controls, overrides and tags that a terminal acts on; U+00A1 is a letter like any other
         */
        {BX_LIT("\xC2\x9B\xE2\x80\xAE\xF3\xA0\x80\x81\xC2\xA1"),
         "\"\\u009b\\u202e\\udb40\\udc01\xC2\xA1\""},
        {{"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9}, "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {{"a\xFF"
          "b",
          3},
         "\"a\xEF\xBF\xBD"
         "b\""},
        {{"\xC3", 1}, "\"\xEF\xBF\xBD\""},
        {{"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {{"\xC0\xAF", 2}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO_BUF b = bx_buf_init(100);
        bx_json_out o = bx_json_out_on(&b);
        bx_json_out_string(&o, cases[i].in);
        CHECK(bx_json_out_end(&o, NULL) == BX_OK);
        CHECK(bx_str_eq(bx_buf_str(&b), bx_str_of(cases[i].out)));
    }
}

/* Any bytes make a text that parses; bytes that were UTF-8 come back unchanged. */
static void whatever_goes_in_json_comes_out(void)
{
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned c = 0; c < 256; c += 5) {
            char in[4] = {'x', (char)a, (char)c, 'y'};
            BX_AUTO_BUF b = bx_buf_init(200);
            bx_json_out o = bx_json_out_on(&b);
            bx_json_out_begin_object(&o);
            bx_json_out_key(&o, (bx_str){in, 4});
            bx_json_out_string(&o, (bx_str){in, 4});
            bx_json_out_end_object(&o);
            BX_AUTO(bx_json) bx_json *j = NULL;
            CHECK(bx_json_out_end(&o, NULL) == BX_OK);
            CHECK(bx_json_parse(bx_buf_str(&b), 1, &j, NULL) == BX_OK);
            bx_json_iter it = bx_json_iter_of(bx_json_root(j));
            bx_str key, value;
            CHECK(bx_json_str(bx_json_next(&it, &key), &value) && bx_str_eq(key, value));
            CHECK(bx_str_eq(value, (bx_str){in, 4}) == bx_utf8_valid((bx_str){in, 4}));
        }
    }
}

static void doubles_read_back(void)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {1.0, "1.0"},
        {-0.0, "-0.0"},
        {1e300, "1e+300"},
        {5e-324, "4.94065645841247e-324"},
        {123456789.25, "123456789.25"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1e+15"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO_BUF b = bx_buf_init(100);
        bx_json_out o = bx_json_out_on(&b);
        bx_json_out_double(&o, cases[i].v);
        CHECK(bx_json_out_end(&o, NULL) == BX_OK);
        CHECK(bx_str_eq(bx_buf_str(&b), bx_str_of(cases[i].text)));
        BX_AUTO(bx_json) bx_json *j = parsed(b.p);
        double back = 0;
        CHECK(j && bx_json_double(bx_json_root(j), &back) == (isfinite(cases[i].v) != 0));
        CHECK(!isfinite(cases[i].v) || memcmp(&back, &cases[i].v, sizeof back) == 0);
    }
}

static void values_are_written_as_they_were_read(void)
{
    static const char text[] = "{\"a\":[1,-2,18446744073709551615,1.5,1e-07,true,false,null,"
                               "\"\\u0001\xC3\xA9\"],\"b\":{\"\":[[],{}]}}";
    BX_AUTO(bx_json) bx_json *j = parsed(text);
    BX_AUTO_BUF b = bx_buf_init(1000);
    bx_json_out o = bx_json_out_on(&b);
    CHECK(j);
    bx_json_out_begin_array(&o);
    bx_json_out_value(&o, bx_json_root(j));
    bx_json_out_value(&o, NULL);
    bx_json_out_end_array(&o);
    CHECK(bx_json_out_end(&o, NULL) == BX_OK);
    CHECK(b.n == sizeof text - 1 + 7 && memcmp(b.p + 1, text, sizeof text - 1) == 0);
    CHECK(strcmp(b.p + sizeof text, ",null]") == 0);
}

static void writing_stops_at_the_buffers_maximum(void)
{
    BX_AUTO_BUF b = bx_buf_init(5);
    bx_json_out o = bx_json_out_on(&b);
    bx_error err;
    bx_json_out_begin_array(&o);
    bx_json_out_string(&o, BX_LIT("abcdef"));
    bx_json_out_end_array(&o);
    CHECK(bx_json_out_end(&o, &err) == BX_ELIMIT && strstr(err.msg, "more than 5 bytes"));
    CHECK(b.n <= 5);
}

static void too_deep_to_write_is_an_error_not_a_crash(void)
{
    for (int n = BX_JSON_OUT_DEPTH - 1; n <= BX_JSON_OUT_DEPTH + 200; n += 67) {
        BX_AUTO_BUF b = bx_buf_init(10000);
        bx_json_out o = bx_json_out_on(&b);
        for (int i = 0; i < n; i++) {
            if (i)
                bx_json_out_key(&o, BX_LIT("k"));
            bx_json_out_begin_object(&o);
        }
        for (int i = 0; i < n; i++)
            bx_json_out_end_object(&o);
        CHECK(bx_json_out_end(&o, NULL) == (n < BX_JSON_OUT_DEPTH ? BX_OK : BX_ELIMIT));
    }
}

static void writing_survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF b = bx_buf_init(10000);
        bx_json_out o = bx_json_out_on(&b);
        bx_json_out_begin_array(&o);
        for (int i = 0; i < 200; i++)
            bx_json_out_string(&o, BX_LIT("0123456789"));
        bx_json_out_end_array(&o);
        rc = bx_json_out_end(&o, NULL);
    });
}

BXT_MAIN(RUN(access_by_type); RUN(wrong_types_leave_the_result_alone); RUN(integers_are_exact);
         RUN(iteration); RUN(refused_texts); RUN(keys_may_repeat_in_different_objects); RUN(depth);
         RUN(many_keys); RUN(survives_failed_allocations); RUN(writes_a_whole_document);
         RUN(strings_are_escaped); RUN(whatever_goes_in_json_comes_out); RUN(doubles_read_back);
         RUN(values_are_written_as_they_were_read); RUN(writing_stops_at_the_buffers_maximum);
         RUN(too_deep_to_write_is_an_error_not_a_crash); RUN(writing_survives_failed_allocations);)
