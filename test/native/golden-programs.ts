/** The programs of the golden plans' configs, encoded for one architecture, as files. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { compileCreate } from "../../src/compile/create.ts";
import type { HostFacts } from "../../src/host/facts.ts";
import { encodeProgram } from "../../src/plan/encode-plan.ts";
import type { Spec } from "../../src/spec/types.ts";
import { HYBRID, hostFacts } from "../cgroup/fixtures.ts";

const GOLDEN = "test/golden";

/** Stands for the filter of every profile: one instruction, "allow". */
const FILTER = new Uint8Array([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);

const OPTIONS = {
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  foreground: false,
  systemdCgroup: false,
  consoleSocket: "/run/manager/tty.sock",
};

/** The program of runt-init for `spec` on `arch`. */
function programOf(spec: Spec, arch: HostFacts["arch"]): Uint8Array {
  const { consoleSocket, ...plain } = OPTIONS;
  const { plan } = compileCreate({
    spec,
    facts: hostFacts(HYBRID, { arch, kernel: { release: "6.12.0", major: 6, minor: 12 } }),
    id: "box",
    bundle: "/bundles/box",
    rootfs: "/bundles/box/rootfs",
    stateDir: "/run/runt/box",
    home: "/root",
    seccompFilter: spec.linux?.seccomp === undefined ? undefined : FILTER,
    options: spec.process?.terminal === true ? OPTIONS : plain,
  });
  const known = new Map(plan.imports.map((slot, i) => [slot, 3 + i]));
  return encodeProgram(plan.init, { arch, id: 2, known, report: "sync.fd", shareMemory: false }).bytes;
}

/** Writes one program for each golden case below `folder`; gives the paths. */
export function writeGoldenPrograms(folder: string, arch: HostFacts["arch"]): string[] {
  mkdirSync(folder, { recursive: true });
  const cases = readdirSync(GOLDEN, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return cases.map(({ name }) => {
    const path = `${folder}/${name}`;
    const spec: Spec = JSON.parse(readFileSync(`${GOLDEN}/${name}/config.json`, "utf8"));
    writeFileSync(path, programOf(spec, arch));
    return path;
  });
}
