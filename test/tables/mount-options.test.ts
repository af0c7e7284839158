import t from "tap";
import { MOUNT_ATTR, MOUNT_OPTIONS, PROPAGATION } from "../../src/tables/mount-options.ts";
import { definesOf } from "./headers.ts";

/** SPEC(config#linux-mount-options): every word of its table, and rnodev of the features example. */
const WORDS =
  "async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec " +
  "noiversion nolazytime norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime " +
  "remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate " +
  "rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime " +
  "suid symfollow sync tmpcopyup unbindable idmap ridmap mand nomand";

t.test("every word of the specification is known, and no other", async (t) => {
  t.same(Object.keys(MOUNT_OPTIONS).sort(), WORDS.split(" ").sort());
});

t.test("numbers are those of the kernel's header", async (t) => {
  const attributes = definesOf("linux/mount.h", /^MOUNT_ATTR_/);
  for (const [name, number] of Object.entries(MOUNT_ATTR)) {
    t.equal(number, attributes[name === "ATIME" ? "MOUNT_ATTR__ATIME" : `MOUNT_ATTR_${name}`], name);
  }
  t.same(PROPAGATION, {
    UNBINDABLE: 0x20000,
    PRIVATE: 0x40000,
    SLAVE: 0x80000,
    SHARED: 0x100000,
    REC: 0x4000,
  });
});

t.test("a word and its opposite undo each other", async (t) => {
  const pairs = [
    "ro rw",
    "nosuid suid",
    "nodev dev",
    "noexec exec",
    "nosymfollow symfollow",
    "nodiratime diratime",
  ];
  for (const pair of pairs) {
    const [set = "", clear = ""] = pair.split(" ");
    for (const prefix of ["", "r"]) {
      const one = MOUNT_OPTIONS[prefix + set];
      const other = MOUNT_OPTIONS[prefix + clear];
      t.match(one, { kind: "attribute", clear: 0, recursive: prefix === "r" }, prefix + set);
      t.match(other, { kind: "attribute", set: 0, recursive: prefix === "r" }, prefix + clear);
      t.equal(one?.kind === "attribute" && one.set, other?.kind === "attribute" && other.clear, pair);
    }
  }
});

t.test("access time words replace each other", async (t) => {
  const words = "noatime atime relatime norelatime strictatime nostrictatime".split(" ");
  for (const word of words.flatMap((one) => [one, `r${one}`])) {
    t.match(MOUNT_OPTIONS[word], { kind: "attribute", clear: MOUNT_ATTR.ATIME }, word);
  }
});
