import { block, sys } from "../../plan/build.ts";
import type { Call } from "../../plan/call.ts";
import { remembered, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import { CAPABILITIES, type CapabilityName } from "../../tables/capabilities.ts";
import { type CompileInput, userNamespaceOf } from "../input.ts";

const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** _LINUX_CAPABILITY_VERSION_3 of capset(2). */
const CAPABILITY_VERSION = 0x20080522;

/**
 * Numbers of the named capabilities that can be granted: known to this kernel and, without a user namespace of the
 * container's own, permitted to runt itself. The others are warnings. SPEC(config#process)
 */
function numbers(names: readonly string[] | undefined, input: CompileInput): number[] {
  return (names ?? [])
    .map((name) => CAPABILITIES[name as CapabilityName] as number | undefined)
    .filter((number): number is number => number !== undefined && isGrantable(number, input));
}

function isGrantable(number: number, input: CompileInput): boolean {
  if (number > input.facts.lastCapability) return false;
  return userNamespaceOf(input.spec) !== "none" || input.facts.capabilities.includes(number);
}

/** The two 32-bit words of a set. */
function words(set: readonly number[]): [number, number] {
  let low = 0;
  let high = 0;
  for (const bit of set) {
    if (bit < 32) low |= 1 << bit;
    else high |= 1 << (bit - 32);
  }
  return [low >>> 0, high >>> 0];
}

function capset(
  effective: readonly number[],
  permitted: readonly number[],
  inheritable: readonly number[],
): Call {
  const [e0, e1] = words(effective);
  const [p0, p1] = words(permitted);
  const [i0, i1] = words(inheritable);
  const data = block({ u32: e0 }, { u32: p0 }, { u32: i0 }, { u32: e1 }, { u32: p1 }, { u32: i1 });
  return sys("capset", [block({ u32: CAPABILITY_VERSION }, { u32: 0 }), data]);
}

/** Init step before the uid switch: the bounding set keeps only what process.capabilities.bounding names. */
export function compileBoundingSet(input: CompileInput): Step[] {
  const kept = numbers(input.spec.process?.capabilities?.bounding, input);
  return [
    remembered("/process/capabilities/bounding", "bounding", boundingStep, kept, input.facts.lastCapability),
  ];
}

function boundingStep(numbers: readonly number[], last: number): StepBody {
  const kept = new Set(numbers);
  const drops: Call[] = [];
  for (let bit = 0; bit <= last; bit++)
    if (!kept.has(bit)) drops.push(sys("prctl", [PR_CAPBSET_DROP, bit, 0, 0, 0]));
  return {
    kind: "process",
    title: `keep ${kept.size} of ${last + 1} capabilities in the bounding set`,
    calls: drops,
  };
}

/**
 * Capabilities of the config that will not be granted, one line each for the log. SPEC(config#process): a warning.
 * capabilities(7): ambient within permitted and inheritable. Old templates name an ambient set and no inheritable one at
 * all, which never meant anything: that goes without a word, since success has to be silent.
 */
export function capabilityWarnings(input: CompileInput): string[] {
  const { ambient = [], permitted = [], inheritable } = input.spec.process?.capabilities ?? {};
  const lacking = permitted
    .filter((name) => name in CAPABILITIES && !isGrantable(CAPABILITIES[name as CapabilityName], input))
    .map(
      (name) =>
        `can't grant capability ${name}: runt itself does not have it, or the kernel does not know it`,
    );
  const unraised = ambient
    .filter((name) => inheritable !== undefined && !(permitted.includes(name) && inheritable.includes(name)))
    .map(
      (name) =>
        `can't raise ambient capability ${name}: operation not permitted: process.capabilities must list it as permitted and as inheritable too`,
    );
  return [...lacking, ...unraised];
}

/**
 * Init step right after the uid switch: the effective set that the process will have, so that what is looked up next is
 * allowed or refused as it will be; with it CAP_SYS_ADMIN, which installing a seccomp filter needs.
 */
export function compileEffectiveSet(input: CompileInput): Step[] {
  const sets = input.spec.process?.capabilities;
  const admin = isGrantable(CAPABILITIES.CAP_SYS_ADMIN, input) ? [CAPABILITIES.CAP_SYS_ADMIN] : [];
  const raised = [
    ...new Set([...numbers(sets?.permitted, input), ...numbers(sets?.inheritable, input), ...admin]),
  ];
  const effective = [...new Set([...numbers(sets?.effective, input), ...admin])];
  return [
    {
      kind: "process",
      from: "/process/capabilities/effective",
      title: "set the effective capabilities, and CAP_SYS_ADMIN until the end of the set-up",
      calls: [capset(effective, [...new Set([...raised, ...effective])], numbers(sets?.inheritable, input))],
    },
  ];
}

/**
 * Init step after everything that needs privilege: the final sets, ambient last. A config without capabilities leaves none,
 * as with runc. An ambient capability that cannot be raised is no failure. SPEC(config#process): "warning".
 */
export function compileCapabilities(input: CompileInput): Step[] {
  const sets = input.spec.process?.capabilities;
  const ambient = numbers(sets?.ambient, input);
  const rest = [sets?.effective, sets?.permitted, sets?.inheritable].map((set) => numbers(set, input));
  return [remembered("/process/capabilities", "capabilities", capabilitiesStep, ambient, ...rest)];
}

function capabilitiesStep(
  ambient: readonly number[],
  effective: readonly number[] = [],
  permitted: readonly number[] = [],
  inheritable: readonly number[] = [],
): StepBody {
  return {
    kind: "process",
    title: "set the effective, permitted, inheritable and ambient capabilities",
    calls: [
      capset(effective, permitted, inheritable),
      sys("prctl", [PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0]),
      ...ambient.map((bit) =>
        sys("prctl", [PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0], {
          tolerate: [
            { errno: "EPERM", why: "not permitted and inheritable, or the caller may not grant it" },
          ],
        }),
      ),
    ],
  };
}
