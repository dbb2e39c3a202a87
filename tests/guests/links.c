/* path_link, path_symlink, path_readlink, and links in the middle of paths. */
#include "guest.h"

#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW

static void hard(void)
{
    make("f", "12345");
    OK(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "h"));
    EQ(stat_of("h", 0).ino, stat_of("f", 0).ino);
    EQ(stat_of("h", 0).nlink, 2);
    EQ(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "h"), E(EXIST));
    EQ(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "f"), E(EXIST));
    EQ(__wasi_path_link(SANDBOX, 0, "none", SANDBOX, "x"), E(NOENT));
    EQ(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "no/x"), E(NOENT));
    OK(__wasi_path_create_directory(SANDBOX, "d"));
    EITHER(__wasi_path_link(SANDBOX, 0, "d", SANDBOX, "x"), E(PERM), E(ACCES));
    OK(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "d/h"));
    EITHER(__wasi_path_link(SANDBOX, 0, "f", SANDBOX, "../h"), E(PERM), E(NOTCAPABLE));
    EITHER(__wasi_path_link(SANDBOX, 0, "../f", SANDBOX, "x"), E(PERM), E(NOTCAPABLE));
    EQ(raw_path_link(SANDBOX, 2, at("f"), 1, SANDBOX, at("x"), 1), E(INVAL));
    EQ(raw_path_link(SANDBOX, 0, memory_end(), 1, SANDBOX, at("x"), 1), E(FAULT));
    EQ(raw_path_link(SANDBOX, 0, at("f"), 1, SANDBOX, memory_end(), 1), E(FAULT));
    EQ(__wasi_path_link(77, 0, "f", SANDBOX, "x"), E(BADF));
    EQ(__wasi_path_link(SANDBOX, 0, "f", 77, "x"), E(BADF));
}

static void symbolic(void)
{
    char buf[16];
    __wasi_size_t n = 99;
    OK(__wasi_path_symlink("f", SANDBOX, "s"));
    EQ(__wasi_path_symlink("f", SANDBOX, "s"), E(EXIST));
    EITHER(__wasi_path_symlink("", SANDBOX, "t"), E(NOENT), E(INVAL));
    EQ(__wasi_path_symlink("f", SANDBOX, "no/t"), E(NOENT));
    EITHER(__wasi_path_symlink("f", SANDBOX, "../t"), E(PERM), E(NOTCAPABLE));
    memset(buf, 0x5a, sizeof buf);
    OK(__wasi_path_readlink(SANDBOX, "s", (uint8_t *)buf, sizeof buf, &n));
    EQ(n, 1);
    EQ(buf[0], 'f');
    EQ(buf[1], 0x5a);
    OK(__wasi_path_symlink("0123456789", SANDBOX, "long"));
    OK(__wasi_path_readlink(SANDBOX, "long", (uint8_t *)buf, 4, &n));
    EQ(n, 4);
    EQ(memcmp(buf, "0123\x5a", 5), 0);
    EQ(__wasi_path_readlink(SANDBOX, "f", (uint8_t *)buf, 4, &n), E(INVAL));
    EQ(__wasi_path_readlink(SANDBOX, "none", (uint8_t *)buf, 4, &n), E(NOENT));
    EQ(raw_path_readlink(SANDBOX, at("s"), 1, memory_end() - 1, 2, at(&n)), E(FAULT));
    EQ(raw_path_readlink(SANDBOX, at("s"), 1, at(buf), 4, memory_end() - 3), E(FAULT));
    EQ(raw_path_symlink(memory_end(), 1, SANDBOX, at("x"), 1), E(FAULT));
    EQ(raw_path_symlink(at("f"), 1, SANDBOX, memory_end(), 1), E(FAULT));

    EQ(open_errno(SANDBOX, "s", 0, 0, 0, 0), E(LOOP));
    OK(open_errno(SANDBOX, "s", FOLLOW, 0, 0, 0));
    EQ(stat_of("s", 0).filetype, __WASI_FILETYPE_SYMBOLIC_LINK);
    EQ(stat_of("s", FOLLOW).filetype, __WASI_FILETYPE_REGULAR_FILE);
    EQ(stat_of("s", 0).size, 1);
}

static void in_the_middle(void)
{
    OK(__wasi_path_symlink("d", SANDBOX, "dl"));
    OK(open_errno(SANDBOX, "dl/h", 0, 0, 0, 0)); /* only the last part is not followed */
    EITHER(open_errno(SANDBOX, "dl", 0, __WASI_OFLAGS_DIRECTORY, 0, 0), E(LOOP), E(NOTDIR));
    OK(open_errno(SANDBOX, "dl", FOLLOW, __WASI_OFLAGS_DIRECTORY, 0, 0));
    OK(__wasi_path_symlink("../f", SANDBOX, "d/back")); /* up, and still inside */
    OK(open_errno(SANDBOX, "d/back", FOLLOW, 0, 0, 0));
    OK(__wasi_path_symlink("loop2", SANDBOX, "loop1"));
    OK(__wasi_path_symlink("loop1", SANDBOX, "loop2"));
    EQ(open_errno(SANDBOX, "loop1", FOLLOW, 0, 0, 0), E(LOOP));
    EQ(open_errno(SANDBOX, "loop1/x", 0, 0, 0, 0), E(LOOP));
    OK(__wasi_path_symlink("not-yet", SANDBOX, "dangling"));
    EQ(open_errno(SANDBOX, "dangling", FOLLOW, 0, 0, 0), E(NOENT));
    EQ(open_errno(SANDBOX, "dangling", FOLLOW, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, RW, 0),
       E(EXIST));
    OK(open_errno(SANDBOX, "dangling", FOLLOW, __WASI_OFLAGS_CREAT, RW, 0));
    EQ(stat_of("not-yet", 0).filetype, __WASI_FILETYPE_REGULAR_FILE);
}

int main(void)
{
    hard();
    symbolic();
    in_the_middle();
    return 0;
}
