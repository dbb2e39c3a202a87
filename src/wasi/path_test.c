#include "wasi/test_env.h"

enum {
    RW = BX_R_FD_READ | BX_R_FD_WRITE | BX_R_FD_SEEK,
    A = 1000,
    B = 6000,
    STAT = 11000,
    OUT = 12000
};

static uint64_t open_at(env *e, uint64_t dir, uint64_t lookup, const char *path, uint64_t oflags,
                        uint64_t base, uint64_t inheriting, uint64_t fdflags)
{
    return P1(e, path_open, dir, lookup, A, env_text(e, A, path), oflags, base, inheriting, fdflags,
              OUT);
}

static uint64_t one(env *e, const char *fn, uint64_t dir, const char *path)
{
    uint64_t a[10] = {dir, A, env_text(e, A, path)};
    return env_call(e, fn, a);
}

static uint64_t rename_(env *e, const char *from, const char *to)
{
    return P1(e, path_rename, 3, A, env_text(e, A, from), 3, B, env_text(e, B, to));
}

static uint64_t link_(env *e, uint64_t flags, const char *from, const char *to)
{
    return P1(e, path_link, 3, flags, A, env_text(e, A, from), 3, B, env_text(e, B, to));
}

static uint64_t symlink_(env *e, const char *target, const char *path)
{
    return P1(e, path_symlink, A, env_text(e, A, target), 3, B, env_text(e, B, path));
}

static uint64_t stat_(env *e, uint64_t lookup, const char *path)
{
    return P1(e, path_filestat_get, 3, lookup, A, env_text(e, A, path), STAT);
}

static uint64_t drop(env *e, uint64_t fd, uint64_t base, uint64_t inheriting)
{
    if (P1(e, fd_fdstat_get, fd, STAT) != 0)
        return UINT64_MAX;
    return P1(e, fd_fdstat_set_rights, fd, bx_get64(e->mem + STAT + 8) & ~base,
              bx_get64(e->mem + STAT + 16) & ~inheriting);
}

/* ---- open ----------------------------------------------------------------------------- */

static void open_creates_reads_truncates(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, 0) == BX_E_NOENT);
    CHECK(open_at(&e, 3, 0, "f", BX_O_CREAT, RW, 0, 0) == 0);
    CHECK(bx_get32(e.mem + OUT) == 4);
    CHECK(env_write(&e, 4, "hello") == 5);
    CHECK(open_at(&e, 3, 0, "f", BX_O_CREAT | BX_O_EXCL, RW, 0, 0) == BX_E_EXIST);
    CHECK(open_at(&e, 3, 0, "f", BX_O_TRUNC, RW, 0, 0) == 0);
    CHECK(env_host_size(&e, "f") == 0);
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, BX_FDF_APPEND) == 0);
    CHECK(env_write(&e, 4, "x") == 1); /* at its own position, 5 */
    CHECK(env_write(&e, 6, "y") == 1); /* at the end */
    CHECK(env_host_size(&e, "f") == 7);
}

static void open_without_rights(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(open_at(&e, 3, 0, "f", BX_O_CREAT, 0, 0, 0) == 0);
    CHECK(env_host_size(&e, "f") == 0);
    CHECK(env_read(&e, 4, 0, 1) == -BX_E_BADF);
    CHECK(env_write(&e, 4, "x") == -BX_E_BADF);
    CHECK(env_host_write(&e, "g", "123"));
    CHECK(open_at(&e, 3, 0, "g", BX_O_TRUNC, 0, 0, 0) == 0);
    CHECK(env_host_size(&e, "g") == 0);
}

static void open_masks_rights_by_type(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(open_at(&e, 3, 0, "f", 0, UINT64_MAX, UINT64_MAX, 0) == 0);
    CHECK(P1(&e, fd_fdstat_get, 4, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 8) == BX_R_FILE);
    CHECK(bx_get64(e.mem + STAT + 16) == 0);
    CHECK(open_at(&e, 3, 0, ".", BX_O_DIRECTORY, UINT64_MAX & ~(uint64_t)BX_R_FD_WRITE, UINT64_MAX,
                  0) == 0);
    CHECK(P1(&e, fd_fdstat_get, 5, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 8) == BX_R_DIR);
    CHECK(bx_get64(e.mem + STAT + 16) == (BX_R_DIR | BX_R_FILE));
}

