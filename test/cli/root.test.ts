import t from "tap";
import { type RootQuestion, resolveRoot } from "../../src/cli/root.ts";

const ROOT: RootQuestion = {
  given: undefined,
  xdgRuntimeDir: undefined,
  user: "root",
  euid: () => 0,
  inUserNamespace: () => false,
  cwd: () => "/home/me",
};

function path(question: Partial<RootQuestion>): string {
  return resolveRoot({ ...ROOT, ...question }).path;
}

t.test("without --root", async (t) => {
  const xdg = { xdgRuntimeDir: "/run/user/1000" };
  t.equal(path({}), "/run/runt");
  t.equal(path({ euid: () => 1000 }), "/run/runt", "no XDG_RUNTIME_DIR");
  t.equal(path({ xdgRuntimeDir: "", euid: () => 1000 }), "/run/runt", "an empty one counts as none");
  t.equal(path({ ...xdg, euid: () => 1000, user: "me" }), "/run/user/1000/runt");
  t.equal(path({ ...xdg, euid: () => 1000 }), "/run/user/1000/runt", "euid counts, not USER");
  t.equal(path(xdg), "/run/runt", "real root");
  t.equal(path({ ...xdg, user: undefined }), "/run/runt", "real root with an empty environment");
  t.equal(path({ ...xdg, user: "me", inUserNamespace: () => true }), "/run/user/1000/runt");
  t.equal(path({ ...xdg, inUserNamespace: () => true }), "/run/runt", "USER=root in a user namespace");
  t.same(resolveRoot({ ...ROOT, ...xdg, euid: () => 1 }), {
    path: "/run/user/1000/runt",
    given: false,
    inXdgRuntimeDir: true,
  });
});

t.test("with --root", async (t) => {
  t.same(resolveRoot({ ...ROOT, given: "/a/./b//c/../d/" }), {
    path: "/a/b/d",
    given: true,
    inXdgRuntimeDir: false,
  });
  t.equal(path({ given: "state" }), "/home/me/state");
  t.equal(path({ given: "../x" }), "/home/x");
  t.equal(path({ given: "" }), "/run/runt", "an empty one counts as none");
  t.equal(path({ given: "/r", xdgRuntimeDir: "/run/user/1000", euid: () => 1000 }), "/r");
  for (const given of ["/", "//", "/a/..", "../../.."]) {
    t.throws(() => path({ given }), { code: "USAGE", message: /may not be \/$/ }, given);
  }
});

t.test("facts are asked only where they matter", async (t) => {
  const never = (): never => t.fail("asked") as never;
  path({ euid: never, inUserNamespace: never, cwd: never });
  path({ given: "/r", xdgRuntimeDir: "/x", euid: never, inUserNamespace: never, cwd: never });
  t.pass();
});
