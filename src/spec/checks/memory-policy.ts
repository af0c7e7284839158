/** Checks of the NUMA policy. set_mempolicy(2) says which nodes and flags a mode takes. */
import { error, type Finding, shown } from "../finding.ts";
import type { Spec } from "../types.ts";

const AT = "/linux/memoryPolicy";
const WITHOUT_NODES: readonly string[] = ["MPOL_DEFAULT", "MPOL_LOCAL"];
/** A preferred node may be left out: then the local one is preferred. */
const MAYBE_NODES = "MPOL_PREFERRED";

export function policyNodesFitMode(spec: Spec): Finding[] {
  const policy = spec.linux?.memoryPolicy;
  if (policy === undefined) return [];
  const { mode, nodes = "" } = policy;
  if (nodes !== "" && !/^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/.test(nodes)) {
    return [
      error(`${AT}/nodes`, `invalid memory policy node list ${shown(nodes)}`, 'write it as in "0-1,3"'),
    ];
  }
  if (WITHOUT_NODES.includes(mode) && nodes !== "") {
    const reason = `invalid memory policy: ${mode} mode requires 0 nodes but got ${countNodes(nodes)}`;
    return [error(`${AT}/nodes`, reason, "remove nodes")];
  }
  if (!WITHOUT_NODES.includes(mode) && mode !== MAYBE_NODES && nodes === "") {
    return [error(`${AT}/nodes`, `invalid memory policy: ${mode} needs a node`, "name at least one node")];
  }
  return [];
}

/** How many nodes a list such as "0-2,5" names. */
function countNodes(list: string): number {
  return list.split(",").reduce((count, range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return count + last - first + 1;
  }, 0);
}

export function policyFlagsFitMode(spec: Spec): Finding[] {
  const policy = spec.linux?.memoryPolicy;
  if (policy === undefined) return [];
  const { mode, flags = [] } = policy;
  if (flags.includes("MPOL_F_STATIC_NODES") && flags.includes("MPOL_F_RELATIVE_NODES")) {
    const reason = "invalid memory policy flags: nodes are either static or relative";
    return [error(`${AT}/flags`, reason, "remove one of the two flags")];
  }
  if (WITHOUT_NODES.includes(mode) && flags.length > 0) {
    return [error(`${AT}/flags`, `invalid memory policy flags: ${mode} takes none`, "remove flags")];
  }
  return [];
}
