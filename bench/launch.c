/*
 * Starts the programs that are timed. It stays, so that nobody's start-up is measured but theirs, and it is small,
 * because a process that has not executed its program yet counts the memory of whoever started it.
 *
 * Usage: launch LOG. Standard error of the programs goes to LOG, their input and output are /dev/null. Requests are
 * lines on standard input, fields separated by tabs; each is answered by one line, "NANOSECONDS KILOBYTES STATUS":
 *   run SECONDS ARGV...        runs a program; a field "&" separates programs that run at the same time. The time is
 *                              that from before the first start to the last end; the memory is the biggest process's;
 *                              the status is the first that is not 0 (128 + N for signal N, 255 after SECONDS).
 *   reap SECONDS PID           waits until the orphan PID has ended
 * It works in a mount namespace of its own without the cgroup2 mount that hybrid hosts have beside those of v1, because
 * crun refuses such hosts; and it adopts orphans, as the managers' shims do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_LINE 65536
#define MAX_FIELDS 2048
#define MAX_PROGRAMS 64
#define REQUESTS 10
#define ANSWERS 11
#define TIMED_OUT 255

static char line[MAX_LINE];
static char *fields[MAX_FIELDS];
static pid_t programs[MAX_PROGRAMS];
static volatile sig_atomic_t late;

static void die(const char *what) {
  fprintf(stderr, "launch: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void expire(int signal) {
  (void)signal;
  late = 1;
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Sets the time after which `late` is set; 0 ends that. It comes again each second, should it meet no wait. */
static void set_timer(int seconds) {
  struct itimerval timer = {{seconds ? 1 : 0, 0}, {seconds, 0}};
  late = 0;
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void set_up(const char *log) {
  if (dup3(0, REQUESTS, O_CLOEXEC) < 0 || dup3(1, ANSWERS, O_CLOEXEC) < 0) die("dup3");
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (null < 0 || errors < 0) die("open");
  if (unshare(CLONE_NEWNS) < 0) die("unshare");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) die("mount");
  if (umount2("/sys/fs/cgroup/unified", MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT) die("umount");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) die("prctl");
  struct sigaction action = {.sa_handler = expire};
  if (sigaction(SIGALRM, &action, NULL) < 0) die("sigaction");
  if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0) die("dup2");
}

/* Reads a request into `line`; false at the end of them. */
static int read_line(void) {
  size_t length = 0;
  while (length == 0 || line[length - 1] != '\n') {
    if (length == MAX_LINE) exit(1);
    ssize_t count = read(REQUESTS, line + length, MAX_LINE - length);
    if (count <= 0) return 0;
    length += (size_t)count;
  }
  line[length - 1] = 0;
  return 1;
}

static int split_line(void) {
  int count = 0;
  for (char *field = strtok(line, "\t"); field; field = strtok(NULL, "\t")) {
    if (count == MAX_FIELDS - 1) exit(1);
    fields[count++] = field;
  }
  fields[count] = NULL;
  return count;
}

static void answer(long long time, long memory, int status) {
  char text[80];
  int length = snprintf(text, sizeof text, "%lld %ld %d\n", time, memory, status);
  if (write(ANSWERS, text, (size_t)length) != length) exit(1);
}

static pid_t start(char **arguments) {
  pid_t pid = vfork();
  if (pid == 0) {
    execv(arguments[0], arguments);
    _exit(127);
  }
  if (pid < 0) die("vfork");
  return pid;
}

static int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Starts the programs of fields[first..] and waits for all of them; orphans that end meanwhile are buried. */
static void run(int first, int count, int seconds) {
  int started = 0, left, status = 0;
  long memory = 0;
  set_timer(seconds);
  long long began = now();
  for (int at = first; at < count; at++) {
    int from = at;
    while (at < count && strcmp(fields[at], "&") != 0) at++;
    fields[at] = NULL;
    if (started == MAX_PROGRAMS) exit(1);
    programs[started++] = start(fields + from);
  }
  for (left = started; left > 0;) {
    int ended;
    struct rusage usage;
    pid_t pid = wait4(-1, &ended, 0, &usage);
    if (pid < 0 && late) {
      status = TIMED_OUT;
      for (int i = 0; i < started; i++)
        if (programs[i] > 0) kill(programs[i], SIGKILL);
    }
    for (int i = 0; i < started; i++) {
      if (pid < 0 || programs[i] != pid) continue;
      programs[i] = 0;
      left--;
      if (usage.ru_maxrss > memory) memory = usage.ru_maxrss;
      if (status == 0) status = status_of(ended);
    }
  }
  long long took = now() - began;
  set_timer(0);
  answer(took, memory, status);
}

/* Waits until the process `pid` is gone. Whoever is adopted is buried here, so it is gone as soon as it has ended. */
static void reap(pid_t pid, int seconds) {
  set_timer(seconds);
  while (!late && kill(pid, 0) == 0) waitpid(-1, NULL, 0);
  int status = late ? TIMED_OUT : 0;
  set_timer(0);
  answer(0, 0, status);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  set_up(argv[1]);
  while (read_line()) {
    int count = split_line();
    if (count < 3) return 2;
    if (strcmp(fields[0], "run") == 0) run(2, count, atoi(fields[1]));
    else if (strcmp(fields[0], "reap") == 0) reap(atoi(fields[2]), atoi(fields[1]));
    else return 2;
  }
  return 0;
}
