import { compileCreate } from "../compile/create.ts";
import type { CompileInput } from "../compile/input.ts";
import { adoptRemembered, remember, type StepBody } from "../compile/remembered.ts";
import type { HostFacts } from "../host/facts.ts";
import { encodeLibrary } from "../plan/encode-plan.ts";
import type { Library } from "../plan/library.ts";
import type { Spec } from "../spec/types.ts";
import { CAPABILITIES } from "../tables/capabilities.ts";
import { COMMON_SPECS } from "./common-specs.ts";

/** Steps by what they are remembered by, and the same steps encoded. */
export interface Precompiled {
  steps: ReadonlyMap<string, StepBody>;
  library: Library;
}

let library: Library | undefined;

/**
 * Compiles and encodes what most configs have in common. A run that has the same steps takes them from there, once they
 * are adopted; everything else is compiled as ever.
 */
export function compileCommonSteps(arch: HostFacts["arch"]): Precompiled {
  const steps = remember(() => {
    for (const spec of COMMON_SPECS) compileCreate(inputOf(spec, arch));
  });
  return { steps, library: encodeLibrary([...steps.values()], arch) };
}

/** From now on these steps are taken where they fit. */
export function adoptPrecompiled(precompiled: Precompiled): void {
  adoptRemembered(precompiled.steps);
  library = precompiled.library;
}

/** The steps that are encoded already; undefined where nothing was precompiled. */
export function precompiledSteps(): Library | undefined {
  return library;
}

/** A host that hinders nothing. What steps keep of it is part of what they are remembered by. */
function inputOf(spec: Spec, arch: HostFacts["arch"]): CompileInput {
  const lastCapability = CAPABILITIES.CAP_CHECKPOINT_RESTORE;
  return {
    spec,
    facts: {
      arch,
      kernel: { release: "6.12", major: 6, minor: 12 },
      euid: 0,
      inUserNamespace: false,
      cgroup: {
        mode: "v2",
        v1: [],
        v2: { mount: "/sys/fs/cgroup", own: "/", controllers: ["cpu", "memory", "pids"] },
      },
      capabilities: Array.from({ length: lastCapability + 1 }, (_, bit) => bit),
      lastCapability,
      lsm: { apparmor: false, selinux: false },
      nofile: { soft: 1024, hard: 1024 },
    },
    id: "x",
    bundle: "/x",
    rootfs: "/x/rootfs",
    stateDir: "/run/runt/x",
    home: "/root",
    seccompFilter: undefined,
    options: {
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      foreground: false,
      systemdCgroup: false,
    },
  };
}
