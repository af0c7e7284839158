import { invalidValue, RESOURCES, type Resources } from "./limits.ts";

export const ACCESS = { MKNOD: 1, READ: 2, WRITE: 4, ALL: 7 } as const;

/** A device number that stands for every number. */
export const ANY = -1;

/** What a rule is about: block or character devices with these numbers (ANY = all) and these ACCESS bits. */
export interface DeviceMatch {
  type: "b" | "c";
  major: number;
  minor: number;
  access: number;
}

/** One rule of an ordered list in which the last word wins, bit by bit. */
export interface DeviceRule extends DeviceMatch {
  allow: boolean;
}

/** The rules after the last one that is about everything, and what that one says. */
export interface DeviceRules {
  defaultAllow: boolean;
  rules: readonly DeviceRule[];
}

function allowed(type: "b" | "c", major: number, minor: number, access: number = ACCESS.ALL): DeviceRule {
  return { allow: true, type, major, minor, access };
}

/** What every container may use whatever the config says: the default device nodes, terminals and tun, and mknod. */
export const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  allowed("c", ANY, ANY, ACCESS.MKNOD),
  allowed("b", ANY, ANY, ACCESS.MKNOD),
  allowed("c", 1, 3), // null
  allowed("c", 1, 8), // random
  allowed("c", 1, 7), // full
  allowed("c", 5, 0), // tty
  allowed("c", 1, 5), // zero
  allowed("c", 1, 9), // urandom
  allowed("c", 136, ANY), // pts
  allowed("c", 5, 2), // ptmx
  allowed("c", 10, 200), // net/tun
];

function accessBits(pointer: string, access: string | undefined): number {
  let bits = 0;
  for (const letter of access ?? "rwm") {
    if (letter === "r") bits |= ACCESS.READ;
    else if (letter === "w") bits |= ACCESS.WRITE;
    else if (letter === "m") bits |= ACCESS.MKNOD;
    else
      throw invalidValue(
        `${pointer}/access`,
        access,
        `may only hold the letters r, w and m, not "${letter}"`,
      );
  }
  return bits === 0 ? ACCESS.ALL : bits;
}

function number(pointer: string, value: number | undefined): number {
  if (value === undefined || value === ANY) return ANY;
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw invalidValue(pointer, value, "is no device number (0 to 4294967295, -1 or absent for all)");
}

type DeviceField = NonNullable<Resources["devices"]>[number];

/** The rules of one entry of linux.resources.devices; an entry about all types stands for one rule of each type. */
function readRule(entry: DeviceField, index: number): DeviceRule[] {
  const pointer = `${RESOURCES}/devices/${index}`;
  const access = accessBits(pointer, entry.access);
  const major = number(`${pointer}/major`, entry.major);
  const minor = number(`${pointer}/minor`, entry.minor);
  const allow = entry.allow;
  const type = entry.type ?? "a";
  if (type === "b" || type === "c") return [{ allow, type, major, minor, access }];
  if (type === "u") return [{ allow, type: "c", major, minor, access }];
  if (type !== "a") throw invalidValue(`${pointer}/type`, type, 'is none of "a", "b" and "c"');
  if (major !== ANY || minor !== ANY) {
    throw invalidValue(
      pointer,
      entry,
      'a rule for all types cannot name device numbers; give it a type "b" or "c"',
    );
  }
  return [
    { allow, type: "b", major, minor, access },
    { allow, type: "c", major, minor, access },
  ];
}

/**
 * The container's device rules: nothing is allowed at first, then the config's rules in order, then the defaults.
 * A rule for all types with all accesses overrides everything before it. Throws SPEC_INVALID for a rule that is no
 * rule.
 */
export function deviceRules(devices: Resources["devices"]): DeviceRules {
  let defaultAllow = false;
  let rules: DeviceRule[] = [];
  (devices ?? []).forEach((entry, i) => {
    const read = readRule(entry, i);
    if (read.length === 2 && read[0]?.access === ACCESS.ALL) {
      defaultAllow = entry.allow;
      rules = [];
    } else rules.push(...read);
  });
  return { defaultAllow, rules: [...rules, ...DEFAULT_DEVICE_RULES] };
}

