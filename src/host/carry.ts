import { wideAt } from "../bytes/int64.ts";
import type { Call, Slot } from "../plan/call.ts";
import { callOf, encodeProgram } from "../plan/encode-plan.ts";
import { type Encoded, listOf } from "../plan/encoded.ts";
import { HEADER, HEADER_SIZE } from "../plan/format.ts";
import type { CallList, Library } from "../plan/library.ts";
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
  /** Index of the list whose call failed; that of the last one otherwise. */
  reached: number;
  /** Its memory must stay referenced until a spawned child has called execve. */
  encoded: Encoded;
}

/** Program id of lists that the runtime carries out itself; runt-init's own program has another. */
export const HOST_PROGRAM_ID = 1;

/** What is known when lists are carried out. */
export interface CarryOptions {
  known: ReadonlyMap<Slot, number>;
  /** Slot with the fd that receives error records of children. */
  report?: Slot | undefined;
  library?: Library | undefined;
}

/** Carries out `calls` on the host; slots already known come from `known`. Never throws for a failing call. */
export function carry(host: Host, calls: readonly Call[], known: ReadonlyMap<Slot, number>): Carried {
  return carryLists(host, [{ calls }], { known });
}

/** Carries out lists of calls, one after the other, as one program. */
export function carryLists(host: Host, lists: readonly CallList[], options: CarryOptions): Carried {
  const encoded = encodeProgram(lists, {
    ...options,
    arch: host.arch,
    id: HOST_PROGRAM_ID,
    shareMemory: true,
    putText: host.putText,
  });
  host.run(encoded.bytes);
  const failure = failureOf(encoded, lists);
  const failed = encoded.words[HEADER.FAIL_PC / 4] as number;
  return {
    failure,
    reached: failure === undefined ? lists.length - 1 : listOf(encoded.lists, failed),
    encoded,
  };
}

/** The failure that the header tells, if any; `lists` are those that were encoded. */
export function failureOf(encoded: Encoded, lists: readonly CallList[]): CallFailure | undefined {
  const { words } = encoded;
  const pc = words[HEADER.FAIL_PC / 4] as number;
  const call = pc < 0 ? undefined : callOf(encoded, lists, pc);
  if (call === undefined) return undefined;
  const errno = errnoName(words[HEADER.FAIL_ERRNO / 4] as number);
  return { call, errno, value: wideAt(words, HEADER.FAIL_VALUE / 4) };
}

/** The value of slot `name` after the run; -1 when the program has no such slot. */
export function slotValue(carried: Carried, name: Slot): number {
  const index = carried.encoded.slots.get(name);
  if (index === undefined) return -1;
  return wideAt(carried.encoded.words, HEADER_SIZE / 4 + 2 * index);
}

/** The memory of buffer `name` after the run (a view, not a copy). */
export function bufferBytes(carried: Carried, name: string): Uint8Array {
  const buffer = carried.encoded.buffers.get(name);
  if (buffer === undefined) return new Uint8Array(0);
  const from = carried.encoded.dataOffset + buffer.offset;
  return carried.encoded.bytes.subarray(from, from + buffer.size);
}
