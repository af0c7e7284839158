import t from "tap";
import { compileFindExecutable } from "../../../src/compile/process/find-executable.ts";
import type { SysCall } from "../../../src/plan/call.ts";
import { callsOf, encode, inputOf, textOf } from "./input.ts";
import { type Answer, walk } from "./walk.ts";

const FILE = { loads: { "exec.mode": 0o100755 } };
const DIRECTORY = { loads: { "exec.mode": 0o040755 } };

/** Looks for `name` in a world of paths: an errno for statx, or what is there and whether it may be executed. */
function find(name: string, world: Record<string, Answer | "refused">, path = "/a:/b:/c") {
  const env = [`PATH=${path}`];
  const steps = compileFindExecutable(inputOf({ process: { args: [name] } }), env);
  encode(steps);
  const answer = (call: SysCall): Answer => {
    const there = world[textOf(call.args[1])] ?? "ENOENT";
    if (call.name === "statx") return there === "refused" ? FILE : there;
    return there === "refused" ? "EACCES" : 0;
  };
  const { failed, slots, made } = walk(callsOf(steps), answer);
  return { failed, path: slots.get("exec.path"), made };
}

t.test("the first executable file in PATH wins", (t) => {
  t.same(find("sh", { "/b/sh": FILE, "/c/sh": FILE }).path, { str: "/b/sh" });
  t.same(find("sh", { "/a/sh": DIRECTORY, "/b/sh": "refused", "/c/sh": FILE }).path, { str: "/c/sh" });
  t.same(find("sh", { "/a/sh": "ENOTDIR", "/b/sh": "ELOOP", "/c/sh": FILE }).path, { str: "/c/sh" });
  t.same(find("sh", { "./sh": FILE }, "/a::/b").path, { str: "./sh" }, "an empty entry is the cwd");
  t.end();
});

t.test("permissions are asked for with the effective ids", (t) => {
  const { made } = find("sh", { "/a/sh": FILE });
  t.same(made.find((call) => call.name === "faccessat2")?.args, [-100, { str: "/a/sh" }, 1, 0x200]);
  t.end();
});

t.test("a name that is nowhere, or only where it cannot be executed", (t) => {
  const nowhere = { errno: "ENOENT", why: 'exec: "foo": executable file not found in $PATH' };
  t.same(find("foo", {}).failed, nowhere);
  t.same(find("foo", { "/a/foo": DIRECTORY }).failed, nowhere);
  t.same(find("", { "/a/": DIRECTORY }).failed, {
    errno: "ENOENT",
    why: 'exec: "": executable file not found in $PATH',
  });
  const refused = { errno: "EACCES", why: 'exec: "foo": permission denied' };
  t.same(find("foo", { "/b/foo": "refused" }).failed, refused);
  t.same(find("foo", { "/b/foo": "EACCES" }).failed, refused, "in a closed directory");
  t.end();
});

t.test("a name with a slash is taken as it is", (t) => {
  t.same(find("/x/sh", { "/x/sh": FILE }).path, { str: "/x/sh" });
  t.same(find("./run", { "./run": FILE }).path, { str: "./run" });
  const why = (answer: Answer | "refused") => find("/x/sh", { "/x/sh": answer }).failed;
  t.same(why("ENOENT"), { errno: "ENOENT", why: 'exec: "/x/sh": stat /x/sh: no such file or directory' });
  t.same(why("ENOTDIR"), { errno: "ENOTDIR", why: 'exec: "/x/sh": stat /x/sh: not a directory' });
  t.same(why("ELOOP"), {
    errno: "ELOOP",
    why: 'exec: "/x/sh": stat /x/sh: too many levels of symbolic links',
  });
  t.same(why(DIRECTORY), { errno: "EISDIR", why: 'exec: "/x/sh": is a directory' });
  t.same(why("refused"), { errno: "EACCES", why: 'exec: "/x/sh": permission denied' });
  t.same(why("EACCES"), { errno: "EACCES", why: 'exec: "/x/sh": permission denied' });
  t.match(why("EIO"), { errno: "EIO" }, "anything else is the step's own failure");
  t.end();
});

t.test("nothing is searched without arguments", (t) => {
  t.same(compileFindExecutable(inputOf({ process: { args: [] } }), []), []);
  t.same(compileFindExecutable(inputOf({ process: undefined }), []), []);
  t.end();
});
