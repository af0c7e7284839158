import { main } from "./cli/main.ts";
import { RuntError } from "./error/runt-error.ts";
import { createNodeHost } from "./host-node/host.ts";

/** The host, or one line that says what it lacks. */
function startHost() {
  try {
    return createNodeHost();
  } catch (error) {
    if (!(error instanceof RuntError)) throw error;
    process.stderr.write(`runt: ${error.line}\n`);
    return process.exit(1);
  }
}

main(startHost());
