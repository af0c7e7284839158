import { compileCreate } from "../compile/create.ts";
import type { CompileInput } from "../compile/input.ts";
import type { CgroupFacts, HostFacts } from "../host/facts.ts";
import { encodeLibrary } from "../plan/encode-plan.ts";
import type { Fragment, Library } from "../plan/library.ts";
import { adoptRemembered, type KnownStep, remember } from "../plan/remembered.ts";
import type { StepKind } from "../plan/step.ts";
import type { Spec } from "../spec/types.ts";
import { CAPABILITIES } from "../tables/capabilities.ts";
import { COMMON_SPECS, V1_HIERARCHIES } from "./common-specs.ts";
import { leftOpen } from "./open-fds.ts";

/** A library for each of the lists of a plan: a program begins with all data of its library. */
export interface Libraries {
  host: Library;
  init: Library;
}

/** Steps by what they are remembered by, and what is encoded of them. */
export interface Precompiled {
  steps: ReadonlyMap<string, KnownStep>;
  libraries: Libraries;
}

let libraries: Libraries | undefined;

/**
 * Compiles and encodes what most configs have in common. A run that has the same steps takes them from there, once they
 * are adopted; everything else is compiled as ever.
 */
export function compileCommonSteps(arch: HostFacts["arch"]): Precompiled {
  const steps = remember(() => {
    for (const spec of COMMON_SPECS) {
      for (const cgroup of [V2, V1]) compileCreate(inputOf(spec, arch, cgroup));
    }
  });
  const known = new Map<string, KnownStep>();
  const libraryOf = (isIncluded: (kind: StepKind) => boolean): Library => {
    const chosen = [...steps].filter(([, { kind }]) => isIncluded(kind));
    const { library, fragments } = encodeLibrary(
      chosen.map(([, { calls }]) => calls),
      arch,
    );
    chosen.forEach(([key, { kind, title, sync, calls }], i) => {
      known.set(key, { kind, title, sync, fragment: fragments[i] as Fragment, opens: leftOpen(calls) });
    });
    return library;
  };
  const host = libraryOf((kind) => HOST_KINDS.includes(kind));
  const init = libraryOf((kind) => !HOST_KINDS.includes(kind));
  return { steps: known, libraries: { host, init } };
}

/** Cgroups are the parent's work; every other remembered step is init's. */
const HOST_KINDS: readonly StepKind[] = ["cgroup", "limit"];

/** From now on these steps are taken where they fit. */
export function adoptPrecompiled(precompiled: Precompiled): void {
  adoptRemembered(precompiled.steps);
  libraries = precompiled.libraries;
}

/** The steps that are encoded already; undefined where nothing was precompiled. */
export function precompiledSteps(): Libraries | undefined {
  return libraries;
}

const V2: CgroupFacts = {
  mode: "v2",
  v1: [],
  v2: { mount: "/sys/fs/cgroup", own: "/", controllers: ["cpu", "memory", "pids"] },
};
/** Every hierarchy that a host may have, beside what it may have in its place. */
const V1: CgroupFacts = {
  mode: "v1",
  v1: V1_HIERARCHIES.map((controllers) => ({
    controllers: controllers.split(","),
    mount: `/sys/fs/cgroup/${controllers.replace("name=", "")}`,
    own: "/",
  })),
  v2: undefined,
};

/** A host that hinders nothing. What steps keep of it is part of what they are remembered by. */
function inputOf(spec: Spec, arch: HostFacts["arch"], cgroup: CgroupFacts): CompileInput {
  const lastCapability = CAPABILITIES.CAP_CHECKPOINT_RESTORE;
  return {
    spec,
    facts: {
      arch,
      kernel: { release: "6.12", major: 6, minor: 12 },
      euid: 0,
      inUserNamespace: false,
      cgroup,
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
      foreground: true,
      systemdCgroup: false,
    },
  };
}
