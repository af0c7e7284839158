/** Checks of device nodes. SPEC(config-linux#devices) */
import { error, type Finding, shown, warning } from "../finding.ts";
import type { Device, Spec } from "../types.ts";
import { absolute, cleaned } from "./paths.ts";

function devicesOf(spec: Spec): readonly Device[] {
  return spec.linux?.devices ?? [];
}

export function devicePathsAreAbsolute(spec: Spec): Finding[] {
  return devicesOf(spec).flatMap(({ path }, i) => absolute(`/linux/devices/${i}/path`, path));
}

/** Every type but a FIFO needs its numbers; makedev(3) takes 12 and 20 bits. */
export function devicesHaveNumbers(spec: Spec): Finding[] {
  return devicesOf(spec).flatMap((device, i) => {
    if (device.type === "p") return [];
    const sides = [
      ["major", 4095],
      ["minor", 1048575],
    ] as const;
    return sides.flatMap(([side, most]) => {
      const number = device[side];
      const pointer = `/linux/devices/${i}/${side}`;
      if (number === undefined) {
        const reason = `the device ${shown(device.path)} has no ${side} number`;
        return [error(pointer, reason, "add it, or use type p for a FIFO")];
      }
      if (number >= 0 && number <= most) return [];
      return [error(pointer, `${number} is out of range`, `use a number from 0 to ${most}`)];
    });
  });
}

/** What a device is, however its type is written. */
function identityOf({ type, major, minor }: Device): string {
  return type === "p" ? "a FIFO" : `${type === "b" ? "block" : "character"} device ${major}:${minor}`;
}

/** The same device twice does no harm; two devices cannot have one path. */
export function devicePathsAreOnce(spec: Spec): Finding[] {
  const seen = new Map<string, string>();
  return devicesOf(spec).flatMap((device, i) => {
    const [path, identity] = [cleaned(device.path), identityOf(device)];
    const before = seen.get(path);
    seen.set(path, before ?? identity);
    if (before === undefined) return [];
    const reason = `the device ${shown(device.path)} is listed twice`;
    const pointer = `/linux/devices/${i}/path`;
    if (before === identity) return [warning(pointer, reason, "remove one of them")];
    return [error(pointer, `${reason}, as ${before} and as ${identity}`, "remove one of them")];
  });
}

/** The specification advises against two nodes of one device. */
export function devicesAreOnce(spec: Spec): Finding[] {
  const seen = new Map<string, string>();
  return devicesOf(spec).flatMap((device, i) => {
    if (device.type === "p") return [];
    const { path } = device;
    const identity = identityOf(device);
    const other = seen.get(identity);
    if (other === undefined || cleaned(other) === cleaned(path)) {
      seen.set(identity, path);
      return [];
    }
    return [warning(`/linux/devices/${i}`, `${shown(path)} is ${identity}, and so is ${shown(other)}`)];
  });
}
