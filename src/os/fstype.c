#include "os/fstype.h"

#include <dirent.h>
#include <errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"

bool bx_fd_keeps_change_times(int fd)
{
    static const uint32_t local[] = {
        EXT4_SUPER_MAGIC /* ext2 and ext3 too */,
        XFS_SUPER_MAGIC,
        BTRFS_SUPER_MAGIC,
        TMPFS_MAGIC,
        F2FS_SUPER_MAGIC,
        OVERLAYFS_SUPER_MAGIC,
        0x2fc12fc1 /* zfs */,
        0xca451a4e /* bcachefs */,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return false;
    for (size_t i = 0; i < BX_COUNT(local); i++) {
        if ((uint32_t)fs.f_type == local[i])
            return true;
    }
    return false;
}

bool bx_fd_is_kernel_fs(int fd)
{
    static const uint32_t own[] = {
        PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,
        TRACEFS_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
        SECURITYFS_MAGIC, SELINUX_MAGIC,      SMACK_MAGIC,
        BPF_FS_MAGIC,     EFIVARFS_MAGIC,     PSTOREFS_MAGIC,
        BINFMTFS_MAGIC,   NSFS_MAGIC,         0x62656570 /* configfs */,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return true;
    for (size_t i = 0; i < BX_COUNT(own); i++) {
        if ((uint32_t)fs.f_type == own[i])
            return true;
    }
    return false;
}

/* ---- names and inode numbers --------------------------------------------------------------- */
/* EXACT: names are bytes.  BY_DIR: but for directories that are marked (FS_CASEFOLD_FL).  BY_XFS:
 * or the whole was made so.  FOLD: case is or may be ignored, on the disk, by a server, or by a
 * program behind FUSE. */
typedef enum names { FOLD, EXACT, BY_DIR, BY_XFS } names;

typedef struct kind {
    uint32_t magic;
    names names;
    bool inodes_tell;
} kind;

static const kind kinds[] = {
    {EXT4_SUPER_MAGIC, BY_DIR, true},      {F2FS_SUPER_MAGIC, BY_DIR, true},
    {TMPFS_MAGIC, BY_DIR, true},           {0xca451a4e /* bcachefs */, BY_DIR, true},
    {OVERLAYFS_SUPER_MAGIC, BY_DIR, true}, {XFS_SUPER_MAGIC, BY_XFS, true},
    {BTRFS_SUPER_MAGIC, EXACT, true},      {RAMFS_MAGIC, EXACT, true},
    {SQUASHFS_MAGIC, EXACT, true},         {EROFS_SUPER_MAGIC_V1, EXACT, true},
    {NILFS_SUPER_MAGIC, EXACT, true},      {JFFS2_SUPER_MAGIC, EXACT, true},
    {0x24051905 /* ubifs */, EXACT, true}, {REISERFS_SUPER_MAGIC, EXACT, true},
    {HUGETLBFS_MAGIC, EXACT, true},        {ECRYPTFS_SUPER_MAGIC, EXACT, true},
    {0x01161970 /* gfs2 */, EXACT, true},  {OCFS2_SUPER_MAGIC, EXACT, true},
    {NFS_SUPER_MAGIC, FOLD, true},         {0x2fc12fc1 /* zfs */, FOLD, true},
    {0x3153464a /* jfs */, FOLD, true},    {MSDOS_SUPER_MAGIC, FOLD, true},
    {EXFAT_SUPER_MAGIC, FOLD, true},       {0x7366746e /* ntfs3 */, FOLD, true},
    {0x482b /* hfsplus */, FOLD, true},    {ISOFS_SUPER_MAGIC, FOLD, true},
};

static kind kind_of(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) == 0) {
        for (size_t i = 0; i < BX_COUNT(kinds); i++) {
            if (kinds[i].magic == (uint32_t)fs.f_type)
                return kinds[i];
        }
    }
    return (kind){0, FOLD, false};
}

bool bx_fd_inodes_tell(int fd) { return kind_of(fd).inodes_tell; }

/* The first part of what XFS tells of itself (struct xfs_fsop_geom_v1 of xfs_fs.h). */
typedef struct xfs_geometry {
    uint32_t skipped[23];
    uint32_t flags;
    uint32_t rest[4];
} xfs_geometry;

enum { XFS_NAMES_FOLD = 1 << 12 }; /* XFS_FSOP_GEOM_FLAGS_DIRV2CI */

static bool xfs_folds(int fd)
{
    xfs_geometry g;
    _Static_assert(sizeof g == 112, "the number of the request holds the size");
    return ioctl(fd, _IOR('X', 100, xfs_geometry), &g) != 0 || (g.flags & XFS_NAMES_FOLD);
}

/* Marks and geometry are asked of a descriptor that is really open.  -1: it cannot be. */
static int open_dir(int fd)
{
    char proc[BX_PROC_FD_MAX];
    bx_proc_fd(fd, proc);
    return open(proc, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
}

bool bx_dir_names_fold(int fd)
{
    kind k = kind_of(fd);
    if (k.names == FOLD || k.names == EXACT)
        return k.names == FOLD;
    BX_AUTOCLOSE int dir = open_dir(fd);
    if (dir < 0)
        return true;
    if (k.names == BY_XFS)
        return xfs_folds(dir);
    int flags = 0;
    if (ioctl(dir, FS_IOC_GETFLAGS, &flags) != 0)
        return errno != ENOTTY && errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS;
    return (flags & FS_CASEFOLD_FL) != 0;
}

bool bx_dir_hides_name(int fd, const char *name)
{
    struct stat st;
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0 || (uint32_t)fs.f_type != OVERLAYFS_SUPER_MAGIC ||
        fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    int dir = open_dir(fd);
    DIR *d = dir >= 0 ? fdopendir(dir) : NULL;
    if (!d) {
        bx_autoclose(&dir);
        return true;
    }
    bool listed = false;
    for (const struct dirent *e; !listed && (e = readdir(d)) != NULL;)
        listed = strcmp(e->d_name, name) == 0;
    (void)closedir(d);
    return !listed;
}
