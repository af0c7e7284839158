import { constants } from "node:os";
import t from "tap";
import { CAPABILITIES } from "../../src/tables/capabilities.ts";
import { ERRNO_NUMBERS, errnoName } from "../../src/tables/errnos.ts";
import { NAMESPACES } from "../../src/tables/namespaces.ts";
import { RLIMITS } from "../../src/tables/rlimits.ts";
import { SIGNALS } from "../../src/tables/signals.ts";
import { definesOf } from "./headers.ts";

t.test("capabilities are those of the kernel's header", async (t) => {
  t.same(CAPABILITIES, definesOf("linux/capability.h", /^CAP_/));
});

t.test("limits are those of the kernel's header", async (t) => {
  t.same(RLIMITS, definesOf("asm-generic/resource.h", /^RLIMIT_/));
});

t.test("namespaces have the flags of clone(2)", async (t) => {
  const flags = definesOf("linux/sched.h", /^CLONE_NEW/);
  const wanted = {
    pid: flags.CLONE_NEWPID,
    network: flags.CLONE_NEWNET,
    mount: flags.CLONE_NEWNS,
    ipc: flags.CLONE_NEWIPC,
    uts: flags.CLONE_NEWUTS,
    user: flags.CLONE_NEWUSER,
    cgroup: flags.CLONE_NEWCGROUP,
    time: flags.CLONE_NEWTIME,
  };
  for (const [type, flag] of Object.entries(wanted)) {
    t.type(flag, "number");
    t.equal(NAMESPACES[type as keyof typeof NAMESPACES].flag, flag, type);
  }
  t.same(Object.keys(NAMESPACES), Object.keys(wanted));
});

t.test("signals are those of the C library", async (t) => {
  for (const [name, number] of Object.entries(SIGNALS)) {
    if (name.startsWith("SIGRT")) continue;
    t.equal(constants.signals[name as NodeJS.Signals], number, name);
  }
  t.equal(new Set(Object.values(SIGNALS)).size, Object.keys(SIGNALS).length, "each number has one name");
});

t.test("errnos are those of the C library", async (t) => {
  const { EOPNOTSUPP, ...others } = {
    ...definesOf("asm-generic/errno-base.h", /^E/),
    ...definesOf("asm-generic/errno.h", /^E/),
  };
  // The C library has two names for this one.
  const defines = { ...others, ENOTSUP: EOPNOTSUPP };
  t.same(ERRNO_NUMBERS, defines);
  for (const [name, number] of Object.entries(defines)) t.equal(errnoName(number ?? 0), name);
});
