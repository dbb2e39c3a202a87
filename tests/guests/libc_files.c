/* What ordinary C programs do with files, through libc. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

int main(void)
{
    char line[64];
    EQ(mkdir("/sandbox/dir", 0755), 0);
    FILE *f = fopen("/sandbox/dir/a.txt", "w");
    YES(f);
    for (int i = 0; i < 1000; i++)
        YES(fprintf(f, "line %d\n", i) > 0);
    EQ(fclose(f), 0);
    f = fopen("/sandbox/dir/a.txt", "a+");
    YES(f);
    YES(fputs("last\n", f) >= 0);
    rewind(f);
    int lines = 0;
    while (fgets(line, sizeof line, f))
        lines++;
    EQ(lines, 1001);
    EQ(strcmp(line, "last\n"), 0);
    EQ(fseek(f, -5, SEEK_END), 0);
    YES(fgets(line, sizeof line, f) && strcmp(line, "last\n") == 0);
    EQ(fclose(f), 0);

    f = fopen("/sandbox/dir/a.txt", "r+");
    YES(f);
    YES(fputs("LINE", f) >= 0);
    EQ(fflush(f), 0);
    EQ(fclose(f), 0);
    int fd = open("/sandbox/dir/a.txt", O_RDONLY);
    EQ(read(fd, line, 6), 6);
    EQ(memcmp(line, "LINE 0", 6), 0);
    EQ(pread(fd, line, 6, 7), 6);
    EQ(memcmp(line, "line 1", 6), 0);
    EQ(close(fd), 0);

    EQ(rename("/sandbox/dir/a.txt", "/sandbox/b.txt"), 0);
    EQ(link("/sandbox/b.txt", "/sandbox/c.txt"), 0);
    EQ(symlink("b.txt", "/sandbox/s"), 0);
    struct stat st;
    EQ(lstat("/sandbox/s", &st), 0);
    YES(S_ISLNK(st.st_mode));
    EQ(stat("/sandbox/s", &st), 0);
    YES(S_ISREG(st.st_mode));
    EQ(st.st_nlink, 2);
    EQ(truncate("/sandbox/b.txt", 3), 0);
    EQ(stat("/sandbox/c.txt", &st), 0);
    EQ(st.st_size, 3);
    EQ(chdir("/sandbox/dir"), 0);
    EQ(access("../b.txt", F_OK), 0); /* still inside */

    int seen = 0;
    DIR *d = opendir("/sandbox");
    YES(d);
    for (struct dirent *e; (e = readdir(d));)
        seen += e->d_name[0] != '.';
    EQ(closedir(d), 0);
    EQ(seen, 4);
    EQ(unlink("/sandbox/b.txt") + unlink("/sandbox/c.txt") + unlink("/sandbox/s"), 0);
    EQ(rmdir("/sandbox/dir"), 0);
    EQ(open("/sandbox/b.txt", O_RDONLY), -1);
    EQ(errno, ENOENT);
    EQ(open("/etc/passwd", O_RDONLY), -1);
    EQ(open("/sandbox/../../etc/passwd", O_RDONLY), -1);
    return 0;
}
