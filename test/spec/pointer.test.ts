import t from "tap";
import { fieldOf, pathOf, pointerOf } from "../../src/spec/pointer.ts";

t.test("pointers and paths turn into each other", async (t) => {
  const paths = [[], ["a"], ["a", "0", "b"], ["a/b", "~", "~1", "~01"], [""], ["", "x"]];
  for (const path of paths) t.same(pathOf(pointerOf(path)), path, pointerOf(path));
  t.equal(pointerOf(["a/b", "c~d"]), "/a~1b/c~0d");
});

t.test("fields as people write them", async (t) => {
  const cases: [string, string][] = [
    ["", "the document"],
    ["/ociVersion", "ociVersion"],
    ["/process/rlimits/0/type", "process.rlimits[0].type"],
    ["/linux/sysctl/net.ipv4.ip_forward", 'linux.sysctl["net.ipv4.ip_forward"]'],
    ["/annotations/a~1b", 'annotations["a/b"]'],
    ["/annotations/", 'annotations[""]'],
  ];
  for (const [pointer, field] of cases) t.equal(fieldOf(pointer), field);
});
