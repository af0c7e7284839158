/** What the manual pages say beyond the command table. Words between backticks are printed bold. */
import type { CommandName } from "../src/cli/commands.ts";
import type { Entry, Example } from "./roff.ts";

/** What one command's page says. */
export interface CommandText {
  description: readonly string[];
  /** Where a success is something else than 0, or a failure something else than 1. */
  exitStatus?: readonly Entry[];
  files?: readonly Entry[];
  environment?: readonly Entry[];
  examples?: readonly Example[];
  /** Further pages, besides runt(8). */
  seeAlso?: readonly string[];
}

export const DESCRIPTION: readonly string[] = [
  "runt runs containers as the Open Container Initiative's runtime specification describes them. It takes a bundle, a directory with a root filesystem and a `config.json`, and has the commands and options of runc(8), so that managers of containers can use it in place of runc.",
  "The config is compiled into a plan before anything happens: a list of steps, each with the field of the config that asked for it and the system calls that it makes. `runt explain` prints the plan. An error names the step, the field and the cure.",
  "Every command has a page of its own, for example `runt-create`(8). Global options may stand before or after the command. A long option takes its value as the next word or after an equals sign, and may be written with one dash or with two. Nothing of runt keeps running after `create`, `start`, or a detached `run` or `exec`.",
];

const CONFIG: Entry = { tag: "config.json", text: "The container's configuration, in the bundle." };
const STATE: Entry = {
  tag: "/run/runt/ID/state.json",
  text: "What runt keeps of a container between its commands. The directory also holds the socket on which a created container waits for `start`.",
};

export const FILES: readonly Entry[] = [
  CONFIG,
  { tag: "/run/runt", text: "The state root of root. Another one is chosen by `--root`." },
  { tag: "$XDG_RUNTIME_DIR/runt", text: "The state root of everybody else." },
  STATE,
];

const XDG: Entry = {
  tag: "XDG_RUNTIME_DIR",
  text: "Where the state root is without `--root`, for callers other than root: `$XDG_RUNTIME_DIR/runt`.",
};
const USER: Entry = {
  tag: "USER",
  text: "A caller with user id 0 in a user namespace counts as root if this is `root`, and as somebody else otherwise.",
};
const PATH: Entry = { tag: "PATH", text: "Where `runt ps` looks for ps(1)." };

export const ENVIRONMENT: readonly Entry[] = [XDG, USER, PATH];

/** The containers' environment comes from their config alone. */
export const ENVIRONMENT_NOTE =
  "Containers inherit nothing of this environment: theirs is `process.env` of the config.";

const SUCCESS: Entry = { tag: "0", text: "Success." };
const FAILURE: Entry = {
  tag: "1",
  text: "Failure. Standard error has one line that says what, why, and what to do about it.",
};
const OWN_STATUS: Entry = {
  tag: "other",
  text: "In the foreground, the exit status of the process, or 128 + n when signal n ended it. The process may end with any status, so also with those above.",
};
const EXEC_FAILURE: Entry = { ...FAILURE, tag: "255" };

/** Of commands that have none of their own. */
export const COMMON_STATUS: readonly Entry[] = [SUCCESS, FAILURE];

export const EXIT_STATUS: readonly Entry[] = [
  SUCCESS,
  { tag: "1", text: `${FAILURE.text} For \`validate\`, that the config has an error.` },
  { tag: "255", text: "Failure of `exec`." },
  { tag: "other", text: "The status of the process that `run` or `exec` waited for; 128 + n for signal n." },
];

export const EXAMPLES: readonly Example[] = [
  {
    text: "Make a bundle and run a container of it:",
    lines: [
      "mkdir -p box/rootfs/bin",
      "cp /bin/busybox box/rootfs/bin/sh",
      "runt spec --bundle box",
      "runt run --bundle box hello",
    ],
  },
  {
    text: "The same in steps, as managers do it, with a config whose `process.terminal` is false:",
    lines: [
      "runt create --bundle box hello",
      "runt start hello",
      "runt kill hello KILL",
      "runt delete hello",
    ],
  },
];

export const SEE_ALSO: readonly string[] = [
  "runc(8)",
  "ps(1)",
  "capabilities(7)",
  "cgroups(7)",
  "namespaces(7)",
  "seccomp(2)",
];

