/* Arguments of a tool: what is taken, what is refused, in which words. */
#include "lib/args.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static bx_code parse(bx_args *a, const char *json, bx_error *err)
{
    return bx_args_parse(a, bx_str_of(json), err);
}

static void values(void)
{
    static const char *const colours[] = {"red", "green", "blue"};
    bx_args a;
    bx_error err;
    bx_arg_pair pairs[2];
    CHECK(parse(&a,
                "{\"n\":2.0,\"low\":-9223372036854775808,\"yes\":true,\"s\":\"\\u00e4\",\"t\":"
                "\"a\\u0000b\","
                "\"rel\":\"x/y\",\"abs\":\"/x\",\"c\":\"blue\",\"m\":{\"k\":\"v\",\"l\":\"\"}}",
                &err) == BX_OK);
    CHECK(bx_arg_int(&a, "n", 1, 2, 2) == 2);
    CHECK(bx_arg_int(&a, "low", 1, INT64_MIN, INT64_MAX) == INT64_MIN);
    CHECK(bx_arg_int(&a, "not there", 7, 0, 1) == 7);
    CHECK(bx_arg_bool(&a, "yes", false) && bx_arg_bool(&a, "no", true));
    CHECK(bx_str_eq(bx_str_of(bx_arg_str(&a, "s", NULL)), BX_LIT("\xc3\xa4")));
    CHECK(bx_str_eq(bx_arg_text(&a, "t"), (bx_str){"a\0b", 3}) && bx_arg_text(&a, "u").n == 0);
    CHECK(strcmp(bx_arg_path(&a, "rel"), "/workspace/x/y") == 0);
    CHECK(strcmp(bx_arg_path(&a, "abs"), "/x") == 0);
    CHECK(bx_arg_choice(&a, "c", colours, 3, 0) == 2 && bx_arg_choice(&a, "d", colours, 3, 1) == 1);
    CHECK(bx_arg_pairs(&a, "m", pairs, 2) == 2 && bx_str_eq(pairs[0].name, BX_LIT("k")));
    CHECK(bx_str_eq(pairs[0].value, BX_LIT("v")) && pairs[1].value.n == 0);
    CHECK(bx_arg_given(&a, "c") && !bx_arg_given(&a, "d"));
    CHECK(bx_args_end(&a, &err) == BX_OK);
    bx_args_done(&a);
}

/* What a tool with an argument of each kind says about `json`; "" when it is fine. */
static const char *said(const char *json)
{
    static const char *const colours[] = {"red", "blue"};
    static bx_error err;
    bx_args a;
    bx_arg_pair pairs[1];
    err = (bx_error){.code = BX_OK};
    if (parse(&a, json, &err) != BX_OK)
        return err.msg;
    (void)bx_arg_int(&a, "n", 1, 0, 9);
    (void)bx_arg_int(&a, "big", 1, 1, INT64_MAX);
    (void)bx_arg_bool(&a, "b", false);
    (void)bx_arg_str(&a, "s", "");
    (void)bx_arg_choice(&a, "c", colours, 2, 0);
    (void)bx_arg_pairs(&a, "m", pairs, 1);
    (void)bx_arg_path(&a, "p");
    if (bx_args_end(&a, &err) == BX_OK)
        err.msg[0] = '\0';
    bx_args_done(&a);
    return err.msg;
}

