/** Checks of the resource limits that contradict each other or that no kernel takes. SPEC(config-linux#control-groups) */
import { error, type Finding, shown } from "../finding.ts";
import { pointerOf } from "../pointer.ts";
import type { Resources, Spec } from "../types.ts";

const AT = "/linux/resources";

/** Zero is what managers write for "not set". */
function resourcesOf(spec: Spec): Resources {
  return spec.linux?.resources ?? {};
}

/** SPEC(config-linux#memory): -1 is no limit, and the only negative number with a meaning. */
export function memoryIsNotNegative(spec: Spec): Finding[] {
  const { memory = {} } = resourcesOf(spec);
  const fields = ["limit", "reservation", "swap", "kernel", "kernelTCP"] as const;
  return fields.flatMap((field) => {
    const bytes = memory[field] ?? 0;
    if (bytes >= -1) return [];
    const hint = "use a number of bytes, or -1 for no limit";
    return [error(`${AT}/memory/${field}`, `${bytes} is below -1`, hint)];
  });
}

/** Swap is memory and swap together, so it cannot be less than memory. */
export function swapIsAboveMemory(spec: Spec): Finding[] {
  const { limit = 0, swap = 0 } = resourcesOf(spec).memory ?? {};
  const findings: Finding[] = [];
  if (swap > 0 && limit <= 0) {
    const reason = `unable to set swap limit ${swap} without memory limit`;
    findings.push(error(`${AT}/memory/swap`, reason, "set memory.limit too, or remove swap"));
  } else if (swap > 0 && swap < limit) {
    const reason = `memory+swap limit ${swap} should be >= memory limit ${limit}`;
    findings.push(error(`${AT}/memory/swap`, reason, "swap counts memory and swap together: raise it"));
  }
  return findings;
}

export function cpuBurstFitsQuota(spec: Spec): Finding[] {
  const { quota = 0, burst = 0 } = resourcesOf(spec).cpu ?? {};
  if (quota <= 0 || burst <= quota) return [];
  const reason = `the burst ${burst} is above the quota ${quota}`;
  return [error(`${AT}/cpu/burst`, reason, "lower burst, or raise quota")];
}

/** KERNEL: the scheduler takes periods of 1 ms to 1 s. */
export function cpuPeriodIsInRange(spec: Spec): Finding[] {
  const { period = 0 } = resourcesOf(spec).cpu ?? {};
  if (period === 0 || (period >= 1000 && period <= 1_000_000)) return [];
  return [error(`${AT}/cpu/period`, `${period} us is out of range`, "use 1000 to 1000000")];
}

/** cpuset(7), list format. */
export function cpuSetsAreLists(spec: Spec): Finding[] {
  const fields = ["cpus", "mems"] as const;
  return fields.flatMap((field) => {
    const list = resourcesOf(spec).cpu?.[field] ?? "";
    if (list === "" || /^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/.test(list)) return [];
    return [error(`${AT}/cpu/${field}`, `${shown(list)} is no list of numbers`, 'write it as in "0-3,7"')];
  });
}

/** A rule is about reading, writing or making nodes. */
export function deviceRulesHaveAccess(spec: Spec): Finding[] {
  return (resourcesOf(spec).devices ?? []).flatMap(({ access = "" }, i) => {
    if (/^[rwm]*$/.test(access)) return [];
    return [error(`${AT}/devices/${i}/access`, `${shown(access)} is no access`, "use letters of rwm")];
  });
}

export function blockWeightsAreSound(spec: Spec): Finding[] {
  const { blockIO = {} } = resourcesOf(spec);
  const fields = ["weight", "leafWeight"] as const;
  const weights = (
    place: { weight?: number | undefined; leafWeight?: number | undefined },
    at: string,
  ): Finding[] =>
    fields.flatMap((field) => {
      const weight = place[field] ?? 0;
      if (weight === 0 || (weight >= 10 && weight <= 1000)) return [];
      return [error(`${at}/${field}`, `${weight} is out of range`, "use 10 to 1000")];
    });
  const perDevice = (blockIO.weightDevice ?? []).flatMap((device, i) => {
    const at = `${AT}/blockIO/weightDevice/${i}`;
    if (device.weight !== undefined || device.leafWeight !== undefined) return weights(device, at);
    return [error(at, "neither weight nor leafWeight is set", "add one of them")];
  });
  return [...weights(blockIO, `${AT}/blockIO`), ...perDevice];
}

export function hugePagesHaveSizes(spec: Spec): Finding[] {
  return (resourcesOf(spec).hugepageLimits ?? []).flatMap(({ pageSize }, i) => {
    if (/^[1-9][0-9]*[KMG]B$/.test(pageSize)) return [];
    const reason = `${shown(pageSize)} is no page size`;
    return [error(`${AT}/hugepageLimits/${i}/pageSize`, reason, "write it as in 64KB, 2MB or 1GB")];
  });
}

export function rdmaLimitsAreSet(spec: Spec): Finding[] {
  return Object.entries(resourcesOf(spec).rdma ?? {}).flatMap(([device, { hcaHandles, hcaObjects }]) => {
    if (hcaHandles !== undefined || hcaObjects !== undefined) return [];
    const pointer = pointerOf(["linux", "resources", "rdma", device]);
    return [error(pointer, "neither hcaHandles nor hcaObjects is set", "add one of them")];
  });
}

/** SAFETY: the key is a file of the container's own cgroup, so it must not lead elsewhere. */
export function unifiedKeysAreFiles(spec: Spec): Finding[] {
  return Object.keys(resourcesOf(spec).unified ?? {}).flatMap((key) => {
    if (!key.includes("/") && key.indexOf(".") > 0) return [];
    const pointer = pointerOf(["linux", "resources", "unified", key]);
    return [error(pointer, `${shown(key)} is no file of a cgroup`, 'write it as in "memory.high"')];
  });
}
