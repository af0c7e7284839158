/** The import rules of the architecture. Each comment says what to do instead. */
const none = "(?!)";
const to = (...folders) => `^src/(${folders.join("|")})/`;

/** A rule: files below `from` may import only what `allowed` matches. */
function only(from, allowed, comment) {
  return {
    name: `${from}-imports`,
    severity: "error",
    comment,
    from: { path: `^src/${from}/` },
    to: { path: "^src/", pathNot: [`^src/${from}/`, ...allowed] },
  };
}

module.exports = {
  forbidden: [
    only("tables", [none], "tables are data: put logic where it is used"),
    only("error", [none], "an error knows no one: pass facts in"),
    only("bytes", [none], "byte helpers know no one"),
    only("plan", [to("tables", "error", "bytes")], "a plan is data: effects belong to src/runtime, choices to src/compile"),
    only("spec", [to("tables", "error", "bytes")], "the spec is checked by itself: pass facts of the host to src/compile"),
    only("state", [to("tables", "error", "bytes", "spec")], "state files are values: reading and writing is src/runtime/store.ts"),
    only(
      "compile",
      [to("spec", "plan", "tables", "error", "bytes", "cgroup"), "^src/host/facts.ts$"],
      "compile is pure: take what it needs from CompileInput; HostFacts only as a type",
    ),
    only("seccomp", [to("spec", "tables", "error", "bytes")], "a profile becomes bytes: compiling it is the host's"),
    only("host", [to("tables", "error", "bytes", "plan")], "the host port knows no containers: move that to src/runtime"),
    only("cgroup", [to("spec", "plan", "host", "tables", "error", "bytes", "compile")], "cgroups know no operations: hand results up"),
    only("host-node", [to("host", "error", "bytes")], "a host makes system calls and nothing else"),
    only("host-quickjs", [to("host", "error", "bytes")], "a host makes system calls and nothing else"),
    only(
      "runtime",
      [to("compile", "cgroup", "seccomp", "spec", "plan", "host", "state", "tables", "error", "bytes"), "^src/version.ts$"],
      "operations reach the machine through Host only, and never print: throw or log",
    ),
    only(
      "cli",
      [to("runtime", "spec", "error", "tables", "bytes", "host", "state", "plan"), "^src/version.ts$"],
      "commands call operations; a host is passed in by the main file",
    ),
    {
      name: "no-node-in-core",
      severity: "error",
      comment: "the core is ECMAScript only: use Sys, or put it into src/host-node",
      from: { path: "^src/", pathNot: ["^src/host-node/", "^src/main-node.ts$"] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "koffi-only-in-host-node",
      severity: "error",
      comment: "system calls go through Host.run",
      from: { path: "^src/", pathNot: "^src/host-node/" },
      to: { path: "koffi" },
    },
    {
      name: "zod-at-build-time",
      severity: "error",
      comment: "import the types from src/spec/types.ts; zod must not be loaded at run time",
      from: { path: "^src/", pathNot: "^src/spec/(definitions/|types.ts$)" },
      to: { path: ["zod", "^src/spec/definitions/"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "move what both need into a third file",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      comment: "nothing imports this file: delete it",
      from: { orphan: true, pathNot: ["^src/(main-node|main-quickjs|index)\\.ts$", "\\.d\\.ts$"] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".d.ts"] },
  },
};
