import { goto, label, O, openAt2, slot, sys, tolerate } from "../plan/build.ts";
import type { Call, ErrnoRule, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { STRICT, writeText } from "./level-calls.ts";
import type { LimitWrite } from "./limits.ts";

/** Opens `file` of the cgroup open in `dir`, writes the lines of `value` one by one, closes it. */
function writeLines(dir: Slot, file: string, value: string, fd: Slot, missing: readonly ErrnoRule[]): Call[] {
  return [
    openAt2(dir, file, O.WRONLY, STRICT, { into: fd, tolerate: missing }),
    ...value.split("\n").map((line) => writeText(fd, line)),
    sys("close", [slot(fd)]),
  ];
}

function limitCalls(write: LimitWrite, dir: Slot, fd: Slot): Call[] {
  if (write.otherwise !== undefined) {
    const { file, value } = write.otherwise;
    const missing = [tolerate("ENOENT", `without ${write.file} ${file} takes the value`, "otherwise")];
    return [
      ...writeLines(dir, write.file, write.value, fd, missing),
      goto("done"),
      label("otherwise"),
      ...writeLines(dir, file, value, `${fd}.otherwise`, []),
      label("done"),
    ];
  }
  if (write.ifMissing === undefined) return writeLines(dir, write.file, write.value, fd, []);
  const missing = [tolerate("ENOENT", write.ifMissing, "done")];
  return [...writeLines(dir, write.file, write.value, fd, missing), label("done")];
}

/** The step that writes one value into the cgroup open in `dir`; `serial` tells its slots from others'. */
export function limitStep(write: LimitWrite, dir: Slot, serial: number): Step {
  return {
    kind: "limit",
    from: write.pointer,
    title: `write ${write.file} = ${write.shown ?? write.value.replaceAll("\n", "; ")}`,
    calls: limitCalls(write, dir, `cgroup.limit.${serial}`),
  };
}
