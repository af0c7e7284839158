import t from "tap";
import { compileHostname } from "../../src/compile/hostname.ts";
import { compileSysctl } from "../../src/compile/sysctl.ts";
import { RESOLVE } from "../../src/plan/build.ts";
import { filesystemInput, follow, KNOWN, line, numbersOf } from "./filesystem-input.ts";
import { encode, sysCalls, textOf } from "./process/input.ts";

function sysctl(parameters: Record<string, string>) {
  const steps = compileSysctl(filesystemInput({ linux: { sysctl: parameters } }));
  encode(steps, KNOWN);
  return steps;
}

t.test("the first mark of a key tells which one separates", (t) => {
  for (const [key, path] of [
    ["net.ipv4.ip_forward", "sys/net/ipv4/ip_forward"],
    ["net/ipv4/ip_forward", "sys/net/ipv4/ip_forward"],
    ["net.ipv4.conf.eth0/1.forwarding", "sys/net/ipv4/conf/eth0.1/forwarding"],
    ["net/ipv4/conf/eth0.1/forwarding", "sys/net/ipv4/conf/eth0.1/forwarding"],
  ] as const) {
    const [open] = sysCalls(sysctl({ [key]: "1" }), "openat2");
    t.equal(textOf(open?.args[1]), path, key);
  }
  t.end();
});

t.test("a parameter is written whole, through the host's own proc, past no link", (t) => {
  const steps = sysctl({ "kernel.sem": "1 2 3 4", "kernel/msgmax": "ü" });
  t.match(steps, [
    { kind: "sysctl", from: "/linux/sysctl/kernel.sem", title: "set kernel.sem to 1 2 3 4" },
    { kind: "sysctl", from: "/linux/sysctl/kernel~1msgmax" },
  ]);
  const walked = follow(steps, (call) => (call.name === "write" ? (call.args[2] as number) : undefined));
  t.same(walked.made.slice(0, 3).map(line), [
    "openat2 proc.fd sys/kernel/sem",
    "write sysctl.fd 1 2 3 4",
    "close sysctl.fd",
  ]);
  t.same([walked.failed, walked.open], [undefined, 0]);
  const strict = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS | RESOLVE.NO_XDEV;
  t.equal(numbersOf(sysCalls(steps, "openat2")[0]?.args[2])[2], strict);
  t.same(
    sysCalls(steps, "write").map((call) => call.expect),
    [7, 2],
    "bytes, not characters",
  );
  t.equal(follow(steps, (call) => (call.name === "write" ? 3 : undefined)).failed?.errno, "EIO");
  t.end();
});

t.test("names of the machine, as many bytes as they have", (t) => {
  const steps = compileHostname(filesystemInput({ hostname: "bücher", domainname: "example" }));
  encode(steps);
  t.same(
    steps.map(({ from, title, calls }) => [from, title, calls[0]?.op === "sys" && calls[0].args]),
    [
      ["/hostname", "set the hostname to bücher", [{ str: "bücher" }, 7]],
      ["/domainname", "set the domain name to example", [{ str: "example" }, 7]],
    ],
  );
  t.same(compileHostname(filesystemInput({ hostname: "", domainname: "" })), []);
  t.same(compileHostname(filesystemInput({})), []);
  t.end();
});
