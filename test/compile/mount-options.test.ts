import t from "tap";
import { parseMountOptions } from "../../src/compile/mount-options.ts";
import type { Mount } from "../../src/spec/types.ts";
import { MOUNT_ATTR as A, PROPAGATION as P } from "../../src/tables/mount-options.ts";

const parse = (options: string[], more: Partial<Mount> = {}) =>
  parseMountOptions({ destination: "/x", options, ...more }, "/mounts/3");

t.test("words go to what they act on", (t) => {
  t.same(
    parse([
      "rbind",
      "ro",
      "rnosuid",
      "noatime",
      "rprivate",
      "size=1k",
      "newinstance",
      "sync",
      "",
      "defaults",
    ]),
    {
      bind: "rbind",
      remount: false,
      set: A.RDONLY | A.NOATIME,
      clear: A.ATIME,
      recursiveSet: A.NOSUID,
      recursiveClear: 0,
      propagations: [{ flag: P.PRIVATE, recursive: true }],
      data: ["size=1k", "newinstance", "sync"],
    },
  );
  t.end();
});

t.test("the later word wins", (t) => {
  t.match(parse(["ro", "rw"]), { set: 0, clear: A.RDONLY });
  t.match(parse(["rw", "ro"]), { set: A.RDONLY, clear: 0 });
  t.match(parse(["noatime", "strictatime"]), { set: A.STRICTATIME, clear: A.ATIME });
  t.match(parse(["strictatime", "relatime"]), { set: 0, clear: A.ATIME });
  t.match(parse(["rro", "rrw"]), { recursiveSet: 0, recursiveClear: A.RDONLY });
  t.match(parse(["bind", "rbind"]), { bind: "rbind" });
  t.end();
});

t.test("the type alone makes a bind mount, too", (t) => {
  t.equal(parse([], { type: "bind" }).bind, "bind");
  t.equal(parse(["rbind"], { type: "bind" }).bind, "rbind");
  t.equal(parse([], { type: "tmpfs" }).bind, "no");
  t.end();
});

t.test("flags that fsconfig does not take are no data", (t) => {
  t.same(parse(["silent", "loud", "iversion", "noiversion", "async", "nomand"]).data, []);
  t.same(parse(["dirsync", "mand", "lazytime"]).data, ["dirsync", "mand", "lazytime"]);
  t.end();
});

t.test("names of Object's own are options of the filesystem", (t) => {
  t.same(parse(["constructor", "__proto__"]).data, ["constructor", "__proto__"]);
  t.end();
});

t.test("what is not carried out is refused by its place", (t) => {
  const refused = (message: RegExp, options: string[], more?: Partial<Mount>): void => {
    t.throws(() => parse(options, more), { code: "SPEC_UNSUPPORTED", message });
  };
  refused(/^mounts\[3\]\.options\[1\]: tmpcopyup/, ["ro", "tmpcopyup"]);
  refused(/^mounts\[3\]\.options\[0\]: id-mapped/, ["idmap"]);
  refused(/^mounts\[3\]\.options\[0\]: id-mapped/, ["ridmap"]);
  const mapping = [{ containerID: 0, hostID: 1, size: 1 }];
  refused(/^mounts\[3\]\.uidMappings: id-mapped/, [], { uidMappings: mapping });
  refused(/^mounts\[3\]\.gidMappings: id-mapped/, [], { gidMappings: mapping });
  t.end();
});
