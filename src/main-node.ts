import { main } from "./cli/main.ts";
import { createNodeHost } from "./host-node/host.ts";

main(createNodeHost());
