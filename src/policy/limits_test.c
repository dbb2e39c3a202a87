#include "policy/limits.h"

#include "base/test.h"

#define MAX64 UINT64_MAX

static void defaults_are_those_of_the_table(void)
{
    bx_limits l = bx_limits_default();
    CHECK(l.wall_ns == 30 * BX_SEC && l.memory == 256 * BX_MIB && l.stack == BX_MIB &&
          l.output == BX_MIB);
    CHECK(l.fuel == 0 && l.fs_write == 256 * BX_MIB && l.depth == 16);
    bx_limit_row row;
    size_t n = 0;
    for (; bx_limits_row(n, &row); n++) {
        CHECK(bx_limits_get(&l, n) == row.def && row.def <= row.max);
        CHECK(row.name[0] && row.text[0]);
    }
    CHECK(n == 20 && sizeof l == n * sizeof(uint64_t));
}

static void sizes(void)
{
    static const struct {
        const char *text;
        uint64_t want;
    } cases[] = {
        {"0", 0},
        {"4096", 4096},
        {"7B", 7},
        {"10KB", 10000},
        {"10kb", 10000},
        {"64MiB", 64 * BX_MIB},
        {"64mib", 64 * BX_MIB},
        {"64M", 64 * BX_MIB},
        {"1.5GiB", 1536 * BX_MIB},
        {"0.5K", 512},
        {"1.125KiB", 1152},
        {"0.001KB", 1},
        {"0.001KiB", 1},
        {"0.999KiB", 1022},
        {"007", 7},
        {"2T", UINT64_C(2) << 40},
        {"3TB", UINT64_C(3000000000000)},
        {"18446744073709551615", MAX64},
        {"18446744073709551615B", MAX64},
        {"16777215.999T", UINT64_C(16777215) * (UINT64_C(1) << 40) + UINT64_C(1098412116148)},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        uint64_t v = 77;
        CHECK(bx_size_parse(bx_str_of(cases[i].text), &v, NULL) == BX_OK);
        CHECK(v == cases[i].want);
    }
}

static void refused_sizes(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "B",
        "MiB",
        "-1",
        "+1",
        "1 MiB",
        " 1",
        "1 ",
        "1MiBs",
        "1e3",
        "0x10",
        "1,000",
        "1_000",
        ".5K",
        "1.K",
        "1.5",
        "1.5B",
        "1.2345K",
        "1.0000K",
        "1..5K",
        "1.5.5K",
        "1P",
        "1XiB",
        "1KIB ",
        "18446744073709551616",
        "18014398509481984K",
        "16777216T",
        "99999999999999999999999999",
        "nan",
        "inf",
        "1KiBKiB",
        "\xd9\xa1",
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        uint64_t v = 77;
        bx_error err = {.code = BX_OK};
        CHECK(bx_size_parse(bx_str_of(bad[i]), &v, &err) == BX_EINVAL);
        CHECK(v == 77 && err.code == BX_EINVAL && strstr(err.msg, bad[i]));
    }
    uint64_t v;
    bx_error err;
    CHECK(bx_size_parse((bx_str){"1\0K", 3}, &v, NULL) == BX_EINVAL);
    CHECK(bx_size_parse((bx_str){NULL, 0}, &v, NULL) == BX_EINVAL);
    CHECK(bx_size_parse(BX_LIT("16777216T"), &v, &err) == BX_EINVAL &&
          strstr(err.msg, "too large"));
}

static void times(void)
{
    static const struct {
        const char *text;
        uint64_t want;
    } cases[] = {
        {"0", 0},
        {"30", 30 * BX_SEC},
        {"1.5", 3 * BX_SEC / 2},
        {"500ms", BX_SEC / 2},
        {"30s", 30 * BX_SEC},
        {"1.5s", 3 * BX_SEC / 2},
        {"2m", 120 * BX_SEC},
        {"0.5m", 30 * BX_SEC},
        {"1h", 3600 * BX_SEC},
        {"100us", 100000},
        {"10ns", 10},
        {"0.001us", 1},
        {"1.001ms", 1001000},
        {"18446744073709551615ns", MAX64},
        {"18446744073.709s", UINT64_C(18446744073709000000)},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        uint64_t v = 77;
        CHECK(bx_time_parse(bx_str_of(cases[i].text), &v, NULL) == BX_OK);
        CHECK(v == cases[i].want);
    }
}

static void refused_times(void)
{
    static const char *const bad[] = {
        "",      "s",       "-1s",          "1S",       "1MS",  "1M",   "1 s",  "1d",
        "1.5ns", "1.2345s", "18446744074s", "5124096h", "1min", "1sec", "1s1s", "1m30s"};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        uint64_t v = 77;
        CHECK(bx_time_parse(bx_str_of(bad[i]), &v, NULL) == BX_EINVAL);
        CHECK(v == 77);
    }
}

static void counts(void)
{
    static const struct {
        const char *text;
        bx_code rc;
        uint64_t want;
    } cases[] = {
        {"0", BX_OK, 0},
        {"1000", BX_OK, 1000},
        {"1_000_000", BX_OK, 1000000},
        {"18446744073709551615", BX_OK, MAX64},
        {"18446744073709551616", BX_EINVAL, 0},
        {"", BX_EINVAL, 0},
        {"_1", BX_EINVAL, 0},
        {"1_", BX_EINVAL, 0},
        {"1__0", BX_EINVAL, 0},
        {"-1", BX_EINVAL, 0},
        {"1.5", BX_EINVAL, 0},
        {"1k", BX_EINVAL, 0},
        {" 1", BX_EINVAL, 0},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        uint64_t v = 77;
        CHECK(bx_count_parse(bx_str_of(cases[i].text), &v, NULL) == cases[i].rc);
        CHECK(v == (cases[i].rc == BX_OK ? cases[i].want : 77));
    }
}

