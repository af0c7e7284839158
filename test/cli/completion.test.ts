import { execFileSync, spawnSync } from "node:child_process";
import t from "tap";
import { COMPLETIONS } from "../../src/cli/generated/completions.ts";

const BASH = COMPLETIONS.get("bash") ?? "";

/** What bash offers for the last of `words`; `ids` are the containers that runt lists. */
function complete(words: readonly string[], ids: readonly string[] = []): string[] {
  const script = `runt() { printf '%s\\n' ${ids.join(" ")}; }
${BASH}
COMP_WORDS=(runt "$@"); COMP_CWORD=$#
_runt
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" });
  return out.split("\n").filter((line) => line !== "");
}

t.test("bash completes commands, options, values and ids", async (t) => {
  t.same(complete(["cre"]), ["create"]);
  t.same(complete(["--log-f"]), ["--log-format"]);
  t.same(complete(["--log-format", ""]), ["json", "text"]);
  t.same(complete(["--root", "/r", "st"]), ["start", "state"]);
  t.same(complete(["--root", "=", "/r", "st"]), ["start", "state"]);
  t.same(complete(["create", "--pi"]), ["--pidfd-socket", "--pid-file"]);
  t.same(complete(["kill", ""], ["one", "two"]), ["one", "two"]);
  t.same(complete(["delete", "-f", "tw"], ["one", "two"]), ["two"], "-f of delete takes no value");
  t.same(complete(["list", "-f", "t"]), ["table"], "-f of list takes one");
  t.same(complete(["list", "--format", "=", "js"]), ["json"]);
  t.same(complete(["spec", "--rootless", "--b"]), ["--bundle"], "--rootless of spec takes no value");
  t.same(complete(["state", "--rootless", ""]), ["auto", "false", "true"]);
  t.same(complete(["create", "--bundle", "sr"]), ["src"]);
  t.same(complete(["completion", ""]), ["bash", "fish", "zsh"]);
  t.same(complete(["help", "val"]), ["validate"]);
  t.same(complete(["kill", "--a"]), [], "hidden options are not offered");
});

for (const [shell, flags] of [
  ["bash", ["-n"]],
  ["zsh", ["-n"]],
  ["fish", ["--no-execute"]],
] as const) {
  const missing = spawnSync(shell, ["-c", "true"]).error !== undefined;
  t.test(
    `${shell} accepts its script`,
    { skip: missing ? `${shell} is not installed` : false },
    async (t) => {
      const { status, stderr } = spawnSync(shell, flags, { input: COMPLETIONS.get(shell), encoding: "utf8" });
      t.equal(status, 0, stderr);
    },
  );
}
