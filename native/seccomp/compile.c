/*
 * Compiles a seccomp profile into the kernel's filter by libseccomp. Knows no JSON and no names of the specification:
 * the profile arrives as numbers and the kernel's own names, see src/seccomp/encode-profile.ts.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_NAME 64
#define MAX_ARGS 6
/* Binary search over the system calls instead of a list. */
#define OPTIMIZE_TREE 2

int64_t runt_seccomp(const uint8_t *profile, uint64_t length, uint8_t *filter, uint64_t room);

/* Reads the profile; `failed` is set once it ends too early. */
struct reader {
  const uint8_t *at;
  const uint8_t *end;
  int failed;
};

static uint64_t take(struct reader *reader, uint64_t width) {
  uint64_t value = 0;
  if ((uint64_t)(reader->end - reader->at) < width) {
    reader->failed = 1;
    return 0;
  }
  memcpy(&value, reader->at, width);
  reader->at += width;
  return value;
}

static void take_name(struct reader *reader, char name[MAX_NAME]) {
  uint64_t length = take(reader, 4);
  if (length >= MAX_NAME || (uint64_t)(reader->end - reader->at) < length) {
    reader->failed = 1;
    length = 0;
  }
  memcpy(name, reader->at, length);
  name[length] = 0;
  reader->at += length;
}

static int add_architectures(scmp_filter_ctx context, struct reader *reader) {
  char name[MAX_NAME];
  for (uint64_t count = take(reader, 4); count > 0 && !reader->failed; count--) {
    take_name(reader, name);
    uint32_t token = seccomp_arch_resolve_name(name);
    if (token == 0) continue; /* libseccomp is older than the architecture */
    int failed = seccomp_arch_add(context, token);
    if (failed && failed != -EEXIST) return failed;
  }
  return 0;
}

/* One rule; a name that this libseccomp does not know is passed over, as the system call is not there either. */
static int add_rule(scmp_filter_ctx context, struct reader *reader) {
  struct scmp_arg_cmp args[MAX_ARGS];
  char name[MAX_NAME];
  uint32_t action = (uint32_t)take(reader, 4);
  take_name(reader, name);
  uint64_t count = take(reader, 4);
  if (count > MAX_ARGS) return -EINVAL;
  for (uint64_t i = 0; i < count; i++) {
    args[i].arg = (unsigned int)take(reader, 4);
    args[i].op = (enum scmp_compare)take(reader, 4);
    args[i].datum_a = take(reader, 8);
    args[i].datum_b = take(reader, 8);
  }
  if (reader->failed) return -EINVAL;
  int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return 0;
  return seccomp_rule_add_array(context, action, number, (unsigned int)count, args);
}

static int fill(scmp_filter_ctx context, struct reader *reader) {
  int failed = seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0);
  if (failed) return failed;
  /* Older versions know no tree; the list does the same. */
  (void)seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_TREE);
  failed = add_architectures(context, reader);
  for (uint64_t count = take(reader, 4); count > 0 && !failed && !reader->failed; count--) {
    failed = add_rule(context, reader);
  }
  return failed ? failed : reader->failed ? -EINVAL : 0;
}

/* The filter of `context` in `filter`; libseccomp writes it to a file only. */
static int64_t export_filter(scmp_filter_ctx context, uint8_t *filter, uint64_t room) {
  int fd = memfd_create("seccomp", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  int64_t size = seccomp_export_bpf(context, fd);
  if (size == 0) size = lseek(fd, 0, SEEK_END);
  if (size > 0 && (uint64_t)size > room) size = -ENOSPC;
  if (size > 0 && pread(fd, filter, (size_t)size, 0) != size) size = -EIO;
  close(fd);
  return size;
}

/*
 * Compiles `profile` into `filter` (struct sock_filter, 8 bytes each). Returns the filter's bytes, or a negative errno:
 * EINVAL for a profile that is cut short or a rule that libseccomp refuses, ENOSPC when `room` is too small.
 */
int64_t runt_seccomp(const uint8_t *profile, uint64_t length, uint8_t *filter, uint64_t room) {
  struct reader reader = {profile, profile + length, 0};
  scmp_filter_ctx context = seccomp_init((uint32_t)take(&reader, 4));
  if (context == NULL) return -EINVAL;
  int64_t result = fill(context, &reader);
  if (result == 0) result = export_filter(context, filter, room);
  seccomp_release(context);
  return result;
}