static void open_inherits_no_more_than_the_directory_has(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(open_at(&e, 3, 0, ".", BX_O_DIRECTORY, BX_R_DIR, BX_R_FD_READ | BX_R_FD_TELL, 0) == 0);
    CHECK(open_at(&e, 4, 0, "f", 0, BX_R_FD_READ | BX_R_FD_SEEK, 0, 0) == 0); /* seek is left out */
    CHECK(P1(&e, fd_fdstat_get, 5, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 8) == BX_R_FD_READ);
    CHECK(open_at(&e, 4, 0, "f", 0, BX_R_FD_WRITE, 0, 0) == BX_E_NOTCAPABLE);
    CHECK(open_at(&e, 4, 0, "f", 0, BX_R_FD_READ, 0, BX_FDF_SYNC) == BX_E_NOTCAPABLE);
    CHECK(open_at(&e, 4, 0, "f", 0, BX_R_FD_READ, 0, BX_FDF_DSYNC) == BX_E_NOTCAPABLE);
    CHECK(open_at(&e, 3, 0, "f", 0, BX_R_FD_READ, 0, BX_FDF_SYNC) == 0);
    CHECK(P1(&e, fd_fdstat_get, 6, STAT) == 0);
    CHECK(bx_get16(e.mem + STAT + 2) == BX_FDF_SYNC);
}

static void open_needs_rights_of_the_directory(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "123"));
    CHECK(drop(&e, 3, BX_R_PATH_CREATE_FILE | BX_R_PATH_FILESTAT_SET_SIZE,
               BX_R_FD_FILESTAT_SET_SIZE) == 0);
    CHECK(open_at(&e, 3, 0, "new", BX_O_CREAT, RW, 0, 0) == BX_E_NOTCAPABLE);
    CHECK(env_host_size(&e, "new") == -1);
    CHECK(open_at(&e, 3, 0, "f", BX_O_TRUNC, RW, 0, 0) == BX_E_NOTCAPABLE);
    CHECK(env_host_size(&e, "f") == 3);
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, 0) == 0);
    CHECK(drop(&e, 3, BX_R_PATH_OPEN, 0) == 0);
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, 0) == BX_E_NOTCAPABLE);
}

static void open_refuses_bad_flags(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(open_at(&e, 3, 2, "f", 0, RW, 0, 0) == BX_E_INVAL);
    CHECK(open_at(&e, 3, UINT32_MAX, "f", 0, RW, 0, 0) == BX_E_INVAL);
    CHECK(open_at(&e, 3, 0, "f", 16, RW, 0, 0) == BX_E_INVAL);
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, 32) == BX_E_INVAL);
    CHECK(open_at(&e, 3, 0, "d", BX_O_CREAT | BX_O_DIRECTORY, BX_R_FD_READ, 0, 0) == BX_E_INVAL);
    CHECK(open_at(&e, 3, 0, ".", BX_O_DIRECTORY, RW, 0, 0) == BX_E_ISDIR);
    CHECK(open_at(&e, 3, 0, ".", 0, RW, 0, 0) == BX_E_ISDIR);
    CHECK(open_at(&e, 3, 0, "f", BX_O_DIRECTORY, BX_R_FD_READ, 0, 0) == BX_E_NOTDIR);
    CHECK(open_at(&e, 3, 0, "f/", 0, BX_R_FD_READ, 0, 0) == BX_E_NOTDIR);
}

static void open_refuses_bad_paths(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(open_at(&e, 3, 0, "", 0, RW, 0, 0) == BX_E_NOENT);
    CHECK(open_at(&e, 3, 0, "/f", 0, RW, 0, 0) == BX_E_PERM);
    CHECK(open_at(&e, 3, 0, "../etc/passwd", 0, RW, 0, 0) == BX_E_PERM);
    CHECK(open_at(&e, 3, 0, "\xff", 0, RW, 0, 0) == BX_E_ILSEQ);
    CHECK(P1(&e, path_open, 3, 0, A, 2, 0, RW, 0, 0, OUT) != 0);
    memcpy(e.mem + A, "f\0g", 3);
    CHECK(P1(&e, path_open, 3, 0, A, 3, 0, RW, 0, 0, OUT) == BX_E_INVAL);
    memset(e.mem + 20000, 'x', 5000);
    CHECK(P1(&e, path_open, 3, 0, 20000, 4097, 0, RW, 0, 0, OUT) == BX_E_NAMETOOLONG);
    CHECK(P1(&e, path_open, 3, 0, 20000, 256, 0, RW, 0, 0, OUT) == BX_E_NAMETOOLONG);
    CHECK(env_open(&e, "f", 0, RW) == 4);
    CHECK(open_at(&e, 4, 0, "f", 0, RW, 0, 0) == BX_E_NOTDIR);
    CHECK(P1(&e, path_open, 3, 0, ENV_MEM - 1, 1, 0, RW, 0, 0, OUT) !=
          BX_E_FAULT); /* the last byte counts */
}

