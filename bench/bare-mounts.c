/*
 * The filesystem of bench/bare.c: the mounts, devices, masked and read-only paths of runc's default config.
 */
#define _GNU_SOURCE
#include "bare.h"
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define HARDENED (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV)

static void attach(int tree, int root, const char *target) {
  need(target, move_mount(tree, "", root, target, MOVE_MOUNT_F_EMPTY_PATH));
}

static void set_attributes(int tree, unsigned int flags, uint64_t set, uint64_t propagation) {
  struct mount_attr attributes = {.attr_set = set, .propagation = propagation};
  int result = mount_setattr(tree, "", AT_EMPTY_PATH | flags, &attributes, sizeof attributes);
  need("mount_setattr", result);
}

/* Makes a filesystem; `options` are pairs of names and values (NULL for a flag), ended by NULL. */
static int make_mount(const char *type, const char *const *options, unsigned int attributes) {
  int fs = (int)need(type, fsopen(type, FSOPEN_CLOEXEC));
  for (; *options; options += 2) {
    int command = options[1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
    need(options[0], fsconfig(fs, command, options[0], options[1], 0));
  }
  need(type, fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
  int tree = (int)need(type, fsmount(fs, FSMOUNT_CLOEXEC, attributes));
  close(fs);
  return tree;
}

static void mount_at(int root, const char *target, const char *type, const char *const *options,
                     unsigned int attributes) {
  int tree = make_mount(type, options, attributes);
  attach(tree, root, target);
  close(tree);
}

/* Clones the mount at `path` below `from`, gives the clone the attributes `set`, and attaches it. */
static void bind_at(int from, const char *path, int root, const char *target, uint64_t set,
                    unsigned int flags) {
  int tree = (int)need(path, open_tree(from, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags));
  if (set) set_attributes(tree, flags, set, 0);
  attach(tree, root, target);
  close(tree);
}

static void mount_cgroups(int root) {
  const char *options[] = {"source", "tmpfs", "mode", "755", NULL};
  int tree = make_mount("tmpfs", options, HARDENED);
  attach(tree, root, "sys/fs/cgroup");
  for (int i = 0; i < cgroup_count; i++) {
    need(cgroups[i].name, mkdirat(tree, cgroups[i].name, 0755));
    bind_at(AT_FDCWD, cgroups[i].dir, tree, cgroups[i].name, MOUNT_ATTR_RDONLY | HARDENED, 0);
  }
  set_attributes(tree, 0, MOUNT_ATTR_RDONLY | HARDENED, 0);
  close(tree);
}

static void make_mounts(int root) {
  const char *proc[] = {"source", "proc", NULL};
  const char *sys[] = {"source", "sysfs", NULL};
  const char *queue[] = {"source", "mqueue", NULL};
  const char *dev[] = {"source", "tmpfs", "mode", "755", "size", "65536k", NULL};
  const char *shm[] = {"source", "shm", "mode", "1777", "size", "65536k", NULL};
  const char *pts[] = {"source",   "devpts", "newinstance", NULL, "ptmxmode", "0666",
                       "mode",   "0620",   "gid",         "5",  NULL};
  mount_at(root, "proc", "proc", proc, 0);
  int tree = make_mount("tmpfs", dev, MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME);
  attach(tree, root, "dev");
  need("pts", mkdirat(tree, "pts", 0755));
  need("shm", mkdirat(tree, "shm", 0755));
  need("mqueue", mkdirat(tree, "mqueue", 0755));
  close(tree);
  mount_at(root, "dev/pts", "devpts", pts, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  mount_at(root, "dev/shm", "tmpfs", shm, HARDENED);
  mount_at(root, "dev/mqueue", "mqueue", queue, HARDENED);
  mount_at(root, "sys", "sysfs", sys, MOUNT_ATTR_RDONLY | HARDENED);
  mount_cgroups(root);
}

static void make_devices(int root) {
  static const struct device {
    const char *path;
    unsigned int major, minor;
  } devices[] = {
      {"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
      {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0},
  };
  static const char *links[][2] = {
      {"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"}, {"/proc/self/fd/1", "dev/stdout"},
      {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"},      {"pts/ptmx", "dev/ptmx"},
  };
  mode_t mask = umask(0);
  for (size_t i = 0; i < COUNT(devices); i++) {
    dev_t number = makedev(devices[i].major, devices[i].minor);
    need(devices[i].path, mknodat(root, devices[i].path, S_IFCHR | 0666, number));
    need(devices[i].path, fchownat(root, devices[i].path, 0, 0, AT_SYMLINK_NOFOLLOW));
  }
  umask(mask);
  for (size_t i = 0; i < COUNT(links); i++) need(links[i][1], symlinkat(links[i][0], root, links[i][1]));
}

static void protect_paths(int root) {
  static const char *masked[] = {
      "proc/acpi",       "proc/asound",      "proc/kcore",       "proc/keys",    "proc/latency_stats",
      "proc/timer_list", "proc/timer_stats", "proc/sched_debug", "sys/firmware", "proc/scsi",
  };
  static const char *readonly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
  const char *options[] = {"source", "tmpfs", "size", "0", "nr_inodes", "2", NULL};
  int empty = make_mount("tmpfs", options, MOUNT_ATTR_RDONLY);
  struct stat found;
  for (size_t i = 0; i < COUNT(masked); i++) {
    if (fstatat(root, masked[i], &found, AT_SYMLINK_NOFOLLOW) < 0) continue;
    if (S_ISDIR(found.st_mode)) bind_at(empty, "", root, masked[i], 0, AT_EMPTY_PATH);
    else bind_at(AT_FDCWD, "/dev/null", root, masked[i], 0, 0);
  }
  close(empty);
  for (size_t i = 0; i < COUNT(readonly); i++) {
    if (fstatat(root, readonly[i], &found, AT_SYMLINK_NOFOLLOW) < 0) continue;
    bind_at(root, readonly[i], root, readonly[i], MOUNT_ATTR_RDONLY, AT_RECURSIVE);
  }
}

static void pivot(int root) {
  int old = (int)need("/", open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  need("fchdir", fchdir(root));
  need("pivot_root", syscall(SYS_pivot_root, ".", "."));
  need("fchdir", fchdir(old));
  close(old);
  need("mount", mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL));
  need("umount2", umount2(".", MNT_DETACH));
  need("chdir", chdir("/"));
}

void enter_root(int root, const char *rootfs) {
  need("mount", mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL));
  set_attributes(root, AT_RECURSIVE, 0, MS_SLAVE);
  attach(root, AT_FDCWD, rootfs);
  make_mounts(root);
  make_devices(root);
  protect_paths(root);
  set_attributes(root, 0, MOUNT_ATTR_RDONLY, 0);
  pivot(root);
}
