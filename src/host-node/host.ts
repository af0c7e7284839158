import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import koffi from "koffi";
import { RuntError } from "../error/runt-error.ts";
import { compiledFilter, refuseRejected } from "../host/native-results.ts";
import type { Host } from "../host/port.ts";

/** Where the native parts are, when they are not where the build puts them. */
export interface NodeHostOptions {
  /** Path of libruntsys.so. */
  libraryPath?: string | undefined;
  /** Path of the ELF file runt-init. */
  initPath?: string | undefined;
}

const ARCHES: Readonly<Record<string, Host["arch"]>> = { x64: "x86_64", arm64: "aarch64" };

/** The path of a native part: beside the built file, else in the build folder of the working directory. */
function nativePath(name: string): string {
  const beside = fileURLToPath(new URL(`./native/${name}`, import.meta.url));
  return existsSync(beside) ? beside : join(process.cwd(), "build", "native", name);
}

/** Reads a native part; throws HOST_UNSUPPORTED when it is not there. */
function readNative(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `runt-init cannot be read from ${path}: ${(cause as Error).message}`,
      hint: "build it with scripts/build-native.sh",
      cause,
    });
  }
}

/** Binds runt_run of the library at `path`: program and its length in, 0 or a negative reason out. */
function bindRun(path: string): (program: Uint8Array, length: number) => number {
  try {
    // `void *` makes koffi pass the address of the array's memory; a typed pointer would cost a copy each way.
    return koffi.load(path).func("int32_t runt_run(void *program, uint64_t length)");
  } catch (cause) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `libruntsys.so cannot be loaded from ${path}: ${(cause as Error).message}`,
      hint: "build it with scripts/build-native.sh",
      cause,
    });
  }
}

/** Compiles a seccomp profile; the library is loaded at its first use, since it brings libseccomp and a libc along. */
function compileSeccomp(path: string, profile: Uint8Array): Uint8Array {
  const declaration =
    "int64_t runt_seccomp(const void *profile, uint64_t length, void *filter, uint64_t room)";
  let compile: (profile: Uint8Array, length: number, filter: Uint8Array, room: number) => number;
  try {
    compile = koffi.load(path).func(declaration);
  } catch (cause) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `linux.seccomp: libseccomp cannot be loaded: ${(cause as Error).message}`,
      pointer: "/linux/seccomp",
      hint: "install libseccomp2 and build again, or remove linux.seccomp",
      cause,
    });
  }
  return compiledFilter((filter) => Number(compile(profile, profile.length, filter, filter.length)));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Host.putText. */
function putText(text: string, bytes: Uint8Array, at: number): number {
  return encoder.encodeInto(text, bytes.subarray(at)).written;
}

/** The processor as system call tables name it. */
function ownArch(): Host["arch"] {
  const arch = ARCHES[process.arch];
  if (arch === undefined) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `the processor ${process.arch} is not supported`,
      hint: "use x86_64 or aarch64",
    });
  }
  return arch;
}

/**
 * The host for Node: the C interpreter as a shared library, called in place on a program's memory.
 * Throws HOST_UNSUPPORTED when the native parts are missing or the processor is unknown.
 */
export function createNodeHost(options: NodeHostOptions = {}): Host {
  const runNative = bindRun(options.libraryPath ?? nativePath("libruntsys.so"));
  const initPath = options.initPath ?? nativePath("runt-init");
  let init: Uint8Array | undefined;
  return {
    run(program) {
      refuseRejected(runNative(program, program.length));
    },
    compileSeccomp(profile) {
      return compileSeccomp(nativePath("libruntseccomp.so"), profile);
    },
    putText,
    text: (bytes) => decoder.decode(bytes),
    get init() {
      init ??= readNative(initPath);
      return init;
    },
    arch: ownArch(),
    argv0: process.argv[1] ?? process.argv0,
    argv: process.argv.slice(2),
    env: Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
    exit(status) {
      process.exit(status);
    },
  };
}
