#include "codec/near.h"

#include "base/test.h"

static size_t near(const char *wanted, const char *name)
{
    return bx_near(bx_str_of(wanted), bx_str_of(name));
}

static void what_is_typed_wrongly(void)
{
    CHECK(near("limit", "limit") == 0);
    CHECK(near("limt", "limit") == 1);    /* left out */
    CHECK(near("limmit", "limit") == 1);  /* put in */
    CHECK(near("kimit", "limit") == 1);   /* another */
    CHECK(near("lmiit", "limit") == 1);   /* swapped */
    CHECK(near("ofsfte", "offset") == 2); /* two of them */
}

static void what_is_spelled_otherwise(void)
{
    CHECK(near("filePath", "file_path") == 0);
    CHECK(near("MAP_DIR", "map-dir") == 0);
}

static void what_is_too_far(void)
{
    CHECK(near("fly", "exec") == SIZE_MAX);
    CHECK(near("ab", "xy") == SIZE_MAX);
    CHECK(near("limit", "lemon") == SIZE_MAX);
    CHECK(near("", "limit") == SIZE_MAX);
    CHECK(near("limit", "") == SIZE_MAX);
    CHECK(near("--", "--") == SIZE_MAX); /* nothing to be compared */
}

static void a_part_is_near_and_farther_than_a_slip(void)
{
    CHECK(near("path", "file_path") == BX_NEAR_PART);
    CHECK(near("permission-mode", "mode") == BX_NEAR_PART);
    CHECK(near("pa", "file_path") == SIZE_MAX);
    CHECK(near("limit", "limits") == 1);
}

static void names_at_the_bound(void)
{
    char name[BX_NEAR_MAX + 1];
    memset(name, 'x', sizeof name);
    bx_str longest = {name, BX_NEAR_MAX}, longer = {name, BX_NEAR_MAX + 1};
    CHECK(bx_near(longest, longest) == 0);
    CHECK(bx_near(longer, longer) == SIZE_MAX);
    name[1] = 'y';
    CHECK(bx_near(longest, (bx_str){name + 2, BX_NEAR_MAX - 2}) == 2);
}

BXT_MAIN(RUN(what_is_typed_wrongly); RUN(what_is_spelled_otherwise); RUN(what_is_too_far);
         RUN(a_part_is_near_and_farther_than_a_slip); RUN(names_at_the_bound);)
