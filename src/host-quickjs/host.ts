import { RuntError } from "../error/runt-error.ts";
import type { Host } from "../host/port.ts";

/** What native/quickjs/native.c offers. */
export interface Native {
  /** Carries out a program in place: 0, or the number of the reason for rejecting it. */
  run(program: Uint8Array): number;
  /** Fills `filter` and gives the number of bytes written, or a negated errno. */
  compileSeccomp(profile: Uint8Array, filter: Uint8Array): number;
  /** Host.putText. */
  putText(text: string, bytes: Uint8Array, at: number): number;
  /** Host.text. */
  text(bytes: Uint8Array): string;
  /** Ends the process. */
  exit(status: number): never;
  readonly arch: Host["arch"];
  /** The ELF image of runt-init; constant memory, never to be written to. */
  readonly init: Uint8Array;
  /** The command line, the program's name first. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
}

/** Largest filter that the kernel takes: BPF_MAXINSNS instructions of 8 bytes. */
const LARGEST_FILTER = 4096 * 8;

function compileSeccomp(native: Native, profile: Uint8Array): Uint8Array {
  const filter = new Uint8Array(LARGEST_FILTER);
  const size = native.compileSeccomp(profile, filter);
  if (size > 0) return filter.slice(0, size);
  throw new RuntError({
    code: "SPEC_INVALID",
    message: `linux.seccomp: libseccomp refuses the profile: errno ${-size}`,
    pointer: "/linux/seccomp",
    hint: "look for rules that contradict each other, or compare an argument twice",
  });
}

/** The host of the static binary: the C interpreter and libseccomp are linked into the engine's own program. */
export function createQuickjsHost(native: Native): Host {
  return {
    run(program) {
      const rejected = native.run(program);
      if (rejected !== 0) {
        throw new RuntError({
          code: "PLAN_BROKEN",
          message: `the interpreter rejects the program, reason ${rejected}`,
          hint: "this is a bug in runt; native/interpreter.h lists the reasons",
        });
      }
    },
    compileSeccomp: (profile) => compileSeccomp(native, profile),
    putText: native.putText,
    text: native.text,
    init: native.init,
    arch: native.arch,
    argv0: native.argv[0] ?? "runt",
    argv: native.argv.slice(1),
    env: native.env,
    exit: (status) => native.exit(status),
  };
}
