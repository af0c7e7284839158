import { RuntError } from "../error/runt-error.ts";
import { carry, slotValue } from "../host/carry.ts";
import { buf, load, O, slot, str, sys, tolerate } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import type { Runtime } from "./context.ts";
import { exitStatus, waitPidfd } from "./wait.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** What a shell says of a command that it cannot find. */
const NOT_FOUND = 127;

/**
 * Runs the host's ps(1) with `args` and returns all that it prints. Throws STEP_FAILED when there is none in PATH or
 * when it fails; the message then holds its output.
 */
export function hostPs(rt: Runtime, args: readonly string[]): string {
  const { calls, reader } = spawnCalls(rt, args);
  const carried = carry(rt.host, calls, new Map());
  if (carried.failure !== undefined) throw failed(`ps cannot be started: ${carried.failure.errno}`);
  const fd = slotValue(carried, reader);
  const pidfd = slotValue(carried, "ps.pidfd");
  const output = rt.host.text(rt.sys.readAll(fd));
  rt.sys.close(fd);
  const ended = waitPidfd(rt, pidfd, true);
  rt.sys.close(pidfd);
  const status = ended === undefined ? 0 : exitStatus(ended);
  if (status === NOT_FOUND) throw failed("there is no ps in PATH", "install ps, or use --format json");
  if (status !== 0) throw failed(`ps ${args.join(" ")} ended with status ${status}: ${output.trim()}`);
  return output;
}

/** A child whose stdout and stderr are a pipe and that becomes the first ps of PATH. */
function spawnCalls(rt: Runtime, args: readonly string[]): { calls: Call[]; reader: string } {
  const reader = "ps.reader";
  const writer = "ps.writer";
  const calls: Call[] = [
    sys("pipe2", [buf("pair", 8), O.CLOEXEC], {
      load: [load(reader, "pair", 0, 4), load(writer, "pair", 4, 4)],
    }),
    {
      op: "spawn",
      flags: 0,
      into: "ps.pid",
      pidfd: "ps.pidfd",
      child: [
        sys("dup3", [slot(writer), 1, 0]),
        sys("dup3", [slot(writer), 2, 0]),
        ...searchPath(rt.host.env).map((folder) =>
          sys("execve", [str(`${folder}/ps`), { vec: ["ps", ...args] }, { vec: rt.host.env }], {
            tolerate: ["ENOENT", "ENOTDIR", "EACCES"].map((errno) =>
              tolerate(errno, "not in this folder of PATH"),
            ),
          }),
        ),
        sys("exit_group", [NOT_FOUND]),
      ],
    },
    sys("close", [slot(writer)]),
  ];
  return { calls, reader };
}

function searchPath(env: readonly string[]): string[] {
  const given = env.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length);
  // An empty folder would be the working directory, which is no place to take programs from.
  return (given ?? DEFAULT_PATH).split(":").filter((folder) => folder.startsWith("/"));
}

function failed(message: string, hint?: string): RuntError {
  return new RuntError({ code: "STEP_FAILED", message, hint });
}
