import t from "tap";
import {
  compileEnvironment,
  needsHome,
  parsePasswdHome,
  searchPath,
} from "../../../src/compile/process/environment.ts";

t.test("every name once, with its last value, where it was first", (t) => {
  t.same(compileEnvironment(["A=1", "B=2", "A=3", "C=", "D=x=y"], undefined), ["A=3", "B=2", "C=", "D=x=y"]);
  t.same(compileEnvironment([], undefined), []);
  t.end();
});

t.test("HOME is filled in, also in the place of an empty one", (t) => {
  t.same(compileEnvironment(["A=1"], "/root"), ["A=1", "HOME=/root"]);
  t.same(compileEnvironment(["HOME=", "A=1"], "/root"), ["HOME=/root", "A=1"]);
  t.ok(needsHome([]));
  t.ok(needsHome(["HOME=", "HOMER=x"]));
  t.notOk(needsHome(["A=1", "HOME=/x"]));
  t.end();
});

t.test("entries without a name, without = or with NUL are refused by their index", (t) => {
  for (const [entry, why] of [
    ["A", "it is not NAME=value"],
    ["=x", "it is not NAME=value"],
    ["", "it is not NAME=value"],
    ["A=\0", "it holds a NUL byte"],
  ] as const) {
    t.throws(() => compileEnvironment(["OK=1", entry], undefined), {
      code: "SPEC_INVALID",
      pointer: "/process/env/1",
      message: `process.env[1]: invalid environment variable ${JSON.stringify(entry)}: ${why}`,
    });
  }
  t.end();
});

t.test("the home directory is that of the uid's first line", (t) => {
  const passwd = [
    "root:x:0:0:root:/root:/bin/sh",
    "# comment",
    "broken:x:7",
    "named:x:bob:1:::",
    "a:x:7:7::/home/a:/bin/sh",
    "b:x:7:7::/home/b:/bin/sh",
    "c:x:8:8:::",
    "d:x: 9:9::/home/d:",
  ].join("\n");
  t.equal(parsePasswdHome(passwd, 0), "/root");
  t.equal(parsePasswdHome(passwd, 7), "/home/a");
  t.equal(parsePasswdHome(passwd, 8), "/", "an empty field");
  t.equal(parsePasswdHome(passwd, 9), "/", "no number");
  t.equal(parsePasswdHome(passwd, 10), "/");
  t.equal(parsePasswdHome("", 0), "/");
  t.end();
});

t.test("PATH is the environment's, or a usual one", (t) => {
  t.equal(searchPath(["XPATH=/no", "PATH=/a:/b"]), "/a:/b");
  t.match(searchPath(["A=1"]), /^\/usr\/local\/sbin:.*:\/bin$/);
  t.end();
});
