import { getInt64 } from "../bytes/int64.ts";
import type { Call, Slot } from "../plan/call.ts";
import { type Encoded, encodeProgram } from "../plan/encode-plan.ts";
import { HEADER, HEADER_SIZE } from "../plan/format.ts";
import { errnoName } from "../tables/errnos.ts";
import type { Host } from "./port.ts";

/** The call at which a program stopped. */
export interface CallFailure {
  call: Call;
  /** Name such as "ENOENT". */
  errno: string;
  /** The result or slot value that was not accepted. */
  value: number;
}

/** What carrying out a list of calls left behind. */
export interface Carried {
  /** Undefined when every call succeeded. */
  failure: CallFailure | undefined;
  /** The program's memory; must stay referenced until a spawned child has called execve. */
  program: Uint8Array;
  encoded: Encoded;
}

/** Program id of lists that the runtime carries out itself; runt-init's own program has another. */
export const HOST_PROGRAM_ID = 1;

/** Carries out `calls` on the host; slots already known come from `known`. Never throws for a failing call. */
export function carry(
  host: Host,
  calls: readonly Call[],
  known: ReadonlyMap<Slot, number>,
  report?: Slot,
): Carried {
  const encoded = encodeProgram([{ calls }], {
    arch: host.arch,
    id: HOST_PROGRAM_ID,
    known,
    report,
    shareMemory: true,
  });
  host.run(encoded.bytes);
  const view = new DataView(encoded.bytes.buffer, encoded.bytes.byteOffset);
  const pc = view.getInt32(HEADER.FAIL_PC, true);
  const origin = encoded.origins[pc];
  const failure =
    origin === undefined
      ? undefined
      : {
          call: origin.call,
          errno: errnoName(view.getInt32(HEADER.FAIL_ERRNO, true)),
          value: getInt64(view, HEADER.FAIL_VALUE),
        };
  return { failure, program: encoded.bytes, encoded };
}

/** The value of slot `name` after the run; -1 when the program has no such slot. */
export function slotValue(carried: Carried, name: Slot): number {
  const index = carried.encoded.slots.get(name);
  if (index === undefined) return -1;
  const { bytes } = carried.encoded;
  return getInt64(new DataView(bytes.buffer, bytes.byteOffset), HEADER_SIZE + 8 * index);
}

/** The memory of buffer `name` after the run (a view, not a copy). */
export function bufferBytes(carried: Carried, name: string): Uint8Array {
  const buffer = carried.encoded.buffers.get(name);
  if (buffer === undefined) return new Uint8Array(0);
  const from = carried.encoded.dataOffset + buffer.offset;
  return carried.encoded.bytes.subarray(from, from + buffer.size);
}
