import { buf, slot, sys } from "../plan/build.ts";
import { AF_UNIX, MSG, receivedFd, receivingFds, SOCK, unixAddress } from "../plan/socket.ts";
import type { Step } from "../plan/step.ts";

/** The address of the gate, relative to the working directory: state paths can be longer than a sun_path. */
export const GATE_ADDRESS = unixAddress("start.sock");

/** Host steps: the socket on which the created container waits for start. The working directory ends as the bundle. */
export function compileGateSocket(): Step {
  return {
    kind: "gate",
    from: "runt:start-gate",
    title: "listen on the start gate",
    calls: [
      sys("socket", [AF_UNIX, SOCK.SEQPACKET | SOCK.CLOEXEC, 0], { into: "gate.fd" }),
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
        sys("accept4", [slot("gate.fd"), 0, 0, SOCK.CLOEXEC], { into: "sync.fd" }),
        sys("close", [slot("gate.fd")]),
        sys(
          "recvmsg",
          [slot("sync.fd"), receivingFds(buf("gate.byte", 8), 1, "gate.control", 1), MSG.CMSG_CLOEXEC],
          { expect: 1, load: [receivedFd("hook.output", "gate.control")] },
        ),
      ],
    },
  ];
}