static void prints_the_shortest_text(void)
{
    static const struct {
        uint64_t v;
        const char *size;
    } sizes_of[] = {
        {0, "0"},
        {1, "1"},
        {1000, "1KB"},
        {1023, "1023"},
        {1024, "1KiB"},
        {1536, "1536"},
        {4096, "4KiB"},
        {64 * BX_MIB, "64MiB"},
        {1536 * BX_MIB, "1.5GiB"},
        {10000, "10KB"},
        {UINT64_C(1) << 40, "1TiB"},
        {MAX64, "18446744073709551615"},
    };
    static const struct {
        uint64_t v;
        const char *time;
    } times_of[] = {
        {0, "0s"},
        {1, "1ns"},
        {999, "999ns"},
        {1000, "1us"},
        {BX_SEC / 2, "0.5s"},
        {30 * BX_SEC, "30s"},
        {90 * BX_SEC, "90s"},
        {3600 * BX_SEC, "1h"},
        {24 * 3600 * BX_SEC, "24h"},
        {1500000, "1.5ms"},
        {MAX64, "18446744073709551615ns"},
    };
    char out[32];
    for (size_t i = 0; i < BX_COUNT(sizes_of); i++) {
        bx_size_print(sizes_of[i].v, out);
        CHECK(strcmp(out, sizes_of[i].size) == 0);
    }
    for (size_t i = 0; i < BX_COUNT(times_of); i++) {
        bx_time_print(times_of[i].v, out);
        CHECK(strcmp(out, times_of[i].time) == 0);
    }
}

static void printed_text_parses_back(void)
{
    uint64_t v = 1;
    for (int i = 0; i < 20000; i++) {
        v = v * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t x = v >> (i % 64), back = 0;
        if (i % 3 == 0)
            x -= x % 1000;
        char out[32];
        bx_size_print(x, out);
        CHECK(bx_size_parse(bx_str_of(out), &back, NULL) == BX_OK && back == x);
        bx_time_print(x, out);
        CHECK(bx_time_parse(bx_str_of(out), &back, NULL) == BX_OK && back == x);
    }
}

static void set_by_name(void)
{
    bx_limits l = bx_limits_default();
    CHECK(bx_limits_set(&l, BX_LIT("wall=5s"), NULL) == BX_OK && l.wall_ns == 5 * BX_SEC);
    CHECK(bx_limits_set(&l, BX_LIT("memory=4GiB"), NULL) == BX_OK && l.memory == 4096 * BX_MIB);
    CHECK(bx_limits_set(&l, BX_LIT("fuel=1_000"), NULL) == BX_OK && l.fuel == 1000);
    CHECK(bx_limits_set(&l, BX_LIT("fuel=0"), NULL) == BX_OK && l.fuel == 0);
    CHECK(bx_limits_set_named(&l, BX_LIT("open_files"), BX_LIT("65536"), NULL) == BX_OK &&
          l.open_files == 65536);
    CHECK(bx_limits_set(&l, BX_LIT("files_created=1"), NULL) == BX_OK && l.files_created == 1);
}

static void refused_settings(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"wall", "NAME=VALUE"},
        {"", "NAME=VALUE"},
        {"wal=5s", "'wal'"},
        {"wal=5s", " dir_entries tables"},
        {"=5s", "no limit is called ''"},
        {"WALL=5s", "'WALL'"},
        {"wall=", "limit wall"},
        {"wall=0", "zero is refused"},
        {"wall=0ms", "zero is refused"},
        {"calls=0", "zero is refused"},
        {"wall=25h", "more than the largest, 24h"},
        {"memory=4097MiB", "more than the largest, 4GiB"},
        {"open_files=65537", "more than the largest, 65536"},
        {"fuel=9223372036854775808", "more than the largest"},
        {"memory=lots", "'lots' is not a size"},
        {"wall=5MiB", "'5MiB' is not a time"},
        {"fuel=1MiB", "'1MiB' is not a count"},
        {"wall==5s", "'=5s'"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_limits l = bx_limits_default(), before = l;
        bx_error err = {.code = BX_OK};
        CHECK(bx_limits_set(&l, bx_str_of(bad[i].text), &err) == BX_EINVAL);
        CHECK(strstr(err.msg, bad[i].says));
        CHECK(memcmp(&l, &before, sizeof l) == 0);
    }
}

static void min_narrows_every_field(void)
{
    bx_limits a = bx_limits_default(), b = a;
    a.wall_ns = 5;
    b.wall_ns = 9;
    a.memory = 9;
    b.memory = 5;
    a.fuel = 0; /* unlimited */
    b.fuel = 7;
    bx_limits m = bx_limits_min(&a, &b), n = bx_limits_min(&b, &a);
    CHECK(m.wall_ns == 5 && m.memory == 5 && m.fuel == 7 && m.depth == 16);
    CHECK(memcmp(&m, &n, sizeof m) == 0);
    a.fuel = 3;
    CHECK(bx_limits_min(&a, &b).fuel == 3);
    a.fuel = b.fuel = 0;
    CHECK(bx_limits_min(&a, &b).fuel == 0);
}

BXT_MAIN(RUN(defaults_are_those_of_the_table); RUN(sizes); RUN(refused_sizes); RUN(times);
         RUN(refused_times); RUN(counts); RUN(prints_the_shortest_text);
         RUN(printed_text_parses_back); RUN(set_by_name); RUN(refused_settings);
         RUN(min_narrows_every_field);)
