import { goto, label, O, tolerate } from "../plan/build.ts";
import type { Call, ErrnoRule, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { type CgroupPlace, openCgroupFile } from "./cgroup-file.ts";
import { writeText } from "./level-calls.ts";
import type { LimitWrite } from "./limits.ts";

/** Opens `file` and writes the lines of `value` one by one. */
function writeLines(
  place: CgroupPlace,
  file: string,
  value: string,
  fd: Slot,
  missing: readonly ErrnoRule[],
): Call[] {
  return [
    openCgroupFile(place, file, O.WRONLY, { into: fd, tolerate: missing }),
    ...value.split("\n").map((line) => writeText(fd, line)),
  ];
}

function limitCalls(write: LimitWrite, place: CgroupPlace, fd: Slot): Call[] {
  if (write.otherwise !== undefined) {
    const { file, value } = write.otherwise;
    const missing = [tolerate("ENOENT", `without ${write.file} ${file} takes the value`, "otherwise")];
    return [
      ...writeLines(place, write.file, write.value, fd, missing),
      goto("done"),
      label("otherwise"),
      ...writeLines(place, file, value, `${fd}.otherwise`, []),
      label("done"),
    ];
  }
  if (write.ifMissing === undefined) return writeLines(place, write.file, write.value, fd, []);
  const missing = [tolerate("ENOENT", write.ifMissing, "done")];
  return [...writeLines(place, write.file, write.value, fd, missing), label("done")];
}

/** The step that writes one value into the cgroup `place`; `serial` tells its slots from others'. */
export function limitStep(write: LimitWrite, place: CgroupPlace, serial: number): Step {
  return {
    kind: "limit",
    from: write.pointer,
    title: `write ${write.file} = ${write.shown ?? write.value.replaceAll("\n", "; ")}`,
    calls: limitCalls(write, place, `cgroup.limit.${serial}`),
  };
}
