/*
 * The physical limit: what "run" of runc's default config costs a program that can do nothing else. It makes by
 * hand the system calls that any runtime needs on a host with cgroup v1 (compare "runt explain"). It reads no
 * config, verifies no path, and forks instead of executing an init. So it is a yardstick and no runtime: it trusts
 * the root filesystem, which must have all the mount points.
 *
 * Usage: bare STATE_ROOT ROOTFS ID PROGRAM ARGUMENTS...
 * Exit status: that of the program; 70 when something failed.
 */
#define _GNU_SOURCE
#include "bare.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *capabilities_kept = "\x05\x0a\x1d"; /* kill, net_bind_service, audit_write */

long need(const char *what, long result) {
  if (result >= 0) return result;
  fprintf(stderr, "bare: %s: %s\n", what, strerror(errno));
  _exit(FAILED);
}

/* What other commands would find the container by: always a whole file, so it is renamed into place. */
static void record(const char *state, const char *id, pid_t pid) {
  char text[256], next[600], path[600];
  snprintf(next, sizeof next, "%s/state.json.new", state);
  snprintf(path, sizeof path, "%s/state.json", state);
  int length = snprintf(text, sizeof text, "{\"ociVersion\":\"1.2.0\",\"id\":\"%s\",\"pid\":%d}\n", id, pid);
  int fd = (int)need(next, open(next, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  need(next, write(fd, text, (size_t)length));
  close(fd);
  need(path, rename(next, path));
}

static void drop_privileges(const char *id) {
  char keyring[128];
  unsigned int kept = 0;
  snprintf(keyring, sizeof keyring, "_ses.%s", id);
  long ring = need("keyctl", syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, keyring));
  need("keyctl", syscall(SYS_keyctl, KEYCTL_SETPERM, ring, 0x3f1b0000));
  need("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  for (const char *number = capabilities_kept; *number; number++) kept |= 1u << *number;
  for (int number = 0; number < 64; number++) {
    if (number < 32 && (kept >> number & 1)) continue;
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0) break;
  }
  need("setgroups", syscall(SYS_setgroups, 0, NULL));
  need("setresgid", syscall(SYS_setresgid, 0, 0, 0));
  need("setresuid", syscall(SYS_setresuid, 0, 0, 0));
  struct rlimit limit = {1024, 1024};
  need("prlimit", prlimit(0, RLIMIT_NOFILE, &limit, NULL));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2] = {{kept, kept, kept}, {0, 0, 0}};
  need("capset", syscall(SYS_capset, &header, sets));
  for (const char *number = capabilities_kept; *number; number++)
    need("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, *number, 0, 0));
}

static void child(int gate, int root, const char *rootfs, const char *id, char **arguments) {
  char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
                         "HOME=/", NULL};
  char byte = 1;
  need("prctl", prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  need("setsid", setsid());
  for (int i = 0; i < cgroup_count; i++) {
    need(cgroups[i].name, write(cgroups[i].tasks, "0", 1));
    close(cgroups[i].tasks);
  }
  need("sethostname", sethostname("runc", 4));
  enter_root(root, rootfs);
  drop_privileges(id);
  need("write", write(gate, &byte, 1));
  if (need("read", read(gate, &byte, 1)) != 1) _exit(FAILED);
  need("close_range", syscall(SYS_close_range, 3, ~0u, 0));
  execve(arguments[0], arguments, environment);
  need(arguments[0], -1);
}

/* Removes what was made; the cgroups are empty, because the only process in them was waited for. */
static void clean(const char *state) {
  char path[600];
  for (int i = 0; i < cgroup_count; i++) need(cgroups[i].dir, rmdir(cgroups[i].dir));
  snprintf(path, sizeof path, "%s/state.json", state);
  need(path, unlink(path));
  need(state, rmdir(state));
}

int main(int argc, char **argv) {
  if (argc < 5) return FAILED;
  const char *rootfs = argv[2], *id = argv[3];
  char state[512], byte = 1;
  int gate[2], status;
  snprintf(state, sizeof state, "%s/%s", argv[1], id);
  need(state, mkdir(state, 0700));
  record(state, id, 0);
  name_cgroups(id);
  make_cgroups();
  need("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, gate));
  int root = open_tree(AT_FDCWD, rootfs, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  need(rootfs, root);
  struct clone_args clone = {.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET,
                             .exit_signal = SIGCHLD};
  pid_t pid = (pid_t)need("clone3", syscall(SYS_clone3, &clone, sizeof clone));
  if (pid == 0) {
    close(gate[0]);
    child(gate[1], root, rootfs, id, argv + 4);
  }
  close(gate[1]);
  for (int i = 0; i < cgroup_count; i++) close(cgroups[i].tasks);
  if (need("read", read(gate[0], &byte, 1)) == 1) {
    record(state, id, pid);
    need("write", write(gate[0], &byte, 1));
  }
  need("wait", waitpid(pid, &status, 0));
  clean(state);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