/** True when every device may be used: nothing has to be enforced. */
export function allowsEverything(rules: DeviceRules): boolean {
  return rules.defaultAllow && rules.rules.every((rule) => rule.allow);
}

function covers(wide: DeviceMatch, narrow: DeviceMatch): boolean {
  return (
    wide.type === narrow.type &&
    (wide.major === ANY || wide.major === narrow.major) &&
    (wide.minor === ANY || wide.minor === narrow.minor)
  );
}

function overlaps(a: DeviceMatch, b: DeviceMatch): boolean {
  const meet = (x: number, y: number): boolean => x === ANY || y === ANY || x === y;
  return a.type === b.type && meet(a.major, b.major) && meet(a.minor, b.minor) && (a.access & b.access) !== 0;
}

/** A match as devices.allow and devices.deny take it: "c 136:* rwm". */
export function deviceText(match: DeviceMatch): string {
  const show = (value: number): string => (value === ANY ? "*" : String(value));
  const letters = [
    (match.access & ACCESS.READ) !== 0 ? "r" : "",
    (match.access & ACCESS.WRITE) !== 0 ? "w" : "",
    (match.access & ACCESS.MKNOD) !== 0 ? "m" : "",
  ].join("");
  return `${match.type} ${show(match.major)}:${show(match.minor)} ${letters}`;
}

/** Takes `rule` out of the exceptions; fails when it would have to cut a piece out of a wider one. */
function withdraw(exceptions: readonly DeviceMatch[], rule: DeviceRule): DeviceMatch[] {
  return exceptions.flatMap((exception): DeviceMatch[] => {
    if (!overlaps(exception, rule)) return [exception];
    if (!covers(rule, exception)) {
      throw invalidValue(
        `${RESOURCES}/devices`,
        `${rule.allow ? "allow" : "deny"} ${deviceText(rule)}`,
        `cgroup v1 cannot make an exception to the wider rule "${deviceText(exception)}"`,
      );
    }
    const access = exception.access & ~rule.access;
    return access === 0 ? [] : [{ ...exception, access }];
  });
}

function extend(exceptions: readonly DeviceMatch[], rule: DeviceRule): DeviceMatch[] {
  const { type, major, minor, access } = rule;
  const same = (entry: DeviceMatch): boolean =>
    entry.type === type && entry.major === major && entry.minor === minor;
  if (!exceptions.some(same)) return [...exceptions, { type, major, minor, access }];
  return exceptions.map((entry) => (same(entry) ? { ...entry, access: entry.access | access } : entry));
}

/**
 * What the v1 controller can hold: a default and exceptions to it whose order does not matter.
 * Throws SPEC_INVALID when the rules need an exception to an exception.
 */
export function deviceExceptions(rules: DeviceRules): DeviceMatch[] {
  return rules.rules.reduce<DeviceMatch[]>(
    (exceptions, rule) =>
      rule.allow === rules.defaultAllow ? withdraw(exceptions, rule) : extend(exceptions, rule),
    [],
  );
}

/** The lines for devices.deny or devices.allow of a new v1 cgroup, in order. */
export function deviceLines(
  rules: DeviceRules,
): { file: "devices.allow" | "devices.deny"; lines: string[] }[] {
  const lines = deviceExceptions(rules).map(deviceText);
  return rules.defaultAllow
    ? [
        { file: "devices.allow", lines: ["a"] },
        { file: "devices.deny", lines },
      ]
    : [
        { file: "devices.deny", lines: ["a"] },
        { file: "devices.allow", lines },
      ];
}

/**
 * The emulator: may a process use the device in this way? Applies the rules in order to the set of permitted
 * accesses of that one device.
 */
export function deviceVerdict(rules: DeviceRules, request: DeviceMatch): boolean {
  let permitted: number = rules.defaultAllow ? ACCESS.ALL : 0;
  for (const rule of rules.rules) {
    if (!covers(rule, request)) continue;
    permitted = rule.allow ? permitted | rule.access : permitted & ~rule.access;
  }
  return (request.access & ~permitted) === 0;
}
