import type { CreateOptions } from "../runtime/context.ts";
import { isSet, numberOf, textOf } from "./option-values.ts";
import type { OptionValues } from "./parse-args.ts";

/** The options that create and run share; the bundle is the working directory unless it is named. */
export function createOptions(options: OptionValues, positionals: readonly string[]): CreateOptions {
  return {
    id: positionals[0] ?? "",
    bundle: textOf(options, "bundle") ?? ".",
    pidFile: textOf(options, "pid-file"),
    consoleSocket: textOf(options, "console-socket"),
    pidfdSocket: textOf(options, "pidfd-socket"),
    noPivot: isSet(options, "no-pivot"),
    noNewKeyring: isSet(options, "no-new-keyring"),
    preserveFds: numberOf(options, "preserve-fds"),
  };
}