static void read_only_grant_refuses_writing(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox:ro"));
    CHECK(env_host_write(&e, "f", "123"));
    CHECK(open_at(&e, 3, 0, "f", 0, BX_R_FD_READ, 0, 0) == 0);
    CHECK(open_at(&e, 3, 0, "f", 0, RW, 0, 0) == BX_E_PERM);
    CHECK(open_at(&e, 3, 0, "f", BX_O_TRUNC, 0, 0, 0) == BX_E_PERM);
    CHECK(open_at(&e, 3, 0, "new", BX_O_CREAT, 0, 0, 0) == BX_E_PERM);
    CHECK(one(&e, "path_unlink_file", 3, "f") == BX_E_PERM);
    CHECK(one(&e, "path_create_directory", 3, "d") == BX_E_PERM);
    CHECK(rename_(&e, "f", "g") == BX_E_PERM);
    CHECK(link_(&e, 0, "f", "g") == BX_E_PERM);
    CHECK(symlink_(&e, "f", "g") == BX_E_PERM);
    CHECK(env_host_size(&e, "f") == 3);
    CHECK(env_host_size(&e, "g") == -1);
}

/* ---- the others ----------------------------------------------------------------------- */

static void directories_come_and_go(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(one(&e, "path_create_directory", 3, "d") == 0);
    CHECK(one(&e, "path_create_directory", 3, "d") == BX_E_EXIST);
    CHECK(one(&e, "path_create_directory", 3, "d/e") == 0);
    CHECK(one(&e, "path_create_directory", 3, "no/e") == BX_E_NOENT);
    CHECK(one(&e, "path_create_directory", 3, "../x") == BX_E_PERM);
    CHECK(one(&e, "path_remove_directory", 3, "d") == BX_E_NOTEMPTY);
    CHECK(one(&e, "path_unlink_file", 3, "d") == BX_E_ISDIR);
    CHECK(one(&e, "path_remove_directory", 3, "d/e") == 0);
    CHECK(one(&e, "path_remove_directory", 3, "d") == 0);
    CHECK(one(&e, "path_remove_directory", 3, "d") == BX_E_NOENT);
    CHECK(env_host_write(&e, "f", ""));
    CHECK(one(&e, "path_remove_directory", 3, "f") == BX_E_NOTDIR);
    CHECK(one(&e, "path_unlink_file", 3, "f") == 0);
    CHECK(one(&e, "path_unlink_file", 3, "f") == BX_E_NOENT);
}

static void links_of_both_kinds(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "12345"));
    CHECK(link_(&e, 0, "f", "hard") == 0);
    CHECK(link_(&e, 0, "f", "hard") == BX_E_EXIST);
    CHECK(link_(&e, 2, "f", "other") == BX_E_INVAL);
    CHECK(link_(&e, 0, "f", "../other") == BX_E_PERM);
    CHECK(stat_(&e, 0, "hard") == 0);
    CHECK(bx_get64(e.mem + STAT + 24) == 2);
    CHECK(symlink_(&e, "f", "soft") == 0);
    CHECK(symlink_(&e, "f", "soft") == BX_E_EXIST);
    CHECK(symlink_(&e, "/etc/passwd", "out") == BX_E_PERM);
    CHECK(stat_(&e, 0, "soft") == 0);
    CHECK(e.mem[STAT + 16] == BX_FT_SYMLINK);
    CHECK(stat_(&e, 1, "soft") == 0);
    CHECK(e.mem[STAT + 16] == BX_FT_REG);
    CHECK(open_at(&e, 3, 0, "soft", 0, RW, 0, 0) == BX_E_LOOP);
    CHECK(open_at(&e, 3, 1, "soft", 0, RW, 0, 0) == 0);
}

static void readlink_cuts(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(symlink_(&e, "target", "l") == 0);
    memset(e.mem + 2000, 0xee, 16);
    CHECK(P1(&e, path_readlink, 3, A, env_text(&e, A, "l"), 2000, 10, OUT) == 0);
    CHECK(bx_get32(e.mem + OUT) == 6);
    CHECK(memcmp(e.mem + 2000, "target\xee", 7) == 0);
    CHECK(P1(&e, path_readlink, 3, A, 1, 2000, 4, OUT) == 0);
    CHECK(bx_get32(e.mem + OUT) == 4);
    CHECK(P1(&e, path_readlink, 3, A, 1, 2000, 0, OUT) == 0);
    CHECK(bx_get32(e.mem + OUT) == 0);
    CHECK(env_host_write(&e, "f", ""));
    CHECK(P1(&e, path_readlink, 3, A, env_text(&e, A, "f"), 2000, 10, OUT) == BX_E_INVAL);
    CHECK(P1(&e, path_readlink, 3, A, env_text(&e, A, "no"), 2000, 10, OUT) == BX_E_NOENT);
}

