/**
 * The port between the core and the machine. It is total and small: a host can carry out one encoded program
 * and tell what it was started with. Everything else (files, processes, clocks) is a program of system calls.
 */
export interface Host {
  /**
   * Carries out an encoded program in place: slots, buffers and the failure fields of the header are written
   * into `program` itself. Never throws for a failing call; throws only for a program that breaks the format.
   * The memory must stay untouched until a child spawned by it has called execve.
   */
  run(program: Uint8Array): void;
  /**
   * Compiles a seccomp profile (src/seccomp/encode-profile.ts) into the kernel's filter, an array of struct
   * sock_filter, by libseccomp. Throws RuntError HOST_UNSUPPORTED without libseccomp, SPEC_INVALID for a rule that it
   * refuses.
   */
  compileSeccomp(profile: Uint8Array): Uint8Array;
  /**
   * Writes the UTF-8 bytes of `text` at `at` of `bytes`, which has room for three bytes per UTF-16 unit, and gives their
   * number. A lone surrogate becomes U+FFFD. Here only for speed: an interpreted engine takes a hundred times as long.
   */
  putText(text: string, bytes: Uint8Array, at: number): number;
  /** The text of UTF-8 `bytes`; malformed sequences become U+FFFD. */
  text(bytes: Uint8Array): string;
  /** The ELF image of runt-init. */
  readonly init: Uint8Array;
  /** The processor, as system call tables name it. */
  readonly arch: "x86_64" | "aarch64";
  /** Arguments without the interpreter and the program's own name; argv0 is that name. */
  readonly argv0: string;
  readonly argv: readonly string[];
  /** The environment as "NAME=value". */
  readonly env: readonly string[];
  /** Ends the process. */
  exit(status: number): never;
}
