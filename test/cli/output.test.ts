import t from "tap";
import { createOutput } from "../../src/cli/output.ts";
import { RuntError } from "../../src/error/runt-error.ts";
import type { Sys } from "../../src/host/sys.ts";

/** A Sys whose write gives `results` one after the other; a text is an errno that is not tolerated by itself. */
function fakeSys(results: (number | "EBADF" | "EAGAIN" | "EPIPE")[]): {
  sys: Sys;
  written: string[];
  polled: number[];
} {
  const written: string[] = [];
  const polled: number[] = [];
  const numbers = { EBADF: -9, EAGAIN: -11, EPIPE: -32 };
  const sys = {
    bytes: (text: string) => Buffer.from(text),
    call(name: string, args: [number, { bytes: Uint8Array }, number], tolerated: string[]): number {
      const result = results.shift() ?? args[2];
      if (typeof result === "string") {
        if (tolerated.includes(result)) return numbers[result];
        throw new RuntError({ code: "STEP_FAILED", message: name, errno: result });
      }
      written.push(Buffer.from(args[1].bytes.subarray(0, result)).toString());
      return result;
    },
    poll(fds: { fd: number }[]): number[] {
      polled.push(...fds.map((entry) => entry.fd));
      return [4];
    },
  };
  return { sys: sys as unknown as Sys, written, polled };
}

t.test("a text is written to its end", async (t) => {
  const { sys, written } = fakeSys([2, 1]);
  createOutput(sys).print("abcdé");
  t.same(written, ["ab", "c", "dé"]);
});

t.test("a full non-blocking pipe is waited for", async (t) => {
  const { sys, written, polled } = fakeSys([1, "EAGAIN"]);
  createOutput(sys).printError("xyz");
  t.same(polled, [2]);
  t.same(written, ["x", "yz"]);
});

t.test("an fd that takes no output swallows it; any other error is one", async (t) => {
  createOutput(fakeSys(["EBADF"]).sys).print("x");
  t.throws(() => createOutput(fakeSys(["EPIPE"]).sys).print("x"), { message: "write", errno: "EPIPE" });
});
