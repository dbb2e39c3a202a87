/* fd_readdir: entries, cookies, cut buffers, and a directory that changes meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "guest.h"

enum { HEAD = 24 };

typedef struct seen {
    int n, dots;
    int count[400]; /* of "fNNN" */
} seen;

/* One buffer of entries from `cookie` on; the cookie after the last whole one. */
static bool read_part(__wasi_fd_t dir, size_t room, __wasi_dircookie_t *cookie, seen *s)
{
    uint8_t buf[512];
    __wasi_size_t used = 0;
    OK(__wasi_fd_readdir(dir, buf, room, *cookie, &used));
    YES(used <= room);
    for (size_t p = 0; p + HEAD <= used;) {
        __wasi_dirent_t d;
        memcpy(&d, buf + p, HEAD);
        if (p + HEAD + d.d_namlen > used)
            break;
        const char *name = (const char *)buf + p + HEAD;
        s->n++;
        if (name[0] == '.')
            s->dots++;
        else if (name[0] == 'f' && d.d_namlen == 4)
            s->count[(name[1] - '0') * 100 + (name[2] - '0') * 10 + name[3] - '0']++;
        *cookie = d.d_next;
        p += HEAD + d.d_namlen;
    }
    return used == room;
}

static void touch(int i)
{
    char name[8];
    snprintf(name, sizeof name, "f%03d", i);
    EQ(open_errno(SANDBOX, name, 0, __WASI_OFLAGS_CREAT, 0, 0), 0);
}

static void drop(int i)
{
    char name[8];
    snprintf(name, sizeof name, "f%03d", i);
    OK(__wasi_path_unlink_file(SANDBOX, name));
}

static void empty_directory(void)
{
    seen s = {0};
    __wasi_dircookie_t cookie = 0;
    YES(!read_part(SANDBOX, 512, &cookie, &s));
    EQ(s.n, 2);
    EQ(s.dots, 2);
}

static void all_sizes_of_buffers(void)
{
    for (int i = 0; i < 100; i++)
        touch(i);
    for (size_t room = 28; room < 512; room += 37) {
        seen s = {0};
        __wasi_dircookie_t cookie = 0;
        while (read_part(SANDBOX, room, &cookie, &s))
            ;
        EQ(s.n, 102);
        for (int i = 0; i < 100; i++)
            EQ(s.count[i], 1);
    }
}

static void cookies_can_be_gone_back_to(void)
{
    seen a = {0}, b = {0};
    __wasi_dircookie_t cookie = 0, middle = 0;
    read_part(SANDBOX, 300, &cookie, &a);
    middle = cookie;
    while (read_part(SANDBOX, 300, &cookie, &a))
        ;
    cookie = middle;
    while (read_part(SANDBOX, 300, &cookie, &b))
        ;
    EQ(b.n, a.n - 300 / (HEAD + 4));
}

/* Whatever is created and removed meanwhile: no entry twice, none that stayed missed. */
static void changes_meanwhile(void)
{
    seen s = {0};
    __wasi_dircookie_t cookie = 0;
    int next = 100;
    bool more = true;
    for (int round = 0; more; round++) {
        more = read_part(SANDBOX, 60, &cookie, &s);
        if (next < 300)
            touch(next++);
        if (round < 50)
            drop(50 + round); /* 50..99 go, some before they were met */
    }
    for (int i = 0; i < 50; i++)
        EQ(s.count[i], 1);
    for (int i = 50; i < 300; i++)
        YES(s.count[i] <= 1);
}

/* The same through libc: remove everything while reading. */
static void rm_star(void)
{
    DIR *d = opendir("/sandbox");
    YES(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        EQ(unlinkat(dirfd(d), e->d_name, 0), 0);
    }
    EQ(closedir(d), 0);
    empty_directory();
}

static void refusals(void)
{
    uint8_t buf[64];
    __wasi_size_t used = 7;
    __wasi_fd_t f = OPEN("plain", __WASI_OFLAGS_CREAT, RW),
                d = OPEN(".", __WASI_OFLAGS_DIRECTORY, R(PATH_OPEN));
    EQ(__wasi_fd_readdir(f, buf, 64, 0, &used), E(NOTDIR));
    EQ(__wasi_fd_readdir(d, buf, 64, 0, &used), E(NOTCAPABLE));
    EQ(__wasi_fd_readdir(77, buf, 64, 0, &used), E(BADF));
    EQ(used, 7);
    OK(__wasi_fd_readdir(SANDBOX, buf, 0, 0, &used));
    EQ(used, 0);
    memset(buf, 0x5a, 64);
    OK(__wasi_fd_readdir(SANDBOX, buf, 10, 0, &used));
    EQ(used, 10);
    EQ(buf[10], 0x5a);
    EQ(raw_fd_readdir(SANDBOX, memory_end() - 63, 64, 0, at(&used)), E(FAULT));
    EQ(raw_fd_readdir(SANDBOX, at(buf), 64, 0, memory_end() - 3), E(FAULT));
    EQ(raw_fd_readdir(SANDBOX, at(buf), UINT32_MAX, 0, at(&used)), E(FAULT));
    YES(opendir("/sandbox/none") == NULL && errno == ENOENT);
}

int main(void)
{
    empty_directory();
    all_sizes_of_buffers();
    cookies_can_be_gone_back_to();
    changes_meanwhile();
    rm_star();
    refusals();
    return 0;
}