export const COMMAND_TEXTS: Readonly<Record<CommandName, CommandText>> = {
  create: {
    description: [
      "Makes all of the container that the config asks for: namespaces, mounts, cgroups, limits. Its first process then waits for `runt start` before it becomes the program of the config.",
      "When a step fails, all steps before it are undone and nothing is left behind.",
    ],
    files: [CONFIG, STATE],
    examples: [
      {
        text: "Create a container and keep the pid of its first process:",
        lines: ["runt create --bundle /srv/box --pid-file /run/box.pid box"],
      },
    ],
    seeAlso: ["runt-start(8)", "runt-explain(8)", "runt-delete(8)"],
  },
  start: {
    description: [
      "Lets a created container become the program of its config, and runs the hooks that belong there. It returns when the program has been executed; where it cannot be, the error says why.",
    ],
    seeAlso: ["runt-create(8)"],
  },
  state: {
    description: [
      "Prints the state as the specification has it: the id, the status (`creating`, `created`, `running`, `paused` or `stopped`), the pid, the bundle and the annotations.",
    ],
    files: [STATE],
    examples: [{ text: "Print the status alone:", lines: ["runt state box | jq -r .status"] }],
    seeAlso: ["runt-list(8)"],
  },
  kill: {
    description: [
      "Sends the signal to the container's first process. A signal is a number from 0 to 64, or a name with or without SIG. SIGKILL to a container without a pid namespace of its own ends every process of its cgroup.",
    ],
    examples: [
      { text: "Ask a container to end, then make it:", lines: ["runt kill box", "runt kill box KILL"] },
    ],
    seeAlso: ["runt-delete(8)", "signal(7)"],
  },
  delete: {
    description: [
      "Removes what is left of a stopped container: its cgroup and its state; then runs its poststop hooks. A container that runs is refused without `--force`.",
    ],
    files: [STATE],
    examples: [{ text: "Be rid of a container, whatever it does:", lines: ["runt delete --force box"] }],
    seeAlso: ["runt-kill(8)"],
  },
  run: {
    description: [
      "Creates a container and starts it. In the foreground it carries standard input, output and signals, waits for the process and deletes the container.",
    ],
    exitStatus: [{ tag: "0", text: "The process ended with 0, or runs (`--detach`)." }, FAILURE, OWN_STATUS],
    files: [CONFIG, STATE],
    examples: [
      {
        text: "Run a container in the foreground, then one in the background; both configs have no terminal:",
        lines: ["runt run --bundle one one", "runt run --bundle two --detach two </dev/null >two.log 2>&1"],
      },
    ],
    seeAlso: ["runt-create(8)", "runt-start(8)", "runt-exec(8)"],
  },
  exec: {
    description: [
      "Runs a process in the namespaces and the cgroup of a running container, with its capabilities, limits and seccomp filter. What the options do not say is taken from `process` of the container's config.",
      "Everything after the id belongs to the command, even what begins with a dash.",
    ],
    exitStatus: [
      { tag: "0", text: "The process ended with 0, or runs (`--detach`)." },
      EXEC_FAILURE,
      OWN_STATUS,
    ],
    examples: [
      { text: "A shell in a container:", lines: ["runt exec --tty box sh"] },
      {
        text: "A command as another user, with a variable:",
        lines: ["runt exec --user 1000:1000 --env LANG=C box ls -l /"],
      },
    ],
    seeAlso: ["runt-run(8)", "runt-ps(8)"],
  },
  list: {
    description: [
      "Lists the containers of the state root: id, pid, status, bundle, time of creation, owner.",
    ],
    files: FILES.slice(1),
    environment: [XDG, USER],
    examples: [{ text: "The ids alone:", lines: ["runt list --quiet"] }],
    seeAlso: ["runt-state(8)"],
  },
  ps: {
    description: [
      "Prints what the host's ps(1) says of the container's processes. Words after the id are options of ps, `-ef` if there are none; its output needs a column PID. With `--format json`, prints the pids alone.",
    ],
    environment: [PATH],
    examples: [{ text: "Choose the columns:", lines: ["runt ps box -o pid,rss,args"] }],
    seeAlso: ["ps(1)"],
  },
  pause: {
    description: ["Freezes all processes of a running or created container by its cgroup."],
    seeAlso: ["runt-resume(8)", "cgroups(7)"],
  },
  resume: {
    description: ["Lets the processes of a paused container run on."],
    seeAlso: ["runt-pause(8)"],
  },
  spec: {
    description: [
      "Writes a `config.json` that runs sh in the directory rootfs of the bundle. One that exists is never overwritten.",
    ],
    files: [CONFIG],
    seeAlso: ["runt-validate(8)"],
  },
  validate: {
    description: [
      "Checks the config against the specification and prints all findings, each with the JSON pointer of its field, and counts them. Nothing is run.",
    ],
    exitStatus: [
      { tag: "0", text: "The config has no error; it may have warnings." },
      { tag: "1", text: "The config has an error, or there is none." },
    ],
    files: [CONFIG],
    examples: [
      { text: "Findings for a program to read:", lines: ["runt validate --bundle box --format json"] },
    ],
    seeAlso: ["runt-explain(8)", "runt-spec(8)"],
  },
  explain: {
    description: [
      "Prints the plan that `runt create` would carry out for this bundle on this machine: every step with the field of the config that caused it, and the system calls that it makes. Nothing is made, changed or started.",
    ],
    files: [CONFIG],
    examples: [{ text: "The steps without their calls:", lines: ["runt explain --outline --bundle box"] }],
    seeAlso: ["runt-create(8)", "runt-validate(8)"],
  },
  features: {
    description: [
      "Prints the features document of the specification: hooks, mount options, namespaces, capabilities, and how far cgroups, seccomp and security modules are supported.",
    ],
  },
  completion: {
    description: [
      "Prints a script that completes commands, options and container ids in bash(1), fish(1) or zsh(1).",
    ],
    examples: [
      { text: "For this shell only (bash):", lines: ['eval "$(runt completion bash)"'] },
      {
        text: "For all users (fish):",
        lines: ["runt completion fish >/usr/share/fish/vendor_completions.d/runt.fish"],
      },
    ],
  },
  help: { description: ["Prints the help of runt, or of one command."] },
};
