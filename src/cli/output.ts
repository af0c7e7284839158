import type { Sys } from "../host/sys.ts";
import { ERRNO_NUMBERS } from "../tables/errnos.ts";

const STDOUT = 1;
const STDERR = 2;
const POLLOUT = 4;

/** Where the commands' text goes; the log writes through it too. */
export interface Output {
  /** Standard output. */
  print(text: string): void;
  /** Standard error. */
  printError(text: string): void;
  /** Another open fd, in one write when the kernel takes it whole. */
  write(fd: number, text: string): void;
}

/** The output of a process: go-runc hands read-only fds down for "no output", so EBADF is no failure. */
export function createOutput(sys: Sys): Output {
  const write = (fd: number, text: string): void => {
    let rest = sys.bytes(text);
    while (rest.length > 0) {
      const written = sys.call("write", [fd, { bytes: rest }, rest.length], ["EBADF", "EAGAIN"]);
      if (written === -ERRNO_NUMBERS.EBADF) return;
      // A caller may have made the pipe non-blocking; its file description is shared, so it stays as it is.
      if (written < 0) sys.poll([{ fd, events: POLLOUT }], -1);
      else rest = rest.subarray(written);
    }
  };
  return {
    print: (text) => write(STDOUT, text),
    printError: (text) => write(STDERR, text),
    write,
  };
}
