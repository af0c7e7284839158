import { block, buf, load, slot, sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** msghdr control for one fd: CMSG_SPACE(4). */
const CONTROL_SIZE = 24;

/** The address of the gate, relative to the working directory: state paths can be longer than a sun_path. */
export const GATE_ADDRESS = (() => {
  const name = "start.sock";
  const bytes = new Uint8Array(2 + name.length + 1);
  bytes[0] = AF_UNIX;
  for (let i = 0; i < name.length; i++) bytes[2 + i] = name.charCodeAt(i);
  return bytes;
})();

/** Host steps: the socket on which the created container waits for start. The working directory ends as the bundle. */
export function compileGateSocket(): Step {
  return {
    kind: "gate",
    from: "runt:start-gate",
    title: "listen on the start gate",
    calls: [
      sys("socket", [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0], { into: "gate.fd" }),
      sys("fchdir", [slot("state.dir")]),
      sys("bind", [slot("gate.fd"), { bytes: GATE_ADDRESS }, GATE_ADDRESS.length]),
      sys("listen", [slot("gate.fd"), 1]),
      sys("fchdir", [slot("bundle.dir")]),
    ],
  };
}

/**
 * Init steps after "ready": the parent goes, and init waits for start. Start sends one byte and, with it, the fd that the output of startContainer hooks goes to. From here on errors go to start.
 */
export function compileGate(): Step[] {
  return [
    {
      kind: "gate",
      from: "runt:start-gate",
      title: "wait for start",
      calls: [
        sys("close", [slot("sync.fd")]),
        sys("accept4", [slot("gate.fd"), 0, 0, SOCK_CLOEXEC], { into: "sync.fd" }),
        sys("close", [slot("gate.fd")]),
        sys(
          "recvmsg",
          [
            slot("sync.fd"),
            block(
              { u64: 0 },
              { u64: 0 },
              { ptr: block({ ptr: buf("gate.byte", 8) }, { u64: 1 }) },
              { u64: 1 },
              { ptr: buf("gate.control", CONTROL_SIZE) },
              { u64: CONTROL_SIZE },
              { u64: 0 },
            ),
            MSG_CMSG_CLOEXEC,
          ],
          { expect: 1, load: [load("hook.output", "gate.control", 16, 4)] },
        ),
      ],
    },
  ];
}