static void mistakes(void)
{
    static const char *const cases[][2] = {
        {"{\"p\":\"x\"}", ""},
        {"", "no arguments: expected one JSON object on standard input"},
        {" \t\r\n", "no arguments: expected one JSON object on standard input"},
        {"[1]", "the arguments are an array; expected one JSON object"},
        {"{}", "argument \"p\": missing"},
        {"{\"p\":\"\"}", "argument \"p\": empty; expected the path of a file"},
        {"{\"p\":\"x\",\"n\":10}",
         "argument \"n\": expected an integer of at least 0 and at most 9"},
        {"{\"p\":\"x\",\"n\":1.5}",
         "argument \"n\": expected an integer of at least 0 and at most 9"},
        {"{\"p\":\"x\",\"big\":0}", "argument \"big\": expected an integer of at least 1"},
        {"{\"p\":\"x\",\"big\":18446744073709551615}",
         "argument \"big\": expected an integer of at least 1"},
        {"{\"p\":\"x\",\"n\":\"1\"}", "argument \"n\": expected an integer, got a string"},
        {"{\"p\":\"x\",\"b\":0}", "argument \"b\": expected true or false, got a number"},
        {"{\"p\":\"x\",\"s\":null}", "argument \"s\": expected a string, got null"},
        {"{\"p\":\"x\",\"s\":\"a\\u0000\"}", "argument \"s\": holds the character U+0000"},
        {"{\"p\":\"x\",\"c\":\"pink\"}", "argument \"c\": expected red or blue, got 'pink'"},
        {"{\"p\":\"x\",\"m\":[]}", "argument \"m\": expected an object of strings, got an array"},
        {"{\"p\":\"x\",\"m\":{\"k\":1}}", "argument \"m\": 'k': expected a string, got a number"},
        {"{\"p\":\"x\",\"m\":{\"k\":\"\",\"l\":\"\"}}", "argument \"m\": more than 1"},
        {"{\"p\":\"x\",\"z\":1}", "unknown argument \"z\"; this tool takes n, big, b, s, c, m, p"},
        {"{\"p\":\"x\",\"p\\u0000\":1}",
         "unknown argument \"p\"; this tool takes n, big, b, s, c, m, p"},
        {"{\"p\":\"x\",\"p\":\"y\"}", "argument \"p\" is given twice"},
        {"{\"n\":-1,\"b\":1}", "argument \"n\": expected an integer of at least 0 and at most 9"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        const char *have = said(cases[i][0]);
        if (strcmp(have, cases[i][1]) != 0)
            printf("# %s: %s\n", cases[i][0], have);
        CHECK(strcmp(have, cases[i][1]) == 0);
    }
}

static void a_long_mistake_is_cut(void)
{
    static char json[6000] = "{\"p\":\"x\",\"c\":\"";
    size_t n = strlen(json);
    memset(json + n, 'y', 3000);
    memcpy(json + n + 3000, "\"}", 3);
    const char *have = said(json);
    CHECK(strlen(have) == sizeof((bx_error *)NULL)->msg - 1);
    CHECK(strcmp(have + strlen(have) - 4, "y...") == 0);
}

/* A descriptor that holds `n` bytes: `head`, then blanks. */
static int input_of(const char *head, size_t n)
{
    int fd = memfd_create("arguments", MFD_CLOEXEC);
    for (size_t i = 0; i < n; i++)
        BX_ASSERT(write(fd, i < strlen(head) ? head + i : " ", 1) == 1);
    BX_ASSERT(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static void reads_up_to_the_limit(void)
{
    bx_args a;
    bx_error err;
    int fits = input_of("{\"a\":1}", 40000), over = input_of("{\"a\":1}", 40001);
    CHECK(bx_args_read(&a, fits, 40000, &err) == BX_OK);
    CHECK(bx_arg_int(&a, "a", 0, 0, 9) == 1);
    bx_args_done(&a);
    CHECK(bx_args_read(&a, over, 40000, &err) == BX_ELIMIT);
    CHECK(strcmp(err.msg, "the arguments are too large for this tool") == 0);
    (void)close(over);
    CHECK(bx_args_read(&a, over, 40000, &err) == BX_EIO);
    CHECK(strncmp(err.msg, "standard input cannot be read: ", 31) == 0);
    (void)close(fits);
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_args a;
        rc = parse(&a, "{\"p\":\"x\"}", NULL);
        if (rc == BX_OK) {
            (void)bx_arg_path(&a, "p");
            rc = bx_args_end(&a, NULL);
            bx_args_done(&a);
        }
    });
}

BXT_MAIN(RUN(values); RUN(mistakes); RUN(a_long_mistake_is_cut); RUN(reads_up_to_the_limit);
         RUN(every_allocation_may_fail);)
