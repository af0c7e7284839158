import { utf8Length } from "../bytes/utf8.ts";
import { O, openAt2, RESOLVE, slot, str, sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

/** CVE-2025-52881: only the host's own procfs, opened before the container existed, and no link in it. */
const STRICT = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS | RESOLVE.NO_XDEV;

/** "net.ipv4.ip_forward" is net/ipv4/ip_forward; a key with slashes may hold dots in its names. */
function sysctlPath(key: string): string {
  const slash = key.indexOf("/");
  const dot = key.indexOf(".");
  return slash >= 0 && (dot < 0 || slash < dot)
    ? key
    : key.replace(/[./]/g, (mark) => (mark === "." ? "/" : "."));
}

/** Init steps: kernel parameters of the container's namespaces. SPEC(config-linux#sysctl) */
export function compileSysctl(input: CompileInput): Step[] {
  return Object.entries(input.spec.linux?.sysctl ?? {}).map(([key, value]) => {
    const length = utf8Length(value);
    return {
      kind: "sysctl",
      from: `/linux/sysctl/${key.replace(/~/g, "~0").replace(/\//g, "~1")}`,
      title: `set ${key} to ${value}`,
      calls: [
        openAt2("proc.fd", `sys/${sysctlPath(key)}`, O.WRONLY, STRICT, { into: "sysctl.fd" }),
        sys("write", [slot("sysctl.fd"), str(value), length], { expect: length }),
        sys("close", [slot("sysctl.fd")]),
      ],
    };
  });
}