static void renaming(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "a", "1"));
    CHECK(env_host_write(&e, "b", "22"));
    CHECK(rename_(&e, "a", "b") == 0);
    CHECK(env_host_size(&e, "a") == -1);
    CHECK(env_host_size(&e, "b") == 1);
    CHECK(rename_(&e, "a", "b") == BX_E_NOENT);
    CHECK(rename_(&e, "b", "../b") == BX_E_PERM);
    CHECK(one(&e, "path_create_directory", 3, "d") == 0);
    CHECK(rename_(&e, "b", "d") == BX_E_ISDIR);
    CHECK(rename_(&e, "d", "b") == BX_E_NOTDIR);
    CHECK(rename_(&e, "b", "d/b") == 0);
}

static void times_of_paths(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "1"));
    CHECK(symlink_(&e, "f", "l") == 0);
    CHECK(P1(&e, path_filestat_set_times, 3, 1, A, env_text(&e, A, "l"), 5, 7, 5) == 0);
    CHECK(stat_(&e, 0, "f") == 0);
    CHECK(bx_get64(e.mem + STAT + 40) == 5 && bx_get64(e.mem + STAT + 48) == 7);
    CHECK(P1(&e, path_filestat_set_times, 3, 0, A, env_text(&e, A, "l"), 9, 9, 5) == 0);
    CHECK(stat_(&e, 0, "l") == 0);
    CHECK(bx_get64(e.mem + STAT + 48) == 9);
    CHECK(stat_(&e, 0, "f") == 0);
    CHECK(bx_get64(e.mem + STAT + 48) == 7);
    CHECK(P1(&e, path_filestat_set_times, 3, 0, A, 1, 9, 9, 3) == BX_E_INVAL);
    CHECK(P1(&e, path_filestat_set_times, 3, 0, A, 1, 9, 9, 16) == BX_E_INVAL);
    CHECK(P1(&e, path_filestat_set_times, 3, 2, A, 1, 9, 9, 0) == BX_E_INVAL);
    CHECK(P1(&e, path_filestat_get, 3, 2, A, 1, STAT) == BX_E_INVAL);
}

static void each_needs_its_right(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "1"));
    static const struct {
        const char *fn;
        uint64_t right;
    } one_path[] = {
        {"path_create_directory", BX_R_PATH_CREATE_DIRECTORY},
        {"path_remove_directory", BX_R_PATH_REMOVE_DIRECTORY},
        {"path_unlink_file", BX_R_PATH_UNLINK_FILE},
    };
    for (size_t i = 0; i < BX_COUNT(one_path); i++) {
        CHECK(drop(&e, 3, one_path[i].right, 0) == 0);
        CHECK(one(&e, one_path[i].fn, 3, "f") == BX_E_NOTCAPABLE);
    }
    CHECK(drop(&e, 3, BX_R_PATH_FILESTAT_GET, 0) == 0);
    CHECK(stat_(&e, 0, "f") == BX_E_NOTCAPABLE);
    CHECK(drop(&e, 3, BX_R_PATH_FILESTAT_SET_TIMES, 0) == 0);
    CHECK(P1(&e, path_filestat_set_times, 3, 0, A, 1, 9, 9, 0) == BX_E_NOTCAPABLE);
    CHECK(drop(&e, 3, BX_R_PATH_READLINK, 0) == 0);
    CHECK(P1(&e, path_readlink, 3, A, 1, 2000, 4, OUT) == BX_E_NOTCAPABLE);
    CHECK(drop(&e, 3, BX_R_PATH_SYMLINK, 0) == 0);
    CHECK(symlink_(&e, "f", "l") == BX_E_NOTCAPABLE);
    CHECK(drop(&e, 3, BX_R_PATH_LINK_TARGET, 0) == 0);
    CHECK(link_(&e, 0, "f", "l") == BX_E_NOTCAPABLE);
    CHECK(drop(&e, 3, BX_R_PATH_RENAME_TARGET, 0) == 0);
    CHECK(rename_(&e, "f", "l") == BX_E_NOTCAPABLE);
    CHECK(env_host_size(&e, "f") == 1);
    CHECK(env_host_size(&e, "l") == -1);
}

BXT_MAIN(RUN(open_creates_reads_truncates); RUN(open_without_rights);
         RUN(open_masks_rights_by_type); RUN(open_inherits_no_more_than_the_directory_has);
         RUN(open_needs_rights_of_the_directory); RUN(open_refuses_bad_flags);
         RUN(open_refuses_bad_paths); RUN(read_only_grant_refuses_writing);
         RUN(directories_come_and_go); RUN(links_of_both_kinds); RUN(readlink_cuts); RUN(renaming);
         RUN(times_of_paths); RUN(each_needs_its_right);)
