import { readFileSync } from "node:fs";
import t from "tap";
import { programName, VERSION, versionText } from "../src/version.ts";

t.test("the version is the package's", async (t) => {
  t.equal(VERSION, JSON.parse(readFileSync("package.json", "utf8")).version);
});

t.test("managers can read what --version prints", async (t) => {
  const lines = versionText("runc").split("\n");
  t.equal(lines[0], `runc version ${VERSION}`);
  t.match(lines[1], /^commit: \S+$/);
  t.match(lines[2], /^spec: \d+\.\d+\.\d+$/);
  t.equal(lines.filter((line) => line.includes("version")).length, 1, "dockerd takes the last such line");
});

t.test("runt goes by the name that it was started under", async (t) => {
  t.equal(programName("/usr/bin/runc"), "runc");
  t.equal(programName("runc"), "runc");
  t.equal(programName("/usr/bin/runt"), "runt");
  t.equal(programName("/opt/runc/bin/main.mjs"), "runt");
});
