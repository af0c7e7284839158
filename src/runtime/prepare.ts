import { type CompiledCreate, compileCreate } from "../compile/create.ts";
import type { CompileInput } from "../compile/input.ts";
import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import { probeFacts } from "../host/probe-facts.ts";
import { checkContainerId } from "../state/container-id.ts";
import { absolutePath, type Bundle, loadSpec, openBundle } from "./bundle.ts";
import type { CreateOptions, Runtime } from "./context.ts";
import { homeOf } from "./home.ts";
import { checkPreservedFds } from "./preserved-fds.ts";
import { seccompFilterOf } from "./seccomp-filter.ts";
import { refuseExisting } from "./store.ts";

/** Everything that create needs, worked out without any effect on the host. */
export interface Prepared {
  input: CompileInput;
  compiled: CompiledCreate;
  bundle: Bundle;
  /** Absolute path; undefined = none wanted. */
  pidFile: string | undefined;
}

/** What the caller of prepare decides. */
export interface PrepareMode {
  /** True for create and run --detach: runt ends while the container lives. */
  detach: boolean;
  /** False when the plan is only looked at: then the id may be in use, and no console socket is needed. */
  carryOut: boolean;
}

/**
 * Reads, validates and compiles a bundle. The working directory becomes the bundle, as callers of runc expect.
 * Throws BUNDLE, JSON, SPEC_INVALID, SPEC_UNSUPPORTED, HOST_UNSUPPORTED, ID_INVALID, USAGE.
 */
export function prepare(rt: Runtime, options: CreateOptions, mode: PrepareMode): Prepared {
  checkContainerId(options.id);
  refusePidfdSocket(options.pidfdSocket);
  // Before any other call: it refuses kernels that lack those made next.
  const facts = probeFacts(rt.sys);
  checkPreservedFds(rt.sys, options.preserveFds);
  if (mode.carryOut) refuseExisting(rt, options.id);
  const pidFile = options.pidFile === undefined ? undefined : absolutePath(rt, options.pidFile);
  const bundle = openBundle(rt, options.bundle);
  try {
    return { ...prepareBundle(rt, options, mode, bundle, facts), bundle, pidFile };
  } catch (error) {
    rt.sys.close(bundle.fd);
    throw error;
  }
}

function prepareBundle(
  rt: Runtime,
  options: CreateOptions,
  mode: PrepareMode,
  bundle: Bundle,
  facts: HostFacts,
): Pick<Prepared, "input" | "compiled"> {
  rt.sys.call("fchdir", [bundle.fd]);
  const spec = loadSpec(rt, bundle);
  if (mode.carryOut) checkTerminal(spec.process?.terminal === true, options.consoleSocket, mode.detach);
  const root = spec.root?.path ?? "rootfs";
  const rootfs = absolutePath(rt, root.startsWith("/") ? root : `${bundle.path}/${root}`);
  const input: CompileInput = {
    spec,
    facts,
    id: options.id,
    bundle: bundle.path,
    rootfs,
    stateDir: `${rt.root}/${options.id}`,
    home: homeOf(rt, spec, rootfs),
    seccompFilter: seccompFilterOf(rt, spec),
    options: {
      consoleSocket:
        options.consoleSocket === undefined ? undefined : absolutePath(rt, options.consoleSocket),
      noPivot: options.noPivot,
      noNewKeyring: options.noNewKeyring,
      preserveFds: options.preserveFds,
      foreground: !mode.detach,
      systemdCgroup: rt.systemdCgroup,
    },
  };
  const compiled = compileCreate(input);
  for (const warning of compiled.warnings) rt.log.warning(warning);
  return { input, compiled };
}

/** Throws SPEC_UNSUPPORTED for --pidfd-socket, which is not carried out yet. */
export function refusePidfdSocket(socket: string | undefined): void {
  if (socket === undefined) return;
  throw new RuntError({
    code: "SPEC_UNSUPPORTED",
    message: `--pidfd-socket ${socket}: runt does not send a pidfd yet`,
    hint: "leave the option out, and open a pidfd of the pid in --pid-file",
  });
}

/** The rules of a console socket, in the words that users of runc know. */
export function checkTerminal(terminal: boolean, socket: string | undefined, detach: boolean): void {
  if (detach && terminal && socket === undefined) {
    throw new RuntError({
      code: "CONSOLE",
      message: "cannot allocate tty if runt will detach without setting console socket",
      pointer: "/process/terminal",
      hint: "give --console-socket, or set process.terminal to false",
    });
  }
  if ((!detach || !terminal) && socket !== undefined) {
    throw new RuntError({
      code: "CONSOLE",
      message: "cannot use console socket if runt will not detach or allocate tty",
      pointer: "/process/terminal",
      hint: "leave --console-socket away, or set process.terminal to true",
    });
  }
}
