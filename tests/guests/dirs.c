/* path_create_directory, path_remove_directory, path_unlink_file. */
#include "guest.h"

int main(void)
{
    OK(__wasi_path_create_directory(SANDBOX, "d"));
    EQ(stat_of("d", 0).filetype, __WASI_FILETYPE_DIRECTORY);
    EQ(__wasi_path_create_directory(SANDBOX, "d"), E(EXIST));
    EQ(__wasi_path_create_directory(SANDBOX, "d/"), E(EXIST));
    OK(__wasi_path_create_directory(SANDBOX, "d/e/"));
    EQ(__wasi_path_create_directory(SANDBOX, "x/y"), E(NOENT));
    EQ(__wasi_path_create_directory(SANDBOX, ""), E(NOENT));
    EITHER(__wasi_path_create_directory(SANDBOX, "."), E(EXIST), E(NOENT));
    make("f", "x");
    EQ(__wasi_path_create_directory(SANDBOX, "f"), E(EXIST));
    EQ(__wasi_path_create_directory(SANDBOX, "f/d"), E(NOTDIR));

    EQ(__wasi_path_remove_directory(SANDBOX, "d"), E(NOTEMPTY));
    EQ(__wasi_path_remove_directory(SANDBOX, "f"), E(NOTDIR));
    EQ(__wasi_path_remove_directory(SANDBOX, "f/"), E(NOTDIR));
    EQ(__wasi_path_remove_directory(SANDBOX, "x"), E(NOENT));
    EITHER(__wasi_path_remove_directory(SANDBOX, "d/e/."), E(INVAL), E(NOTEMPTY));
    OK(__wasi_path_remove_directory(SANDBOX, "d/e/"));
    OK(__wasi_path_remove_directory(SANDBOX, "d"));
    EQ(__wasi_path_remove_directory(SANDBOX, "d"), E(NOENT));

    OK(__wasi_path_create_directory(SANDBOX, "d"));
    EITHER(__wasi_path_unlink_file(SANDBOX, "d"), E(ISDIR), E(PERM));
    EITHER(__wasi_path_unlink_file(SANDBOX, "d/"), E(ISDIR), E(PERM));
    EQ(__wasi_path_unlink_file(SANDBOX, "f/"), E(NOTDIR));
    EQ(__wasi_path_unlink_file(SANDBOX, "x"), E(NOENT));
    EITHER(__wasi_path_unlink_file(SANDBOX, "../x"), E(PERM), E(NOTCAPABLE));
    EITHER(__wasi_path_remove_directory(SANDBOX, "../x"), E(PERM), E(NOTCAPABLE));
    OK(__wasi_path_symlink("d", SANDBOX, "l"));
    EQ(__wasi_path_remove_directory(SANDBOX, "l"), E(NOTDIR));
    OK(__wasi_path_unlink_file(SANDBOX, "l")); /* the link, not what it names */
    EQ(stat_of("d", 0).filetype, __WASI_FILETYPE_DIRECTORY);

    /* Unlinked while open: content stays until the last descriptor goes. */
    __wasi_size_t n;
    char c = 0;
    __wasi_fd_t fd = OPEN("f", 0, RW);
    OK(__wasi_path_unlink_file(SANDBOX, "f"));
    OK(read_fd(fd, &c, 1, &n));
    EQ(c, 'x');
    EQ(open_errno(SANDBOX, "f", 0, 0, 0, 0), E(NOENT));

    EQ(raw_path_create_directory(SANDBOX, memory_end() - 1, 2), E(FAULT));
    EQ(raw_path_remove_directory(SANDBOX, UINT32_MAX, 1), E(FAULT));
    EQ(raw_path_unlink_file(SANDBOX, 1024, UINT32_MAX), E(FAULT));
    EQ(__wasi_path_create_directory(77, "a"), E(BADF));
    EQ(__wasi_path_create_directory(fd, "a"), E(NOTDIR));
    EQ(__wasi_path_unlink_file(0, "a"), E(NOTDIR));
    return 0;
}
