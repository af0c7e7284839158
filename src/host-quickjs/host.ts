import { compiledFilter, refuseRejected } from "../host/native-results.ts";
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

/** The host of the static binary: the C interpreter and libseccomp are linked into the engine's own program. */
export function createQuickjsHost(native: Native): Host {
  return {
    run(program) {
      refuseRejected(native.run(program));
    },
    compileSeccomp: (profile) => compiledFilter((filter) => native.compileSeccomp(profile, filter)),
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
