/*
 * The cgroups of bench/bare.c: one directory in each hierarchy of cgroup v1.
 */
#include "bare.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cgroup cgroups[MAX_CGROUPS];
int cgroup_count;

static void write_at(const char *dir, const char *name, const char *text) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  int fd = (int)need(path, open(path, O_WRONLY | O_CLOEXEC));
  need(path, write(fd, text, strlen(text)));
  close(fd);
}

/* Names the cgroups: a directory `id` below this process's own in each hierarchy of v1. */
void name_cgroups(const char *id) {
  char text[4096];
  int fd = (int)need("/proc/self/cgroup", open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
  text[need("/proc/self/cgroup", read(fd, text, sizeof text - 1))] = 0;
  close(fd);
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char *names = strchr(line, ':') + 1;
    char *path = strchr(names, ':');
    *path++ = 0;
    if (*names == 0) continue;
    if (cgroup_count == MAX_CGROUPS) _exit(FAILED);
    struct cgroup *cgroup = &cgroups[cgroup_count++];
    if (strncmp(names, "name=", 5) == 0) names += 5;
    if (strcmp(path, "/") == 0) path = "";
    snprintf(cgroup->name, sizeof cgroup->name, "%s", names);
    snprintf(cgroup->dir, sizeof cgroup->dir, "/sys/fs/cgroup/%s%s/%s", names, path, id);
  }
}

/* A new cpuset takes no process before it has CPUs and memory. */
static void inherit_cpuset(const char *dir, const char *name) {
  char path[600], text[4096];
  snprintf(path, sizeof path, "%s/../%s", dir, name);
  int fd = (int)need(path, open(path, O_RDONLY | O_CLOEXEC));
  text[need(path, read(fd, text, sizeof text - 1))] = 0;
  close(fd);
  write_at(dir, name, text);
}

static void allow_devices(const char *dir) {
  static const char *rules[] = {
      "c *:* m",   "b *:* m",   "c 1:3 rwm",   "c 1:8 rwm", "c 1:7 rwm",    "c 5:0 rwm",
      "c 1:5 rwm", "c 1:9 rwm", "c 136:* rwm", "c 5:2 rwm", "c 10:200 rwm",
  };
  char path[600];
  write_at(dir, "devices.deny", "a");
  snprintf(path, sizeof path, "%s/devices.allow", dir);
  int fd = (int)need(path, open(path, O_WRONLY | O_CLOEXEC));
  for (size_t i = 0; i < COUNT(rules); i++) need(rules[i], write(fd, rules[i], strlen(rules[i])));
  close(fd);
}

void make_cgroups(void) {
  char path[600];
  for (int i = 0; i < cgroup_count; i++) {
    struct cgroup *cgroup = &cgroups[i];
    need(cgroup->dir, mkdir(cgroup->dir, 0755));
    if (strcmp(cgroup->name, "cpuset") == 0) {
      inherit_cpuset(cgroup->dir, "cpuset.cpus");
      inherit_cpuset(cgroup->dir, "cpuset.mems");
    }
    if (strcmp(cgroup->name, "devices") == 0) allow_devices(cgroup->dir);
    snprintf(path, sizeof path, "%s/tasks", cgroup->dir);
    cgroup->tasks = (int)need(path, open(path, O_WRONLY | O_CLOEXEC));
  }
}
