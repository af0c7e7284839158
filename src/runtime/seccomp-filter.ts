import { refuseUnsupported } from "../compile/unsupported.ts";
import { encodeProfile } from "../seccomp/encode-profile.ts";
import type { Spec } from "../spec/types.ts";
import type { Runtime } from "./context.ts";

/**
 * The kernel's filter for linux.seccomp, undefined when the config has none.
 * Throws SPEC_UNSUPPORTED, SPEC_INVALID, and HOST_UNSUPPORTED without libseccomp.
 */
export function seccompFilterOf(rt: Runtime, spec: Spec): Uint8Array | undefined {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return undefined;
  refuseUnsupported(spec);
  return rt.host.compileSeccomp(encodeProfile(seccomp));
}
