/* What the parts of bench/bare.c share. */
#ifndef BARE_H
#define BARE_H

#define MAX_CGROUPS 16
#define FAILED 70
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct cgroup {
  char name[64]; /* of the directory in /sys/fs/cgroup */
  char dir[512];
  int tasks; /* its tasks, open for writing: joining by cgroup.procs waits for the kernel */
};

extern struct cgroup cgroups[MAX_CGROUPS];
extern int cgroup_count;

/* Passes a result on; ends with a message when it is a failure. */
long need(const char *what, long result);

/* Names the cgroups: a directory `id` below this process's own in each hierarchy of v1. */
void name_cgroups(const char *id);
void make_cgroups(void);

/* Attaches the cloned root filesystem `root` on `rootfs`, fills it, and makes it the root of this process. */
void enter_root(int root, const char *rootfs);

#endif
