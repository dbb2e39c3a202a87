/* vfs/carve.h - what is carved out of a grant.  Immutable once built; any thread. */
#ifndef BX_VFS_CARVE_H
#define BX_VFS_CARVE_H

#include "vfs/host_path.h"

/* One place where a guest path and a host path are known to be the same directory.  Mounts, and
 * what symbolic links in grants and rules lead to. */
typedef struct bx_view {
    char *guest, *host; /* owned; the root directory is "" in both */
    size_t guest_n, host_n;
    bx_str guest_form, host_form; /* folded (codec/fold.h); owned */
    int fd;                       /* O_PATH; borrowed from the vfs unless `own` */
    bool own;
    bool root; /* a mount or the store: a scan begins here */
} bx_view;

typedef struct bx_rule {
    struct bx_glob *exact, *folded;
} bx_rule;

struct bx_carve {
    size_t n_rules, n_views, cap_views;
    bx_rule *rules;
    bool all_forms; /* rules and views are their own folded forms */
    bx_view *views;
};

/* *ret = NULL when the grant has no deny:. `v` has its mounts and preopens. */
BX_NODISCARD bx_code bx_carve_new(const bx_grant *g, const bx_vfs *v, bx_carve **ret,
                                  bx_error *err);
void bx_carve_free(bx_carve *c);
/* May this guest path not be touched?  By text alone: right for the in-memory tree. */
bool bx_carve_denies_guest(const bx_carve *c, bx_str guest);
bool bx_carve_guest_dir_may_move(const bx_carve *c, bx_str guest);
/* Is the object behind `fd`, or `name` in it (NULL: itself), carved out, by where it really is now?
 * ACCES; PERM when it lies outside every mount; NOENT when it was deleted. */
bx_errno bx_carve_judge(const bx_carve *c, int fd, const char *name, size_t name_n);
/* The same for a canonical host path, "" = the root directory. */
bx_errno bx_carve_judge_host(const bx_carve *c, bx_str host);
/* Would a directory or a symbolic link put at `name` in `dirfd` make carved-out paths exist, by
 * what is or may later be behind it?  ACCES. */
bx_errno bx_carve_may_appear(const bx_carve *c, int dirfd, const char *name, size_t name_n);
bool bx_carve_guest_may_appear(const bx_carve *c, bx_str root, bx_str guest); /* by text alone */
/* Would moving the directory `name` in `dirfd` take carved-out names to where no rule sees them?
 * ACCES. */
bx_errno bx_carve_dir_may_move(const bx_carve *c, int dirfd, const char *name, size_t name_n);

/* Is there a directory on the way to this canonical host path whose names can be spelled in other
 * ways? */
bool bx_carve_names_fold(const bx_carve *c, bx_str host);
/* The path that lies `rest` below the guest path `top` of a view ("" = the root) into `out`. false:
 * too long. */
bool bx_carve_guest_path(bx_str top, bx_str rest, char *out, size_t cap, bx_str *ret);

#endif
