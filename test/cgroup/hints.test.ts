import t from "tap";
import { cgroupHint, cgroupStepHint } from "../../src/cgroup/hints.ts";
import { limitStep } from "../../src/cgroup/limit-steps.ts";

t.test("the particular comes before the general", async (t) => {
  t.match(cgroupHint("memory.limit_in_bytes", "write", "EBUSY"), /uses more memory than the new limit/);
  t.match(cgroupHint("memory.max", "write", "EBUSY"), /uses more memory than the new limit/);
  t.match(cgroupHint("cpu.cfs_quota_us", "write", "EINVAL"), /quota must be at least 1000 us/);
  t.match(cgroupHint("cpuset.mems", "write", "EACCES"), /parent cgroup does not have/);
  t.equal(cgroupHint("pids.max", "write", "EINVAL"), "the kernel does not take this value");
  t.match(cgroupHint("memory.swap.max", "openat2", "ENOENT"), /swapaccount=1/);
  t.match(cgroupHint("io.bfq.weight", "openat2", "ENOENT"), /BFQ/);
});

t.test("a missing file names its controller", async (t) => {
  t.match(cgroupHint("memory.max", "openat2", "ENOENT"), /can't be set: controller "memory" not available/);
  t.match(cgroupHint("foo.bar", "openat2", "EPERM"), /controller "foo" not available/);
  t.match(cgroupHint("cgroup.kill", "openat2", "ENOENT"), /the kernel does not have this file/);
});

t.test("calls that are no writes", async (t) => {
  t.match(cgroupHint(undefined, "mkdirat", "EROFS"), /read-only/);
  t.match(cgroupHint(undefined, "clone3", "EBUSY"), /cannot hold processes/);
  t.match(cgroupHint(undefined, "bpf", "EPERM"), /CAP_BPF/);
  t.equal(cgroupHint(undefined, "mkdirat", "EFAULT"), undefined);
  t.equal(cgroupHint("memory.max", "write", "EFAULT"), undefined);
});

t.test("a failed call of a step is explained by the file that was opened last", async (t) => {
  const write = { controller: "cpu", file: "cpu.max", value: "1 2", pointer: "/linux/resources/cpu/quota" };
  const step = limitStep(write, { mount: "cgroup.mount.0", path: "box" }, 0);
  const [open, text] = step.calls;
  if (open === undefined || text === undefined) return t.fail("no calls");
  t.match(cgroupStepHint(step, text, "EINVAL"), /quota must be at least/);
  t.match(cgroupStepHint(step, open, "ENOENT"), /controller "cpu" not available/);
  t.match(
    cgroupStepHint(step, { op: "spawn", flags: 0, into: "x", child: [] }, "EBUSY"),
    /cannot hold processes/,
  );
  t.equal(cgroupStepHint(step, { op: "goto", to: "x" }, "EBUSY"), undefined);
});
