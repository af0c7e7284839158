/** What the native parts of both hosts answer, as results or errors of the port. */
import { RuntError } from "../error/runt-error.ts";

/** Largest filter that the kernel takes: BPF_MAXINSNS instructions of 8 bytes. */
const LARGEST_FILTER = 4096 * 8;

/** Throws PLAN_BROKEN when runt_run (native/sys/library.c) has rejected a program: `reason` is not 0. */
export function refuseRejected(reason: number): void {
  if (reason === 0) return;
  throw new RuntError({
    code: "PLAN_BROKEN",
    message: `the interpreter rejects the program, reason ${reason}`,
    hint: "this is a bug in runt; native/interpreter.h lists the reasons",
  });
}

/**
 * The filter that runt_seccomp (native/seccomp/compile.c) makes of a profile; `compile` calls it, and gives the number of
 * bytes in `filter` or a negated errno. Throws SPEC_INVALID.
 */
export function compiledFilter(compile: (filter: Uint8Array) => number): Uint8Array {
  const filter = new Uint8Array(LARGEST_FILTER);
  const size = compile(filter);
  if (size > 0) return filter.slice(0, size);
  throw new RuntError({
    code: "SPEC_INVALID",
    message: `linux.seccomp: libseccomp refuses the profile: errno ${-size}`,
    pointer: "/linux/seccomp",
    hint: "look for rules that contradict each other, or compare an argument twice",
  });
}
